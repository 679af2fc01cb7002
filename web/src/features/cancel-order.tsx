/** Calls an order off before it is set up. Asks first; asking the API again changes nothing. */

import { useState } from 'react';
import { api, must, type Schemas } from '../api/client';
import { useI18n } from '../i18n';
import { Form } from '../ui/form';
import { Button, Dialog } from '../ui/parts';
import { useForm } from './form';
import { queries } from './queries';
import { settle } from './repeat';

export function CancelOrder({ order }: { order: Schemas['OrderView'] }) {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  if (!order.cancellable) return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t.order.cancel}</Button>
      {asking && <Question sfOrderId={order.sfOrderId} close={() => setAsking(false)} />}
    </>
  );
}

function Question({ sfOrderId, close }: { sfOrderId: string; close: () => void }) {
  const { t } = useI18n();
  const form = useForm({
    send: () =>
      settle(() =>
        must(api.POST('/orders/{sfOrderId}/cancel', { params: { path: { sfOrderId } } })),
      ),
    done: (cancelled) => {
      queries.setQueryData(['orders', 'one', sfOrderId], cancelled);
      void queries.invalidateQueries({ queryKey: ['orders'] });
    },
    handle: (error) => {
      // Staff was faster: the page shows how the order stands now.
      if (error.slug === 'order-not-cancellable') {
        void queries.invalidateQueries({ queryKey: ['orders', 'one', sfOrderId] });
      }
      return false;
    },
  });
  return (
    <Dialog title={t.order.cancelAsk} onClose={close}>
      <p>{t.order.cancelText}</p>
      <Form failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
        <div className="buttons">
          <Button type="submit" kind="primary" busy={form.busy}>
            {form.busy ? t.common.working : t.order.cancelYes}
          </Button>
          <Button onClick={close}>{t.order.cancelNo}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
