import type { Schemas } from '../../src/api/client';
import { problem } from '../fixtures';
import { accessible, expect, test } from './fake';

const esim: Schemas['EsimView'] = {
  state: 'active',
  installed: false,
  profile: 'released',
  iccid: '8981000000000000001',
  usage: {
    usedBytes: 2_500_000_000,
    totalBytes: 10_000_000_000,
    remainingBytes: 7_500_000_000,
    asOf: '2026-11-27T03:00:00Z',
  },
  validUntil: null,
  periodEnds: '2026-12-27T03:00:00Z',
  actions: [{ action: 'show', available: true, confirmLoss: false }],
};

const service: Schemas['SubscriptionView'] = {
  id: '77',
  name: 'eSIM 10 GB — data only',
  quantity: 1,
  status: 'active',
  price: { amount: '1450', currency: 'JPY' },
  billingCycle: 'monthly',
  since: '2026-11-01',
  nextDueDate: '2026-12-27',
  esim,
};

const withOperations: Schemas['SubscriptionView'] = {
  ...service,
  esim: {
    ...esim,
    installed: null,
    profile: 'unknown',
    actions: [
      ...esim.actions,
      { action: 'reissue', available: true, confirmLoss: false },
      { action: 'topup', available: true, confirmLoss: false },
    ],
  },
};

const activation: Schemas['EsimActivation'] = {
  lpa: 'LPA:1$smdp.example.com$MATCHING-ID',
  smdpAddress: 'smdp.example.com',
  matchingId: 'MATCHING-ID',
  confirmationCodeRequired: false,
  qrSvg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9v9z"/></svg>',
  appleLink: 'https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA',
  androidLink: 'https://esimsetup.android.com/esim_qrcode_provisioning?carddata=LPA',
};

test.beforeEach(async ({ signedIn: _ }) => undefined);

