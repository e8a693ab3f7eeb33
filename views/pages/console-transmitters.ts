import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import {
  type Column,
  confirmPage,
  factList,
  type ListModel,
  listPage,
  postButton,
  registeredState,
  table,
} from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { agoText, durationPhrase, numberPhrase, timeText } from '../time-text.ts';
import { fieldWords } from '../words/console-fields.ts';
import { securityEventWords } from '../words/console-signals.ts';
import { pollWords } from '../words/console-transmitter-polls.ts';
import { transmitterWords as words } from '../words/console-transmitters.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';
import { type PollsModel, pollsCard } from './transmitter-polls.ts';

type Effect = keyof typeof words.effectNames;
type Event = keyof typeof securityEventWords;

export type TransmitterRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly issuer: string;
  /** The provider whose people it speaks of. */
  readonly upstream: string;
  readonly state: 'active' | 'disabled';
  readonly lastContactAt?: number;
  /** Since when its effects are paused. */
  readonly pausedAt?: number;
  /** Number of accounts whose signals are held. */
  readonly held: number;
  /** Whether the polls of it fail. */
  readonly isFailing?: true;
};

const stateOf = ({ state, pausedAt, held, isFailing }: TransmitterRow): Html =>
  html`${(state !== 'active' || pausedAt === undefined) && registeredState(state)}${isFailing && html` <span class="tag warn">${pollWords.fail}</span>`}${
    pausedAt !== undefined &&
    html` <span class="tag warn">${words.paused}</span> <span class="line hint">${words.heldCount(held, numberPhrase(held))}</span>`
  }`;

const contactOf = ({ lastContactAt }: TransmitterRow): HtmlValue =>
  lastContactAt === undefined ? words.never : agoText(lastContactAt);

const COLUMNS: readonly Column<TransmitterRow>[] = [
  {
    title: fieldWords.name,
    cell: ({ href, name, issuer }) =>
      html`<a href="${href}">${chosenName(name, 100)}</a><span class="line hint">${isolated(issuer, 200)}</span>`,
  },
  { title: registerWords.state, cell: stateOf },
  { title: words.upstream, cell: ({ upstream }) => isolated(upstream, 100) },
  { title: words.last, cell: contactOf },
];

export const transmittersPage = (model: ListModel<TransmitterRow>): Html =>
  listPage(model, {
    ...{ place: 'transmitters', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.transmitters, newText: words.make },
  });

export type SignalRow = {
  readonly id: string;
  /** Absent: a type that is unknown here. */
  readonly event?: Event;
  /** Absent: no person of its provider. */
  readonly person?: NamedLink;
  readonly level?: keyof typeof words.levels;
  readonly at: number;
  readonly effects: readonly Effect[];
  readonly state: keyof typeof words.states;
  readonly why?: keyof typeof words.reasons;
  /** POSTs `csrf`. */
  readonly dropAction?: string;
};

