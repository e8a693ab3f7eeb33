import {
  type InventoryRow,
  importInventoryPage,
  inventoriesPage,
  MOST_CHARACTERS,
} from '../../../views/pages/console-inventories.ts';
import { findingRefusal } from '../../domain/governance/finding-refusals.ts';
import { INVENTORY_NAME } from '../../domain/governance/inventory.ts';
import { INVENTORY_FORMATS, readInventory } from '../../domain/governance/inventory-formats/inventory-format.ts';
import { riskyScopes } from '../../domain/governance/scope-risks.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import type { ItemOf } from './console-calls.ts';
import { agentHref, clientHref, serverHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { hrefWith, listed } from './list-page.ts';

export const INVENTORIES = '/console/inventories';
/** A million characters, of which some take several bytes, and are encoded in the form. */
const LARGEST_FORM = 4_194_304;

type ShownEntry = ItemOf<'listInventoryEntries'>;

/** Adds `/console/inventories`: the apps of other systems, and the import of a list. */
export const addInventoryPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${INVENTORIES}`;
  const importHref = `${home}/import`;

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
    const query = queryOf(ctx);
    const source = query.get('source') ?? '';
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      {
        ...{ operation: 'listInventoryEntries', path: home, asked: { source } },
        query: INVENTORY_NAME.test(source) ? { source } : {},
      },
      query.get('after'),
    );
    const newHref = calls.may('importInventory', viewer.account) ? { newHref: importHref } : {};
    const asked = { search: '', state: '' };
    sendPage(ctx, 200, inventoriesPage({ ...frame, action: home, asked, rows: items.map(rowOf), pages, ...newHref }));
  });

  addAskedCall(parts, {
    ...{ path: `${INVENTORIES}/import`, operation: 'importInventory', hrefOf: () => importHref },
    ...{ fields: { apps: 'list', format: 'format', source: 'source' }, largest: LARGEST_FORM },
    page: async ({ frame }, _, typed) => importInventoryPage(frame, { ...typed, action: importHref, cancelHref: home }),
    call(values) {
      const format = INVENTORY_FORMATS.find((one) => one === values['format']);
      if (format === undefined)
        throw findingRefusal('inventory_format_unknown', {
          ...{ field: '/format', params: { formats: INVENTORY_FORMATS.join(', ') } },
        });
      const id = values['source'] || format;
      if (!INVENTORY_NAME.test(id)) throw findingRefusal('inventory_name_malformed', { field: '/source' });
      // A browser counts a line break as one character, and sends two.
      const text = (values['list'] ?? '').replaceAll('\r\n', '\n');
      if (text.length > MOST_CHARACTERS)
        throw findingRefusal('inventory_paste_too_long', { field: '/apps', params: { most: MOST_CHARACTERS } });
      return { id, body: { apps: readInventory([{ name: 'list', text }], format) } };
    },
    done: (ctx, { values }) =>
      seeOther(
        ctx,
        hrefWith(home, { source: values['source'] || (values['format'] ?? ''), done: 'inventoryImported' }),
      ),
  });
};
