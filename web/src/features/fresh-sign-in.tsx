/** Actions that ask for a sign-in of the last minutes: a dialog takes the password and goes on. */

import { type ReactNode, useState } from 'react';
import { useI18n } from '../i18n';
import { Form, PasswordField } from '../ui/form';
import { Button, Dialog } from '../ui/parts';
import { checkFilled } from './checks';
import { asApiError, useForm } from './form';
import { useMe } from './queries';
import { signIn } from './session';

interface FreshSignIn {
  /** Runs the action; where the API asks for the password, again after the dialog. */
  run: (action: () => Promise<void>) => Promise<void>;
  dialog: ReactNode;
}

/** `failed` is told every other error, also that of the second try. */
export function useFreshSignIn(failed: (error: unknown) => void): FreshSignIn {
  const [waiting, setWaiting] = useState<() => Promise<void>>();
  const run = async (action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      if (asApiError(error).slug !== 'reauthentication-required') failed(error);
      else setWaiting(() => action);
    }
  };
  return {
    run,
    dialog: waiting && (
      <PasswordDialog
        close={() => setWaiting(undefined)}
        goOn={() => {
          setWaiting(undefined);
          waiting().catch(failed);
        }}
      />
    ),
  };
}

function PasswordDialog({ goOn, close }: { goOn: () => void; close: () => void }) {
  const { t } = useI18n();
  const email = useMe().data?.email ?? '';
  const form = useForm({
    check: (values) => checkFilled(values, ['/password'], t),
    send: (values) => signIn({ email, password: values.raw('/password') }),
    done: goOn,
  });
  return (
    <Dialog title={t.services.again} onClose={close}>
      <p>{t.services.againText}</p>
      <Form failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
        <input
          type="email"
          autoComplete="username"
          value={email}
          readOnly
          hidden
          aria-label={t.auth.email}
        />
        <PasswordField name="/password" label={t.auth.password} autoComplete="current-password" />
        <div className="buttons">
          <Button type="submit" kind="primary" busy={form.busy}>
            {form.busy ? t.common.working : t.services.againButton}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
