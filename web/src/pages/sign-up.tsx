/** Sign up in three steps, sent as one request at the end. */

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { api, must, type Schemas } from '../api/client';
import { countries, fold, internationalPhone } from '../features/address';
import { AddressFields, checkAddress, readAddress } from '../features/address-fields';
import { checkEmail, checkFilled, checkNumber } from '../features/checks';
import { CustomerNumber } from '../features/customer-number';
import { type Found, useForm, Values } from '../features/form';
import { NewPassword } from '../features/new-password';
import {
  AskForLink,
  checkProof,
  linkNeeded,
  proofOf,
  SecondFact,
  useProofToken,
} from '../features/proof';
import { settle } from '../features/repeat';
import { safeReturn, signIn, thenBackTo } from '../features/session';
import { useI18n } from '../i18n';
import type { Messages } from '../i18n/en';
import { CheckField, EmailField, Form, SelectField, TextField } from '../ui/form';
import { Page } from '../ui/page';
import { Button, Patience } from '../ui/parts';

const STEPS = 3;
const GENDERS = ['male', 'female', 'other'] as const;

export default function SignUpPage() {
  const { t } = useI18n();
  const [, go] = useLocation();
  const target = safeReturn(new URLSearchParams(useSearch()).get('return'));
  const [step, setStep] = useStep();
  const token = useProofToken();
  const formRef = useRef<HTMLFormElement>(null);

  const form = useForm({
    send: async (values) => {
      const body = { ...readSignUp(values), ...proofOf(values, token) };
      await settle(() => must(api.POST('/auth/signup', { body })));
      try {
        await signIn({ email: body.email, password: body.password });
        return true;
      } catch {
        // The account is there: signing in by hand tells what is wrong with the session.
        return false;
      }
    },
    done: (signedIn, values) => {
      if (signedIn) go(target, { replace: true });
      else {
        const email = values.text('/email');
        go(thenBackTo('/login', target), { replace: true, state: { message: 'made', email } });
      }
    },
    handle: (error, values) => {
      if (error.slug !== 'whmcs-account-exists') return false;
      const state = { email: values.text('/email'), sfNumber: values.text('/sfNumber') };
      go(thenBackTo('/link-account', target), { state });
      return true;
    },
  });

  // An error belongs to the step that has its field.
  useEffect(() => {
    const first = Object.keys(form.failure?.fields ?? {})[0];
    const field = first && formRef.current?.elements.namedItem(first);
    const of = field instanceof HTMLElement && field.closest<HTMLElement>('[data-step]');
    if (of) setStep(Number(of.dataset.step), true);
  }, [form.failure, setStep]);

  const submit = (element: HTMLFormElement) => {
    const values = new Values(element);
    for (let at = 1; at <= step; at += 1) {
      const fields = definedOnly(checkStep(at, values, t));
      if (Object.keys(fields).length > 0) {
        form.fail({ fields, general: [] });
        return;
      }
    }
    form.fail(undefined);
    if (step < STEPS) setStep(step + 1);
    else form.submit(element);
  };

  if (linkNeeded(token)) {
    return (
      <Page title={t.signUp.title} className="narrow">
        <AskForLink />
        <Others target={target} />
      </Page>
    );
  }
  return (
    <Page title={t.signUp.title} className="narrow">
      <Progress step={step} />
      <div className="panel">
        <Form formRef={formRef} failure={form.failure} onSubmit={submit} onEdit={form.edit}>
          <Step at={1} step={step}>
            <AboutYou />
          </Step>
          <Step at={2} step={step}>
            <AddressFields at="/address" />
          </Step>
          <Step at={3} step={step}>
            <EmailField />
            <NewPassword name="/password" label={t.auth.password} />
            <CheckField name="/marketingOptIn" label={t.signUp.marketing} />
          </Step>
          <div className="buttons">
            <Button type="submit" kind="primary" busy={form.busy}>
              {step < STEPS ? t.common.next : form.busy ? t.signUp.creating : t.signUp.submit}
            </Button>
            {step > 1 && (
              <Button busy={form.busy} onClick={() => history.back()}>
                {t.common.back}
              </Button>
            )}
          </div>
          <Patience busy={form.busy}>{t.signUp.creating}</Patience>
        </Form>
      </div>
      <Others target={target} />
    </Page>
  );
}

/** The other ways in. */
function Others({ target }: { target: string }) {
  const { t } = useI18n();
  return (
    <div>
      <p>
        {t.auth.haveAccount}{' '}
        <Link href={thenBackTo('/login', target)} className="inline-link">
          {t.auth.signIn}
        </Link>
      </p>
      <p>
        {t.signUp.hasBilling}{' '}
        <Link href={thenBackTo('/link-account', target)} className="inline-link">
          {t.signUp.hasBillingLink}
        </Link>
      </p>
    </div>
  );
}

