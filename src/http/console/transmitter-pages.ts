import type { Html } from '../../../views/html.ts';
import {
  resumeTransmitterPage,
  type SignalRow,
  type TransmitterModel,
  type TransmitterRow,
  transmitterPage,
  transmittersPage,
} from '../../../views/pages/console-transmitters.ts';
import type { PollsModel } from '../../../views/pages/transmitter-polls.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { transmitterWords as words } from '../../../views/words/console-transmitters.ts';
import { registerWords } from '../../../views/words/registries.ts';
import { RECEIVED_EVENTS } from '../../domain/signals/receiver/transmitter.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import type { AnswerOf } from './console-calls.ts';
import { type Names, partyNames, personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import type { Shown } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { addRotation } from './object-secrets.ts';
import { stepUp } from './step-up.ts';
import { TRANSMITTERS, transmitterForms } from './transmitter-forms.ts';

/** Signals on the page of a transmitter: held ones, and the newest of all. */
const MOST_HELD = 100;
const NEWEST = 20;

type ShownTransmitter = AnswerOf<'getTrustedTransmitter'>;
type ShownActivity = AnswerOf<'getTransmitterActivity'>;
type ShownSignal = AnswerOf<'getSignal'>;

/** Adds `/console/transmitters`: trusted transmitters of security events, what their events did, and what is held. */
export const addTransmitterPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${TRANSMITTERS}`;

  page(TRANSMITTERS, async (ctx, { viewer, frame }) => {
    const asked = { operation: 'listTrustedTransmitters', path: home } as const;
    const { items, pages } = await listed(deps, calls, viewer, asked, queryOf(ctx).get('after'));
    const providers = await providersFor(parts, viewer);
    const rows: TransmitterRow[] = [];
    for (const one of items) rows.push(rowOf(home, one, await activityOf(parts, viewer, one.id), providers));
    const newHref = calls.may('createTrustedTransmitter', viewer.account) ? { newHref: `${home}/new` } : {};
    sendPage(
      ctx,
      200,
      transmittersPage({ ...frame, action: home, asked: { search: '', state: '' }, rows, pages, ...newHref }),
    );
  });

  const spec = transmitterForms(home, firstSecretOf);
  addObjectForms(parts, spec);
  addRotation(parts, {
    ...{ path: TRANSMITTERS, place: spec.place, hrefOf: spec.hrefOf, lead: words.rotateLead, page: secretOf },
    ...{ read: 'getTrustedTransmitter', rotate: 'rotateTransmitterSecret' },
  });
  addObjectActions(parts, {
    ...{ path: TRANSMITTERS, place: 'transmitters' },
    nameOf: async (viewer, id) => (await transmitterOf(parts, viewer, id)).name,
    actions: {
      'expect-verification': { operation: 'expectTransmitterVerification', done: 'verificationExpected' },
      disable: {
        ...{ operation: 'disableTrustedTransmitter', done: 'transmitterDisabled' },
        asks: {
          ...{ title: words.disableTitle, question: words.disableAsked },
          ...{ lead: words.disableLead, button: registerWords.disable },
        },
      },
      enable: { operation: 'enableTrustedTransmitter', done: 'transmitterEnabled' },
    },
  });
  addResumption(parts, home);
  addDrop(parts, home);

  page(`${TRANSMITTERS}/:id`, async (ctx, { viewer, frame }, id) => {
    const transmitter = await transmitterOf(parts, viewer, id);
    sendPage(ctx, 200, transmitterPage({ ...frame, ...(await modelOf(parts, viewer, home, transmitter)) }));
  });
};

const transmitterOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownTransmitter> =>
  (await calls.run('getTrustedTransmitter', account, by, { id })).body;

const activityOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownActivity> =>
  (await calls.run('getTransmitterActivity', account, by, { id })).body;

const signalsOf = async (
  { calls }: PageParts,
  { account, by }: Viewer,
  id: string,
  query: { readonly limit: number; readonly state?: 'held' },
): Promise<readonly ShownSignal[]> => (await calls.run('listSignals', account, by, { id, query })).body?.items ?? [];

/** Names of upstream providers by id. For an unknown one: its id. */
const providersFor = async ({ calls }: PageParts, { account, by }: Viewer): Promise<Names> => {
  if (!calls.may('listUpstreams', account)) return (id) => id;
  const { body } = await calls.run('listUpstreams', account, by, { query: { limit: 200 } });
  const names = new Map((body?.items ?? []).map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
};

const rowOf = (
  home: string,
  { id, name, issuer, upstream, state }: ShownTransmitter,
  { last_contact_at: lastContactAt, paused_at: pausedAt, held, polls }: ShownActivity,
  providers: Names,
): TransmitterRow => ({
  ...{ id, href: `${home}/${id}`, name, issuer, upstream: providers(upstream), state, held: held.length },
  ...(lastContactAt === undefined ? {} : { lastContactAt }),
  ...(pausedAt === undefined ? {} : { pausedAt }),
  ...(polls?.failing_since === undefined ? {} : { isFailing: true as const }),
});

const pollsOf = (
  {
    poll_url: url,
    poll_seconds: interval = 0,
    poll_token_endpoint: endpoint,
    poll_client_id: client,
  }: ShownTransmitter,
  { polls }: ShownActivity,
): { readonly polls?: PollsModel } => {
  if (url === undefined || polls === undefined) return {};
  const { acknowledged, refused, last_answer_at: answeredAt, failing_since: failingSince } = polls;
  const { last_failure: failure, last_failure_status: status, last_failure_at: at, due_at: dueAt, node } = polls;
  const { last_failure_detail: detail } = polls;
  return {
    polls: {
      ...{ url, interval, acknowledged, refused },
      ...(answeredAt === undefined ? {} : { answeredAt }),
      ...(failure === undefined || at === undefined
        ? {}
        : {
            failed: {
              ...{ failure, at },
              ...(status === undefined ? {} : { status }),
              ...(detail === undefined ? {} : { detail }),
            },
          }),
      ...(endpoint === undefined || client === undefined ? {} : { tokens: { endpoint, client } }),
      ...(failingSince === undefined ? {} : { failingSince }),
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(node === undefined ? {} : { node }),
    },
  };
};

const modelOf = async (
  parts: PageParts,
  viewer: Viewer,
  home: string,
  transmitter: ShownTransmitter,
): Promise<Omit<TransmitterModel, keyof ConsoleFrame>> => {
  const { deps, calls } = parts;
  const { account } = viewer;
  const { id, jwks_uri: jwksUri, verification_state: expects, verified_at: verifiedAt } = transmitter;
  const activity = await activityOf(parts, viewer, id);
  const row = rowOf(home, transmitter, activity, await providersFor(parts, viewer));
  const found = await signalsOf(parts, viewer, id, { state: 'held', limit: MOST_HELD + 1 });
  const held = found.slice(0, MOST_HELD);
  const newest = await signalsOf(parts, viewer, id, { limit: NEWEST });
  const names = await partyNames(
    deps,
    [...held, ...newest].map((one) => one.account),
  );
  const hrefOf = (one: string) => (calls.may('getAccount', account) ? { href: personHref(deps, one) } : {});
  const mayDrop = calls.may('discardSignal', account);
  const shown = (signal: ShownSignal): SignalRow => {
    const { id: signalId, event, account: person, level, at, effects, state, why } = signal;
    return {
      ...{ id: signalId, at, effects, state },
      ...(event === undefined ? {} : { event }),
      ...(person === undefined ? {} : { person: { name: names(person), ...hrefOf(person) } }),
      ...(level === undefined ? {} : { level }),
      ...(why === undefined ? {} : { why }),
      ...(mayDrop && state === 'held' ? { dropAction: `${row.href}/signals/${signalId}/drop` } : {}),
    };
  };
  return {
    transmitter: {
      ...{ ...row, audience: transmitter.audience, maxAge: transmitter.max_age },
      ...{ riskSeconds: transmitter.risk_seconds, mostAccounts: transmitter.most_accounts },
      ...{ mostAccountsPercent: transmitter.most_accounts_percent, affected: activity.affected },
      ...{ allowed: activity.allowed, createdAt: transmitter.created_at, updatedAt: transmitter.updated_at },
      effects: RECEIVED_EVENTS.flatMap((event) => {
        const effects = transmitter.effects[event];
        return effects === undefined ? [] : [{ event, effects }];
      }),
      ...pollsOf(transmitter, activity),
      ...(jwksUri === undefined ? {} : { jwksUri }),
      ...(expects === undefined ? {} : { expects }),
      ...(verifiedAt === undefined ? {} : { verifiedAt }),
    },
    held: held.map(shown),
    isMoreHeld: found.length > held.length,
    signals: newest.map(shown),
    actions: actionsOn(parts, viewer, row, held.length > 0),
    ...(calls.may('listAuditEvents', account) ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` } : {}),
  };
};

