/** The first page of a customer: what needs attention, what is under way. Blocks load by themselves. */

import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { config } from '../config';
import { Loaded } from '../features/loaded';
import { isOver } from '../features/order';
import { BillingButton } from '../features/payment';
import { useInvoices, useMe, useOrders, usePaymentMethods } from '../features/queries';
import { useServices } from '../features/services';
import { useI18n } from '../i18n';
import { Page, Skeleton } from '../ui/page';
import { Banner, Empty } from '../ui/parts';
import { InvoiceRows } from './invoices';
import { OrderRows } from './orders';
import { ServiceRows } from './services';

const SHOWN = 5;

export default function DashboardPage() {
  const { t } = useI18n();
  const me = useMe();
  const name = me.data?.firstName;
  return (
    <Page title={name ? t.home.hello(name) : t.home.helloNobody} name={t.nav.overview}>
      {me.data?.mapping.state === 'pending' && (
        <Banner tone="warn">
          <p>{t.profile.pending}</p>
        </Banner>
      )}
      <PaymentBanner />
      <div className="split two">
        <OrdersBlock />
        <InvoicesBlock />
        {config().features.subscriptions && <ServicesBlock />}
      </div>
    </Page>
  );
}

function PaymentBanner() {
  const { t } = useI18n();
  const { data } = usePaymentMethods();
  if (data?.hasPaymentMethod !== false) return null;
  return (
    <Banner tone="warn">
      <p>{t.home.noPayment}</p>
      <BillingButton destination="payment-methods">{t.checkout.addPayment}</BillingButton>
    </Banner>
  );
}

function Block({
  id,
  title,
  all,
  href,
  children,
}: {
  id: string;
  title: string;
  all: string;
  href: string;
  children: ReactNode;
}) {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        <Link href={href}>{all}</Link>
      </div>
      {children}
    </section>
  );
}

function OrdersBlock() {
  const { t } = useI18n();
  const query = useOrders(SHOWN);
  return (
    <Block id="home-orders" title={t.home.openOrders} all={t.home.allOrders} href="/orders">
      <Loaded query={query} skeleton={<Skeleton rows={2} />}>
        {({ items }) => {
          const open = items.filter(({ status }) => !isOver(status) || status === 'failed');
          if (open.length > 0) return <OrderRows orders={open} />;
          if (items.length > 0) return <p className="quiet">{t.home.noOpenOrders}</p>;
          return (
            <Empty title={t.home.firstTitle}>
              <p>{t.home.first}</p>
              <Link href="/catalog" className="button primary">
                {t.home.browse}
              </Link>
            </Empty>
          );
        }}
      </Loaded>
    </Block>
  );
}

const OPEN = new Set(['Unpaid', 'Overdue', 'Collections']);

function InvoicesBlock() {
  const { t } = useI18n();
  const query = useInvoices(SHOWN);
  return (
    <Block id="home-invoices" title={t.home.openInvoices} all={t.home.allInvoices} href="/invoices">
      <Loaded query={query} skeleton={<Skeleton rows={2} />}>
        {({ items }) => {
          const open = items.filter(({ status }) => OPEN.has(status));
          return open.length > 0 ? (
            <InvoiceRows invoices={open} />
          ) : (
            <p className="quiet">{t.home.noOpenInvoices}</p>
          );
        }}
      </Loaded>
    </Block>
  );
}

function ServicesBlock() {
  const { t } = useI18n();
  const query = useServices(SHOWN);
  return (
    <Block id="home-services" title={t.services.title} all={t.services.all} href="/subscriptions">
      <Loaded query={query} skeleton={<Skeleton rows={2} />}>
        {({ items }) =>
          items.length > 0 ? (
            <ServiceRows services={items} />
          ) : (
            <p className="quiet">{t.services.empty}</p>
          )
        }
      </Loaded>
    </Block>
  );
}
