/** Each state of the dialog "Provision in WHMCS", as the compiled component shows it. */

import type { Page } from '@playwright/test';
import { accessible } from '../axe';
import { expect, type FakeApex, line, ORDER, order, outcome, test } from './fakeApex';
import type { Speaker } from './texts';

const ACTION = `/salesforce/orders/${ORDER}/action`;
const REFUSED = 'WHMCS has no valid card for client 12.';

type Say = (speaker: Speaker) => string;

interface State {
  prepare: (apex: FakeApex, speaker: Speaker) => void;
  /** What is on the screen, and what is not. */
  shows: Say[];
  hides?: Say[];
  /** The label of the button that starts provisioning; none where there is none. */
  button?: 'Screen_Provision' | 'Screen_Try_Again';
}

const label =
  (name: string, ...values: unknown[]): Say =>
  (speaker) =>
    speaker.label(name, ...values);
const remedy =
  (code: string): Say =>
  (speaker) =>
    speaker.remedy(code);
const provision = label('Screen_Provision');

/** What the dialog shows as soon as it is open. */
const STATES: Record<string, State> = {
  ready: {
    prepare: () => undefined,
    shows: [label('Screen_Lines'), () => '2 × Fibre 1 Gbps Home'],
    hides: [label('Screen_Progress')],
    button: 'Screen_Provision',
  },
  stopped: {
    prepare: (apex) => {
      apex.orders = [
        order({
          orderStatus: 'Pending Review',
          lines: [line({ mapped: false }), line({ lineId: '802000000000003AAA', quantity: 0.5 })],
          stops: [
            { code: 'order-not-approved', detail: null },
            { code: 'product-not-mapped', detail: 'eSIM 10 GB — data + voice + SMS' },
            { code: 'quantity-invalid', detail: 'eSIM 10 GB — data + voice + SMS' },
          ],
        }),
      ];
    },
    shows: [
      label('Screen_Stops'),
      remedy('order-not-approved'),
      remedy('product-not-mapped'),
      label('Screen_Not_Mapped'),
    ],
    button: 'Screen_Provision',
  },
  empty: {
    prepare: (apex) => {
      apex.orders = [order({ lines: [], stops: [{ code: 'order-empty', detail: null }] })];
    },
    shows: [remedy('order-empty')],
    button: 'Screen_Provision',
    hides: [label('Screen_Lines')],
  },
  scheduled: {
    prepare: (apex) => {
      apex.orders = [
        order({
          provisioningStatus: 'Scheduled',
          attemptCount: 1,
          scheduledAt: '2026-12-01T00:00:00.000Z',
        }),
      ];
    },
    shows: [label('Screen_Scheduled_For'), label('Screen_May_Close')],
  },
  running: {
    prepare: (apex) => {
      apex.orders = [order({ provisioningStatus: 'In Progress', attemptCount: 1 })];
    },
    shows: [label('Screen_Progress'), label('Stage_Running'), label('Screen_May_Close')],
  },
  delayed: {
    prepare: (apex) => {
      apex.orders = [
        order({
          provisioningStatus: 'In Progress',
          attemptCount: 1,
          errorCode: 'whmcs-unavailable',
          errorMessage: 'WHMCS was not available at 09:02 UTC.',
        }),
      ];
    },
    shows: [label('Screen_Delayed'), () => 'WHMCS was not available at 09:02 UTC.'],
    hides: [label('Screen_What_To_Do')],
  },
  failed: {
    prepare: (apex) => {
      apex.orders = [
        order({
          provisioningStatus: 'Failed',
          attemptCount: 1,
          errorCode: 'payment-method-missing',
          errorMessage: REFUSED,
        }),
      ];
    },
    shows: [
      label('Screen_Failed'),
      () => REFUSED,
      label('Screen_What_To_Do'),
      remedy('payment-method-missing'),
      label('Screen_Error_Code', 'payment-method-missing'),
    ],
    button: 'Screen_Try_Again',
  },
  'failed-and-stopped': {
    prepare: (apex) => {
      apex.orders = [
        order({
          orderStatus: 'Cancelled',
          provisioningStatus: 'Failed',
          attemptCount: 2,
          errorCode: 'order-status',
          errorMessage: "The Order's status is Cancelled.",
          stops: [{ code: 'order-status', detail: 'Cancelled' }],
        }),
      ];
    },
    shows: [label('Screen_Stops'), label('Screen_Failed'), remedy('order-status')],
    button: 'Screen_Provision',
  },
  'failed-code-unknown': {
    prepare: (apex) => {
      apex.orders = [
        order({
          provisioningStatus: 'Failed',
          attemptCount: 1,
          errorCode: 'a-code-of-tomorrow',
          errorMessage: 'Something new.',
        }),
      ];
    },
    shows: [label('Screen_Unknown_Code')],
    button: 'Screen_Try_Again',
  },
  cancelled: {
    prepare: (apex) => {
      apex.orders = [
        order({
          errorCode: 'cancelled',
          errorMessage: 'Cancelled by an operator.',
          attemptCount: 1,
        }),
      ];
    },
    shows: [label('Screen_Cancelled'), remedy('cancelled')],
    button: 'Screen_Provision',
  },
  provisioned: {
    prepare: (apex) => {
      apex.orders = [
        order({
          provisioningStatus: 'Provisioned',
          attemptCount: 1,
          whmcsOrderId: '4711',
          iccids: '8981100000000000001,8981100000000000002',
          lines: [line({ quantity: 2, serviceIds: '501,502' })],
        }),
      ];
    },
    shows: [
      label('Screen_Done'),
      label('Screen_Whmcs_Order'),
      () => '4711',
      () => '8981100000000000002',
      label('Screen_Services', '501,502'),
      label('Screen_Lines_Done'),
    ],
  },
  hidden: {
    prepare: (apex) => {
      apex.orders = [];
    },
    shows: [label('Answer_Hidden')],
  },
  'no-access': {
    prepare: (apex, speaker) => {
      apex.problem = { message: speaker.label('Answer_No_Access') };
    },
    shows: [label('Answer_No_Access')],
  },
  'read-failed': {
    prepare: (apex) => {
      apex.problem = { message: 'System.LimitException', stackTrace: 'Class.PortalOrder: line 1' };
    },
    shows: [label('Screen_Read_Failed')],
    hides: [() => 'LimitException'],
  },
};

