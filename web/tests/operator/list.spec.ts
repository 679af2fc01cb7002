/** Each state of the screen for orders that were selected in a list. */

import { accessible } from '../axe';
import { expect, line, ORDER, order, outcome, test } from './fakeApex';

const OTHER = '801000000000002AAA';
const THIRD = '801000000000003AAA';
const HIDDEN = '801000000000004AAA';
const flow = (...ids: string[]) =>
  `/salesforce/flow/Portal_Provision_Orders?${ids.map((id) => `ids=${id}`).join('&')}`;

test('says when no order was selected', async ({ page, speaker, look }) => {
  await page.goto(flow());
  await expect(page.getByText(speaker.label('Bulk_None'))).toBeVisible();
  await look('list-none');
  await accessible(page);
});

test('starts what can be started, one after the other', async ({ page, apex, speaker, look }) => {
  apex.orders = [
    order(),
    order({
      orderId: OTHER,
      orderNumber: '00000105',
      provisioningStatus: 'Failed',
      attemptCount: 1,
      errorCode: 'whmcs-refused',
    }),
    order({
      orderId: THIRD,
      orderNumber: '00000106',
      orderStatus: 'Pending Review',
      lines: [line({ mapped: false })],
      stops: [{ code: 'order-not-approved', detail: null }],
    }),
  ];
  apex.outcome = outcome({
    accepted: true,
    follow: true,
    expectedAttempt: 2,
    message: speaker.label('Answer_Accepted', 1),
  });
  await page.goto(flow(ORDER, OTHER, THIRD, HIDDEN));
  const start = page.getByRole('button', { name: speaker.label('Bulk_Start', 2) });
  await expect(start).toBeEnabled();
  await expect(page.getByText(speaker.label('Bulk_Hidden', 1))).toBeVisible();
  await expect(page.getByText(speaker.remedy('order-not-approved'))).toBeVisible();
  await look('list-ready');
  await accessible(page);
  await start.click();
  await expect(page.getByText(speaker.label('Answer_Accepted', 1))).toHaveCount(2);
  expect(apex.presses).toEqual([ORDER, OTHER]);
  await look('list-started');
  await accessible(page);
});

test('says when nothing can be started, and ends', async ({ page, apex, speaker, look }) => {
  apex.orders = [
    order({ provisioningStatus: 'Provisioned', attemptCount: 1, whmcsOrderId: '4711' }),
  ];
  await page.goto(flow(ORDER));
  await expect(page.getByText(speaker.label('Bulk_Nothing'))).toBeVisible();
  await look('list-nothing');
  await accessible(page);
  await page.getByRole('button').click();
  await expect(page).toHaveURL('/salesforce');
});
