/** The way to the billing site (WHMCS): a link that is made for this click. */

import { api, must, type Schemas } from '../api/client';
import { ApiError } from '../api/problems';

export type BillingLink = { url: string; signInNeeded: boolean };

/**
 * A single-use link to a place of the billing site. Where single sign-on is switched off, the
 * plain address with `signInNeeded`.
 */
export async function billingLink(
  destination: Schemas['SsoRequest']['destination'],
): Promise<BillingLink> {
  try {
    const link = await must(api.POST('/auth/sso-link', { body: { destination } }));
    return { url: link.url, signInNeeded: link.signInNeeded ?? false };
  } catch (error) {
    const plain = error instanceof ApiError && error.slug === 'sso-disabled' && error.problem.url;
    if (typeof plain === 'string') return { url: plain, signInNeeded: true };
    throw error;
  }
}
