import { test } from '@playwright/test';
const out = process.env.SHOTS ?? '/tmp/shots';
for (const lang of ['en', 'ja']) {
  test(`look ${lang}`, async ({ page }, info) => {
    test.setTimeout(90000); page.setDefaultTimeout(15000);
    const name = info.project.name.split('-')[1];
    page.on('console', (m) => { if (m.type() === 'error') console.log('CONSOLE', page.url(), m.text()); });
    page.on('pageerror', (e) => console.log('PAGEERROR', page.url(), e.message, e.stack));
    const shot = (n: string, full = true) => page.screenshot({ path: `${out}/${n}-${lang}-${name}.png`, fullPage: full });
    await page.addInitScript((l) => localStorage.setItem('portal.language', l), lang);
    await page.goto('/'); await page.waitForSelector('.card'); await shot('01-home');
    await page.goto('/catalog?category=eSIM&sort=price-desc'); await page.waitForSelector('.card'); await shot('02-catalog-esim', false);
    await page.goto('/catalog/ESIM-VOICE-10GB'); await page.waitForSelector('.stepper'); await shot('03-product'); 
    await page.locator('aside button[type=submit]').click(); await page.waitForSelector('aside a.button'); await shot('04-product-added', false);
    await page.goto('/catalog/VPN-LONDON'); await page.locator('aside button[type=submit]').click();
    await page.goto('/cart'); await page.waitForSelector('.cart-line'); await shot('05-cart');
    await page.goto('/signup'); await page.waitForSelector('form'); await shot('06-signup1');
    await page.locator('form button[type=submit]').click(); await page.waitForTimeout(300); await shot('07-signup-errors');
    await page.goto('/login?return=/checkout'); await page.waitForSelector('form'); await shot('08-login');
    await page.fill('input[name="/email"]', 'aiko.nakamura@mail.example'); await page.fill('input[name="/password"]', 'wrong'); await page.locator('form button[type=submit]').click(); await page.waitForSelector('.errors'); await shot('09-login-error');
    await page.fill('input[name="/password"]', 'Sakura-Train-2026!'); await page.locator('form button[type=submit]').click();
    await page.waitForSelector('.address'); await page.waitForTimeout(1500); await shot('10-checkout');
    await page.goto('/'); await page.waitForTimeout(2500); await shot('11-dashboard');
    await page.goto('/catalog'); await page.waitForSelector('.card'); await page.waitForTimeout(1000); await shot('12-catalog-personal');
    await page.goto('/checkout'); await page.waitForSelector('aside button[type=submit]'); await page.locator('aside button[type=submit]').click();
    await page.waitForURL(/orders\/801/); await page.waitForSelector('.timeline'); await shot('13-order');
    await page.goto('/orders'); await page.waitForSelector('.row'); await shot('14-orders');
    await page.goto('/invoices'); await page.waitForTimeout(2500); await shot('15-invoices');
    await page.goto('/profile'); await page.waitForSelector('.rules'); await page.waitForTimeout(1500); await shot('16-profile');
    await page.goto('/nowhere'); await page.waitForSelector('h1'); await shot('17-404');
  });
}
