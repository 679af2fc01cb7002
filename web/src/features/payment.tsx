/** Payment methods, and the way to the billing site and back. */

import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Schemas } from '../api/client';
import { useI18n } from '../i18n';
import { Banner, Button } from '../ui/parts';
import { type BillingLink, billingLink } from './billing-site';
import { asApiError, problemText } from './form';

/**
 * A button that opens a place of the billing site in this window. The link is made at the press.
 * Where billing asks for its own password, the reader is told before leaving.
 */
export function BillingButton({
  destination,
  kind = 'secondary',
  children,
}: {
  destination: Schemas['SsoRequest']['destination'];
  kind?: 'primary' | 'secondary' | 'plain';
  children: ReactNode;
}) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [plain, setPlain] = useState<BillingLink>();
  const [error, setError] = useState<string>();
  const going = useRef(false);
  useEffect(() => {
    // Back from the billing site by the browser's cache: the button works again.
    const shown = () => {
      going.current = false;
      setBusy(false);
    };
    addEventListener('pageshow', shown);
    return () => removeEventListener('pageshow', shown);
  }, []);

  const open = async () => {
    if (going.current) return;
    going.current = true;
    setBusy(true);
    setError(undefined);
    try {
      const link = await billingLink(destination);
      if (!link.signInNeeded) {
        location.assign(link.url);
        return;
      }
      setPlain(link);
    } catch (thrown) {
      setError(problemText(asApiError(thrown), t));
    }
    going.current = false;
    setBusy(false);
  };

  if (plain) {
    return (
      <Banner live>
        <p>{t.payment.signInNeeded}</p>
        <a className="button" href={plain.url}>
          {t.payment.openPlain}
        </a>
      </Banner>
    );
  }
  return (
    <>
      <Button kind={kind} busy={busy} onClick={() => void open()}>
        {busy ? t.common.working : children}
      </Button>
      <span role="alert">{error && <span className="error">{error}</span>}</span>
    </>
  );
}

/** The payment methods on file, in words. */
export function PaymentMethods({ methods }: { methods: Schemas['PaymentMethodView'][] }) {
  const { t, f } = useI18n();
  if (methods.length === 0) return <p className="quiet">{t.payment.none}</p>;
  return (
    <ul className="lines">
      {methods.map((method, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: methods have no id
        <li key={place}>
          <span className="card-brand">{method.brand ?? t.payment[method.type]}</span>{' '}
          {method.lastFour && t.payment.ending(method.lastFour)}{' '}
          {method.expiry && (
            <span className={method.expired ? 'error' : 'quiet'}>
              ({method.expired ? t.payment.expired : t.payment.expires(f.month(method.expiry))})
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
