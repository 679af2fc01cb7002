import { defineConfig } from '@playwright/test';
import { launchOptions } from './tests/browser';

/** The Salesforce components on the pages of a running stack, with faked Apex and with its own. */
export default defineConfig({
  testDir: 'tests/operator',
  globalSetup: './tests/browser.ts',
  outputDir: 'test-results/operator',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    ...(process.env.PORTAL_URL ? { baseURL: process.env.PORTAL_URL } : {}),
    launchOptions,
    trace: 'retain-on-failure',
    locale: 'en-GB',
    timezoneId: 'Asia/Tokyo',
  },
  projects: [
    { name: 'operator-desktop', use: { viewport: { width: 1280, height: 800 } } },
    {
      name: 'operator-phone',
      testIgnore: '**/press.spec.ts',
      use: {
        locale: 'ja-JP',
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true,
      },
    },
  ],
});
