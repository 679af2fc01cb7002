import { esim, me, problem } from '../fixtures';
import { accessible, expect, inJapanese, test } from './fake';

test('name, colour, contact and tax come from the configuration', async ({ page, site }) => {
  Object.assign(site, {
    brand: { name: 'Sakura Net', color: '#ffd54f' },
    support: { email: 'help@sakura.example', phone: '+81 3 1234 5601' },
  });
  await page.goto('/catalog');
  await expect(page.getByText('Tax included')).toBeVisible();
  await expect(page).toHaveTitle('Products – Sakura Net');
  await expect(page.getByRole('link', { name: 'help@sakura.example' })).toBeVisible();
  await accessible(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page);
});

test('maintenance closes every page, and opens it again', async ({ page, site, api }) => {
  site.maintenance = { until: '2026-12-01T00:00:00Z' };
  await page.clock.install();
  await page.goto('/orders');
  await expect(page.getByRole('heading', { name: 'We will be back soon' })).toBeVisible();
  await expect(page.getByText('1 Dec 2026, 09:00', { exact: false })).toBeVisible();
  expect(api.calls).toEqual([]);
  await accessible(page);
  delete site.maintenance;
  await page.clock.fastForward(61_000);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('the language follows the choice, stays on this device, and is told to the API', {
  tag: '@wide',
}, async ({ page, api, isMobile }) => {
  await page.goto('/catalog');
  if (isMobile) await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: '日本語' }).filter({ visible: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: '商品一覧' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: '商品一覧' })).toBeVisible();
  // The page has its title before its requests leave.
  await expect.poll(() => api.calls.at(-1)?.headers['accept-language']).toBe('ja');
});

test('the language of the account holds until one is chosen here', async ({
  page,
  api,
  signedIn: _,
}) => {
  api.on('GET /me', {
    body: { userId: 'u', email: 'a@b.example', language: 'ja', mapping: { state: 'complete' } },
  });
  await page.goto('/profile');
  await expect(page.getByRole('heading', { level: 2, name: '言語' })).toBeVisible();
  // A choice is for the mails of the account too.
  api.on('PATCH /me', { status: 503, body: problem('upstream-unavailable', 503) });
  await page.getByRole('main').getByRole('button', { name: 'English' }).click();
  await expect(page.getByText('Your e-mails keep the language they had')).toBeVisible();
  await accessible(page);
  api.on('PATCH /me', { body: { ...me, language: 'en' } });
  await page.getByRole('main').getByRole('button', { name: 'English' }).click();
  await expect(page.getByText('Your e-mails keep the language they had')).toBeHidden();
  await expect.poll(() => api.of('PATCH /me')[1]?.body).toEqual({ language: 'en' });
});

test('all of the shop can be reached by keyboard', { tag: '@desktop' }, async ({ page }) => {
  await page.goto('/catalog');
  await expect(page.getByRole('heading', { name: esim.name })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: esim.name }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: esim.name })).toBeFocused();
  await page.getByLabel('200 kbps').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByLabel('1 Mbps')).toBeChecked();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Added to your cart.')).toBeVisible();
});

test('Back restores the scroll position', { tag: '@wide' }, async ({ page, api }) => {
  const many = Array.from({ length: 40 }, (_, n) => ({
    ...esim,
    sku: `ESIM-${n}`,
    name: `Plan ${n}`,
  }));
  api.on('GET /catalog', { body: { items: many } });
  for (const item of many) api.on(`GET /catalog/${item.sku}`, { body: item });
  await page.goto('/catalog');
  const last = page.getByRole('link', { name: 'Plan 39' });
  await last.scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  expect(before).toBeGreaterThan(500);
  await last.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Plan 39' })).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect(last).toBeInViewport();
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(before - 200);
});

test('nothing is wider than 320 pixels, with large text too', async ({
  page,
  api,
  signedIn: _,
}) => {
  await inJapanese(page);
  api.on('GET /orders', { body: { items: [] } });
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of ['/catalog', `/catalog/${esim.sku}`, '/cart', '/profile', '/', '/orders']) {
    await page.goto(path);
    await expect(page.locator('h1')).toBeVisible();
    await expect(page.locator('[aria-busy]')).toHaveCount(0);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '125%';
    });
    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect([path, wider]).toEqual([path, 0]);
  }
});
