/** What pages read from the API. One cache, in memory only. */

import { QueryClient, useQuery } from '@tanstack/react-query';
import { api, must, mustAnswer, type Schemas } from '../api/client';
import { ApiError, ownError } from '../api/problems';
import { session } from '../api/session';
import { pollAfter } from './order';
import { useSignedIn } from './session';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // Requests while offline fail and say so; none waits in silence.
      networkMode: 'always',
      retry: (count, error) => count < 2 && worthRetrying(error),
      retryDelay: (count, error) =>
        error instanceof ApiError && error.retryAfter ? error.retryAfter * 1000 : 1000 * 2 ** count,
    },
    mutations: { networkMode: 'always' },
  },
});

function worthRetrying(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  // Longer than anybody looks at a skeleton: say so instead.
  if ((error.retryAfter ?? 0) > 10) return false;
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

session.onSignedOut(() => queries.clear());

export const useCatalog = () =>
  useQuery({ queryKey: ['catalog'], queryFn: () => must(api.GET('/catalog')), staleTime: 60_000 });

/** The products that the customer can order; only for those who are signed in. */
export const usePersonalCatalog = () =>
  useQuery({
    queryKey: ['catalog', 'personal'],
    queryFn: () => must(api.GET('/catalog/personalized')),
    enabled: useSignedIn(),
    staleTime: 60_000,
  });

export const useProduct = (sku: string) =>
  useQuery({
    queryKey: ['catalog', 'product', sku],
    queryFn: () => must(api.GET('/catalog/{sku}', { params: { path: { sku } } })),
    // The list that the customer comes from holds the product already.
    initialData: () =>
      queries.getQueryData<Schemas['CatalogView']>(['catalog'])?.items.find((p) => p.sku === sku),
    initialDataUpdatedAt: () => queries.getQueryState(['catalog'])?.dataUpdatedAt,
  });

export const useMe = () =>
  useQuery({
    queryKey: ['me'],
    queryFn: () => must(api.GET('/me')),
    enabled: useSignedIn(),
    staleTime: 300_000,
  });

/** The rules for new passwords. They change with a deployment only. */
export const usePasswordPolicy = () =>
  useQuery({
    queryKey: ['password-policy'],
    queryFn: () => must(api.GET('/auth/password-policy')),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The billing address with its version, for If-Match. */
export const useAddress = () =>
  useQuery({
    queryKey: ['address'],
    queryFn: async () => {
      const { data, response } = await mustAnswer(api.GET('/me/billing'));
      if (!data) throw ownError('unreadable', response.status);
      return { address: data, version: response.headers.get('ETag') };
    },
  });

/** Fresh on every return to the tab: customers add a card elsewhere and come back. */
export const usePaymentMethods = () =>
  useQuery({
    queryKey: ['payment-methods'],
    queryFn: () => must(api.GET('/billing/payment-methods/summary')),
    staleTime: 0,
    refetchOnWindowFocus: 'always',
  });

export const useOrders = (limit: number, cursor?: string) =>
  useQuery({
    queryKey: ['orders', 'list', limit, cursor],
    queryFn: () =>
      must(api.GET('/orders', { params: { query: { limit, ...(cursor ? { cursor } : {}) } } })),
  });

export const useOrder = (sfOrderId: string) =>
  useQuery({
    queryKey: ['orders', 'one', sfOrderId],
    queryFn: () => must(api.GET('/orders/{sfOrderId}', { params: { path: { sfOrderId } } })),
    staleTime: 0,
    refetchOnWindowFocus: 'always',
    refetchOnReconnect: 'always',
    refetchInterval: ({ state }) => pollAfter(state.data, state.dataUpdateCount),
  });

export const useInvoices = (limit: number, cursor?: string) =>
  useQuery({
    queryKey: ['invoices', 'list', limit, cursor],
    queryFn: () =>
      must(
        api.GET('/billing/invoices', {
          params: { query: { limit, ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });

export const useInvoice = (invoiceId: number) =>
  useQuery({
    queryKey: ['invoices', 'one', invoiceId],
    queryFn: () =>
      must(
        api.GET('/billing/invoices/{invoiceId}', {
          params: { path: { invoiceId: String(invoiceId) } },
        }),
      ),
    refetchOnWindowFocus: 'always',
  });
