/** One order: how far it is, what happens next, what was ordered. */

import { Link } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import type { Schemas } from '../api/client';
import { config } from '../config';
import { CancelOrder } from '../features/cancel-order';
import { isMissing, Loaded } from '../features/loaded';
import { isOver, TONE } from '../features/order';
import { OrderLines } from '../features/order-lines';
import { times, totals } from '../features/price';
import { useOrder } from '../features/queries';
import { Totals } from '../features/show-price';
import { useI18n } from '../i18n';
import { Page } from '../ui/page';
import { Banner, Chip, Facts } from '../ui/parts';

export default function OrderPage({ params }: { params: { id?: string } }) {
  const { t } = useI18n();
  const query = useOrder(params.id ?? '');
  const placed = useHistoryState<{ placed?: boolean } | null>()?.placed === true;
  if (!query.data && isMissing(query.error)) {
    return (
      <Page title={t.notFound.title} className="narrow">
        <p>{t.order.notFound}</p>
        <div className="buttons">
          <Link href="/orders" className="button primary">
            {t.home.allOrders}
          </Link>
        </div>
      </Page>
    );
  }
  const number = query.data?.orderNumber;
  return (
    <Page
      crumb={<Link href="/orders">‹ {t.home.allOrders}</Link>}
      title={number ? t.order.one(number) : t.order.title}
    >
      {placed && (
        <Banner tone="good" live>
          <p>{t.checkout.thanks}</p>
        </Banner>
      )}
      <Loaded query={query}>{(order) => <Detail order={order} />}</Loaded>
    </Page>
  );
}

function Detail({ order }: { order: Schemas['OrderView'] }) {
  const { t, f } = useI18n();
  const sums = totals(
    order.lines.flatMap(({ billingCycle, unitPrice, quantity }) =>
      unitPrice ? [{ billingCycle, price: times(unitPrice, quantity) }] : [],
    ),
  );
  return (
    <div className="split">
      <div className="stack">
        <section
          className={`panel status-panel ${TONE[order.status]}`}
          aria-labelledby="order-status"
        >
          <h2 id="order-status" className="sr">
            {t.order.statusLabel}
          </h2>
          <p role="status" className="status-word">
            {t.order.status[order.status]}
          </p>
          <p>{order.delayed ? t.order.delayed : t.order.next[order.status]}</p>
          {!isOver(order.status) && <p className="fine no-print">{t.order.updates}</p>}
          {order.status === 'provisioned' && config().features.subscriptions && (
            <Link href="/subscriptions" className="button primary">
              {order.timeline.some(({ step }) => step === 'activate_esim')
                ? t.order.toEsim
                : t.order.toServices}
            </Link>
          )}
          <CancelOrder order={order} />
        </section>
        <section className="panel" aria-labelledby="order-items">
          <h2 id="order-items">{t.order.items}</h2>
          <OrderLines lines={order.lines} />
          <Totals sums={sums} />
          <Facts
            rows={[
              [t.order.placed, f.moment(order.createdAt)],
              order.scheduledAt ? [t.order.starts, f.moment(order.scheduledAt)] : undefined,
            ]}
          />
        </section>
      </div>
      <aside className="panel">
        <h2>{t.order.timeline}</h2>
        <Timeline entries={order.timeline} />
      </aside>
    </div>
  );
}

/** Steps of our systems that say nothing to a customer unless they fail. */
const INTERNAL = new Set(['load', 'verify', 'write_back']);

function Timeline({ entries }: { entries: Schemas['TimelineEntry'][] }) {
  const { t, f } = useI18n();
  return (
    <ol className="timeline">
      {entries
        .filter(({ step, status }) => !INTERNAL.has(step) || status === 'failed')
        .map(({ step, label, status, at }) => (
          <li key={step} data-status={status}>
            {t.order.steps[step] ?? <span lang="en">{label}</span>}{' '}
            <span className="sr">({t.order.stepStatus[status]})</span>
            {at && status === 'done' && <time dateTime={at}>{f.moment(at)}</time>}
            {status === 'running' && <Chip>{t.order.stepStatus.running}</Chip>}
          </li>
        ))}
    </ol>
  );
}
