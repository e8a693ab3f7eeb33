import {
  INVENTORY_VIEWS,
  type InventoriesModel,
  type InventoryRow,
  type InventoryView,
  inventoriesPage,
} from '../../../views/pages/console-inventories.ts';
import { type ImportLinks, INVENTORY_SYSTEMS, importHrefFor } from '../../../views/pages/inventory-systems.ts';
import type { Pagination } from '../../../views/partials/pagination.ts';
import type { Finding } from '../../domain/governance/finding.ts';
import { INVENTORY_NAME } from '../../domain/governance/inventory.ts';
import { riskyScopes } from '../../domain/governance/scope-risks.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { doerName, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { addInventoryImport, INVENTORIES } from './inventory-import.ts';
import {
  decideHref,
  findingsAbout,
  isKnownEntry,
  knownAs,
  knownNames,
  mayNeedDecision,
  type ShownEntry,
} from './inventory-rows.ts';
import { hrefWith, listed } from './list-page.ts';

type Only = { readonly source?: string };

/** Apps that are counted, and sorted by whether they need a decision. Of more, the list shows the newest first. */
const MOST_COUNTED = 1000;
const AT_ONCE = 200;
/** Rows of a page. */
const ROWS = 25;

/** What a list of apps shows. */
type Shown = Pick<InventoriesModel, 'pages' | 'views' | 'view'> & {
  readonly entries: readonly ShownEntry[];
  readonly findings: ReadonlyMap<string, Finding>;
};

/** Adds `/console/inventories`: the apps of other systems, and the import of a list. */
export const addInventoryPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${INVENTORIES}`;
  const links: ImportLinks = { listHref: home, importHref: `${home}/import` };

  /** Up to MOST_COUNTED entries, the newest first. Undefined: there are more. */
  const allOf = async ({ account, by }: Viewer, only: Only): Promise<readonly ShownEntry[] | undefined> => {
    const entries: ShownEntry[] = [];
    for (let after: Cursor | undefined; entries.length < MOST_COUNTED; ) {
      const query = { ...only, limit: AT_ONCE };
      const { body, next } = await calls.run('listInventoryEntries', account, by, { query, after });
      entries.push(...((body?.items ?? []) as readonly ShownEntry[]));
      if (!next) return entries;
      after = next;
    }
    return undefined;
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
    { source = '', view, at }: { readonly source?: string; readonly view: InventoryView; readonly at: number },
  ): Promise<Shown> => {
    const findings = await openAbout(viewer, all);
    const inView: Readonly<Record<InventoryView, (entry: ShownEntry) => boolean>> = {
      decide: ({ id }) => findings.has(id),
      known: (entry) => entry.state === 'present' && isKnownEntry(entry),
      gone: ({ state }) => state === 'gone',
      all: () => true,
    };
    const scoreOf = ({ id }: ShownEntry): number => findings.get(id)?.score ?? -1;
    const isGone = (entry: ShownEntry): number => Number(inView.gone(entry));
    const chosen = all
      .filter(inView[view])
      .toSorted((one, other) => scoreOf(other) - scoreOf(one) || isGone(one) - isGone(other));
    const hrefOf = (which: InventoryView, from = 0): string =>
      hrefWith(home, { source, view: which === 'all' ? '' : which, at: from === 0 ? '' : String(from) });
    const pages: Pagination = {
      ...(at > 0 ? { firstHref: hrefOf(view) } : {}),
      ...(at + ROWS < chosen.length ? { nextHref: hrefOf(view, at + ROWS) } : {}),
    };
    return {
      ...{ entries: chosen.slice(at, at + ROWS), findings, pages, view },
      views: INVENTORY_VIEWS.map((name) => ({ name, count: all.filter(inView[name]).length, href: hrefOf(name) })),
    };
  };

  const newest = async (viewer: Viewer, only: Only, after: string | null): Promise<Shown> => {
    const question = { operation: 'listInventoryEntries', path: home, asked: only, query: only } as const;
    const { items, pages } = await listed(deps, calls, viewer, question, after);
    return { entries: items, pages, view: 'all', findings: await openAbout(viewer, items) };
  };

  const rowsOf = async ({ entries, findings }: Shown): Promise<readonly InventoryRow[]> => {
    const names = await knownNames(deps, entries);
    return entries.map((entry) => {
      const { name, source, owner, people = 0, scopes = [] } = entry;
      return {
        ...{ name, source, externalId: entry.external_id, createdAt: entry.created_at, people },
        ...(entry.state === 'gone' ? { goneAt: entry.updated_at } : {}),
        ...(entry.is_enabled === false ? { isOff: true as const } : {}),
        ...{ scopes: scopes.length, risky: riskyScopes(scopes) },
        ...(owner === undefined ? {} : { owner }),
        ...knownAs(deps, names, entry),
        ...decideHref(deps, findings.get(entry.id)),
      };
    });
  };

  /** The last import, as the audit log has it. */
  const lastImport = async ({ account }: Viewer, source: string): Promise<Pick<InventoriesModel, 'imported'>> => {
    if (!calls.mayAll('listAuditEvents', account)) return {};
    const { entries } = await deps.audit.list({ type: 'inventory.imported', id: source, limit: 1 });
    const [last] = entries;
    if (last === undefined) return {};
    const { caller } = last.event;
    const names = await partyNames(deps, [caller]);
    return {
      imported: {
        at: Math.floor(last.at / 1000),
        ...(caller === undefined ? {} : { byName: doerName(names, caller) }),
      },
    };
  };

  page(INVENTORIES, async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const asked = query.get('source') ?? '';
    const only: Only = INVENTORY_NAME.test(asked) ? { source: asked } : {};
    const view = INVENTORY_VIEWS.find((one) => one === query.get('view')) ?? 'all';
    const at = /^\d{1,3}$/.test(query.get('at') ?? '') ? Number(query.get('at')) : 0;
    const all = await allOf(viewer, only);
    const shown =
      all === undefined
        ? await newest(viewer, only, query.get('after'))
        : await sorted(viewer, all, { ...only, view, at });
    const { source } = only;
    const system = INVENTORY_SYSTEMS.find((one) => one === source);
    const { pages, views } = shown;
    sendPage(
      ctx,
      200,
      inventoriesPage(frame, {
        ...{ listHref: home, findingsHref: `${deps.basePath}/console/findings?kind=unknown_app` },
        ...{ rows: await rowsOf(shown), pages, view: shown.view },
        ...(views === undefined ? {} : { views }),
        ...(source === undefined ? {} : { source, ...(await lastImport(viewer, source)) }),
        ...(system === undefined ? {} : { system }),
        ...(calls.may('importInventory', viewer.account)
          ? { links, newHref: source === undefined ? links.importHref : importHrefFor(links, source) }
          : {}),
      }),
    );
  });

  addInventoryImport(parts, links);
};
