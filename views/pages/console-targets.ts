import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, factList, type ListModel, listPage, table } from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import { agoText, numberPhrase, timeText } from '../time-text.ts';
import { failureText } from '../words/console-dead-letters.ts';
import { fieldWords } from '../words/console-fields.ts';
import { targetRemedy, targetWords as words } from '../words/console-targets.ts';
import { pollWords } from '../words/console-transmitter-polls.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type TargetFailureFacts = {
  /** One of our codes. */
  readonly failure: string;
  /** The HTTP status. */
  readonly status?: number;
  /** What the target said: foreign text. */
  readonly detail?: string;
  readonly at: number;
};

export type TargetRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly url: string;
  readonly state: keyof typeof words.states;
  /** Number of objects that wait to be pushed. */
  readonly waiting: number;
  readonly succeededAt?: number;
  readonly failed?: TargetFailureFacts;
};

const LOOKS = { active: 'good', failing: 'warn', paused: 'off' } as const;

const stateOf = (state: TargetRow['state']): Html =>
  html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`;

const codeOf = (failure: string): HtmlValue =>
  failureText(failure) ?? html`<code class="long">${plainText(failure, 80)}</code>`;

const reasonOf = ({ failure, status }: Pick<TargetFailureFacts, 'failure' | 'status'>): HtmlValue =>
  html`${codeOf(failure)}${status !== undefined && ` (HTTP ${status})`}`;

const count = (objects: number): HtmlValue => words.objects(objects, numberPhrase(objects));

const lastOf = ({ succeededAt }: TargetRow): HtmlValue =>
  succeededAt === undefined ? words.never : agoText(succeededAt);

const COLUMNS: readonly Column<TargetRow>[] = [
  {
    title: fieldWords.name,
    cell: ({ href, name, url }) =>
      html`<a href="${href}">${chosenName(name, 100)}</a><span class="line hint long">${isolated(url, 200)}</span>`,
  },
  { title: registerWords.state, cell: ({ state }) => stateOf(state) },
  { title: words.waiting, cell: ({ waiting }) => count(waiting) },
  { title: words.last, cell: lastOf },
  {
    title: words.failure,
    cell: ({ failed }) =>
      failed ? html`${agoText(failed.at)}<span class="line hint">${targetRemedy(failed.failure)}</span>` : '–',
  },
];

export const targetsPage = (model: ListModel<TargetRow>): Html =>
  listPage(model, {
    ...{ place: 'provisioning-targets', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.provisioningTargets, newText: words.make },
  });

export type RefusedRow = TargetFailureFacts & { readonly object: NamedLink };

export type TargetModel = ConsoleFrame & {
  readonly target: TargetRow & {
    /** Absent: all agents. */
    readonly agents?: readonly NamedLink[];
    readonly agentName: keyof typeof words.agentNames;
    /** The endpoint and the client with which the server gets short tokens. Absent: a token that lasts is sent. */
    readonly tokensFrom?: string;
    readonly tokenClient?: string;
    readonly userName: keyof typeof words.userNames;
    readonly removal: keyof typeof words.removals;
    /** Number of audit events that were not read for the target. */
    readonly backlog: number;
    readonly isComparing: boolean;
    readonly pushed: number;
    readonly failingSince?: number;
    readonly dueAt?: number;
    /** The process that pushes. */
    readonly node?: string;
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  readonly refused: readonly RefusedRow[];
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

export const targetPage = (model: TargetModel): Html => {
  const { target } = model;
  const { agents } = target;
  return objectPage(model, {
    ...{ place: 'provisioning-targets', title: words.target, name: target.name, id: target.id },
    ...{ state: stateOf(target.state), actions: model.actions },
    first: html`${delivery(target)}
${refused(model.refused)}`,
    facts: [
      [words.url, isolated(target.url, 400)],
      target.tokensFrom !== undefined && [
        pollWords.tokensFrom,
        html`${isolated(target.tokensFrom, 400)}<span class="line hint">${pollWords.asClient(isolated(target.tokenClient ?? '', 200))}</span>`,
      ],
      [
        words.agents,
        agents ? agents.map((one) => html`<span class="line">${linkedName(one)}</span>`) : words.allAgents,
      ],
      [words.agentName, words.agentNames[target.agentName]],
      [words.userName, words.userNames[target.userName]],
      [words.removal, words.removals[target.removal]],
      [registerWords.made, timeText(target.createdAt)],
      target.updatedAt !== target.createdAt && [registerWords.changed, timeText(target.updatedAt)],
    ],
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

const delivery = (target: TargetModel['target']): Html => {
  const { failed, failingSince, dueAt, node } = target;
  return html`<section aria-labelledby="delivery" class="card"><h2 id="delivery">${words.delivery}</h2>
