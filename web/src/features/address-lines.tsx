/** An address as it is written in its country. */

import type { Schemas } from '../api/client';
import { useI18n } from '../i18n';
import { PREFECTURES, prefectureOf } from './address';

export function AddressLines({ address }: { address: Schemas['AddressView'] }) {
  const { lang, f } = useI18n();
  const lines =
    lang === 'ja' && address.country === 'JP' ? japanese(address) : western(address, f.country);
  return (
    <address className="address">
      {lines.filter(Boolean).map((line) => (
        <div key={line}>{line}</div>
      ))}
    </address>
  );
}

function japanese({ postcode, state, city, street, street2 }: Schemas['AddressView']): string[] {
  const latin = prefectureOf(state);
  const kanji = PREFECTURES.find(([name]) => name === latin)?.[1] ?? state;
  return [postcode && `〒${postcode}`, `${kanji} ${city}`, street, street2];
}

function western(address: Schemas['AddressView'], country: (code: string) => string): string[] {
  const { street2, street, city, state, postcode } = address;
  return [
    street2,
    street,
    [city, state].filter(Boolean).join(', '),
    postcode,
    country(address.country),
  ];
}
