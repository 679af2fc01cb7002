/** The API, typed from docs/openapi.json. */

import createClient from 'openapi-fetch';
import { config } from '../config';
import { connection } from './connection';
import { ownError, problemOf } from './problems';
import type { components, paths } from './schema';
import { session } from './session';

export type Schemas = components['schemas'];

/** Longer than API Gateway's 29 s, so that its own answer arrives first. */
const PATIENCE = 35_000;

/** Endpoints that take no token. The public catalogue is cached for everybody without one. */
const PUBLIC =
  /\/(auth\/(login|signup|refresh|logout|request-password-reset|reset-password|link-whmcs)|catalog(\/(?!personalized$)[^/]+)?)$/;

export const api = createClient<paths>({ fetch: send });

/** Sends a request with everything that each one needs. Throws ApiError without an answer. */
export async function send(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { method, headers, signal } = request;
  // A body taken over from another Request would be sent as a stream, which needs HTTP/2.
  const body = method === 'GET' ? null : await request.text();
  const target = new Request(`${config().apiBase}${pathname}${search}`, {
    method,
    headers,
    signal,
    body,
  });
  target.headers.set('X-Correlation-Id', crypto.randomUUID());
  target.headers.set('Accept-Language', document.documentElement.lang);
  if (PUBLIC.test(pathname)) return attempt(target);

  const token = await session.token();
  const again = target.clone();
  const answer = await attempt(withToken(target, token));
  if (answer.status !== 401 || token === undefined) return answer;
  if (!(await isUnauthenticated(answer.clone()))) return answer;
  session.reject(token);
  const renewed = await session.token();
  return renewed === undefined ? answer : attempt(withToken(again, renewed));
}

function withToken(request: Request, token: string | undefined): Request {
  if (token !== undefined) request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}

async function attempt(request: Request): Promise<Response> {
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE)]);
    const answer = await fetch(request, { signal });
    connection.report(true);
    return answer;
  } catch (error) {
    if (request.signal.aborted) throw error;
    connection.report(false);
    throw ownError((error as Error).name === 'TimeoutError' ? 'timeout' : 'offline');
  }
}

async function isUnauthenticated(answer: Response): Promise<boolean> {
  const body = (await answer.json().catch(() => undefined)) as { type?: string } | undefined;
  return body?.type?.endsWith('/unauthenticated') ?? false;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or ApiError. */
export async function must<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  return (await mustAnswer(call)).data as NonNullable<T>;
}

/** The same with the response, for its headers. */
export async function mustAnswer<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    // openapi-fetch could not read the body of a good answer.
    throw error instanceof SyntaxError ? ownError('unreadable') : error;
  }
  if (!answer.response.ok) throw problemOf(answer.error, answer.response);
  return answer;
}
