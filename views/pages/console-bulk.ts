import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { type AgentState, stateTag } from '../partials/agent-state.ts';
import { type BulkOutcome, bulkOutcomePage, bulkPage, OUTCOME_LOOKS } from '../partials/bulk-page.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { agentWords } from '../words/agent.ts';
import { agentListWords } from '../words/console-agents.ts';
import { bulkWords as words } from '../words/console-bulk.ts';
import { agentFormWords } from '../words/console-forms.ts';

export const BULK_DEEDS = ['suspend', 'hand-over', 'retire'] as const;
export type BulkDeed = (typeof BULK_DEEDS)[number];

/** A chosen agent. Without `facts` the viewer may not see it. */
export type BulkAgent = {
  readonly id: string;
  readonly facts?: {
    readonly name: string;
    readonly href: string;
    readonly ownerName: string;
    readonly state: AgentState;
    readonly isStopped: boolean;
  };
};

type Forecast = keyof typeof words.forecasts;

type Row<Kind> = { readonly agent: BulkAgent; readonly kind: Kind; readonly text: HtmlValue };
export type ForecastRow = Row<Forecast>;
export type OutcomeRow = Row<BulkOutcome>;

/** The form POSTs `csrf`, `do`, `list`, `agent` for each agent that changes, and `owner` or `confirm` to `action`. */
export type BulkPreviewModel = ConsoleFrame & {
  readonly deed: BulkDeed;
  readonly action: string;
  /** The list, filtered as it was. */
  readonly listHref: string;
  /** Value of `list`. */
  readonly list: string;
  readonly rows: readonly ForecastRow[];
  /** Values of `agent`: those that change. */
  readonly changes: readonly string[];
  /** What the user typed into the field of the action. */
  readonly typed: string;
  readonly error?: Text;
};

const LOOKS: Readonly<Record<Forecast | BulkOutcome, string>> = {
  ...{ changes: 'good', stays: 'still', cannot: 'off' },
  ...OUTCOME_LOOKS,
};

const columns = <Kind extends Forecast | BulkOutcome>(
  title: Phrase,
  kinds: Readonly<Record<Kind, Phrase>>,
): readonly Column<Row<Kind>>[] => [
  {
    title: agentWords.agent,
    cell: ({ agent: { id, facts } }) =>
      html`${facts && html`<a href="${facts.href}">${chosenName(facts.name)}</a> `}<code>${plainText(id, 80)}</code>`,
  },
  { title: agentListWords.owner, cell: ({ agent: { facts } }) => (facts ? isolated(facts.ownerName) : '–') },
  {
    title: agentListWords.state,
    cell: ({ agent: { facts } }) => (facts ? stateTag(facts.state, facts.isStopped) : '–'),
  },
  {
    title,
    cell: ({ kind, text }) =>
      html`${kind !== 'changes' && html`<span class="tag ${LOOKS[kind]}">${kinds[kind]}</span> `}<span class="long">${text}</span>`,
  },
];

/** Shows what an action does to each chosen agent, and asks for confirmation. */
export const bulkPreviewPage = (model: BulkPreviewModel): Html => {
  const { deed, rows, changes } = model;
  const changing = rows.filter(({ kind }) => kind === 'changes');
  const others = rows.filter(({ kind }) => kind !== 'changes');
  const back = html`<a href="${model.listHref}">${words.backToList}</a>`;
  const heading = changes.length === 0 ? words.title : words.asked[deed](changes.length);
  return bulkPage(
    model,
    { place: 'agents', title: words.title, heading },
    rows.length === 0
      ? html`<p class="empty">${words.nothingChosen} ${back}</p>`
      : html`<p class="lead">${changes.length === 0 ? words.nothingChanges : words.leads[deed]}</p>
${deed === 'hand-over' && changes.length > 0 && html`<div class="flash warning">${words.handOverEnds}</div>`}
<section aria-labelledby="chosen"><h2 id="chosen" class="unseen">${words.agents}</h2>
${changing.length > 0 && table(columns(words.happens, words.forecasts), changing, 'chosen')}
${others.length > 0 && html`<h3 id="others">${words.others(others.length)}</h3>${table(columns(words.happens, words.forecasts), others, 'others')}`}</section>
${changes.length === 0 ? html`<p>${back}</p>` : confirmation(model)}`,
  );
};

const confirmation = (model: BulkPreviewModel): Html => {
  const { deed, action, csrf, list, changes, typed, error } = model;
  const shared = { value: typed, autocomplete: 'off', ...(error === undefined ? {} : { error }) };
  return html`<form method="post" action="${action}" class="${deed !== 'suspend' && 'card '}form"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="do" value="${deed}"><input type="hidden" name="list" value="${list}">${changes.map(
    (value) => html`<input type="hidden" name="agent" value="${value}">`,
  )}
${
  deed === 'hand-over' &&
  field({ name: 'owner', label: agentFormWords.newOwner, hint: agentFormWords.newOwnerHint, maxLength: 100, ...shared })
}${
  deed === 'retire' &&
  field({
    ...{ name: 'confirm', label: words.howMany, maxLength: 20, inputMode: 'numeric', ...shared },
    hint: words.confirm(html`<strong>${changes.length}</strong>`),
  })
}
<div class="actions">${submit({ text: words.buttons[deed](changes.length), kind: deed === 'retire' ? 'destructive' : 'primary' })} <a class="button plain" href="${model.listHref}">${agentFormWords.cancel}</a></div>
</form>`;
};

export type BulkResultModel = ConsoleFrame & {
  readonly deed: BulkDeed;
  readonly listHref: string;
  readonly rows: readonly OutcomeRow[];
};

/** Shows for each agent whether the action was done, and otherwise why not. */
export const bulkResultPage = (model: BulkResultModel): Html => {
  const { deed, rows, listHref } = model;
  return bulkOutcomePage(model, {
    ...{ place: 'agents', title: words.title, heading: words.results[deed], chosen: words.agents },
    outcomes: rows.map(({ kind }) => kind),
    table: table(columns(words.happened, words.outcomes), rows, 'chosen'),
    ...{ backHref: listHref, back: words.backToList },
  });
};
