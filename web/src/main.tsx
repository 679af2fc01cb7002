/** The start: configuration and language first, then the pages. */

import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { loadConfig } from './config';
import { queries } from './features/queries';
import { firstLanguage, I18nProvider, loadMessages } from './i18n';
import { showBrand } from './ui/brand';
import './styles/index.css';

const RELOADED = 'portal.reloaded';

// A new release has replaced the files of an open tab: load the new one, but not for ever.
addEventListener('vite:preloadError', (event) => {
  if (!navigator.onLine || sessionStorage.getItem(RELOADED)) return;
  event.preventDefault();
  sessionStorage.setItem(RELOADED, '1');
  location.reload();
});

// A page that comes back out of the browser's cache asks again: a card may have been added.
addEventListener('pageshow', (event) => {
  if (event.persisted) void queries.invalidateQueries({ queryKey: ['payment-methods'] });
});

async function start(): Promise<void> {
  const { brand } = await loadConfig();
  showBrand(brand.color);
  const lang = firstLanguage();
  document.documentElement.lang = lang;
  const messages = await loadMessages(lang);
  const root = document.getElementById('app');
  if (!root) throw new Error('index.html has no #app');
  createRoot(root).render(
    <I18nProvider lang={lang} messages={messages}>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </I18nProvider>,
  );
}

void start();
