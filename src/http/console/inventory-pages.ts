import {
  INVENTORY_VIEWS,
  type InventoriesModel,
  type InventoryRow,
  type InventoryView,
  inventoriesPage,
} from '../../../views/pages/console-inventories.ts';
import { type InventorySummary, isOld } from '../../../views/pages/inventory-history.ts';
import {
  type ImportLinks,
  type ImportTimes,
  importHrefFor,
  type LastImport,
  systemOf,
} from '../../../views/pages/inventory-systems.ts';
import type { Pagination } from '../../../views/partials/pagination.ts';
import type { Finding } from '../../domain/governance/finding.ts';
import { INVENTORY_NAME } from '../../domain/governance/inventory.ts';
import { riskyScopes } from '../../domain/governance/scope-risks.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { addInventoryImport, INVENTORIES } from './inventory-import.ts';
import { importTimes, lastImports } from './inventory-imports.ts';
import { addInventoryRemoval } from './inventory-removal.ts';
import {
  decideHref,
  findingsAbout,
  isKnownEntry,
  knownAs,
  knownNames,
  mayNeedDecision,
  registerHref,
  type ShownEntry,
} from './inventory-rows.ts';
import { hrefWith, listed } from './list-page.ts';

type Only = { readonly source?: string };

/** What the address asks for. `at`: place of the first row. */
type Asked = Only & { readonly view: InventoryView; readonly at: number; readonly search: string };

/** Apps that are counted, and sorted by whether they need a decision. Of more, the list shows the newest first. */
const MOST_COUNTED = 1000;
const AT_ONCE = 200;
/** Rows of a page. */
const ROWS = 25;
/** Of too many apps, it is not known which the last import brought or changed. */
const UNKNOWN = { added: new Set<string>(), changed: new Set<string>() };

/** `areAll`: there are no more. */
type FirstEntries = { readonly entries: readonly ShownEntry[]; readonly areAll: boolean };

/** What a list of apps shows. */
type Shown = Pick<InventoriesModel, 'pages' | 'views' | 'view' | 'inventories' | 'at' | 'searched'> & {
  readonly entries: readonly ShownEntry[];
  readonly findings: ReadonlyMap<string, Finding>;
  /** Ids of those that are new. */
  readonly added: ReadonlySet<string>;
  /** Ids of those that the last import changed. */
  readonly changed: ReadonlySet<string>;
};

const fits = ({ name, source, external_id: id, owner = '', scopes = [] }: ShownEntry, search: string): boolean =>
  [name, source, id, owner, ...scopes].some((text) => text.toLowerCase().includes(search));

/** Those to which most people gave rights first, then by name. */
const byPeople = (one: ShownEntry, other: ShownEntry): number =>
  (other.people ?? 0) - (one.people ?? 0) || (one.name < other.name ? -1 : 1);

/** Ids of the apps that the last import of their inventory brought, unless it was the first one. */
const newEntries = (all: readonly ShownEntry[], times: ImportTimes): ReadonlySet<string> => {
  const isSince = ({ source, created_at: at }: ShownEntry): boolean => at >= (times.get(source)?.at ?? Infinity);
  const hadApps = new Set(all.filter((entry) => !isSince(entry)).map(({ source }) => source));
  const some = all.filter((entry) => entry.state === 'present' && isSince(entry) && hadApps.has(entry.source));
  return new Set(some.map(({ id }) => id));
};

/** Ids of the apps that the last import of their inventory changed. */
const changedEntries = (all: readonly ShownEntry[], times: ImportTimes): ReadonlySet<string> => {
  const isChanged = ({ source, state, created_at: from, updated_at: at }: ShownEntry): boolean => {
    const last = times.get(source)?.at ?? Infinity;
    return state === 'present' && from < last && at >= last;
  };
  return new Set(all.filter(isChanged).map(({ id }) => id));
};

const askedOf = (query: URLSearchParams): Asked => {
  const source = query.get('source') ?? '';
  const at = query.get('at') ?? '';
  return {
    ...(INVENTORY_NAME.test(source) ? { source } : {}),
    view: INVENTORY_VIEWS.find((one) => one === query.get('view')) ?? 'all',
    at: /^\d{1,3}$/.test(at) ? Number(at) : 0,
    search: (query.get('q') ?? '').trim().slice(0, 100),
  };
};

