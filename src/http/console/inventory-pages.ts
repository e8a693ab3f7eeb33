import { type InventoryRow, inventoriesPage } from '../../../views/pages/console-inventories.ts';
import { INVENTORY_NAME } from '../../domain/governance/inventory.ts';
import { riskyScopes } from '../../domain/governance/scope-risks.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { ItemOf } from './console-calls.ts';
import { agentHref, clientHref, serverHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { addInventoryImport, INVENTORIES } from './inventory-import.ts';
import { listed } from './list-page.ts';

type ShownEntry = ItemOf<'listInventoryEntries'>;

/** Adds `/console/inventories`: the apps of other systems, and the import of a list. */
export const addInventoryPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${INVENTORIES}`;
  const links = { listHref: home, importHref: `${home}/import` };

  /** A client with a metadata document has no page. */
  const hrefOf = (id: string): string | undefined => {
    if (id.startsWith('agt_')) return agentHref(deps, id);
    if (id.startsWith('rs_')) return serverHref(deps, id);
    return id.startsWith('app_') ? clientHref(deps, id) : undefined;
  };

  const knownOf = ({ client: id, matched_by: by }: ShownEntry): InventoryRow['known'] => {
    if (id === undefined || by === undefined) return undefined;
    const href = hrefOf(id);
    return { id, by, ...(href === undefined ? {} : { href }) };
  };

  const rowOf = (entry: ShownEntry): InventoryRow => {
    const { name, source, owner, scopes = [] } = entry;
    const known = knownOf(entry);
    return {
      ...{ name, source, externalId: entry.external_id, createdAt: entry.created_at },
      state: entry.state === 'present' && entry.is_enabled === false ? 'off' : entry.state,
      ...{ scopes: scopes.length, risky: riskyScopes(scopes) },
      ...(owner === undefined ? {} : { owner }),
      ...(known === undefined ? {} : { known }),
    };
  };

  page(INVENTORIES, async (ctx, { viewer, frame }) => {
    const asked = queryOf(ctx).get('source') ?? '';
    const only = INVENTORY_NAME.test(asked) ? { source: asked } : {};
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      { operation: 'listInventoryEntries', path: home, asked: only, query: only },
      queryOf(ctx).get('after'),
    );
    const may = calls.may('importInventory', viewer.account) ? { links, newHref: links.importHref } : {};
    const model = { action: home, asked: { search: '', state: '' }, rows: items.map(rowOf), pages };
    sendPage(ctx, 200, inventoriesPage({ ...frame, ...model, ...only, ...may }));
  });

  addInventoryImport(parts, links);
};
