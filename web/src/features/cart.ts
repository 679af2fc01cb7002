/** The cart. It lives in local storage, so it survives a reload, and all tabs share it. */

import { useSyncExternalStore } from 'react';
import { storage } from '../storage';
import type { Answers, Product } from './price';

export interface CartLine {
  id: string;
  sku: string;
  /** The product's name when it was added: named even when it is not offered any more. */
  name: string;
  quantity: number;
  configOptions: Answers;
}

const KEY = 'portal.cart';
const NOTHING: readonly CartLine[] = [];

let raw: string | null = null;
let lines: readonly CartLine[] = NOTHING;
const listeners = new Set<() => void>();

/** The lines as stored now, by whichever tab. The same array as long as nothing changed. */
export function cartLines(): readonly CartLine[] {
  const stored = storage.get(KEY);
  if (stored !== raw) {
    raw = stored;
    lines = parseCart(stored);
  }
  return lines;
}

/** The lines of a stored cart; what is no line is left out. */
export function parseCart(stored: string | null): readonly CartLine[] {
  if (stored === null) return NOTHING;
  try {
    const parsed: unknown = JSON.parse(stored);
    return Array.isArray(parsed) ? parsed.filter(isLine) : NOTHING;
  } catch {
    return NOTHING;
  }
}

function isLine(value: unknown): value is CartLine {
  const line = value as CartLine | null;
  return (
    typeof line === 'object' &&
    line !== null &&
    typeof line.id === 'string' &&
    typeof line.sku === 'string' &&
    typeof line.name === 'string' &&
    Number.isSafeInteger(line.quantity) &&
    line.quantity > 0 &&
    typeof line.configOptions === 'object' &&
    line.configOptions !== null
  );
}

function write(next: readonly CartLine[]): void {
  if (next.length === 0) storage.remove(KEY);
  else storage.set(KEY, JSON.stringify(next));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const changed = (event: StorageEvent) => {
    if (event.key === KEY || event.key === null) listener();
  };
  listeners.add(listener);
  addEventListener('storage', changed);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', changed);
  };
}

export function useCart(): readonly CartLine[] {
  return useSyncExternalStore(subscribe, cartLines);
}

/** Pieces of a product in the cart, over all of its lines. */
export function piecesOf(sku: string, among: readonly CartLine[] = cartLines()): number {
  return among.reduce((sum, line) => (line.sku === sku ? sum + line.quantity : sum), 0);
}

/** Add a product; the same product with the same answers becomes more of one line. */
export function addToCart(product: Product, quantity: number, configOptions: Answers): void {
  write(withLine(cartLines(), product, quantity, configOptions));
}

/** The cart with a product added. */
export function withLine(
  before: readonly CartLine[],
  product: Pick<Product, 'sku' | 'name'>,
  quantity: number,
  configOptions: Answers,
): readonly CartLine[] {
  const twin = before.find(
    (line) => line.sku === product.sku && sameAnswers(line.configOptions, configOptions),
  );
  if (twin) {
    return before.map((line) =>
      line === twin ? { ...line, quantity: line.quantity + quantity } : line,
    );
  }
  const { sku, name } = product;
  return [...before, { id: crypto.randomUUID(), sku, name, quantity, configOptions }];
}

function sameAnswers(one: Answers, other: Answers): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

export function changeQuantity(id: string, quantity: number): void {
  write(cartLines().map((line) => (line.id === id ? { ...line, quantity } : line)));
}

export function removeLine(id: string): void {
  write(cartLines().filter((line) => line.id !== id));
}

/** Put a removed line back where it was. */
export function restoreLine(line: CartLine, place: number): void {
  const now = cartLines();
  if (now.some(({ id }) => id === line.id)) return;
  write([...now.slice(0, place), line, ...now.slice(place)]);
}

export function emptyCart(): void {
  write(NOTHING);
}
