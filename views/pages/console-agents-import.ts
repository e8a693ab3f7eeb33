/** Many agents from a list: the form, the preview with errors by line, the progress, and what was made. */
import { anyText, chosenName, englishText, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { commandBlock } from '../partials/command-block.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { copyButton } from '../partials/copy-button.ts';
import { figureTiles } from '../partials/figure-tiles.ts';
import { submit } from '../partials/submit.ts';
import { agentColumnWords, EXAMPLE_LIST, agentsImportWords as words } from '../words/console-agents-import.ts';
import { registerWords } from '../words/registries.ts';

/** Most characters of a pasted list. */
export const MOST_PASTED = 1_000_000;

type Links = { readonly action: string; readonly listHref: string };

const pageOf = (
  frame: ConsoleFrame,
  { heading, lead, body, script }: { heading: HtmlValue; lead?: HtmlValue; body: HtmlValue; script?: 'continue.js' },
): Html =>
  layout({
    frame,
    style: 'agents.css',
    // The bar of progress is that of a replay of policies.
    alsoStyle: script === undefined ? ['commands.css', 'charts.css', 'inventories.css'] : 'policy.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(frame, 'agents', false),
    ...(script === undefined ? {} : { script }),
    body: html`<div class="page-head"><h1>${heading}</h1>${lead !== undefined && html`<p class="lead">${lead}</p>`}</div>
${body}`,
  });

/** Sends files, too. */
const formOf = ({ csrf }: ConsoleFrame, action: string, more: Html, fields: HtmlValue): Html =>
  html`<form method="post" action="${action}" enctype="multipart/form-data"${more}><input type="hidden" name="csrf" value="${csrf}">${fields}</form>`;

const hidden = (values: Readonly<Record<string, string>>): HtmlValue =>
  Object.entries(values).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);

const REQUIRED: readonly string[] = ['name', 'purpose', 'environment'];

const COLUMN_FACTS = html`<dl class="facts">${Object.entries(agentColumnWords).map(
  ([name, meaning]) =>
    html`<div><dt><code>${name}</code></dt><dd>${meaning}${REQUIRED.includes(name) && html` <strong>(${words.required})</strong>`}</dd></div>`,
)}</dl>`;

/** The form POSTs `csrf`, `file` and `list`. */
export const agentsImportPage = (
  frame: ConsoleFrame,
  {
    action,
    listHref,
    most,
    list,
    error,
  }: Links & {
    readonly most: number;
    readonly list: string;
    readonly error?: Text | undefined;
  },
): Html => {
  const isPasted = list !== '';
  const fileError = isPasted ? undefined : error;
  return pageOf(frame, {
    ...{ heading: words.title, lead: words.lead(most) },
    body: html`${
      error !== undefined &&
      html`<div class="flash error" role="alert"><strong>${words.refusedList}</strong> <span><a href="#field-${isPasted ? 'list' : 'file'}">${words.toField}</a></span></div>`
    }
${formOf(
  frame,
  action,
  html` class="card form"`,
  html`
<div class="field"><label for="field-file">${words.file}</label>
<p class="hint" id="field-file-hint">${words.fileHint}</p>
<input type="file" id="field-file" name="file" accept=".csv,.ndjson,.jsonl,.json,.txt" aria-describedby="field-file-hint${fileError !== undefined && ' field-file-error'}"${fileError !== undefined && html` aria-invalid="true"`}>
${fileError !== undefined && html`<p class="error" id="field-file-error">${anyText(fileError, 400)}</p>`}</div>
<details class="fold"${isPasted && html` open`}><summary>${words.paste}</summary>
${textArea({
  ...{ name: 'list', label: words.list, value: list, rows: 6, maxLength: MOST_PASTED, code: true, optional: true },
  ...(isPasted && error !== undefined ? { error } : {}),
})}</details>
<div class="actions">${submit({ text: words.preview })} <a class="button plain" href="${listHref}">${registerWords.cancel}</a></div>`,
)}
<div class="how"><section class="card" aria-labelledby="columns"><h2 id="columns">${words.columns}</h2>
<p>${words.columnsLead}</p>
${COLUMN_FACTS}
<p class="copied"><button type="button" class="button quiet" data-download="agents.csv">${words.emptyFile}</button> ${copyButton(Object.keys(agentColumnWords).join(','), words.columns)}</p>
<h3>${words.example}</h3>
${commandBlock(EXAMPLE_LIST, words.example)}
<p>${words.jsonLead}</p></section></div>`,
  });
};

