/** What an import of apps would change, for confirmation, and what it changed. */
import { chosenName, codeName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { commandBlock } from '../partials/command-block.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, commaList, table } from '../partials/console-list.ts';
import { figureTiles } from '../partials/figure-tiles.ts';
import { flash } from '../partials/flash.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { inventoryWords } from '../words/console-inventories.ts';
import { importWords as words } from '../words/console-inventory-import.ts';
import { SYSTEMS } from '../words/inventory-exports.ts';
import { systemWords } from '../words/inventory-systems.ts';
import { importStep } from './console-inventory-import.ts';
import {
  type AppRow,
  appCell,
  knownCell,
  needsDecision,
  ownerCell,
  rightsCell,
  riskyRights,
  signedRights,
  whichRisky,
} from './inventory-cells.ts';
import { type ImportLinks, type InventorySystem, isOneFile, systemHref } from './inventory-systems.ts';

/** What an import changes, or changed. `findings`: apps about which is to be decided. */
export type ImportCounts = Readonly<
  Record<'created' | 'changed' | 'unchanged' | 'gone' | 'known' | 'findings', number>
>;

/** An app that an import changes, or about which is to be decided. */
export type ChangedRow = AppRow & {
  readonly change: keyof typeof words.changes;
  readonly needsDecision: boolean;
  /** Rights of a changed app that came and went. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Number of people who gave it rights. */
  readonly people: number;
};

type ImportModel = {
  readonly links: ImportLinks;
  readonly system: InventorySystem;
  readonly source: string;
  readonly counts: ImportCounts;
  /** Those that need a decision first. */
  readonly rows: readonly ChangedRow[];
};

const LOOKS = { created: 'good', changed: 'still', unchanged: 'plain', gone: 'gone' } as const;
/** Apps that the result names in a sentence, and rights of one. */
const NAMED = 3;
/** From this share of its apps on, an inventory has probably lost a page, and not apps. */
const LARGE_SHARE = 0.2;

const TILES = ['findings', 'created', 'changed', 'gone', 'unchanged'] as const;
/** Those of a first list: all of its apps are new. */
const FIRST_TILES = ['findings', 'created'] as const;
const LINE = ['created', 'changed', 'unchanged', 'gone', 'known'] as const;

/** The numbers in a sentence. */
const sumsOf = (counts: ImportCounts): HtmlValue =>
  commaList(LINE.filter((name) => counts[name] > 0).map((name) => words[name](counts[name])));

const isFirst = ({ changed, unchanged, gone }: ImportCounts): boolean => changed + unchanged + gone === 0;

/** The numbers as tiles. */
const tilesOf = (counts: ImportCounts): Html =>
  figureTiles(
    words.counts,
    (isFirst(counts) ? FIRST_TILES : TILES).map((name) => ({
      ...{ figure: counts[name], label: words.tiles[name] },
      ...(name === 'findings' && counts.findings > 0 ? { isUrgent: true } : {}),
    })),
  );

const columnsOf = (rows: readonly ChangedRow[]): readonly Column<ChangedRow>[] => {
  const columns: readonly (Column<ChangedRow> | false)[] = [
    { title: inventoryWords.app, cell: (row) => appCell(row, row.needsDecision && needsDecision) },
    {
      title: words.change,
      cell: ({ change, added, removed }) =>
        html`<span class="tag ${LOOKS[change]}">${words.changes[change]}</span>${signedRights('+', added)}${signedRights('−', removed)}`,
    },
    { title: inventoryWords.rights, afterTitle: whichRisky, cell: (row) => rightsCell(row, row.people) },
    rows.some(({ owner }) => owner !== undefined) && { title: inventoryWords.owner, cell: ownerCell },
    { title: inventoryWords.known, cell: knownCell },
  ];
  return columns.filter((column) => column !== false);
};

/** The apps, and how many are not shown. */
const changesOf = (
  title: HtmlValue,
  { rows, counts }: Pick<ImportModel, 'rows' | 'counts'>,
  hint?: Phrase,
): Html | false => {
  const { created, changed, gone } = counts;
  const all = created + changed + gone + rows.filter(({ change }) => change === 'unchanged').length;
  return (
    rows.length > 0 &&
    html`<section aria-labelledby="apps"><h2 id="apps">${title}</h2>
${
  hint !== undefined &&
  html`<p class="hint">${hint}</p>
`
}${table(columnsOf(rows), rows, 'apps')}
${all > rows.length && html`<p class="hint">${words.firstApps(rows.length, all)}</p>`}${riskyRights}</section>`
  );
};

const named = (source: string): Html => html`<bdi class="long">${plainText(source, 40)}</bdi>`;

/** Warns where so many apps would go that a page of the list is probably missing. */
const goneMessage = ({ changed, unchanged, gone }: ImportCounts, rows: readonly ChangedRow[]): Html | false => {
  const held = changed + unchanged + gone;
  const left = rows.find(({ change }) => change === 'gone');
  if (gone > 0 && gone / held >= LARGE_SHARE) return flash({ kind: 'warning', text: words.goneWarning(gone, held) });
  // Behind many apps that need a decision, none is named: the tile has the number.
  return left !== undefined && flash({ kind: 'notice', text: words.goneNotice(gone, chosenName(left.name, 60)) });
};

export type PreviewModel = ImportModel & {
  /** Number of apps in the list. */
  readonly apps: number;
  /** The apps as NDJSON, which the confirmation sends. */
  readonly carried: string;
  /** Digest of what the import would change, which the confirmation sends. */
  readonly seen: string;
  /** The user confirmed another preview. */
  readonly isStale?: boolean;
  /** Names of the files. Empty: the list was pasted. */
  readonly files: readonly string[];
  /** Epoch seconds of the import that this one replaces. Absent: there is none, or it is not known to the viewer. */
  readonly heldAt?: number;
};

/** Files that the lead names. */
const NAMED_FILES = 3;

const fromFiles = (files: readonly string[]): Html | false =>
  files.length > 0 &&
  html`${words.previewFrom(
    commaList(files.slice(0, NAMED_FILES).map((name) => html`<bdi class="long">${plainText(name, 60)}</bdi>`)),
    files.length - Math.min(files.length, NAMED_FILES),
  )} `;

/** A decision would lead away from an import that is not confirmed. */
const withoutDecision = ({ decideHref: _, registerHref: __, ...row }: ChangedRow): ChangedRow => row;

/** From this number of rows on, the confirmation is also below them. */
const LONG = 8;

/** Shows what the import would change, and asks for confirmation. The form POSTs `csrf`, `format`, `source`, `apps`, `seen` and `go`. */
export const previewImportPage = (frame: ConsoleFrame, model: PreviewModel): Html => {
  const { links, system, source, counts, apps, carried, seen, isStale, rows, heldAt, files } = model;
  const isSame = counts.created + counts.changed + counts.gone === 0;
  const back = systemHref(links, system, source);
  const actions = (isBelow: boolean): Html => {
    const form = isBelow ? { form: 'import' } : {};
    return html`<div class="actions">${submit({ text: words.confirm(apps), name: 'go', value: 'import', ...form })} <a class="button plain" href="${back}">${isOneFile(system) ? words.backToOne : words.back}</a></div>`;
  };
  return importStep(frame, links, {
    ...{ title: words.previewTitle, heading: words.previewOf(apps, named(source)) },
    lead: html`${fromFiles(files)}${words.previewLead}${heldAt !== undefined && html` ${words.replaces(timeText(heldAt))}`}${heldAt === undefined && isFirst(counts) && html` ${words.firstList(named(source))}`}`,
    above: [
      { href: links.importHref, name: words.title },
      { href: back, name: systemWords[system].name },
    ],
    here: words.previewTitle,
    body: html`${isStale === true && flash({ kind: 'warning', text: words.previewStale })}${goneMessage(counts, rows)}${isSame && flash({ kind: 'notice', text: words.nothingChanges })}
${tilesOf(counts)}
<form method="post" action="${links.importHref}" enctype="multipart/form-data" class="form" id="import"><input type="hidden" name="csrf" value="${frame.csrf}"><input type="hidden" name="format" value="${system}"><input type="hidden" name="source" value="${source}"><input type="hidden" name="seen" value="${seen}"><input type="hidden" name="apps" value="${carried}">
${actions(false)}</form>
${changesOf(words.whatChanges, { counts, rows: rows.map(withoutDecision) }, words.needsWhen)}${rows.length >= LONG && actions(true)}`,
  });
};

export type ImportResultModel = ImportModel & { readonly sourceHref: string; readonly findingsHref: string };

/** What is to be decided, by name where it is one app. */
const decision = ({ counts, rows, findingsHref, sourceHref, links }: ImportResultModel): Html => {
  const { findings } = counts;
  const open = rows.filter((row) => row.needsDecision);
  const [first] = open;
  const others = html`<a class="button plain" href="${sourceHref}">${words.look}</a> <a class="button plain" href="${links.importHref}">${words.again}</a>`;
  if (findings === 0 || first === undefined) {
    return html`<section class="card" aria-labelledby="next"><h2 id="next">${words.noDecisionTitle}</h2>
<p>${words.noDecision}</p>
<div class="actions"><a class="button primary" href="${sourceHref}">${words.look}</a> <a class="button plain" href="${links.importHref}">${words.again}</a></div></section>`;
  }
  const isOne = findings === 1;
  const names = commaList(open.slice(0, NAMED).map(({ name }) => chosenName(name, 60)));
  const risky = commaList(first.risky.slice(0, NAMED).map((scope) => codeName(scope)));
  const why =
    first.risky.length === 0
      ? words.staticSecrets
      : words.riskyRights(html`${risky}${first.risky.length > NAMED && ', …'}`, first.risky.length);
  return html`<section class="card" aria-labelledby="next"><h2 id="next">${words.needDecision(findings)}</h2>
<p>${isOne ? words.oneWhat(chosenName(first.name, 60), why) : words.manyWhat(html`${names}${findings > NAMED && ', …'}`)}</p>
<div class="actions"><a class="button primary" href="${isOne ? (first.decideHref ?? findingsHref) : findingsHref}"><span>${isOne ? words.decideOne(chosenName(first.name, 40)) : words.decideAll(findings)}</span></a> ${others}</div></section>`;
};

/** Shows what the import changed, and what comes next. */
export const importResultPage = (frame: ConsoleFrame, model: ImportResultModel): Html => {
  const { links, system, source, counts } = model;
  const { created, changed, unchanged } = counts;
  const command = `behalf inventory import ${SYSTEMS[system].files} --format ${system} --source ${source}`;
  return importStep(frame, links, {
    ...{ title: words.done, heading: words.doneOf(named(source)), here: words.done },
    above: [{ href: links.importHref, name: words.title }],
    body: html`${flash({ kind: 'success', text: isFirst(counts) && counts.known === 0 ? words.doneFirst(created) : words.doneLead(created + changed + unchanged, sumsOf(counts)) })}
${decision(model)}
${changesOf(words.whatChanged, model)}
<section class="card" aria-labelledby="fresh"><h2 id="fresh">${words.fresh}</h2>
<p>${words.regularly}</p>
${commandBlock(command, words.commands)}</section>`,
  });
};
