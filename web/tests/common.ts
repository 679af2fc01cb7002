/** What the configurations of Playwright have in common. */

import type { PlaywrightTestConfig } from '@playwright/test';
import { launchOptions } from './browser';

export const desktop = { viewport: { width: 1280, height: 800 } };
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

export const common = {
  globalSetup: './tests/browser.ts',
  fullyParallel: true,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    launchOptions,
    // A trace takes a quarter of the processor's time. `TRACE=1` repeats a failure with one.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    locale: 'en-GB',
    timezoneId: 'Asia/Tokyo',
    // axe would measure colours that are half-way to others.
    contextOptions: { reducedMotion: 'reduce' },
  },
} as const satisfies PlaywrightTestConfig;
