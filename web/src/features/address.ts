/** Addresses: countries, prefectures, Japanese postcodes and telephone numbers. */

/** ISO 3166-1 alpha-2 codes. */
const COUNTRIES =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'.split(
    ' ',
  );

type Country = [code: string, name: string];

const sortedCountries = new Map<string, Country[]>();

/** Codes and names, by name in the reader's language; Japan first. */
export function countries(name: (code: string) => string, lang: string): Country[] {
  // To name and sort them takes a phone a tenth of a second, and sign-up shows them twice.
  const known = sortedCountries.get(lang) ?? namedAndSorted(name, lang);
  sortedCountries.set(lang, known);
  return known;
}

function namedAndSorted(name: (code: string) => string, lang: string): Country[] {
  const rest = COUNTRIES.filter((code) => code !== 'JP').map((code): Country => [code, name(code)]);
  const order = new Intl.Collator(lang);
  rest.sort((one, other) => order.compare(one[1], other[1]));
  return [['JP', name('JP')], ...rest];
}

/**
 * Prefectures in the order of their JIS codes. The first spelling is what is sent: Salesforce and
 * WHMCS hold states in Latin letters.
 */
export const PREFECTURES: readonly (readonly [string, string])[] = [
  ['Hokkaido', '北海道'],
  ['Aomori', '青森県'],
  ['Iwate', '岩手県'],
  ['Miyagi', '宮城県'],
  ['Akita', '秋田県'],
  ['Yamagata', '山形県'],
  ['Fukushima', '福島県'],
  ['Ibaraki', '茨城県'],
  ['Tochigi', '栃木県'],
  ['Gunma', '群馬県'],
  ['Saitama', '埼玉県'],
  ['Chiba', '千葉県'],
  ['Tokyo', '東京都'],
  ['Kanagawa', '神奈川県'],
  ['Niigata', '新潟県'],
  ['Toyama', '富山県'],
  ['Ishikawa', '石川県'],
  ['Fukui', '福井県'],
  ['Yamanashi', '山梨県'],
  ['Nagano', '長野県'],
  ['Gifu', '岐阜県'],
  ['Shizuoka', '静岡県'],
  ['Aichi', '愛知県'],
  ['Mie', '三重県'],
  ['Shiga', '滋賀県'],
  ['Kyoto', '京都府'],
  ['Osaka', '大阪府'],
  ['Hyogo', '兵庫県'],
  ['Nara', '奈良県'],
  ['Wakayama', '和歌山県'],
  ['Tottori', '鳥取県'],
  ['Shimane', '島根県'],
  ['Okayama', '岡山県'],
  ['Hiroshima', '広島県'],
  ['Yamaguchi', '山口県'],
  ['Tokushima', '徳島県'],
  ['Kagawa', '香川県'],
  ['Ehime', '愛媛県'],
  ['Kochi', '高知県'],
  ['Fukuoka', '福岡県'],
  ['Saga', '佐賀県'],
  ['Nagasaki', '長崎県'],
  ['Kumamoto', '熊本県'],
  ['Oita', '大分県'],
  ['Miyazaki', '宮崎県'],
  ['Kagoshima', '鹿児島県'],
  ['Okinawa', '沖縄県'],
];

/** The spelling that is sent for a prefecture however it is written; undefined for anything else. */
export function prefectureOf(text: string): string | undefined {
  const wanted = text.trim().toLowerCase();
  const found = PREFECTURES.find(
    ([latin, kanji]) =>
      wanted === latin.toLowerCase() ||
      wanted === kanji ||
      wanted === kanji.slice(0, -1) ||
      wanted.replace(/[- ]?(to|fu|ken)$/, '') === latin.toLowerCase(),
  );
  return found?.[0];
}

const HYPHENS = /[‐‑‒–—―−ー]/g;

/** Half-width, plain hyphens. */
export const fold = (text: string): string => text.normalize('NFKC').replace(HYPHENS, '-').trim();

/** A Japanese postcode as `105-0011`; undefined when it has not seven digits. */
export function japanesePostcode(text: string): string | undefined {
  const found = /^〒?\s*(\d{3})-?(\d{4})$/.exec(fold(text));
  return found ? `${found[1]}-${found[2]}` : undefined;
}

/** A telephone number as E.164: Japanese numbers may be written with their leading zero. */
export function internationalPhone(text: string): string | undefined {
  const digits = fold(text).replace(/[\s().-]/g, '');
  if (/^\+\d{6,15}$/.test(digits)) return digits;
  if (/^0[1-9]\d{8,9}$/.test(digits)) return `+81${digits.slice(1)}`;
  return undefined;
}
