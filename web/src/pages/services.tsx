/** The services of a customer; without the API's endpoints, the way to them on the billing site. */

import { Link } from 'wouter';
import type { Schemas } from '../api/client';
import { config } from '../config';
import { Loaded } from '../features/loaded';
import { Pages } from '../features/pages';
import { BillingButton } from '../features/payment';
import { dataSize, useServices } from '../features/services';
import { useCycle } from '../features/show-price';
import { useI18n } from '../i18n';
import { Page, Skeleton } from '../ui/page';
import { Chip, Empty } from '../ui/parts';

const AT_ONCE = 20;

export const SERVICE_TONE = {
  pending: 'info',
  active: 'good',
  suspended: 'warn',
  completed: 'good',
  terminated: 'bad',
  cancelled: 'bad',
  unknown: 'warn',
} as const;

export default function ServicesPage() {
  const { t } = useI18n();
  if (!config().features.subscriptions) return <InBilling />;
  return (
    <Page title={t.services.title}>
      <Pages page={(cursor, first) => <ServicesOf cursor={cursor} first={first} />} />
    </Page>
  );
}

export function InBilling() {
  const { t } = useI18n();
  return (
    <Page title={t.services.title} className="narrow">
      <p>{t.services.inBilling}</p>
      <div className="buttons">
        <BillingButton destination="services" kind="primary">
          {t.services.open}
        </BillingButton>
      </div>
    </Page>
  );
}

function ServicesOf({ cursor, first }: { cursor: string | undefined; first: boolean }) {
  const { t } = useI18n();
  const query = useServices(AT_ONCE, { cursor, lines: true });
  return (
    <Loaded query={query} skeleton={<Skeleton rows={4} />}>
      {({ items, nextCursor }) =>
        first && items.length === 0 ? (
          <Empty title={t.services.empty}>
            <p>{t.services.emptyText}</p>
            <Link href="/catalog" className="button primary">
              {t.cart.browse}
            </Link>
          </Empty>
        ) : (
          <>
            <ServiceRows services={items} />
            <Pages.More cursor={nextCursor} />
          </>
        )
      }
    </Loaded>
  );
}

export function ServiceRows({ services }: { services: Schemas['SubscriptionSummary'][] }) {
  const { t, f } = useI18n();
  const cycle = useCycle();
  return (
    <ul className="rows">
      {services.map((service) => (
        <li key={service.id}>
          <Link className="row" href={`/subscriptions/${encodeURIComponent(service.id)}`}>
            <span className="row-title" lang={config().contentLanguage}>
              {service.name}
            </span>
            <span className="row-note">
              {service.price && f.money(service.price)} {cycle(service.billingCycle)}
            </span>
            {service.esim && <LineNote esim={service.esim} />}
            <span className="row-end">
              <Chip tone={SERVICE_TONE[service.status]}>{t.services.status[service.status]}</Chip>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** How the eSIM stands, as far as the provider tells it for a list. */
function LineNote({ esim }: { esim: Schemas['ListedEsim'] }) {
  const { t, f, lang } = useI18n();
  const { state, usage, validUntil, periodEnds } = esim;
  const size = (bytes: number) => dataSize(bytes, lang, usage?.totalBytes ?? null);
  const parts = [
    state && t.services.listed[state],
    usage &&
      `${t.services.usage}: ${
        usage.totalBytes === null
          ? t.services.usedOnly(size(usage.usedBytes))
          : t.services.used(size(usage.usedBytes), size(usage.totalBytes))
      }`,
    validUntil && `${t.services.validUntil}: ${f.dayOf(validUntil)}`,
    periodEnds && `${t.services.periodEnds}: ${f.dayOf(periodEnds)}`,
  ].filter(Boolean);
  return parts.length > 0 ? <span className="row-note">{parts.join(' · ')}</span> : null;
}