/** Held signals come first. */
const actionsOn = (
  { calls }: PageParts,
  { account }: Viewer,
  { state, pausedAt, href }: TransmitterRow,
  isHeld: boolean,
): readonly (ObjectAction | false)[] => [
  (pausedAt !== undefined || isHeld) &&
    calls.may('resumeTransmitter', account) && { text: words.resume, href: `${href}/resume`, kind: 'primary' },
  state === 'disabled' &&
    calls.may('enableTrustedTransmitter', account) && { text: registerWords.enable, action: `${href}/enable` },
  calls.may('expectTransmitterVerification', account) && {
    ...{ text: words.expect, action: `${href}/expect-verification` },
  },
  calls.may('updateTrustedTransmitter', account) && { text: fieldWords.change, href: `${href}/edit` },
  calls.may('rotateTransmitterSecret', account) && { text: fieldWords.rotateSecret, href: `${href}/rotate-secret` },
  state === 'active' &&
    calls.may('disableTrustedTransmitter', account) && {
      ...{ text: registerWords.disable, href: `${href}/disable`, kind: 'danger' as const },
    },
];

/** Adds the page that lets held signals pass. The form says how many accounts, so that none passes that the viewer did not see. */
const addResumption = (parts: PageParts, home: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page(`${TRANSMITTERS}/:id/resume`, async (ctx, { viewer, frame }, id) => {
    calls.access('resumeTransmitter', viewer.account);
    const { name } = await transmitterOf(parts, viewer, id);
    const { held, paused_at: pausedAt } = await activityOf(parts, viewer, id);
    const left = await signalsOf(parts, viewer, id, { state: 'held', limit: 1 });
    // Nothing to resume, or not any more.
    if (pausedAt === undefined && left.length === 0) return seeOther(ctx, `${home}/${id}`);
    sendPage(ctx, 200, resumeTransmitterPage(frame, { href: `${home}/${id}`, name, held: held.length }));
  });

  router.post(`${TRANSMITTERS}/:id/resume`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const allowed = single(form, 'allowed') ?? '';
    // Anything but digits is no number, which the API refuses and names.
    const body = { allowed: /^\d{1,7}$/.test(allowed) ? Number(allowed) : Number.NaN };
    const call = () => calls.run('resumeTransmitter', account, by, { id, body });
    const href = `${home}/${id}`;
    if (await withFactor(ctx, account.id, `${href}/resume`, call)) seeOther(ctx, `${href}?done=transmitterResumed`);
  });
};

/** Adds the button that drops one held signal. */
const addDrop = ({ router, deps, calls, sessions, openedAs }: PageParts, home: string): void => {
  const withFactor = stepUp(deps);
  router.post(`${TRANSMITTERS}/:id/signals/:signal/drop`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '', signal = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const call = () => calls.run('discardSignal', account, by, { id: signal });
    const href = `${home}/${id}`;
    if (await withFactor(ctx, account.id, href, call)) seeOther(ctx, `${href}?done=signalDropped`);
  });
};

/** Shows the authorization once. */
/** A polled transmitter sends nothing, unless it revokes tokens: then an administrator rotates the secret. */
const firstSecretOf = (frame: ConsoleFrame, made: Shown, href: string): Html | undefined =>
  made['delivery'] === 'poll' ? undefined : secretOf(frame, made, href);

const secretOf = (frame: ConsoleFrame, made: Shown, href: string): Html | undefined =>
  typeof made['authorization'] === 'string'
    ? secretPage(frame, {
        ...{ place: 'transmitters', title: words.secretTitle, lead: words.secretLead },
        secrets: [{ label: words.authorization, value: made['authorization'] }],
        next: { href, text: objectWords.onward },
      })
    : undefined;
