/** Signing in and out, as pages use it. */

import { useSyncExternalStore } from 'react';
import { api, must, type Schemas } from '../api/client';
import { session } from '../api/session';
import { config } from '../config';
import { emptyCart } from './cart';

export function useSignedIn(): boolean {
  return useSyncExternalStore(session.subscribe, session.signedIn);
}

/** Start a session. Throws ApiError `invalid-credentials`, whatever was wrong. */
export async function signIn(credentials: Schemas['LoginRequest']): Promise<void> {
  const token = await must(
    api.POST('/auth/login', { body: credentials, headers: { 'X-Portal-Client': 'browser' } }),
  );
  session.begin(token.accessToken, token.expiresIn);
}

/** End the session here and at the API. A failing API does not keep anybody signed in here. */
export async function signOut(): Promise<void> {
  const logout = fetch(`${config().apiBase}/auth/logout`, {
    method: 'POST',
    headers: { 'X-Portal-CSRF': '1' },
    keepalive: true,
  }).catch(() => undefined);
  session.end();
  // Whoever uses this device next sees no cart of somebody else. An expired session keeps it.
  emptyCart();
  await logout;
}

/** Where to go after signing in: a path of this site, or else `/`. */
export function safeReturn(value: string | null, origin: string = location.origin): string {
  if (!value?.startsWith('/')) return '/';
  try {
    const target = new URL(value, origin);
    if (target.origin !== origin || target.pathname.startsWith('//')) return '/';
    return target.pathname + target.search + target.hash;
  } catch {
    return '/';
  }
}

/** The address of a page (`/login`, `/signup`, `/link-account`) that comes back to `path`. */
export function thenBackTo(page: string, path: string): string {
  return path === '/' ? page : `${page}?return=${encodeURIComponent(path)}`;
}
