import { type ReceiverRow, receiverPage, receiversPage } from '../../../views/pages/console-signals.ts';
import type { StreamRow } from '../../../views/pages/stream-delivery.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { securityEventWords, receiverWords as words } from '../../../views/words/console-signals.ts';
import { registerWords } from '../../../views/words/registries.ts';
import { SENT_EVENTS } from '../../domain/signals/security-events.ts';
import { SSF_SCOPES, ssfApiOf } from '../../domain/vocabulary/ssf-api.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, clientHref, type Names, partyNames, personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { flagField, lineField, linesField, manyField, namedField } from './form-fields.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import type { ObjectFormSpec, SectionSpec, Shown } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading, ownerText } from './object-names.ts';
import { connectionPage, withOwnClient } from './own-client.ts';
import { addStreamPages, streamRow } from './signal-stream-pages.ts';

const PATH = '/console/signals';
/** Names of people and agents on the page of a receiver. */
const MOST_NAMED = 20;

type ShownReceiver = AnswerOf<'getSignalReceiver'>;

/** Adds `/console/signals`: the receivers of security events, their streams, and what is done with them. */
export const addSignalReceiverPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const { items, pages } = await listed(deps, calls, viewer, { operation: 'listSignalReceivers', path: home }, from);
    const names = await partyNames(
      deps,
      items.map(({ client }) => client),
    );
    const streams: StreamRow[] = [];
    for (const one of items) streams.push(...(await streamsOf(parts, viewer, one)));
    sendPage(
      ctx,
      200,
      receiversPage({
        ...{ ...frame, action: home, asked: { search: '', state: '' }, pages, streams },
        rows: items.map((one) => rowOf(parts, viewer, one, names)),
        ...(calls.may('createSignalReceiver', viewer.account) ? { newHref: `${home}/new` } : {}),
      }),
    );
  });

  addStreamPages(parts, PATH);
  addObjectForms(parts, formsOf(parts, home));
  addObjectActions(parts, {
    ...{ path: PATH, place: 'signals' },
    nameOf: async (viewer, id) => (await receiverOf(parts, viewer, id)).name,
    actions: {
      disable: {
        ...{ operation: 'disableSignalReceiver', done: 'receiverDisabled' },
        asks: {
          ...{ title: words.disableTitle, question: words.disableAsked },
          ...{ lead: words.disableLead, button: registerWords.disable },
        },
      },
      enable: { operation: 'enableSignalReceiver', done: 'receiverEnabled' },
    },
  });

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const receiver = await receiverOf(parts, viewer, id);
    const named = receiver.subjects.filter((one) => one !== '*').slice(0, MOST_NAMED);
    const names = await partyNames(deps, [receiver.client, ...named]);
    const { contact, events, created_at: createdAt, updated_at: updatedAt } = receiver;
    sendPage(
      ctx,
      200,
      receiverPage({
        ...frame,
        receiver: {
          ...{ ...rowOf(parts, viewer, receiver, names), audience: receiver.audience, createdAt, updatedAt },
          ...(contact === undefined ? {} : { contact }),
          ...(events.length === SENT_EVENTS.length ? {} : { events }),
          named: named.map((one) => ({ name: names(one), ...subjectHref(parts, viewer, one) })),
          isPersonal: receiver.is_personal === true,
        },
        streams: await streamsOf(parts, viewer, receiver),
        connection: connectionOf(deps.issuer),
        actions: actionsOn(parts, viewer, receiver, `${home}/${id}`),
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });
};

const receiverOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownReceiver> =>
  (await calls.run('getSignalReceiver', account, by, { id })).body;

const streamsOf = async (
  { deps, calls }: PageParts,
  { account, by }: Viewer,
  { id, name }: Pick<ShownReceiver, 'id' | 'name'>,
): Promise<readonly StreamRow[]> => {
  const { body } = await calls.run('listSignalStreams', account, by, { id });
  return (body?.items ?? []).map((one) => streamRow(deps, one, name));
};

const rowOf = (
  { deps, calls }: PageParts,
  { account }: Viewer,
  { id, name, client, state, subjects }: ShownReceiver,
  names: Names,
): ReceiverRow => ({
  ...{ id, href: `${deps.basePath}${PATH}/${id}`, name, state },
  client: { name: names(client), ...(calls.may('getClient', account) ? { href: clientHref(deps, client) } : {}) },
  subjects: subjects.includes('*') ? 'all' : subjects.length,
});

