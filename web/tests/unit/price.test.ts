import { expect, test } from 'vitest';
import {
  type Answers,
  comparePrice,
  decimal,
  defaults,
  type Product,
  times,
  totals,
  unitPrice,
  units,
} from '../../src/features/price';
import { product } from '../fixtures';

const yen = (amount: string) => ({ amount, currency: 'JPY' });

test('amounts are summed as decimals, not as floats', () => {
  expect(decimal(units('0.1') + units('0.2'))).toBe('0.3');
  expect(decimal(units('999999999999.9999') + units('0.0001'))).toBe('1000000000000');
  expect(decimal(units('-5.50'))).toBe('-5.5');
});

test.each(['', '1e3', '1.23456', '1,000', '１'])('%s is no amount', (text) => {
  expect(() => units(text)).toThrow(RangeError);
});

test('a configured product costs what docs/config-options.md computes', () => {
  const gold: Product = product({
    price: yen('6500'),
    configOptions: [
      {
        id: 'router',
        label: 'Wi-Fi router',
        kind: 'choice',
        required: true,
        default: 'own',
        choices: [
          { id: 'own', label: 'I have my own', priceDelta: yen('0') },
          { id: 'wifi6', label: 'Wi-Fi 6 rental', priceDelta: yen('500') },
        ],
      },
      {
        id: 'fixed-ip',
        label: 'Fixed IPv4 addresses',
        kind: 'quantity',
        required: false,
        default: 0,
        min: 0,
        max: 4,
        unitPrice: yen('800'),
      },
      {
        id: 'remote-support',
        label: 'English remote support',
        kind: 'yesno',
        required: false,
        default: false,
        unitPrice: yen('400'),
      },
    ],
  });
  const answers: Answers = { router: 'wifi6', 'fixed-ip': 2, 'remote-support': true };
  expect(unitPrice(gold, answers)).toEqual(yen('9000'));
  expect(unitPrice(gold, defaults(gold))).toEqual(yen('6500'));
  expect(times(unitPrice(gold, answers), 3)).toEqual(yen('27000'));
});

test('what is paid monthly and what is paid once are never added up', () => {
  expect(
    totals([
      { billingCycle: 'monthly', price: yen('1850') },
      { billingCycle: 'onetime', price: yen('1500') },
      { billingCycle: 'monthly', price: yen('2500') },
    ]),
  ).toEqual([
    ['monthly', yen('4350')],
    ['onetime', yen('1500')],
  ]);
});

test('prices compare as numbers', () => {
  expect(['5400', '900', '15000'].map(yen).sort(comparePrice)).toEqual(
    ['900', '5400', '15000'].map(yen),
  );
});

test('a choice without a default stays open; numbers and boxes have an answer', () => {
  const open = product({
    configOptions: [
      { id: 'size', label: 'Size', kind: 'choice', required: true, default: null, choices: [] },
      {
        id: 'more',
        label: 'More',
        kind: 'quantity',
        required: false,
        default: null,
        min: 1,
        max: 3,
      },
      { id: 'box', label: 'Box', kind: 'yesno', required: false, default: null },
    ],
  });
  expect(defaults(open)).toEqual({ more: 1, box: false });
});
