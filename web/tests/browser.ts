/**
 * The browser of the page tests: the one inside the npm package @sparticuz/chromium, unpacked once
 * per `npm ci`; or another one that BROWSER names.
 */

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '..', 'node_modules');
const { version } = createRequire(import.meta.url)(
  join(modules, '@sparticuz', 'chromium', 'package.json'),
) as { version: string };
const folder = join(modules, '.cache', `chromium-${version}`);

// Everything runs as root in containers, where Chromium's sandbox does not start. Pages of several
// contexts share a process: to start one takes as long as many a test.
const args = ['--no-sandbox', '--renderer-process-limit=1'];

/** What Playwright needs to start it. */
export const launchOptions = process.env.BROWSER
  ? { executablePath: process.env.BROWSER, args }
  : {
      executablePath: join(folder, 'chromium'),
      args,
      // NSS and expat come with the package: a machine need not have them.
      env: { ...process.env, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') } as Record<
        string,
        string
      >,
    };

/** Playwright's global set-up. */
export default async function unpack(): Promise<void> {
  if (process.env.BROWSER || existsSync(folder)) return;
  const part = `${folder}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  const before = process.env.TMPDIR;
  // The package unpacks into the folder for temporary files, whatever is there already.
  process.env.TMPDIR = part;
  try {
    const { default: chromium, inflate } = await import('@sparticuz/chromium');
    await chromium.executablePath();
    await inflate(join(modules, '@sparticuz', 'chromium', 'bin', 'al2023.tar.br'));
    // Another run may have been faster.
    if (!existsSync(folder)) renameSync(part, folder);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(part, { recursive: true, force: true });
  }
}
