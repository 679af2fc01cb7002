/** Every problem type and error code that a customer can meet. The messages are typed by them. */

import type { components } from './schema';

export type Problem = components['schemas']['Problem'];

/** The slugs of docs/problems.md that a customer's browser can meet; a test holds the two equal. */
export const API_SLUGS = [
  'malformed-request',
  'unauthenticated',
  'forbidden',
  'not-found',
  'method-not-allowed',
  'conflict',
  'in-progress',
  'payload-too-large',
  'unsupported-media-type',
  'invalid-request',
  'rate-limited',
  'internal-error',
  'upstream-refused',
  'upstream-unavailable',
  'outcome-unknown',
  'customer-number-unknown',
  'customer-not-proved',
  'customer-already-registered',
  'email-already-registered',
  'whmcs-account-exists',
  'password-refused',
  'invalid-credentials',
  'invalid-refresh-token',
  'invalid-reset-token',
  'two-factor-required',
  'customer-number-mismatch',
  'account-conflict',
  'account-not-mapped',
  'payment-method-required',
  'cart-invalid',
  'idempotency-key-reused',
  'order-not-cancellable',
  'topup-unavailable',
  'operation-in-progress',
  'reauthentication-required',
  'sso-disabled',
  'esim-code-unavailable',
  'reissue-unavailable',
  'confirm-loss-required',
  'idempotency-key-missing',
  'signature-invalid',
  'order-cancelled',
  'already-running',
] as const;

/** What the pages themselves find: no connection, no answer in time, an answer of no known form. */
export const OWN_SLUGS = ['offline', 'timeout', 'unreadable'] as const;

export type Slug = (typeof API_SLUGS)[number] | (typeof OWN_SLUGS)[number];

/** `errors[].code`: the tables of docs/problems.md, the password rules, and pydantic's. */
export const CODES = [
  'sku-unknown',
  'not-on-sale',
  'not-eligible',
  'eligibility-unknown',
  'billing-cycle-mismatch',
  'quantity-exceeded',
  'option-unknown',
  'option-required',
  'option-wrong-type',
  'option-out-of-range',
  'choice-unknown',
  'activation-invalid',
  'offer-unknown',
  'postcode-missing',
  'postcode-invalid',
  'state-missing',
  'country-unknown',
  'refused',
  'not-emptied',
  'text-empty',
  'text-not-printable',
  'text-markup',
  'text-link',
  'name-without-letter',
  'name-signs',
  'email-invalid',
  'phone-invalid',
  'birth-date-invalid',
  'password-too-short',
  'password-too-long',
  'password-no-lowercase',
  'password-no-uppercase',
  'password-no-digit',
  'password-no-symbol',
  'password-outer-space',
  'password-contains-email',
  'password-unchanged',
  'missing',
  'string_too_short',
  'string_too_long',
  'string_pattern_mismatch',
] as const;

export type Code = (typeof CODES)[number];

/** A failed request. `slug` is the last part of the problem's type: decide by it only. */
export class ApiError extends Error {
  constructor(
    readonly problem: Problem,
    /** Seconds to wait before another try, when the API says so. */
    readonly retryAfter?: number,
  ) {
    super(problem.title);
    this.name = 'ApiError';
  }

  get slug(): string {
    return this.problem.type.split('/').pop() ?? '';
  }

  get status(): number {
    return this.problem.status;
  }

  /** Whether the same request, sent again with the same key, can have another end. */
  get repeatable(): boolean {
    return REPEATABLE.has(this.slug);
  }
}

const REPEATABLE = new Set([
  'in-progress',
  'upstream-unavailable',
  'outcome-unknown',
  'offline',
  'timeout',
  'unreadable',
]);

/** An error that the pages found themselves. */
export function ownError(slug: (typeof OWN_SLUGS)[number], status = 0, instance = ''): ApiError {
  return new ApiError({ type: `about:blank/${slug}`, title: slug, status, detail: '', instance });
}

/** The problem document of an answer, or one made up for an answer that holds none. */
export function problemOf(body: unknown, response: Response): ApiError {
  const seconds = Number(response.headers.get('Retry-After'));
  const wait = Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
  if (isProblem(body)) return new ApiError(body, wait);
  const id = response.headers.get('X-Correlation-Id') ?? '';
  const made = ownError('unreadable', response.status, id);
  return wait === undefined ? made : new ApiError(made.problem, wait);
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'type' in body &&
    typeof body.type === 'string' &&
    'status' in body &&
    typeof body.status === 'number'
  );
}
