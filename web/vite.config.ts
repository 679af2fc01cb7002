import { defineConfig } from 'vite';

/** React's API, carried out by Preact: a quarter of the weight. Longest names first. */
const preact = {
  'react-dom/client': 'preact/compat/client',
  'react/jsx-runtime': 'preact/jsx-runtime',
  'react-dom': 'preact/compat',
  react: 'preact/compat',
};

/** The policy that the front door and CloudFront send; `vite preview` sends it too. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const port = Number(process.env.WEB_PORT ?? 5173);
const proxy = { '/api': { target: process.env.PORTAL_URL ?? 'http://127.0.0.1:8080' } };

export default defineConfig({
  resolve: { alias: preact },
  build: {
    target: 'es2022',
    sourcemap: false,
    manifest: true,
    // Both would put code into the page that the policy forbids.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      onwarn(warning, warn) {
        // TanStack Query marks its modules "use client"; that says nothing to a browser.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  server: { host: '127.0.0.1', port, strictPort: true, proxy },
  preview: {
    host: '127.0.0.1',
    port,
    strictPort: true,
    proxy,
    headers: {
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    },
  },
  test: { dir: 'tests/unit', environment: 'node' },
} as Parameters<typeof defineConfig>[0]);
