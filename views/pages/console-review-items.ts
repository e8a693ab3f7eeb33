import { anyName, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, commaList, confirmPage, type Fact, type ListModel, listPage } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { actionLink, type ObjectAction, objectPage } from '../partials/object-page.ts';
import type { ScopeItem } from '../partials/scope-list.ts';
import { tickList } from '../partials/tick-list.ts';
import { timeText } from '../time-text.ts';
import type { findingWords } from '../words/console-findings.ts';
import { reviewWords, reviewItemWords as words } from '../words/console-reviews.ts';
import { listWords } from '../words/lists.ts';
import { riskWords } from '../words/scope.ts';
import { beforeFacts, MOST_SCOPES, reviewedScopes, usedText } from './console-review-advice.ts';
import { findingTitle } from './finding-cells.ts';

export type ItemState = keyof typeof words.states;
export type Risk = 'low' | 'medium' | 'high' | 'critical';

export type ItemRow = {
  readonly id: string;
  readonly href: string;
  /** The agent chose it. */
  readonly agentName: string;
  readonly personName: string;
  /** Name of the resource server, or its identifier. */
  readonly apiName: string;
  readonly state: ItemState;
  readonly risk?: Risk;
  readonly scope: readonly string[];
  readonly unusedScopes: readonly string[];
  /** Since when the unused ones were in no token. */
  readonly unusedFrom: number;
  readonly lastUsedAt?: number;
  readonly givenAt: number;
  readonly isOwnerGone: boolean;
  /** Open findings about the agent. */
  readonly findings: readonly (keyof typeof findingWords.kinds)[];
  /** Whether the viewer may decide about it now. */
  readonly isForViewer: boolean;
};

const STATE_LOOKS = {
  ...{ open: 'warn', kept: 'good', narrowed: 'good', offered: 'warn', transferred: 'off', ended: 'off' },
  ...{ over: 'gone', undone: 'off' },
} as const satisfies Record<ItemState, string>;

const stateTag = (state: ItemState): Html =>
  html`<span class="tag ${STATE_LOOKS[state]}">${words.states[state]}</span>`;

const riskTag = (risk: Risk | undefined): HtmlValue =>
  risk && html`<span class="risk ${risk}">${riskWords[risk]}</span>`;

/** The name of a risk. */
export const riskName = (risk: Risk): Phrase => riskWords[risk];

const scopes = (names: readonly string[]): HtmlValue =>
  commaList(names.slice(0, MOST_SCOPES).map((name) => html`<code>${plainText(name, 80)}</code>`));

/** In a row; the page of the item has all. */
const MOST_FINDINGS = 2;

export const ITEM_COLUMNS: readonly Column<ItemRow>[] = [
  {
    title: words.agent,
    cell: ({ href, agentName, personName, state }) =>
      html`<a href="${href}">${chosenName(agentName, 80)}</a>${state !== 'open' && html` ${stateTag(state)}`}<span class="line hint">${words.person} ${isolated(personName, 80)}</span>`,
  },
  {
    title: words.holds,
    cell: ({ apiName, scope, risk }) =>
      html`${riskTag(risk)} ${isolated(apiName, 80)}<span class="line hint">${scopes(scope)}</span>`,
  },
  { title: words.used, cell: usedText },
  {
    title: words.findings,
    cell: ({ isOwnerGone, findings }) => [
      isOwnerGone && html`<span class="line">${words.owner}: ${words.ownerGone}</span>`,
      ...findings.slice(0, MOST_FINDINGS).map((kind) => html`<span class="line">${findingTitle(kind)}</span>`),
    ],
  },
  {
    ...{ title: words.act, isActions: true },
    cell: ({ isForViewer, state, href, agentName }) =>
      state === 'open' && isForViewer && actionLink({ text: words.decide, href }, plainText(agentName, 60)),
  },
];

/** The open items of a viewer, of all reviews. */
export const reviewItemsPage = (model: ListModel<ItemRow>): Html =>
  listPage(model, {
    ...{ place: 'review-items', title: words.title, lead: words.lead, columns: ITEM_COLUMNS, none: words.none },
    pagesLabel: listWords.pagesOf.reviewItems,
  });

