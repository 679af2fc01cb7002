/** Why a product is not offered to a customer. */

import { useI18n } from '../i18n';
import type { Reason } from './shop';

export function ReasonList({ reasons }: { reasons: readonly Reason[] }) {
  const { t } = useI18n();
  // A reason of tomorrow has no text yet; the heading above says the rest.
  const texts = reasons.map((reason) => t.catalogue.reasons[reason]).filter(Boolean);
  if (texts.length === 0) return null;
  return (
    <ul className="reasons">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
