/** All invoices, newest first. */

import { Link } from 'wouter';
import type { Schemas } from '../api/client';
import { Loaded } from '../features/loaded';
import { INVOICE_TONE } from '../features/order';
import { Pages } from '../features/pages';
import { useInvoices } from '../features/queries';
import { useI18n } from '../i18n';
import { Page, Skeleton } from '../ui/page';
import { Chip, Empty } from '../ui/parts';

export default function InvoicesPage() {
  const { t } = useI18n();
  return (
    <Page title={t.invoice.title}>
      <Pages page={(cursor, first) => <InvoicesOf cursor={cursor} first={first} />} />
    </Page>
  );
}

const AT_ONCE = 20;

function InvoicesOf({ cursor, first }: { cursor: string | undefined; first: boolean }) {
  const { t } = useI18n();
  const query = useInvoices(AT_ONCE, cursor);
  return (
    <Loaded query={query} skeleton={<Skeleton rows={5} />}>
      {({ items, nextCursor }) =>
        first && items.length === 0 ? (
          <Empty title={t.invoice.empty}>
            <p>{t.invoice.emptyText}</p>
          </Empty>
        ) : (
          <>
            <InvoiceRows invoices={items} />
            <Pages.More cursor={nextCursor} />
          </>
        )
      }
    </Loaded>
  );
}

export function InvoiceRows({ invoices }: { invoices: Schemas['InvoiceView'][] }) {
  const { t, f } = useI18n();
  return (
    <ul className="rows">
      {invoices.map((invoice) => (
        <li key={invoice.id}>
          <Link className="row" href={`/invoices/${invoice.id}`}>
            <span className="row-title">{t.invoice.one(invoice.number)}</span>
            <span className="row-note">
              {invoice.status !== 'Paid' && invoice.dueDate
                ? `${t.invoice.due}: ${f.day(invoice.dueDate)}`
                : invoice.date && f.day(invoice.date)}
            </span>
            <span className="row-end">
              <strong className="number">{invoice.total && f.money(invoice.total)}</strong>
              <Chip tone={INVOICE_TONE[invoice.status] ?? 'info'}>
                {t.invoice.status[invoice.status] ?? invoice.status}
              </Chip>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
