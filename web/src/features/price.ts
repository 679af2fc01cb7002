/** Prices: exact sums of decimal strings, and what a configured product costs. */

import type { Schemas } from '../api/client';
import type { Money } from '../i18n/format';

export type Product = Schemas['ProductView'];
export type Answers = Record<string, string | number | boolean>;

/** Decimal places that the API's amounts can have. */
const PLACES = 4;
const AMOUNT = /^(-?)(\d+)(?:\.(\d{1,4}))?$/;

/** An amount in units of 1/10,000. Throws for anything that the API does not send. */
export function units(amount: string): bigint {
  const [, minus, whole = '', fraction = ''] =
    AMOUNT.exec(amount) ??
    (() => {
      throw new RangeError(`${amount} is no amount`);
    })();
  const value = BigInt(whole + fraction.padEnd(PLACES, '0'));
  return minus ? -value : value;
}

/** The decimal string of units, without meaningless zeros. */
export function decimal(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(PLACES + 1, '0');
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${fraction && `.${fraction}`}`;
}

/** What applies when a customer chooses nothing. */
export function defaults(product: Product): Answers {
  return Object.fromEntries(
    product.configOptions.flatMap((option) => {
      if (option.default !== null && option.default !== undefined) {
        return [[option.id, option.default]];
      }
      // A form shows a number and an unticked box as answers; a choice without default stays open.
      if (option.kind === 'quantity') return [[option.id, option.min ?? 0]];
      if (option.kind === 'yesno') return [[option.id, false]];
      return [];
    }),
  );
}

/** The price of one unit with these answers (docs/config-options.md). */
export function unitPrice(product: Product, answers: Answers): Money {
  let sum = units(product.price.amount);
  for (const option of product.configOptions) {
    const answer = answers[option.id];
    if (option.kind === 'choice') {
      const choice = option.choices?.find(({ id }) => id === answer);
      if (choice) sum += units(choice.priceDelta.amount);
    } else if (option.unitPrice) {
      const count = option.kind === 'quantity' ? Number(answer ?? 0) : answer === true ? 1 : 0;
      sum += units(option.unitPrice.amount) * BigInt(count);
    }
  }
  return { amount: decimal(sum), currency: product.price.currency };
}

export function times(money: Money, count: number): Money {
  return { amount: decimal(units(money.amount) * BigInt(count)), currency: money.currency };
}

/** Sums by billing cycle: what is paid monthly and what is paid once are never added up. */
export function totals(parts: { billingCycle: string; price: Money }[]): [string, Money][] {
  const sums = new Map<string, Money>();
  for (const { billingCycle, price } of parts) {
    const before = sums.get(billingCycle);
    const amount = units(price.amount) + (before ? units(before.amount) : 0n);
    sums.set(billingCycle, { amount: decimal(amount), currency: price.currency });
  }
  return [...sums];
}

/** Below zero, zero or above, as Array.sort wants it. */
export function comparePrice(one: Money, other: Money): number {
  const difference = units(one.amount) - units(other.amount);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
