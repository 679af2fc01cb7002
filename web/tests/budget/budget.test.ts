/** What a first visit downloads, as it is delivered: run after `npm run build`. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const dist = join(import.meta.dirname, '..', '..', 'dist');
const BUDGET = 90_000;

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
}

function manifest(): Record<string, Chunk> {
  const path = join(dist, '.vite', 'manifest.json');
  if (!existsSync(path)) throw new Error("The pages are not built: run 'make web-build' first");
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Chunk>;
}

/** The files that the given modules need, with all that they import. */
function files(chunks: Record<string, Chunk>, keys: string[]): Set<string> {
  const found = new Set<string>();
  const visit = (key: string) => {
    const chunk = chunks[key];
    if (!chunk) throw new Error(`${key} is not in the build`);
    if (found.has(chunk.file)) return;
    found.add(chunk.file);
    for (const css of chunk.css ?? []) found.add(css);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  for (const key of keys) visit(key);
  return found;
}

const compressed = (file: string) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

const FIRST = ['index.html', 'src/i18n/ja.ts'];

describe('bytes of a first load, gzip, in the larger language', () => {
  const chunks = manifest();
  const pages = Object.keys(chunks).filter((key) => /^src\/pages\/.*\.tsx$/.test(key));

  test('the catalogue with everything around it', () => {
    const size = [...files(chunks, FIRST), 'index.html', 'config.json']
      .map(compressed)
      .reduce((sum, bytes) => sum + bytes, 0);
    console.info(`catalogue: ${size} bytes`);
    expect(size).toBeLessThanOrEqual(BUDGET);
  });

  test('each route', () => {
    const sizes = pages.map((page) => {
      const all = [...files(chunks, [...FIRST, page])];
      return [page, all.map(compressed).reduce((sum, bytes) => sum + bytes, 0)] as const;
    });
    expect(sizes.length).toBeGreaterThan(10);
    console.info(sizes.map(([page, size]) => `${page}: ${size} bytes`).join('\n'));
    expect(sizes.filter(([, size]) => size > BUDGET)).toEqual([]);
  });
});

test('nothing of React itself is delivered', () => {
  const chunks = manifest();
  const code = [...files(chunks, FIRST)]
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(dist, file), 'utf8'))
    .join('');
  expect(code).not.toContain('react.dev/errors');
});
