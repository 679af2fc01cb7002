/** Sign in, and go back to where one was. */

import { useEffect } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { checkEmail, checkFilled } from '../features/checks';
import { useForm } from '../features/form';
import { safeReturn, signIn, thenBackTo, useSignedIn } from '../features/session';
import { useI18n } from '../i18n';
import { EmailField, Form, PasswordField } from '../ui/form';
import { Page } from '../ui/page';
import { Banner, Button, Patience } from '../ui/parts';

interface Arrival {
  email?: string;
  message?: 'made' | 'reset';
}

export default function SignInPage() {
  const { t } = useI18n();
  const [, go] = useLocation();
  const signedIn = useSignedIn();
  const wanted = new URLSearchParams(useSearch()).get('return');
  const arrival = useHistoryState<Arrival | null>();
  const target = safeReturn(wanted);
  // Also when another tab signs in meanwhile.
  useEffect(() => {
    if (signedIn) go(target, { replace: true });
  }, [signedIn, target, go]);

  const form = useForm({
    check: (values) => ({
      ...checkEmail(values, '/email', t),
      ...checkFilled(values, ['/password'], t),
    }),
    send: (values) => signIn({ email: values.text('/email'), password: values.raw('/password') }),
    done: () => go(target, { replace: true }),
  });

  return (
    <Page title={t.auth.signInTitle} className="narrow">
      {arrival?.message && (
        <Banner tone="good" live>
          <p>{arrival.message === 'made' ? t.signUp.madeSignIn : t.auth.newDone}</p>
        </Banner>
      )}
      {wanted && target !== '/' && (
        <Banner>
          <p>{target === '/checkout' ? t.auth.toOrder : t.auth.ended}</p>
        </Banner>
      )}
      <div className="panel">
        <Form failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
          <EmailField defaultValue={arrival?.email ?? ''} />
          <PasswordField name="/password" label={t.auth.password} autoComplete="current-password" />
          <div className="buttons">
            <Button type="submit" kind="primary" busy={form.busy}>
              {form.busy ? t.common.working : t.auth.signIn}
            </Button>
            <Link href="/request-password-reset" className="inline-link">
              {t.auth.forgotten}
            </Link>
          </div>
          <Patience busy={form.busy} />
        </Form>
      </div>
      <p>
        {t.auth.noAccount}{' '}
        <Link
          href={thenBackTo('/signup', target)}
          className={target === '/checkout' ? 'button' : 'inline-link'}
        >
          {t.auth.createAccount}
        </Link>
      </p>
    </Page>
  );
}
