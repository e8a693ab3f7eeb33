/** A command over the management API: choice of the key file, and printing. object-commands.ts has the usual ones. */
import { join } from 'node:path';
import { systemClock } from '../../adapters/node/clock.ts';
import { writeLocalProof } from '../../adapters/node/local-proofs.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { askingFirst, isEndAgreed } from './agreement.ts';
import { type Call, type Command, CommandError, EXIT, isCommandError, type Option, usageError } from './command.ts';
import { readKeyFile } from './key-file.ts';
import { type Look, lookOn } from './look.ts';
import { type Json, type ManagementClient, managementClient, managementClientOf } from './management-client.ts';
import { withIds } from './named-objects.ts';
import { objectNames } from './object-names.ts';
import { idsOfMembers, readable } from './readable.ts';
import { contextAccess } from './sign-in/context-access.ts';
import { contextsIn } from './sign-in/contexts.ts';
import { type Column, details, idsIn, jsonText, printable, table } from './table.ts';

/** The key file of the data folder that a command uses by default. */
export type KeyRole = 'operator' | 'administrator';

/** Or one that depends on the request. */
export type KeyRoleOf = KeyRole | ((call: Call) => KeyRole);

/** Options of every command over the management API. */
export const CONNECTION = {
  json: { description: 'Print JSON instead of text.' },
  data: {
    value: 'FOLDER',
    description: 'Data folder of the server, for its key files. Default: BEHALF_DATA, else ./data.',
  },
  'key-file': { value: 'FILE', description: 'Key file to use instead of the key file in the data folder.' },
  context: { value: 'NAME', description: 'Context to use: see `behalf login`. Default: the one in use.' },
  utc: { description: 'Print exact times in UTC. On a terminal, tables otherwise have relative times.' },
  ids: { description: 'Print ids where text otherwise has names.' },
} as const satisfies Record<string, Option>;

/** For commands that take an administrator with a second factor, or a caller on the machine of the server. */
const LOCAL = {
  local: {
    description:
      'Prove access to the server’s machine instead of a second factor. Run the command as the server’s user, with its data folder.',
  },
} as const satisfies Record<string, Option>;

export type ManagementCall = Call & {
  /** The operands as the user typed them: names, where `operands` has ids. */
  readonly typed: readonly string[];
  readonly api: ManagementClient;
  readonly print: Printer;
};

type Printer = {
  /** Prints one object, or several: as JSON, or as text. */
  readonly object: (value: Json | readonly Json[], text: string) => void;
  readonly list: <Row extends Json>(
    rows: readonly Row[],
    columns: readonly Column<Row>[],
    nothing: string,
  ) => Promise<void>;
  /** Prints all members of one object, with names beside ids. */
  readonly members: (value: Json) => Promise<void>;
  /** The look with the names of these ids. */
  readonly look: (ids: Iterable<string>) => Promise<Look>;
};

/** A command that calls the management API. It gets ids also where an operand was given as a name: see named-objects.ts. */
export const managementCommand = (
  description: Omit<Command, 'run'> & {
    readonly role: KeyRoleOf;
    /** Adds `--local`, which selects the administrator's key file: see `LOCAL`. */
    readonly isProvenHere?: true;
    /** Asks first. What ends for good, as a sentence. */
    readonly warning?: string;
    /** With these options nothing ends at once, and the command does not ask. */
    readonly endsNothing?: (call: Call) => boolean;
    readonly run: (call: ManagementCall) => Promise<number | undefined>;
  },
): Command => {
  const { role, isProvenHere, warning, endsNothing, run, ...command } = description;
  const asking = askingFirst(command.summary, warning);
  return {
    ...command,
    summary: asking.summary,
    options: { ...command.options, ...asking.options, ...(isProvenHere ? LOCAL : {}), ...CONNECTION },
    run: async (call) => {
      const isLocal = isProvenHere === true && call.isSet('local');
      const usual = typeof role === 'function' ? role(call) : role;
      const api = clientFor(call, isLocal ? 'administrator' : usual, isLocal);
      const given = await withIds(api, { operands: command.operands, options: command.options }, call);
      if (warning !== undefined && endsNothing?.(call) !== true) {
        const names = call.operands.map(printable);
        const end = { verb: command.words.at(-1) ?? '', warning, names, json: { targets: given.operands } };
        if (!(await isEndAgreed(call, end))) return EXIT.failed;
      }
      return run({ ...call, ...given, typed: call.operands, api, print: printer(call, api) }).catch(
        (error: unknown) => {
          throw inOptions(command.options, error);
        },
      );
    },
  };
};

