import { anyName, cellText, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type AgentRow, agentRows } from '../partials/agent-rows.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import {
  type Column,
  commaList,
  confirmPage,
  type Fact,
  factList,
  type ListModel,
  listPage,
  table,
} from '../partials/console-list.ts';
import { copyButton } from '../partials/copy-button.ts';
import { headActions } from '../partials/object-page.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import { agoText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { blueprintWords as words } from '../words/console-blueprints.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

type State = keyof typeof words.states;

export type BlueprintRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly purpose: string;
  readonly state: State;
  /** The active version; 0: none yet. */
  readonly version: number;
  readonly updatedAt: number;
};

const LOOKS: Readonly<Record<State, string>> = { active: 'good', draft: 'warn', deprecated: 'gone' };

const stateTag = (state: State): Html => html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`;

const COLUMNS: readonly Column<BlueprintRow>[] = [
  {
    title: words.blueprint,
    sort: 'name',
    cell: ({ href, name, purpose }) =>
      html`<a href="${href}">${isolated(name)}</a> <span class="line hint">${cellText(purpose, 160)}</span>`,
  },
  { title: registerWords.state, cell: ({ state }) => stateTag(state) },
  { title: words.version, cell: ({ version }) => (version === 0 ? '–' : version) },
  { title: registerWords.changed, sort: 'changed', cell: ({ updatedAt }) => agoText(updatedAt) },
];

export const blueprintsPage = (model: ListModel<BlueprintRow>): Html =>
  listPage(model, {
    place: 'blueprints',
    title: words.title,
    lead: words.lead,
    columns: COLUMNS,
    none: words.none,
    pagesLabel: listWords.pagesOf.blueprints,
    states: (['active', 'draft', 'deprecated'] as const).map((value) => ({ value, text: words.states[value] })),
    newText: words.make,
  });

export type CeilingDifference = {
  readonly name: Phrase;
  readonly before: HtmlValue;
  readonly after: HtmlValue;
  readonly narrows: boolean;
};

/** An agent that a draft would change. */
export type AgentBreak = {
  readonly name: string;
  readonly href: string;
  /** Why the draft would block the agent. */
  readonly stops: readonly Phrase[];
  readonly loses: readonly HtmlValue[];
  readonly lowered: readonly Phrase[];
};

export type Draft = {
  readonly version: number;
  readonly differences: readonly CeilingDifference[];
  readonly breaks: readonly AgentBreak[];
  readonly hasMoreBreaks: boolean;
};

export type BlueprintVersionRow = {
  readonly version: number;
  readonly state: State;
  /** Absent: a draft. */
  readonly activatedAt?: number;
  readonly byName?: Text;
};

export type BlueprintModel = ConsoleFrame & {
  readonly blueprint: BlueprintRow & { readonly createdAt: number };
  readonly ceilings: readonly Fact[];
  readonly draft?: Draft;
  readonly versions: readonly BlueprintVersionRow[];
  readonly agents: readonly AgentRow[];
  /** Link to all of them, if the page does not show all. */
  readonly agentsHref?: string;
  /** Confirmation pages. Absent: not permitted to the viewer. */
  readonly editHref?: string;
  readonly activateHref?: string;
  readonly deprecateHref?: string;
};

export const blueprintPage = (model: BlueprintModel): Html => {
  const { blueprint } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    title: words.blueprint,
    width: 'wide',
    side: consoleNavigation(model, 'blueprints', false),
    body: html`<div class="page-head"><div class="row"><h1>${chosenName(blueprint.name)}</h1>${headActions(
      [],
      [
        ...(model.editHref === undefined ? [] : [{ text: words.change, href: model.editHref }]),
        ...(model.deprecateHref === undefined
          ? []
          : [{ text: words.deprecate, href: model.deprecateHref, kind: 'danger' } as const]),
      ],
      plainText(blueprint.name, 60),
    )}</div>
