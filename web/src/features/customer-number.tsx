/** The field for the number that a customer has from us, and what to do without one. */

import { config } from '../config';
import { useI18n } from '../i18n';
import { TextField } from '../ui/form';

export function CustomerNumber() {
  const { t } = useI18n();
  const { email, phone } = config().support;
  return (
    <>
      <TextField
        name="/sfNumber"
        label={t.signUp.number}
        hint={t.signUp.numberHint}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
      />
      <details className="more">
        <summary>{t.signUp.numberNone}</summary>
        <p>{t.signUp.numberNoneText}</p>
        {email && (
          <p>
            <a href={`mailto:${email}`}>{email}</a>
          </p>
        )}
        {phone && (
          <p>
            <a href={`tel:${phone}`}>{phone}</a>
          </p>
        )}
      </details>
    </>
  );
}
