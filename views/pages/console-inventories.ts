import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { breadcrumbs } from '../partials/breadcrumbs.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { type FigureTile, figureTiles } from '../partials/figure-tiles.ts';
import { flash } from '../partials/flash.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { savedViews } from '../partials/saved-views.ts';
import { submit } from '../partials/submit.ts';
import { agoText } from '../time-text.ts';
import { inventoryWords as words } from '../words/console-inventories.ts';
import { systemWords } from '../words/inventory-systems.ts';
import { listWords } from '../words/lists.ts';
import {
  type AppRow,
  appCell,
  knownCell,
  needsDecision,
  ownerCell,
  rightsCell,
  signedRights,
} from './inventory-cells.ts';
import {
  type ImportRow,
  type InventorySummary,
  importHistory,
  inventorySummaries,
  oldLists,
} from './inventory-history.ts';
import { type ImportLinks, type InventorySystem, systemCards } from './inventory-systems.ts';

/** What the list can be narrowed to, in the order of the page. */
export const INVENTORY_VIEWS = ['decide', 'new', 'changed', 'known', 'gone', 'all'] as const;
export type InventoryView = (typeof INVENTORY_VIEWS)[number];

/** An app of an inventory. */
export type InventoryRow = AppRow & {
  readonly source: string;
  /** Number of people who gave it rights. */
  readonly people: number;
  /** Epoch seconds, as all times here: since when the last import does not have it. */
  readonly goneAt?: number;
  /** The other system has it, and does not enable it. */
  readonly isOff?: true;
  /** The last import brought it, and was not the first one. */
  readonly isNew?: true;
  /** The last import changed it: the rights that came and went. */
  readonly changed?: Readonly<Record<'added' | 'removed', readonly string[]>>;
  readonly createdAt: number;
};

export type InventoriesModel = {
  /** Address of this page. */
  readonly listHref: string;
  readonly findingsHref: string;
  readonly rows: readonly InventoryRow[];
  readonly pages: Pagination;
  readonly view: InventoryView;
  /** Numbers of apps. Absent: there are too many to count, and the newest come first. */
  readonly views?: readonly { readonly name: InventoryView; readonly count: number; readonly href: string }[];
  /** The import. Absent: not permitted to the viewer. */
  readonly links?: ImportLinks;
  readonly newHref?: string;
  /** Only the apps of this inventory. */
  readonly source?: string;
  /** The system that its name says. */
  readonly system?: InventorySystem;
  /** Its last imports, the newest first. Absent: not known to the viewer. */
  readonly imports?: readonly ImportRow[];
  /** All inventories. Only on the page of all. */
  readonly inventories?: readonly InventorySummary[];
  /** Inventories of which the audit log has no recent import. */
  readonly old: readonly string[];
  /** What is searched for. */
  readonly search: string;
};

const tags = ({ decideHref, goneAt, isOff, isNew, changed }: InventoryRow): Html | false => {
  if (goneAt !== undefined) return html`<span class="tag gone">${words.gone}</span>`;
  const tag = isOff ? html`<span class="tag">${words.off}</span>` : decideHref !== undefined && needsDecision;
  if (isNew) return html`${tag} <span class="tag good">${words.newApp}</span>`;
  return changed ? html`${tag} <span class="tag still">${words.changedApp}</span>` : tag;
};

const rightsWithChange = (row: InventoryRow): Html =>
  html`${rightsCell(row, row.people)}${signedRights('+', row.changed?.added ?? [])}${signedRights('−', row.changed?.removed ?? [])}`;

/** Leaves out the inventory on its own page, and owners where no app has one. */
const columnsOf = ({ listHref, source, rows }: InventoriesModel): readonly Column<InventoryRow>[] => {
  const columns: readonly (Column<InventoryRow> | false)[] = [
    { title: words.app, cell: (row) => appCell(row, tags(row)) },
    source === undefined && {
      title: words.inventory,
      cell: (row) =>
        html`<a href="${listHref}?source=${encodeURIComponent(row.source)}"><bdi class="long">${plainText(row.source, 40)}</bdi></a>`,
    },
    { title: words.rights, cell: (row) => rightsWithChange(row) },
    rows.some(({ owner }) => owner !== undefined) && { title: words.owner, cell: ownerCell },
    { title: words.known, cell: knownCell },
    {
      title: words.since,
      cell: ({ createdAt, goneAt }) => (goneAt === undefined ? agoText(createdAt) : words.goneSince(agoText(goneAt))),
    },
  ];
  return columns.filter((column) => column !== false);
};

/** Each number is a link to what it counts. */
const viewTiles = ({ views = [], view }: InventoriesModel): Html =>
  figureTiles(
    words.viewsTitle,
    views.map(
      ({ name, count, href }): FigureTile => ({
        ...{ figure: count, label: words.views[name], href },
        ...(name === 'decide' && count > 0 ? { isUrgent: true } : {}),
        ...(name === view ? { isCurrent: true } : {}),
      }),
    ),
  );