export type PreviewedAgent = {
  readonly line: number;
  readonly name: string;
  readonly environment: string;
  /** As the list names it; empty: the viewer. */
  readonly owner: string;
  /** Its id; empty: none. */
  readonly blueprint: string;
  readonly isPending: boolean;
};

export type WrongLine = {
  readonly line: number;
  readonly name: string;
  /** The member at fault, in the spelling of the API. */
  readonly errors: readonly { readonly member?: string; readonly given?: string; readonly text: HtmlValue }[];
};

/** The state in which an agent is registered. */
const stateTag = ({ isPending }: { readonly isPending: boolean }): Html =>
  html`<span class="tag ${isPending ? 'warn' : 'good'}">${isPending ? words.waits : words.active}</span>`;

const RIGHT: readonly Column<PreviewedAgent>[] = [
  { title: words.name, cell: ({ name }) => chosenName(name, 100) },
  { title: words.line, cell: ({ line }) => String(line) },
  { title: words.environment, cell: ({ environment }) => isolated(environment, 40) },
  { title: words.owner, cell: ({ owner }) => (owner === '' ? words.you : isolated(owner, 100)) },
  { title: registerWords.state, cell: stateTag },
];

const BLUEPRINT: Column<PreviewedAgent> = {
  title: words.blueprint,
  cell: ({ blueprint }) => (blueprint === '' ? '–' : html`<code>${plainText(blueprint, 80)}</code>`),
};

const WRONG: readonly Column<WrongLine>[] = [
  { title: words.name, cell: ({ name }) => (name === '' ? '–' : chosenName(name, 100)) },
  { title: words.line, cell: ({ line }) => String(line) },
  {
    title: words.error,
    cell: ({ errors }) =>
      errors.map(
        ({ member, given, text }) =>
          html`<span class="line">${member !== undefined && html`<code>${plainText(member, 100)}</code>${given !== undefined && html` “${isolated(given, 60)}”`}: `}${text}</span>`,
      ),
  },
];

/** Of more rows than this the buttons also stand above the tables. */
const LONG = 10;

/** Rows of a table. */
const MOST_ROWS = 100;

const rowsOf = <Row>(id: string, title: Phrase, columns: readonly Column<Row>[], rows: readonly Row[]): Html | false =>
  rows.length > 0 &&
  html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${table(columns, rows.slice(0, MOST_ROWS), id)}
${rows.length > MOST_ROWS && html`<p class="hint">${words.firstOf(MOST_ROWS, rows.length)}</p>`}</section>`;

/** The form POSTs `csrf` and what `carried` has. */
export const previewAgentsPage = (
  frame: ConsoleFrame,
  {
    right,
    wrong,
    carried,
    action,
    listHref,
  }: Links & {
    readonly right: readonly PreviewedAgent[];
    readonly wrong: readonly WrongLine[];
    readonly carried: Readonly<Record<string, string>>;
  },
): Html => {
  const columns = right.some(({ blueprint }) => blueprint !== '') ? [...RIGHT, BLUEPRINT] : RIGHT;
  const isLong = right.length + wrong.length > LONG;
  const buttons = (form?: string): Html =>
    html`<div class="actions">${right.length > 0 && submit({ text: words.confirm(right.length), ...(form === undefined ? {} : { form }) })} <a class="button plain" href="${action}">${words.begin}</a> <a class="button plain" href="${listHref}">${registerWords.cancel}</a></div>`;
  return pageOf(frame, {
    heading: right.length === 0 ? words.previewNone : words.previewOf(right.length),
    ...(right.some(({ isPending }) => isPending) ? { lead: words.previewLead } : {}),
    body: html`${wrong.length > 0 && html`<div class="flash warning" role="note"><span>${words.wrongLead(wrong.length)}</span></div>`}${isLong && buttons('register')}
