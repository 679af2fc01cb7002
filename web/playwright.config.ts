import { defineConfig } from '@playwright/test';
import { common, desktop, phone } from './tests/common';

/** Each state of each page, with a faked API. axe looks at every state at both widths. */
const port = Number(process.env.WEB_PORT ?? 4173);

export default defineConfig({
  ...common,
  testDir: 'tests/pages',
  outputDir: 'test-results/pages',
  workers: 2,
  use: { ...common.use, baseURL: `http://127.0.0.1:${port}` },
  webServer: {
    command: 'node node_modules/vite/bin/vite.js preview',
    url: `http://127.0.0.1:${port}/icon.svg`,
    env: { WEB_PORT: String(port) },
    reuseExistingServer: false,
  },
  projects: [
    { name: 'phone', grepInvert: /@desktop/, use: phone },
    // What a wide window shows in another way: its navigation, and prices beside the content.
    { name: 'desktop', grep: /@desktop|@wide/, use: desktop },
  ],
});
