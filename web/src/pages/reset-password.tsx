/** A new password, by the link of a mail. The token is in the fragment, which no server sees. */

import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { api, mustAnswer } from '../api/client';
import { session } from '../api/session';
import { checkFilled } from '../features/checks';
import { useForm } from '../features/form';
import { NewPassword } from '../features/new-password';
import { useI18n } from '../i18n';
import { Form } from '../ui/form';
import { Page } from '../ui/page';
import { Button } from '../ui/parts';

const readToken = () => new URLSearchParams(location.hash.slice(1)).get('token');

export default function ResetPasswordPage() {
  const { t } = useI18n();
  const [, go] = useLocation();
  const [token, setToken] = useState(readToken);
  const [void_, setVoid] = useState(false);
  useEffect(() => {
    const take = () => {
      const found = readToken();
      if (!found) return;
      setToken(found);
      setVoid(false);
      // Neither the history nor somebody who looks at the screen keeps it.
      history.replaceState(history.state, '', location.pathname);
    };
    take();
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  const form = useForm({
    check: (values) => checkFilled(values, ['/newPassword'], t),
    send: (values) =>
      mustAnswer(
        api.POST('/auth/reset-password', {
          body: { token: token ?? '', newPassword: values.raw('/newPassword') },
        }),
      ),
    done: () => {
      // All sessions have ended, this browser's too.
      session.end();
      go('/login', { replace: true, state: { message: 'reset' } });
    },
    handle: (error) => {
      if (error.slug === 'invalid-reset-token') setVoid(true);
      return false;
    },
  });
  const again = (
    <div className="buttons">
      <Link href="/request-password-reset" className="button primary">
        {t.auth.askAgain}
      </Link>
    </div>
  );
  if (!token) {
    return (
      <Page title={t.auth.newTitle} className="narrow">
        <p>{t.auth.noToken}</p>
        {again}
      </Page>
    );
  }
  return (
    <Page title={t.auth.newTitle} className="narrow">
      <div className="panel">
        <Form failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
          {!void_ && (
            <>
              <NewPassword name="/newPassword" label={t.auth.newPassword} />
              <div className="buttons">
                <Button type="submit" kind="primary" busy={form.busy}>
                  {form.busy ? t.common.working : t.auth.newSave}
                </Button>
              </div>
            </>
          )}
        </Form>
        {void_ && again}
      </div>
    </Page>
  );
}