/** The failure, with options in place of the members of the request that they fill. */
const inOptions = (options: Readonly<Record<string, Option>>, error: unknown): unknown => {
  if (!isCommandError(error) || error.faults.length === 0) return error;
  const named = error.faults.map(({ member, detail }) => {
    const plain = member.replace(/^\//, '');
    const option = Object.entries(options).find(
      ([name, { parameter }]) => parameter === plain || name === plain || name.replaceAll('-', '_') === plain,
    );
    return `${option === undefined ? member : `--${option[0]}`}: ${detail}`;
  });
  const { hint, exitCode, status, faults } = error;
  return new CommandError(named.join('\n'), {
    ...{ exitCode, status, faults, isGeneral: error.isGeneral, cause: error },
    ...(hint === undefined ? {} : { hint }),
  });
};

/**
 * The first of these: `--key-file`; `--local`; the context of `--context` or BEHALF_CONTEXT; the data folder of `--data` or
 * BEHALF_DATA; the context in use; the data folder `./data`.
 */
const clientFor = (call: Call, role: KeyRole, isLocal: boolean): ManagementClient => {
  const { env } = call;
  const named = env['BEHALF_DATA'] ?? env['BEHALF__DATA__FOLDER'];
  const folder = call.text('data') ?? named ?? './data';
  const [file, context] = [call.text('key-file'), call.text('context') ?? env['BEHALF_CONTEXT']];
  if (call.text('context') !== undefined && (file !== undefined || isLocal)) {
    throw usageError(`--context does not go with --${isLocal ? 'local' : 'key-file'}.`);
  }
  if (file === undefined && !isLocal) {
    const contexts = contextsIn(env);
    const isFolderGiven = call.text('data') !== undefined || named !== undefined;
    const name = context ?? (isFolderGiven ? undefined : contexts.current());
    if (name !== undefined) return managementClientOf(contextAccess(contexts, contexts.get(name)));
  }
  const keyFile = readKeyFile(file ?? join(folder, `${role}.json`));
  const localProof = isLocal
    ? () => writeLocalProof(dataFolder(folder).localProofs, keyFile.client_id, systemClock)
    : undefined;
  return managementClient(keyFile, { localProof });
};

const printer = ({ terminal, isSet }: Call, api: ManagementClient): Printer => {
  const namesOf = objectNames(api);
  const look = async (ids: Iterable<string>): Promise<Look> => ({
    ...lookOn(terminal, { now: systemClock.now(), isExact: isSet('utc') }),
    ...(isSet('ids') ? {} : { names: await namesOf(ids) }),
  });
  const object: Printer['object'] = (value, text): void => terminal.out(isSet('json') ? jsonText(value) : text);
  return {
    object,
    look,
    list: async (rows, columns, nothing) => {
      if (isSet('json')) terminal.out(jsonText(rows));
      else if (rows.length === 0) terminal.err(`${nothing}\n`);
      else terminal.out(table(columns, rows, await look(idsIn(columns, rows))));
    },
    members: async (value) =>
      object(value, isSet('json') ? '' : details(readable(value, await look(idsOfMembers(value))))),
  };
};

/** The secret in the response, if there is one. */
export const secretText = (body: Json): string | undefined =>
  typeof body['client_secret'] === 'string' ? `${body['client_secret']} (shown once)` : undefined;

/** Prints the warnings in the response. */
export const warn = ({ terminal }: Call, body: Json): void => {
  const warnings = Array.isArray(body['warnings']) ? body['warnings'] : [];
  for (const warning of warnings) terminal.err(`Warning: ${printable(String(warning))}\n`);
};
