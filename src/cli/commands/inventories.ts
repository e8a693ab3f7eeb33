/** `behalf inventory …`: apps that other systems have. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { findingRefusal } from '../../domain/governance/finding-refusals.ts';
import { INVENTORY_FORMATS, type InventoryFormat, MOST_REQUEST_BYTES } from '../../domain/governance/inventory.ts';
import { readInventory } from '../../domain/governance/inventory-formats/inventory-format.ts';
import type { ListedApp } from '../../domain/governance/inventory-formats/listed-app.ts';
import { type InventoryFile, MOST_IMPORT_BYTES } from '../../domain/governance/inventory-formats/listed-rows.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { type Command, CommandError, EXIT, usageError } from '../command.ts';
import { managementCommand } from '../management-command.ts';
import { listCommand } from '../object-commands.ts';

const NOUN = 'inventory';

/** Reads the files. Their size is checked before any is read. */
const read = (names: readonly string[]): readonly InventoryFile[] => {
  try {
    const bytes = names.reduce((sum, name) => sum + statSync(name).size, 0);
    if (bytes > MOST_IMPORT_BYTES) throw findingRefusal('inventory_too_large', { params: { most: MOST_IMPORT_BYTES } });
    return names.map((name) => ({ name: basename(name), text: readFileSync(name, 'utf8') }));
  } catch (cause) {
    if (isDomainError(cause)) throw cause;
    throw new CommandError(`A file cannot be read: ${names.join(', ')}.`, { hint: 'Name files.', cause });
  }
};

/** The apps of the files. */
const appsOf = (names: readonly string[], format: InventoryFormat): readonly ListedApp[] => {
  try {
    return readInventory(read(names), format);
  } catch (error) {
    if (!isDomainError(error)) throw error;
    throw new CommandError(error.message, {
      hint: 'Nothing was imported. See docs/how-to/inventories.md for the formats.',
    });
  }
};

/** Refuses before it sends what the API would refuse by its size. */
const checkSize = (body: object): void => {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > MOST_REQUEST_BYTES)
    throw new CommandError(`The apps have ${bytes} bytes, and an import has at most ${MOST_REQUEST_BYTES}.`, {
      hint: 'Nothing was imported. Import parts of the list, each under a name of its own: --source NAME.',
    });
};

export const inventoryCommands: readonly Command[] = [
  managementCommand({
    words: [NOUN, 'import'],
    operands: ['FILE...'],
    summary: 'Import the whole list of apps of another system. The same list again changes nothing.',
    role: 'operator',
    options: {
      format: { value: 'FORMAT', description: `${INVENTORY_FORMATS.join(', ')}.`, isRequired: true },
      source: { value: 'NAME', description: 'Name of the inventory. Default: the format.' },
      'dry-run': { description: 'Only say what the import would change.' },
    },
    run: async (call) => {
      const format = INVENTORY_FORMATS.find((one) => one === call.required('format'));
      if (format === undefined) throw usageError(`--format is ${INVENTORY_FORMATS.join(', ')}.`);
      const isDryRun = call.isSet('dry-run');
      const sent = { apps: appsOf(call.operands, format), format, ...(isDryRun ? { is_dry_run: true } : {}) };
      checkSize(sent);
      const id = call.text('source') ?? format;
      const { body } = await call.api.run('importInventory', { id, body: sent });
      const { created, changed, unchanged, gone, findings } = body;
      const counts = `${created} new, ${changed} changed, ${unchanged} the same, ${gone} gone`;
      const first = isDryRun ? 'Nothing was imported. The import would find' : 'Imported';
      call.print.object(body, `${first}: ${counts}. Open findings among them: ${findings}.\n`);
      return EXIT.done;
    },
  }),
  managementCommand({
    words: [NOUN, 'delete'],
    operands: ['INVENTORY'],
    summary: 'Delete an inventory with all its entries, and resolve their findings.',
    warning: 'Its entries are gone. Findings about them are resolved, also those that were dismissed or adopted.',
    role: 'administrator',
    options: {},
    run: async (call) => {
      const [id = ''] = call.operands;
      await call.api.run('removeInventory', { id });
      call.print.object({}, `${id} is deleted. The audit log keeps its imports.\n`);
      return EXIT.done;
    },
  }),
  listCommand({
    noun: NOUN,
    plural: 'entries of inventories, newest first',
    operation: 'listInventoryEntries',
    nothing: 'There is none. Import some: behalf inventory import FILE --format csv',
    filters: {
      source: { value: 'NAME', description: 'Only entries of this inventory.' },
      state: { value: 'STATE', description: 'Only present or gone ones; with --source.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'SOURCE', value: ({ source }) => source },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'PEOPLE', value: ({ people }) => people },
      { title: 'SCOPES', value: ({ scopes }) => ((scopes ?? []) as readonly unknown[]).length },
      { title: 'EXTERNAL ID', value: (row) => row['external_id'] },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
];