${failingSince !== undefined && failed && html`<div class="flash warning"><span>${targetRemedy(failed.failure)}</span></div>`}
${factList([
  [words.waiting, count(target.waiting)],
  target.backlog > 0 && [words.backlog, numberPhrase(target.backlog)],
  [words.pushed, numberPhrase(target.pushed)],
  [words.last, lastOf(target)],
  failed && [words.failure, html`${agoText(failed.at)}: ${reasonOf(failed)}`],
  failed?.detail !== undefined && [words.said, html`<span class="long">${isolated(failed.detail, 400)}</span>`],
  failed && failingSince === undefined && [words.remedy, targetRemedy(failed.failure)],
  failingSince !== undefined && [words.failing, agoText(failingSince)],
  failingSince !== undefined && dueAt !== undefined && [words.due, agoText(dueAt)],
  node !== undefined && [words.node, html`<code>${plainText(node, 100)}</code>`],
])}
${target.isComparing && html`<p class="hint">${words.comparing}</p>`}</section>`;
};

const REFUSED: readonly Column<RefusedRow>[] = [
  { title: words.object, cell: ({ object }) => linkedName(object) },
  {
    title: words.reason,
    cell: ({ detail, ...one }) =>
      html`${reasonOf(one)}${detail !== undefined && html`<span class="line hint long">${isolated(detail, 200)}</span>`}`,
  },
  { title: words.remedy, cell: ({ failure }) => targetRemedy(failure) },
  { title: words.when, cell: ({ at }) => agoText(at) },
];

const refused = (rows: readonly RefusedRow[]): Html | false =>
  rows.length > 0 &&
  html`<section aria-labelledby="refused"><h2 id="refused">${words.refused}</h2>
<p class="hint">${words.refusedLead}</p>
${table(REFUSED, rows, 'refused')}</section>`;

/** What a comparison found about one object. */
export type DifferenceRow = {
  readonly object: NamedLink;
  readonly kind: 'missing' | 'surplus' | 'different' | 'doubled';
  /** Names of the SCIM attributes that differ. */
  readonly attributes?: readonly string[];
};

export type ReconciliationModel = ConsoleFrame & {
  readonly id: string;
  readonly name: string;
  /** The page of the target. */
  readonly href: string;
  readonly rows: readonly DifferenceRow[];
  readonly same: number;
  readonly foreign: number;
  readonly isComplete: boolean;
};

const DIFFERENCES: readonly Column<DifferenceRow>[] = [
  { title: words.object, cell: ({ object }) => linkedName(object) },
  {
    title: words.difference,
    cell: ({ kind, attributes = [] }) =>
      html`${words[kind]}${
        attributes.length > 0 &&
        html`<span class="line hint">${attributes.map((one, index) => html`${index > 0 && ', '}<code>${plainText(one, 80)}</code>`)}</span>`
      }`,
  },
];

/** The report, with the button that pushes what differs. */
export const reconciliationPage = (model: ReconciliationModel): Html => {
  const { rows, href } = model;
  const isDoubled = rows.some(({ kind }) => kind === 'doubled');
  const isPushable = rows.some(({ kind }) => kind !== 'doubled');
  return objectPage(model, {
    ...{ place: 'provisioning-targets', title: words.compareTitle, name: model.name, id: model.id },
    heading: words.compareHeading(chosenName(model.name, 100)),
    actions: [
      isPushable && { text: words.apply, action: `${href}/apply`, kind: 'primary' },
      { text: words.compare, action: `${href}/reconcile` },
      { text: words.back, href },
    ],
    first: html`<p class="lead">${words.compareLead}</p>
${!model.isComplete && html`<div class="flash warning"><span>${words.incomplete}</span></div>`}
${
  rows.length === 0
    ? html`<p class="empty">${words.noDifferences}</p>`
    : html`<section aria-labelledby="differences"><h2 id="differences">${words.differences}</h2>
${isDoubled && html`<p class="hint">${words.doubledLead}</p>`}
${table(DIFFERENCES, rows, 'differences')}</section>`
}`,
    facts: [
      [words.same, count(model.same)],
      [words.missing, count(of(rows, 'missing'))],
      [words.surplus, count(of(rows, 'surplus'))],
      [words.different, count(of(rows, 'different'))],
      isDoubled && [words.doubled, count(of(rows, 'doubled'))],
      [words.foreign, numberPhrase(model.foreign)],
    ],
  });
};

const of = (rows: readonly DifferenceRow[], kind: DifferenceRow['kind']): number =>
  rows.filter((row) => row.kind === kind).length;

/** Asks before the end of a target. The user types its name. */
export const removeTargetPage = (frame: ConsoleFrame, href: string, typed: TypedConfirmation): Html =>
  confirmPage(frame, {
    ...{ place: 'provisioning-targets', title: words.remove, question: words.removeAsked(chosenName(typed.name, 100)) },
    ...{ lead: words.removeLead, isNarrow: true, typed },
    ...{ button: words.remove, action: `${href}/delete`, cancelHref: href },
  });
