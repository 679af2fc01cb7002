/** The last look before ordering: items, address, payment method, start, total, one button. */

import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { config } from '../config';
import { AddressLines } from '../features/address-lines';
import { type CartLine, useCart } from '../features/cart';
import { usePlaceOrder, type Wish } from '../features/checkout';
import { Loaded } from '../features/loaded';
import { Answered, type PricedLine, priced } from '../features/order-lines';
import { BillingButton, PaymentMethods } from '../features/payment';
import { totals } from '../features/price';
import { useAddress, usePaymentMethods } from '../features/queries';
import { useShop } from '../features/shop';
import { Price, Totals } from '../features/show-price';
import { wallClock } from '../features/time';
import { useI18n } from '../i18n';
import { Form, RadioField, TextField } from '../ui/form';
import { Page } from '../ui/page';
import { Banner, Button, Empty, Patience } from '../ui/parts';

const KEY = 'portal.checkout';
const YEAR = 365 * 86_400_000;
const SOONEST = 5 * 60_000;

export default function CheckoutPage() {
  const { t } = useI18n();
  const lines = useCart();
  const shop = useShop();
  return (
    <Page title={t.checkout.title}>
      {lines.length === 0 ? (
        <Empty title={t.cart.empty}>
          <div className="buttons">
            <Link href="/catalog" className="button primary">
              {t.cart.browse}
            </Link>
            <Link href="/orders" className="button">
              {t.home.allOrders}
            </Link>
          </div>
        </Empty>
      ) : (
        <Loaded query={shop.query}>
          {() => <Checkout lines={lines} rows={priced(lines, shop.products ?? [], shop.others)} />}
        </Loaded>
      )}
    </Page>
  );
}

/** What was chosen here survives the way to billing and back. */
function rememberedWish(): Wish {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Wish | null;
    if (kept && typeof kept.at === 'string') return { at: kept.at, later: kept.later === true };
  } catch {
    // Nothing of use was kept.
  }
  return { at: '', later: false };
}

function remember(wish: Wish): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(wish));
  } catch {
    // Storage is forbidden: the choice lives as long as the page.
  }
}

function Checkout({ lines, rows }: { lines: readonly CartLine[]; rows: PricedLine[] }) {
  const { t } = useI18n();
  const [, go] = useLocation();
  const [wish, setWishState] = useState(rememberedWish);
  const [wishError, setWishError] = useState<string>();
  const payment = usePaymentMethods();
  const placing = usePlaceOrder((order) => {
    sessionStorage.removeItem(KEY);
    go(`/orders/${order.sfOrderId}`, { replace: true, state: { placed: true } });
  });

  const setWish = (next: Wish) => {
    setWishState(next);
    remember(next);
    setWishError(undefined);
    placing.clear();
  };
  const esim = rows.some(({ product }) => product?.category === 'eSIM');
  const needsPayment = rows.some(({ product }) => product?.requiresPaymentMethod);
  const gated = needsPayment && payment.data?.hasPaymentMethod === false;
  const wrong = rows.some(({ mistake }) => mistake);
  const failure = wishError
    ? { fields: { '/activation/at': wishError }, general: [] }
    : placing.failure;

  const submit = () => {
    if (esim && wish.later && !wish.at) setWishError(t.checkout.whenMissing);
    else placing.place(lines, esim ? wish : undefined);
  };

  return (
    <Form className="split" failure={failure} onSubmit={submit} onEdit={() => placing.clear()}>
      <div className="stack">
        <section className="panel" aria-labelledby="checkout-items">
          <div className="panel-head">
            <h2 id="checkout-items">{t.checkout.items}</h2>
            <Link href="/cart">{t.checkout.editCart}</Link>
          </div>
          <ul className="lines">
            {rows.map((row) => (
              <Item key={row.line.id} row={row} />
            ))}
          </ul>
        </section>
        {esim && <ActivationPanel wish={wish} setWish={setWish} />}
        <AddressPanel />
        <section className="panel" aria-labelledby="checkout-payment">
          <h2 id="checkout-payment">{t.checkout.payment}</h2>
          {needsPayment ? (
            <PaymentPanel query={payment} />
          ) : (
            <p className="quiet">{t.checkout.paymentNotNeeded}</p>
          )}
        </section>
      </div>
      <aside className="panel">
        <Totals
          sums={totals(
            rows.flatMap(({ product, price }) =>
              product && price ? [{ billingCycle: product.billingCycle, price }] : [],
            ),
          )}
        />
        <p className="fine">{t.checkout.review}</p>
        {wrong ? (
          <p className="error">
            {t.checkout.fix} <Link href="/cart">{t.checkout.editCart}</Link>
          </p>
        ) : (
          !gated &&
          (!needsPayment || payment.data) && (
            <Button type="submit" kind="primary" busy={placing.busy}>
              {placing.busy ? t.checkout.placing : t.checkout.place}
            </Button>
          )
        )}
        {gated && <p>{t.problems['payment-method-required']}</p>}
        <Patience busy={placing.busy}>{t.checkout.placingHint}</Patience>
      </aside>
    </Form>
  );
}

