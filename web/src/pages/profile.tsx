/** Account, address, payment methods, password, language. */

import { useState } from 'react';
import { api, mustAnswer, type Schemas } from '../api/client';
import { session } from '../api/session';
import { config, type Lang } from '../config';
import { AddressFields, checkAddress, readAddress } from '../features/address-fields';
import { AddressLines } from '../features/address-lines';
import { checkFilled } from '../features/checks';
import { useForm } from '../features/form';
import { useLanguage } from '../features/language';
import { Loaded } from '../features/loaded';
import { NewPassword } from '../features/new-password';
import { BillingButton, PaymentMethods } from '../features/payment';
import { queries, useAddress, useMe, usePaymentMethods } from '../features/queries';
import { signIn } from '../features/session';
import { useI18n } from '../i18n';
import { Form, PasswordField } from '../ui/form';
import { Page } from '../ui/page';
import { Banner, Button, Facts } from '../ui/parts';

export default function ProfilePage() {
  const { t } = useI18n();
  const me = useMe();
  return (
    <Page title={t.profile.title} className="narrow">
      <section className="panel" aria-labelledby="profile-account">
        <h2 id="profile-account">{t.profile.account}</h2>
        <Loaded query={me}>
          {({ email, firstName, sfNumber }) => (
            <>
              <Facts
                rows={[
                  firstName ? [t.profile.name, firstName] : undefined,
                  [t.profile.email, email],
                  sfNumber ? [t.profile.number, sfNumber] : undefined,
                ]}
              />
              <p className="fine">{t.profile.emailHint}</p>
            </>
          )}
        </Loaded>
      </section>
      <AddressSection />
      <PaymentSection />
      <section className="panel" aria-labelledby="profile-password">
        <h2 id="profile-password">{t.profile.password}</h2>
        <Loaded query={me}>{({ email }) => <PasswordForm email={email} />}</Loaded>
      </section>
      <LanguageSection />
    </Page>
  );
}

function AddressSection() {
  const { t } = useI18n();
  const query = useAddress();
  // After each save the form is drawn anew, with the values as billing keeps them.
  const [saves, setSaves] = useState(0);
  return (
    <section className="panel" aria-labelledby="profile-address">
      <h2 id="profile-address">{t.profile.address}</h2>
      <Loaded query={query}>
        {({ address, version }) => (
          <AddressForm
            key={saves}
            address={address}
            version={version}
            justSaved={saves > 0}
            onSaved={() => setSaves(saves + 1)}
          />
        )}
      </Loaded>
    </section>
  );
}

interface AddressFormProps {
  address: Schemas['AddressView'];
  version: string | null;
  justSaved: boolean;
  onSaved: () => void;
}

function AddressForm({ address, version, justSaved, onSaved }: AddressFormProps) {
  const { t } = useI18n();
  const [saved, setSaved] = useState(justSaved);
  const [conflict, setConflict] = useState(false);
  const form = useForm({
    check: (values) => checkAddress(values, '', false, t),
    send: (values) =>
      mustAnswer(
        api.PATCH('/me/billing', {
          body: changed(address, readAddress(values, '')),
          headers: version ? { 'If-Match': version } : {},
        }),
      ),
    done: ({ data, response }) => {
      const now = { address: data, version: response.headers.get('ETag') };
      if (data) queries.setQueryData(['address'], now);
      onSaved();
    },
    handle: (error) => {
      // Somebody else was faster: what is there now is shown beside what was typed here.
      if (error.slug === 'conflict') {
        setConflict(true);
        void queries.invalidateQueries({ queryKey: ['address'] });
      }
      return false;
    },
  });
  return (
    <Form
      failure={form.failure}
      onSubmit={(element) => {
        setSaved(false);
        form.submit(element);
      }}
      onEdit={form.edit}
    >
      {conflict && (
        <Banner>
          <div>
            <p>{t.profile.onFile}</p>
            <AddressLines address={address} />
          </div>
        </Banner>
      )}
      <AddressFields at="" value={address} />
      <div className="buttons">
        <Button type="submit" kind="primary" busy={form.busy}>
          {form.busy ? t.common.working : t.profile.addressSave}
        </Button>
        <span role="status">{saved && !form.busy && !form.failure && t.profile.saved}</span>
      </div>
    </Form>
  );
}

/** The fields that differ. */
export function changed(
  before: Schemas['AddressView'],
  after: Schemas['AddressView'],
): Schemas['AddressChange'] {
  const fields = Object.keys(after) as (keyof Schemas['AddressView'])[];
  return Object.fromEntries(
    fields.filter((field) => before[field] !== after[field]).map((field) => [field, after[field]]),
  );
}

function PaymentSection() {
  const { t } = useI18n();
  const query = usePaymentMethods();
  return (
    <section className="panel" aria-labelledby="profile-payment">
      <h2 id="profile-payment">{t.profile.payment}</h2>
      <Loaded query={query}>
        {({ methods, hasPaymentMethod }) => (
          <>
            <PaymentMethods methods={methods} />
            <div className="buttons">
              <BillingButton destination="payment-methods">
                {hasPaymentMethod ? t.checkout.managePayment : t.checkout.addPayment}
              </BillingButton>
            </div>
          </>
        )}
      </Loaded>
    </section>
  );
}

function PasswordForm({ email }: { email: string }) {
  const { t } = useI18n();
  const [changes, setChanges] = useState(0);
  const form = useForm({
    check: (values) => checkFilled(values, ['/currentPassword', '/newPassword'], t),
    send: async (values) => {
      const newPassword = values.raw('/newPassword');
      const currentPassword = values.raw('/currentPassword');
      await mustAnswer(
        api.POST('/auth/change-password', { body: { currentPassword, newPassword } }),
      );
      // The change ends all sessions, this one too: begin a new one with the new password.
      await signIn({ email, password: newPassword }).catch(() => session.end());
    },
    done: () => setChanges(changes + 1),
  });
  return (
    <>
      {changes > 0 && !form.busy && !form.failure && (
        <Banner tone="good" live>
          <p>{t.profile.passwordChanged}</p>
        </Banner>
      )}
      <Form key={changes} failure={form.failure} onSubmit={form.submit} onEdit={form.edit}>
        <input
          type="email"
          autoComplete="username"
          value={email}
          readOnly
          hidden
          aria-label={t.auth.email}
        />
        <PasswordField
          name="/currentPassword"
          label={t.profile.current}
          autoComplete="current-password"
        />
        <NewPassword name="/newPassword" label={t.auth.newPassword} />
        <div className="buttons">
          <Button type="submit" kind="primary" busy={form.busy}>
            {form.busy ? t.common.working : t.profile.changePassword}
          </Button>
        </div>
      </Form>
    </>
  );
}

const NAMES: Record<Lang, string> = { en: 'English', ja: '日本語' };

function LanguageSection() {
  const { t, lang } = useI18n();
  const { choose, failed } = useLanguage();
  return (
    <section className="panel" aria-labelledby="profile-language">
      <h2 id="profile-language">{t.profile.language}</h2>
      <p className="quiet">{t.profile.languageText}</p>
      <div className="buttons">
        {config().languages.map((other) => (
          <button
            key={other}
            type="button"
            className={other === lang ? 'button primary' : 'button'}
            lang={other}
            aria-pressed={other === lang}
            onClick={() => choose(other)}
          >
            {NAMES[other]}
          </button>
        ))}
      </div>
      <div role="status">{failed && <p>{t.profile.languageFailed}</p>}</div>
    </section>
  );
}
