import { cellText, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { andMore } from '../more-text.ts';
import { chosenForm, withBoxes } from '../partials/bulk-choice.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, factList, type ListModel, listPage } from '../partials/console-list.ts';
import { copyable } from '../partials/copy-button.ts';
import { headActions } from '../partials/object-page.ts';
import { agoText, timeText } from '../time-text.ts';
import { delegationWords as words } from '../words/console-delegations.ts';
import { delegationBulkWords as bulkWords } from '../words/console-delegations-bulk.ts';
import { narrowWords } from '../words/console-narrowing.ts';
import { registerWords } from '../words/registries.ts';
import { type DelegationState, type DelegationTreesModel, delegationTag, delegationTrees } from './delegation-tree.ts';

type Shown = {
  /** A phrase of ours, if the viewer may not know the person. */
  readonly person: Text;
  /** Page of the person; absent: not permitted to the viewer. */
  readonly href?: string;
  readonly agent: string;
  /** Name of the API. */
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly state: DelegationState;
  readonly until: number;
};

export type DelegationModel = ConsoleFrame &
  Shown & {
    readonly id: string;
    /** Absent: not permitted to the viewer. */
    readonly agentHref?: string;
    /** Of the API. */
    readonly identifier: string;
    readonly detailTypes: readonly string[];
    /** Name of the app to whose calls it is limited. */
    readonly calledBy?: string;
    readonly depth: number;
    readonly delegable: { readonly depth: number; readonly agents: readonly string[] };
    readonly createdAt: number;
    readonly revokedAt?: number;
    readonly lastUsedAt?: number;
    /** Page that takes single rights. Absent: not permitted to the viewer, or there is one right. */
    readonly narrowHref?: string;
    /** Page that says what ends, and asks. Absent: not permitted to the viewer. */
    readonly endHref?: string;
    readonly tree: DelegationTreesModel;
  };

export const delegationPage = (model: DelegationModel): Html => {
  const { delegable } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'tree.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'delegations', false),
    body: html`<div class="page-head"><div class="row"><h1>${isolated(model.person)} <span aria-hidden="true">→</span><span class="unseen">${words.delegatedTo}</span> ${chosenName(model.agent)}</h1>
${headActions(
  [],
  [
    ...(model.narrowHref === undefined ? [] : [{ text: narrowWords.narrow, href: model.narrowHref }]),
    ...(model.endHref === undefined ? [] : [{ text: words.end, href: model.endHref, kind: 'danger' as const }]),
  ],
  plainText(model.agent, 60),
)}</div>
<p class="facts">${delegationTag(model.state)} ${copyable(model.id, { limit: 80 })}</p></div>
${delegationTrees(model.tree)}
<section aria-labelledby="facts" class="card"><h2 id="facts">${words.facts}</h2>
${factList([
  [words.person, personOf(model)],
  [
    words.agent,
    model.agentHref === undefined
      ? chosenName(model.agent)
      : html`<a href="${model.agentHref}">${chosenName(model.agent)}</a>`,
  ],
  [words.where, html`${isolated(model.resource, 120)} <code>${plainText(model.identifier, 200)}</code>`],
  [words.scopes, scopesOf(model.scopes, 200)],
  model.detailTypes.length > 0 && [
    words.details,
    words.detailsCount(
      model.detailTypes.length,
      commaList([...new Set(model.detailTypes)].slice(0, 20).map((type) => html`<code>${plainText(type, 80)}</code>`)),
    ),
  ],
  model.calledBy !== undefined && [words.calledBy, chosenName(model.calledBy)],
  [words.hop, String(model.depth)],
  [
    words.furtherHops,
    delegable.depth === 0 || delegable.agents.length === 0
      ? words.notDelegable
      : words.delegable(delegable.depth, commaList(delegable.agents.slice(0, 20).map((name) => chosenName(name)))),
  ],
  [words.created, timeText(model.createdAt)],
  [words.ends, timeText(model.until)],
  model.revokedAt !== undefined && [words.revokedAt, timeText(model.revokedAt)],
  model.lastUsedAt !== undefined && [words.lastUse, agoText(model.lastUsedAt)],
])}</section>`,
  });
};

const personOf = ({ person, href }: Pick<Shown, 'person' | 'href'>): Html =>
  href === undefined ? isolated(person) : html`<a href="${href}">${isolated(person)}</a>`;

const scopesOf = (scopes: readonly string[], most: number) => [
  commaList(
    scopes.slice(0, most).map((scope) => cellText(scope, 80)),
    words.noScopes,
  ),
  andMore(scopes.length - most),
];

export type DelegationRow = Shown & { readonly id: string; readonly delegationHref: string };

export type DelegationsModel = ListModel<DelegationRow> & {
  /** The person or agent to which the list is limited. */
  readonly of: readonly Text[];
  /** The form GETs it with the ticked ones as `id`. Absent: not permitted to the viewer. */
  readonly endAction?: string;
};

const COLUMNS: readonly Column<DelegationRow>[] = [
  {
    title: words.agent,
    cell: ({ agent, delegationHref }) => html`<a href="${delegationHref}">${chosenName(agent)}</a>`,
  },
  { title: words.person, cell: personOf },
  { title: words.where, cell: ({ resource }) => isolated(resource, 120) },
  { title: words.scopes, cell: ({ scopes }) => scopesOf(scopes, 20) },
  { title: registerWords.state, cell: ({ state }) => delegationTag(state, true) },
  { title: words.ends, cell: ({ until }) => agoText(until) },
];

/** With a box for each row that can end. */
const PICKED = withBoxes(COLUMNS, {
  chooseAll: bulkWords.chooseAll,
  choose: ({ agent, person }) => bulkWords.choose(chosenName(agent), isolated(person)),
  isOpen: ({ state }) => state !== 'revoked',
});

export const delegationsPage = (model: DelegationsModel): Html =>
  listPage(model, {
    ...{ place: 'delegations', title: words.listTitle, none: words.none, pagesLabel: words.pages },
    columns: model.endAction === undefined ? COLUMNS : PICKED,
    ...(model.endAction === undefined || model.rows.length === 0
      ? {}
      : {
          after: chosenForm(model.endAction, {
            withChosen: bulkWords.withChosen,
            button: bulkWords.end,
            chooseAll: bulkWords.chooseAll,
          }),
          alsoStyle: 'bulk.css' as const,
        }),
    lead: html`${words.listLead}${model.of.map((name) => html` ${words.of(isolated(name))}`)}`,
    wordsHint: words.searchHint,
    states: [{ value: 'active', text: words.states.active }],
  });
