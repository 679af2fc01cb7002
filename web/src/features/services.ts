/** Services of a customer, and what can be done with their eSIM. */

import { useQuery } from '@tanstack/react-query';
import { api, must, type Schemas } from '../api/client';
import { ApiError } from '../api/problems';
import { forgetAttempt, keyFor, type Slot } from './attempt';
import { isSettled } from './checkout';
import { queries } from './queries';
import { settle } from './repeat';

export type OperationView = Schemas['OperationView'];

const SLOW = 15_000;

/** `lines` asks for the eSIM lines, too: their provider is called for them. */
export const useServices = (limit: number, { cursor, lines = false }: Listing = {}) =>
  useQuery({
    queryKey: ['services', 'list', limit, cursor, lines],
    queryFn: () =>
      must(
        api.GET('/subscriptions', {
          params: { query: { limit, lines, ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });

interface Listing {
  cursor?: string | undefined;
  lines?: boolean;
}

export const useService = (id: string) =>
  useQuery({
    queryKey: ['services', 'one', id],
    queryFn: () => must(api.GET('/subscriptions/{id}', { params: { path: { id } } })),
    refetchOnWindowFocus: 'always',
    // A line in the making is ready within minutes.
    refetchInterval: ({ state }) => (state.data?.esim?.state === 'pending' ? SLOW : false),
  });

export const useTopupOffers = (id: string) =>
  useQuery({
    queryKey: ['services', 'offers', id],
    queryFn: () => must(api.GET('/subscriptions/{id}/topup-offers', { params: { path: { id } } })),
  });

/** The activation code is a credential: it is asked for at a press and kept in no cache. */
export const activationOf = (id: string) =>
  must(api.GET('/subscriptions/{id}/esim', { params: { path: { id } } }));

export type ReissueReason = Schemas['ReissueRequest']['reason'];
export const REISSUE_REASONS: ReissueReason[] = ['lost', 'new-phone', 'broken', 'other'];

export function reissue(
  id: string,
  reason: ReissueReason,
  confirmLoss: boolean,
): Promise<OperationView> {
  const body = { reason, confirmLoss };
  return once(`reissue.${id}`, body, (key) =>
    must(
      api.POST('/subscriptions/{id}/reissue-esim', {
        params: { path: { id }, header: { 'Idempotency-Key': key } },
        body,
      }),
    ),
  );
}

export function topUp(id: string, offerId: string): Promise<OperationView> {
  const body = { offerId };
  return once(`topup.${id}`, body, (key) =>
    must(
      api.POST('/subscriptions/{id}/topup', {
        params: { path: { id }, header: { 'Idempotency-Key': key } },
        body,
      }),
    ),
  );
}

async function once<T>(slot: Slot, body: object, send: (key: string) => Promise<T>): Promise<T> {
  const key = keyFor(slot, body);
  try {
    const answer = await settle(() => send(key));
    forgetAttempt(slot);
    return answer;
  } catch (error) {
    if (error instanceof ApiError && isSettled(error)) forgetAttempt(slot);
    throw error;
  }
}

const OVER = new Set<OperationView['status']>(['succeeded', 'failed']);
const FAST = 3000;
const LONGEST = 30_000;

/** The state of an operation, asked for until it is over; the service is read again then. */
export const useOperation = (started: OperationView) =>
  useQuery({
    queryKey: ['services', 'operation', started.operationId],
    queryFn: async () => {
      const path = { id: started.operationId };
      const now = await must(api.GET('/operations/{id}', { params: { path } }));
      if (OVER.has(now.status)) {
        void queries.invalidateQueries({ queryKey: ['services', 'one'] });
      }
      return now;
    },
    initialData: started,
    initialDataUpdatedAt: 0,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data && OVER.has(state.data.status)
        ? false
        : Math.min(FAST * 1.5 ** Math.floor(state.dataUpdateCount / 5), LONGEST),
  });

/**
 * `1.5 GB` from bytes, in the units that the allowance is sold in: providers count a gigabyte as
 * 1000³ or as 1024³ bytes.
 */
export function dataSize(bytes: number, lang: string, allowance: number | null): string {
  const base = allowance && allowance % 1024 ** 2 === 0 ? 1024 : 1000;
  const megabytes = bytes / base ** 2;
  const [value, unit] = megabytes < base ? [megabytes, 'MB'] : [megabytes / base, 'GB'];
  return `${new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(value)} ${unit}`;
}