<p class="facts">${stateTag(blueprint.state)} <span class="copied"><code>${plainText(blueprint.id, 80)}</code>${copyButton(blueprint.id)}</span></p>
<p class="lead">${plainText(blueprint.purpose, 400)}</p></div>
<section aria-labelledby="counts" class="card"><h2 id="counts">${blueprint.version === 0 ? words.nothingCounts : words.counts(blueprint.version)}</h2>
${blueprint.state === 'deprecated' && html`<p>${words.deprecated}</p>`}
${blueprint.version > 0 && (model.ceilings.length === 0 ? html`<p>${words.noCeilings}</p>` : factList(model.ceilings))}</section>
${
  model.draft &&
  html`<section aria-labelledby="draft"><div class="row"><h2 id="draft">${words.draft(model.draft.version)}</h2>${
    model.activateHref !== undefined &&
    html`<a class="button primary" href="${model.activateHref}">${words.activate}</a>`
  }</div>${draftText(model.draft)}</section>`
}
<section aria-labelledby="agents"><h2 id="agents">${words.agents}</h2>
${model.agents.length === 0 ? html`<p class="empty">${words.noAgents}</p>` : agentRows(model.agents)}
${model.agentsHref !== undefined && html`<p><a href="${model.agentsHref}">${listWords.allOfThem}</a></p>`}</section>
${
  model.versions.length > 0 &&
  html`<section aria-labelledby="versions"><h2 id="versions">${words.versions}</h2>${table(VERSIONS, model.versions, 'versions')}</section>`
}`,
  });
};

const VERSIONS: readonly Column<BlueprintVersionRow>[] = [
  { title: words.version, cell: ({ version }) => version },
  { title: registerWords.state, cell: ({ state }) => stateTag(state) },
  { title: words.activated, cell: ({ activatedAt }) => (activatedAt === undefined ? '–' : agoText(activatedAt)) },
  { title: words.by, cell: ({ byName }) => (byName === undefined ? '–' : anyName(byName)) },
];

const DIFFERENCES: readonly Column<CeilingDifference>[] = [
  { title: words.axis, cell: ({ name }) => name },
  { title: words.before, cell: ({ before }) => before },
  { title: words.after, cell: ({ after }) => after },
  {
    title: words.effect,
    cell: ({ narrows }) =>
      html`<span class="tag ${narrows ? 'warn' : 'still'}">${narrows ? words.narrower : words.wider}</span>`,
  },
];

const BREAKS: readonly Column<AgentBreak>[] = [
  { title: agentWords.agent, cell: ({ name, href }) => html`<a href="${href}">${chosenName(name)}</a>` },
  {
    title: words.whatChanges,
    cell: ({ stops, loses, lowered }) =>
      html`${
        stops.length > 0 && html`<strong class="line">${words.stopsIt}</strong>`
      }${stops.map((stop) => html`<span class="line">${stop}</span>`)}${loses.map(
        (what) => html`<span class="line">${words.loses(what)}</span>`,
      )}${lowered.map((what) => html`<span class="line">${words.lower(what)}</span>`)}`,
  },
];

/** Names only, where each agent gets all the lower limits and nothing else: the table of the limits says them. */
const breaksText = (breaks: readonly AgentBreak[], differences: readonly CeilingDifference[]): Html => {
  const lower = differences.filter(({ narrows }) => narrows).length;
  const isSaid = breaks.every(
    ({ stops, loses, lowered }) => stops.length === 0 && loses.length === 0 && lowered.length === lower,
  );
  return isSaid
    ? html`<p>${words.allOfThese(commaList(breaks.map(({ name, href }) => html`<a href="${href}">${chosenName(name)}</a>`)))}</p>`
    : table(BREAKS, breaks, 'draft-breaks');
};

const draftText = ({ differences, breaks, hasMoreBreaks }: Draft): Html =>
  html`${differences.length === 0 ? html`<p class="empty">${words.sameAsBefore}</p>` : table(DIFFERENCES, differences, 'draft')}
<h3 id="draft-breaks">${words.breaks}</h3>
${breaks.length === 0 ? html`<p class="hint">${words.breaksNone}</p>` : breaksText(breaks, differences)}
${hasMoreBreaks && html`<p class="hint">${words.breaksMore}</p>`}`;

/** The confirmation before a draft is activated. */
export const activateBlueprintPage = (
  model: ConsoleFrame & {
    readonly name: string;
    readonly draft: Draft;
    readonly action: string;
    /** Version of the blueprint that the page showed. */
    readonly etag: number;
    readonly blueprintHref: string;
  },
): Html =>
  confirmPage(model, {
    place: 'blueprints',
    title: words.activateTitle,
    question: words.activateAsked(model.draft.version, chosenName(model.name)),
    lead: words.activateLead,
    more: html`<section aria-labelledby="draft"><h2 id="draft">${words.changes}</h2>${draftText(model.draft)}</section>`,
    button: words.activate,
    kind: 'primary',
    action: model.action,
    version: model.etag,
    cancelHref: model.blueprintHref,
  });

/** The confirmation before a blueprint stops taking new agents. */
export const deprecateBlueprintPage = (
  model: ConsoleFrame & {
    readonly name: string;
    readonly action: string;
    readonly blueprintHref: string;
    /** Those that the page shows. */
    readonly agents: readonly AgentRow[];
    /** Link to all of them, if the page does not show all. */
    readonly agentsHref?: string;
    readonly typed: TypedConfirmation;
  },
): Html =>
  confirmPage(model, {
    place: 'blueprints',
    typed: model.typed,
    title: words.deprecateTitle,
    question: words.deprecateAsked(chosenName(model.name)),
    lead: words.deprecateLead(model.agents.length, model.agentsHref !== undefined),
    ...(model.agents.length === 0
      ? {}
      : {
          more: html`<h2>${words.keepIt}</h2>${agentRows(model.agents)}${
            model.agentsHref !== undefined && html`<p><a href="${model.agentsHref}">${listWords.allOfThem}</a></p>`
          }`,
        }),
    isNarrow: true,
    button: words.deprecate,
    action: model.action,
    cancelHref: model.blueprintHref,
  });
