import { isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, phrase } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, commaList, type ListModel, listPage, registeredState } from '../partials/console-list.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { agoText, durationPhrase, numberPhrase } from '../time-text.ts';
import { budgetWords as words } from '../words/console-budgets.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type BudgetRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly about: keyof typeof words.abouts;
  /** Name of the agent, owner or person, or its id. */
  readonly subject: string;
  readonly measure: keyof typeof words.measures;
  readonly limit: number;
  readonly used: number;
  readonly windowSeconds: number;
  readonly currency?: string;
  readonly state: 'active' | 'disabled';
};

/** The amount in the window that ends now, of the limit. */
const useOf = ({ used, limit }: Pick<BudgetRow, 'used' | 'limit'>) =>
  words.usedOf(
    numberPhrase(used),
    numberPhrase(limit),
    limit === 0 ? undefined : Math.min(999, Math.round((100 * used) / limit)),
  );

const share = ({ used, limit }: Pick<BudgetRow, 'used' | 'limit'>): number =>
  limit === 0 ? 100 : Math.min(100, Math.round((100 * used) / limit));

/** The share that is used, for the eye; amber from 80 %. The number is beside it. */
const useBar = (one: Pick<BudgetRow, 'used' | 'limit'>): Html =>
  html`<svg class="use-bar${share(one) >= 80 && ' nearly'}" aria-hidden="true" viewbox="0 0 100 4" preserveaspectratio="none"><rect class="whole-bar" x="0" y="0" width="100" height="4"></rect><rect x="0" y="0" width="${share(one)}" height="4"></rect></svg>`;

const unitOf = ({ measure, currency }: Pick<BudgetRow, 'measure' | 'currency'>): Html =>
  html`${words.measures[measure]}${currency !== undefined && html`, ${isolated(currency, 20)}`}`;

const subjectText = ({ about, subject }: Pick<BudgetRow, 'about' | 'subject'>): HtmlValue =>
  words.subjects[about](html`<strong>${isolated(subject, 100)}</strong>`);

/** The limit with its unit. */
const limitText = ({ limit, measure, currency }: Pick<BudgetRow, 'limit' | 'measure' | 'currency'>): HtmlValue =>
  measure === 'amount'
    ? html`<strong>${numberPhrase(limit)}${currency !== undefined && html` ${isolated(currency, 20)}`}</strong>`
    : html`<strong>${numberPhrase(limit)}</strong> ${words.measures[measure]}`;

const COLUMNS: readonly Column<BudgetRow>[] = [
  { title: words.budget, cell: ({ href, name }) => html`<a href="${href}">${isolated(name, 100)}</a>` },
  {
    title: words.whom,
    cell: ({ about, subject }) => html`${isolated(subject, 100)} <span class="line hint">${words.abouts[about]}</span>`,
  },
  {
    title: words.used,
    cell: (row) =>
      html`${useOf(row)} ${useBar(row)}<span class="line hint">${unitOf(row)} ${words.within(durationPhrase(row.windowSeconds))}</span>`,
  },
  { title: registerWords.state, cell: ({ state }) => registeredState(state) },
];

export const budgetsPage = (model: ListModel<BudgetRow>): Html =>
  listPage(model, {
    ...{ place: 'budgets', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.budgets, wordsHint: words.searchHint, newText: words.make },
  });

export type BudgetModel = ConsoleFrame & {
  readonly budget: BudgetRow & {
    readonly subjectHref?: string;
    readonly resource?: string;
    readonly scopes?: readonly string[];
    readonly detailType?: string;
    /** null: amounts have no currency. */
    readonly currencyMember?: string | null;
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  readonly actions: readonly ObjectAction[];
  readonly auditLogHref?: string;
};

/** The use now, and the budget as a sentence. */
export const budgetNow = (budget: BudgetRow & { readonly resource?: string }): Html =>
  html`<section aria-labelledby="used" class="card"><h2 id="used">${words.used}</h2>
<div class="big-use">${useOf(budget)}</div>
${useBar(budget)}
<p>${words.says(subjectText(budget), limitText(budget), durationPhrase(budget.windowSeconds), budget.resource === undefined ? undefined : isolated(budget.resource, 300))}</p></section>`;

type Kind = keyof typeof words.subjectLabels;

/** One text for each kind. agents.css shows that of the chosen kind; a browser that cannot shows `any`. */
const byKind = (any: Phrase, texts: Readonly<Record<Kind, Phrase>>): Phrase => {
  const all = html`<span class="any-kind">${any}</span>${Object.entries(texts).map(
    ([kind, text]) => html` <span class="of-kind ${kind}-kind">${text}</span>`,
  )}`;
  return phrase({ en: all, de: all });
};

/** Label and hint of the field that names whom a budget limits. */
export const subjectWords = {
  label: byKind(words.subject, words.subjectLabels),
  hint: byKind(words.subjectHint, words.subjectHints),
};

/** A part of the sentence: budget-sentence.js fills in what the field of this name says. */
const said = (name: string): Html => html`<strong data-of="${name}">…</strong>`;

/** The budget as one sentence, for a form whose fields say it. Hidden without the script. */
export const budgetSentence: Html = html`<p class="sentence" data-sentence hidden>${words.saysSoFar(
  Object.entries(words.subjects).map(
    ([kind, about]) => html`<span class="of-kind ${kind}-kind">${about(html`<bdi>${said('subject')}</bdi>`)}</span>`,
  ),
  html`${said('limit')} ${Object.entries(words.measuresSoFar).map(
    ([measure, text]) => html`<span data-is="measure" data-value="${measure}" hidden>${text}</span>`,
  )}`,
  html`<strong data-time="window_seconds">…</strong>`,
)}<span data-with="resource" hidden> ${words.onlyAt(html`<bdi>${said('resource')}</bdi>`)}</span></p>`;

/** What the limit of a budget counts, beside the number. */
export const limitUnit = ({
  measure,
  currency,
}: {
  readonly measure: BudgetRow['measure'];
  readonly currency?: string | undefined;
}): Html =>
  measure === 'amount' && currency !== undefined ? isolated(currency, 20) : html`${words.measures[measure]}`;

export const budgetPage = ({ budget, actions, auditLogHref, ...frame }: BudgetModel): Html =>
  objectPage(frame, {
    ...{ place: 'budgets', title: words.budget, name: budget.name, id: budget.id, actions },
    state: registeredState(budget.state),
    first: budgetNow(budget),
    facts: [
      [
        words.whom,
        html`${
          budget.subjectHref === undefined
            ? isolated(budget.subject, 100)
            : html`<a href="${budget.subjectHref}">${isolated(budget.subject, 100)}</a>`
        } <span class="line hint">${words.abouts[budget.about]}</span>`,
      ],
      budget.resource !== undefined && [words.resource, isolated(budget.resource, 300)],
      budget.scopes !== undefined && [
        words.scopes,
        commaList(budget.scopes.slice(0, 50).map((scope) => html`<code>${plainText(scope, 80)}</code>`)),
      ],
      budget.detailType !== undefined && [words.detailType, html`<code>${plainText(budget.detailType, 200)}</code>`],
      budget.currencyMember !== undefined && [
        words.currencyMember,
        budget.currencyMember === null ? words.noCurrency : html`<code>${plainText(budget.currencyMember, 200)}</code>`,
      ],
      [registerWords.made, agoText(budget.createdAt)],
      [registerWords.changed, agoText(budget.updatedAt)],
    ],
    ...(auditLogHref === undefined ? {} : { auditLogHref }),
  });
