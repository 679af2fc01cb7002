/** One invoice, with the way to pay it. */

import { Link } from 'wouter';
import type { Schemas } from '../api/client';
import { config } from '../config';
import { isMissing, Loaded } from '../features/loaded';
import { INVOICE_TONE } from '../features/order';
import { BillingButton } from '../features/payment';
import { units } from '../features/price';
import { useInvoice } from '../features/queries';
import { useI18n } from '../i18n';
import { Page } from '../ui/page';
import { Button, Chip, Facts } from '../ui/parts';
import NotFoundPage from './not-found';

export default function InvoicePage({ params }: { params: { id?: string } }) {
  const id = Number(params.id);
  return Number.isSafeInteger(id) && id > 0 ? <InvoiceOf id={id} /> : <NotFoundPage />;
}

function InvoiceOf({ id }: { id: number }) {
  const { t } = useI18n();
  const query = useInvoice(id);
  if (!query.data && isMissing(query.error)) {
    return (
      <Page title={t.notFound.title} className="narrow">
        <p>{t.invoice.notFound}</p>
        <div className="buttons">
          <Link href="/invoices" className="button primary">
            {t.home.allInvoices}
          </Link>
        </div>
      </Page>
    );
  }
  return (
    <Page
      crumb={<Link href="/invoices">‹ {t.home.allInvoices}</Link>}
      title={query.data ? t.invoice.one(query.data.number) : t.invoice.title}
      actions={query.data && <Button onClick={() => print()}>{t.common.print}</Button>}
    >
      <Loaded query={query}>{(invoice) => <Detail invoice={invoice} />}</Loaded>
    </Page>
  );
}

const PAYABLE = new Set(['Unpaid', 'Overdue', 'Collections']);

function Detail({ invoice }: { invoice: Schemas['InvoiceDetail'] }) {
  const { t, f } = useI18n();
  const { balance } = invoice;
  const open = PAYABLE.has(invoice.status) && (!balance || units(balance.amount) > 0n);
  return (
    <div className="split">
      <section className="panel" aria-label={t.invoice.description}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t.invoice.description}</th>
              <th scope="col">{t.invoice.amount}</th>
            </tr>
          </thead>
          <tbody>
            {invoice.items.map((item, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an invoice's lines never change
              <tr key={place}>
                <td lang={config().contentLanguage}>{item.description}</td>
                <td>{item.amount && f.money(item.amount)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t.invoice.total}</th>
              <td>
                <strong>{invoice.total && f.money(invoice.total)}</strong>
              </td>
            </tr>
          </tfoot>
        </table>
      </section>
      <aside className="panel">
        <div>
          <Chip tone={INVOICE_TONE[invoice.status] ?? 'info'}>
            {t.invoice.status[invoice.status] ?? invoice.status}
          </Chip>
        </div>
        <Facts
          rows={[
            invoice.date ? [t.invoice.date, f.day(invoice.date)] : undefined,
            invoice.dueDate ? [t.invoice.due, f.day(invoice.dueDate)] : undefined,
            invoice.paidDate ? [t.invoice.paid, f.day(invoice.paidDate)] : undefined,
            open && balance ? [t.invoice.balance, f.money(balance)] : undefined,
          ]}
        />
        {open && (
          <>
            <BillingButton destination={`invoice/${invoice.id}`} kind="primary">
              {t.invoice.pay}
            </BillingButton>
            <p className="fine no-print">{t.invoice.payHint}</p>
          </>
        )}
      </aside>
    </div>
  );
}
