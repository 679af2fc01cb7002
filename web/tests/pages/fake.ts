/** The site with a faked API: typed answers, all requests recorded, no console errors. */

import { test as base, expect, type Page, type Route } from '@playwright/test';
import { accessible as axe } from '../axe';
import { address, card, esim, fibre, me, order, policy, problem, router, visit } from '../fixtures';

export interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

type Handler = Answer | ((route: Route) => Answer | undefined | Promise<Answer | undefined>);

export interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** What the API answers; tests replace entries. A handler that returns nothing has answered itself. */
export class FakeApi {
  readonly calls: Call[] = [];
  readonly handlers = new Map<string, Handler>([
    ['GET /catalog', { body: { items: [fibre, esim, router, visit], taxIncluded: true } }],
    ...[fibre, esim, router, visit].map((product): [string, Handler] => [
      `GET /catalog/${product.sku}`,
      { body: product },
    ]),
    [
      'GET /catalog/personalized',
      {
        body: {
          items: [fibre, esim, router, visit],
          taxIncluded: true,
          notOffered: [],
          eligibility: { status: 'known', dwelling: 'Home', tier: '1G', region: 'East Japan' },
        },
      },
    ],
    ['GET /auth/password-policy', { body: policy }],
    ['GET /me', { body: me }],
    ['GET /me/billing', { body: address, headers: { ETag: '"v1"' } }],
    ['GET /billing/payment-methods/summary', { body: card }],
    ['GET /billing/invoices', { body: { items: [] } }],
    ['GET /orders', { body: { items: [] } }],
    [`GET /orders/${order().sfOrderId}`, { body: order() }],
    ['POST /auth/refresh', { body: { accessToken: 'token-1', expiresIn: 900 } }],
    ['POST /auth/login', { body: { accessToken: 'token-1', expiresIn: 900 } }],
    ['POST /auth/logout', { status: 204 }],
  ]);

  on(what: string, handler: Handler): this {
    this.handlers.set(what, handler);
    return this;
  }

  of(what: string): Call[] {
    return this.calls.filter(({ method, path }) => `${method} ${path}` === what);
  }

  async answer(route: Route): Promise<void> {
    const request = route.request();
    const path = decodeURIComponent(new URL(request.url()).pathname.replace(/^\/api/, ''));
    this.calls.push({
      method: request.method(),
      path,
      headers: request.headers(),
      body: request.postDataJSON() as unknown,
    });
    const handler = this.handlers.get(`${request.method()} ${path}`);
    const answer =
      typeof handler === 'function'
        ? await handler(route)
        : (handler ?? { status: 404, body: problem('not-found', 404) });
    if (!answer) return;
    const status = answer.status ?? 200;
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    await route.fulfill({
      status,
      headers: { 'Content-Type': type, ...answer.headers },
      body: answer.body === undefined ? '' : JSON.stringify(answer.body),
    });
  }
}

interface Fixtures {
  api: FakeApi;
  /** The site's runtime configuration; tests change it before the first page. */
  site: Record<string, unknown>;
  signedIn: undefined;
}

export const test = base.extend<Fixtures>({
  site: async ({ context }, use) => {
    const site: Record<string, unknown> = {};
    await context.route('**/config.json', (route) => route.fulfill({ json: site }));
    await use(site);
  },
  api: [
    async ({ context, site: _ }, use) => {
      const api = new FakeApi();
      const faults: string[] = [];
      context.on('weberror', (error) => faults.push(String(error.error())));
      context.on('console', (message) => {
        // The browser reports every answer of 4xx and every cut connection by itself.
        const network = message.text().startsWith('Failed to load resource');
        if (message.type() === 'error' && !network) faults.push(message.text());
      });
      await context.route('**/api/**', (route) => api.answer(route));
      await use(api);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
  signedIn: async ({ context }, use) => {
    await context.addInitScript(() => {
      // axe opens empty pages, which have no storage.
      if (location.protocol !== 'http:') return;
      if (!sessionStorage.getItem('test.begun')) {
        localStorage.setItem('portal.signed-in', '1');
        sessionStorage.setItem('test.begun', '1');
      }
    });
    await use(undefined);
  },
});

export { expect };

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };

/** No finding of axe and nothing wider than the window, on a phone and on a desktop. */
export async function accessible(page: Page): Promise<void> {
  const size = page.viewportSize() ?? NARROW;
  await audited(page);
  await page.setViewportSize(size.width < WIDE.width ? WIDE : NARROW);
  await audited(page);
  await page.setViewportSize(size);
}

async function audited(page: Page): Promise<void> {
  await axe(page);
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wider).toBe(0);
}

/** Put lines into the cart before the first page. */
export async function withCart(
  page: Page,
  lines: { sku: string; name: string; quantity?: number; configOptions?: object }[],
): Promise<void> {
  const cart = lines.map((line, place) => ({
    id: `line-${place}`,
    quantity: 1,
    configOptions: {},
    ...line,
  }));
  await page.context().addInitScript((stored) => {
    if (location.protocol !== 'http:') return;
    if (!localStorage.getItem('test.cart')) {
      localStorage.setItem('portal.cart', stored);
      localStorage.setItem('test.cart', '1');
    }
  }, JSON.stringify(cart));
}

export const esimLine = {
  sku: esim.sku,
  name: esim.name,
  configOptions: { speed: '1mbps', filter: false, credit: 0 },
};

/** The page in Japanese. */
export async function inJapanese(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('portal.language', 'ja');
  });
}
