/** A billing account from before there was this site proves itself and gets an account here. */

import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { api, must } from '../api/client';
import { fold } from '../features/address';
import { checkEmail, checkFilled, checkNumber } from '../features/checks';
import { explain, useForm } from '../features/form';
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
import { EmailField, Form, PasswordField, TextField } from '../ui/form';
import { Page } from '../ui/page';
import { Banner, Button, Patience } from '../ui/parts';

interface Arrival {
  email?: string;
  sfNumber?: string;
}

export default function LinkAccountPage() {
  const { t } = useI18n();
  const [, go] = useLocation();
  const target = safeReturn(new URLSearchParams(useSearch()).get('return'));
  const arrival = useHistoryState<Arrival | null>();
  // The password of billing may be too weak for here: only then another one is asked for.
  const [another, setAnother] = useState(false);
  const token = useProofToken();
  const form = useForm({
    check: (values) => ({
      ...checkNumber(values, t),
      ...checkProof(values, t),
      ...checkEmail(values, '/email', t),
      ...checkFilled(values, another ? ['/password', '/newPassword'] : ['/password'], t),
    }),
    send: async (values) => {
      const email = values.text('/email');
      const password = values.raw('/password');
      const newPassword = values.raw('/newPassword') || undefined;
      const sfNumber = fold(values.text('/sfNumber'));
      const body = {
        email,
        password,
        sfNumber,
        ...(newPassword ? { newPassword } : {}),
        ...proofOf(values, token),
      };
      await settle(() => must(api.POST('/auth/link-whmcs', { body })));
      try {
        await signIn({ email, password: newPassword ?? password });
        return true;
      } catch {
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
    handle: (error) => {
      if (error.slug !== 'password-refused' || another) return false;
      setAnother(true);
      form.fail({ ...explain(error, t), fields: {}, general: [t.auth.linkNewHint] });
      return true;
    },
  });
  if (linkNeeded(token)) {
    return (
      <Page title={t.auth.linkTitle} className="narrow">
        <AskForLink />
      </Page>
    );
  }
  return (
    <Page title={t.auth.linkTitle} lead={t.auth.linkText} className="narrow">
      {arrival?.email && (
        <Banner>
          <p>{t.auth.linkFromSignUp}</p>
        </Banner>
      )}
      <div className="panel">
        <Form failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
          <TextField
            name="/sfNumber"
            label={t.signUp.number}
            hint={t.signUp.numberHint}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            defaultValue={arrival?.sfNumber ?? ''}
          />
          <SecondFact />
          <EmailField defaultValue={arrival?.email ?? ''} />
          <PasswordField
            name="/password"
            label={t.auth.linkPassword}
            autoComplete="current-password"
          />
          {another && (
            <NewPassword name="/newPassword" label={t.auth.linkNew} hint={t.auth.linkNewHint} />
          )}
          <div className="buttons">
            <Button type="submit" kind="primary" busy={form.busy}>
              {form.busy ? t.common.working : t.auth.link}
            </Button>
          </div>
          <Patience busy={form.busy} />
        </Form>
      </div>
      <p>
        {t.auth.noAccount}{' '}
        <Link href={thenBackTo('/signup', target)} className="inline-link">
          {t.auth.createAccount}
        </Link>
      </p>
    </Page>
  );
}
