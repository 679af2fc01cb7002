import { defineConfig } from '@playwright/test';
import { launchOptions } from './tests/browser';

/** `pages`: the API is faked, each state of each page. `journey`: against a running stack. */
const portal = process.env.PORTAL_URL;
const port = Number(process.env.WEB_PORT ?? 4173);

export default defineConfig({
  testDir: 'tests',
  globalSetup: './tests/browser.ts',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions,
    trace: 'retain-on-failure',
    locale: 'en-GB',
    timezoneId: 'Asia/Tokyo',
  },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview`,
    url: `http://127.0.0.1:${port}/icon.svg`,
    env: { WEB_PORT: String(port), ...(portal ? { PORTAL_URL: portal } : {}) },
    reuseExistingServer: false,
  },
  projects: [
    {
      name: 'pages-desktop',
      testDir: 'tests/pages',
      use: { viewport: { width: 1280, height: 800 } },
    },
    {
      name: 'pages-phone',
      testDir: 'tests/pages',
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    },
    ...(portal
      ? [
          {
            name: 'journey-desktop',
            testDir: 'tests/e2e',
            use: { viewport: { width: 1280, height: 800 } },
          },
          {
            name: 'journey-phone',
            testDir: 'tests/e2e',
            use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
          },
        ]
      : []),
  ],
});