const timesOf = (source: string, imports: readonly LastImport[]): ImportTimes =>
  new Map(imports.slice(0, 1).map((last) => [source, last]));

/** Those of which no recent import is known. */
const oldOf = (times: ImportTimes, sources: Iterable<string>, now: number): readonly string[] =>
  [...new Set([...times.keys(), ...sources])].filter((source) => isOld(times.get(source)?.at ?? 0, now)).sort();

/** Adds `/console/inventories`: the apps of other systems, and the import of a list. */
export const addInventoryPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${INVENTORIES}`;
  const links: ImportLinks = { listHref: home, importHref: `${home}/import` };

  /** Up to MOST_COUNTED entries, the newest first. */
  const firstOf = async ({ account, by }: Viewer, only: Only): Promise<FirstEntries> => {
    const entries: ShownEntry[] = [];
    for (let after: Cursor | undefined; entries.length < MOST_COUNTED; ) {
      const query = { ...only, limit: AT_ONCE };
      const { body, next } = await calls.run('listInventoryEntries', account, by, { query, after });
      entries.push(...((body?.items ?? []) as readonly ShownEntry[]));
      if (!next) return { entries, areAll: true };
      after = next;
    }
    return { entries, areAll: false };
  };

  const openAbout = async (viewer: Viewer, entries: readonly ShownEntry[]): Promise<ReadonlyMap<string, Finding>> => {
    const ids = entries.filter(mayNeedDecision).map(({ id }) => id);
    const found = await findingsAbout(deps, calls, viewer, ids);
    return new Map([...found].filter(([, { state }]) => state === 'open'));
  };

  /** All apps are read: those that need a decision come first, and those that are gone last. */
  const sorted = async (
    viewer: Viewer,
    all: readonly ShownEntry[],
    { source = '', view, at, search }: Asked,
    times: ImportTimes,
  ): Promise<Shown> => {
    const findings = await openAbout(viewer, all);
    const added = newEntries(all, times);
    const changed = changedEntries(all, times);
    const inView: Readonly<Record<InventoryView, (entry: ShownEntry) => boolean>> = {
      decide: ({ id }) => findings.has(id),
      new: ({ id }) => added.has(id),
      changed: ({ id }) => changed.has(id),
      known: (entry) => entry.state === 'present' && isKnownEntry(entry),
      unknown: (entry) => entry.state === 'present' && !isKnownEntry(entry),
      gone: ({ state }) => state === 'gone',
      all: () => true,
    };
    const scoreOf = ({ id }: ShownEntry): number => findings.get(id)?.score ?? -1;
    const isGone = (entry: ShownEntry): number => Number(inView.gone(entry));
    const fitting = search === '' ? all : all.filter((entry) => fits(entry, search.toLowerCase()));
    const chosen = fitting
      .filter(inView[view])
      .toSorted((one, other) => scoreOf(other) - scoreOf(one) || isGone(one) - isGone(other) || byPeople(one, other));
    const hrefOf = (which: InventoryView, from = 0): string =>
      hrefWith(home, {
        ...{ source, q: search, view: which === 'all' ? '' : which },
        at: from === 0 ? '' : String(from),
      });
    const pages: Pagination = {
      ...(at > 0 ? { firstHref: hrefOf(view) } : {}),
      ...(at + ROWS < chosen.length ? { nextHref: hrefOf(view, at + ROWS) } : {}),
    };
    const shownViews = INVENTORY_VIEWS.filter((name) => (name !== 'new' && name !== 'changed') || times.size > 0);
    // Apps that are gone stand last in the list of all, and count by themselves.
    const present = (entries: readonly ShownEntry[]): number => entries.filter((entry) => !inView.gone(entry)).length;
    const countIn = (name: InventoryView): number =>
      name === 'all' ? present(fitting) : fitting.filter(inView[name]).length;
    return {
      ...{ entries: chosen.slice(at, at + ROWS), findings, pages, view, at, searched: present(all) },
      views: shownViews.map((name) => ({ name, count: countIn(name), href: hrefOf(name) })),
      ...(source === '' ? { inventories: summaries(all, inView, times) } : {}),
      ...{ added, changed },
    };
  };

  /** The inventories by name. */
  const summaries = (
    all: readonly ShownEntry[],
    { decide, gone }: Readonly<Record<'decide' | 'gone', (entry: ShownEntry) => boolean>>,
    times: ImportTimes,
  ): readonly InventorySummary[] =>
    [...Map.groupBy(all, ({ source }) => source)]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([source, entries]) => {
        const last = times.get(source);
        const system = systemOf(source, last?.format);
        const left = entries.filter(gone).length;
        return {
          ...{ source, href: hrefWith(home, { source }), apps: entries.length - left, gone: left },
          decide: entries.filter(decide).length,
          ...(last === undefined ? {} : { at: last.at }),
          ...(system === undefined ? {} : { system }),
        };
      });

  const newest = async (viewer: Viewer, only: Only, after: string | null): Promise<Shown> => {
    const question = { operation: 'listInventoryEntries', path: home, asked: only, query: only } as const;
    const { items, pages } = await listed(deps, calls, viewer, question, after);
    return { entries: items, pages, view: 'all', findings: await openAbout(viewer, items), ...UNKNOWN };
  };

  const rowsOf = async (
    viewer: Viewer,
    { entries, findings, added, changed }: Shown,
  ): Promise<readonly InventoryRow[]> => {
    const names = await knownNames(deps, entries);
    return entries.map((entry) => {
      const {
        name,
        source,
        owner,
        people = 0,
        scopes = [],
        added_scopes: came = [],
        removed_scopes: went = [],
      } = entry;
      const isPresent = entry.state === 'present' && entry.is_enabled !== false;
      return {
        ...{ name, source, externalId: entry.external_id, createdAt: entry.created_at, people },
        ...(entry.state === 'gone' ? { goneAt: entry.updated_at } : {}),
        ...(entry.is_enabled === false ? { isOff: true as const } : {}),
        ...(added.has(entry.id) ? { isNew: true as const } : {}),
        ...(changed.has(entry.id) ? { changed: { added: came, removed: went } } : {}),
        ...(isPresent ? registerHref(deps, calls, viewer, name) : {}),
        ...{ scopes: scopes.length, risky: riskyScopes(scopes), rights: scopes },
        ...(owner === undefined ? {} : { owner }),
        ...knownAs(deps, names, entry),
        ...decideHref(deps, findings.get(entry.id)),
      };
    });
  };

  page(INVENTORIES, async (ctx, { viewer, frame }) => {
    const asked = askedOf(queryOf(ctx));
    const { source } = asked;
    const only: Only = source === undefined ? {} : { source };
    const { entries, areAll } = await firstOf(viewer, only);
    const sources = entries.map((entry) => entry.source);
    const imports = source === undefined ? undefined : await lastImports(deps, calls, viewer, source);
    const known =
      source === undefined ? await importTimes(deps, calls, viewer, sources) : imports && timesOf(source, imports);
    const shown = areAll
      ? await sorted(viewer, entries, asked, known ?? new Map())
      : await newest(viewer, only, queryOf(ctx).get('after'));
    const format = imports?.at(0)?.format;
    const system = source === undefined ? undefined : systemOf(source, format);
    const { pages, views, inventories, at, searched } = shown;
    sendPage(
      ctx,
      200,
      inventoriesPage(frame, {
        ...{ listHref: home, findingsHref: `${deps.basePath}/console/findings?kind=unknown_app` },
        ...{ rows: await rowsOf(viewer, shown), pages, view: shown.view, search: asked.search },
        old: known === undefined ? [] : oldOf(known, sources, deps.clock.now()),
        ...(inventories === undefined ? {} : { inventories }),
        ...(views === undefined ? {} : { views }),
        ...(at === undefined ? {} : { at }),
        ...(searched === undefined ? {} : { searched }),
        ...(source === undefined ? {} : { source }),
        ...(source !== undefined && entries.length > 0 && calls.may('removeInventory', viewer.account)
          ? { removeHref: `${home}/${source}/delete` }
          : {}),
        ...(imports === undefined ? {} : { imports }),
        ...(system === undefined ? {} : { system }),
        ...(calls.may('importInventory', viewer.account)
          ? { links, newHref: source === undefined ? links.importHref : importHrefFor(links, source, format) }
          : {}),
      }),
    );
  });

  addInventoryImport(parts, links);
  addInventoryRemoval(parts, home);
};
