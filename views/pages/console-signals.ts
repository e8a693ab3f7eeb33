import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { connectionValues } from '../partials/connection-values.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import {
  type Column,
  commaList,
  confirmPage,
  factList,
  type ListModel,
  listPage,
  registeredState,
  table,
} from '../partials/console-list.ts';
import { field } from '../partials/field.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { agoText, numberPhrase, timeText } from '../time-text.ts';
import { fieldWords } from '../words/console-fields.ts';
import { securityEventWords, receiverWords as words } from '../words/console-signals.ts';
import { streamWords } from '../words/console-streams.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';
import {
  failureOf,
  oldestOf,
  type StreamDelivery,
  type StreamRow,
  streamDelivery,
  successOf,
  waitingOf,
} from './stream-delivery.ts';

export type ReceiverRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly client: NamedLink;
  readonly state: 'active' | 'disabled';
  /** Number of people and agents that it may hear of. */
  readonly subjects: number | 'all';
};

const LOOKS = { enabled: 'good', failing: 'warn', unverified: 'warn', paused: 'off', disabled: 'gone' } as const;

const stateOf = (state: StreamRow['state']): Html =>
  html`<span class="tag ${LOOKS[state]}">${streamWords.states[state]}</span>`;

const STREAM_COLUMNS: readonly Column<StreamRow>[] = [
  {
    title: words.stream,
    cell: ({ href, id, method }) =>
      html`<a href="${href}">${streamWords.methods[method]}<span class="unseen"> ${plainText(id, 80)}</span></a>`,
  },
  { title: registerWords.state, cell: ({ state }) => stateOf(state) },
  { title: streamWords.waiting, cell: waitingOf },
  { title: streamWords.oldest, cell: oldestOf },
  { title: streamWords.last, cell: successOf },
  { title: streamWords.failure, cell: failureOf },
];

const OF_ALL: readonly Column<StreamRow>[] = [
  {
    title: words.receiver,
    cell: ({ href, receiver, method }) =>
      html`<a href="${href}">${isolated(receiver.name, 100)}</a><span class="line hint">${streamWords.methods[method]}</span>`,
  },
  { title: registerWords.state, cell: ({ state }) => stateOf(state) },
  {
    title: streamWords.waiting,
    cell: (stream) =>
      html`${waitingOf(stream)}${stream.oldestAt !== undefined && html`<span class="line hint">${streamWords.oldestIs(agoText(stream.oldestAt))}</span>`}`,
  },
  ...STREAM_COLUMNS.slice(-2),
];

const subjectsOf = ({ subjects }: Pick<ReceiverRow, 'subjects'>): HtmlValue =>
  subjects === 'all'
    ? words.allSubjects
    : subjects === 0
      ? words.noSubjects
      : words.subjectCount(numberPhrase(subjects));

/** A stream of an active receiver that is not delivered says so beside the receiver's own state. */
const NEEDS_ATTENTION: ReadonlySet<StreamRow['state']> = new Set(['failing', 'unverified', 'paused']);

const streamStates = ({ href }: ReceiverRow, streams: readonly StreamRow[]): HtmlValue =>
  [...new Set(streams.filter(({ receiver }) => receiver.href === href).map(({ state }) => state))]
    .filter((state) => NEEDS_ATTENTION.has(state))
    .map((state) => html` ${words.streamIs(stateOf(state))}`);

const receiverColumns = (streams: readonly StreamRow[]): readonly Column<ReceiverRow>[] => [
  { title: fieldWords.name, cell: ({ href, name }) => html`<a href="${href}">${chosenName(name, 100)}</a>` },
  {
    title: registerWords.state,
    cell: (row) => html`${registeredState(row.state)}<span class="line hint">${streamStates(row, streams)}</span>`,
  },
  { title: words.client, cell: ({ client }) => linkedName(client) },
  { title: words.subjects, cell: subjectsOf },
];

export type ReceiversModel = ListModel<ReceiverRow> & {
  /** Streams of the receivers on this page. */
  readonly streams: readonly StreamRow[];
};

export const receiversPage = (model: ReceiversModel): Html =>
  listPage(model, {
    ...{ place: 'signals', title: words.title, lead: words.lead, columns: receiverColumns(model.streams) },
    ...{ none: words.none, pagesLabel: listWords.pagesOf.signalReceivers, newText: words.make },
    ...(model.rows.length === 0
      ? {}
      : {
          after: html`<section aria-labelledby="streams"><h2 id="streams">${words.streams}</h2>
${model.streams.length === 0 ? html`<p class="empty">${words.noStreamsYet}</p>` : table(OF_ALL, model.streams, 'streams')}</section>`,
        }),
  });