/** The step is in the address, so that Back goes one step back; what was typed stays. */
function useStep(): [number, (step: number, replace?: boolean) => void] {
  const [step, show] = useState(1);
  useEffect(() => {
    const read = () => show(Number((history.state as { step?: number } | null)?.step ?? 1));
    // A reload has emptied the fields: it starts at the first step.
    history.replaceState({ step: 1 }, '');
    addEventListener('popstate', read);
    return () => removeEventListener('popstate', read);
  }, []);
  const move = useRef((next: number, replace = false) => {
    const now = Number((history.state as { step?: number } | null)?.step ?? 1);
    if (next === now) return;
    if (replace) history.replaceState({ step: next }, '');
    else history.pushState({ step: next }, '');
    show(next);
  });
  return [step, move.current];
}

function definedOnly(found: Found): Record<string, string> {
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

function Progress({ step }: { step: number }) {
  const { t } = useI18n();
  const names = [t.signUp.stepYou, t.signUp.stepAddress, t.signUp.stepAccount];
  return (
    <ol className="steps">
      {names.map((name, place) => (
        <li
          key={name}
          aria-current={place + 1 === step ? 'step' : undefined}
          data-state={place + 1 < step ? 'done' : undefined}
        >
          <span>
            {place + 1}. {name}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** All steps are in the form; the others are hidden. A new step takes the focus. */
function Step({ at, step, children }: { at: number; step: number; children: ReactNode }) {
  const { t } = useI18n();
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step && at === step) {
      // An error summary that has just taken the focus keeps it.
      if (!document.activeElement?.matches('.errors')) heading.current?.focus();
      scrollTo(0, 0);
    }
    before.current = step;
  }, [at, step]);
  const names = ['', t.signUp.stepYou, t.signUp.stepAddress, t.signUp.stepAccount];
  return (
    <fieldset className="fields" data-step={at} hidden={at !== step}>
      <legend className="sr">{names[at]}</legend>
      <h2 tabIndex={-1} ref={heading}>
        <span className="quiet">{t.signUp.step(at, STEPS)}</span> {names[at]}
      </h2>
      {children}
    </fieldset>
  );
}

function AboutYou() {
  const { t, lang, f } = useI18n();
  const first = (
    <TextField
      key="first"
      name="/firstName"
      label={t.signUp.firstName}
      autoComplete="given-name"
      maxLength={64}
    />
  );
  const last = (
    <TextField
      key="last"
      name="/lastName"
      label={t.signUp.lastName}
      autoComplete="family-name"
      maxLength={64}
    />
  );
  const none = { value: '', label: t.signUp.noAnswer };
  return (
    <>
      <CustomerNumber />
      <SecondFact />
      <div className="pair">{lang === 'ja' ? [last, first] : [first, last]}</div>
      <TextField
        name="/phone"
        label={t.signUp.phone}
        hint={t.signUp.phoneHint}
        type="tel"
        autoComplete="tel"
      />
      <details className="more">
        <summary>{t.signUp.optional}</summary>
        <div className="fields">
          <TextField
            name="/company"
            label={t.signUp.company}
            optional
            autoComplete="organization"
            maxLength={120}
          />
          <SelectField
            name="/nationality"
            label={t.signUp.nationality}
            optional
            options={[
              none,
              ...countries(f.country, lang).map(([value, label]) => ({ value, label })),
            ]}
          />
          <TextField
            name="/dateOfBirth"
            label={t.signUp.birth}
            optional
            type="date"
            autoComplete="bday"
            className="short"
          />
          <SelectField
            name="/gender"
            label={t.signUp.gender}
            optional
            options={[none, ...GENDERS.map((value) => ({ value, label: t.signUp.genders[value] }))]}
          />
        </div>
      </details>
    </>
  );
}

function checkStep(step: number, values: Values, t: Messages): Found {
  switch (step) {
    case 1: {
      const phone = values.text('/phone');
      const born = values.text('/dateOfBirth');
      return {
        ...checkNumber(values, t),
        ...checkProof(values, t),
        ...checkFilled(values, ['/firstName', '/lastName', '/phone'], t),
        ...(phone && !internationalPhone(phone) ? { '/phone': t.signUp.phoneForm } : {}),
        ...(born && born > new Date().toISOString() ? { '/dateOfBirth': t.signUp.birthForm } : {}),
      };
    }
    case 2:
      return checkAddress(values, '/address', true, t);
    default:
      return { ...checkEmail(values, '/email', t), ...checkFilled(values, ['/password'], t) };
  }
}

function readSignUp(values: Values): Schemas['SignupRequest'] {
  const { street2, postcode, ...address } = readAddress(values, '/address');
  const gender = GENDERS.find((known) => known === values.text('/gender'));
  const nationality = values.optional('/nationality');
  const dateOfBirth = values.optional('/dateOfBirth');
  const company = values.optional('/company');
  return {
    sfNumber: fold(values.text('/sfNumber')),
    firstName: values.text('/firstName'),
    lastName: values.text('/lastName'),
    phone: internationalPhone(values.text('/phone')) ?? values.text('/phone'),
    address: { ...address, ...(street2 ? { street2 } : {}), ...(postcode ? { postcode } : {}) },
    email: values.text('/email'),
    password: values.raw('/password'),
    marketingOptIn: values.checked('/marketingOptIn'),
    ...(nationality ? { nationality } : {}),
    ...(dateOfBirth ? { dateOfBirth } : {}),
    ...(gender ? { gender } : {}),
    ...(company ? { company } : {}),
  };
}
