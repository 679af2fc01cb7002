/** The frame of every page: title, heading, focus and scroll position on navigation. */

import { type ReactNode, useEffect, useRef } from 'react';
import { config } from '../config';
import { useI18n } from '../i18n';

const here = () => location.pathname + location.search;

/** The path whose heading was focused last; the first page of a visit keeps the browser's focus. */
let shown = location.pathname;
let back = false;
const positions = new Map<string, number>();

addEventListener('popstate', () => {
  back = true;
});
addEventListener('scroll', () => positions.set(here(), scrollY), { passive: true });
history.scrollRestoration = 'manual';

interface PageProps {
  title: string;
  /** The document's title, where it differs from the heading. */
  name?: string;
  /** The language of the heading, where it is not the page's. */
  titleLang?: string | undefined;
  /** The way back to the list. */
  crumb?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  className?: string;
  children?: ReactNode;
}

export function Page({
  title,
  name = title,
  titleLang,
  crumb,
  lead,
  actions,
  className,
  children,
}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} – ${config().brand.name}`;
  }, [name]);
  useEffect(() => {
    if (shown === location.pathname) {
      back = false;
      return;
    }
    shown = location.pathname;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, back ? (positions.get(here()) ?? 0) : 0);
    back = false;
  });
  return (
    <div className={className ? `page ${className}` : 'page'}>
      {crumb && <div className="crumb no-print">{crumb}</div>}
      <div className="page-head">
        <h1 tabIndex={-1} ref={heading} lang={titleLang}>
          {title}
        </h1>
        {actions}
      </div>
      {lead && <p className="lead">{lead}</p>}
      {children}
    </div>
  );
}

/** Placeholders in the shape of what comes; they appear after 200 ms only. */
export function Skeleton({ rows = 3, shape = 'bar' }: { rows?: number; shape?: 'bar' | 'tile' }) {
  const { t } = useI18n();
  return (
    <div aria-busy="true" className={shape === 'tile' ? 'skeletons cards' : 'skeletons'}>
      <p className="sr" role="status">
        {t.common.loading}
      </p>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the placeholders are all alike
        <div key={row} className={`skeleton ${shape}`} aria-hidden="true" />
      ))}
    </div>
  );
}
