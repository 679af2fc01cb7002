/**
 * From sign-up to an order that is set up, against the real stack: the API, WHMCS' payment page and
 * the operator's screen in Salesforce. In English on a desktop, in Japanese on a phone.
 */

import { mkdirSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { en } from '../../src/i18n/en';
import { ja } from '../../src/i18n/ja';
import { accessible } from '../axe';

const PASSWORD = 'Sakura-Train-2026!';
const SKU = 'ESIM-VOICE-10GB';
const SLOW = { timeout: 60_000 };

function stack(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run 'make web-test'`);
  return value;
}

test('sign up, add a card, order once, be set up, sign out and in again', async ({
  page,
  request,
  isMobile,
}, info) => {
  test.setTimeout(600_000);
  const japanese = info.project.metadata.language === 'ja';
  const t = japanese ? ja : en;
  const faults = watch(page);
  // A customer of this run: it can be repeated on the same stack.
  const number = `CN-${Date.now().toString(36)}${info.workerIndex}`.toUpperCase();
  const email = `${number.toLowerCase()}@mail.example`;
  const look = shots(page, info.project.name);
  const account = {
    FirstName: 'Nozomi',
    LastName: 'Kato',
    PersonEmail: email,
    Customer_Number__c: number,
    Portal_Dwelling__c: 'Home',
    Portal_Tier__c: '1G',
    Portal_Region__c: 'East Japan',
  };
  const seeded = await request.post(`${stack('SALESFORCE_URL')}/_admin/seed`, {
    data: { records: { Account: [account] } },
  });
  expect(seeded.status()).toBe(201);

  // A visitor chooses a language and a product; the cart waits.
  await page.goto('/');
  if (japanese) {
    if (isMobile) await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: '日本語' }).filter({ visible: true }).click();
  }
  await expect(page.getByRole('heading', { level: 1, name: t.home.title })).toBeVisible(SLOW);
  await look('catalogue');
  await page.locator(`a[href="/catalog/${SKU}"]`).click();
  await page.getByLabel('1 Mbps').check();
  await page.getByLabel('Voice mail').check();
  await look('product');
  await page.getByRole('button', { name: t.product.add }).click();
  await page.getByRole('link', { name: t.product.toCart }).click();
  await expect(page.locator('.cart-line')).toContainText('Voice mail');
  await look('cart');
  await page.getByRole('link', { name: t.cart.checkout }).click();
  await expect(page.getByRole('heading', { name: t.auth.signInTitle })).toBeFocused();
  await expect(page.getByText(t.auth.toOrder)).toBeVisible();
  await look('sign-in');
  await page.getByRole('main').getByRole('link', { name: t.auth.createAccount }).click();

  // Sign up.
  await page.getByLabel(t.signUp.number).fill(number);
  await page.getByLabel(t.signUp.firstName, { exact: true }).fill('Nozomi');
  await page.getByLabel(t.signUp.lastName, { exact: true }).fill('Kato');
  await page.getByLabel(t.signUp.phone).fill('03-1234-5691');
  await look('sign-up');
  await page.getByRole('button', { name: t.common.next }).click();
  await page.getByLabel(t.address.postcode).fill('１５０-０００１');
  await page.getByLabel(t.address.prefecture).selectOption('Tokyo');
  await page.getByLabel(t.address.city).fill('Shibuya-ku');
  await page.getByLabel(t.address.streetJapan).fill('4-12-11 Jingumae');
  await look('sign-up-address');
  await page.getByRole('button', { name: t.common.next }).click();
  await page.getByLabel(t.auth.email).fill(email);
  await page.getByLabel(t.auth.password, { exact: true }).fill('nozomi');
  await page.getByRole('button', { name: t.signUp.submit }).click();
  await expect(page.locator('.errors')).toContainText(t.codes['password-too-short'], SLOW);
  await look('sign-up-refused');
  await page.getByLabel(t.auth.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t.signUp.submit }).dblclick();

  // Back at the cart; ordering needs a card, which is added on WHMCS' page.
  await expect(page).toHaveURL(/\/checkout$/, SLOW);
  await expect(page.getByText(t.checkout.paymentNeeded)).toBeVisible(SLOW);
  await expect(page.getByText('4-12-11 Jingumae')).toBeVisible(SLOW);
  await look('checkout-no-card');
  await page.goto('/');
  await expect(page.getByText(t.home.noPayment)).toBeVisible(SLOW);
  await look('overview');
  await accessible(page);
  await page.goBack();
  await page.getByRole('button', { name: t.checkout.addPayment }).click();
  await page.locator('a[href$="/account/paymentmethods/add"]').click(SLOW);
  await page.locator('input[name="card_number"]').fill('4242424242424242');
  await page.locator('input[name="card_expiry"]').fill('12/31');
  await page.locator('form:has(input[name="card_number"]) button').click();
  await page.goto('/checkout');
  const place = page.getByRole('button', { name: t.checkout.place });
  await expect(place).toBeVisible(SLOW);
  await look('checkout');
  await place.dblclick();
  await expect(page.getByText(t.checkout.thanks)).toBeVisible(SLOW);
  await expect(page.locator('.status-word')).toHaveText(t.order.status.pending_review);
  await look('order-in-review');
  const id = new URL(page.url()).pathname.split('/').pop() ?? '';

  // The operator approves and presses the button; the page follows by itself.
  for (const step of ['approve', 'provision']) {
    const pressed = await request.post(`${stack('PORTAL_URL')}/salesforce/orders/${id}/${step}`);
    expect(pressed.ok()).toBe(true);
  }
  // While in review the page asks once a minute, and at once when the customer comes back to it.
  const word = page.locator('.status-word');
  await expect(async () => {
    await page.evaluate(() =>
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true })),
    );
    await expect(word).not.toHaveText(t.order.status.pending_review, { timeout: 1_000 });
  }).toPass(SLOW);
  await expect(word).toHaveText(t.order.status.provisioned, { timeout: 300_000 });
  await expect(page.getByRole('link', { name: t.order.toEsim })).toHaveAttribute(
    'href',
    '/subscriptions',
  );
  await look('order-ready');
  await accessible(page);
  await page.goto('/orders');
  await expect(page.locator('.row')).toHaveCount(1, SLOW);
  await page.goto('/invoices');
  await expect(page.locator('.row').first()).toBeVisible(SLOW);
  await look('invoices');
  await page.locator('.row').first().click();
  await expect(page.getByRole('table')).toContainText(/eSIM/, SLOW);
  await look('invoice');

  // The service: the eSIM's code, shown to whoever signed in just now or got the mail.
  await page.goto('/subscriptions');
  await expect(page.locator('.row')).toHaveCount(1, SLOW);
  await look('services');
  await page.locator('.row').click();
  // The demo's network does not tell whether a phone has the profile.
  await expect(page.getByText(t.services.line.active)).toBeVisible(SLOW);
  await expect(page.getByText(t.services.used('0 MB', '10 GB'))).toBeVisible(SLOW);
  await look('service');
  await accessible(page);
  await page.getByRole('button', { name: t.services.show }).click();
  const code = page.getByRole('img', { name: t.services.qrAlt });
  await expect(code).toBeVisible(SLOW);
  expect(await code.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await look('service-code');
  await accessible(page);
  await page.getByRole('button', { name: t.services.hide }).click();
  await expect(code).toHaveCount(0);

  // Another eSIM for the line: once, however often the button is pressed.
  await page.getByLabel(t.services.reissueReasons['new-phone']).check();
  await page.getByLabel(t.services.reissueConfirm).check();
  await look('service-reissue');
  await page.getByRole('button', { name: t.services.reissueButton }).dblclick();
  await expect(page.getByText(t.services.operation.reissue.succeeded)).toBeVisible({
    timeout: 180_000,
  });
  await look('service-reissued');

  // The profile: an address that billing keeps.
  await page.goto('/profile');
  await page.getByLabel(t.address.street2).fill('Sakura Building 301');
  await page.getByRole('button', { name: t.profile.addressSave }).click();
  await expect(page.getByText(t.profile.saved)).toBeVisible(SLOW);
  await page.reload();
  await expect(page.getByLabel(t.address.street2)).toHaveValue('Sakura Building 301', SLOW);
  await look('profile');

  // Out and in again, with what is wrong first.
  if (isMobile) await page.getByRole('button', { name: t.nav.menu }).click();
  await page.getByRole('button', { name: t.nav.signOut }).filter({ visible: true }).click();
  await page.goto(`/orders/${id}`);
  await page.getByLabel(t.auth.email).fill(email);
  await page.getByLabel(t.auth.password, { exact: true }).fill('wrong');
  const signIn = page.getByRole('main').getByRole('button', { name: t.auth.signIn });
  await signIn.click();
  await expect(page.locator('.errors')).toContainText(t.problems['invalid-credentials'], SLOW);
  await page.getByLabel(t.auth.password, { exact: true }).fill(PASSWORD);
  await signIn.click();
  await expect(page.locator('.status-word')).toHaveText(t.order.status.provisioned, SLOW);
  expect(faults).toEqual([]);
});

/** Errors of our code, and what the Content-Security-Policy stops. */
function watch(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    const network = message.text().startsWith('Failed to load resource');
    const ours = page.url().startsWith(new URL(info().baseURL).origin);
    if (message.type() === 'error' && ours && !network) faults.push(message.text());
  });
  return faults;
}

const info = () => ({ baseURL: test.info().project.use.baseURL ?? 'http://127.0.0.1' });

/** Pictures for people, where SHOTS names a folder. */
function shots(page: Page, project: string): (name: string) => Promise<void> {
  const folder = process.env.SHOTS;
  if (folder) mkdirSync(folder, { recursive: true });
  let place = 0;
  return async (name) => {
    place += 1;
    if (!folder) return;
    const path = `${folder}/${project}-${String(place).padStart(2, '0')}-${name}`;
    await page.screenshot({ path: `${path}.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${path}-dark.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: null });
  };
}
