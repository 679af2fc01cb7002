/** Orders as customers follow them. */

import type { Schemas } from '../api/client';

export type OrderStatus = Schemas['OrderView']['status'];
type Tone = 'info' | 'good' | 'warn' | 'bad';

const FINAL = new Set<OrderStatus>(['provisioned', 'failed', 'cancelled']);

const LONGEST = 60_000;

/** Whether anything is still to come without somebody's new decision. */
export const isOver = (status: OrderStatus): boolean => FINAL.has(status);

/**
 * Milliseconds until an order is asked for again: what the API says, longer after every five
 * answers; false when nothing more is to come.
 */
export function pollAfter(
  order: Pick<Schemas['OrderView'], 'status' | 'pollAfter'> | undefined,
  answers: number,
): number | false {
  if (order && isOver(order.status)) return false;
  const base = 1000 * (order?.pollAfter ?? 10);
  if (base >= LONGEST) return base;
  return Math.min(base * 1.5 ** Math.floor(answers / 5), LONGEST);
}

export const TONE: Record<OrderStatus, Tone> = {
  pending_review: 'info',
  queued: 'info',
  scheduled: 'info',
  provisioning: 'info',
  provisioned: 'good',
  failed: 'warn',
  cancelled: 'bad',
};

export const INVOICE_TONE: Record<string, Tone> = {
  Unpaid: 'warn',
  Overdue: 'bad',
  Collections: 'bad',
  Paid: 'good',
};

/** Answers that say something: not "no", not 0 of an extra. */
export function chosen(options: Schemas['OptionShown'][]): Schemas['OptionShown'][] {
  return options.filter(({ value }) => value !== 'no' && value !== '0');
}