${rowsOf('wrong', words.wrong, WRONG, wrong)}
${rowsOf('right', words.right, columns, right)}
${formOf(
  frame,
  action,
  html` class="form" id="register"`,
  html`${right.length > 0 && hidden(carried)}
${buttons()}`,
)}`,
  });
};

/** The form POSTs `csrf` and what `carried` has; a script sends it by itself. */
export const importingAgentsPage = (
  frame: ConsoleFrame,
  {
    done,
    all,
    next,
    made,
    refused,
    carried,
    action,
  }: {
    readonly done: number;
    readonly all: number;
    /** Agents of the next step. */
    readonly next: number;
    /** Agents registered, and lines refused, so far. */
    readonly made: number;
    readonly refused: number;
    readonly carried: Readonly<Record<string, string>>;
    readonly action: string;
  },
): Html =>
  pageOf(frame, {
    ...{ heading: words.running(done, all), lead: words.runningLead, script: 'continue.js' },
    body: formOf(
      frame,
      action,
      html` class="card form" data-continue`,
      html`${hidden(carried)}<progress max="${all}" value="${done}" aria-label="${words.running(done, all)}"></progress>
<p>${words.soFar(made, refused)}</p>
<div class="actions">${submit({ text: words.goOn(next) })}</div>`,
    ),
  });

export type MadeAgent = {
  readonly line: number;
  readonly name: string;
  readonly id: string;
  readonly href: string;
  readonly isPending: boolean;
};

/** `error` exists in English only. */
export type RefusedAgent = {
  readonly line: number;
  readonly name: string;
  readonly error: string;
};

const MADE: readonly Column<MadeAgent>[] = [
  { title: words.name, cell: ({ name, href }) => html`<a href="${href}">${chosenName(name, 100)}</a>` },
  { title: words.line, cell: ({ line }) => String(line) },
  { title: registerWords.id, cell: ({ id }) => html`<code>${plainText(id, 80)}</code>` },
  { title: registerWords.state, cell: stateTag },
];

const REFUSED: readonly Column<RefusedAgent>[] = [
  { title: words.name, cell: ({ name }) => (name === '' ? '–' : chosenName(name, 100)) },
  { title: words.line, cell: ({ line }) => String(line) },
  { title: words.error, cell: ({ error }) => html`<span class="long">${englishText(error, 400)}</span>` },
];

/** The form POSTs `csrf`, `results`, and `file`: `made` or `refused`. */
export const importedAgentsPage = (
  frame: ConsoleFrame,
  {
    made,
    refused,
    results,
    fileAction,
    listHref,
  }: {
    readonly made: readonly MadeAgent[];
    readonly refused: readonly RefusedAgent[];
    readonly results: string;
    readonly fileAction: string;
    readonly listHref: string;
  },
): Html => {
  const pending = made.filter(({ isPending }) => isPending).length;
  return pageOf(frame, {
    heading: words.result(made.length, made.length + refused.length),
    body: html`${figureTiles(words.counts, [
      { figure: made.length - pending, label: words.tiles.active },
      { figure: pending, label: words.tiles.pending },
      { figure: refused.length, label: words.notMade, isUrgent: refused.length > 0 },
    ])}
${rowsOf('refused', words.notMade, REFUSED, refused)}
${rowsOf('made', words.made, MADE, made)}
${formOf(
  frame,
  fileAction,
  html` class="form"`,
  html`${hidden({ results })}
<div class="actions"><a class="button primary" href="${listHref}">${words.toAgents}</a> ${
    made.length > 0 && submit({ text: words.madeFile, kind: 'plain', name: 'file', value: 'made' })
  } ${refused.length > 0 && submit({ text: words.refusedFile(refused.length), kind: 'plain', name: 'file', value: 'refused' })}</div>`,
)}`,
  });
};
