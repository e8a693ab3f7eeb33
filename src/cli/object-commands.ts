/** The usual commands about one kind of object of the management API: list, show, update, and actions on one object. */
import { askingFirst, isEndAgreed } from './agreement.ts';
import { type Command, EXIT, type Option, usageError } from './command.ts';
import { collect, writeRows } from './listed-items.ts';
import type { Json } from './management-client.ts';
import {
  type KeyRole,
  type KeyRoleOf,
  type ManagementCall,
  managementCommand,
  secretText,
  warn,
} from './management-command.ts';
import { operandOf } from './named-objects.ts';
import type { ActionOperation, ChangeOperation, ListOperation, ReadOperation, RemoveOperation } from './operations.ts';
import { actOnEach, targetsNamed } from './several.ts';
import { type Column, details, idsIn, printable, table } from './table.ts';
import { WATCH, watched } from './watch.ts';

const LIMIT = { limit: { value: 'N', description: 'Show at most N. Default 100.' } } as const satisfies Record<
  string,
  Option
>;

const FORMS = {
  ndjson: { description: 'Print one JSON object per line: all objects unless --limit is given.' },
  csv: { description: 'Print the columns as CSV (RFC 4180): all objects unless --limit is given.' },
} as const satisfies Record<string, Option>;

/** Options of lists with a search. */
export const SEARCH = {
  search: { value: 'WORDS', description: 'Only objects with words that begin with each of these words.' },
} as const satisfies Record<string, Option>;
export const stateFilter = (states: string) => ({ state: { value: 'STATE', description: `Only ${states} ones.` } });

/** `list`, over an operation that lists. */
export const listCommand = (description: {
  readonly noun: string;
  readonly plural: string;
  readonly operation: ListOperation;
  readonly columns: readonly Column<Json>[];
  readonly filters?: Readonly<Record<string, Option>>;
  readonly nothing: string;
  readonly role?: KeyRole;
  /** The API value of a filter's value; default: itself. */
  readonly meaning?: (name: string, value: string) => string;
  /** A line for people about a page of the API, beside its items. */
  readonly note?: (page: Json) => string | undefined;
  /** Adds `--watch`. */
  readonly isWatched?: true;
  /** Adds to the rows of a table what the columns need beside the objects. */
  readonly prepare?: (call: ManagementCall, rows: readonly Json[]) => Promise<readonly Json[]>;
}): Command => {
  const { noun, plural, operation, columns, filters = {}, nothing, role = 'operator', meaning, prepare } = description;
  const watch = description.isWatched ? WATCH : {};
  return managementCommand({
    words: [noun, 'list'],
    operands: [],
    summary: `List ${plural}.`,
    role,
    options: { ...filters, ...LIMIT, ...FORMS, ...watch },
    run: async (call) => {
      const query = Object.fromEntries(
        Object.entries(filters).map(([name, { parameter, value }]) => {
          const given = value === undefined ? (call.isSet(name) ? 'true' : undefined) : call.text(name);
          return [parameter ?? name, given === undefined ? undefined : (meaning?.(name, given) ?? given)];
        }),
      );
      const isFiltered = Object.values(query).some((value) => value !== undefined);
      const none = isFiltered ? `There are no such ${noun === 'audit' ? 'events' : noun}.` : nothing;
      if (call.isSet('watch')) {
        await watched(call, async () => {
          const found = await collect(call, operation, query);
          const rows = prepare === undefined ? found : await prepare(call, found);
          return rows.length === 0 ? `${none}\n` : table(columns, rows, await call.print.look(idsIn(columns, rows)));
        });
        return EXIT.done;
      }
      let note: string | undefined;
      let isMore = false;
      const onPage = (page: Json): void => {
        note ??= description.note?.(page);
        isMore = typeof page['next'] === 'string';
      };
      const noted = (shown: number): number => {
        if (note !== undefined) call.terminal.err(`${note}\n`);
        // Also without a terminal: a script must not take a part for the whole.
        if (isMore && shown > 0) {
          call.terminal.err(`These are the first ${shown}; there may be more. All: --ndjson. More: --limit N\n`);
        }
        return EXIT.done;
      };
      if (call.isSet('ndjson') || call.isSet('csv')) {
        return noted(await writeRows(call, operation, query, columns, onPage));
      }
      const items = await collect(call, operation, query, onPage);
      await call.print.list(
        prepare === undefined || call.isSet('json') ? items : await prepare(call, items),
        columns,
        none,
      );
      return noted(items.length);
    },
  });
};

/** The operand of a command: an id, or a name that `find` turns into one. */
type Operand = { readonly name: string; readonly find: (call: ManagementCall, given: string) => Promise<string> };

/** managementCommand has turned a name into an id. */
const byId = (noun: string): Operand => ({ name: operandOf(noun), find: async (_call, given) => given });

const found = ({ find }: Operand, call: ManagementCall): Promise<string> => find(call, call.operands[0] ?? '');

