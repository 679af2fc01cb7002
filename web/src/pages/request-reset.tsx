/** Ask for the link to a new password. The answer is the same for every address. */

import { useState } from 'react';
import { Link } from 'wouter';
import { api, mustAnswer } from '../api/client';
import { checkEmail } from '../features/checks';
import { useForm } from '../features/form';
import { useI18n } from '../i18n';
import { EmailField, Form } from '../ui/form';
import { Page } from '../ui/page';
import { Button } from '../ui/parts';

export default function RequestResetPage() {
  const { t } = useI18n();
  const [sent, setSent] = useState<string>();
  const form = useForm({
    check: (values) => checkEmail(values, '/email', t),
    send: (values) =>
      mustAnswer(
        api.POST('/auth/request-password-reset', { body: { email: values.text('/email') } }),
      ),
    done: (_, values) => setSent(values.text('/email')),
  });
  if (sent !== undefined) {
    return (
      <Page title={t.auth.resetTitle} className="narrow">
        <div className="panel" role="status">
          <h2>{t.auth.resetSent}</h2>
          <p>{t.auth.resetSentText(sent)}</p>
        </div>
        <Link href="/login" className="inline-link">
          {t.auth.signIn}
        </Link>
      </Page>
    );
  }
  return (
    <Page title={t.auth.resetTitle} lead={t.auth.resetText} className="narrow">
      <div className="panel">
        <Form failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
          <EmailField />
          <div className="buttons">
            <Button type="submit" kind="primary" busy={form.busy}>
              {form.busy ? t.common.working : t.auth.resetSend}
            </Button>
            <Link href="/login" className="inline-link">
              {t.auth.signIn}
            </Link>
          </div>
        </Form>
      </div>
    </Page>
  );
}
