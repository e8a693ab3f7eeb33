/** Resource: inventories of other systems, which name the apps that exist there. */
import {
  INVENTORY_FORMATS,
  INVENTORY_NAME,
  type InventoryEntry,
  MATCHES,
  MOST_ENTRIES,
  MOST_REQUEST_BYTES,
} from '../../../domain/governance/inventory.ts';
import { type AppChange, MOST_CHANGES } from '../../../domain/governance/inventory-changes.ts';
import type { InventoryRegistry } from '../../../domain/governance/inventory-registry.ts';
import { existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  flag,
  identified,
  input,
  integer,
  list,
  oneOf,
  output,
  page,
  RECORD,
  string,
  strings,
  text,
} from '../schema-parts.ts';
import { fromWire, show } from '../wire-names.ts';

const APP = {
  external_id: text('Id of the app in that system.', 200),
  name: text('Name of the app there.', 200),
  publisher: text('Who publishes it.', 200),
  owner: text('Who is accountable there.', 200),
  scopes: strings('Rights that people or administrators gave it.', 200, 300),
  people: integer('Number of people who gave it rights.', { minimum: 0, maximum: 100_000_000 }),
  is_for_everyone: flag('Whether an administrator gave it rights for everyone.'),
  is_enabled: flag('Whether it is enabled there. Default: true.'),
  secrets: integer('Number of static secrets that it has, or asks of those who run it.', {
    minimum: 0,
    maximum: 100_000_000,
  }),
  urls: strings(
    'Its redirect URIs, or where it is reached. Only scheme, host and path of web addresses are kept.',
    20,
    500,
  ),
  client: text('Id of the client, agent or resource server here that is the same app.', 512),
};

const STATED_APP = named('StatedApp', input(APP, ['external_id', 'name']));
const INVENTORY = named(
  'Inventory',
  input(
    {
      apps: list('All apps of the inventory. What is left out is gone.', MOST_ENTRIES, ref(STATED_APP)),
      is_dry_run: flag('Whether the import only says what it would change. Default: false.'),
      has_changes: flag('Whether the answer has `changes`. Default: false.'),
      format: oneOf('The form in which the list was given, for the audit log. It changes nothing.', INVENTORY_FORMATS),
    },
    ['apps'],
  ),
);
const MATCHED_BY = oneOf(
  'How `client` was found. resource and redirect_host are hints: the app chose the address. Absent: nothing here fits.',
  MATCHES,
);
const CHANGE = named(
  'InventoryChange',
  output(
    {
      id: string('Id of the entry. Begins with inv_.'),
      external_id: APP.external_id,
      name: APP.name,
      change: oneOf('What the import does to the entry.', ['created', 'changed', 'unchanged', 'gone']),
      is_finding: flag('Whether it has an open finding after the import.'),
      owner: APP.owner,
      scopes: APP.scopes,
      people: APP.people,
      added_scopes: strings('Rights of a changed app that the last import did not have.', 200, 300),
      removed_scopes: strings('Rights of a changed app that only the last import had.', 200, 300),
      client: APP.client,
      matched_by: MATCHED_BY,
    },
    ['owner', 'scopes', 'people', 'added_scopes', 'removed_scopes', 'client', 'matched_by'],
  ),
);
const RESULT = named(
  'InventoryImport',
  output(
    {
      created: integer('Number of new entries.'),
      changed: integer('Number of entries that changed, or are there again.'),
      unchanged: integer('Number of entries that stay as they are.'),
      gone: integer('Number of entries that the inventory does not have any more.'),
      known: integer('Number of apps of the list that are a client, agent or resource server here.'),
      findings: integer('Number of apps of the list with an open finding. A dismissed or adopted one does not count.'),
      changes: arrayOf(
        ref(CHANGE),
        `With \`has_changes\`: findings first, then apps that are gone, changed and new. At most ${MOST_CHANGES}.`,
      ),
    },
    ['changes'],
  ),
);
const ENTRY = named(
  'InventoryEntry',
  output(
    {
      ...identified('Begins with inv_.'),
      source: string('The inventory.'),
      ...APP,
      matched_by: MATCHED_BY,
      added_scopes: strings('Rights that came when an import last changed it.', 40, 300),
      removed_scopes: strings('Rights that went when an import last changed it.', 40, 300),
      state: oneOf('gone: the last import does not have it.', ['present', 'gone']),
      ...RECORD,
    },
    [
      'publisher',
      'owner',
      'scopes',
      'people',
      'is_for_everyone',
      'is_enabled',
      'secrets',
      'urls',
      'client',
      'matched_by',
      'added_scopes',
      'removed_scopes',
    ],
  ),
);

const SCOPES = scopes('inventories', {
  read: ['See which apps other systems have', 'low'],
  write: ['Import which apps other systems have', 'medium'],
});
const make = about('inventories', SCOPES);

const routes = {
  importInventory: make.act(
    '/inventories/{id}/import',
    RESULT,
    'Import the whole list of apps of another system. The same list again changes nothing',
    { body: INVENTORY, ids: INVENTORY_NAME, largestBody: MOST_REQUEST_BYTES },
  ),
  removeInventory: make.remove(
    '/inventories/{id}',
    'Delete an inventory with all its entries, and resolve their findings',
    { ids: INVENTORY_NAME, roles: ADMINISTRATORS },
  ),
  listInventoryEntries: make.read('/inventory-entries', page(ENTRY), 'List entries of inventories, newest first', {
    query: {
      ...PAGE,
      source: text('Only entries of this inventory.', 40),
      state: oneOf('Only entries in this state; needs `source`.', ['present', 'gone']),
    },
  }),
  getInventoryEntry: make.read('/inventory-entries/{id}', ENTRY, 'Read an entry of an inventory'),
};

const shown = (entry: InventoryEntry) =>
  show(entry, [
    ...(['id', 'source', 'externalId', 'name', 'publisher', 'owner', 'scopes', 'people', 'isForEveryone'] as const),
    ...(['isEnabled', 'secrets', 'urls', 'client', 'matchedBy', 'addedScopes', 'removedScopes'] as const),
    ...(['state', 'createdAt', 'updatedAt'] as const),
  ]);

const shownChange = ({ entry, ...about }: AppChange) => ({
  ...show(entry, ['id', 'externalId', 'name', 'owner', 'scopes', 'people', 'client', 'matchedBy']),
  ...show(about, ['change', 'isFinding', 'addedScopes', 'removedScopes']),
});

const handlers = ({ inventories }: { readonly inventories: InventoryRegistry }): Handlers<typeof routes> => ({
  async importInventory({ id, body, by }) {
    const apps = body.apps.map((app) => fromWire(app));
    const about = body.format === undefined ? {} : { format: body.format };
    const result = body.isDryRun ? inventories.preview(id, apps) : inventories.importAll(id, apps, by, about);
    const { changes, ...counts } = await result;
    return { body: body.hasChanges ? { ...counts, changes: changes.map(shownChange) } : counts };
  },
  async removeInventory({ id, by }) {
    await inventories.removeAll(id, by);
    return {};
  },
  async listInventoryEntries(call) {
    const { source, state } = call.query;
    const of = { ...(source === undefined ? {} : { source }), ...(state === undefined ? {} : { state }) };
    return pageAnswer(await inventories.list({ ...pageOf(call), ...of }), shown);
  },
  getInventoryEntry: async ({ id }) => objectAnswer(existing(await inventories.get(id)), shown),
});

export const inventories = resource(routes, handlers);
