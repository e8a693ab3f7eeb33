/** Shared parts of the commands over the management API: choice of the key file, printing, and lists. */
import { join } from 'node:path';
import { systemClock } from '../../adapters/node/clock.ts';
import { writeLocalProof } from '../../adapters/node/local-proofs.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { type Call, type Command, EXIT, type Option, usageError } from './command.ts';
import { readKeyFile } from './key-file.ts';
import { type Json, type ManagementClient, managementClient } from './management-client.ts';
import { type Column, csvRow, details, jsonText, printable, table } from './table.ts';

/** The key file of the data folder that a command uses by default. */
export type KeyRole = 'operator' | 'administrator';

/** Or one that depends on the request. */
type KeyRoleOf = KeyRole | ((call: Call) => KeyRole);

const CONNECTION = {
  json: { description: 'Print JSON instead of text.' },
  data: {
    value: 'FOLDER',
    description: 'Data folder of the server, for its key files. Default: BEHALF_DATA, else ./data.',
  },
  'key-file': { value: 'FILE', description: 'Key file to use instead of the key file in the data folder.' },
} as const satisfies Record<string, Option>;

/** For commands that take an administrator with a second factor, or a caller on the machine of the server. */
const LOCAL = {
  local: {
    description:
      'Prove access to the server’s machine instead of a second factor. Run the command as the server’s user, with its data folder.',
  },
} as const satisfies Record<string, Option>;

const LIMIT = { limit: { value: 'N', description: 'Show at most N. Default 100.' } } as const satisfies Record<
  string,
  Option
>;

export type ManagementCall = Call & { readonly api: ManagementClient; readonly print: Printer };

type Printer = {
  /** Prints one object: as JSON, or as text. */
  readonly object: (value: Json, text: string) => void;
  readonly list: <Row extends Json>(rows: readonly Row[], columns: readonly Column<Row>[], nothing: string) => void;
};

/** A command that calls the management API. */
export const managementCommand = (
  description: Omit<Command, 'run'> & {
    readonly role: KeyRoleOf;
    /** Adds `--local`, which selects the administrator's key file: see `LOCAL`. */
    readonly isProvenHere?: true;
    readonly run: (call: ManagementCall) => Promise<number | undefined>;
  },
): Command => {
  const { role, isProvenHere, run, ...command } = description;
  return {
    ...command,
    options: { ...command.options, ...(isProvenHere ? LOCAL : {}), ...CONNECTION },
    run: (call) => {
      const folder = call.text('data') ?? call.env['BEHALF_DATA'] ?? call.env['BEHALF__DATA__FOLDER'] ?? './data';
      const isLocal = isProvenHere === true && call.isSet('local');
      const usual = typeof role === 'function' ? role(call) : role;
      const keyFile = readKeyFile(call.text('key-file') ?? join(folder, `${isLocal ? 'administrator' : usual}.json`));
      const localProof = isLocal
        ? () => writeLocalProof(dataFolder(folder).localProofs, keyFile.client_id, systemClock)
        : undefined;
      return run({ ...call, api: managementClient(keyFile, { localProof }), print: printer(call) });
    },
  };
};

const printer = ({ terminal, isSet }: Call): Printer => ({
  object: (value, text) => terminal.out(isSet('json') ? jsonText(value) : text),
  list: (rows, columns, nothing) => {
    if (isSet('json')) terminal.out(jsonText(rows));
    else if (rows.length === 0) terminal.err(`${nothing}\n`);
    else terminal.out(table(columns, rows, terminal.columns));
  },
});

const FORMS = {
  ndjson: { description: 'Print one JSON object per line: all objects unless --limit is given.' },
  csv: { description: 'Print the columns as CSV (RFC 4180): all objects unless --limit is given.' },
} as const satisfies Record<string, Option>;

/** Prints each item when it arrives, so that a list may have any length. */
const writeRows = async (
  call: ManagementCall,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  columns: readonly Column<Json>[],
): Promise<void> => {
  const isCsv = call.isSet('csv');
  if (isCsv) call.terminal.out(csvRow(columns.map(({ title }) => title)));
  const limit = call.integer('limit', 1, 10_000_000) ?? Number.POSITIVE_INFINITY;
  for await (const item of call.api.items(path, query, limit)) {
    call.terminal.out(isCsv ? csvRow(columns.map(({ value }) => value(item))) : jsonText(item, 0));
  }
};

