/** The places of Japanese postcodes, from files that the site serves itself. */

import { japanesePostcode, PREFECTURES } from './address';
import { POSTCODES } from './postcodes-folder';

export interface Place {
  /** As it is sent, and as Japan writes it. */
  prefecture: readonly [latin: string, kanji: string];
  /** In Japanese; empty where a postcode has several. */
  city: string;
  town: string;
}

interface Part {
  cities: [prefecture: number, city: string][];
  codes: Record<string, [city: number, town: string]>;
}

const parts = new Map<string, Promise<Part | undefined>>();

/** The place of a postcode as typed; undefined when there is none, or no file arrives. */
export async function placeOf(text: string): Promise<Place | undefined> {
  const digits = japanesePostcode(text)?.replace('-', '');
  if (!digits) return undefined;
  const part = await partOf(digits.slice(0, 2));
  const [at, town] = part?.codes[digits.slice(2)] ?? [];
  const [number, city] = part?.cities[at ?? -1] ?? [];
  const prefecture = PREFECTURES[(number ?? 0) - 1];
  return prefecture && { prefecture, city: city ?? '', town: town ?? '' };
}

function partOf(digits: string): Promise<Part | undefined> {
  const known = parts.get(digits);
  if (known) return known;
  const asked = fetch(`${POSTCODES}/${digits}.json`)
    .then((answer) => (answer.ok ? (answer.json() as Promise<Part>) : undefined))
    .catch(() => {
      // Typing goes on without it; the next postcode asks again.
      parts.delete(digits);
      return undefined;
    });
  parts.set(digits, asked);
  return asked;
}
