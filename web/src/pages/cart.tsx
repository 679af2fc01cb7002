/** The cart: lines with today's prices, quantities, and what stands in the way of ordering. */

import { useState } from 'react';
import { Link } from 'wouter';
import { config } from '../config';
import { type CartLine, changeQuantity, removeLine, restoreLine, useCart } from '../features/cart';
import { Loaded } from '../features/loaded';
import { Answered, type Mistake, type PricedLine, priced } from '../features/order-lines';
import { totals } from '../features/price';
import { type Shop, useShop } from '../features/shop';
import { Price, Totals } from '../features/show-price';
import { useI18n } from '../i18n';
import type { Messages } from '../i18n/en';
import { NumberField } from '../ui/form';
import { Page } from '../ui/page';
import { Banner, Button, Empty } from '../ui/parts';

interface Removed {
  line: CartLine;
  place: number;
}

export default function CartPage() {
  const { t } = useI18n();
  const lines = useCart();
  const shop = useShop();
  const [removed, setRemoved] = useState<Removed>();
  const remove = (line: CartLine) => {
    setRemoved({ line, place: lines.indexOf(line) });
    removeLine(line.id);
  };
  return (
    <Page title={t.cart.title}>
      <div role="status">
        {removed && (
          <Banner>
            <p>{t.cart.removed(removed.line.name)}</p>
            <Button
              kind="plain"
              onClick={() => {
                restoreLine(removed.line, removed.place);
                setRemoved(undefined);
              }}
            >
              {t.cart.undo}
            </Button>
          </Banner>
        )}
      </div>
      {lines.length === 0 ? (
        <Empty title={t.cart.empty}>
          <p>{t.cart.emptyText}</p>
          <Link href="/catalog" className="button primary">
            {t.cart.browse}
          </Link>
        </Empty>
      ) : (
        <Loaded query={shop.query}>
          {() => <Lines lines={lines} shop={shop} remove={remove} />}
        </Loaded>
      )}
    </Page>
  );
}

function Lines({
  lines,
  shop,
  remove,
}: {
  lines: readonly CartLine[];
  shop: Shop;
  remove: (line: CartLine) => void;
}) {
  const { t } = useI18n();
  const rows = priced(lines, shop.products ?? [], shop.others);
  const wrong = rows.some(({ mistake }) => mistake);
  const sums = totals(
    rows.flatMap(({ product, price, mistake }) =>
      product && price && (!mistake || mistake === 'too-many')
        ? [{ billingCycle: product.billingCycle, price }]
        : [],
    ),
  );
  return (
    <div className="split">
      <section className="panel" aria-label={t.cart.lines}>
        <ul className="lines">
          {rows.map((row) => (
            <Line key={row.line.id} row={row} remove={remove} />
          ))}
        </ul>
      </section>
      <aside className="panel">
        {sums.length > 0 && <Totals sums={sums} />}
        {wrong ? (
          <p className="error">{t.checkout.fix}</p>
        ) : (
          <Link href="/checkout" className="button primary wide">
            {t.cart.checkout}
          </Link>
        )}
        <Link href="/catalog" className="inline-link">
          {t.product.goOn}
        </Link>
      </aside>
    </div>
  );
}

export function mistakeText(mistake: Mistake, row: PricedLine, t: Messages): string {
  switch (mistake) {
    case 'gone':
      return `${t.cart.gone(row.line.name)} ${t.cart.goneText}`;
    case 'not-eligible':
      return t.cart.notEligible;
    case 'changed':
      return t.cart.changed;
    case 'too-many':
      return t.cart.tooMany(row.product?.maxQuantity ?? 0);
  }
}

function Line({ row, remove }: { row: PricedLine; remove: (line: CartLine) => void }) {
  const { t } = useI18n();
  const { line, product, price, mistake } = row;
  const name = product?.name ?? line.name;
  return (
    <li className="cart-line">
      <div>
        <p className="line-name" lang={config().contentLanguage}>
          {product ? <Link href={`/catalog/${encodeURIComponent(line.sku)}`}>{name}</Link> : name}
        </p>
        {product && <Answered product={product} answers={line.configOptions} />}
        {mistake && <p className="error">{mistakeText(mistake, row, t)}</p>}
      </div>
      <p className="price">
        {product && price && <Price money={price} cycle={product.billingCycle} />}
      </p>
      <div className="cart-tools">
        {product && product.maxQuantity > 1 && (
          <NumberField
            name={`quantity-${line.id}`}
            label={t.cart.quantityOf(name)}
            hideLabel
            min={1}
            max={Math.max(product.maxQuantity, line.quantity)}
            value={line.quantity}
            onChange={(quantity) => changeQuantity(line.id, quantity)}
          />
        )}
        <Button kind="plain" label={t.cart.removeName(name)} onClick={() => remove(line)}>
          {t.common.remove}
        </Button>
      </div>
    </li>
  );
}
