/** Placing the order that is in the cart: once, whatever is pressed, lost or reloaded. */

import { useRef, useState } from 'react';
import { api, must, type Schemas } from '../api/client';
import type { ApiError } from '../api/problems';
import { config } from '../config';
import { useI18n } from '../i18n';
import type { Messages } from '../i18n/en';
import type { Failure } from '../ui/form';
import { forgetAttempt, keyFor } from './attempt';
import { type CartLine, cartLines, emptyCart } from './cart';
import { asApiError, explain } from './form';
import { queries } from './queries';
import { settle } from './repeat';
import { isoMoment, momentOf } from './time';

export interface Wish {
  /** A wall clock of the shop's time zone; empty: at once. */
  at: string;
  later: boolean;
}

type OrderRequest = Schemas['OrderRequest'];

/** The body of POST /orders. All answers are sent: the order then shows what was seen. */
export function orderBody(lines: readonly CartLine[], wish: Wish | undefined): OrderRequest {
  const at = wish?.later ? momentOf(wish.at, config().timeZone) : undefined;
  return {
    items: lines.map(({ sku, quantity, configOptions }) => ({ sku, quantity, configOptions })),
    activation: at ? { type: 'scheduled', at: isoMoment(at) } : { type: 'immediate' },
  };
}

/** Whether the answer says what became of the cart, so that its key has served. */
export function isSettled(error: ApiError): boolean {
  // 401 and 429 come before anybody looks at the order: an earlier try may still be open.
  const open = error.repeatable || error.status === 401 || error.status === 429;
  return !open && error.status >= 400 && error.status < 500;
}

interface Placing {
  busy: boolean;
  failure: Failure | undefined;
  place: (shown: readonly CartLine[], wish: Wish | undefined) => void;
  clear: () => void;
}

export function usePlaceOrder(done: (order: Schemas['OrderCreated']) => void): Placing {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const sending = useRef(false);

  const place = async (shown: readonly CartLine[], wish: Wish | undefined) => {
    if (sending.current) return;
    const lines = cartLines();
    if (lines !== shown) {
      const text = lines.length === 0 ? t.checkout.emptied : t.checkout.differentCart;
      setFailure({ fields: {}, general: [text] });
      return;
    }
    sending.current = true;
    setBusy(true);
    setFailure(undefined);
    try {
      const body = orderBody(lines, wish);
      const key = keyFor('order', body);
      const order = await settle(() =>
        must(api.POST('/orders', { params: { header: { 'Idempotency-Key': key } }, body })),
      );
      emptyCart();
      forgetAttempt('order');
      void queries.invalidateQueries({ queryKey: ['orders'] });
      done(order);
    } catch (thrown) {
      const error = asApiError(thrown);
      if (isSettled(error)) forgetAttempt('order');
      if (error.slug === 'payment-method-required') {
        void queries.invalidateQueries({ queryKey: ['payment-methods'] });
      }
      if (error.slug === 'cart-invalid') {
        void queries.invalidateQueries({ queryKey: ['catalog'] });
      }
      setFailure(explainOrder(error, lines, t));
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  return {
    busy,
    failure,
    place: (shown, wish) => void place(shown, wish),
    clear: () => setFailure(undefined),
  };
}

/** Mistakes of lines name the product; those of the activation stand beside its field. */
function explainOrder(error: ApiError, lines: readonly CartLine[], t: Messages): Failure {
  if (error.slug !== 'cart-invalid') return explain(error, t);
  const fields: Record<string, string> = {};
  const general: string[] = [];
  for (const { pointer = '', code = '', detail } of error.problem.errors ?? []) {
    const text = (t.codes as Record<string, string>)[code] ?? detail;
    const line = lines[Number(/^\/items\/(\d+)\//.exec(pointer)?.[1] ?? -1)];
    if (pointer.startsWith('/activation')) fields['/activation/at'] = text;
    else general.push(line ? `${line.name}: ${text}` : text);
  }
  return { fields, general: general.length > 0 ? general : [t.problems['cart-invalid']] };
}
