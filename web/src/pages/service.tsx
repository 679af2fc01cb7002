/** One service: its state and usage; for an eSIM the code, a replacement and more data. */

import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../api/client';
import { config } from '../config';
import { asApiError, explain, problemText } from '../features/form';
import { useFreshSignIn } from '../features/fresh-sign-in';
import { isMissing, Loaded } from '../features/loaded';
import {
  activationOf,
  dataSize,
  type OperationView,
  REISSUE_REASONS,
  type ReissueReason,
  reissue,
  topUp,
  useOperation,
  useService,
  useTopupOffers,
} from '../features/services';
import { useCycle } from '../features/show-price';
import { type Formats, type I18n, useI18n } from '../i18n';
import { CheckField, type Failure, Form, RadioField } from '../ui/form';
import { Page } from '../ui/page';
import { Banner, Button, Chip, Copy, Facts } from '../ui/parts';
import { InBilling, SERVICE_TONE } from './services';

type Esim = Schemas['EsimView'];
type Action = Schemas['ActionView'];

export default function ServicePage({ params }: { params: { id?: string } }) {
  if (!config().features.subscriptions) return <InBilling />;
  return <ServiceOf id={decodeURIComponent(params.id ?? '')} />;
}

function ServiceOf({ id }: { id: string }) {
  const { t } = useI18n();
  const query = useService(id);
  const [operation, setOperation] = useState<OperationView>();
  if (!query.data && isMissing(query.error)) {
    return (
      <Page title={t.notFound.title} className="narrow">
        <p>{t.services.notFound}</p>
        <div className="buttons">
          <Link href="/subscriptions" className="button primary">
            {t.services.all}
          </Link>
        </div>
      </Page>
    );
  }
  return (
    <Page
      crumb={<Link href="/subscriptions">‹ {t.services.all}</Link>}
      title={query.data?.name ?? t.services.title}
      titleLang={query.data && config().contentLanguage}
    >
      {operation && <Operation key={operation.operationId} started={operation} />}
      <Loaded query={query}>
        {(service) => (
          <div className="split">
            <div className="stack">
              {service.esim && <EsimPanel id={id} esim={service.esim} />}
              {service.esim && (
                <>
                  <TopupPanel
                    id={id}
                    action={actionOf(service.esim, 'topup')}
                    started={setOperation}
                  />
                  <ReissuePanel
                    id={id}
                    esim={service.esim}
                    action={actionOf(service.esim, 'reissue')}
                    started={setOperation}
                  />
                </>
              )}
            </div>
            <Summary service={service} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function actionOf(esim: Esim, action: Action['action']): Action | undefined {
  return esim.actions.find((one) => one.action === action);
}

function Summary({ service }: { service: Schemas['SubscriptionView'] }) {
  const { t, f, lang } = useI18n();
  const cycle = useCycle();
  const usage = service.esim?.usage;
  return (
    <aside className="panel">
      <div>
        <Chip tone={SERVICE_TONE[service.status]}>{t.services.status[service.status]}</Chip>
      </div>
      <Facts
        rows={[
          service.price
            ? [t.services.price, `${f.money(service.price)} ${cycle(service.billingCycle)}`]
            : undefined,
          service.quantity > 1 ? [t.services.quantity, String(service.quantity)] : undefined,
          service.nextDueDate ? [t.services.due, f.day(service.nextDueDate)] : undefined,
          ...esimRows(service.esim, t, f),
        ]}
      />
      {usage && (
        <div>
          <p id="usage">{t.services.usage}</p>
          {usage.totalBytes !== null && (
            <meter aria-labelledby="usage" min={0} max={usage.totalBytes} value={usage.usedBytes} />
          )}
          <p className="number">
            {usage.totalBytes === null
              ? t.services.usedOnly(dataSize(usage.usedBytes, lang, null))
              : t.services.used(
                  dataSize(usage.usedBytes, lang, usage.totalBytes),
                  dataSize(usage.totalBytes, lang, usage.totalBytes),
                )}
          </p>
          {usage.asOf && <p className="fine">{t.services.countedAt(f.moment(usage.asOf))}</p>}
        </div>
      )}
    </aside>
  );
}

function esimRows(esim: Esim | null, t: I18n['t'], f: Formats): ([string, string] | undefined)[] {
  if (!esim) return [];
  return [
    esim.validUntil ? [t.services.validUntil, f.moment(esim.validUntil)] : undefined,
    esim.periodEnds ? [t.services.periodEnds, f.moment(esim.periodEnds)] : undefined,
    esim.iccid ? ['ICCID', esim.iccid] : undefined,
  ];
}

function Operation({ started }: { started: OperationView }) {
  const { t } = useI18n();
  const { data } = useOperation(started);
  const tone = data.status === 'succeeded' ? 'good' : data.status === 'failed' ? 'bad' : 'info';
  return (
    <Banner tone={tone}>
      <p role="status">{useOperationText(data)}</p>
      <details className="more">
        <summary>{t.services.progress}</summary>
        <Progress operation={data} />
      </details>
    </Banner>
  );
}

/** How it stands, from the API's codes: its own sentences are English. */
function useOperationText({ kind, status, next, failure }: OperationView): string {
  const { t, f, lang } = useI18n();
  // It failed after the new eSIM was made: the customer has it, and we have something to mend.
  if (failure?.madeGood === 'esim-ready') return t.services.reissueLate;
  const parts = [t.services.operation[kind][status]];
  if (next === 'waits' || next === 'undoes') parts.push(t.services.next[next]);
  if (failure) {
    const { reason, madeGood, credited } = failure;
    parts.push(t.services.failure[reason]);
    if (credited) parts.push(t.services.credited(f.money(credited)));
    else if (madeGood) parts.push(t.services.madeGood[madeGood]);
  }
  return parts.join(lang === 'ja' ? '' : ' ');
}

/** Steps of our systems that say nothing to a customer unless they fail. */
const INTERNAL = new Set(['load', 'switch', 'billing', 'order']);

function Progress({ operation: { kind, steps } }: { operation: OperationView }) {
  const { t, f } = useI18n();
  return (
    <ol className="timeline">
      {steps
        .filter(({ step, status }) => !INTERNAL.has(step) || status === 'failed')
        .map(({ step, status, at }) => (
          <li key={step} data-status={status}>
            {t.services.operationSteps[`${kind}.${step}`]}{' '}
            <span className="sr">({t.order.stepStatus[status]})</span>
            {at && status === 'done' && <time dateTime={at}>{f.moment(at)}</time>}
          </li>
        ))}
    </ol>
  );
}

function EsimPanel({ id, esim }: { id: string; esim: Esim }) {
  const { t } = useI18n();
  const [code, setCode] = useState<Schemas['EsimActivation']>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const fresh = useFreshSignIn((thrown) => setError(problemText(asApiError(thrown), t)));
  const action = actionOf(esim, 'show');
  useEffect(() => {
    // Whoever looks at a tab that was left alone sees no code.
    const hide = () => {
      if (document.hidden) setCode(undefined);
    };
    document.addEventListener('visibilitychange', hide);
    return () => document.removeEventListener('visibilitychange', hide);
  }, []);
  const show = async () => {
    setBusy(true);
    setError(undefined);
    await fresh.run(async () => setCode(await activationOf(id)));
    setBusy(false);
  };
  return (
    <section className="panel" aria-labelledby="esim">
      <h2 id="esim">{t.services.esim}</h2>
      <p>{lineText(esim, t)}</p>
      <h3>{t.services.before}</h3>
      <ol className="steps-help">
        {t.services.beforeSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {code && <Code code={code} />}
      <div className="buttons">
        {code ? (
          <Button onClick={() => setCode(undefined)}>{t.services.hide}</Button>
        ) : (
          <Button
            kind="primary"
            busy={busy || action?.available === false}
            onClick={() => void show()}
          >
            {busy
              ? t.common.working
              : isApple() || isAndroid()
                ? t.services.install
                : t.services.show}
          </Button>
        )}
      </div>
      <Reason action={action} />
      <p role="alert">{error && <span className="error">{error}</span>}</p>
      {fresh.dialog}
    </section>
  );
}

/** How the line stands, in a sentence. */
function lineText({ state, installed }: Esim, t: I18n['t']): string {
  if (state !== 'active') return t.services.line[state ?? 'unknown'];
  if (installed === null) return t.services.line.active;
  return installed ? t.services.installed : t.services.notInstalled;
}

function Reason({ action }: { action: Action | undefined }) {
  const { t } = useI18n();
  if (!action || action.available || !action.reason) return null;
  return <p className="quiet">{t.services.obstacles[action.reason]}</p>;
}

const isApple = () => /iPhone|iPad/.test(navigator.userAgent);
const isAndroid = () => navigator.userAgent.includes('Android');

/** The quickest way for the device in hand comes first; the code to type is always there. */
function Code({ code }: { code: Schemas['EsimActivation'] }) {
  const { t } = useI18n();
  const link = isApple()
    ? { href: code.appleLink, text: t.services.oneTapApple }
    : isAndroid()
      ? { href: code.androidLink, text: t.services.oneTapAndroid }
      : undefined;
  return (
    <div className="stack">
      {link?.href.startsWith('https://') && (
        <div className="stack">
          <a className="button primary" href={link.href}>
            {link.text}
          </a>
          <p className="hint">
            {isApple() ? t.services.oneTapApplePhones : t.services.oneTapAndroidPhones}
          </p>
        </div>
      )}
      <figure className="stack">
        <img
          className="qr"
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(code.qrSvg)}`}
          alt={t.services.qrAlt}
          width="256"
          height="256"
        />
        <figcaption>
          {t.services.qrHow} {link && t.services.samePhone}
        </figcaption>
      </figure>
      <div className="stack">
        <h3>{t.services.byHand}</h3>
        <Facts
          rows={[
            [
              t.services.smdp,
              <span className="with-copy" key="code">
                <code>{code.smdpAddress}</code>
                <Copy text={code.smdpAddress} what={t.services.smdp} />
              </span>,
            ],
            [
              t.services.matching,
              <span className="with-copy" key="code">
                <code>{code.matchingId}</code>
                <Copy text={code.matchingId} what={t.services.matching} />
              </span>,
            ],
          ]}
        />
      </div>
    </div>
  );
}

interface ActionProps {
  id: string;
  action: Action | undefined;
  started: (operation: OperationView) => void;
}

/** Runs one operation at a time, with the password dialog and errors in words. */
function useAction(started: ActionProps['started']) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const fresh = useFreshSignIn((thrown) => setFailure(explain(asApiError(thrown), t)));
  // A second click comes before the next rendering: state alone would let it through.
  const sending = useRef(false);
  const start = async (send: () => Promise<OperationView>) => {
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setFailure(undefined);
    await fresh.run(async () => {
      started(await send());
      scrollTo(0, 0);
    });
    sending.current = false;
    setBusy(false);
  };
  return { busy, failure, setFailure, start, dialog: fresh.dialog };
}

function ReissuePanel({ id, esim, action, started }: ActionProps & { esim: Esim }) {
  const { t } = useI18n();
  const [reason, setReason] = useState<ReissueReason>();
  const [sure, setSure] = useState(false);
  const work = useAction(started);
  const text = useReissueText(esim, action);
  if (!action) return null;
  const submit = () => {
    const missing = {
      ...(reason ? {} : { '/reason': t.codes['option-required'] }),
      ...(text.confirm && !sure ? { '/sure': t.services.reissueMust } : {}),
    };
    if (!reason || Object.keys(missing).length > 0) {
      work.setFailure({ fields: missing, general: [] });
    } else {
      void work.start(async () => {
        const begun = await reissue(id, reason, action.confirmLoss ?? false);
        // The next one is asked for anew.
        setReason(undefined);
        setSure(false);
        return begun;
      });
    }
  };
  return (
    <section className="panel" aria-labelledby="reissue">
      <h2 id="reissue">{t.services.reissue}</h2>
      <p>{text.what}</p>
      <Reason action={action} />
      {action.available && (
        <Form failure={work.failure} onEdit={() => work.setFailure(undefined)} onSubmit={submit}>
          <RadioField
            name="/reason"
            label={t.services.reissueWhy}
            value={reason}
            onChange={(value) => setReason(value as ReissueReason)}
            options={REISSUE_REASONS.map((value) => ({
              value,
              label: t.services.reissueReasons[value],
            }))}
          />
          {text.confirm && (
            <CheckField name="/sure" label={text.confirm} checked={sure} onChange={setSure} />
          )}
          <div className="buttons">
            <Button type="submit" busy={work.busy}>
              {work.busy ? t.common.working : text.button}
            </Button>
          </div>
        </Form>
      )}
      {work.dialog}
    </section>
  );
}

/** What another eSIM means for this line: the code once more, another profile, or another line. */
function useReissueText({ installed, usage }: Esim, action: Action | undefined) {
  const { t, lang } = useI18n();
  if (installed === false) {
    return { what: t.services.resendText, confirm: undefined, button: t.services.resendButton };
  }
  const button = t.services.reissueButton;
  if (!action?.confirmLoss) {
    return { what: t.services.reissueText, confirm: t.services.reissueConfirm, button };
  }
  const left = usage?.remainingBytes ?? null;
  return {
    what: t.services.replaceText,
    confirm:
      left === null
        ? t.services.replaceConfirm
        : t.services.replaceConfirmData(dataSize(left, lang, usage?.totalBytes ?? null)),
    button,
  };
}

function TopupPanel({ id, action, started }: ActionProps) {
  const { t } = useI18n();
  if (!action) return null;
  return (
    <section className="panel" aria-labelledby="topup">
      <h2 id="topup">{t.services.topup}</h2>
      <Reason action={action} />
      {action.available && <Offers id={id} started={started} />}
    </section>
  );
}

function Offers({ id, started }: { id: string; started: ActionProps['started'] }) {
  const { t, f } = useI18n();
  const query = useTopupOffers(id);
  const [chosen, setChosen] = useState<string>();
  const work = useAction(started);
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="quiet">{t.services.noOffers}</p>
        ) : (
          <>
            <Form
              failure={work.failure}
              onEdit={() => work.setFailure(undefined)}
              onSubmit={() => {
                if (chosen) void work.start(() => topUp(id, chosen));
                else {
                  const text = t.codes['option-required'];
                  work.setFailure({ fields: { '/offerId': text }, general: [] });
                }
              }}
            >
              <RadioField
                name="/offerId"
                label={t.services.topupChoose}
                value={chosen}
                onChange={setChosen}
                options={items.map(({ offerId, name, price }) => ({
                  value: offerId,
                  label: name,
                  note: f.money(price),
                }))}
              />
              <p className="fine">{t.services.topupText}</p>
              <div className="buttons">
                <Button type="submit" kind="primary" busy={work.busy}>
                  {work.busy ? t.common.working : t.services.topupButton}
                </Button>
              </div>
            </Form>
            {work.dialog}
          </>
        )
      }
    </Loaded>
  );
}
