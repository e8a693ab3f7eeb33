import { isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
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
import { agoText, dayText } from '../time-text.ts';
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
  riskyRights,
  whichRisky,
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
export const INVENTORY_VIEWS = ['decide', 'new', 'changed', 'unknown', 'known', 'gone', 'all'] as const;
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
  /** Place of the first row among those of all pages, from 0. */
  readonly at?: number;
  readonly view: InventoryView;
  /** Numbers of apps. Absent: there are too many to count, and the newest come first. */
  readonly views?: readonly { readonly name: InventoryView; readonly count: number; readonly href: string }[];
  /** The import. Absent: not permitted to the viewer. */
  readonly links?: ImportLinks;
  readonly newHref?: string;
  /** Number of apps that are searched, without those that are gone. Absent: there are too many to count. */
  readonly searched?: number;
  /** Only the apps of this inventory. */
  readonly source?: string;
  /** Where its list comes from, if that is known. */
  readonly system?: InventorySystem;
  /** Deletes it. Absent: not permitted to the viewer. */
  readonly removeHref?: string;
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

/** Leaves out the inventory on its own page, and owners where no app has one. */
const columnsOf = ({ listHref, source, rows }: InventoriesModel): readonly Column<InventoryRow>[] => {
  const columns: readonly (Column<InventoryRow> | false)[] = [
    { title: words.app, cell: (row) => appCell(row, tags(row)) },
    source === undefined && {
      title: words.inventory,
      cell: (row) =>
        html`<a href="${listHref}?source=${encodeURIComponent(row.source)}"><bdi class="long">${plainText(row.source, 40)}</bdi></a>`,
    },
    { title: words.rights, afterTitle: whichRisky, cell: (row) => rightsCell(row, row.people, row.changed) },
    rows.some(({ owner }) => owner !== undefined) && { title: words.owner, cell: ownerCell },
    { title: words.known, cell: knownCell },
    {
      title: words.listed,
      cell: ({ createdAt, goneAt, isNew }) =>
        goneAt === undefined
          ? html`<span${!isNew && html` class="nothing"`}>${words.listedSince(dayText(createdAt))}</span>`
          : words.goneSince(dayText(goneAt)),
    },
  ];
  return columns.filter((column) => column !== false);
};

/** Under its name no list was imported, as far as the viewer knows. */
const isUnknown = ({ source, search, views, imports = [] }: InventoriesModel): boolean =>
  source !== undefined && search === '' && imports.length === 0 && views?.every(({ count }) => count === 0) === true;

/** Each number is a link to what it counts. */
const viewTiles = (model: InventoriesModel): Html | false => {
  const { views = [], view, search } = model;
  const isMatches = (name: InventoryView): boolean => name === 'all' && search !== '';
  const gone = views.find(({ name }) => name === 'gone')?.count ?? 0;
  if (views.every(({ count }) => count === 0) && (search !== '' || isUnknown(model))) return false;
  return figureTiles(
    words.viewsTitle,
    views
      .filter(({ name, count }) => !isIdle(name, count, view))
      .map(
        ({ name, count, href }): FigureTile => ({
          ...(isMatches(name)
            ? { figure: count + gone, label: words.matchesTitle, href }
            : { figure: count, label: words.views[name], href }),
          ...(name === 'decide' && count > 0 ? { isUrgent: true } : {}),
          ...(name === view ? { isCurrent: true } : {}),
          ...(search !== '' && count === 0 && name !== view && name !== 'all' ? { isSpare: true } : {}),
        }),
      ),
  );
};

/** A number that says nothing without a search either: nothing came, or nothing changed. */
const isIdle = (name: InventoryView, count: number, view: InventoryView): boolean =>
  (name === 'new' || name === 'changed') && count === 0 && name !== view;

const isEverything = ({ rows, source, pages, view, search }: InventoriesModel): boolean =>
  source === undefined && search === '' && view === 'all' && rows.length === 0 && pages.firstHref === undefined;

/** On the page of all, an inventory can be chosen. Of too many apps, none can be searched for. */
const filters = ({ listHref, source, search, view, views, inventories = [] }: InventoriesModel): Html | false => {
  const isOne = source !== undefined;
  if (views === undefined || (isOne && views.every(({ count }) => count === 0) && search === '')) return false;
  return html`<form method="get" action="${listHref}" class="filters few" role="search">${isOne && html`<input type="hidden" name="source" value="${source}">`}${view !== 'all' && html`<input type="hidden" name="view" value="${view}">`}
${field({ name: 'q', label: words.search, hint: isOne ? words.searchHintInOne : words.searchHint, isHintInside: true, value: search, autocomplete: 'off', maxLength: 100, optional: true })}
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

/** The list without search and filter. */
const plainHref = ({ listHref, source }: InventoriesModel): string =>
  source === undefined ? listHref : `${listHref}?source=${encodeURIComponent(source)}`;

const countIn = ({ views = [] }: InventoriesModel, view: InventoryView): number =>
  views.find(({ name }) => name === view)?.count ?? 0;

const noApps = (model: InventoriesModel): Html => {
  const { search, view, source, newHref } = model;
  if (isUnknown(model)) {
    return html`<p class="empty">${words.notImported}${newHref !== undefined && html` <a href="${newHref}">${words.import}</a>`}</p>`;
  }
  const none = source === undefined ? words.noneFits : words.noneFitsInOne;
  return search === ''
    ? html`<p class="empty">${words.noneIn[view]}</p>`
    : html`<p class="empty">${none(isolated(search, 100))} <a href="${plainHref(model)}">${words.clearSearch}</a></p>`;
};

/** What the search or the filter leaves, the way back, and the views that were saved. */
const foundLine = (model: InventoriesModel): Html | false => {
  const { search, view, views, searched = 0, source, listHref } = model;
  const [present, gone] = [countIn(model, 'all'), countIn(model, 'gone')];
  if (views === undefined || (search !== '' && present + gone === 0)) return false;
  const found =
    search !== ''
      ? html`<p>${present === 0 ? words.matchingGone(gone, isolated(search, 100)) : words.matching(present, searched, gone, isolated(search, 100))} <a href="${plainHref(model)}">${words.clearSearch}</a></p>`
      : view !== 'all' &&
        html`<p>${words.onlyThose(words.views[view], countIn(model, view))} <a href="${plainHref(model)}">${words.showAll}</a></p>`;
  return html`<div class="left-over">${found}${source === undefined && savedViews(listHref)}</div>`;
};

/** Which rows of how many the page has. */
const placeOf = (model: InventoriesModel): Phrase | undefined => {
  const { at, rows, view, views } = model;
  if (at === undefined || views === undefined || rows.length === 0) return undefined;
  const [present, gone] = view === 'all' ? [countIn(model, 'all'), countIn(model, 'gone')] : [countIn(model, view), 0];
  return words.rowsOf(at + 1, at + rows.length, present, gone);
};

/** What is known about one inventory: its system, and its last import with what it changed, which the first one does not say. */
const leadOf = (model: InventoriesModel): Html => {
  const { system, source, imports = [] } = model;
  const [last] = imports;
  const what =
    imports.length > 1 && last?.changes !== undefined
      ? words.planned(last.changes)
      : words.firstImport(last?.apps ?? 0);
  // The usual name of an inventory names its system already.
  return html`${system !== undefined && system !== source && html`${systemWords[system].name}. `}${
    last === undefined
      ? words.appsOf(countIn(model, 'all'), countIn(model, 'gone'))
      : words.importedBy(agoText(last.at), last.byName, what)
  }`;
};

export const inventoriesPage = (frame: ConsoleFrame, model: InventoriesModel): Html => {
  if (isEverything(model)) return emptyPage(frame, model);
  const { source, listHref, newHref, rows, views, view, search, inventories = [], imports = [], old } = model;
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
      !isUnknown(model) &&
      html`<a class="button primary" href="${newHref}">${isOne ? words.importNew : words.import}</a>`
    }</div>
${!isUnknown(model) && html`<p class="lead">${isOne && views ? leadOf(model) : words.lead}</p>`}</div>
${oldLists(old)}
${views === undefined ? flash({ kind: 'notice', text: words.tooMany }) : viewTiles(model)}
${!isOne && search === '' && views?.some(({ name: one, count }) => (one === 'new' || one === 'changed') && !isIdle(one, count, view)) && html`<p class="hint">${words.viewsSince}</p>`}
${views === undefined && html`<p><a href="${model.findingsHref}">${words.allFindings}</a></p>`}
${filters(model)}
${foundLine(model)}
<section aria-labelledby="list"><h2 id="list" class="unseen">${words.views[view]}</h2>
${rows.length === 0 ? noApps(model) : table(columnsOf(model), rows, 'list')}
${pagination(model.pages, words.pagesOf, 'other', placeOf(model))}${rows.length > 0 && riskyRights}</section>
${isOne ? importHistory(imports) : search === '' && view === 'all' && inventories.length > 0 && inventorySummaries(inventories)}
${model.removeHref !== undefined && html`<p><a class="ends" href="${model.removeHref}">${words.remove}</a></p>`}`,
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
