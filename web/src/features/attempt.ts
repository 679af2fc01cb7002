/**
 * One Idempotency-Key for one content of a request, such as a cart. It is kept until the outcome is
 * known, in local storage: a reload, a lost answer, a closed tab or a second tab send the same key
 * again, and the API answers with the same order.
 */

import { storage } from '../storage';

/** What a key is for: each has one attempt at a time. */
export type Slot = 'order' | `topup.${string}` | `reissue.${string}`;

const nameOf = (slot: Slot) => `portal.attempt.${slot}`;

interface Attempt {
  /** The request's body, as JSON. */
  body: string;
  key: string;
}

/** The key for this body: the one that it was sent with before, or a new one. */
export function keyFor(
  slot: Slot,
  body: unknown,
  newKey: () => string = () => crypto.randomUUID(),
): string {
  const text = JSON.stringify(body);
  const before = read(slot);
  if (before?.body === text) return before.key;
  const attempt: Attempt = { body: text, key: newKey() };
  storage.set(nameOf(slot), JSON.stringify(attempt));
  return attempt.key;
}

/** The outcome is known: the same content, sent again, is another order. */
export function forgetAttempt(slot: Slot): void {
  storage.remove(nameOf(slot));
}

function read(slot: Slot): Attempt | undefined {
  try {
    const value = JSON.parse(storage.get(nameOf(slot)) ?? 'null') as Attempt | null;
    return value && typeof value.body === 'string' && typeof value.key === 'string'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
