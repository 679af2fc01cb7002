/**
 * One Idempotency-Key for one content of the cart. It is kept until the order's outcome is known,
 * in local storage: a reload, a lost answer, a closed tab or a second tab send the same key again,
 * and the API answers with the same order.
 */

import { storage } from '../storage';

const KEY = 'portal.order-attempt';

interface Attempt {
  /** The request's body, as JSON. */
  body: string;
  key: string;
}

/** The key for this body: the one that it was sent with before, or a new one. */
export function keyFor(body: unknown, newKey: () => string = () => crypto.randomUUID()): string {
  const text = JSON.stringify(body);
  const before = read();
  if (before?.body === text) return before.key;
  const attempt: Attempt = { body: text, key: newKey() };
  storage.set(KEY, JSON.stringify(attempt));
  return attempt.key;
}

/** The outcome is known: the same cart, ordered again, is another order. */
export function forgetAttempt(): void {
  storage.remove(KEY);
}

function read(): Attempt | undefined {
  try {
    const value = JSON.parse(storage.get(KEY) ?? 'null') as Attempt | null;
    return value && typeof value.body === 'string' && typeof value.key === 'string'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