/** What the dialog shows after the press. */
const ANSWERS: Record<string, State> = {
  requested: {
    prepare: (apex, speaker) => {
      apex.outcome = outcome({
        accepted: true,
        follow: true,
        expectedAttempt: 1,
        statusCode: 202,
        message: speaker.label('Answer_Accepted', 1),
      });
    },
    shows: [label('Answer_Accepted', 1), label('Stage_Accepted'), label('Status_Requested')],
  },
  'running-elsewhere': {
    prepare: (apex, speaker) => {
      apex.outcome = outcome({
        code: 'running',
        follow: true,
        expectedAttempt: 1,
        statusCode: 409,
        step: 'add_order',
        message: speaker.label('Answer_Running', 1),
      });
    },
    shows: [
      label('Answer_Running', 1),
      (speaker) => speaker.label('Screen_Step_Now', speaker.label('Step_add_order')),
    ],
  },
  'signature-refused': {
    prepare: (apex, speaker) => {
      apex.outcome = outcome({
        code: 'signature',
        statusCode: 401,
        message: speaker.label('Answer_Signature'),
      });
    },
    shows: [label('Answer_Signature')],
    button: 'Screen_Try_Again',
  },
  'too-many': {
    prepare: (apex, speaker) => {
      apex.outcome = outcome({
        code: 'too-many',
        statusCode: 429,
        message: speaker.label('Answer_Too_Many', 60),
      });
    },
    shows: [label('Answer_Too_Many', 60)],
    button: 'Screen_Try_Again',
  },
  'no-answer': {
    prepare: (apex, speaker) => {
      apex.outcome = outcome({
        code: 'no-answer',
        outcomeUnknown: true,
        expectedAttempt: 1,
        message: speaker.label('Answer_None'),
      });
    },
    shows: [label('Answer_None')],
    button: 'Screen_Try_Again',
  },
  'salesforce-failed': {
    prepare: (apex) => {
      apex.outcome = undefined;
    },
    shows: [label('Screen_Call_Failed')],
    button: 'Screen_Try_Again',
  },
};

