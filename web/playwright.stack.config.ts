import { defineConfig } from '@playwright/test';
import { common, desktop, phone } from './tests/common';

/** On a running stack: a customer's journey, and the operator's screens. */
const stack = { ...common.use, baseURL: process.env.PORTAL_URL ?? 'http://127.0.0.1:8080' };

const journey = { testDir: 'tests/e2e' };

export default defineConfig({
  ...common,
  outputDir: 'test-results/stack',
  // One more than processors: journeys and presses wait for the stack most of the time.
  workers: 3,
  use: stack,
  projects: [
    { ...journey, name: 'journey-desktop', metadata: { language: 'en' }, use: desktop },
    { ...journey, name: 'journey-phone', metadata: { language: 'ja' }, use: phone },
    // For pictures: what differs is how it looks.
    ...(process.env.SHOTS
      ? [
          { ...journey, name: 'journey-desktop-ja', metadata: { language: 'ja' }, use: desktop },
          { ...journey, name: 'journey-phone-en', metadata: { language: 'en' }, use: phone },
        ]
      : []),
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
