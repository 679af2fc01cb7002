/** The site is closed by /config.json; the page opens it again by itself. */

import { useEffect } from 'react';
import { config, loadConfig } from '../config';
import { useI18n } from '../i18n';
import { Page } from '../ui/page';

const EVERY = 60_000;

export default function MaintenancePage() {
  const { t, f } = useI18n();
  const until = config().maintenance?.until;
  useEffect(() => {
    const look = async () => {
      const { maintenance } = await loadConfig();
      if (!maintenance) location.reload();
    };
    const timer = setInterval(() => void look(), EVERY);
    return () => clearInterval(timer);
  }, []);
  return (
    <Page title={t.maintenance.title} className="narrow">
      <p>{t.maintenance.text}</p>
      {until && <p>{t.maintenance.until(f.moment(until))}</p>}
      <p className="quiet">{t.maintenance.auto}</p>
    </Page>
  );
}
