/** Header, navigation and footer. */

import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { connection } from '../api/connection';
import { config, type Lang } from '../config';
import { useCart } from '../features/cart';
import { useLanguage } from '../features/language';
import { useMe } from '../features/queries';
import { signOut, useSignedIn } from '../features/session';
import { useI18n } from '../i18n';
import { Icon } from '../ui/icons';

interface Entry {
  href: string;
  label: string;
}

/** `bare`: without anything that leads elsewhere. */
export function Shell({ bare = false, children }: { bare?: boolean; children: ReactNode }) {
  const { t } = useI18n();
  const reachable = useSyncExternalStore(connection.subscribe, connection.reachable);
  return (
    <>
      <a className="skip" href="#main">
        {t.common.skip}
      </a>
      <Header bare={bare} />
      <div role="status">{!reachable && <p className="offline">{t.error.offlineBanner}</p>}</div>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Footer />
    </>
  );
}

function useEntries(): Entry[] {
  const { t } = useI18n();
  const signedIn = useSignedIn();
  const shop = { href: '/catalog', label: t.nav.products };
  if (!signedIn) return [shop];
  return [
    { href: '/', label: t.nav.overview },
    shop,
    { href: '/orders', label: t.nav.orders },
    ...(config().features.subscriptions ? [{ href: '/subscriptions', label: t.nav.services }] : []),
    { href: '/invoices', label: t.nav.invoices },
  ];
}

function Header({ bare }: { bare: boolean }) {
  const { t, lang } = useI18n();
  const [path] = useLocation();
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of page or language closes it
  useEffect(() => setOpen(false), [path, lang]);
  const entries = useEntries();
  return (
    <header className="site-head">
      <div className="site-head-inner">
        <Brand />
        {!bare && (
          <nav className="site-nav" aria-label={t.nav.main}>
            {entries.map((entry) => (
              <NavLink key={entry.href} {...entry} />
            ))}
          </nav>
        )}
        <div className="tools">
          <span className={bare ? undefined : 'wide-only'}>
            <LanguageSwitch />
          </span>
          {!bare && (
            <>
              <CartLink />
              <span className="wide-only">
                <AccountLinks />
              </span>
              <button
                type="button"
                className="nav-link menu-button"
                aria-expanded={open}
                aria-controls="menu"
                onClick={() => setOpen(!open)}
              >
                <Icon name={open ? 'close' : 'menu'} />
                <span>{t.nav.menu}</span>
              </button>
            </>
          )}
        </div>
      </div>
      {!bare && (
        <nav id="menu" className="phone-menu" aria-label={t.nav.menu} hidden={!open}>
          {entries.map((entry) => (
            <NavLink key={entry.href} {...entry} />
          ))}
          <div className="menu-line">
            <AccountLinks />
          </div>
          <div className="menu-line">
            <LanguageSwitch />
          </div>
        </nav>
      )}
    </header>
  );
}

function Brand() {
  const { brand } = config();
  return (
    <Link href="/" className="brand">
      <img src={brand.logoUrl ?? '/icon.svg'} alt="" width="32" height="32" />
      {brand.name}
    </Link>
  );
}

function NavLink({ href, label }: Entry) {
  const [path] = useLocation();
  const current = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
  return (
    <Link href={href} className="nav-link" aria-current={current ? 'page' : undefined}>
      {label}
    </Link>
  );
}

function CartLink() {
  const { t } = useI18n();
  const [path] = useLocation();
  const pieces = useCart().reduce((sum, line) => sum + line.quantity, 0);
  const [before, after] = t.nav.cartAround(pieces);
  return (
    <Link href="/cart" className="nav-link" aria-current={path === '/cart' ? 'page' : undefined}>
      <Icon name="cart" />
      <span className="sr">{before}</span>
      <span className={pieces > 0 ? 'count' : 'sr'}>{pieces}</span>
      <span className="sr">{after}</span>
    </Link>
  );
}

function AccountLinks() {
  const { t, prefer } = useI18n();
  const signedIn = useSignedIn();
  const [, go] = useLocation();
  const me = useMe();
  const language = me.data?.language;
  useEffect(() => {
    if (language) prefer(language);
  }, [language, prefer]);
  if (!signedIn) {
    return (
      <>
        <NavLink href="/login" label={t.nav.signIn} />
        <NavLink href="/signup" label={t.nav.signUp} />
      </>
    );
  }
  return (
    <>
      <NavLink href="/profile" label={t.nav.profile} />
      <button
        type="button"
        className="nav-link"
        onClick={() => {
          // First away from a page that would ask to sign in again.
          go('/');
          void signOut();
        }}
      >
        {t.nav.signOut}
      </button>
    </>
  );
}

const NAMES: Record<Lang, string> = { en: 'English', ja: '日本語' };

function LanguageSwitch() {
  const { lang } = useI18n();
  const { choose } = useLanguage();
  return config()
    .languages.filter((other) => other !== lang)
    .map((other) => (
      <button
        key={other}
        type="button"
        className="nav-link"
        lang={other}
        onClick={() => choose(other)}
      >
        {NAMES[other]}
      </button>
    ));
}

function Footer() {
  const { t } = useI18n();
  const { brand, support } = config();
  return (
    <footer className="site-foot">
      <div className="site-foot-inner">
        <span>{brand.name}</span>
        {(support.email || support.phone || support.url) && (
          <span className="buttons">
            <span>{t.nav.contact}:</span>
            {support.phone && <a href={`tel:${support.phone}`}>{support.phone}</a>}
            {support.email && <a href={`mailto:${support.email}`}>{support.email}</a>}
            {support.url && <a href={support.url}>{new URL(support.url).hostname}</a>}
          </span>
        )}
      </div>
    </footer>
  );
}