export type ItemModel = ConsoleFrame & {
  readonly item: ItemRow & {
    readonly agentHref?: string;
    /** Its scopes as the API declares them. */
    readonly declared: readonly ScopeItem[];
    readonly delegation: { readonly id: string; readonly href?: string };
    /** `dueAt`: when the default decides. */
    readonly review?: { readonly name: string; readonly href: string; readonly dueAt: number };
    readonly ownerName: string;
    readonly endsAt: number;
    readonly below: { readonly count: number; readonly isMore: boolean; readonly agentNames: readonly string[] };
    readonly reviewerName?: string;
    readonly decided?: {
      readonly byName: Text;
      readonly at: number;
      readonly reason?: string;
      readonly isDefault: boolean;
    };
    readonly removed?: readonly string[];
    readonly newOwnerName?: string;
    /** Tokens since `unusedFrom`, replayed without the unused scopes. */
    readonly replay?: { readonly tokens: number; readonly changed: number; readonly isMore: boolean };
    readonly offer?: keyof typeof words.offers;
    /** When an undo came to nothing. */
    readonly undoRefusedAt?: number;
    readonly newDelegation?: { readonly id: string; readonly href?: string };
    readonly isInEffect: boolean;
    /** What the use suggests, of an open item. */
    readonly advice?: keyof typeof words.advice;
  };
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

const linkedId = ({ id, href }: { readonly id: string; readonly href?: string }): Html =>
  href === undefined
    ? html`<code>${plainText(id, 60)}</code>`
    : html`<a href="${href}"><code>${plainText(id, 60)}</code></a>`;

const decisionFacts = ({
  decided,
  removed,
  newOwnerName,
  offer,
  newDelegation,
}: ItemModel['item']): readonly (Fact | undefined)[] => [
  decided && [
    words.decision,
    html`${decided.isDefault ? words.byDefault : anyName(decided.byName)}, ${timeText(decided.at)}`,
  ],
  decided?.reason === undefined ? undefined : [words.reason, plainText(decided.reason, 400)],
  removed && [words.removed, scopes(removed)],
  newOwnerName === undefined
    ? undefined
    : [
        words.offeredTo,
        html`${isolated(newOwnerName, 100)}${offer && html`<span class="line hint">${words.offers[offer]}</span>`}`,
      ],
  newDelegation && [words.newDelegation, linkedId(newDelegation)],
];

export const reviewItemPage = (model: ItemModel): Html => {
  const { item } = model;
  const { below, unusedScopes, review } = item;
  return objectPage(model, {
    ...{ place: 'review-items', title: words.item, name: item.agentName, id: item.id, actions: model.actions },
    heading: words.heading(chosenName(item.agentName, 80), isolated(item.personName, 80)),
    state: html`${stateTag(item.state)} ${riskTag(item.risk)}`,
    endsInView: true,
    first: html`${beforeFacts(item)}${reviewedScopes(item)}`,
    facts: [
      item.state === 'open' && review && [words.due, timeText(review.dueAt)],
      [
        words.agent,
        item.agentHref === undefined
          ? chosenName(item.agentName, 100)
          : html`<a href="${item.agentHref}">${chosenName(item.agentName, 100)}</a>`,
      ],
      [
        words.owner,
        html`${isolated(item.ownerName, 100)}${item.isOwnerGone && html` <span class="tag warn">${words.ownerGone}</span>`}`,
      ],
      [
        words.used,
        item.lastUsedAt === undefined ? words.notSince(timeText(item.unusedFrom)) : timeText(item.lastUsedAt),
      ],
      item.replay && [
        words.unused,
        html`${scopes(unusedScopes)}<span class="line">${words.replayed(item.replay)}</span>`,
      ],
      [
        words.endsWithIt,
        html`${words.tokens}${below.count > 0 && html`, ${words.redelegations(below.count, below.isMore)} (${commaList(below.agentNames.map((name) => chosenName(name, 60)))})`}`,
      ],
      [words.given, timeText(item.givenAt)],
      [words.ends, timeText(item.endsAt)],
      item.findings.length > 0 && [words.findings, commaList(item.findings.map((kind) => findingTitle(kind)))],
      [words.reviewer, item.reviewerName === undefined ? words.operators : isolated(item.reviewerName, 100)],
      ...decisionFacts(item),
      review && [reviewWords.review, html`<a href="${review.href}">${isolated(review.name, 100)}</a>`],
      [words.delegation, linkedId(item.delegation)],
    ],
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

/** A form about an item, and what was typed into it before. */
export type ItemDecisionModel = {
  readonly href: string;
  readonly agentName: string;
  readonly version: number;
  readonly scope: readonly string[];
  /** Scopes that are ticked. */
  readonly ticked: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, Text>>;
};

const errorAt = ({ errors }: ItemDecisionModel, name: string): { readonly error?: Text } => {
  const error = errors[name];
  return error === undefined ? {} : { error };
};

const reasonField = (model: ItemDecisionModel): Html =>
  textArea({
    ...{ name: 'reason', label: words.reasonField, hint: words.reasonHint, rows: 2, maxLength: 500, optional: true },
    ...{ value: model.values['reason'] ?? '', ...errorAt(model, 'reason') },
  });

const partyField = (model: ItemDecisionModel, name: 'owner' | 'to', label: Phrase): Html =>
  field({
    ...{ name, label, hint: words.nameHint, autocomplete: 'off', maxLength: 100 },
    ...{ value: model.values[name] ?? '', ...errorAt(model, name) },
  });

type Asked = {
  readonly tail: string;
  readonly title: Phrase;
  readonly question: (name: HtmlValue) => Phrase;
  readonly lead: Phrase;
  readonly button: Phrase;
  readonly fields?: Html;
  readonly kind?: 'primary';
};

const asking = (frame: ConsoleFrame, model: ItemDecisionModel, given: Asked): Html =>
  confirmPage(frame, {
    ...{ place: 'review-items', title: given.title, question: given.question(chosenName(model.agentName, 100)) },
    ...{ lead: given.lead, button: given.button, version: model.version, isNarrow: true },
    ...{ action: `${model.href}/${given.tail}`, cancelHref: model.href },
    ...(given.fields === undefined ? {} : { fields: given.fields }),
    ...(given.kind === undefined ? {} : { kind: given.kind }),
  });

/** The form POSTs `csrf`, `version`, `remove` for each scope, and `reason`. */
export const narrowItemPage = (frame: ConsoleFrame, model: ItemDecisionModel): Html =>
  asking(frame, model, {
    ...{ tail: 'narrow', title: words.narrow, question: words.narrowAsked, lead: words.narrowLead },
    button: words.remove,
    fields: html`<fieldset><legend>${words.remove}</legend>${tickList(
      model.scope.map((name, index) => ({
        ...{ id: `remove-${index}`, name: 'remove', value: name, isChecked: model.ticked.includes(name) },
        label: html`<code>${plainText(name, 100)}</code>`,
      })),
    )}${model.errors['remove'] !== undefined && html`<p class="error" role="alert">${anyName(model.errors['remove'])}</p>`}</fieldset>
${reasonField(model)}`,
  });

/** The form POSTs `csrf`, `version`, `owner` and `reason`. */
export const transferItemPage = (frame: ConsoleFrame, model: ItemDecisionModel): Html =>
  asking(frame, model, {
    ...{ tail: 'transfer', title: words.transfer, question: words.transferAsked, lead: words.transferLead },
    ...{ button: words.transfer, kind: 'primary' },
    fields: html`${partyField(model, 'owner', words.newOwner)}
${reasonField(model)}`,
  });

/** The form POSTs `csrf`, `version` and `reason`. */
export const endItemPage = (frame: ConsoleFrame, model: ItemDecisionModel): Html =>
  asking(frame, model, {
    ...{ tail: 'end', title: words.end, question: words.endAsked, lead: words.endLead, button: words.end },
    fields: reasonField(model),
  });

/** The form POSTs `csrf`, `version` and `to`. */
export const assignItemPage = (frame: ConsoleFrame, model: ItemDecisionModel): Html =>
  asking(frame, model, {
    ...{ tail: 'assign', title: words.assign, question: words.assignAsked, lead: words.assignLead },
    ...{ button: words.assign, kind: 'primary', fields: partyField(model, 'to', words.to) },
  });

/** The form POSTs `csrf` and `version`. */
export const undoItemPage = (frame: ConsoleFrame, model: ItemDecisionModel): Html =>
  asking(frame, model, {
    ...{ tail: 'undo', title: words.undo, question: words.undoAsked, lead: words.undoLead, button: words.undo },
    kind: 'primary',
  });
