/** `behalf policy …`: the policies of a server, from files in a repository. */

import { differences } from '../../domain/authority/policy/line-diff.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { type Call, type Command, CommandError, EXIT, usageError } from '../command.ts';
import { existingDatabase } from '../local-store.ts';
import type { Json } from '../management-client.ts';
import { listCommand, type ManagementCall, managementCommand, timeText } from '../management-commands.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { details, printable } from '../table.ts';
import {
  readText,
  replayCommand,
  tryAdministerCommand,
  tryApproveCommand,
  tryCommand,
  tryRegisterCommand,
} from './policy-simulations.ts';

const PATH = '/policy-sets';

/** A version, or `active`. */
const setAt = async ({ api }: ManagementCall, version: string): Promise<Json> =>
  (await api.get(`${PATH}/${versionOf(version)}`)).body;

const versionOf = (given: string): string => {
  if (given === 'active' || /^[1-9]\d{0,8}$/.test(given)) return given;
  throw usageError(`${given} is no version.`, 'A version is a number of `behalf policy list`, or `active`.');
};

/** Text of several lines without characters that act on a terminal. */
const printableText = (text: string): string =>
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => `${line.split('\t').map(printable).join('\t')}\n`)
    .join('');

/** Prints `FILE:LINE: error: …`, as editors read it. Throws CommandError when there is an error. */
const checkText = async (call: ManagementCall, file: string, text: string): Promise<Json> => {
  const { body } = await call.api.post(`${PATH}/validation`, { text });
  const findings = (body['findings'] ?? []) as readonly Json[];
  for (const { severity, line, policy, message } of findings) {
    const about = policy === undefined ? '' : ` (${policy})`;
    call.terminal.err(`${printable(`${file}:${line ?? 1}: ${severity}: ${message}${about}`)}\n`);
  }
  if (body['is_valid'] === true) return body;
  const count = findings.filter(({ severity }) => severity === 'error').length;
  throw new CommandError(`${file} has ${count === 1 ? 'an error' : `${count} errors`}; nothing was stored.`, {
    hint: '`behalf policy schema` shows what policies can speak of.',
  });
};

const activate = async (call: ManagementCall, set: Json, replaces: unknown): Promise<Json> => {
  const path = `${PATH}/${set['id']}`;
  const { etag } = await call.api.get(path);
  const body = replaces === undefined ? {} : { replaces };
  return (await call.api.postIf(`${path}/activation`, etag, body)).body;
};

const counts = ({ version, replaces }: { readonly version?: unknown; readonly replaces?: unknown }): string =>
  `Version ${version} counts from now on${replaces === undefined ? '' : ` in place of version ${replaces}`}.\n`;

const list = listCommand({
  noun: 'policy',
  plural: 'versions of the policies, newest first',
  path: PATH,
  columns: [
    { title: 'VERSION', value: ({ version }) => version },
    { title: 'STATE', value: ({ state }) => state },
    { title: 'DRAFTED', value: (one) => timeText(one['created_at']) },
    { title: 'BY', value: (one) => one['created_by'] },
    { title: 'NOTE', value: ({ note }) => note },
  ],
  nothing: 'There are none.',
});

const show = managementCommand({
  words: ['policy', 'show'],
  operands: ['[VERSION]'],
  summary: 'Print the policies that count, or another version.',
  role: 'operator',
  options: { about: { description: 'Print what is known about it in place of the text.' } },
  run: async (call) => {
    const { text, ...about } = await setAt(call, call.operands[0] ?? 'active');
    const rows = Object.entries(about).map(
      ([name, value]) => [name, name.endsWith('_at') ? timeText(value) : value] as const,
    );
    call.print.object({ ...about, text }, call.isSet('about') ? details(rows) : printableText(String(text)));
    return EXIT.done;
  },
});

const push = managementCommand({
  words: ['policy', 'push'],
  operands: ['FILE'],
  summary: 'Draft a version of the policies from a file; nothing of it counts before it is activated.',
  role: 'administrator',
  options: {
    'dry-run': { description: 'Only say what is wrong with the file, and how it differs from what counts.' },
    activate: { description: 'Make it count at once.' },
    note: { value: 'TEXT', description: 'Why there is this version.' },
  },
  notes: 'A file that says what counts already changes nothing, so this can be run after every merge.',
  run: async (call) => {
    const file = call.operands[0] ?? '';
    const text = readText(file);
    const checked = await checkText(call, file, text);
    const active = await setAt(call, 'active');
    if (active['text'] === text) {
      call.print.object(active, `Version ${active['version']} counts and says the same; nothing to do.\n`);
      return EXIT.done;
    }
    if (call.isSet('dry-run')) {
      const policies = (checked['policies'] ?? []) as readonly Json[];
      const shown = `${file} is valid: ${policies.length} policies. What it changes:\n`;
      call.print.object(checked, `${printable(shown.trimEnd())}\n${diffText(String(active['text']), text)}`);
      return EXIT.done;
    }
    const note = call.text('note');
    const { body: drafted } = await call.api.post(PATH, { text, ...(note === undefined ? {} : { note }) });
    if (!call.isSet('activate')) {
      const next = `Next: behalf policy activate ${drafted['version']}\n`;
      call.print.object(drafted, `Version ${drafted['version']} is drafted.\n${next}`);
      return EXIT.done;
    }
    const set = await activate(call, drafted, active['version']);
    call.print.object(set, counts(set));
    return EXIT.done;
  },
});

