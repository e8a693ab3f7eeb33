/** The import of a list of apps: the choice of a system, and the files. */
import { anyText, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { breadcrumbs } from '../partials/breadcrumbs.ts';
import { commandBlock } from '../partials/command-block.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { textArea } from '../partials/controls.ts';
import { copyButton } from '../partials/copy-button.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { agoText } from '../time-text.ts';
import { inventoryWords } from '../words/console-inventories.ts';
import { importWords as words } from '../words/console-inventory-import.ts';
import { SYSTEMS } from '../words/inventory-exports.ts';
import { columnWords, systemWords } from '../words/inventory-systems.ts';
import {
  type ImportLinks,
  type ImportTimes,
  type InventorySystem,
  isOneFile,
  isPlain,
  type LastImport,
  systemCards,
} from './inventory-systems.ts';

/** Most characters of a pasted list. */
export const MOST_CHARACTERS = 1_000_000;

type Step = {
  readonly title: Phrase;
  readonly heading: HtmlValue;
  readonly lead?: HtmlValue;
  /** Pages between the list and this one. */
  readonly above: readonly { readonly href: string; readonly name: HtmlValue }[];
  readonly here: HtmlValue;
  readonly body: HtmlValue;
};

/** A page of the import. */
export const importStep = (
  frame: ConsoleFrame,
  { listHref }: ImportLinks,
  { title, heading, lead, above, here, body }: Step,
): Html =>
  layout({
    frame,
    style: 'agents.css',
    alsoStyle: ['charts.css', 'commands.css', 'inventories.css'],
    title,
    width: 'wide',
    side: consoleNavigation(frame, 'inventories', false),
    body: html`${breadcrumbs([{ href: listHref, name: inventoryWords.title }, ...above], here)}
<div class="page-head"><h1>${heading}</h1>${
      lead !== undefined &&
      html`
<p class="lead">${lead}</p>`
    }</div>
${body}`,
  });

/** `source`: the inventory into which the user imports. */
export const chooseSystemPage = (
  frame: ConsoleFrame,
  links: ImportLinks,
  { source, times }: { readonly source?: string | undefined; readonly times: ImportTimes },
): Html =>
  importStep(frame, links, {
    ...{ title: words.title, heading: words.choose, lead: words.chooseLead, above: [], here: words.title },
    body: systemCards(links, source, times),
  });

export type ImportModel = {
  readonly links: ImportLinks;
  readonly system: InventorySystem;
  /** The last import of the inventory that the form names. Absent: there is none, or it is not known to the viewer. */
  readonly held?: LastImport;
  readonly values: Readonly<Partial<Record<string, string>>>;
  readonly errors: Readonly<Partial<Record<string, Text>>>;
};

/** How to get the list, and the form. It POSTs `csrf`, `format`, `source`, `list` and `files`. */
export const importFormPage = (frame: ConsoleFrame, model: ImportModel): Html => {
  const { links, system } = model;
  const { name, lists, from } = systemWords[system];
  return importStep(frame, links, {
    ...{ title: words.title, heading: from ?? words.from(name), lead: lists, here: name },
    above: [{ href: links.importHref, name: words.title }],
    body: html`${refusedBanner(model)}
<div class="how">${howToGet(model)}
${importForm(frame, model)}</div>`,
  });
};

/** Says what is wrong, and leads to the field. */
const refusedBanner = ({ system, values, errors }: ImportModel): Html | undefined => {
  const { list, source } = errors;
  if (list === undefined && source === undefined) return undefined;
  const name = list === undefined ? 'source' : (values['list'] ?? '') === '' ? 'files' : 'list';
  const wrong = list === undefined ? words.wrong.source : anyText(list, 300);
  return html`<div class="flash error" role="alert"><strong>${words.refused}</strong> <span>${wrong} <a href="#field-${name}">${words.toField}</a>${list !== undefined && SYSTEMS[system].commands !== undefined && html` <a href="#script">${words.toScript}</a>`}</span></div>`;
};

/** Title of the first step. The user who imports a further list of an inventory knows it. */
const getTitle = ({ system, held }: ImportModel): Phrase => {
  if (!isFurther(system, held)) return words.get;
  return system === 'csv' || system === 'ndjson' ? words.getAgain[system] : words.getAgain.script;
};

/** The last import of the inventory took a list in the same form. */
const isFurther = (system: InventorySystem, held: LastImport | undefined): boolean =>
  held !== undefined && (held.format ?? system) === system;

/** The first step. After an error, and for a further list of an inventory, it is folded: the user has the list, or its script. */
const howToGet = (model: ImportModel): Html => {
  const { system, errors, held } = model;
  const { needs, more, steps: before = [] } = systemWords[system];
  const { commands, example } = SYSTEMS[system];
  const isFolded = Object.keys(errors).length > 0 || isFurther(system, held);
  const steps = html`<p>${needs}</p>
${
  before.length > 0 &&
  html`<ol class="numbered">${before.map((step) => html`<li>${step}</li>`)}</ol>
`
}${commands !== undefined && html`<div id="script">${commandBlock(commands, words.commands)}</div>`}
<p class="hint">${more}</p>
${isPlain(system) && columnList(system, isFolded)}
${system === 'csv' && html`<p class="copied"><button type="button" class="button quiet" data-download="apps.csv">${words.emptyFile}</button> ${copyButton(COLUMNS, words.columns)}</p>`}
<details class="fold"${commands === undefined && html` open`}><summary>${words.exampleOf}</summary>
${commandBlock(example, words.example)}</details>`;
  return isFolded
    ? html`<details class="card"><summary>${getTitle(model)}</summary>
${steps}</details>`
    : html`<section class="card" aria-labelledby="get"><h2 id="get">${words.get}</h2>
${steps}</section>`;
};

/** What each column or member means. Folded, no heading stands above its own. */
const columnList = (system: InventorySystem, isFolded: boolean): Html => {
  const title = system === 'csv' ? words.columns : words.members;
  return html`${isFolded ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`}
${COLUMN_FACTS}`;
};

const REQUIRED: readonly string[] = ['external_id', 'name'];

const COLUMN_FACTS = html`<dl class="facts">${Object.entries(columnWords).map(
  ([name, meaning]) =>
    html`<div><dt><code>${name}</code></dt><dd>${meaning}${REQUIRED.includes(name) && html` <strong>(${words.required})</strong>`}</dd></div>`,
)}</dl>`;

/** The first line of a CSV file. */
const COLUMNS = Object.keys(columnWords).join(',');

/** What becomes of the inventory that the form names, and for a new one what names are. */
const sourceHint = (system: InventorySystem, name: string, held: LastImport | undefined): HtmlValue => {
  const { second } = systemWords[system];
  const heldText =
    held &&
    words.sourceHeld(
      html`<strong><bdi class="long">${plainText(name, 40)}</bdi></strong>`,
      held.apps,
      agoText(held.at),
    );
  const hint = second === undefined ? !heldText && words.sourceHintPlain : words.sourceHint(second);
  return html`${heldText && html`${heldText} `}${hint && html`${hint} `}${!heldText && words.sourceLetters}`;
};

const importForm = ({ csrf }: ConsoleFrame, { links, system, values, errors, held }: ImportModel): Html => {
  // Its list is one file.
  const isFile = isOneFile(system);
  const { list = '' } = values;
  const source = values['source'] || (isPlain(system) ? '' : system);
  const isPasted = list !== '';
  const { files } = systemWords[system];
  const error = errors['list'];
  const fileError = isPasted ? undefined : error;
  return html`<form method="post" action="${links.importHref}" enctype="multipart/form-data" class="card form" aria-labelledby="give"><h2 id="give">${isFile ? words.giveOne : words.give}</h2>
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="format" value="${system}">
<div class="field"><label for="field-files">${isPlain(system) ? systemWords[system].name : isFile ? words.file : words.files}</label>
<p class="hint" id="field-files-hint">${files !== undefined && html`${files} `}${isFile ? words.fileHint : words.filesHint}</p>
<input type="file" id="field-files" name="files"${!isFile && html` multiple`} accept=".json,.ndjson,.jsonl,.csv,.txt" aria-describedby="field-files-hint${fileError !== undefined && ' field-files-error'}"${fileError !== undefined && html` aria-invalid="true"`}>
${fileError !== undefined && html`<p class="error" id="field-files-error">${isFile ? words.chooseOneAgain : words.chooseAgain}</p>`}</div>
${
  isPlain(system) &&
  error !== undefined &&
  html`<details class="fold" open><summary>${system === 'csv' ? words.columns : words.members}</summary>
${COLUMN_FACTS}</details>`
}
<details class="fold"${isPasted && html` open`}><summary>${words.paste}</summary>
${textArea({
  ...{ name: 'list', label: words.list, value: list, rows: 10, maxLength: MOST_CHARACTERS, code: true, optional: true },
  hint: isFile ? words.listHintPlain : words.listHint,
  ...(isPasted && error !== undefined ? { error: words.correctList } : {}),
})}</details>
${field({
  ...{ name: 'source', label: words.source, hint: sourceHint(system, source, held), value: source },
  ...{ autocomplete: 'off', maxLength: 40, ...(isPlain(system) ? { sample: 'salesforce' } : {}) },
  ...(errors['source'] === undefined ? {} : { error: errors['source'] }),
})}
<div class="actions">${submit({ text: words.preview })} <a class="button plain" href="${links.listHref}">${words.cancel}</a></div>
</form>`;
};
