/** `behalf inventory …`: apps that other systems have. */
import { readFileSync } from 'node:fs';
import { type Command, CommandError, EXIT, usageError } from '../command.ts';
import { INVENTORY_FORMATS, readInventory } from '../inventory-formats.ts';
import { managementCommand } from '../management-command.ts';
import { listCommand } from '../object-commands.ts';

const NOUN = 'inventory';

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`The file ${file} cannot be read.`, { hint: 'Name a file.', cause });
  }
};

export const inventoryCommands: readonly Command[] = [
  managementCommand({
    words: [NOUN, 'import'],
    operands: ['FILE'],
    summary: 'Import the whole list of apps of another system. The same list again changes nothing.',
    role: 'operator',
    options: {
      format: { value: 'FORMAT', description: 'ndjson, csv or entra.', isRequired: true },
      source: { value: 'NAME', description: 'Name of the inventory. Default: the format.' },
    },
    run: async (call) => {
      const format = INVENTORY_FORMATS.find((one) => one === call.required('format'));
      if (format === undefined) throw usageError(`--format is ${INVENTORY_FORMATS.join(', ')}.`);
      const apps = readInventory(read(call.operands[0] ?? ''), format);
      const id = call.text('source') ?? format;
      const { body } = await call.api.run('importInventory', { id, body: { apps } });
      const { created, changed, unchanged, gone } = body;
      call.print.object(body, `${created} are new, ${changed} changed, ${unchanged} are the same, ${gone} are gone.\n`);
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
