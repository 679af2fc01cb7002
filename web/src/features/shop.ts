/** What this reader can order: everybody's catalogue, or the customer's own part of it. */

import type { UseQueryResult } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { comparePrice, type Product } from './price';
import { useCatalog, usePersonalCatalog } from './queries';
import { useSignedIn } from './session';

export type Eligibility = Schemas['EligibilityView'];
export type Reason = Schemas['Ineligibility'];

export interface Other extends Pick<Product, 'sku' | 'name'> {
  reasons: Reason[];
  /** Undefined until the whole catalogue is there. */
  product: Product | undefined;
}

export interface Shop {
  /** The query that the page waits for. */
  query: UseQueryResult<unknown>;
  /** Products that can be ordered; undefined until they are known. */
  products: Product[] | undefined;
  /** Products that others can order and this customer cannot, with the reasons. */
  others: Other[];
  eligibility: Eligibility | undefined;
  /** Whether prices include tax; undefined until it is known. */
  taxIncluded: boolean | undefined;
}

export function useShop(): Shop {
  const signedIn = useSignedIn();
  const everything = useCatalog();
  const own = usePersonalCatalog();
  if (!signedIn) {
    return {
      query: everything,
      products: everything.data?.items,
      others: [],
      eligibility: undefined,
      taxIncluded: everything.data?.taxIncluded,
    };
  }
  const all = everything.data?.items ?? [];
  return {
    query: own,
    products: own.data?.items,
    others: (own.data?.notOffered ?? []).map((other) => ({
      ...other,
      product: all.find(({ sku }) => sku === other.sku),
    })),
    eligibility: own.data?.eligibility,
    taxIncluded: own.data?.taxIncluded,
  };
}

export const SORTS = ['recommended', 'price-asc', 'price-desc'] as const;
export type Sort = (typeof SORTS)[number];

/** Sorted by price, or as the shop has them. */
export function sorted(products: Product[], sort: Sort): Product[] {
  if (sort === 'recommended') return products;
  const direction = sort === 'price-asc' ? 1 : -1;
  return products.toSorted((one, other) => direction * comparePrice(one.price, other.price));
}

export const CATEGORIES = [
  'Internet',
  'eSIM',
  'VPN',
  'Other',
] as const satisfies readonly Product['category'][];

/** The products of each category, in the shop's order of categories. */
export function byCategory(products: Product[]): [Product['category'], Product[]][] {
  const groups = Map.groupBy(products, ({ category }) => category);
  return [...groups];
}