test('without the feature, services are seen on the billing site', async ({ page, site }) => {
  site.features = { subscriptions: false };
  await page.goto('/subscriptions/77');
  await expect(page.getByRole('button', { name: 'Open services in billing' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Services' })).toHaveCount(0);
  await accessible(page);
});

const variants: [string, Partial<Schemas['SubscriptionView']>, string[]][] = [
  [
    'being prepared',
    {
      esim: {
        ...esim,
        state: 'pending',
        installed: null,
        usage: null,
        actions: [
          {
            action: 'show',
            available: false,
            reason: 'line-pending',
            detail: 'x',
            confirmLoss: false,
          },
        ],
      },
    },
    ['being prepared', 'as soon as the eSIM is ready'],
  ],
  [
    'installed, sold in binary gigabytes',
    {
      esim: {
        ...esim,
        installed: true,
        usage: {
          usedBytes: 1024 ** 3,
          totalBytes: 5 * 1024 ** 3,
          remainingBytes: 4 * 1024 ** 3,
          asOf: null,
        },
        actions: [
          {
            action: 'show',
            available: false,
            reason: 'already-installed',
            detail: 'x',
            confirmLoss: false,
          },
        ],
      },
    },
    ['installed on a phone', 'cannot be used again', '1 GB of 5 GB'],
  ],
  [
    'while the provider does not answer, without a price',
    {
      price: null,
      esim: {
        ...esim,
        state: null,
        usage: null,
        actions: [
          {
            action: 'show',
            available: false,
            reason: 'provider-unavailable',
            detail: 'x',
            confirmLoss: false,
          },
        ],
      },
    },
    ['cannot read the state', 'does not answer'],
  ],
];

for (const [name, changes, texts] of variants) {
  test(`an eSIM ${name}`, async ({ page, api }) => {
    api.on('GET /subscriptions/77', { body: { ...service, ...changes } });
    await page.goto('/subscriptions/77');
    for (const text of texts) await expect(page.getByText(text)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Show the QR code' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
    await expect(page.getByRole('button', { name: 'Get a new eSIM' })).toHaveCount(0);
    await accessible(page);
  });
}

test('a service without an eSIM has its price and no panel', async ({ page, api }) => {
  api.on('GET /subscriptions/77', { body: { ...service, esim: null } });
  await page.goto('/subscriptions/77');
  await expect(page.getByText('¥1,450 per month')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Your eSIM' })).toHaveCount(0);
});

test('a service with its eSIM: code after the password, hidden again; more data once', {
  tag: '@wide',
}, async ({ page, api }) => {
  let fresh = false;
  api
    .on('GET /subscriptions', { body: { items: [service] } })
    .on('GET /subscriptions/77', { body: withOperations })
    .on('GET /subscriptions/77/topup-offers', {
      body: {
        items: [
          {
            offerId: 'o1',
            name: '5 GB',
            price: { amount: '800', currency: 'JPY' },
            dataBytes: 5_000_000_000,
            validity: null,
          },
        ],
      },
    })
    .on('GET /subscriptions/77/esim', () =>
      fresh
        ? { body: activation }
        : { status: 401, body: problem('reauthentication-required', 401) },
    )
    .on('POST /auth/login', () => {
      fresh = true;
      return { body: { accessToken: 'token-2', expiresIn: 900 } };
    })
    .on('POST /subscriptions/77/topup', {
      status: 202,
      body: operation('topup', 'pending'),
    })
    .on('GET /operations/topup-1', { body: operation('topup', 'succeeded', 'done') });
  await page.goto('/subscriptions');
  const link = page.getByRole('link', { name: service.name });
  await expect(link).toBeVisible();
  await expect(link).toContainText('eSIM ready · Data used: 2.5 GB of 10 GB · Renews: 27 Dec 2026');
  await accessible(page);
  await link.click();
  await expect(page.getByText('2.5 GB of 10 GB')).toBeVisible();
  await accessible(page);

  await page.getByRole('button', { name: 'Show the QR code' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your password, please' });
  await accessible(page);
  await dialog.getByLabel('Password', { exact: true }).fill('Sakura-Train-2026!');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  const code = page.getByRole('img', { name: /QR code/ });
  await expect(code).toBeVisible();
  expect(await code.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await expect(page.getByText('MATCHING-ID')).toBeVisible();
  await accessible(page);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect(page.getByText('MATCHING-ID')).toHaveCount(0);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: false });
    document.dispatchEvent(new Event('visibilitychange'));
  });

  await page.getByLabel('5 GB').check();
  await page.getByRole('button', { name: 'Buy' }).dblclick();
  await expect(page.getByText('Your data was added.')).toBeVisible();
  expect(api.of('POST /subscriptions/77/topup')).toHaveLength(1);
  expect(api.of('POST /subscriptions/77/topup')[0]?.headers['idempotency-key']).toBeTruthy();

  await page.getByRole('button', { name: 'Get a new eSIM' }).click();
  await expect(page.locator('.errors')).toContainText('Confirm this to continue.');
  expect(api.of('POST /subscriptions/77/reissue-esim')).toEqual([]);
});

function operation(
  kind: 'topup' | 'reissue',
  status: Schemas['OperationView']['status'],
  reissued: Schemas['OperationStep']['status'] = 'waiting',
  failure: Schemas['OperationView']['failure'] = null,
): Schemas['OperationView'] {
  return {
    operationId: `${kind}-1`,
    kind,
    status,
    subscriptionId: '77',
    createdAt: '2026-11-27T03:00:00Z',
    steps: [{ step: kind === 'reissue' ? 'reissue' : 'top_up', label: 'x', status: reissued }],
    next: status === 'pending' ? 'begins' : status === 'succeeded' ? 'done' : 'over',
    nextStep: 'x',
    failure,
  };
}

const reissues: [string, Partial<Schemas['EsimView']>, boolean, string | undefined, string][] = [
  [
    'keeps the line',
    {},
    false,
    'I understand that the current eSIM stops working.',
    'Get a new eSIM',
  ],
  [
    'costs the data that is left',
    {},
    true,
    'I understand that the current eSIM stops working and 7.5 GB of data that is left on it is lost.',
    'Get a new eSIM',
  ],
  ['sends the code again', { installed: false }, false, undefined, 'Send the QR code again'],
];

for (const [name, changes, confirmLoss, confirm, button] of reissues) {
  test(`another eSIM that ${name}`, async ({ page, api }) => {
    const actions = [{ action: 'reissue' as const, available: true, confirmLoss }];
    api
      .on('GET /subscriptions/77', {
        body: { ...service, esim: { ...esim, installed: true, ...changes, actions } },
      })
      .on('POST /subscriptions/77/reissue-esim', {
        status: 202,
        body: operation('reissue', 'pending'),
      })
      .on('GET /operations/reissue-1', { body: operation('reissue', 'succeeded', 'done') });
    await page.goto('/subscriptions/77');
    await page.getByLabel('I have a new phone').check();
    if (confirm) await page.getByLabel(confirm).check();
    await accessible(page);
    await page.getByRole('button', { name: button }).dblclick();
    await expect(page.getByText('on its way to you by e-mail')).toBeVisible();
    const [call, ...others] = api.of('POST /subscriptions/77/reissue-esim');
    expect(others).toEqual([]);
    expect(call?.body).toEqual({ reason: 'new-phone', confirmLoss });
    expect(call?.headers['idempotency-key']).toBeTruthy();
    await accessible(page);
  });
}

test('a reissue that stopped late says that the new eSIM is ready', async ({ page, api }) => {
  api
    .on('GET /subscriptions/77', { body: withOperations })
    .on('GET /subscriptions/77/topup-offers', { body: { items: [] } })
    .on('POST /subscriptions/77/reissue-esim', {
      status: 202,
      body: operation('reissue', 'pending'),
    })
    .on('GET /operations/reissue-1', {
      body: operation('reissue', 'failed', 'done', {
        reason: 'looking-into-it',
        madeGood: 'esim-ready',
      }),
    });
  await page.goto('/subscriptions/77');
  await page.getByLabel('Something else').check();
  await page.getByLabel('I understand that the current eSIM stops working.').check();
  await page.getByRole('button', { name: 'Get a new eSIM' }).click();
  await expect(page.getByText('Your new eSIM is ready.')).toBeVisible();
});

test('a top-up that failed says why and what became of the money, in Japanese', async ({
  page,
  api,
  isMobile,
}) => {
  const money = { amount: '800', currency: 'JPY' };
  const offer = { offerId: 'o1', name: '5 GB', price: money, dataBytes: null, validity: null };
  api
    .on('GET /subscriptions/77', { body: withOperations })
    .on('GET /subscriptions/77/topup-offers', { body: { items: [offer] } })
    .on('POST /subscriptions/77/topup', { status: 202, body: operation('topup', 'pending') })
    .on('GET /operations/topup-1', {
      body: operation('topup', 'failed', 'failed', {
        reason: 'looking-into-it',
        madeGood: 'credited',
        credited: money,
      }),
    });
  await page.goto('/catalog');
  if (isMobile) await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: '日本語' }).filter({ visible: true }).click();
  await page.goto('/subscriptions/77');
  await page.getByLabel('5 GB').check();
  await page.getByRole('button', { name: '購入' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'データを追加できません' })).toHaveText(
    'データを追加できませんでした。当社側で問題が発生しました。現在調査しています。800円をアカウントのクレジットとして戻しました。',
  );
  await page.getByText('進行状況').click();
  await expect(page.getByText('データの追加 (')).toBeVisible();
  await accessible(page);
});
