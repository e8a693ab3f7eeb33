/** The import of a list of apps: the choice of a system, the files, the preview, and the result. */
import { anyText, chosenName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { breadcrumbs } from '../partials/breadcrumbs.ts';
import { commandBlock } from '../partials/command-block.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { type FigureTile, figureTiles } from '../partials/figure-tiles.ts';
import { flash } from '../partials/flash.ts';
import { submit } from '../partials/submit.ts';
import { inventoryWords } from '../words/console-inventories.ts';
import { importWords as words } from '../words/console-inventory-import.ts';
import { SYSTEMS } from '../words/inventory-exports.ts';
import { systemWords } from '../words/inventory-systems.ts';
import { rights } from './console-inventories.ts';
import { type ImportLinks, type InventorySystem, systemCards, systemHref } from './inventory-systems.ts';

/** Most characters of a pasted list. */
export const MOST_CHARACTERS = 1_000_000;

type Step = {
  readonly title: Phrase;
  readonly heading: HtmlValue;
  readonly lead: HtmlValue;
  /** Pages between the list and this one. */
  readonly above: readonly { readonly href: string; readonly name: HtmlValue }[];
  readonly here: HtmlValue;
  readonly body: HtmlValue;
};

const step = (
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
<div class="page-head"><h1>${heading}</h1>
<p class="lead">${lead}</p></div>
${body}`,
  });

export const chooseSystemPage = (frame: ConsoleFrame, links: ImportLinks): Html =>
  step(frame, links, {
    ...{ title: words.title, heading: words.choose, lead: words.chooseLead, above: [], here: words.title },
    body: systemCards(links),
  });

export type ImportModel = {
  readonly links: ImportLinks;
  readonly system: InventorySystem;
  readonly values: Readonly<Partial<Record<string, string>>>;
  readonly errors: Readonly<Partial<Record<string, Text>>>;
};

/** How to get the list, and the form. It POSTs `csrf`, `format`, `source`, `list` and `files`. */
export const importFormPage = (frame: ConsoleFrame, model: ImportModel): Html => {
  const { links, system } = model;
  const { name, lists, needs, more } = systemWords[system];
  const { commands, example } = SYSTEMS[system];
  const isOpen = commands === undefined || model.errors['list'] !== undefined;
  return step(frame, links, {
    ...{ title: words.title, heading: isPlain(system) ? words.file(name) : words.from(name), lead: lists, here: name },
    above: [{ href: links.importHref, name: words.title }],
    body: html`${Object.keys(model.errors).length > 0 && flash({ kind: 'error', text: words.refused })}
<div class="how"><section class="card" aria-labelledby="get"><h2 id="get">${words.get}</h2>
<p>${needs}</p>
${commands !== undefined && commandBlock(commands, words.commands)}
<p class="hint">${more}</p>
<details class="fold"${isOpen && html` open`}><summary>${words.exampleOf}</summary>
${commandBlock(example, words.example)}</details></section>
${importForm(frame, model)}</div>`,
  });
};

/** One file with all of it, in the form of this server. */
const isPlain = (system: InventorySystem): boolean => system === 'csv' || system === 'ndjson';

const importForm = ({ csrf }: ConsoleFrame, { links, system, values, errors }: ImportModel): Html => {
  const { list = '', source = system } = values;
  const isPasted = list !== '';
  const error = errors['list'];
  const fileError = isPasted ? undefined : error;
  return html`<form method="post" action="${links.importHref}" enctype="multipart/form-data" class="card form" aria-labelledby="give"><h2 id="give">${words.give}</h2>
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="format" value="${system}">
<p>${systemWords[system].files}</p>
<div class="field"><label for="field-files">${words.files}</label>
<p class="hint" id="field-files-hint">${words.filesHint}</p>
<input type="file" id="field-files" name="files" multiple accept=".json,.ndjson,.jsonl,.csv,.txt" aria-describedby="field-files-hint${fileError !== undefined && ' field-files-error'}"${fileError !== undefined && html` aria-invalid="true"`}>
${fileError !== undefined && html`<p class="error" id="field-files-error">${anyText(fileError, 300)}</p>`}</div>
<details class="fold"${isPasted && html` open`}><summary>${words.paste}</summary>
${textArea({
  ...{ name: 'list', label: words.list, value: list, rows: 10, maxLength: MOST_CHARACTERS, code: true, optional: true },
  hint: isPlain(system) ? words.listHintPlain : words.listHint,
  ...(isPasted && error !== undefined ? { error } : {}),
})}</details>
${field({
  ...{ name: 'source', label: words.source, hint: words.sourceHint, value: source === '' ? system : source },
  ...{ autocomplete: 'off', maxLength: 40 },
  ...(errors['source'] === undefined ? {} : { error: errors['source'] }),
})}
<div class="actions">${submit({ text: words.preview })} <a class="button plain" href="${links.listHref}">${words.cancel}</a></div>
</form>`;
};

/** What an import changes, or changed. */
export type ImportCounts = Readonly<
  Record<'created' | 'changed' | 'unchanged' | 'gone' | 'known' | 'findings', number>
>;

/** The other system, or the app, chose its texts. */
export type ListedRow = {
  readonly name: string;
  readonly externalId: string;
  readonly owner?: string;
  readonly scopes: number;
  /** The rights that matter. */
  readonly risky: readonly string[];
};

export type PreviewModel = {
  readonly links: ImportLinks;
  readonly system: InventorySystem;
  readonly source: string;
  readonly counts: ImportCounts;
  /** Number of apps in the list. */
  readonly apps: number;
  readonly rows: readonly ListedRow[];
  /** The apps as NDJSON, which the confirmation sends. */
  readonly carried: string;
};

const tilesOf = (counts: ImportCounts, hrefs: { readonly findings?: string } = {}): Html => {
  const tile = (key: keyof ImportCounts, more: Partial<FigureTile> = {}): FigureTile => ({
    ...{ figure: counts[key], label: words[key], note: words[`${key}Note`], ...more },
  });
  const { findings, gone } = counts;
  return figureTiles(words.counts, [
    tile('created'),
    tile('changed'),
    tile('unchanged'),
    tile('gone', gone > 0 ? { isUrgent: true } : {}),
    tile('known'),
    tile('findings', {
      ...(findings > 0 ? { isUrgent: true } : {}),
      ...(findings > 0 && hrefs.findings !== undefined ? { href: hrefs.findings } : {}),
    }),
  ]);
};

const COLUMNS: readonly Column<ListedRow>[] = [
  {
    title: inventoryWords.app,
    cell: ({ name, externalId }) =>
      html`${chosenName(name, 100)}<span class="line hint"><code class="long">${plainText(externalId, 120)}</code></span>`,
  },
  { title: inventoryWords.rights, cell: rights },
  {
    title: inventoryWords.owner,
    cell: ({ owner }) =>
      owner === undefined ? inventoryWords.noOwner : html`<span class="long">${plainText(owner, 100)}</span>`,
  },
];

const named = (source: string): Html => html`<code class="long">${plainText(source, 40)}</code>`;

/** Shows what the import would change, and asks for confirmation. The form POSTs `csrf`, `format`, `source`, `apps` and `go`. */
export const previewImportPage = (frame: ConsoleFrame, model: PreviewModel): Html => {
  const { links, system, source, counts, apps, rows, carried } = model;
  const isSame = counts.created + counts.changed + counts.gone === 0;
  const back = systemHref(links, system);
  return step(frame, links, {
    ...{ title: words.previewTitle, heading: words.previewOf(named(source)), lead: words.previewLead(apps) },
    above: [
      { href: links.importHref, name: words.title },
      { href: back, name: systemWords[system].name },
    ],
    here: words.previewTitle,
    body: html`${counts.gone > 0 && flash({ kind: 'warning', text: words.goneWarning(counts.gone) })}${isSame && flash({ kind: 'notice', text: words.nothingChanges })}
${tilesOf(counts)}
<form method="post" action="${links.importHref}" enctype="multipart/form-data" class="form"><input type="hidden" name="csrf" value="${frame.csrf}"><input type="hidden" name="format" value="${system}"><input type="hidden" name="source" value="${source}"><input type="hidden" name="apps" value="${carried}">
<div class="actions">${submit({ text: words.confirm, name: 'go', value: 'import' })} <a class="button plain" href="${back}">${words.back}</a></div></form>
<section aria-labelledby="apps"><h2 id="apps">${words.firstApps(rows.length, apps)}</h2>
${table(COLUMNS, rows, 'apps')}</section>`,
  });
};

export type ImportResultModel = {
  readonly links: ImportLinks;
  readonly system: InventorySystem;
  readonly source: string;
  readonly counts: ImportCounts;
  readonly sourceHref: string;
  readonly findingsHref: string;
};

/** Shows what the import changed, and what comes next. */
export const importResultPage = (frame: ConsoleFrame, model: ImportResultModel): Html => {
  const { links, system, source, counts, sourceHref, findingsHref } = model;
  const { findings } = counts;
  return step(frame, links, {
    ...{ title: words.done, heading: words.doneOf(named(source)), here: words.done },
    lead: words.doneLead(counts.created + counts.changed + counts.unchanged),
    above: [{ href: links.importHref, name: words.title }],
    body: html`${tilesOf(counts, { findings: findingsHref })}
<section class="card" aria-labelledby="next"><h2 id="next">${words.next}</h2>
<p>${findings > 0 ? words.decideWhat : words.noDecision}</p>
<div class="actions">${findings > 0 && html`<a class="button primary" href="${findingsHref}">${words.decide(findings)}</a> `}<a class="button plain" href="${sourceHref}">${words.look}</a> <a class="button plain" href="${links.importHref}">${words.again}</a></div>
<p>${words.regularly}</p>
${commandBlock(`behalf inventory import ${SYSTEMS[system].files} --format ${system} --source ${source}`, words.commands)}</section>`,
  });
};