export type ReceiverModel = ConsoleFrame & {
  readonly receiver: ReceiverRow & {
    readonly contact?: string;
    readonly audience: string;
    /** Short names; absent: all. */
    readonly events?: readonly (keyof typeof securityEventWords)[];
    /** The first of those that it may hear of. */
    readonly named: readonly NamedLink[];
    readonly isPersonal: boolean;
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  readonly streams: readonly StreamRow[];
  /** What an administrator enters at the receiver. */
  readonly connection: readonly (readonly [name: keyof typeof words.connection, value: string])[];
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

export const receiverPage = (model: ReceiverModel): Html => {
  const { receiver, streams } = model;
  return objectPage(model, {
    ...{ place: 'signals', title: words.receiver, name: receiver.name, id: receiver.id },
    ...{ state: registeredState(receiver.state), actions: model.actions },
    first: html`<section aria-labelledby="streams"><h2 id="streams">${words.streams}</h2>
${streams.length === 0 ? html`<p class="empty">${words.noStreams}</p>` : table(STREAM_COLUMNS, streams, 'streams')}</section>`,
    facts: [
      [words.client, linkedName(receiver.client)],
      receiver.contact !== undefined && [words.contact, isolated(receiver.contact, 200)],
      [words.audience, html`<code>${plainText(receiver.audience, 400)}</code>`],
      [
        words.subjects,
        receiver.named.length === 0
          ? subjectsOf(receiver)
          : html`${commaList(receiver.named.map(linkedName))}${
              typeof receiver.subjects === 'number' &&
              receiver.subjects > receiver.named.length &&
              html` … (${subjectsOf(receiver)})`
            }`,
      ],
      [
        words.events,
        receiver.events ? commaList(receiver.events.map((event) => securityEventWords[event])) : words.allEvents,
      ],
      [words.personalValues, receiver.isPersonal ? words.personals.yes : words.personals.no],
      [registerWords.made, timeText(receiver.createdAt)],
      receiver.updatedAt !== receiver.createdAt && [registerWords.changed, timeText(receiver.updatedAt)],
    ],
    further: connectionValues(
      words.atReceiver,
      model.connection.map(([name, value]) => [words.connection[name], value]),
    ),
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

export type StreamModel = ConsoleFrame & {
  readonly stream: StreamDelivery & {
    readonly description?: string;
    readonly endpoint?: string;
    readonly isVerified: boolean;
    readonly removedSubjects: number;
    readonly events: readonly (keyof typeof securityEventWords)[];
    readonly createdAt: number;
  };
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

export const streamPage = (model: StreamModel): Html => {
  const { stream } = model;
  return objectPage(model, {
    ...{ place: 'signals', title: words.stream, name: stream.receiver.name, id: stream.id },
    ...{ state: stateOf(stream.state), actions: model.actions },
    first: streamDelivery(stream),
    facts: [
      [words.receiver, linkedName(stream.receiver)],
      [streamWords.method, streamWords.methods[stream.method]],
      stream.endpoint !== undefined && [streamWords.endpoint, isolated(stream.endpoint, 400)],
      stream.method === 'push' && [
        streamWords.verified,
        stream.isVerified ? streamWords.verifications.yes : streamWords.verifications.no,
      ],
      stream.description !== undefined && [streamWords.description, isolated(stream.description, 300)],
      [streamWords.events, commaList(stream.events.map((event) => securityEventWords[event]))],
      stream.removedSubjects > 0 && [streamWords.removed, numberPhrase(stream.removedSubjects)],
      [registerWords.made, timeText(stream.createdAt)],
    ],
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

type StreamForm = { readonly href: string; readonly receiver: string };

/** Asks before a pause, and for its reason. */
export const pauseStreamPage = (frame: ConsoleFrame, { href, receiver }: StreamForm): Html =>
  confirmPage(frame, {
    ...{ place: 'signals', title: streamWords.pause, question: streamWords.pauseAsked(chosenName(receiver, 100)) },
    lead: streamWords.pauseLead,
    fields: field({
      ...{ name: 'reason', label: streamWords.pauseReason, autocomplete: 'off', maxLength: 200, optional: true },
    }),
    ...{ button: streamWords.pause, kind: 'primary', action: `${href}/pause`, cancelHref: href },
  });

/** Asks before the end of a stream, and says what never arrives. */
export const removeStreamPage = (
  frame: ConsoleFrame,
  { href, receiver, stream }: StreamForm & { readonly stream: Pick<StreamRow, 'waiting' | 'unread'> },
): Html =>
  confirmPage(frame, {
    ...{ place: 'signals', title: streamWords.remove, question: streamWords.removeAsked(chosenName(receiver, 100)) },
    ...{ lead: streamWords.removeLead, isNarrow: true },
    more: factList([[streamWords.waiting, waitingOf(stream)]]),
    ...{ button: streamWords.remove, action: `${href}/delete`, cancelHref: href },
  });
