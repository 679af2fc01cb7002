import { esim, noCard, ORDER_ID, order, problem } from '../fixtures';
import { accessible, esimLine, expect, test, withCart } from './fake';

const created = {
  status: 201,
  body: { sfOrderId: ORDER_ID, orderNumber: '00000100', status: 'pending_review' },
};

test.beforeEach(async ({ page, signedIn: _ }) => {
  await withCart(page, [esimLine]);
});

test('an order is placed once, however often the button is pressed', { tag: '@wide' }, async ({
  page,
  api,
}) => {
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  api.on('POST /orders', async () => {
    await held;
    return created;
  });
  await page.goto('/checkout');
  await expect(page.getByText('Visa ending in 4242', { exact: false })).toBeVisible();
  await expect(page.getByText('4-12-10 Jingumae')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Place order' }).dblclick();
  const button = page.getByRole('button', { name: 'Placing your order…' });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await button.click({ force: true });
  await accessible(page);
  release?.();
  await expect(page.getByRole('heading', { name: 'Order 00000100' })).toBeFocused();
  await expect(page.getByText('Thank you. We have received your order.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Cart, 0 items' })).toBeVisible();
  const posts = api.of('POST /orders');
  expect(posts).toHaveLength(1);
  expect(posts[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  expect(posts[0]?.body).toEqual({
    items: [{ sku: esim.sku, quantity: 1, configOptions: esimLine.configOptions }],
    activation: { type: 'immediate' },
  });
  await page.goBack();
  await expect(page).not.toHaveURL(/checkout/);
});

test('a lost answer, a reload and a second tab send the same key', async ({
  page,
  context,
  api,
}) => {
  const other = await context.newPage();
  api.on('POST /orders', async (route) => {
    if (route.request().frame().page() === other) return created;
    await route.abort('connectionreset');
    return undefined;
  });
  await page.goto('/checkout');
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect.poll(() => api.of('POST /orders').length).toBeGreaterThan(0);
  await page.reload();
  const before = api.of('POST /orders').length;
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect.poll(() => api.of('POST /orders').length).toBeGreaterThan(before);
  await other.goto('/checkout');
  await other.getByRole('button', { name: 'Place order' }).click();
  await expect(other.getByRole('heading', { name: 'Order 00000100' })).toBeVisible();
  const keys = api.of('POST /orders').map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(1);
  // The first tab has seen that the cart was ordered.
  await expect(page.getByText('Your cart is empty.')).toBeVisible();
});

test('what cannot be ordered is named', async ({ page, api }) => {
  api.on('POST /orders', {
    status: 422,
    body: problem('cart-invalid', 422, {
      errors: [{ pointer: '/items/0/sku', code: 'not-eligible', detail: 'No.' }],
    }),
  });
  await page.goto('/checkout');
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(page.locator('.errors')).toBeFocused();
  await expect(page.locator('.errors')).toContainText(
    `${esim.name}: This product is not available at your address.`,
  );
  await accessible(page);
});

test('an eSIM can start later, in the shop’s time', async ({ page, api }) => {
  api.on('POST /orders', created);
  await page.goto('/checkout');
  await page.getByLabel('At a time that I choose').check();
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(page.locator('.errors')).toContainText('Choose a date and time.');
  await accessible(page);
  await page.getByLabel('Date and time').fill('2026-12-24T18:30');
  await page.reload();
  await expect(page.getByLabel('Date and time')).toHaveValue('2026-12-24T18:30');
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(page.getByRole('heading', { name: 'Order 00000100' })).toBeVisible();
  expect(api.of('POST /orders')[0]?.body).toMatchObject({
    activation: { type: 'scheduled', at: '2026-12-24T09:30:00Z' },
  });
});

test('without a payment method the way leads to billing and back', async ({ page, api }) => {
  api
    .on('GET /billing/payment-methods/summary', { body: noCard })
    .on('POST /auth/sso-link', {
      body: { url: '/api/billing-site', expiresAt: '2026-11-27T07:00:00Z', signInNeeded: false },
    })
    .on('GET /billing-site', { body: 'billing' });
  await page.goto('/checkout');
  await expect(page.getByText('needs a valid payment method', { exact: false })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Place order' })).toHaveCount(0);
  await accessible(page);
  await page.getByRole('button', { name: 'I have added one' }).click();
  await expect(page.getByText('There is still no valid payment method')).toBeVisible();
  await page.getByRole('button', { name: 'Add a payment method' }).click();
  await page.waitForURL('**/billing-site');
  api.handlers.delete('GET /billing/payment-methods/summary');
  api.on('GET /billing/payment-methods/summary', {
    body: { hasPaymentMethod: true, methods: [] },
  });
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Place order' })).toBeVisible();
});

test('where billing cannot sign in by itself, the reader is told', async ({ page, api }) => {
  api.on('GET /billing/payment-methods/summary', { body: noCard }).on('POST /auth/sso-link', {
    status: 409,
    body: problem('sso-disabled', 409, { url: 'https://billing.example/clientarea.php' }),
  });
  await page.goto('/checkout');
  await page.getByRole('button', { name: 'Add a payment method' }).click();
  await expect(page.getByRole('link', { name: /sign in there/ })).toHaveAttribute(
    'href',
    'https://billing.example/clientarea.php',
  );
});

test('an order is followed until it is ready; a failing look keeps the last answer', async ({
  page,
  api,
}) => {
  await page.clock.install();
  await page.goto(`/orders/${ORDER_ID}`);
  await expect(page.locator('.status-word')).toHaveText('In review');
  await expect(page.getByText('Content filter')).toHaveCount(0);
  await accessible(page);
  api.on(`GET /orders/${ORDER_ID}`, { status: 400, body: problem('malformed-request', 400) });
  await page.clock.fastForward(10_500);
  await expect(page.getByText('Could not update. Last checked at', { exact: false })).toBeVisible();
  await expect(page.locator('.status-word')).toHaveText('In review');
  api.on(`GET /orders/${ORDER_ID}`, {
    body: order({
      status: 'failed',
      timeline: [
        { step: 'received', label: 'Order received', status: 'done', at: '2026-11-27T06:21:00Z' },
        { step: 'load', label: 'Order read', status: 'done' },
        { step: 'add_order', label: 'Order entered in billing', status: 'failed' },
        { step: 'brand_new' as 'set_up', label: 'A step of tomorrow', status: 'waiting' },
      ],
    }),
  });
  await page.clock.fastForward(20_000);
  await expect(page.locator('.status-word')).toHaveText('Delayed');
  await expect(page.locator('.timeline')).not.toContainText('Set-up started');
  await expect(page.locator('.timeline')).toContainText('A step of tomorrow');
  await accessible(page);
  const looks = api.calls.length;
  await page.clock.fastForward(300_000);
  expect(api.calls.length).toBe(looks);
});

test('an order that is not there', async ({ page, api }) => {
  api.on('GET /orders/801', { status: 422, body: problem('invalid-request', 422) });
  await page.goto('/orders/801');
  await expect(page.getByText('You have no order at this address.')).toBeVisible();
  await accessible(page);
});
