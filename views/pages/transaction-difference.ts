/** Two transactions beside one another: what only one did, and what both did, how often. */
import { anyName, cellText, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { type Column, table } from '../partials/console-list.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { transactionWords as words } from '../words/console-transaction.ts';
import { wordOf } from '../words/word-of.ts';

export type DifferenceRow = {
  readonly agent: Text;
  readonly api: string;
  /** Scopes of tokens, or the tool or route of calls. */
  readonly what: string;
  /** Grade of the tokens, or outcome of the calls. */
  readonly result: string;
  readonly isCall: boolean;
  /** How often in this transaction, and in the other one. */
  readonly here: number;
  readonly there: number;
};

export type TransactionDifference = {
  readonly other: { readonly id: string; readonly href: string };
  /** Those that differ first. */
  readonly lines: readonly DifferenceRow[];
  /** There are more tokens or lines than are compared. */
  readonly isMore: boolean;
};

/** `difference`: a text says why there is none. */
export const compared = (path: string, asked: string, difference: TransactionDifference | Text | undefined): Html =>
  html`<section class="card" aria-labelledby="compare"><h2 id="compare">${words.compare}</h2>
<form method="get" role="search" aria-labelledby="compare" action="${path}" class="filters few">${field({
    ...{ name: 'against', label: words.against, value: asked, autocomplete: 'off', maxLength: 128, optional: true },
    ...(difference !== undefined && !isDifference(difference) ? { error: difference } : {}),
  })}
<div class="actions">${submit({ text: words.compareNow, kind: 'plain' })}</div></form>
${isDifference(difference) && result(difference)}</section>`;

const isDifference = (given: TransactionDifference | Text | undefined): given is TransactionDifference =>
  typeof given === 'object' && 'lines' in given;

const result = ({ other, lines, isMore }: TransactionDifference): Html => {
  const differing = lines.filter(({ here, there }) => here !== there).length;
  return html`<p>${differing === 0 ? words.noDifference : words.differences(differing)} <a href="${other.href}"><code>${plainText(other.id, 80)}</code></a></p>
${lines.length > 0 && table(COLUMNS, lines, 'compare')}
${isMore && html`<p class="hint">${words.comparedFirst}</p>`}`;
};

const COLUMNS: readonly Column<DifferenceRow>[] = [
  {
    title: words.did,
    cell: ({ what, isCall }) =>
      html`<span class="tag still">${isCall ? words.aCall : words.token}</span> <code>${plainText(what, 120)}</code>`,
  },
  { title: words.agent, cell: ({ agent }) => anyName(agent) },
  { title: words.api, cell: ({ api }) => isolated(api, 120) },
  {
    title: words.result,
    cell: ({ result: outcome }) => wordOf(words.grades, outcome) ?? cellText(outcome, 40),
  },
  {
    title: words.here,
    cell: ({ here, there }) => html`<span class="tag ${here === there ? 'still' : 'warn'}">${here}</span>`,
  },
  { title: words.there, cell: ({ there }) => html`<span class="tag still">${there}</span>` },
];
