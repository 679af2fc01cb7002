/**
 * The operator presses the button on the running stack: the component, the Apex of the package, the
 * portal's endpoint and its worker, WHMCS and the eSIM provider.
 */

import {
  type APIRequestContext,
  expect,
  type FrameLocator,
  type Page,
  test,
} from '@playwright/test';
import { accessible } from '../axe';
import { shot } from './fakeApex';
import { Speaker } from './texts';

const speaker = new Speaker('en');
const SIGNUP = {
  password: 'Sakura-Train-2026!',
  firstName: 'Nozomi',
  lastName: 'Kato',
  phone: '+81312345691',
  nationality: 'JP',
  address: {
    street: '4-12-11 Jingumae',
    city: 'Shibuya-ku',
    state: 'Tokyo',
    postcode: '150-0001',
    country: 'JP',
  },
};
const SKU = 'ESIM-VOICE-10GB';
const WAIT = { timeout: 60_000 };

type Row = Record<string, string>;

function address(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run 'make web-test'`);
  return value;
}

/** A customer of this test, and the Orders that an operator made for them in Salesforce. */
class Customer {
  private constructor(
    private readonly request: APIRequestContext,
    readonly accountId: string,
    readonly clientId: number,
  ) {}

  static async signedUp(request: APIRequestContext, name: string): Promise<Customer> {
    const number = `CN-${name}-${Date.now().toString(36)}`.toUpperCase();
    const email = `${number.toLowerCase()}@mail.example`;
    const account = {
      FirstName: SIGNUP.firstName,
      LastName: SIGNUP.lastName,
      PersonEmail: email,
      Customer_Number__c: number,
    };
    await seed(request, 'SALESFORCE_URL', { records: { Account: [account] } });
    const answer = await request.post('/api/auth/signup', {
      data: { ...SIGNUP, email, sfNumber: number },
    });
    expect(answer.status(), await answer.text()).toBe(201);
    const { Account } = await state(request, 'SALESFORCE_URL');
    const { clients } = await state(request, 'WHMCS_URL');
    const mine = Account?.find((one) => one.PersonEmail === email);
    const client = clients?.find((one) => one.email === email);
    return new Customer(request, String(mine?.Id), Number(client?.id));
  }

  async addCard(): Promise<void> {
    const answer = await this.request.post(`${address('WHMCS_URL')}/includes/api.php`, {
      form: {
        identifier: 'local-identifier',
        secret: 'local-secret',
        responsetype: 'json',
        action: 'AddPayMethod',
        clientid: this.clientId,
        type: 'RemoteCreditCard',
        gateway_module_name: 'stripe',
        card_number: '4242424242424242',
        card_expiry: '1231',
        set_as_default: 'true',
      },
    });
    expect(((await answer.json()) as Row).result).toBe('success');
  }

  /** An Order with one eSIM; its id. */
  async order(status = 'Activated'): Promise<string> {
    const { PricebookEntry, Pricebook2 } = await state(this.request, 'SALESFORCE_URL');
    const book = Pricebook2?.find((one) => one.Name === 'Portal')?.Id;
    const price = PricebookEntry?.find(
      (one) => one.ProductCode === SKU && one.Pricebook2Id === book,
    );
    const id = orderId();
    await seed(this.request, 'SALESFORCE_URL', {
      records: {
        Order: [
          {
            Id: id,
            AccountId: this.accountId,
            EffectiveDate: '2026-11-22',
            Status: status,
            Pricebook2Id: book,
          },
        ],
        OrderItem: [
          {
            OrderId: id,
            PricebookEntryId: price?.Id,
            Quantity: 1,
            UnitPrice: 1850,
            Billing_Cycle__c: 'Monthly',
          },
        ],
      },
    });
    return id;
  }

  /** The orders in WHMCS that are this customer's. */
  async whmcsOrders(): Promise<Row[]> {
    const { orders } = await state(this.request, 'WHMCS_URL');
    return (orders ?? []).filter((one) => Number(one.clientId) === this.clientId);
  }
}

/** The org, as an administrator changes it. */
class Salesforce {
  private constructor(
    private readonly request: APIRequestContext,
    private readonly headers: Record<string, string>,
  ) {}

  static async loggedIn(request: APIRequestContext): Promise<Salesforce> {
    const answer = await request.post(`${address('SALESFORCE_URL')}/services/oauth2/token`, {
      form: {
        grant_type: 'client_credentials',
        client_id: 'local-consumer-key',
        client_secret: 'local-consumer-secret',
      },
    });
    const { access_token: token } = (await answer.json()) as Row;
    return new Salesforce(request, { Authorization: `Bearer ${token}` });
  }

  /** Order statuses of the category Draft that the org has beside its standard ones. */
  async hasStatuses(...names: string[]): Promise<void> {
    const { OrderStatus } = await state(this.request, 'SALESFORCE_URL');
    const missing = names.filter((name) => !OrderStatus?.some((one) => one.ApiName === name));
    const records = missing.map((name, place) => ({
      MasterLabel: name,
      ApiName: name,
      StatusCode: 'Draft',
      SortOrder: 10 + place,
      IsDefault: false,
    }));
    await seed(this.request, 'SALESFORCE_URL', { records: { OrderStatus: records } });
  }

  async setStatus(id: string, status: string): Promise<void> {
    const path = `/services/data/v63.0/sobjects/Order/${id}`;
    const answer = await this.request.patch(address('SALESFORCE_URL') + path, {
      headers: this.headers,
      data: { Status: status },
    });
    expect(answer.status(), await answer.text()).toBe(204);
  }
}

/** A record id that nothing else has; the last three characters hold the case of the others. */
function orderId(): string {
  const serial = Date.now().toString().slice(-10);
  return `80100${serial}AAA`;
}

async function seed(request: APIRequestContext, where: string, data: object): Promise<void> {
  const answer = await request.post(`${address(where)}/_admin/seed`, { data });
  expect(answer.status(), (await answer.text()).slice(0, 300)).toBe(201);
}

async function state(request: APIRequestContext, where: string): Promise<Record<string, Row[]>> {
  const answer = await request.get(`${address(where)}/_admin/state`);
  return (await answer.json()) as Record<string, Row[]>;
}

/** The dialog on an Order's page. */
async function open(page: Page, id: string): Promise<FrameLocator> {
  await page.goto(`/salesforce/orders/${id}`);
  await page.getByRole('button', { name: 'Provision in WHMCS' }).click();
  const dialog = page.frameLocator('iframe.dialog');
  await expect(dialog.getByText('Nozomi Kato')).toBeVisible(WAIT);
  return dialog;
}

const press = (dialog: FrameLocator) =>
  dialog.getByRole('button', { name: speaker.label('Screen_Provision'), exact: true });
const again = (dialog: FrameLocator) =>
  dialog.getByRole('button', { name: speaker.label('Screen_Try_Again') });

let customer: Customer;

test.beforeEach(async ({ request }, info) => {
  test.setTimeout(120_000);
  customer = await Customer.signedUp(request, `${info.workerIndex}-${info.title.length}`);
});

// First: most of its time is waiting.
test('an order that meets an outage of WHMCS goes on by itself', async ({ page, request }) => {
  await customer.addCard();
  const dialog = await open(page, await customer.order());
  const fault = await request.post(`${address('WHMCS_URL')}/_admin/faults`, {
    data: {
      kind: 'html',
      operation: 'GetPayMethods',
      body_contains: `clientid=${customer.clientId}`,
    },
  });
  expect(fault.ok(), await fault.text()).toBe(true);
  await press(dialog).click();
  await expect(dialog.getByText(speaker.label('Screen_May_Close'))).toBeVisible(WAIT);
  await shot(page, 'stack-whmcs-down');
  // The first retry comes after half a minute.
  await expect(dialog.getByText(speaker.label('Screen_Done'))).toBeVisible({ timeout: 90_000 });
  expect(await customer.whmcsOrders()).toHaveLength(1);
});

test('one press, and the order is provisioned; another one does nothing', async ({ page }) => {
  await customer.addCard();
  const dialog = await open(page, await customer.order());
  await press(dialog).dblclick();
  await shot(page, 'stack-pressed');
  await expect(dialog.getByText(speaker.label('Screen_Done'))).toBeVisible(WAIT);
  const [only, ...others] = await customer.whmcsOrders();
  expect(others).toEqual([]);
  await expect(dialog.getByText(String(only?.id), { exact: true })).toBeVisible();
  await expect(dialog.getByText(/^89\d{17,18}$/)).toBeVisible();
  await shot(page, 'stack-provisioned');
  await expect(press(dialog)).toHaveCount(0);
  await dialog.getByRole('button', { name: speaker.label('Screen_Close') }).click();
  // The page behind has followed, and the focus is back on its button.
  const button = page.getByRole('button', { name: 'Provision in WHMCS' });
  await expect(button).toBeFocused();
  await expect(page.locator('.path [aria-current]')).toHaveText('Provisioned');

  // The press of somebody whose page is old, without the dialog's own check.
  const late = await page.request.post(`${page.url()}/provision`);
  expect(await late.json()).toMatchObject({ status: 200, code: 'provisioned' });
  expect(await customer.whmcsOrders()).toHaveLength(1);
});

test('two operators press at once, and the order is provisioned once', async ({ page }) => {
  await customer.addCard();
  const id = await customer.order();
  const other = await page.context().newPage();
  const dialogs = [await open(page, id), await open(other, id)];
  await Promise.all(dialogs.map((dialog) => press(dialog).click()));
  for (const dialog of dialogs) {
    await expect(dialog.getByText(speaker.label('Screen_Done'))).toBeVisible(WAIT);
  }
  expect(await customer.whmcsOrders()).toHaveLength(1);
});

test('an order in review is refused until it is approved', async ({ page }) => {
  await customer.addCard();
  const id = await customer.order('Pending Review');
  const dialog = await open(page, id);
  await expect(dialog.getByText(speaker.remedy('order-not-approved'))).toBeVisible();
  await expect(press(dialog)).toBeDisabled();
  await accessible(page);
  await page.keyboard.press('Escape');
  const button = page.getByRole('button', { name: 'Provision in WHMCS' });
  await expect(button).toBeFocused();
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('Activated', { exact: true })).toBeVisible(WAIT);
  await page.waitForLoadState();
  await button.focus();
  await page.keyboard.press('Enter');
  await press(dialog).click();
  await expect(dialog.getByText(speaker.label('Screen_Done'))).toBeVisible(WAIT);
});

test('an order that is cancelled under the open dialog is not started', async ({
  page,
  request,
}) => {
  await customer.addCard();
  const salesforce = await Salesforce.loggedIn(request);
  await salesforce.hasStatuses('Approved', 'Cancelled');
  const id = await customer.order('Approved');
  const dialog = await open(page, id);
  await expect(press(dialog)).toBeEnabled();
  await salesforce.setStatus(id, 'Cancelled');
  await press(dialog).click();
  await expect(dialog.getByText(speaker.label('Screen_Stops'))).toBeVisible(WAIT);
  await expect(
    dialog.getByRole('listitem').filter({ hasText: speaker.remedy('order-status') }),
  ).toBeVisible();
  await shot(page, 'stack-cancelled');
  await expect(dialog.getByRole('button', { name: speaker.label('Screen_Close') })).toBeEnabled();
  await expect(again(dialog)).toBeDisabled();
  expect(await customer.whmcsOrders()).toEqual([]);
});

test('while the portal does not answer, pressing again is safe', { tag: '@alone' }, async ({
  page,
  request,
}) => {
  await customer.addCard();
  const dialog = await open(page, await customer.order());
  const portal = `${address('PORTAL_URL')}/api`;
  await seed(request, 'SALESFORCE_URL', {
    namedCredentials: { Portal_API: 'http://127.0.0.1:9/api' },
  });
  try {
    await press(dialog).click();
    await expect(dialog.getByText(speaker.label('Answer_None'))).toBeVisible(WAIT);
    await shot(page, 'stack-no-answer');
  } finally {
    await seed(request, 'SALESFORCE_URL', { namedCredentials: { Portal_API: portal } });
  }
  await again(dialog).click();
  await expect(dialog.getByText(speaker.label('Screen_Done'))).toBeVisible(WAIT);
  expect(await customer.whmcsOrders()).toHaveLength(1);
});

test('after the remedy the same button succeeds', async ({ page }) => {
  const dialog = await open(page, await customer.order());
  await press(dialog).click();
  const remedy = dialog.getByText(speaker.remedy('payment-method-missing'));
  await expect(remedy).toBeVisible(WAIT);
  await shot(page, 'stack-failed');
  await customer.addCard();
  await again(dialog).click();
  await expect(dialog.getByText(speaker.label('Screen_Done'))).toBeVisible(WAIT);
  expect(await customer.whmcsOrders()).toHaveLength(1);
});

test('several orders are started from the list', async ({ page }) => {
  await customer.addCard();
  const ids = [await customer.order(), await customer.order(), await customer.order('Draft')];
  await page.goto('/salesforce');
  await accessible(page);
  for (const id of ids) await page.locator(`input[value="${id}"]`).check();
  await page.getByRole('button', { name: 'Provision in WHMCS' }).click();
  await page.getByRole('button', { name: speaker.label('Bulk_Start', 2) }).click();
  const summary = page.getByText(speaker.label('Bulk_Finished', 2, 3));
  await expect(summary).toBeVisible(WAIT);
  await shot(page, 'stack-list');
  expect(await customer.whmcsOrders()).toHaveLength(2);
});
