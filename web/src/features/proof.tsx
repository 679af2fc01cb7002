/** What proves that a customer number is one's own, as the site's configuration asks (`signUp.proof`). */

import { useEffect, useState } from 'react';
import { api, mustAnswer } from '../api/client';
import { config } from '../config';
import { useI18n } from '../i18n';
import type { Messages } from '../i18n/en';
import { Form, TextField } from '../ui/form';
import { Button } from '../ui/parts';
import { fold } from './address';
import { checkNumber } from './checks';
import { CustomerNumber } from './customer-number';
import { type Found, useForm, type Values } from './form';

// Sign-up leads to linking and back: the link of the mail proves for both.
let kept: string | undefined;

/** The token of the mail's link. It is in the fragment, which no server sees, and is read once. */
export function useProofToken(): string | undefined {
  const [token, setToken] = useState(kept);
  useEffect(() => {
    const take = () => {
      const found = new URLSearchParams(location.hash.slice(1)).get('token');
      if (!found) return;
      kept = found;
      setToken(found);
      history.replaceState(history.state, '', location.pathname + location.search);
    };
    take();
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  return token;
}

/** Whether a link has to be asked for before anything can be sent. */
export const linkNeeded = (token: string | undefined): boolean =>
  config().signUp.proof === 'email' && !token;

/** The members of the request that prove the number. */
export function proofOf(
  values: Values,
  token: string | undefined,
): { secondFact?: string; proofToken?: string } {
  const fact = values.text('/secondFact');
  if (config().signUp.proof === 'second-fact') return fact ? { secondFact: fact } : {};
  return config().signUp.proof === 'email' && token ? { proofToken: token } : {};
}

export function checkProof(values: Values, t: Messages): Found {
  const missing = config().signUp.proof === 'second-fact' && !values.text('/secondFact');
  return missing ? { '/secondFact': t.auth.fill } : {};
}

/** The field for what the reseller knows of the customer; nothing where none is asked for. */
export function SecondFact() {
  const { t } = useI18n();
  const { proof, fact } = config().signUp;
  if (proof !== 'second-fact') return null;
  return (
    <TextField
      name="/secondFact"
      label={t.proof.fact[fact]}
      hint={t.proof.factHint[fact]}
      autoComplete="off"
      type={fact === 'birth-date' ? 'date' : 'text'}
    />
  );
}

/** Asks for the mail with the link. The answer is the same for every number. */
export function AskForLink() {
  const { t } = useI18n();
  const [sent, setSent] = useState(false);
  const form = useForm({
    check: (values) => checkNumber(values, t),
    send: (values) =>
      mustAnswer(
        api.POST('/auth/request-signup-proof', {
          body: { sfNumber: fold(values.text('/sfNumber')) },
        }),
      ),
    done: () => setSent(true),
  });
  if (sent) {
    return (
      <div className="panel" role="status">
        <h2>{t.proof.sent}</h2>
        <p>{t.proof.sentText}</p>
        <p>{t.proof.sentNothing}</p>
      </div>
    );
  }
  return (
    <div className="panel">
      <p>{t.proof.ask}</p>
      <Form failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
        <CustomerNumber />
        <div className="buttons">
          <Button type="submit" kind="primary" busy={form.busy}>
            {form.busy ? t.common.working : t.proof.send}
          </Button>
        </div>
      </Form>
    </div>
  );
}
