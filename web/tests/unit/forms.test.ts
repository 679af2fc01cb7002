import { expect, test } from 'vitest';
import { ApiError } from '../../src/api/problems';
import { DEFAULTS, readConfig } from '../../src/config';
import { internationalPhone, japanesePostcode, prefectureOf } from '../../src/features/address';
import { isSettled } from '../../src/features/checkout';
import { explain, problemText } from '../../src/features/form';
import { passwordRules } from '../../src/features/password';
import { pauseAfter, settle } from '../../src/features/repeat';
import { safeReturn, thenBackTo } from '../../src/features/session';
import { en } from '../../src/i18n/en';
import { ja } from '../../src/i18n/ja';
import { policy, problem } from '../fixtures';

const failed = (slug: string, status: number, wait?: number) =>
  new ApiError(problem(slug, status), wait);

test.each([
  ['/orders/801?x=1#a', '/orders/801?x=1#a'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['/.//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  [null, '/'],
])('after signing in, %s leads to %s', (wanted, target) => {
  expect(safeReturn(wanted, 'https://portal.example')).toBe(target);
});

test('the sign-in page is told where to return', () => {
  expect(thenBackTo('/login', '/orders/801?x=1')).toBe('/login?return=%2Forders%2F801%3Fx%3D1');
  expect(thenBackTo('/login', '/')).toBe('/login');
});

test.each([
  ['105-0011', '105-0011'],
  ['１０５００１１', '105-0011'],
  ['〒105ー0011', '105-0011'],
  ['105−0011', '105-0011'],
  ['10500', undefined],
])('the postcode %s is read as %s', (typed, read) => {
  expect(japanesePostcode(typed)).toBe(read);
});

test.each([
  ['090-1234-5678', '+819012345678'],
  ['０３ １２３４ ５６０１', '+81312345601'],
  ['+44 20 7946 0000', '+442079460000'],
  ['12345', undefined],
])('the telephone number %s is read as %s', (typed, read) => {
  expect(internationalPhone(typed)).toBe(read);
});

test.each([
  ['Tokyo', 'Tokyo'],
  ['東京都', 'Tokyo'],
  ['東京', 'Tokyo'],
  ['Osaka-fu', 'Osaka'],
  ['Kyoto', 'Kyoto'],
  ['北海道', 'Hokkaido'],
  ['Ontario', undefined],
])('the prefecture %s is %s', (written, known) => {
  expect(prefectureOf(written)).toBe(known);
});

test('a request whose outcome is open is repeated, and no other', async () => {
  const answers: (ApiError | string)[] = [
    failed('outcome-unknown', 504, 5),
    failed('in-progress', 409),
    failed('offline', 0),
    'placed',
  ];
  const waits: number[] = [];
  const result = await settle(
    async () => {
      const next = answers.shift();
      if (next instanceof ApiError) throw next;
      return next;
    },
    async (seconds) => void waits.push(seconds),
  );
  expect(result).toBe('placed');
  expect(waits).toEqual([5, 2, 4]);
  expect(pauseAfter(failed('cart-invalid', 422), 1)).toBeUndefined();
  expect(pauseAfter(failed('conflict', 409), 1)).toBeUndefined();
  expect(pauseAfter(failed('in-progress', 409, 900), 1)).toBeUndefined();
  expect(pauseAfter(failed('offline', 0), 6)).toBeUndefined();
});

test('a key is given up only when the answer says what became of the cart', () => {
  expect(isSettled(failed('cart-invalid', 422))).toBe(true);
  expect(isSettled(failed('payment-method-required', 409))).toBe(true);
  expect(isSettled(failed('in-progress', 409))).toBe(false);
  expect(isSettled(failed('outcome-unknown', 504))).toBe(false);
  expect(isSettled(failed('unauthenticated', 401))).toBe(false);
  expect(isSettled(failed('rate-limited', 429))).toBe(false);
  expect(isSettled(failed('internal-error', 500))).toBe(false);
});

test('a problem that the pages do not know shows the sentence of the API', () => {
  expect(problemText(failed('brand-new', 409), ja)).toBe("The API's own sentence for brand-new.");
});

test('errors without a field on the page are listed, with the reference for failures of ours', () => {
  const wrong = new ApiError(
    problem('invalid-request', 422, {
      errors: [{ pointer: '/nowhere', code: 'string_too_short', detail: 'String too short' }],
    }),
  );
  expect(explain(wrong, en)).toEqual({
    fields: {},
    general: [en.problems['invalid-request'], en.codes.string_too_short],
  });
  expect(explain(failed('internal-error', 500), en).reference).toBe(
    '0b8f2c1e4d5a4c6f9a7b3d2e1f0a9b8c',
  );
  expect(explain(failed('rate-limited', 429, 120), en).general).toContain(
    'You can try again in 2 minutes.',
  );
});

test('password rules follow the policy of the API', () => {
  const unmet = (password: string) =>
    passwordRules(password, { ...policy, symbols: true }, en)
      .filter(({ met }) => !met)
      .map(({ text }) => text);
  expect(unmet('Sakura-Train-2026!')).toEqual([]);
  expect(unmet('short')).toEqual([
    en.auth.rule.length(10),
    en.auth.rule.uppercase,
    en.auth.rule.digits,
    en.auth.rule.symbols,
  ]);
});

test('a configuration keeps defaults for what cannot be used', () => {
  expect(readConfig(null)).toEqual(DEFAULTS);
  const read = readConfig({
    apiBase: 'https://elsewhere.example',
    brand: { name: ' ', logoUrl: '//elsewhere.example/x.png', color: 'red' },
    timeZone: 'Mars/Olympus',
    languages: ['ja', 'xx'],
    features: { subscriptions: 'yes' },
    maintenance: { until: 'soon' },
  });
  expect(read).toEqual({ ...DEFAULTS, languages: ['ja'], maintenance: {} });
  const own = readConfig({
    apiBase: '/v2/api',
    brand: { name: 'Sakura Net', logoUrl: '/logo.svg', color: '#c2185b' },
    timeZone: 'Europe/Berlin',
    features: { subscriptions: true },
  });
  expect(own).toMatchObject({
    apiBase: '/v2/api',
    brand: { name: 'Sakura Net', logoUrl: '/logo.svg', color: '#c2185b' },
    timeZone: 'Europe/Berlin',
    features: { subscriptions: true },
  });
});