/** At most `--limit` items of a list. */
const collect = async (
  call: ManagementCall,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<readonly Json[]> => {
  const items: Json[] = [];
  for await (const item of call.api.items(path, query, call.integer('limit', 1, 100_000) ?? 100)) items.push(item);
  return items;
};

/** Options of lists with a search. */
export const SEARCH = {
  search: { value: 'WORDS', description: 'Only objects with words that begin with each of these words.' },
} as const satisfies Record<string, Option>;
export const stateFilter = (states: string) => ({ state: { value: 'STATE', description: `Only ${states} ones.` } });

/** `list`, over a path of the API. */
export const listCommand = (description: {
  readonly noun: string;
  readonly plural: string;
  readonly path: string;
  readonly columns: readonly Column<Json>[];
  readonly filters?: Readonly<Record<string, Option & { readonly parameter?: string }>>;
  readonly nothing: string;
  readonly role?: KeyRole;
  /** The API value of a filter's value; default: itself. */
  readonly meaning?: (name: string, value: string) => string;
}): Command => {
  const { noun, plural, path, columns, filters = {}, nothing, role = 'operator', meaning } = description;
  return managementCommand({
    words: [noun, 'list'],
    operands: [],
    summary: `List ${plural}.`,
    role,
    options: { ...filters, ...LIMIT, ...FORMS },
    run: async (call) => {
      const query = Object.fromEntries(
        Object.entries(filters).map(([name, { parameter, value }]) => {
          const given = value === undefined ? (call.isSet(name) ? 'true' : undefined) : call.text(name);
          return [parameter ?? name, given === undefined ? undefined : (meaning?.(name, given) ?? given)];
        }),
      );
      if (call.isSet('ndjson') || call.isSet('csv')) {
        await writeRows(call, path, query, columns);
        return EXIT.done;
      }
      const isFiltered = Object.values(query).some((value) => value !== undefined);
      call.print.list(await collect(call, path, query), columns, isFiltered ? `There are no such ${noun}.` : nothing);
      return EXIT.done;
    },
  });
};

/** The operand of a command: an id, or a name that `find` turns into one. */
type Operand = { readonly name: string; readonly find: (call: ManagementCall) => Promise<string> };

const BY_ID: Operand = { name: 'ID', find: async (call) => call.operands[0] ?? '' };

const pathOf = async (path: string, { find }: Operand, call: ManagementCall): Promise<string> =>
  `${path}/${encodeURIComponent(await find(call))}`;

/** `show ID`, over a path of the API. */
export const showCommand = (noun: string, singular: string, path: string, operand = BY_ID): Command =>
  managementCommand({
    words: [noun, 'show'],
    operands: [operand.name],
    summary: `Show ${singular}.`,
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.get(await pathOf(path, operand, call));
      call.print.object(body, details(readable(body)));
      return EXIT.done;
    },
  });

/** `update ID`: changes the members that `changes` returns and keeps all others. */
export const updateCommand = (description: {
  readonly noun: string;
  readonly singular: string;
  readonly path: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly changes: (call: ManagementCall) => Promise<Json>;
  readonly operand?: Operand;
  readonly role?: KeyRoleOf;
  readonly isProvenHere?: true;
}): Command => {
  const { noun, singular, path, options, changes, operand = BY_ID, role = 'operator', isProvenHere } = description;
  return managementCommand({
    words: [noun, 'update'],
    operands: [operand.name],
    summary: `Change ${singular}. Options left out change nothing. A given list replaces the old list.`,
    role,
    ...(isProvenHere ? { isProvenHere } : {}),
    options,
    run: async (call) => {
      const changed = await changes(call);
      const members = Object.keys(changed);
      if (members.length === 0)
        throw usageError('Nothing to change was given.', `See \`behalf ${noun} update --help\`.`);
      const { body } = await call.api.patch(await pathOf(path, operand, call), changed);
      call.print.object(body, `${printable(call.operands[0] ?? '')} was changed: ${members.join(', ')}.\n`);
      warn(call, body);
      return EXIT.done;
    },
  });
};

