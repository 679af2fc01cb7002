import { order, problem } from '../fixtures';
import { accessible, expect, test } from './fake';

const { sfOrderId } = order();
const CANCEL = `POST /orders/${sfOrderId}/cancel`;
const cancelled = order({ status: 'cancelled', cancellable: false, pollAfter: null });

test('an order is called off after a question, once', async ({ page, api, signedIn: _ }) => {
  api.on(CANCEL, { body: cancelled });
  await page.goto(`/orders/${sfOrderId}`);
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.getByRole('button', { name: 'Keep the order' }).click();
  expect(api.of(CANCEL)).toEqual([]);
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await accessible(page);
  api.on(`GET /orders/${sfOrderId}`, { body: cancelled });
  await page.getByRole('button', { name: 'Cancel the order' }).dblclick();
  await expect(page.getByText('This order was cancelled')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Cancel this order' })).toHaveCount(0);
  expect(api.of(CANCEL)).toHaveLength(1);
});

test('staff that was faster is told', async ({ page, api, signedIn: _ }) => {
  await page.goto(`/orders/${sfOrderId}`);
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  api.on(CANCEL, { status: 409, body: problem('order-not-cancellable', 409) });
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await expect(page.getByText(/approved or being set up already/)).toBeVisible();
  await accessible(page);
});