const activateVersion = managementCommand({
  words: ['policy', 'activate'],
  operands: ['VERSION'],
  summary: 'Make a version of the policies count, at once and on all nodes.',
  role: 'administrator',
  options: {
    replaces: { value: 'VERSION', description: 'Only while this is the version that counts.' },
  },
  run: async (call) => {
    const set = await activate(
      call,
      await setAt(call, call.operands[0] ?? ''),
      call.integer('replaces', 1, 999_999_999),
    );
    call.print.object(set, counts(set));
    return EXIT.done;
  },
});

const remoteRollback = managementCommand({
  words: ['policy', 'rollback'],
  operands: [],
  summary: 'Make the version count again that counted before; once more takes that back.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { version, replaces } = await setAt(call, 'active');
    if (replaces === undefined) {
      throw new CommandError(`Version ${version} is the first that counts.`, {
        hint: '`behalf policy list` shows all versions.',
      });
    }
    const set = await activate(call, await setAt(call, String(replaces)), version);
    call.print.object(set, counts(set));
    return EXIT.done;
  },
});

/** Writes to the store directly: the active policies may admit no administrator who could activate another version. */
const localRollback = async (call: Call): Promise<number> => {
  const configuration = settings(call);
  const to = call.text('to');
  if (to !== undefined && to !== 'starter') versionOf(to);
  if (configuration.stores.document === 'sqlite') existingDatabase(configuration);
  await withProgress(call.terminal, async () => {
    // Loaded here only: it knows both stores, and Cedar.
    const { rollBackPolicies } = await import('../../compose/policy-rollback.ts');
    try {
      const set = await rollBackPolicies(configuration, { to });
      return [set.isSame ? `Version ${set.version} counts already; nothing to do.` : counts(set).trimEnd()];
    } catch (error) {
      if (!isDomainError(error) || error.code === 'unavailable') throw error;
      throw new CommandError(error.message, { hint: 'Name another one with --to VERSION.', cause: error });
    }
  });
  return EXIT.done;
};

const rollback: Command = {
  ...remoteRollback,
  options: {
    local: { description: 'On this machine, in the store itself: for whoever the policies that count let do nothing.' },
    to: { value: 'VERSION', description: 'With --local: this version, or `starter` for the one new servers have.' },
    ...remoteRollback.options,
    config: SETTINGS.config,
  },
  notes: 'With --local it needs the settings of the server and no token; the server may run or not.',
  run: (call) => {
    if (call.isSet('local')) return localRollback(call);
    if (call.text('to') !== undefined || call.text('config') !== undefined) {
      throw usageError('--to and --config go with --local.', 'Else: behalf policy activate VERSION.');
    }
    return remoteRollback.run(call);
  },
};

/** `schema` and `starter`: prints a text that the server has. */
const textCommand = (word: 'schema' | 'starter', summary: string): Command =>
  managementCommand({
    words: ['policy', word],
    operands: [],
    summary,
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.get('/policy/schema');
      call.print.object({ [word]: body[word] }, printableText(String(body[word])));
      return EXIT.done;
    },
  });

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;
const diffText = (before: string, after: string): string =>
  differences(before, after)
    .map((line) => (line ? `${`${SIGNS[line.kind]} ${printable(line.text)}`.trimEnd()}\n` : '…\n'))
    .join('');

const diff = managementCommand({
  words: ['policy', 'diff'],
  operands: ['[FILE]'],
  summary: 'Show how a file or a version differs from the policies that count.',
  role: 'operator',
  options: {
    from: { value: 'VERSION', description: 'The older one. Default: active.' },
    to: { value: 'VERSION', description: 'The newer one, in place of a file.' },
  },
  run: async (call) => {
    const [file, to] = [call.operands[0], call.text('to')];
    if ((file === undefined) === (to === undefined)) {
      throw usageError('Name either a file or --to VERSION.', 'See `behalf policy diff --help`.');
    }
    const before = String((await setAt(call, call.text('from') ?? 'active'))['text']);
    const after = file === undefined ? String((await setAt(call, to ?? ''))['text']) : readText(file);
    const text = diffText(before, after);
    call.print.object({ before, after }, text === '' ? 'They do not differ.\n' : text);
    return EXIT.done;
  },
});

export const policyCommands: readonly Command[] = [
  list,
  show,
  push,
  activateVersion,
  rollback,
  diff,
  // Listed before `tryCommand`, because their names begin with its name.
  tryRegisterCommand,
  tryAdministerCommand,
  tryApproveCommand,
  tryCommand,
  replayCommand,
  textCommand('starter', 'Print the policies a new server starts with.'),
  textCommand('schema', 'Print what policies can speak of.'),
];