function Item({ row: { line, product, price } }: { row: PricedLine }) {
  const { t } = useI18n();
  return (
    <li className="line">
      <div>
        <p className="line-name" lang={config().contentLanguage}>
          {t.order.line(line.quantity, product?.name ?? line.name)}
        </p>
        {product && <Answered product={product} answers={line.configOptions} />}
      </div>
      <p className="price">
        {product && price && <Price money={price} cycle={product.billingCycle} />}
      </p>
    </li>
  );
}

function ActivationPanel({ wish, setWish }: { wish: Wish; setWish: (wish: Wish) => void }) {
  const { t, f } = useI18n();
  const { timeZone } = config();
  return (
    <section className="panel">
      <RadioField
        name="/activation/type"
        label={t.checkout.activation}
        options={[
          { value: 'now', label: t.checkout.now },
          { value: 'later', label: t.checkout.later },
        ]}
        value={wish.later ? 'later' : 'now'}
        onChange={(value) => setWish({ ...wish, later: value === 'later' })}
      />
      {wish.later && (
        <TextField
          name="/activation/at"
          label={t.checkout.when}
          hint={t.checkout.whenHint(f.zone())}
          type="datetime-local"
          className="short"
          value={wish.at}
          min={wallClock(new Date(Date.now() + SOONEST), timeZone)}
          max={wallClock(new Date(Date.now() + YEAR), timeZone)}
          onInput={({ currentTarget }) => setWish({ ...wish, at: currentTarget.value })}
        />
      )}
    </section>
  );
}

function AddressPanel() {
  const { t } = useI18n();
  const query = useAddress();
  return (
    <section className="panel" aria-labelledby="checkout-address">
      <div className="panel-head">
        <h2 id="checkout-address">{t.checkout.address}</h2>
        <Link href="/profile">{t.common.change}</Link>
      </div>
      <Loaded query={query}>{({ address }) => <AddressLines address={address} />}</Loaded>
    </section>
  );
}

function PaymentPanel({ query }: { query: ReturnType<typeof usePaymentMethods> }) {
  const { t } = useI18n();
  const [asked, setAsked] = useState(false);
  return (
    <Loaded query={query}>
      {({ hasPaymentMethod, methods }) => (
        <>
          <PaymentMethods methods={methods} />
          {hasPaymentMethod ? (
            <div className="buttons">
              <BillingButton destination="payment-methods" kind="plain">
                {t.checkout.managePayment}
              </BillingButton>
            </div>
          ) : (
            <>
              <Banner tone="warn">
                <p>{t.checkout.paymentNeeded}</p>
              </Banner>
              <div className="buttons">
                <BillingButton destination="payment-methods" kind="primary">
                  {t.checkout.addPayment}
                </BillingButton>
                <Button
                  busy={query.isFetching}
                  onClick={() => void query.refetch().then(() => setAsked(true))}
                >
                  {t.checkout.paymentDone}
                </Button>
              </div>
              <p role="status">{asked && !query.isFetching && t.checkout.paymentStill}</p>
            </>
          )}
        </>
      )}
    </Loaded>
  );
}
