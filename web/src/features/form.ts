/** A form's life: read the values, check them, send them once, put errors beside their fields. */

import { useRef, useState } from 'react';
import { ApiError, ownError } from '../api/problems';
import { useI18n } from '../i18n';
import type { Messages } from '../i18n/en';
import type { Failure } from '../ui/form';

/** The values of a form by JSON pointer. */
export class Values {
  readonly #data: FormData;

  constructor(form: HTMLFormElement) {
    this.#data = new FormData(form);
  }

  /** As typed: passwords keep their spaces. */
  raw(name: string): string {
    const value = this.#data.get(name);
    return typeof value === 'string' ? value : '';
  }

  text(name: string): string {
    return this.raw(name).trim();
  }

  /** undefined when the field is empty. */
  optional(name: string): string | undefined {
    return this.text(name) || undefined;
  }

  checked(name: string): boolean {
    return this.#data.has(name);
  }
}

/** Errors that the page finds itself, by field name. */
export type Found = Record<string, string | undefined>;

interface Options<T> {
  check?: (values: Values) => Found;
  send: (values: Values) => Promise<T>;
  done: (result: T, values: Values) => void;
  /** True when the error needs no message because something else was done about it. */
  handle?: (error: ApiError, values: Values) => boolean;
}

export interface FormHook {
  failure: Failure | undefined;
  busy: boolean;
  submit: (form: HTMLFormElement) => void;
  edit: (name: string) => void;
  fail: (failure: Failure | undefined) => void;
}

export function useForm<T>({ check, send, done, handle }: Options<T>): FormHook {
  const { t } = useI18n();
  const [failure, fail] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  // A second click comes before the next rendering: state alone would let it through.
  const sending = useRef(false);

  const submit = async (form: HTMLFormElement) => {
    if (sending.current) return;
    const values = new Values(form);
    const found = inOrder(form, check?.(values) ?? {});
    if (Object.keys(found).length > 0) {
      fail({ fields: found, general: [] });
      return;
    }
    sending.current = true;
    setBusy(true);
    fail(undefined);
    try {
      done(await send(values), values);
    } catch (thrown) {
      const error = asApiError(thrown);
      if (!handle?.(error, values)) fail(explain(error, t, form));
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  return {
    failure,
    busy,
    submit: (form) => void submit(form),
    fail,
    edit: (name) =>
      fail((before) => {
        if (!before) return before;
        const { [name]: _, ...fields } = before.fields;
        return { ...before, fields };
      }),
  };
}

/** What was thrown, as ApiError; a mistake of our own code goes on its way. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  console.error(thrown);
  return ownError('unreadable');
}

/** An API error in words: errors of fields that `form` has stand beside them. */
export function explain(error: ApiError, t: Messages, form?: HTMLFormElement): Failure {
  const names = new Set(form ? namesOf(form) : []);
  const fields: Record<string, string> = {};
  const general: string[] = [];
  for (const entry of error.problem.errors ?? []) {
    const text = codeText(entry.code, t) ?? entry.detail;
    const name = entry.pointer;
    if (name !== undefined && names.has(name)) fields[name] = join(fields[name], text);
    else if (!general.includes(text)) general.push(text);
  }
  if (Object.keys(fields).length === 0 || general.length > 0) {
    general.unshift(problemText(error, t));
  }
  if (error.retryAfter && error.slug === 'rate-limited') {
    general.push(t.common.retryIn(error.retryAfter));
  }
  const reference = error.status >= 500 || error.status === 0 ? error.problem.instance : '';
  return {
    fields: form ? inOrder(form, fields) : fields,
    general,
    ...(reference ? { reference } : {}),
  };
}

/** The sentence for a problem, in the page's language. */
export function problemText(error: ApiError, t: Messages): string {
  return (
    (t.problems as Record<string, string>)[error.slug] ??
    (error.problem.detail || error.problem.title)
  );
}

function codeText(code: string | undefined, t: Messages): string | undefined {
  return code === undefined ? undefined : (t.codes as Record<string, string>)[code];
}

function join(before: string | undefined, text: string): string {
  return before === undefined || before === text ? text : `${before} ${text}`;
}

function namesOf(form: HTMLFormElement): string[] {
  return [...form.elements].map((element) => (element as HTMLInputElement).name).filter(Boolean);
}

function inOrder(form: HTMLFormElement, found: Found): Record<string, string> {
  const sorted: Record<string, string> = {};
  for (const name of namesOf(form)) {
    const text = found[name];
    if (text) sorted[name] = text;
  }
  return sorted;
}
