import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { type BulkOutcome, bulkOutcomePage, bulkPage, OUTCOME_LOOKS } from '../partials/bulk-page.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { submit } from '../partials/submit.ts';
import { delegationWords } from '../words/console-delegations.ts';
import { delegationBulkWords as words } from '../words/console-delegations-bulk.ts';
import { registerWords } from '../words/registries.ts';
import { type DelegationState, delegationTag } from './delegation-tree.ts';

/** A chosen delegation. Without `facts` the viewer may not see it. */
export type ChosenDelegation = {
  readonly id: string;
  readonly facts?: {
    readonly href: string;
    readonly agent: string;
    /** A phrase of ours, if the viewer may not know the person. */
    readonly person: Text;
    readonly resource: string;
    readonly state: DelegationState;
  };
};

/** `kind` is absent for one that changes. */
export type DelegationForecast = {
  readonly one: ChosenDelegation;
  readonly kind?: BulkOutcome;
  readonly text: HtmlValue;
};

const columns = (title: Phrase): readonly Column<DelegationForecast>[] => [
  {
    title: delegationWords.agent,
    cell: ({ one: { id, facts } }) =>
      html`${facts && html`<a href="${facts.href}">${chosenName(facts.agent)}</a> `}<code>${plainText(id, 80)}</code>`,
  },
  { title: delegationWords.person, cell: ({ one: { facts } }) => (facts ? isolated(facts.person) : '–') },
  { title: delegationWords.where, cell: ({ one: { facts } }) => (facts ? isolated(facts.resource, 120) : '–') },
  { title: registerWords.state, cell: ({ one: { facts } }) => (facts ? delegationTag(facts.state, true) : '–') },
  {
    title,
    cell: ({ kind, text }) =>
      html`${kind !== undefined && html`<span class="tag ${OUTCOME_LOOKS[kind]}">${words.outcomes[kind]}</span> `}<span class="long">${text}</span>`,
  },
];

/** The form POSTs `csrf` and `delegation` for each that ends to `action`. */
export type DelegationsEndModel = ConsoleFrame & {
  readonly action: string;
  readonly listHref: string;
  readonly rows: readonly DelegationForecast[];
};

/** Says of each chosen delegation what ends with it, and asks. */
export const endDelegationsPage = (model: DelegationsEndModel): Html => {
  const ending = model.rows.filter(({ kind }) => kind === undefined);
  const others = model.rows.filter(({ kind }) => kind !== undefined);
  const back = html`<a href="${model.listHref}">${words.back}</a>`;
  const heading = ending.length === 0 ? words.title : words.asked(ending.length);
  return bulkPage(
    model,
    { place: 'delegations', title: words.title, heading },
    model.rows.length === 0
      ? html`<p class="empty">${words.nothingChosen} ${back}</p>`
      : html`<p class="lead">${ending.length === 0 ? words.nothingChanges : words.lead}</p>
<section aria-labelledby="chosen"><h2 id="chosen" class="unseen">${words.chosen}</h2>
${table(columns(words.happens), [...ending, ...others], 'chosen')}
${others.length > 0 && ending.length > 0 && html`<p class="hint">${words.others(others.length)}</p>`}</section>
${
  ending.length === 0
    ? html`<p>${back}</p>`
    : html`<form method="post" action="${model.action}" class="form"><input type="hidden" name="csrf" value="${model.csrf}">${ending.map(
        ({ one }) => html`<input type="hidden" name="delegation" value="${one.id}">`,
      )}
<div class="actions">${submit({ text: words.endSome(ending.length), kind: 'destructive' })} <a class="button plain" href="${model.listHref}">${registerWords.cancel}</a></div></form>`
}`,
  );
};

/** Shows for each delegation whether it ended, and otherwise why not. */
export const endedDelegationsPage = (
  model: ConsoleFrame & { readonly listHref: string; readonly rows: readonly DelegationForecast[] },
): Html =>
  bulkOutcomePage(model, {
    ...{ place: 'delegations', title: words.title, heading: words.result, chosen: words.chosen },
    outcomes: model.rows.map(({ kind }) => kind),
    table: table(columns(words.happened), model.rows, 'chosen'),
    ...{ backHref: model.listHref, back: words.back },
  });
