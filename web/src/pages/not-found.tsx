/** Nothing stands at this address. */

import { Link } from 'wouter';
import { useI18n } from '../i18n';
import { Page } from '../ui/page';

export default function NotFoundPage() {
  const { t } = useI18n();
  return (
    <Page title={t.notFound.title} className="narrow">
      <p>{t.notFound.text}</p>
      <div className="buttons">
        <Link href="/catalog" className="button primary">
          {t.notFound.link}
        </Link>
      </div>
    </Page>
  );
}
