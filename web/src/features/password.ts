/** The password rules, to show them while typing. The API checks them again. */

import type { PasswordPolicy } from '../config';
import type { Messages } from '../i18n/en';

// Cognito counts these as symbols.
const SYMBOLS = new Set('^$*.[]{}()?-"!@#%&/\\,><\':;|_~`+= ');

export interface Rule {
  text: string;
  met: boolean;
}

export function passwordRules(password: string, policy: PasswordPolicy, t: Messages): Rule[] {
  const { rule } = t.auth;
  const rules: (Rule | false)[] = [
    { text: rule.length(policy.minLength), met: [...password].length >= policy.minLength },
    policy.lowercase && { text: rule.lowercase, met: /[a-z]/.test(password) },
    policy.uppercase && { text: rule.uppercase, met: /[A-Z]/.test(password) },
    policy.digits && { text: rule.digits, met: /[0-9]/.test(password) },
    policy.symbols && {
      text: rule.symbols,
      met: [...password.trim()].some((letter) => SYMBOLS.has(letter)),
    },
  ];
  return rules.filter((entry) => entry !== false);
}