async function expectState(page: Page, state: State, speaker: Speaker): Promise<void> {
  const dialog = page.getByRole('dialog', { name: speaker.label('Screen_Title') });
  for (const say of state.shows) await expect(dialog).toContainText(say(speaker));
  for (const say of state.hides ?? []) await expect(dialog).not.toContainText(say(speaker));
  const press = dialog.getByRole('button').filter({ hasNotText: speaker.label('Screen_Close') });
  await expect(press).toHaveCount(state.button ? 1 : 0);
  if (state.button) await expect(press).toHaveText(speaker.label(state.button));
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(width).toBeLessThanOrEqual(0);
}

for (const [name, state] of Object.entries(STATES)) {
  test(`shows the state ${name}`, async ({ page, apex, speaker, look }) => {
    state.prepare(apex, speaker);
    await page.goto(ACTION);
    await expectState(page, state, speaker);
    await look(name);
    await accessible(page);
  });
}

for (const [name, state] of Object.entries(ANSWERS)) {
  test(`shows the answer ${name}`, async ({ page, apex, speaker, look }) => {
    state.prepare(apex, speaker);
    await page.goto(ACTION);
    await page.getByRole('button', { name: provision(speaker) }).click();
    await expectState(page, state, speaker);
    await look(`pressed-${name}`);
    await accessible(page);
  });
}

test('shows that it reads, and that it calls', async ({ page, apex, speaker, look }) => {
  const read = apex.hold();
  await page.goto(ACTION);
  await expect(page.getByText(speaker.label('Screen_Loading'))).toBeVisible();
  await look('loading');
  await accessible(page);
  read();
  const button = page.getByRole('button', { name: provision(speaker) });
  await expect(button).toBeEnabled();
  const call = apex.hold();
  await button.click();
  await expect(page.getByText(speaker.label('Screen_Calling'))).toBeVisible();
  await expect(button).toBeDisabled();
  await look('calling');
  await accessible(page);
  call();
  await expect.poll(() => apex.presses).toEqual([ORDER]);
});

test('follows the order to its end without another press', async ({
  page,
  apex,
  speaker,
  look,
}) => {
  await page.clock.install();
  apex.outcome = outcome({ accepted: true, follow: true, expectedAttempt: 1, statusCode: 202 });
  await page.goto(ACTION);
  await page.getByRole('button', { name: provision(speaker) }).click();
  await expect(page.getByText(speaker.label('Screen_May_Close'))).toBeVisible();
  await page.clock.fastForward('05:00');
  await page.clock.fastForward('00:10');
  await expect(page.getByText(speaker.label('Screen_Still_Running'))).toBeVisible();
  await look('still-running');
  await accessible(page);
  expect(apex.presses).toEqual([ORDER]);
});

test('can be used with the keyboard alone', async ({ page, apex, speaker, isMobile }) => {
  test.skip(isMobile, 'a phone has no keyboard');
  await page.goto(ACTION);
  const dialog = page.getByRole('dialog');
  const button = page.getByRole('button', { name: provision(speaker) });
  await expect(dialog).toBeFocused();
  await expect(button).toBeEnabled();
  // The content can be scrolled, so it can be reached; then come the buttons.
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('Tab');
  await expect(button).toBeFocused();
  apex.outcome = outcome({ accepted: true, follow: true, expectedAttempt: 1, statusCode: 202 });
  await page.keyboard.press('Enter');
  // The button is gone: the focus must not be lost with it.
  await expect(page.getByRole('button', { name: speaker.label('Screen_Close') })).toBeFocused();
  expect(apex.presses).toEqual([ORDER]);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(`/salesforce/orders/${ORDER}`);
});
