/** The imports of an inventory, and the inventories beside one another. */
import { anyText, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { type Column, table } from '../partials/console-list.ts';
import { flash } from '../partials/flash.ts';
import { agoText, fullSecondText } from '../time-text.ts';
import { inventoryWords as words } from '../words/console-inventories.ts';
import { systemWords } from '../words/inventory-systems.ts';
import type { InventorySystem } from './inventory-systems.ts';

/** One import, as the audit log has it. */
export type ImportRow = {
  /** Epoch seconds, as all times here. */
  readonly at: number;
  /** Its event. */
  readonly href: string;
  readonly byName?: Text;
  readonly apps: number;
  /** The form in which the list was given. Absent: the event does not say it. */
  readonly format?: InventorySystem;
  /** Numbers of apps. Absent: the event does not have them. */
  readonly changes?: Readonly<Record<'created' | 'changed' | 'gone', number>>;
};

/** Days after which a list is old. */
const OLD_DAYS = 30;

export const isOld = (at: number, now: number): boolean => now - at > OLD_DAYS * 86_400;

const countOf = (name: 'created' | 'changed' | 'gone'): Column<ImportRow> => ({
  title: words.counts[name],
  cell: ({ changes }) =>
    changes === undefined
      ? html`<span class="hint">–</span>`
      : html`<span${changes[name] === 0 && html` class="hint"`}>${changes[name]}</span>`,
});

/** With seconds: two imports may share a minute. */
const COLUMNS: readonly Column<ImportRow>[] = [
  {
    title: words.importedAt,
    cell: ({ at, href }) => html`<a href="${href}">${fullSecondText(at)}</a>`,
  },
  {
    title: words.importer,
    cell: ({ byName }) => (byName === undefined ? '–' : html`<bdi class="long">${anyText(byName, 60)}</bdi>`),
  },
  { title: words.apps, cell: ({ apps }) => apps },
  ...(['created', 'changed', 'gone'] as const).map(countOf),
];

/** The last imports, the newest first. */
export const importHistory = (imports: readonly ImportRow[]): Html | false =>
  imports.length > 0 &&
  html`<section aria-labelledby="imports"><h2 id="imports">${words.imports}</h2>
${table(COLUMNS, imports, 'imports')}</section>`;

/** An inventory in the list of all. */
export type InventorySummary = {
  readonly source: string;
  readonly href: string;
  readonly system?: InventorySystem;
  /** The last import. Absent: not known to the viewer. */
  readonly at?: number;
  readonly apps: number;
  readonly gone: number;
  readonly decide: number;
};

const name = (source: string): Html => html`<bdi class="long">${plainText(source, 40)}</bdi>`;

const SUMMARY: readonly Column<InventorySummary>[] = [
  {
    title: words.inventory,
    cell: ({ source, href, system }) =>
      html`<a href="${href}">${name(source)}</a>${system !== undefined && html`<span class="line hint">${systemWords[system].name}</span>`}`,
  },
  { title: words.apps, cell: ({ apps, gone }) => words.appsOf(apps, gone) },
  {
    title: words.views.decide,
    cell: ({ decide }) =>
      decide === 0 ? html`<span class="hint">0</span>` : html`<span class="tag warn">${decide}</span>`,
  },
  { title: words.lastImport, cell: ({ at }) => (at === undefined ? '–' : agoText(at)) },
];

export const inventorySummaries = (summaries: readonly InventorySummary[]): Html =>
  html`<section aria-labelledby="inventories"><h2 id="inventories">${words.inventories}</h2>
${table(SUMMARY, summaries, 'inventories')}</section>`;

/** Says that a list is old. `sources`: the old ones. */
export const oldLists = (sources: readonly string[]): Html | false =>
  sources.length > 0 &&
  flash({
    kind: 'warning',
    text: words.old(
      OLD_DAYS,
      sources.slice(0, 3).map((source, index) => [index > 0 && ', ', name(source)]),
      sources.length,
    ),
  });
