/** Services, as long as the API has no endpoints for them: they are seen on the billing site. */

import { BillingButton } from '../features/payment';
import { useI18n } from '../i18n';
import { Page } from '../ui/page';

export default function ServicesPage() {
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
