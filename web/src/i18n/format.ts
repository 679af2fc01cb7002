/** Money, dates and times in the reader's language and the shop's time zone. */

import type { Lang } from '../config';

export interface Money {
  amount: string;
  currency: string;
}

const LOCALES: Record<Lang, string> = { en: 'en-GB', ja: 'ja-JP' };

/** `¥5,500` in English, `5,500円` in Japanese. Takes the decimal string as it is: no float. */
export function money(lang: Lang, { amount, currency }: Money): string {
  return new Intl.NumberFormat(lang === 'ja' ? 'ja-JP' : 'en-US', {
    style: 'currency',
    currency,
    currencyDisplay: lang === 'ja' ? 'name' : 'narrowSymbol',
    trailingZeroDisplay: 'stripIfInteger',
  })
    .format(amount as Intl.StringNumericLiteral)
    .replaceAll(/\s+(?=円)/g, '');
}

/** A day (`2026-12-01`), which has no time zone. */
export function day(lang: Lang, date: string): string {
  return new Intl.DateTimeFormat(LOCALES[lang], { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${date.slice(0, 10)}T00:00:00Z`),
  );
}

/** The day of a moment, in the shop's time zone. */
export function dayOf(lang: Lang, moment: string, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALES[lang], { dateStyle: 'medium', timeZone }).format(
    new Date(moment),
  );
}

/** Day and time of a moment, in the shop's time zone. */
export function moment(lang: Lang, at: string | number, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALES[lang], {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(new Date(at));
}

/** The time of day of a moment, in the shop's time zone. */
export function clock(lang: Lang, at: number, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALES[lang], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone,
  }).format(new Date(at));
}

/** A month (`2028-02`). */
export function month(lang: Lang, text: string): string {
  return new Intl.DateTimeFormat(LOCALES[lang], {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${text}-01T00:00:00Z`));
}

/** The name of a time zone for readers, such as `Japan Standard Time`. */
export function zoneName(lang: Lang, timeZone: string): string {
  const parts = new Intl.DateTimeFormat(LOCALES[lang], {
    timeZone,
    timeZoneName: 'long',
  }).formatToParts(new Date());
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}

/** The name of a country, from its ISO 3166-1 alpha-2 code. */
export function country(lang: Lang, code: string): string {
  try {
    return new Intl.DisplayNames([LOCALES[lang]], { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}
