/** Sends a request again until it is settled. Only for requests that are safe to repeat. */

import { ApiError } from '../api/problems';

/** Seconds before the second, third, … try; the API's Retry-After counts when it is longer. */
const PAUSES = [1, 2, 4, 8, 8];
const LONGEST = 20;

/** Seconds to wait after the `tries`-th failure; undefined when the error has to be shown. */
export function pauseAfter(error: unknown, tries: number): number | undefined {
  const pause = PAUSES[tries - 1];
  if (pause === undefined || !(error instanceof ApiError) || !error.repeatable) return undefined;
  if (error.retryAfter !== undefined && error.retryAfter > LONGEST) return undefined;
  return Math.max(pause, error.retryAfter ?? 0);
}

/** The answer of `send`, repeated while the outcome is open. Throws what stays. */
export async function settle<T>(
  send: () => Promise<T>,
  wait: (seconds: number) => Promise<void> = sleep,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      const pause = pauseAfter(error, tries);
      if (pause === undefined) throw error;
      await wait(pause);
    }
  }
}

const sleep = (seconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
