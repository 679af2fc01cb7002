/** A page that failed while it was drawn, or whose file could not be fetched. */

import { useI18n } from '../i18n';
import { Page } from '../ui/page';
import { Button } from '../ui/parts';

export function CrashPage() {
  const { t } = useI18n();
  return (
    <Page title={t.error.crashTitle} className="narrow">
      <p role="alert">{t.error.crash}</p>
      <div className="buttons">
        <Button kind="primary" onClick={() => location.reload()}>
          {t.error.reload}
        </Button>
      </div>
    </Page>
  );
}
