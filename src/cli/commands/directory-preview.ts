/** `behalf directories dry-run`, `preview` and `start`: what the first sync of a directory would do. */
import { DRY_RUN_OUTCOMES } from '../../domain/identity/directories/dry-run.ts';
import { type Command, EXIT, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { printable, table } from '../table.ts';

const begin = managementCommand({
  words: ['directories', 'dry-run'],
  operands: ['DIRECTORY'],
  summary: 'Begin a dry run: requests of the directory are checked and answered, and only a report is written.',
  role: 'administrator',
  options: {},
  notes:
    'Possible until the directory has written an account or group. An earlier report is forgotten. Then: behalf directories preview DIRECTORY',
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('startDirectoryDryRun', { id });
    call.print.object(body, `${printable(id)} is in a dry run.\n`);
    return EXIT.done;
  },
});

const start = managementCommand({
  words: ['directories', 'start'],
  operands: ['DIRECTORY'],
  summary: 'Start a directory for real: ends its dry run, and forgets the report.',
  ...{ role: 'administrator', isProvenHere: true },
  options: {},
  notes: 'Restart the provisioning at the directory afterwards: ids of the dry run end.',
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('startDirectory', { id });
    call.print.object(body, `${printable(id)} has started. Restart the provisioning at the directory.\n`);
    return EXIT.done;
  },
});

const ATTRIBUTES = [
  { title: 'ATTRIBUTE', value: (row: Json) => row['attribute'] },
  { title: 'BECOMES', value: (row: Json) => row['use'] },
  { title: 'USERS', value: (row: Json) => row['count'] },
  { title: 'EXAMPLE', value: (row: Json) => printable(String(row['example'])) },
];

const ENTRIES = [
  { title: 'OUTCOME', value: (row: Json) => row['outcome'], as: 'word' as const },
  { title: 'KIND', value: (row: Json) => row['kind'] },
  { title: 'NAME', value: (row: Json) => printable(String(row['name'])) },
  { title: 'CHANGES', value: (row: Json) => row['changed'], isRare: true as const },
  { title: 'WHY', value: (row: Json) => row['detail'], isRare: true as const },
];

/** Accounts of one call. */
const PAGE = 200;

const preview = managementCommand({
  words: ['directories', 'preview'],
  operands: ['DIRECTORY'],
  summary: 'Show what the dry run of a directory would do, and what its attributes become here.',
  role: 'operator',
  options: {
    outcome: { value: 'OUTCOME', description: `Only these users and groups: ${DRY_RUN_OUTCOMES.join(', ')}.` },
  },
  notes: 'Lists the newest 200 users and groups. The JSON has all members of each.',
  run: async (call) => {
    const [id = ''] = call.operands;
    const outcome = call.text('outcome');
    if (outcome !== undefined && !DRY_RUN_OUTCOMES.some((one) => one === outcome)) {
      throw usageError(`--outcome '${outcome}' is none of ${DRY_RUN_OUTCOMES.join(', ')}.`);
    }
    const { body } = await call.api.run('getDirectoryPreview', { id });
    const query = { limit: String(PAGE), ...(outcome === undefined ? {} : { outcome }) };
    const listed = await call.api.run('listPreviewedAccounts', { id, query });
    const attributes = (body['attributes'] ?? []) as readonly Json[];
    const items = (listed.body['items'] ?? []) as readonly Json[];
    const counts = Object.entries((body['counts'] ?? {}) as Json)
      .map(([name, count]) => `${name}: ${count}`)
      .join('  ');
    const state = body['dry_run_from'] === undefined ? 'The directory is in no dry run.\n' : '';
    const empty = 'The directory has sent nothing yet.\n';
    const text =
      items.length === 0 && attributes.length === 0
        ? `${state}${empty}`
        : `${state}${counts}\n\n${table(ATTRIBUTES, attributes)}\n${table(ENTRIES, items)}`;
    call.print.object({ ...body, accounts: items }, text);
    return EXIT.done;
  },
});

export const directoryPreviewCommands: readonly Command[] = [begin, preview, start];
