/** The operator's screens with faked Apex: every state can be shown, nothing is provisioned. */

import { mkdirSync } from 'node:fs';
import { test as base, expect, type Page, type Route } from '@playwright/test';
import { Speaker } from './texts';

export { expect };

export const ORDER = '801000000000001AAA';
const CONTROLLER = '**/salesforce/apex/PortalProvisioningController';

export interface Line {
  lineId: string;
  productName: string;
  productCode: string;
  quantity: number;
  billingCycle: string | null;
  serviceIds: string | null;
  mapped: boolean;
}

/** What `PortalOrder` gives to components. */
export interface Order {
  orderId: string;
  orderNumber: string;
  accountName: string;
  orderStatus: string;
  provisioningStatus: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  attemptCount: number;
  scheduledAt: string | null;
  whmcsOrderId: string | null;
  iccids: string | null;
  lines: Line[];
  stops: { code: string; detail: string | null }[];
}

/** What `PortalOutcome` gives to components. */
export interface Outcome {
  code: string;
  message: string;
  accepted: boolean;
  follow: boolean;
  outcomeUnknown: boolean;
  statusCode: number;
  expectedAttempt: number | null;
  step: string | null;
  correlationId: string | null;
}

export function line(given: Partial<Line> = {}): Line {
  return {
    lineId: '802000000000001AAA',
    productName: 'eSIM 10 GB — data + voice + SMS',
    productCode: 'ESIM-VOICE-10GB',
    quantity: 1,
    billingCycle: 'monthly',
    serviceIds: null,
    mapped: true,
    ...given,
  };
}

const fibre = line({ lineId: '802000000000002AAA', productName: 'Fibre 1 Gbps Home', quantity: 2 });

export function order(given: Partial<Order> = {}): Order {
  return {
    orderId: ORDER,
    orderNumber: '00000104',
    accountName: 'Aiko Nakamura',
    orderStatus: 'Activated',
    provisioningStatus: 'Not Started',
    errorCode: null,
    errorMessage: null,
    attemptCount: 0,
    scheduledAt: null,
    whmcsOrderId: null,
    iccids: null,
    lines: [line(), fibre],
    stops: [],
    ...given,
  };
}

export function outcome(given: Partial<Outcome> = {}): Outcome {
  return {
    code: 'accepted',
    message: '',
    accepted: false,
    follow: false,
    outcomeUnknown: false,
    statusCode: 0,
    expectedAttempt: null,
    step: null,
    correlationId: 'b6f1c7c0-5d7e-4a7e-9a51-7d3b3c1f2a10',
    ...given,
  };
}

/** Answers of the controller; tests replace them. */
export class FakeApex {
  orders: Order[] = [order()];
  outcome: Outcome | undefined = outcome();
  /** What a component finds in `error.body`, instead of orders. */
  problem: { message: string; stackTrace?: string } | undefined;
  presses: string[] = [];
  private held: Promise<void> | undefined;

  /** Lets no answer through until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.held = promise;
    return () => {
      this.held = undefined;
      resolve();
    };
  }

  async read(route: Route): Promise<void> {
    await this.held;
    if (this.problem) await route.fulfill({ status: 500, json: this.problem });
    else await route.fulfill({ json: { returnValue: this.orders } });
  }

  async press(route: Route): Promise<void> {
    const { orderId } = route.request().postDataJSON() as { orderId: string };
    this.presses.push(orderId);
    await this.held;
    if (this.outcome) await route.fulfill({ json: { returnValue: { ...this.outcome, orderId } } });
    else await route.abort();
  }
}

interface Fixtures {
  apex: FakeApex;
  speaker: Speaker;
  look: (name: string) => Promise<void>;
}

export const test = base.extend<Fixtures>({
  speaker: async ({ locale }, use) => {
    await use(new Speaker(locale?.startsWith('ja') ? 'ja' : 'en'));
  },
  apex: [
    async ({ context }, use) => {
      const apex = new FakeApex();
      const faults: string[] = [];
      context.on('weberror', (error) => faults.push(String(error.error())));
      context.on('console', (message) => {
        const network = message.text().startsWith('Failed to load resource');
        if (message.type() === 'error' && !network) faults.push(message.text());
      });
      await context.route(`${CONTROLLER}/readOrders`, (route) => apex.read(route));
      await context.route(`${CONTROLLER}/provision`, (route) => apex.press(route));
      await use(apex);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
  look: async ({ page }, use, info) => {
    await use((name) => shot(page, `${info.project.name}-${name}`));
  },
});

/** A picture for people, where SHOTS names a folder. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
