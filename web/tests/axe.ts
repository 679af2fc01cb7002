/** axe on a page and its frames. */

import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** No finding of axe, by WCAG 2.2 AA. */
export async function accessible(page: Page): Promise<void> {
  // Once per document: the source is half a megabyte, and most pages are looked at several times.
  for (const frame of page.frames()) {
    if (!(await frame.evaluate(() => 'axe' in window))) await frame.evaluate(axe.source);
  }
  const findings = await page.evaluate(async (tags) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run({ runOnly: tags, resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))]);
  }, TAGS);
  expect(findings).toEqual([]);
}