const subjectHref = ({ deps, calls }: PageParts, { account }: Viewer, id: string): { readonly href?: string } => {
  if (id.startsWith('agt_')) return { href: agentHref(deps, id) };
  return calls.may('getAccount', account) ? { href: personHref(deps, id) } : {};
};

const actionsOn = (
  { calls }: Pick<PageParts, 'calls'>,
  { account }: Viewer,
  { state }: ShownReceiver,
  href: string,
): readonly (ObjectAction | false)[] => [
  calls.may('updateSignalReceiver', account) && { text: fieldWords.change, href: `${href}/edit` },
  state === 'disabled' &&
    calls.may('enableSignalReceiver', account) && {
      ...{ text: registerWords.enable, action: `${href}/enable`, kind: 'primary' as const },
    },
  state === 'active' &&
    calls.may('disableSignalReceiver', account) && {
      ...{ text: registerWords.disable, href: `${href}/disable`, kind: 'danger' as const },
    },
];

const EVENTS = SENT_EVENTS.map((value) => ({ value, text: securityEventWords[value], code: value }));

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      {
        ...{ name: 'client', label: words.client, hint: words.clientHint, kind: namedField('client') },
        ...({ optional: true, only: 'new' } as const),
      },
      {
        ...{ name: 'client', label: words.client, hint: words.changeClientHint, kind: namedField('client') },
        only: 'change',
      },
      {
        ...{ name: 'audience', label: words.audience, hint: words.audienceHint, optional: true },
        kind: lineField(512),
      },
      { name: 'contact', label: words.contact, hint: words.contactHint, optional: true, kind: lineField(200) },
    ],
  },
  {
    title: words.what,
    fields: [
      {
        name: 'subjects',
        label: words.subjects,
        hint: words.subjectsHint,
        optional: true,
        kind: { ...linesField(4, 32_000), names: 'actor' as const },
      },
      {
        ...{ name: 'events', label: words.events, hint: words.eventsHint, optional: true },
        // Without a tick all of them, as in a new receiver.
        kind: { ...manyField(EVENTS), emptied: SENT_EVENTS },
      },
      { name: 'is_personal', label: words.personal, kind: flagField },
    ],
  },
];

/** Names in place of ids: of an account its username. */
const shownIn =
  (deps: PageParts['deps']) =>
  async (receiver: Shown): Promise<Shown> => {
    const { client, subjects } = receiver as Pick<ShownReceiver, 'client' | 'subjects'>;
    const names = await partyNames(deps, [client, ...subjects.filter((id) => id.startsWith('agt_'))]);
    const shown = await Promise.all(subjects.map((id) => (id.startsWith('acc_') ? ownerText(deps, id) : names(id))));
    return { ...receiver, client: names(client), subjects: shown };
  };

/** What an administrator enters at the receiver, besides the credentials of its client. */
const connectionOf = (
  issuer: string,
): readonly (readonly [name: 'issuer' | 'tokenEndpoint' | 'scope', value: string])[] => [
  ['issuer', issuer],
  ['tokenEndpoint', `${issuer}/token`],
  ['scope', SSF_SCOPES.manage],
];

const formsOf = (parts: PageParts, home: string): ObjectFormSpec => ({
  ...{ path: PATH, place: 'signals', sections: SECTIONS, hrefOf: (id) => `${home}/${id}` },
  shown: shownIn(parts.deps),
  create: {
    ...{ operation: 'createSignalReceiver', title: words.make, lead: words.makeLead, button: words.add },
    done: 'added',
    run: (viewer, body) =>
      withOwnClient(parts, viewer, body, {
        ...{ operation: 'createSignalReceiver', purpose: 'SSF' },
        ...{ api: ssfApiOf(parts.deps.issuer), scope: SSF_SCOPES.manage },
      }),
    page: (frame, made, href) =>
      connectionPage(frame, made, {
        ...{ place: 'signals', title: words.connectTitle, lead: words.connectLead, href },
        values: connectionOf(parts.deps.issuer).map(([name, value]) => [words.connection[name], value]),
      }),
  },
  change: {
    ...{ read: 'getSignalReceiver', operation: 'updateSignalReceiver', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
  },
});
