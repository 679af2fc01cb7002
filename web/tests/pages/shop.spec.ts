import { esim, fibre, problem, router, visit } from '../fixtures';
import { accessible, esimLine, expect, inJapanese, test, withCart } from './fake';

test('a visitor’s catalogue takes one request to the API and none elsewhere', async ({
  page,
  api,
}) => {
  const origins = new Set<string>();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.goto('/catalog');
  await expect(page.getByRole('heading', { name: esim.name })).toBeVisible();
  expect(api.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /catalog']);
  expect(api.calls[0]?.headers.authorization).toBeUndefined();
  expect(api.calls[0]?.headers['x-correlation-id']).toMatch(/^[A-Za-z0-9-]{36}$/);
  expect(origins.size).toBe(1);
  await accessible(page);
});

test('the catalogue in Japanese', async ({ page }) => {
  await inJapanese(page);
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/インターネット/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await expect(page.getByText('1,450円')).toBeVisible();
  await expect(page.getByRole('heading', { name: esim.name })).toHaveAttribute('lang', 'en');
  await accessible(page);
});

test('the first page shows a few of each category, the popular ones first', async ({
  page,
  api,
}) => {
  const items = Array.from({ length: 5 }, (_, n) => ({
    ...esim,
    sku: `ESIM-${n}`,
    name: `Plan ${n}`,
    tags: n === 4 ? ['popular'] : [],
  }));
  api.on('GET /catalog', { body: { items, taxIncluded: true } });
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 3 })).toHaveText(['Plan 4', 'Plan 0', 'Plan 1']);
  await accessible(page);
  await page.getByRole('link', { name: 'See all 5 in eSIM' }).click();
  await expect(page.getByRole('heading', { level: 3 })).toHaveCount(5);
});

test('category and order are in the address, and Back undoes them', { tag: '@wide' }, async ({
  page,
}) => {
  await page.goto('/catalog');
  await page.getByRole('link', { name: 'eSIM', exact: true }).click();
  await expect(page).toHaveURL(/category=eSIM/);
  await expect(page.getByRole('heading', { name: router.name })).toHaveCount(0);
  await page.getByRole('link', { name: 'All', exact: true }).click();
  await page.getByLabel('Sort by').selectOption('price-desc');
  await expect(page).toHaveURL(/sort=price-desc/);
  await page.goBack();
  await expect(page).toHaveURL(/category=eSIM$/);
  await expect(page.getByRole('heading', { name: esim.name })).toBeVisible();
});

test('a customer sees what is not available at the address, and why', async ({
  page,
  api,
  signedIn: _,
}) => {
  api.on('GET /catalog/personalized', {
    body: {
      items: [esim],
      taxIncluded: true,
      notOffered: [
        { sku: fibre.sku, name: fibre.name, reasons: ['tier-unknown', 'a-reason-of-tomorrow'] },
        { sku: router.sku, name: router.name, reasons: ['region'] },
      ],
      eligibility: { status: 'unknown', reason: 'eligibility-unknown' },
    },
  });
  await page.goto('/catalog');
  await expect(page.getByText(/We have not checked your address yet/)).toBeVisible();
  await page.getByText('2 products need a check of your address first').click();
  await expect(page.getByText('Not offered in your region')).toBeVisible();
  await accessible(page);
  await page.getByRole('link', { name: fibre.name }).click();
  await expect(page.getByText(/We have to check your address before/)).toBeVisible();
  await expect(page.getByText('We have to check the line of your building first')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add to cart' })).toHaveCount(0);
});

test('a failing catalogue says so, with the number to quote, and can be tried again', async ({
  page,
  api,
}) => {
  api.on('GET /catalog', { status: 500, body: problem('internal-error', 500) });
  await page.goto('/catalog');
  const failed = page.getByRole('alert');
  await expect(failed).toContainText('Something went wrong on our side', { timeout: 20_000 });
  await expect(failed).toContainText('0b8f2c1e4d5a4c6f9a7b3d2e1f0a9b8c');
  await accessible(page);
  api.on('GET /catalog', { body: { items: [esim] } });
  await failed.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: esim.name })).toBeVisible();
});

