/**
 * Forms. A field's name is the JSON pointer of its value in the request's body, so that the API's
 * errors find their field without a table.
 */

import {
  createContext,
  type FormEvent,
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { useI18n } from '../i18n';
import { Reference } from './parts';

/** What is wrong with a form. `fields` is by field name, in the order of the page. */
export interface Failure {
  fields: Record<string, string>;
  general: ReactNode[];
  reference?: string;
}

interface FormState {
  id: string;
  fields: Record<string, string>;
}

const Context = createContext<FormState>({ id: '', fields: {} });

interface FormProps {
  failure: Failure | undefined;
  onSubmit: (form: HTMLFormElement) => void;
  /** A field was changed: its error no longer holds. */
  onEdit: (name: string) => void;
  formRef?: Ref<HTMLFormElement>;
  className?: string;
  children: ReactNode;
}

export function Form({ failure, onSubmit, onEdit, formRef, className, children }: FormProps) {
  const id = useId();
  const edited = (event: FormEvent<HTMLFormElement>) => {
    const { name } = event.target as HTMLInputElement;
    if (name && failure?.fields[name]) onEdit(name);
  };
  return (
    <Context.Provider value={{ id, fields: failure?.fields ?? {} }}>
      {failure && <ErrorSummary failure={failure} formId={id} />}
      <form
        noValidate
        ref={formRef}
        className={className}
        onInput={edited}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(event.currentTarget);
        }}
      >
        {children}
      </form>
    </Context.Provider>
  );
}

function ErrorSummary({ failure, formId }: { failure: Failure; formId: string }) {
  const { t } = useI18n();
  const box = useRef<HTMLDivElement>(null);
  // A failure is a new object at every failed submit: each one takes the focus. An edit that
  // removes an error must not, and keeps `general`.
  const attempt = failure.general;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` stands for a failed submit
  useEffect(() => {
    box.current?.focus();
  }, [attempt]);
  useEffect(() => {
    const prefix = t.error.prefix;
    if (!document.title.startsWith(prefix)) document.title = prefix + document.title;
    return () => {
      if (document.title.startsWith(prefix)) document.title = document.title.slice(prefix.length);
    };
  }, [t]);
  const entries = Object.entries(failure.fields);
  if (entries.length + failure.general.length === 0) return null;
  return (
    <div className="errors" role="alert" tabIndex={-1} ref={box}>
      <h2>{t.error.title}</h2>
      <ul>
        {failure.general.map((text, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is replaced as a whole
          <li key={place}>{text}</li>
        ))}
        {entries.map(([name, text]) => (
          <li key={name}>
            <a
              href={`#${formId}${name}`}
              onClick={(event) => {
                event.preventDefault();
                focusField(`${formId}${name}`);
              }}
            >
              {labelOf(`${formId}${name}`)}
              {text}
            </a>
          </li>
        ))}
      </ul>
      {failure.reference && <Reference id={failure.reference} />}
    </div>
  );
}

/** The label of a field, to stand before its error. The fields are on the page before an error is. */
function labelOf(id: string): string {
  const field = document.getElementById(id);
  const label =
    field?.closest('fieldset.field')?.querySelector('legend') ??
    document.querySelector(`label[for="${CSS.escape(id)}"]`);
  const text = label?.firstChild?.textContent?.trim();
  return text ? `${text}: ` : '';
}

/** Focus a field with its label in view. */
function focusField(id: string): void {
  const field = document.getElementById(id);
  field?.closest('.field')?.scrollIntoView({ block: 'start' });
  field?.focus({ preventScroll: true });
}

interface FieldProps {
  name: string;
  label: string;
  hint?: ReactNode;
  optional?: boolean;
  className?: string;
}

interface Wiring {
  id: string;
  name: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

function useField(name: string, hint: ReactNode): { wiring: Wiring; error: string | undefined } {
  const { id: form, fields } = useContext(Context);
  const error = fields[name];
  const id = `${form}${name}`;
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : '']
    .filter(Boolean)
    .join(' ');
  return {
    error,
    wiring: {
      id,
      name,
      ...(described ? { 'aria-describedby': described } : {}),
      ...(error ? { 'aria-invalid': true as const } : {}),
    },
  };
}

