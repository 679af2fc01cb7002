/** Every problem and code of the API's documentation has a text in both languages. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { API_SLUGS, CODES } from '../../src/api/problems';
import { en } from '../../src/i18n/en';
import { ja } from '../../src/i18n/ja';

const problems = readFileSync(new URL('../../../docs/problems.md', import.meta.url), 'utf8');
const operations = readFileSync(
  new URL('../../../docs/customer-operations.md', import.meta.url),
  'utf8',
);
const passwords = readFileSync(
  new URL('../../../layers/shared/python/portal/domain/passwords.py', import.meta.url),
  'utf8',
);

/** The first column of the table below a heading. */
function column(heading: string, page: string = problems): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((found) => found[1] ?? '');
}

test('the problem types are those of docs/problems.md', () => {
  const documented = column('Types');
  expect(documented.length).toBeGreaterThan(20);
  expect([...API_SLUGS].sort()).toEqual(documented.sort());
});

test.each(['Codes of carts', 'Codes of addresses', 'Codes of names and other texts'])(
  'every code of "%s" has a text',
  (heading) => {
    const documented = column(heading);
    expect(documented.length).toBeGreaterThan(3);
    expect(documented.filter((code) => !(CODES as readonly string[]).includes(code))).toEqual([]);
  },
);

test('every obstacle has a text', () => {
  const documented = column('Obstacles');
  expect(documented.length).toBeGreaterThan(5);
  expect(Object.keys(en.services.obstacles).sort()).toEqual(documented.sort());
});

test('every step of operations has a text', () => {
  const documented = column('Steps', operations);
  expect(documented.length).toBeGreaterThan(10);
  expect(Object.keys(en.services.operationSteps).sort()).toEqual(documented.sort());
});

test('every password rule of the API has a text', () => {
  const codes = [...passwords.matchAll(/^ {16}"([a-z-]+)",$/gm)].map(
    (found) => `password-${found[1]}`,
  );
  expect(codes.length).toBeGreaterThan(5);
  expect(codes.filter((code) => !(CODES as readonly string[]).includes(code))).toEqual([]);
});

test('texts are filled and differ between the languages', () => {
  const pairs = leaves(en, ja);
  expect(pairs.length).toBeGreaterThan(300);
  const allowed = /^(VPN|eSIM|English|日本語)$/;
  expect(
    pairs.filter(
      ([, one, other]) => !one.trim() || !other.trim() || (one === other && !allowed.test(one)),
    ),
  ).toEqual([]);
});

/** Path and both texts of every message that takes no parameter. */
function leaves(one: object, other: object, path = ''): [string, string, string][] {
  return Object.entries(one).flatMap(([key, value]): [string, string, string][] => {
    const twin = (other as Record<string, unknown>)[key];
    if (typeof value === 'string') return [[`${path}${key}`, value, String(twin)]];
    if (typeof value === 'function') return [];
    return leaves(value as object, twin as object, `${path}${key}.`);
  });
}
