/**
 * Who is signed in. The access token lives in this module and nowhere else; the refresh token is
 * an HttpOnly cookie that no script sees. Local storage holds a flag that says "ask for a token".
 */

import { config } from '../config';
import { storage } from '../storage';
import { connection } from './connection';
import { ownError, problemOf } from './problems';

interface Token {
  value: string;
  /** Milliseconds since 1970. */
  until: number;
}

const FLAG = 'portal.signed-in';
const MARGIN = 30_000;
const LOCK = 'portal.refresh';

let token: Token | undefined;
let refreshing: Promise<string | undefined> | undefined;
const listeners = new Set<() => void>();
const others =
  'BroadcastChannel' in globalThis ? new BroadcastChannel('portal.session') : undefined;

others?.addEventListener('message', ({ data }) => {
  token = undefined;
  if (data === 'out') for (const drop of droppers) drop();
  tell();
});

const droppers = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

export const session = {
  /** For useSyncExternalStore. */
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },

  /** Call `drop` whenever somebody signs out, in this tab or in another one. */
  onSignedOut(drop: () => void): void {
    droppers.add(drop);
  },

  signedIn: (): boolean => token !== undefined || storage.get(FLAG) === '1',

  /** Somebody has just signed in here. */
  begin(value: string, seconds: number): void {
    keep(value, seconds);
    others?.postMessage('in');
    tell();
  },

  /** Nobody is signed in any more. */
  end(): void {
    token = undefined;
    storage.remove(FLAG);
    others?.postMessage('out');
    for (const drop of droppers) drop();
    tell();
  },

  /** The API refused this token: the next request gets another one. */
  reject(value: string): void {
    if (token?.value === value) token = undefined;
  },

  /**
   * A token that is good for the next 30 seconds; undefined when nobody is signed in.
   * Throws ApiError when the API cannot be asked.
   */
  async token(): Promise<string | undefined> {
    if (token && token.until - Date.now() > MARGIN) return token.value;
    if (storage.get(FLAG) !== '1') return undefined;
    refreshing ??= alone(refresh).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  },
};

function keep(value: string, seconds: number): void {
  token = { value, until: Date.now() + seconds * 1000 };
  storage.set(FLAG, '1');
}

/** Refresh tokens rotate: two tabs that refresh at once would sign each other out. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

async function refresh(): Promise<string | undefined> {
  // Another tab may have signed out while this one waited for the lock.
  if (storage.get(FLAG) !== '1') return undefined;
  let answer: Response;
  try {
    answer = await fetch(`${config().apiBase}/auth/refresh`, {
      method: 'POST',
      headers: { 'X-Portal-CSRF': '1' },
      signal: AbortSignal.timeout(35_000),
    });
  } catch {
    connection.report(false);
    throw ownError('offline');
  }
  connection.report(true);
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) {
    const { accessToken, expiresIn } = body as { accessToken: string; expiresIn: number };
    keep(accessToken, expiresIn);
    return accessToken;
  }
  const error = problemOf(body, answer);
  if (error.status !== 401) throw error;
  session.end();
  return undefined;
}
