import { chosenName, codeName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { type BulkOutcome, bulkOutcomePage, bulkPage, OUTCOME_LOOKS } from '../partials/bulk-page.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, commaList, type Fact, factList, registeredState, table } from '../partials/console-list.ts';
import { submit } from '../partials/submit.ts';
import { disablePersonWords } from '../words/console-disable-person.ts';
import { peopleWords } from '../words/console-people.ts';
import { peopleBulkWords as words } from '../words/console-people-bulk.ts';
import { registerWords } from '../words/registries.ts';
import { type Linked, linkLines, type Some } from './console-disable-person.ts';
import { type Role, roleNames } from './console-people.ts';

/** A chosen person. Without `facts` there is no such account. */
export type ChosenPerson = {
  readonly id: string;
  readonly facts?: {
    readonly href: string;
    readonly name: string;
    readonly username: string;
    readonly state: 'active' | 'disabled';
  };
};

type Count = { readonly count: number; readonly more: boolean };

/** What ends with one account. */
export type PersonEnds = {
  readonly roles: readonly Role[];
  readonly sessions: Count;
  readonly delegations: Count;
  readonly standing: Count;
};

/** `ends`: of an account that would be disabled. Otherwise `kind` and `text` say why not. */
export type PersonForecast = { readonly one: ChosenPerson } & (
  | { readonly ends: PersonEnds }
  | { readonly kind: BulkOutcome; readonly text: HtmlValue }
);

const endsText = ({ roles, sessions, delegations, standing }: PersonEnds): HtmlValue => {
  const texts = [
    sessions.count > 0 && words.counts.sessions(sessions.count, sessions.more),
    delegations.count > 0 && words.counts.delegations(delegations.count, delegations.more),
    standing.count > 0 && words.counts.standing(standing.count, standing.more),
    roles.length > 0 && words.roles(roleNames(roles)),
  ].filter((text) => text !== false);
  return commaList(texts, words.nothingElse);
};

const columns = (title: Phrase): readonly Column<PersonForecast>[] => [
  {
    title: peopleWords.person,
    cell: ({ one: { id, facts } }) =>
      facts
        ? html`<a href="${facts.href}">${chosenName(facts.name)}</a> ${codeName(facts.username)}`
        : html`<code>${plainText(id, 80)}</code>`,
  },
  { title: registerWords.state, cell: ({ one: { facts } }) => (facts ? registeredState(facts.state) : '–') },
  {
    title,
    cell: (row) =>
      'ends' in row
        ? html`<span class="long">${endsText(row.ends)}</span>`
        : html`<span class="tag ${OUTCOME_LOOKS[row.kind]}">${words.outcomes[row.kind]}</span> <span class="long">${row.text}</span>`,
  },
];

/** The form POSTs `csrf` and `account` for each that is disabled to `action`. */
export type DisablePeopleModel = ConsoleFrame & {
  readonly action: string;
  readonly listHref: string;
  readonly rows: readonly PersonForecast[];
  /** Of all of them together. */
  readonly agents: Some<Linked>;
  readonly groups: Some<Linked>;
};

/** Says of each chosen account what ends with it, and what all leave together, and asks. */
export const disablePeoplePage = (model: DisablePeopleModel): Html => {
  const { rows, agents, groups } = model;
  const changing = rows.filter((row) => 'ends' in row);
  const others = rows.filter((row) => !('ends' in row));
  const back = html`<a href="${model.listHref}">${words.back}</a>`;
  const left: readonly (Fact | false)[] = [
    agents.items.length > 0 && [disablePersonWords.agents, linkLines(agents)],
    groups.items.length > 0 && [disablePersonWords.groups, linkLines(groups)],
  ];
  const heading = changing.length === 0 ? words.title : words.asked(changing.length);
  return bulkPage(
    model,
    { place: 'people', title: words.title, heading },
    rows.length === 0
      ? html`<p class="empty">${words.nothingChosen} ${back}</p>`
      : html`<p class="lead">${changing.length === 0 ? words.nothingChanges : words.lead}</p>
<section aria-labelledby="chosen"><h2 id="chosen" class="unseen">${words.chosen}</h2>
${changing.length > 0 && table(columns(words.ends), changing, 'chosen')}
${others.length > 0 && html`<h3 id="others">${words.others(others.length)}</h3>${table(columns(registerWords.what), others, 'others')}`}</section>
${left.some((fact) => fact !== false) && html`<section aria-labelledby="together" class="card"><h2 id="together">${words.together}</h2>${factList(left)}</section>`}
${
  changing.length === 0
    ? html`<p>${back}</p>`
    : html`<form method="post" action="${model.action}" class="form"><input type="hidden" name="csrf" value="${model.csrf}">${changing.map(
        ({ one }) => html`<input type="hidden" name="account" value="${one.id}">`,
      )}
<div class="actions">${submit({ text: words.disableSome(changing.length), kind: 'destructive' })} <a class="button plain" href="${model.listHref}">${registerWords.cancel}</a></div></form>`
}`,
  );
};

/** Shows for each account whether it was disabled, and otherwise why not. */
export const disabledPeoplePage = (
  model: ConsoleFrame & { readonly listHref: string; readonly rows: readonly PersonForecast[] },
): Html =>
  bulkOutcomePage(model, {
    ...{ place: 'people', title: words.title, heading: words.result, chosen: words.chosen },
    outcomes: model.rows.map((row) => ('kind' in row ? row.kind : undefined)),
    table: table(columns(words.happened), model.rows, 'chosen'),
    ...{ backHref: model.listHref, back: words.back },
  });