export type TransmitterModel = ConsoleFrame & {
  readonly transmitter: TransmitterRow & {
    readonly jwksUri?: string;
    readonly audience: string;
    readonly maxAge: number;
    readonly riskSeconds: number;
    readonly mostAccounts: number;
    readonly mostAccountsPercent: number;
    /** Accounts affected in the last ten minutes. */
    readonly affected: number;
    /** Further ones that an administrator let pass. */
    readonly allowed: number;
    /** The state that the next verification event must have. */
    readonly expects?: string;
    readonly verifiedAt?: number;
    /** Absent: it pushes. */
    readonly polls?: PollsModel;
    /** Only types of events that are accepted. */
    readonly effects: readonly { readonly event: Event; readonly effects: readonly Effect[] }[];
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  readonly held: readonly SignalRow[];
  readonly isMoreHeld: boolean;
  /** The newest of all. */
  readonly signals: readonly SignalRow[];
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

export const transmitterPage = (model: TransmitterModel): Html => {
  const { transmitter } = model;
  return objectPage(model, {
    ...{ place: 'transmitters', title: words.transmitter, name: transmitter.name, id: transmitter.id },
    ...{ state: stateOf(transmitter), actions: model.actions },
    first: html`${activity(transmitter)}
${held(model)}
${transmitter.polls && pollsCard(transmitter.polls, words.never)}
${signals(model)}`,
    facts: [
      [words.issuer, isolated(transmitter.issuer, 400)],
      [words.upstream, isolated(transmitter.upstream, 100)],
      transmitter.jwksUri !== undefined && [fieldWords.keysUrl, isolated(transmitter.jwksUri, 400)],
      [words.audience, isolated(transmitter.audience, 400)],
      [pollWords.delivery, transmitter.polls ? pollWords.polled : pollWords.pushed],
      [words.last, contactOf(transmitter)],
      [words.verified, transmitter.verifiedAt === undefined ? words.neverVerified : agoText(transmitter.verifiedAt)],
      transmitter.expects !== undefined && [words.state, html`<code>${plainText(transmitter.expects, 200)}</code>`],
      [words.maxAge, durationPhrase(transmitter.maxAge)],
      [words.riskSeconds, durationPhrase(transmitter.riskSeconds)],
      [registerWords.made, timeText(transmitter.createdAt)],
      transmitter.updatedAt !== transmitter.createdAt && [registerWords.changed, timeText(transmitter.updatedAt)],
    ],
    further: html`<details class="card"><summary id="effects">${words.effects}</summary>
${table(EFFECTS, transmitter.effects, 'effects')}</details>`,
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

const activity = (transmitter: TransmitterModel['transmitter']): Html =>
  html`${transmitter.pausedAt !== undefined && html`<div class="flash warning"><span>${words.pausedLead}</span></div>`}
<section aria-labelledby="activity" class="card"><h2 id="activity">${words.activity}</h2>
${factList([
  transmitter.pausedAt !== undefined && [words.pausedSince, agoText(transmitter.pausedAt)],
  [words.lastTenMinutes, numberPhrase(transmitter.affected)],
  [words.limit, words.limitOf(numberPhrase(transmitter.mostAccounts), transmitter.mostAccountsPercent)],
  transmitter.allowed > 0 && [words.allowed, numberPhrase(transmitter.allowed)],
])}</section>`;

const effectsOf = (
  effects: readonly Effect[],
  shown = (name: Phrase, _index: number): Html => html`<span class="line">${name}</span>`,
): HtmlValue =>
  effects.length === 0 ? words.noEffect : effects.map((effect, index) => shown(words.effectNames[effect], index));

const EFFECTS: readonly Column<TransmitterModel['transmitter']['effects'][number]>[] = [
  { title: words.event, cell: ({ event }) => securityEventWords[event] },
  {
    title: words.effect,
    cell: ({ effects }) => effectsOf(effects, (name, index) => html`${index > 0 && ' · '}${name}`),
  },
];

const STATE_LOOKS = {
  pending: 'still',
  applied: 'good',
  held: 'warn',
  discarded: 'gone',
  no_effect: 'off',
} as const;

const eventOf = ({ event }: Pick<SignalRow, 'event'>): Phrase =>
  event === undefined ? words.otherEvent : securityEventWords[event];

const WHAT: Column<SignalRow> = {
  title: words.event,
  cell: ({ level, ...signal }) =>
    html`${eventOf(signal)}${level !== undefined && html`<span class="line hint">${words.levels[level]}</span>`}`,
};
const WHO: Column<SignalRow> = {
  title: words.person,
  cell: ({ person }) => (person === undefined ? words.noPerson : linkedName(person)),
};
const WHEN: Column<SignalRow> = { title: words.when, cell: ({ at }) => agoText(at) };

const held = ({ held: rows, isMoreHeld, csrf }: TransmitterModel): Html | undefined => {
  if (rows.length === 0) return undefined;
  const columns: readonly Column<SignalRow>[] = [
    ...[WHAT, WHO, WHEN],
    { title: words.would, cell: ({ effects }) => effectsOf(effects) },
    {
      title: words.drop,
      isActions: true,
      cell: ({ dropAction, person, ...signal }) =>
        dropAction === undefined
          ? '–'
          : postButton(
              dropAction,
              csrf,
              submit({
                ...{ text: words.drop, kind: 'danger' },
                about: html`${eventOf(signal)} ${person && plainText(person.name, 60)}`,
              }),
            ),
    },
  ];
  return html`<section aria-labelledby="held"><h2 id="held">${words.held}</h2>
${table(columns, rows, 'held')}
${isMoreHeld && html`<p class="hint">${words.heldMore(numberPhrase(rows.length))}</p>`}</section>`;
};

const SIGNALS: readonly Column<SignalRow>[] = [
  ...[WHAT, WHO, WHEN],
  {
    title: words.outcome,
    cell: ({ state, effects, why }) =>
      html`<span class="tag ${STATE_LOOKS[state]}">${words.states[state]}</span>${
        why === undefined
          ? state === 'applied' && html`<span class="line hint">${effectsOf(effects)}</span>`
          : html`<span class="line hint">${words.reasons[why]}</span>`
      }`,
  },
];

const signals = ({ signals: rows }: TransmitterModel): Html =>
  html`<section aria-labelledby="signals"><h2 id="signals">${words.signals}</h2>
${rows.length === 0 ? html`<p class="empty">${words.noSignals}</p>` : table(SIGNALS, rows, 'signals')}</section>`;

/** Asks before held signals pass. The form sends how many accounts: those that the viewer saw, and no later ones. */
export const resumeTransmitterPage = (
  frame: ConsoleFrame,
  { href, name, held: count }: { readonly href: string; readonly name: string; readonly held: number },
): Html =>
  confirmPage(frame, {
    ...{ place: 'transmitters', title: words.resume, question: words.resumeAsked(chosenName(name, 100)) },
    ...{ lead: words.resumeLead, isNarrow: true },
    more: html`<p>${words.passes(count, numberPhrase(count))}</p>`,
    fields: html`<input type="hidden" name="allowed" value="${String(count)}">`,
    ...{ button: words.resume, action: `${href}/resume`, cancelHref: href },
  });
