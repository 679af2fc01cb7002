/** Prices with their billing cycle. */

import { useI18n } from '../i18n';
import type { Money } from '../i18n/format';
import { useShop } from './shop';

/** The words for a billing cycle; an unknown one is shown as it is. */
export function useCycle(): (cycle: string) => string {
  const { t } = useI18n();
  return (cycle) => t.price.cycle[cycle] ?? cycle;
}

export function Price({ money, cycle }: { money: Money; cycle: string }) {
  const { f } = useI18n();
  const words = useCycle();
  return (
    <>
      <strong>{f.money(money)}</strong> <span className="cycle">{words(cycle)}</span>
    </>
  );
}

/** Totals, one for each billing cycle. */
export function Totals({ sums }: { sums: [string, Money][] }) {
  const { t, f } = useI18n();
  const words = useCycle();
  return (
    <>
      <dl className="totals">
        {sums.map(([cycle, money]) => (
          <div key={cycle}>
            <dt>
              {t.cart.total} <span className="cycle">{words(cycle)}</span>
            </dt>
            <dd className="price">
              <strong>{f.money(money)}</strong>
            </dd>
          </div>
        ))}
      </dl>
      <TaxNote />
    </>
  );
}

export function TaxNote() {
  const { t } = useI18n();
  const { taxIncluded } = useShop();
  if (taxIncluded === undefined) return null;
  return <p className="fine">{taxIncluded ? t.price.taxIncluded : t.price.taxExcluded}</p>;
}
