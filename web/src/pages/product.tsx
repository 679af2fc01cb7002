/** One product: what it is, its options with the price as chosen, and the way into the cart. */

import { useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../api/client';
import { config } from '../config';
import { addToCart, piecesOf } from '../features/cart';
import { isMissing, Loaded } from '../features/loaded';
import { type Answers, defaults, type Product, times, unitPrice } from '../features/price';
import { useProduct } from '../features/queries';
import { ReasonList } from '../features/reason-list';
import { useShop } from '../features/shop';
import { Price, TaxNote } from '../features/show-price';
import { useI18n } from '../i18n';
import { CheckField, type Failure, Form, NumberField, RadioField, SelectField } from '../ui/form';
import { Page } from '../ui/page';
import { Banner, Button } from '../ui/parts';
import NotFoundPage from './not-found';

type Option = Schemas['OptionView'];

/** More choices than this are a list to open instead of buttons. */
const RADIOS = 6;

export default function ProductPage({ params }: { params: { sku?: string } }) {
  const { t } = useI18n();
  const sku = decodeURIComponent(params.sku ?? '');
  const query = useProduct(sku);
  if (!query.data && isMissing(query.error)) return <NotFoundPage />;
  const name = query.data?.name ?? t.catalogue.title;
  return (
    <Page
      crumb={<Link href="/catalog">‹ {t.product.back}</Link>}
      title={name}
      titleLang={query.data ? config().contentLanguage : undefined}
    >
      <Loaded query={query}>{(product) => <Detail key={product.sku} product={product} />}</Loaded>
    </Page>
  );
}

function Detail({ product }: { product: Product }) {
  const { t } = useI18n();
  const shop = useShop();
  const [answers, setAnswers] = useState<Answers>(() => defaults(product));
  const [quantity, setQuantity] = useState(1);
  const [failure, setFailure] = useState<Failure>();
  const [added, setAdded] = useState(false);
  const excluded = shop.others.find(({ sku }) => sku === product.sku);

  const choose = (id: string, value: Answers[string]) => {
    setAnswers({ ...answers, [id]: value });
    setAdded(false);
  };
  const add = () => {
    const fields = missing(product, answers, t.codes['option-required']);
    const have = piecesOf(product.sku);
    if (have + quantity > product.maxQuantity) {
      setFailure({ fields, general: [t.product.max(product.maxQuantity, have)] });
    } else if (Object.keys(fields).length > 0) {
      setFailure({ fields, general: [] });
    } else {
      setFailure(undefined);
      addToCart(product, quantity, answers);
      setAdded(true);
    }
  };

  return (
    <Form className="split" failure={failure} onSubmit={add} onEdit={() => setFailure(undefined)}>
      <div className="stack">
        {excluded && (
          <Banner tone="warn">
            <p>
              {shop.eligibility?.status === 'unknown'
                ? t.product.eligibilityUnknown
                : t.product.notEligible}
            </p>
            <ReasonList reasons={excluded.reasons} />
          </Banner>
        )}
        <section className="panel" lang={config().contentLanguage}>
          {product.heroImageUrl?.startsWith('/') && (
            <img className="hero-image" src={product.heroImageUrl} alt="" />
          )}
          <p>{product.description}</p>
          {product.features.length > 0 && (
            <ul className="ticks">
              {product.features.map((feature) => (
                <li key={feature}>{feature}</li>
              ))}
            </ul>
          )}
        </section>
        {product.category === 'eSIM' && (
          <Banner>
            <p>{t.product.esimPhone}</p>
          </Banner>
        )}
        {(product.configOptions.length > 0 || product.maxQuantity > 1) && (
          <section className="panel" aria-labelledby="options">
            <h2 id="options">{t.product.options}</h2>
            {product.configOptions.map((option) => (
              <OptionField
                key={option.id}
                option={option}
                answer={answers[option.id]}
                choose={(value) => choose(option.id, value)}
              />
            ))}
            {product.maxQuantity > 1 && (
              <NumberField
                name="/quantity"
                label={t.product.quantity}
                hint={t.product.upTo(product.maxQuantity)}
                min={1}
                max={product.maxQuantity}
                value={quantity}
                onChange={(value) => {
                  setQuantity(value);
                  setAdded(false);
                }}
              />
            )}
          </section>
        )}
      </div>
      <aside className="panel buy-aside">
        <div className="buy">
          <p className="buy-line price" aria-live="polite">
            <span>{t.product.total}</span>
            <span>
              <Price
                money={times(unitPrice(product, answers), quantity)}
                cycle={product.billingCycle}
              />
            </span>
          </p>
          <TaxNote />
          {!excluded && !added && (
            <Button type="submit" kind="primary">
              {t.product.add}
            </Button>
          )}
          <p role="status" className="patience">
            {added && t.product.added}
          </p>
          {added && (
            <div className="buttons">
              <Link href="/cart" className="button primary">
                {t.product.toCart}
              </Link>
              <Link href="/catalog" className="inline-link">
                {t.product.goOn}
              </Link>
            </div>
          )}
        </div>
      </aside>
    </Form>
  );
}

const nameOf = (option: Option) => `/configOptions/${option.id}`;

/** A choice that must be made and has no default. */
function missing(product: Product, answers: Answers, text: string): Record<string, string> {
  return Object.fromEntries(
    product.configOptions
      .filter(
        ({ id, kind, required }) =>
          required &&
          (answers[id] === undefined ||
            (kind === 'quantity' && answers[id] === 0) ||
            (kind === 'yesno' && answers[id] === false)),
      )
      .map((option) => [nameOf(option), text]),
  );
}

function OptionField({
  option,
  answer,
  choose,
}: {
  option: Option;
  answer: Answers[string] | undefined;
  choose: (value: Answers[string]) => void;
}) {
  const { t, f } = useI18n();
  const surcharge = (amount: string, currency: string) =>
    Number(amount) === 0
      ? t.product.included
      : `${amount.startsWith('-') ? '' : '+'}${f.money({ amount, currency })}`;
  const shared = { name: nameOf(option), label: option.label };
  switch (option.kind) {
    case 'yesno':
      return (
        <CheckField
          {...shared}
          {...(option.unitPrice
            ? { note: surcharge(option.unitPrice.amount, option.unitPrice.currency) }
            : {})}
          checked={answer === true}
          onChange={choose}
        />
      );
    case 'quantity':
      return (
        <NumberField
          {...shared}
          hint={option.unitPrice ? t.product.each(f.money(option.unitPrice)) : undefined}
          min={option.min ?? 0}
          max={option.max ?? 99}
          value={Number(answer ?? option.min ?? 0)}
          onChange={choose}
        />
      );
    case 'choice': {
      const choices = (option.choices ?? []).map(({ id, label, priceDelta }) => ({
        value: id,
        label,
        note: surcharge(priceDelta.amount, priceDelta.currency),
      }));
      const value = typeof answer === 'string' ? answer : undefined;
      if (choices.length <= RADIOS) {
        return <RadioField {...shared} options={choices} value={value} onChange={choose} />;
      }
      return (
        <SelectField
          {...shared}
          value={value ?? ''}
          onChange={choose}
          options={[
            ...(value === undefined ? [{ value: '', label: t.address.choose }] : []),
            ...choices.map(({ note, ...choice }) => ({
              ...choice,
              label: `${choice.label} (${note})`,
            })),
          ]}
        />
      );
    }
  }
}