/** A command for one action on one object: `suspend ID`. */
export const actionCommand = (description: {
  readonly noun: string;
  readonly verb: string;
  readonly summary: string;
  readonly path: string;
  readonly done: string;
  readonly operand?: Operand;
  readonly role?: KeyRole;
  readonly isProvenHere?: true;
}): Command => {
  const { noun, verb, summary, path, done, operand = BY_ID, role = 'operator', isProvenHere } = description;
  return managementCommand({
    words: [noun, verb],
    operands: [operand.name],
    summary,
    role,
    ...(isProvenHere ? { isProvenHere } : {}),
    options: {},
    run: async (call) => {
      const { body } = await call.api.post(`${await pathOf(path, operand, call)}/${verb}`);
      call.print.object(body, `${printable(call.operands[0] ?? '')} is ${done}.\n`);
      return EXIT.done;
    },
  });
};

/** `narrow ID`: removes the rights that `taken` returns. */
export const narrowCommand = (description: {
  readonly noun: string;
  readonly summary: string;
  readonly path: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly taken: (call: ManagementCall) => Json;
}): Command => {
  const { noun, summary, path, options, taken } = description;
  return managementCommand({
    words: [noun, 'narrow'],
    operands: ['ID'],
    summary,
    role: 'operator',
    options,
    run: async (call) => {
      const rights = taken(call);
      if (Object.keys(rights).length === 0) {
        throw usageError('Nothing to take away was given.', `See \`behalf ${noun} narrow --help\`.`);
      }
      const { body } = await call.api.post(`${await pathOf(path, BY_ID, call)}/narrow`, rights);
      call.print.object(body, details(readable(body)));
      return EXIT.done;
    },
  });
};

/** `rotate-secret ID`: prints the new secret once. */
export const rotateSecretCommand = (
  noun: string,
  singular: string,
  path: string,
  more: { readonly isProvenHere?: true } = {},
): Command =>
  managementCommand({
    ...more,
    words: [noun, 'rotate-secret'],
    operands: ['ID'],
    summary: `Rotate the secret of ${singular}. The old secret becomes invalid at once.`,
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.post(`${await pathOf(path, BY_ID, call)}/rotate-secret`);
      call.print.object(
        body,
        details([
          ['id', body['id']],
          ['secret', secretText(body)],
        ]),
      );
      return EXIT.done;
    },
  });

/** The secret in the response, if there is one. */
export const secretText = (body: Json): string | undefined =>
  typeof body['client_secret'] === 'string' ? `${body['client_secret']} (shown once)` : undefined;

/** Prints the warnings in the response. */
export const warn = ({ terminal }: Call, body: Json): void => {
  const warnings = Array.isArray(body['warnings']) ? body['warnings'] : [];
  for (const warning of warnings) terminal.err(`Warning: ${printable(String(warning))}\n`);
};

const TIME = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC' });

/** A time in epoch seconds as `2026-11-25 12:58:00Z`; any other value unchanged. */
export const timeText = (value: unknown): unknown =>
  typeof value === 'number' ? `${TIME.format(value * 1000)}Z` : value;

/** Members by name: times as text, public keys by their ids, pairs of other APIs as text. */
const readable = (body: Json): readonly (readonly [string, unknown])[] =>
  Object.entries(body).map(([name, value]) => {
    if (name.endsWith('_at')) return [name, timeText(value)];
    if (name === 'jwks')
      return [name, ((value as { readonly keys?: readonly Json[] }).keys ?? []).map(({ kid }) => kid ?? '?')];
    if (name === 'delegates_to') return [name, (value as readonly Json[]).map(pairText)];
    return [name, value];
  });

const pairText = ({ resource, scope, accepted_at: at }: Json): string =>
  `${scope} at ${resource} (${at === undefined ? 'proposed, not accepted' : 'accepted'})`;
