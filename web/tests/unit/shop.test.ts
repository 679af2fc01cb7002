import { expect, test } from 'vitest';
import { keyFor } from '../../src/features/attempt';
import { type CartLine, parseCart, piecesOf, withLine } from '../../src/features/cart';
import { orderBody } from '../../src/features/checkout';
import { chosen, pollAfter } from '../../src/features/order';
import { priced } from '../../src/features/order-lines';
import { byCategory, type Other, sorted } from '../../src/features/shop';
import { momentOf, wallClock } from '../../src/features/time';
import { money } from '../../src/i18n/format';
import { brandColours, contrast } from '../../src/ui/brand';
import { esim, fibre, router, visit } from '../fixtures';

const line = (given: Partial<CartLine> = {}): CartLine => ({
  id: 'line-1',
  sku: esim.sku,
  name: esim.name,
  quantity: 1,
  configOptions: { speed: '200kbps', filter: false, credit: 0 },
  ...given,
});

test('the same product with the same answers becomes more of one line', () => {
  const once = withLine([], esim, 1, { speed: '1mbps', filter: true });
  const twice = withLine(once, esim, 2, { filter: true, speed: '1mbps' });
  const other = withLine(twice, esim, 1, { speed: '200kbps', filter: true });
  expect(other.map(({ quantity }) => quantity)).toEqual([3, 1]);
  expect(piecesOf(esim.sku, other)).toBe(4);
});

test.each(['', '{', '{"lines":1}', '[1,null,{"sku":"A"}]', null])(
  'a stored cart of %s is empty',
  (stored) => {
    expect(parseCart(stored)).toEqual([]);
  },
);

test('one key for one content, until it is forgotten', () => {
  let made = 0;
  const next = () => `key-${++made}`;
  expect(keyFor('order', { a: 1 }, next)).toBe('key-1');
  expect(keyFor('order', { a: 1 }, next)).toBe('key-1');
  expect(keyFor('order', { a: 2 }, next)).toBe('key-2');
});

test('lines that cannot be ordered say why', () => {
  const lines = [
    line(),
    line({ id: 'gone', sku: 'OLD', name: 'Old product' }),
    line({ id: 'far', sku: fibre.sku, configOptions: {} }),
    line({ id: 'changed', sku: router.sku, configOptions: { region: 'moon' } }),
    line({ id: 'open', sku: router.sku, configOptions: {} }),
    line({ id: 'many', sku: visit.sku, quantity: 2, configOptions: {} }),
  ];
  const far: Other = { ...fibre, reasons: ['tier'], product: fibre };
  expect(priced(lines, [esim, router, visit], [far]).map(({ mistake }) => mistake)).toEqual([
    undefined,
    'gone',
    'not-eligible',
    'changed',
    'changed',
    'too-many',
  ]);
});

test('pieces of a product count over all of its lines', () => {
  const lines = [
    line({ quantity: 3 }),
    line({ id: 'b', quantity: 2, configOptions: { speed: '1mbps' } }),
  ];
  expect(priced(lines, [esim], []).map(({ mistake }) => mistake)).toEqual(['too-many', 'too-many']);
});

test('an order sends every answer and the moment that was chosen', () => {
  expect(orderBody([line()], { later: true, at: '2026-12-01T09:00' })).toEqual({
    items: [
      {
        sku: esim.sku,
        quantity: 1,
        configOptions: { speed: '200kbps', filter: false, credit: 0 },
      },
    ],
    activation: { type: 'scheduled', at: '2026-12-01T00:00:00Z' },
  });
  expect(orderBody([line()], { later: false, at: '2026-12-01T09:00' }).activation).toEqual({
    type: 'immediate',
  });
});

test.each([
  ['2026-12-01T09:00', 'Asia/Tokyo', '2026-12-01T00:00:00.000Z'],
  ['2026-07-01T09:00', 'Europe/Berlin', '2026-07-01T07:00:00.000Z'],
  // Clocks go from 02:00 to 03:00: the time does not exist.
  ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  // Clocks go from 03:00 back to 02:00: the first of two.
  ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
])('%s in %s is %s', (wall, zone, moment) => {
  expect(momentOf(wall, zone)?.toISOString()).toBe(moment);
});

test('a wall clock is that of the shop, whatever the machine’s zone', () => {
  expect(wallClock(new Date('2026-12-31T15:30:00Z'), 'Asia/Tokyo')).toBe('2027-01-01T00:30');
  expect(momentOf('tomorrow', 'Asia/Tokyo')).toBeUndefined();
  expect(momentOf('2026-13-01T00:00', 'Asia/Tokyo')).toBeUndefined();
});

test('polling slows down and ends', () => {
  expect(pollAfter({ status: 'provisioning', pollAfter: 5 }, 0)).toBe(5000);
  expect(pollAfter({ status: 'provisioning', pollAfter: 5 }, 5)).toBe(7500);
  expect(pollAfter({ status: 'provisioning', pollAfter: 5 }, 100)).toBe(60_000);
  expect(pollAfter({ status: 'scheduled', pollAfter: 300 }, 0)).toBe(300_000);
  expect(pollAfter(undefined, 0)).toBe(10_000);
  for (const over of ['provisioned', 'failed', 'cancelled'] as const) {
    expect(pollAfter({ status: over, pollAfter: null }, 1)).toBe(false);
  }
});

test('extras that were not chosen are not listed', () => {
  const option = (value: string) => ({ id: value, label: value, value });
  expect(chosen(['no', '0', 'yes', '2', '1 Mbps'].map(option)).map(({ value }) => value)).toEqual([
    'yes',
    '2',
    '1 Mbps',
  ]);
});

test('products keep the shop’s order unless they are sorted by price', () => {
  const products = [fibre, esim, visit, router];
  expect(sorted(products, 'recommended')).toEqual(products);
  expect(sorted(products, 'price-asc')[0]).toBe(esim);
  expect(sorted(products, 'price-desc')[0]).toBe(visit);
  expect(byCategory(products).map(([name]) => name)).toEqual(['Internet', 'eSIM', 'Other', 'VPN']);
});

test('money is written as readers write it', () => {
  expect(money('en', { amount: '5500', currency: 'JPY' })).toBe('¥5,500');
  expect(money('ja', { amount: '5500', currency: 'JPY' })).toBe('5,500円');
  expect(money('en', { amount: '12.50', currency: 'EUR' })).toBe('€12.50');
  expect(money('en', { amount: '-300', currency: 'JPY' })).toBe('-¥300');
});

test.each(['#c2185b', '#ffeb3b', '#000000', '#ffffff', '#0b5d7a'])(
  'the brand colour %s can be read on light and on dark ground',
  (hex) => {
    const { light, dark } = brandColours(hex);
    expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, '#18232b')).toBeGreaterThanOrEqual(4.5);
    // The text on buttons of that colour.
    expect(contrast('#08222d', dark)).toBeGreaterThanOrEqual(4.5);
  },
);
