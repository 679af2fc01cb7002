/** A field for a new password, with its rules ticked while typing. */

import { useState } from 'react';
import { useI18n } from '../i18n';
import { PasswordField } from '../ui/form';
import { Icon } from '../ui/icons';
import { passwordRules } from './password';
import { usePasswordPolicy } from './queries';

export function NewPassword({ name, label, hint }: { name: string; label: string; hint?: string }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState('');
  const policy = usePasswordPolicy();
  return (
    <PasswordField
      name={name}
      label={label}
      {...(hint ? { hint } : {})}
      autoComplete="new-password"
      onValue={setTyped}
    >
      {policy.data && (
        <div className="rules">
          <p>{t.auth.rules}</p>
          <ul className="rules">
            {passwordRules(typed, policy.data, t).map(({ text, met }) => (
              <li key={text} className={met ? 'met' : undefined}>
                <Icon name={met ? 'check' : 'dot'} />
                {text}
                <span className="sr">({met ? t.auth.ruleMet : t.auth.ruleOpen})</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </PasswordField>
  );
}
