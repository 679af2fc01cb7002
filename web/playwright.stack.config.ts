import { defineConfig } from '@playwright/test';
import { common, desktop, phone } from './tests/common';

/** On a running stack: a customer's journey, and the operator's screens. */
const stack = { ...common.use, baseURL: process.env.PORTAL_URL ?? 'http://127.0.0.1:8080' };

export default defineConfig({
  ...common,
  outputDir: 'test-results/stack',
  // One more than processors: journeys and presses wait for the stack most of the time.
  workers: 3,
  use: stack,
  projects: [
    { name: 'journey-desktop', testDir: 'tests/e2e', use: desktop },
    { name: 'journey-phone', testDir: 'tests/e2e', use: phone },
    {
      name: 'press',
      testDir: 'tests/operator',
      testMatch: 'press.spec.ts',
      grepInvert: /@alone/,
      use: desktop,
    },
    {
      name: 'screens-desktop',
      testDir: 'tests/operator',
      testIgnore: 'press.spec.ts',
      use: desktop,
    },
    {
      name: 'screens-phone',
      testDir: 'tests/operator',
      testIgnore: 'press.spec.ts',
      use: { ...phone, locale: 'ja-JP' },
    },
    {
      // These take something away from the whole stack.
      name: 'press-alone',
      testDir: 'tests/operator',
      testMatch: 'press.spec.ts',
      grep: /@alone/,
      dependencies: ['journey-desktop', 'journey-phone', 'press'],
      use: desktop,
    },
  ],
});
