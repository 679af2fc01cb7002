/** What an operator may set without a new build: /config.json, read once before the first page. */

export type Lang = 'en' | 'ja';

export interface SiteConfig {
  /** Where the API answers, on this origin. */
  apiBase: string;
  brand: { name: string; logoUrl?: string; color?: string };
  currency: string;
  /** IANA name; all times are shown in it. */
  timeZone: string;
  languages: Lang[];
  /** The language of product names and descriptions, which the API has in one only. */
  contentLanguage: string;
  /** How a customer reaches people. */
  support: { email?: string; phone?: string; url?: string };
  features: { subscriptions: boolean };
  /** What proves a customer number (`SIGNUP_PROOF`), and which fact is asked for. */
  signUp: { proof: 'none' | 'second-fact' | 'email'; fact: 'postcode' | 'birth-date' | 'other' };
  /** Present: every page says that the site is closed. `until` is an ISO 8601 time. */
  maintenance?: { until?: string };
}

export const DEFAULTS: SiteConfig = {
  apiBase: '/api',
  brand: { name: 'Portal' },
  currency: 'JPY',
  timeZone: 'Asia/Tokyo',
  languages: ['en', 'ja'],
  contentLanguage: 'en',
  support: {},
  features: { subscriptions: true },
  signUp: { proof: 'none', fact: 'other' },
};

let current = DEFAULTS;

/** The configuration in force. */
export const config = (): SiteConfig => current;

/** Read /config.json; what is missing or unusable keeps its default. */
export async function loadConfig(): Promise<SiteConfig> {
  try {
    const answer = await fetch('/config.json', {
      // The very request that index.html preloads.
      credentials: 'same-origin',
      mode: 'cors',
      signal: AbortSignal.timeout(5000),
    });
    if (answer.ok) current = readConfig(await answer.json());
  } catch {
    // Unreachable or no JSON: the defaults serve, and the pages' own requests tell of the network.
  }
  return current;
}

/** A configuration from parsed JSON; a member of the wrong type or form keeps its default. */
export function readConfig(source: unknown): SiteConfig {
  const from = members(source);
  const brand = members(from.brand);
  const support = members(from.support);
  const signUp = members(from.signUp);
  const languages = Array.isArray(from.languages) ? from.languages.filter(isLang) : [];
  return {
    apiBase: text(from.apiBase, /^\/[\w./-]*[\w-]$/) ?? DEFAULTS.apiBase,
    brand: {
      name: text(brand.name) ?? DEFAULTS.brand.name,
      ...optional('logoUrl', text(brand.logoUrl, /^\/(?!\/)/)),
      ...optional('color', text(brand.color, /^#[0-9a-f]{6}$/i)),
    },
    currency: text(from.currency, /^[A-Z]{3}$/) ?? DEFAULTS.currency,
    timeZone: timeZone(from.timeZone) ?? DEFAULTS.timeZone,
    languages: languages.length > 0 ? languages : DEFAULTS.languages,
    contentLanguage: text(from.contentLanguage, /^[a-z]{2}/) ?? DEFAULTS.contentLanguage,
    support: {
      ...optional('email', text(support.email, /^[^@\s]+@[^@\s]+$/)),
      ...optional('phone', text(support.phone, /^\+?[\d ()-]+$/)),
      ...optional('url', text(support.url, /^https:\/\//)),
    },
    features: {
      subscriptions: flag(members(from.features).subscriptions, DEFAULTS.features.subscriptions),
    },
    signUp: {
      proof: choice(signUp.proof, ['none', 'second-fact', 'email']) ?? DEFAULTS.signUp.proof,
      fact: choice(signUp.fact, ['postcode', 'birth-date', 'other']) ?? DEFAULTS.signUp.fact,
    },
    ...(from.maintenance && typeof from.maintenance === 'object'
      ? { maintenance: optional('until', moment(members(from.maintenance).until)) }
      : {}),
  };
}

export const isLang = (value: unknown): value is Lang => value === 'en' || value === 'ja';

function choice<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((one) => one === value);
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown, pattern = /\S/): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function moment(value: unknown): string | undefined {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

function timeZone(value: unknown): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text(value) }).resolvedOptions().timeZone &&
      text(value)
      ? text(value)
      : undefined;
  } catch {
    return undefined;
  }
}

function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
