/** Small parts that pages are made of. */

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useI18n } from '../i18n';

type Tone = 'info' | 'good' | 'warn' | 'bad';

/** A message that belongs to the page. `live` announces it when it appears. */
export function Banner({
  tone = 'info',
  live = false,
  children,
}: {
  tone?: Tone;
  live?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={`banner ${tone}`} role={live ? 'status' : undefined}>
      {children}
    </div>
  );
}

/** A state in a word; its colour adds nothing that the word does not say. */
export function Chip({ tone = 'info', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`chip ${tone}`}>{children}</span>;
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

interface ButtonProps {
  children: ReactNode;
  onClick?: () => void;
  type?: 'button' | 'submit';
  kind?: 'primary' | 'secondary' | 'plain';
  /** Looks and announces itself as unavailable, yet keeps the focus; presses do nothing. */
  busy?: boolean;
  label?: string;
}

export function Button({
  children,
  onClick,
  type = 'button',
  kind = 'secondary',
  busy = false,
  label,
}: ButtonProps) {
  return (
    <button
      type={type}
      className={kind === 'plain' ? 'plain' : `button ${kind}`}
      aria-disabled={busy}
      aria-label={label}
      onClick={() => {
        if (!busy) onClick?.();
      }}
    >
      {children}
    </button>
  );
}

/** Says after eight seconds that it takes longer; nothing spins without a word. */
export function Patience({ busy, children }: { busy: boolean; children?: ReactNode }) {
  const { t } = useI18n();
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!busy) return;
    const timer = setTimeout(() => setLong(true), 8000);
    return () => clearTimeout(timer);
  }, [busy]);
  return (
    <p className="patience" role="status">
      {busy && (long ? t.common.stillWorking : children)}
    </p>
  );
}

/** Copies a text; says so. */
export function Copy({ text, what }: { text: string; what: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <span className="copy">
      <button
        type="button"
        className="button small"
        onClick={copy}
        aria-label={`${t.common.copy}: ${what}`}
      >
        {t.common.copy}
      </button>
      <span role="status">{copied && t.common.copied}</span>
    </span>
  );
}

/** The number that support needs to find a request. */
export function Reference({ id }: { id: string }) {
  const { t } = useI18n();
  if (!id) return null;
  return (
    <p className="reference">
      {t.error.reference}: <code>{id}</code> <Copy text={id} what={t.error.reference} />
    </p>
  );
}

/** A modal dialog; `onClose` is called by Escape too. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

/** A list of names and values. */
export function Facts({ rows }: { rows: (readonly [string, ReactNode] | undefined)[] }) {
  return (
    <dl className="facts">
      {rows.map(
        (row) =>
          row && (
            <div key={row[0]}>
              <dt>{row[0]}</dt>
              <dd>{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
