/** The reader's language: which one it is, its texts and its formats. */

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { config, isLang, type Lang } from '../config';
import { storage } from '../storage';
import type { Messages } from './en';
import * as format from './format';

const KEY = 'portal.language';

export interface I18n {
  lang: Lang;
  t: Messages;
  f: Formats;
  /** Changes the language and remembers the choice on this device. */
  choose: (lang: Lang) => void;
  /** Changes the language unless a choice was made on this device. */
  prefer: (lang: Lang) => void;
}

export interface Formats {
  money: (money: format.Money) => string;
  day: (date: string) => string;
  dayOf: (moment: string) => string;
  moment: (at: string | number) => string;
  clock: (at: number) => string;
  month: (text: string) => string;
  country: (code: string) => string;
  zone: () => string;
}

const Context = createContext<I18n | undefined>(undefined);

export function useI18n(): I18n {
  const value = useContext(Context);
  if (!value) throw new Error('useI18n is used outside of I18nProvider');
  return value;
}

/** The language of the first page: the one chosen before, else the browser's. */
export function firstLanguage(): Lang {
  const offered = config().languages;
  const chosen = storage.get(KEY);
  if (isLang(chosen) && offered.includes(chosen)) return chosen;
  for (const tag of navigator.languages) {
    const primary = tag.slice(0, 2).toLowerCase();
    if (isLang(primary) && offered.includes(primary)) return primary;
  }
  return offered[0] ?? 'en';
}

/** One language is one file; the other is fetched when it is chosen. */
export async function loadMessages(lang: Lang): Promise<Messages> {
  return lang === 'ja' ? (await import('./ja')).ja : (await import('./en')).en;
}

interface ProviderProps {
  lang: Lang;
  messages: Messages;
  children: ReactNode;
}

export function I18nProvider({ lang: first, messages, children }: ProviderProps) {
  const [{ lang, t }, set] = useState({ lang: first, t: messages });
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  const value = useMemo<I18n>(() => {
    const show = (next: Lang) => {
      if (next === lang || !config().languages.includes(next)) return;
      // A language that does not arrive leaves the page as it is.
      loadMessages(next).then(
        (loaded) => set({ lang: next, t: loaded }),
        () => undefined,
      );
    };
    return {
      lang,
      t,
      f: formats(lang),
      choose: (next) => {
        storage.set(KEY, next);
        show(next);
      },
      prefer: (next) => {
        if (storage.get(KEY) === null) show(next);
      },
    };
  }, [lang, t]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

function formats(lang: Lang): Formats {
  const zone = config().timeZone;
  return {
    money: (value) => format.money(lang, value),
    day: (date) => format.day(lang, date),
    dayOf: (moment) => format.dayOf(lang, moment, zone),
    moment: (at) => format.moment(lang, at, zone),
    clock: (at) => format.clock(lang, at, zone),
    month: (text) => format.month(lang, text),
    country: (code) => format.country(lang, code),
    zone: () => format.zoneName(lang, zone),
  };
}