/** `show ID`, over an operation that reads one object. */
export const showCommand = (noun: string, singular: string, operation: ReadOperation, operand = byId(noun)): Command =>
  managementCommand({
    words: [noun, 'show'],
    operands: [operand.name],
    summary: `Show ${singular}.`,
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.run(operation, { id: await found(operand, call) });
      await call.print.members(body);
      return EXIT.done;
    },
  });

/** `update ID`: changes the members that `changes` returns and keeps all others. */
export const updateCommand = (description: {
  readonly noun: string;
  readonly singular: string;
  readonly operation: ChangeOperation;
  readonly options: Readonly<Record<string, Option>>;
  readonly changes: (call: ManagementCall) => Promise<Json>;
  readonly operand?: Operand;
  readonly role?: KeyRoleOf;
  readonly isProvenHere?: true;
}): Command => {
  const {
    noun,
    singular,
    operation,
    options,
    changes,
    operand = byId(noun),
    role = 'operator',
    isProvenHere,
  } = description;
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
      const { body } = await call.api.change(operation, { id: await found(operand, call) }, changed);
      call.print.object(body, `${printable(call.typed[0] ?? '')} was changed: ${members.join(', ')}.\n`);
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
  readonly operation: ActionOperation;
  readonly done: string;
  readonly operand?: Operand;
  readonly role?: KeyRole;
  readonly isProvenHere?: true;
  /** Takes several objects: see several.ts. */
  readonly isOnSeveral?: true;
  /** Asks first. What cannot be undone, as a sentence. */
  readonly warning?: string;
}): Command => {
  const { noun, verb, summary, operation, done, operand = byId(noun), role = 'operator', warning } = description;
  return managementCommand({
    words: [noun, verb],
    operands: [description.isOnSeveral ? `${operand.name}...` : operand.name],
    ...askingFirst(summary, warning),
    role,
    ...(description.isProvenHere ? { isProvenHere: true } : {}),
    run: async (call) => {
      const targets = await targetsNamed(call, (given) => operand.find(call, given));
      if (warning !== undefined) {
        const names = targets.map(({ name }) => printable(name));
        const json = { [noun]: targets.map(({ id }) => id) };
        if (!(await isEndAgreed(call, { verb, warning, names, json }))) return EXIT.failed;
      }
      return actOnEach(call, targets, { act: async (id) => (await call.api.run(operation, { id })).body, done });
    },
  });
};

/** `delete ID`, or another verb for an object that is gone afterwards. */
export const deleteCommand = (description: {
  readonly noun: string;
  readonly verb?: string;
  readonly summary: string;
  readonly operation: RemoveOperation;
  readonly done?: string;
  /** The command asks first. What ends for good, as a sentence. */
  readonly warning: string;
}): Command => {
  const { noun, verb = 'delete', summary, operation, done = 'removed', warning } = description;
  return managementCommand({
    words: [noun, verb],
    operands: [operandOf(noun)],
    summary,
    warning,
    role: 'operator',
    options: {},
    run: async (call) => {
      await call.api.run(operation, { id: call.operands[0] ?? '' });
      call.print.object({}, `${printable(call.typed[0] ?? '')} is ${done}.\n`);
      return EXIT.done;
    },
  });
};

/** `narrow ID`: asks, and removes the rights that `taken` returns. */
export const narrowCommand = (description: {
  readonly noun: string;
  readonly summary: string;
  readonly operation: ActionOperation;
  readonly options: Readonly<Record<string, Option>>;
  readonly taken: (call: ManagementCall) => Json;
}): Command => {
  const { noun, summary, operation, options, taken } = description;
  const asking = askingFirst(summary, NARROWED);
  return managementCommand({
    words: [noun, 'narrow'],
    operands: [operandOf(noun)],
    summary: asking.summary,
    role: 'operator',
    options: { ...options, ...asking.options },
    run: async (call) => {
      const rights = taken(call);
      if (Object.keys(rights).length === 0) {
        throw usageError('Nothing to take away was given.', `See \`behalf ${noun} narrow --help\`.`);
      }
      const names = call.typed.map(printable);
      const json = { targets: call.operands, removed: rights };
      if (!(await isEndAgreed(call, { verb: 'narrow', warning: NARROWED, names, json }))) return EXIT.failed;
      const { body } = await call.api.run(operation, { id: call.operands[0] ?? '', body: rights });
      await call.print.members(body);
      return EXIT.done;
    },
  });
};

/** For a rotation without an overlap. */
export const OLD_SECRET_ENDS =
  'The old secret stops working at once, for good. Software that holds it fails until it has the new one.';

const NARROWED = 'Tokens with a removed right end at once. Only the person can allow the right again.';

/** `rotate-secret ID`: asks, and prints the new secret once. */
export const rotateSecretCommand = (
  noun: string,
  singular: string,
  operation: ActionOperation,
  more: { readonly isProvenHere?: true } = {},
): Command =>
  managementCommand({
    ...more,
    words: [noun, 'rotate-secret'],
    operands: [operandOf(noun)],
    summary: `Rotate the secret of ${singular}. The old secret becomes invalid at once.`,
    warning: OLD_SECRET_ENDS,
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.run(operation, { id: call.operands[0] ?? '' });
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
