/** Checks that several forms share. */

import type { Messages } from '../i18n/en';
import type { Found, Values } from './form';

export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
export const CUSTOMER_NUMBER = /^[A-Za-z0-9][A-Za-z0-9-]{2,31}$/;

export function checkEmail(values: Values, name: string, t: Messages): Found {
  const text = values.text(name);
  if (!text) return { [name]: t.auth.fill };
  return EMAIL.test(text) ? {} : { [name]: t.auth.emailForm };
}

export function checkFilled(values: Values, names: readonly string[], t: Messages): Found {
  return Object.fromEntries(
    names.filter((name) => !values.raw(name).trim()).map((name) => [name, t.auth.fill]),
  );
}

export function checkNumber(values: Values, t: Messages): Found {
  const text = values.text('/sfNumber');
  if (!text) return { '/sfNumber': t.auth.fill };
  return CUSTOMER_NUMBER.test(text) ? {} : { '/sfNumber': t.signUp.numberForm };
}