const isEverything = ({ rows, source, pages, view, search }: InventoriesModel): boolean =>
  source === undefined && search === '' && view === 'all' && rows.length === 0 && pages.firstHref === undefined;

/** On the page of all, an inventory can be chosen. Of too many apps, none can be searched for. */
const filters = ({ listHref, source, search, view, views, inventories = [] }: InventoriesModel): Html | false => {
  const isOne = source !== undefined;
  if (views === undefined || (isOne && views.every(({ count }) => count === 0) && search === '')) return false;
  return html`<form method="get" action="${listHref}" class="filters few" role="search">${isOne && html`<input type="hidden" name="source" value="${source}">`}${view !== 'all' && html`<input type="hidden" name="view" value="${view}">`}
${field({ name: 'q', label: words.search, hint: words.searchHint, isHintInside: true, value: search, autocomplete: 'off', maxLength: 100, optional: true })}
${
  inventories.length > 1 &&
  choice({
    ...{ name: 'source', label: words.inventory, value: '' },
    options: [
      { value: '', text: words.anyInventory },
      ...inventories.map((one) => ({ value: one.source, text: one.source })),
    ],
  })
}
<div class="actions">${submit({ text: listWords.show, kind: 'plain' })}</div>
</form>`;
};

const noApps = ({ search, view, listHref, source }: InventoriesModel): Html => {
  const clear = source === undefined ? listHref : `${listHref}?source=${encodeURIComponent(source)}`;
  return search === ''
    ? html`<p class="empty">${words.noneIn[view]}</p>`
    : html`<p class="empty">${words.noneFits(isolated(search, 100))} <a href="${clear}">${words.clearSearch}</a></p>`;
};

/** What is known about one inventory: its system, and its last import with what it changed, which the first one does not say. */
const leadOf = ({ system, imports = [], views = [] }: InventoriesModel): Html => {
  const [last] = imports;
  const count = (name: InventoryView): number => views.find((one) => one.name === name)?.count ?? 0;
  const changes = imports.length > 1 ? last?.changes : undefined;
  return html`${system !== undefined && html`${systemWords[system].name}. `}${
    last === undefined
      ? words.appsOf(count('all') - count('gone'), count('gone'))
      : html`${words.importedBy(agoText(last.at), last.byName)}${changes !== undefined && html`. ${words.planned(changes)}`}.`
  }`;
};

export const inventoriesPage = (frame: ConsoleFrame, model: InventoriesModel): Html => {
  if (isEverything(model)) return emptyPage(frame, model);
  const { source, listHref, newHref, rows, views, view, inventories = [], imports = [], old } = model;
  const isOne = source !== undefined;
  const name = isOne && html`<bdi class="long">${plainText(source, 40)}</bdi>`;
  return layout({
    frame,
    style: 'agents.css',
    alsoStyle: ['charts.css', 'inventories.css'],
    title: isOne ? words.titleOf(plainText(source, 40)) : words.title,
    width: 'wide',
    side: consoleNavigation(frame, 'inventories'),
    script: ['saved-views.js', 'local-times.js'],
    body: html`${name && breadcrumbs([{ href: listHref, name: words.title }], name)}
<div class="page-head"><div class="row"><h1>${name || words.title}</h1>${
      newHref !== undefined &&
      html`<a class="button primary" href="${newHref}">${isOne ? words.importNew : words.import}</a>`
    }</div>
<p class="lead">${isOne && views ? leadOf(model) : words.lead}</p></div>
${oldLists(old)}
${views === undefined ? flash({ kind: 'notice', text: words.tooMany }) : viewTiles(model)}
${views === undefined && html`<p><a href="${model.findingsHref}">${words.allFindings}</a></p>`}
${filters(model)}
${!isOne && views !== undefined && savedViews(listHref)}
<section aria-labelledby="list"><h2 id="list" class="unseen">${words.views[view]}</h2>
${rows.length === 0 ? noApps(model) : table(columnsOf(model), rows, 'list')}
${pagination(model.pages, words.pagesOf, 'other')}</section>
${isOne ? importHistory(imports) : inventories.length > 0 && inventorySummaries(inventories)}`,
  });
};

/** What the page is for, and the systems. */
const emptyPage = (frame: ConsoleFrame, { links }: InventoriesModel): Html =>
  layout({
    frame,
    style: 'agents.css',
    alsoStyle: 'inventories.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(frame, 'inventories'),
    body: html`<div class="page-head"><h1>${words.title}</h1></div>
<section class="card" aria-labelledby="what"><h2 id="what">${words.empty.title}</h2>
<p>${words.empty.what}</p>
<p>${words.empty.safe}</p>
${!links && html`<p class="hint">${words.empty.notPermitted}</p>`}</section>
<section aria-labelledby="systems"><h2 id="systems">${links ? words.empty.choose : words.empty.systems}</h2>
${systemCards(links)}</section>`,
  });
