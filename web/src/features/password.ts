/** The password rules, to show them while typing. The API checks them again. */

import type { Schemas } from '../api/client';
import type { Messages } from '../i18n/en';

export interface Rule {
  text: string;
  met: boolean;
}

export function passwordRules(
  password: string,
  policy: Schemas['PasswordPolicyView'],
  t: Messages,
): Rule[] {
  const { rule } = t.auth;
  const rules: (Rule | false)[] = [
    { text: rule.length(policy.minLength), met: [...password].length >= policy.minLength },
    policy.lowercase && { text: rule.lowercase, met: /[a-z]/.test(password) },
    policy.uppercase && { text: rule.uppercase, met: /[A-Z]/.test(password) },
    policy.digits && { text: rule.digits, met: /[0-9]/.test(password) },
    policy.symbols && {
      text: rule.symbols,
      met: [...password.trim()].some((letter) => policy.symbolCharacters.includes(letter)),
    },
  ];
  return rules.filter((entry) => entry !== false);
}
