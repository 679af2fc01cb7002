/** All orders, newest first. */

import { Link } from 'wouter';
import type { Schemas } from '../api/client';
import { config } from '../config';
import { Loaded } from '../features/loaded';
import { TONE } from '../features/order';
import { Pages } from '../features/pages';
import { useOrders } from '../features/queries';
import { useI18n } from '../i18n';
import { Page, Skeleton } from '../ui/page';
import { Chip, Empty } from '../ui/parts';

export default function OrdersPage() {
  const { t } = useI18n();
  return (
    <Page title={t.order.title}>
      <Pages page={(cursor, first) => <OrdersOf cursor={cursor} first={first} />} />
    </Page>
  );
}

const AT_ONCE = 20;

function OrdersOf({ cursor, first }: { cursor: string | undefined; first: boolean }) {
  const { t } = useI18n();
  const query = useOrders(AT_ONCE, cursor);
  return (
    <Loaded query={query} skeleton={<Skeleton rows={5} />}>
      {({ items, nextCursor }) =>
        first && items.length === 0 ? (
          <Empty title={t.order.empty}>
            <p>{t.order.emptyText}</p>
            <Link href="/catalog" className="button primary">
              {t.cart.browse}
            </Link>
          </Empty>
        ) : (
          <>
            <OrderRows orders={items} />
            <Pages.More cursor={nextCursor} />
          </>
        )
      }
    </Loaded>
  );
}

export function OrderRows({ orders }: { orders: Schemas['OrderSummary'][] }) {
  const { t, f } = useI18n();
  return (
    <ul className="rows">
      {orders.map((order) => (
        <li key={order.sfOrderId}>
          <Link className="row" href={`/orders/${order.sfOrderId}`}>
            <span className="row-title">{t.order.one(order.orderNumber)}</span>
            <span className="row-note">
              {f.dayOf(order.createdAt)} ·{' '}
              <span lang={config().contentLanguage}>
                {order.lines.map((line) => t.order.line(line.quantity, line.name)).join(', ')}
              </span>
            </span>
            <span className="row-end">
              <Chip tone={TONE[order.status]}>{t.order.status[order.status]}</Chip>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