function Frame({
  label,
  hint,
  optional = false,
  className = '',
  wiring,
  error,
  children,
}: Omit<FieldProps, 'name'> & {
  wiring: Wiring;
  error: string | undefined;
  children: ReactNode;
}) {
  const { t } = useI18n();
  return (
    <div className={`field ${error ? 'wrong' : ''} ${className}`}>
      <label htmlFor={wiring.id}>
        {label}
        {optional && <span className="optional"> {t.common.optional}</span>}
      </label>
      {hint && (
        <p className="hint" id={`${wiring.id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="error" id={`${wiring.id}-error`}>
          {error}
        </p>
      )}
      {children}
    </div>
  );
}

type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'name' | 'className'>;

export function TextField({
  name,
  label,
  hint,
  optional = false,
  className,
  inputRef,
  ...input
}: FieldProps & InputProps & { inputRef?: Ref<HTMLInputElement> }) {
  const { wiring, error } = useField(name, hint);
  const frame = { label, hint, optional, ...(className ? { className } : {}), wiring, error };
  return (
    <Frame {...frame}>
      <input type="text" required={!optional} {...input} {...wiring} ref={inputRef} />
    </Frame>
  );
}

export function EmailField(props: Partial<FieldProps> & InputProps) {
  const { t } = useI18n();
  return (
    <TextField
      name="/email"
      label={t.auth.email}
      type="email"
      inputMode="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      {...props}
    />
  );
}

interface PasswordProps {
  name: string;
  label: string;
  hint?: ReactNode;
  autoComplete: 'current-password' | 'new-password';
  onValue?: (value: string) => void;
  children?: ReactNode;
}

export function PasswordField({
  name,
  label,
  hint,
  autoComplete,
  onValue,
  children,
}: PasswordProps) {
  const { t } = useI18n();
  const { wiring, error } = useField(name, hint);
  const [visible, setVisible] = useState(false);
  return (
    <Frame label={label} hint={hint} wiring={wiring} error={error}>
      <div className="with-button">
        <input
          {...wiring}
          type={visible ? 'text' : 'password'}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          required
          onInput={(event) => onValue?.(event.currentTarget.value)}
        />
        <button
          type="button"
          aria-pressed={visible}
          aria-label={`${t.auth.showPassword}: ${label}`}
          onClick={() => setVisible(!visible)}
        >
          {visible ? t.auth.hide : t.auth.show}
        </button>
      </div>
      {children}
    </Frame>
  );
}

export interface Option {
  value: string;
  label: string;
}

export function SelectField({
  name,
  label,
  hint,
  optional = false,
  className,
  options,
  ...select
}: FieldProps & {
  options: Option[];
  value?: string;
  defaultValue?: string;
  autoComplete?: string;
  onChange?: (value: string) => void;
}) {
  const { wiring, error } = useField(name, hint);
  const { onChange, ...rest } = select;
  return (
    <Frame {...{ label, hint, optional, ...(className ? { className } : {}), wiring, error }}>
      <select
        {...wiring}
        {...rest}
        required={!optional}
        onChange={(event) => onChange?.(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export interface RadioOption extends Option {
  note?: string;
}

/** Radio buttons in a fieldset; the first one carries the field's id, so that links reach it. */
export function RadioField({
  name,
  label,
  hint,
  options,
  value,
  onChange,
}: FieldProps & {
  options: RadioOption[];
  value: string | undefined;
  onChange: (value: string) => void;
}) {
  const { wiring, error } = useField(name, hint);
  const { id, ...described } = wiring;
  return (
    <fieldset className={`field ${error ? 'wrong' : ''}`}>
      <legend>{label}</legend>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {options.map((option, place) => (
        <label key={option.value} className="choice">
          <input
            type="radio"
            {...(place === 0 ? { id } : {})}
            {...described}
            value={option.value}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
          {option.note && <span className="note">{option.note}</span>}
        </label>
      ))}
    </fieldset>
  );
}

export function CheckField({
  name,
  label,
  note,
  checked,
  onChange,
}: {
  name: string;
  label: string;
  note?: string;
  checked?: boolean;
  onChange?: (checked: boolean) => void;
}) {
  const { wiring, error } = useField(name, undefined);
  return (
    <div className={`field ${error ? 'wrong' : ''}`}>
      {error && (
        <p className="error" id={`${wiring.id}-error`}>
          {error}
        </p>
      )}
      <label className="choice">
        <input
          type="checkbox"
          {...wiring}
          {...(checked === undefined ? {} : { checked })}
          onChange={(event) => onChange?.(event.currentTarget.checked)}
        />
        <span>{label}</span>
        {note && <span className="note">{note}</span>}
      </label>
    </div>
  );
}

/** A whole number with buttons for one more and one less. */
export function NumberField({
  name,
  label,
  hint,
  value,
  min,
  max,
  onChange,
  hideLabel = false,
}: FieldProps & {
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
  hideLabel?: boolean;
}) {
  const { t } = useI18n();
  const { wiring, error } = useField(name, hint);
  const change = (next: number) => onChange(Math.min(Math.max(next, min), max));
  return (
    <Frame {...{ label, hint, wiring, error, className: hideLabel ? 'hide-label' : '' }}>
      <div className="stepper">
        <button
          type="button"
          aria-label={`${t.product.decrease}: ${label}`}
          aria-disabled={value <= min}
          onClick={() => change(value - 1)}
        >
          −
        </button>
        <input
          {...wiring}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          value={String(value)}
          onChange={(event) => {
            const typed = event.currentTarget.value.normalize('NFKC').replace(/\D/g, '');
            change(typed === '' ? min : Number(typed));
            // What was typed beyond the limits is put right at once, also when nothing changes.
            event.currentTarget.value = String(
              Math.min(Math.max(typed === '' ? min : Number(typed), min), max),
            );
          }}
        />
        <button
          type="button"
          aria-label={`${t.product.increase}: ${label}`}
          aria-disabled={value >= max}
          onClick={() => change(value + 1)}
        >
          +
        </button>
      </div>
    </Frame>
  );
}
