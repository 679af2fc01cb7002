/** The texts of the operator's screens, from the sources of the Salesforce package. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Language = 'en' | 'ja';
type Texts = Record<string, Record<Language, string>>;

const folder = join(import.meta.dirname, '..', '..', '..', 'salesforce', 'texts');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Texts;
const labels = read('labels.json');
const remedies = read('remedies.ja.json');

/** Labels and remedies in a language; `{0}`, `{1}`, … are replaced by the values. */
export class Speaker {
  constructor(readonly language: Language) {}

  label(name: string, ...values: unknown[]): string {
    return this.said(labels[`Portal_${name}`], name).replace(/\{(\d)\}/g, (_, place) =>
      String(values[Number(place)]),
    );
  }

  remedy(code: string): string {
    return this.said(remedies[code], code);
  }

  private said(text: Record<Language, string> | undefined, name: string): string {
    if (!text) throw new Error(`there is no text ${name}`);
    return text[this.language];
  }
}