test('an answer that is no problem document, and an empty catalogue', async ({ page, api }) => {
  api.on('GET /catalog', { body: { items: [] } });
  await page.goto('/catalog');
  await expect(page.getByText('There are no products')).toBeVisible();
  await accessible(page);
});

test('without a connection the page says so and recovers', async ({ page, api }) => {
  api.on('GET /catalog', async (route) => {
    await route.abort('connectionrefused');
    return undefined;
  });
  await page.goto('/catalog');
  await expect(page.getByText('No connection to the server', { exact: false })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('Check your connection', { timeout: 20_000 });
  await accessible(page);
  api.on('GET /catalog', { body: { items: [esim] } });
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: esim.name })).toBeVisible();
  await expect(page.getByText('No connection to the server', { exact: false })).toBeHidden();
});

test('the price follows the options; the cart takes what was chosen', { tag: '@wide' }, async ({
  page,
}) => {
  await page.goto(`/catalog/${esim.sku}`);
  const aside = page.locator('aside');
  await expect(aside).toContainText('¥1,450');
  await page.getByLabel('1 Mbps').check();
  await page.getByLabel('Content filter').check();
  await page.getByRole('button', { name: 'One more: International call credit' }).click();
  await expect(aside).toContainText('¥2,950');
  await page.getByRole('textbox', { name: 'Quantity' }).fill('９');
  await expect(page.getByRole('textbox', { name: 'Quantity' })).toHaveValue('4');
  await expect(aside).toContainText('¥11,800');
  await accessible(page);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByRole('link', { name: 'Cart, 4 items' })).toBeVisible();
  await accessible(page);
  await page.getByRole('link', { name: 'Go to cart' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Cart' })).toBeFocused();
  await expect(page).toHaveTitle('Cart – Portal');
  await expect(page.locator('.cart-line')).toContainText('International call credit: 1');
  await accessible(page);
});

test('a choice without default must be made; a SKU may have dots', async ({ page }) => {
  await page.goto('/catalog');
  await page.getByRole('link', { name: router.name }).click();
  await expect(page).toHaveURL(/\/catalog\/VPN\.LONDON$/);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  const summary = page.locator('.errors');
  await expect(summary).toBeFocused();
  await expect(page).toHaveTitle(/^Error: /);
  await accessible(page);
  await summary.getByRole('link', { name: 'Region: Choose one.' }).click();
  await expect(page.getByLabel('City')).toBeFocused();
  await page.getByLabel('City').check();
  await expect(summary).toBeHidden();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByText('Added to your cart.')).toBeVisible();
  await page.getByRole('link', { name: 'Continue shopping' }).click();
  await page.getByRole('link', { name: router.name }).click();
  await page.getByLabel('City').check();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(summary).toContainText('at most 1 of this product');
});

test('a product that is not there', async ({ page }) => {
  await page.goto('/catalog/NO-SUCH-THING');
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await page.goto('/nowhere/at/all');
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await accessible(page);
});

test('the cart names what is gone, gives back what was removed, and is one for all tabs', async ({
  page,
  context,
}) => {
  await withCart(page, [esimLine, { sku: 'OLD', name: 'Old product' }]);
  await page.goto('/cart');
  await expect(page.getByText('Old product is not offered any more. Remove it')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Check out' })).toHaveCount(0);
  await accessible(page);
  const other = await context.newPage();
  await other.goto('/cart');
  await page.getByRole('button', { name: 'Remove Old product' }).click();
  await expect(page.getByRole('link', { name: 'Check out' })).toBeVisible();
  await expect(other.getByText('Old product')).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(
    other.getByText('Old product is not offered any more', { exact: false }),
  ).toBeVisible();
  for (const name of ['Old product', esim.name]) {
    await page.getByRole('button', { name: `Remove ${name}` }).click();
  }
  await expect(page.getByText('Your cart is empty.')).toBeVisible();
  await accessible(page);
});

test('one-time and monthly prices stand apart', async ({ page }) => {
  await withCart(page, [esimLine, { sku: visit.sku, name: visit.name }]);
  await page.goto('/cart');
  const totals = page.locator('.totals > div');
  await expect(totals).toHaveText([/Total per month\s*¥1,750/, /Total one-time\s*¥15,000/]);
});
