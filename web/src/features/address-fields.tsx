/** The fields of an address, in the order of its country. `at` is the pointer of the address. */

import { useMemo, useRef, useState } from 'react';
import type { Schemas } from '../api/client';
import { useI18n } from '../i18n';
import type { Messages } from '../i18n/en';
import { SelectField, TextField } from '../ui/form';
import { countries, fold, japanesePostcode, PREFECTURES, prefectureOf } from './address';
import type { Found, Values } from './form';
import { placeOf } from './postcodes';

type Address = Schemas['AddressView'];

interface AddressFieldsProps {
  /** `/address` or empty. */
  at: string;
  value?: Address;
}

export function AddressFields({ at, value }: AddressFieldsProps) {
  const { t, lang, f } = useI18n();
  const [country, setCountry] = useState(value?.country || 'JP');
  const all = useMemo(() => countries(f.country, lang), [f, lang]);
  const japan = country === 'JP';
  return (
    <div className="fields">
      <SelectField
        name={`${at}/country`}
        label={t.address.country}
        autoComplete="country"
        value={country}
        onChange={setCountry}
        options={all.map(([code, label]) => ({ value: code, label }))}
      />
      {japan ? <Japanese at={at} value={value} lang={lang} /> : <Western at={at} value={value} />}
    </div>
  );
}

interface Fields {
  at: string;
  value: Address | undefined;
}

function Japanese({ at, value, lang }: Fields & { lang: string }) {
  const { t } = useI18n();
  const { place, look } = usePlace(at, lang);
  return (
    <>
      <div className="pair">
        <TextField
          name={`${at}/postcode`}
          label={t.address.postcode}
          hint={t.address.postcodeHint}
          inputMode="numeric"
          autoComplete="postal-code"
          defaultValue={value?.postcode ?? ''}
          onInput={({ currentTarget }) => void look(currentTarget)}
        />
        <Prefecture at={at} value={value} lang={lang} />
      </div>
      <p role="status" className="found-place">
        {place && (
          <>
            {t.address.found} <span lang="ja">{place}</span>
          </>
        )}
      </p>
      <TextField
        name={`${at}/city`}
        label={t.address.city}
        autoComplete="address-level2"
        defaultValue={value?.city ?? ''}
      />
      <TextField
        name={`${at}/street`}
        label={t.address.streetJapan}
        hint={t.address.streetHint}
        autoComplete="address-line1"
        defaultValue={value?.street ?? ''}
      />
      <TextField
        name={`${at}/street2`}
        label={t.address.street2}
        optional
        autoComplete="address-line2"
        defaultValue={value?.street2 ?? ''}
      />
    </>
  );
}

/**
 * The place of the postcode. It fills what is empty and what it filled before, never what was
 * typed. City and town are known in Japanese only, so a page in another language shows them.
 */
function usePlace(at: string, lang: string) {
  const [place, setPlace] = useState('');
  const filled = useRef(new Map<string, string>());
  const latest = useRef('');
  const look = async (input: HTMLInputElement) => {
    const typed = input.value;
    latest.current = typed;
    const found = await placeOf(typed);
    if (latest.current !== typed) return;
    setPlace(found ? found.prefecture[1] + found.city + found.town : '');
    if (!found || !input.form) return;
    const values: [string, string][] = [
      [`${at}/state`, found.prefecture[0]],
      ...(lang === 'ja'
        ? ([
            [`${at}/city`, found.city],
            [`${at}/street`, found.town],
          ] satisfies [string, string][])
        : []),
    ];
    for (const [name, value] of values) {
      if (fill(input.form, name, value, filled.current.get(name))) filled.current.set(name, value);
    }
  };
  return { place, look };
}

/** Whether the field has the value now. `before` is what was filled in earlier. */
function fill(form: HTMLFormElement, name: string, value: string, before = ''): boolean {
  const field = form.elements.namedItem(name);
  if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return false;
  if (field.value !== '' && field.value !== before) return false;
  field.value = value;
  // An error at the field no longer holds.
  field.dispatchEvent(new Event('input', { bubbles: true }));
  return true;
}

/** A select; a spelling on file that is no prefecture stays choosable. */
function Prefecture({ at, value, lang }: Fields & { lang: string }) {
  const { t } = useI18n();
  const onFile = value?.state ?? '';
  const known = prefectureOf(onFile);
  return (
    <SelectField
      name={`${at}/state`}
      label={t.address.prefecture}
      autoComplete="address-level1"
      defaultValue={known ?? onFile}
      options={[
        ...(known ? [] : [{ value: onFile, label: onFile || t.address.choose }]),
        ...PREFECTURES.map(([latin, kanji]) => ({
          value: latin,
          label: lang === 'ja' ? kanji : latin,
        })),
      ]}
    />
  );
}

function Western({ at, value }: Fields) {
  const { t } = useI18n();
  return (
    <>
      <TextField
        name={`${at}/street`}
        label={t.address.street}
        autoComplete="address-line1"
        defaultValue={value?.street ?? ''}
      />
      <TextField
        name={`${at}/street2`}
        label={t.address.street2}
        optional
        autoComplete="address-line2"
        defaultValue={value?.street2 ?? ''}
      />
      <TextField
        name={`${at}/city`}
        label={t.address.city}
        autoComplete="address-level2"
        defaultValue={value?.city ?? ''}
      />
      <div className="pair">
        <TextField
          name={`${at}/state`}
          label={t.address.state}
          autoComplete="address-level1"
          defaultValue={value?.state ?? ''}
        />
        <TextField
          name={`${at}/postcode`}
          label={t.address.postcode}
          optional
          autoComplete="postal-code"
          defaultValue={value?.postcode ?? ''}
        />
      </div>
    </>
  );
}

/** What the page can tell without the API. `stateNeeded`: the API asks for a state everywhere. */
export function checkAddress(values: Values, at: string, stateNeeded: boolean, t: Messages): Found {
  const japan = values.text(`${at}/country`) === 'JP';
  const postcode = values.text(`${at}/postcode`);
  const needed = ['city', 'street', ...(stateNeeded || japan ? ['state'] : [])];
  const found: Found = Object.fromEntries(
    needed
      .filter((field) => !values.text(`${at}/${field}`))
      .map((field) => [`${at}/${field}`, t.auth.fill]),
  );
  if (japan && !japanesePostcode(postcode)) {
    found[`${at}/postcode`] = postcode ? t.address.postcodeForm : t.codes['postcode-missing'];
  }
  return found;
}

/** The address as typed, with the writing of numbers tidied. */
export function readAddress(values: Values, at: string): Address {
  const text = (field: string) => values.text(`${at}/${field}`);
  const postcode = text('postcode');
  return {
    country: text('country'),
    postcode: text('country') === 'JP' ? (japanesePostcode(postcode) ?? postcode) : fold(postcode),
    state: text('state'),
    city: text('city'),
    street: text('street'),
    street2: text('street2'),
  };
}
