/** Lines of a cart, priced from the catalogue of now; and lines of an order, as they were. */

import type { Schemas } from '../api/client';
import { config } from '../config';
import { useI18n } from '../i18n';
import type { Money } from '../i18n/format';
import type { CartLine } from './cart';
import { chosen } from './order';
import { type Answers, type Product, times, unitPrice } from './price';
import type { Other } from './shop';
import { Price } from './show-price';

export type Mistake = 'gone' | 'not-eligible' | 'changed' | 'too-many';

export interface PricedLine {
  line: CartLine;
  product: Product | undefined;
  price: Money | undefined;
  mistake: Mistake | undefined;
}

/** The lines with their products and prices; what cannot be ordered says why. */
export function priced(
  lines: readonly CartLine[],
  products: readonly Product[],
  others: readonly Other[],
): PricedLine[] {
  return lines.map((line) => {
    const product = products.find(({ sku }) => sku === line.sku);
    const excluded = product ? undefined : others.find(({ sku }) => sku === line.sku);
    const known = product ?? excluded?.product;
    return {
      line,
      product: known,
      price: known && times(unitPrice(known, line.configOptions), line.quantity),
      mistake: mistakeOf(line, lines, product, excluded),
    };
  });
}

function mistakeOf(
  line: CartLine,
  lines: readonly CartLine[],
  product: Product | undefined,
  excluded: Other | undefined,
): Mistake | undefined {
  if (excluded) return 'not-eligible';
  if (!product) return 'gone';
  if (!fits(product, line.configOptions)) return 'changed';
  const pieces = lines.reduce(
    (sum, { sku, quantity }) => sum + (sku === line.sku ? quantity : 0),
    0,
  );
  return pieces > product.maxQuantity ? 'too-many' : undefined;
}

/** Whether the product still offers what was chosen. */
function fits(product: Product, answers: Answers): boolean {
  const offered = new Map(product.configOptions.map((option) => [option.id, option]));
  const known = Object.entries(answers).every(([id, answer]) => {
    const option = offered.get(id);
    if (!option) return false;
    if (option.kind === 'choice') return option.choices?.some((choice) => choice.id === answer);
    if (option.kind === 'yesno') return typeof answer === 'boolean';
    return (
      typeof answer === 'number' &&
      answer >= (option.min ?? 0) &&
      answer <= (option.max ?? Number.POSITIVE_INFINITY)
    );
  });
  const missing = product.configOptions.some(
    ({ id, required, default: usual }) => required && usual == null && answers[id] === undefined,
  );
  return known && !missing;
}

/** What was chosen, in words; extras that were not chosen are left out. */
export function Answered({ product, answers }: { product: Product; answers: Answers }) {
  const options = product.configOptions.flatMap((option) => {
    const answer = answers[option.id];
    if (option.kind === 'choice') {
      const choice = option.choices?.find(({ id }) => id === answer);
      return choice ? [`${option.label}: ${choice.label}`] : [];
    }
    if (option.kind === 'yesno') return answer === true ? [option.label] : [];
    return typeof answer === 'number' && answer > 0 ? [`${option.label}: ${answer}`] : [];
  });
  return <Options lines={options} />;
}

function Options({ lines }: { lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <ul className="line-options" lang={config().contentLanguage}>
      {lines.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

/** The lines of an order. */
export function OrderLines({ lines }: { lines: Schemas['LineView'][] }) {
  const { t } = useI18n();
  return (
    <ul className="lines">
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an order's lines never change
        <li className="line" key={place}>
          <div>
            <p className="line-name" lang={config().contentLanguage}>
              {t.order.line(line.quantity, line.name)}
            </p>
            <Options
              lines={chosen(line.options).map(({ label, value }) =>
                value === 'yes' ? label : `${label}: ${value}`,
              )}
            />
          </div>
          <p className="price">
            {/* An amount whose currency is not known is not shown. */}
            {line.unitPrice && (
              <Price money={times(line.unitPrice, line.quantity)} cycle={line.billingCycle} />
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
