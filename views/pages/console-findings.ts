import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { agentRows } from '../partials/agent-rows.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, table } from '../partials/console-list.ts';
import { numberPhrase } from '../time-text.ts';
import { agentListWords, findingWords as words } from '../words/console-agents.ts';
import { clientWords } from '../words/console-software.ts';
import type { ClientException, Finding, FindingKind, Severity } from './console-model.ts';

export type FindingsModel = ConsoleFrame & {
  readonly findings: readonly Finding[];
  /** For a role that sees all clients. */
  readonly exceptions?: { readonly rows: readonly ClientException[]; readonly isMore: boolean };
  /** Set if the page searched only this many of the newest agents for ends and blocks. */
  readonly countedOnly?: number;
};

export const nothingFound = html`<p class="empty">${words.nothing}</p>`;

export const findingsPage = (model: FindingsModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'findings'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${model.countedOnly !== undefined && html`<p class="hint">${words.countedOnly(numberPhrase(model.countedOnly))}</p>`}
${model.findings.length === 0 && !model.exceptions?.rows.length && nothingFound}
${model.findings.map(finding)}
${model.exceptions !== undefined && model.exceptions.rows.length > 0 && exceptionList(model.exceptions)}`,
  });

/** How much depends on it: whether another party could act with it now, whether access ends, or whether nothing happens meanwhile. */
const SEVERITY = {
  orphaned: 'high',
  secrets: 'high',
  expiring: 'medium',
  stopped: 'medium',
  exceptions: 'medium',
  pending: 'low',
  unused: 'low',
} as const satisfies Record<FindingKind | 'exceptions', Severity>;

const severityTag = (kind: FindingKind | 'exceptions'): Html =>
  html`<span class="risk ${SEVERITY[kind]}">${words.severity[SEVERITY[kind]]}</span>`;

const actOn = (text: Phrase, href: string, about: string): Html =>
  html`<a class="button plain" href="${href}">${text}<span class="unseen"> ${plainText(about, 60)}</span></a>`;

const EXCEPTION_COLUMNS: readonly Column<ClientException>[] = [
  {
    title: clientWords.client,
    cell: ({ href, name, id }) => html`<a href="${href}">${chosenName(name)}</a><code>${plainText(id, 120)}</code>`,
  },
  {
    title: clientWords.facts.exceptions,
    cell: ({ exceptions }) => commaList(exceptions.map((one) => clientWords.exceptions[one])),
  },
  {
    ...{ title: agentListWords.act, isActions: true },
    cell: ({ href, changeHref, name }) =>
      changeHref === undefined ? actOn(words.acts.look, href, name) : actOn(words.acts.change, changeHref, name),
  },
];

const exceptionList = ({ rows, isMore }: NonNullable<FindingsModel['exceptions']>): Html => {
  const { title, meaning } = words.kinds.exceptions;
  return html`<section aria-labelledby="exceptions"><div class="page-head"><h2 id="exceptions">${severityTag('exceptions')} ${title} <span class="tag">${rows.length}${isMore && '+'}</span></h2><p class="hint">${meaning}</p></div>
${table(EXCEPTION_COLUMNS, rows, 'exceptions')}
${isMore && html`<p class="hint">${words.moreClients}</p>`}</section>`;
};

/** `at`: heading of the column with a time, if there is one. */
type Kind = { readonly title: Phrase; readonly meaning: Phrase; readonly at?: Phrase };

const finding = ({ kind, agents, act, moreHref }: Finding): Html => {
  const { title, meaning, at }: Kind = words.kinds[kind];
  return html`<section aria-labelledby="${kind}"><div class="page-head"><h2 id="${kind}">${severityTag(kind)} ${title} <span class="tag">${agents.length}${moreHref !== undefined && '+'}</span></h2><p class="hint">${meaning}</p></div>
${agentRows(agents, { ...(at === undefined ? {} : { at }), act: ({ href, name }) => actOn(words.acts[act.name], `${href}${act.tail}`, name) })}
${moreHref !== undefined && html`<p><a href="${moreHref}">${words.allOfThem}</a></p>`}</section>`;
};
