/** `behalf policy …`: the policies of a server, from files in a repository. */

import { differences } from '../../domain/authority/policy/line-diff.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { type Call, type Command, CommandError, EXIT, usageError } from '../command.ts';
import { existingDatabase } from '../local-store.ts';
import { timeText } from '../look.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { listCommand } from '../object-commands.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { details, printable } from '../table.ts';
import { replayCommand } from './policy-replays.ts';
import {
  readText,
  simulateAdministerCommand,
  simulateApproveCommand,
  simulateCommand,
  simulateRegisterCommand,
} from './policy-simulations.ts';

/** A version, or `active`. */
const setAt = async ({ api }: ManagementCall, version: string): Promise<Json> =>
  (await api.run('getPolicySet', { id: versionOf(version) })).body;

const versionOf = (given: string): string => {
  if (given === 'active' || /^[1-9]\d{0,8}$/.test(given)) return given;
  throw usageError(`${given} is no version.`, 'A version is a number of `behalf policy list`, or `active`.');
};

/** Text of several lines; escapes characters that control a terminal. */
const printableText = (text: string): string =>
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => `${line.split('\t').map(printable).join('\t')}\n`)
    .join('');

/** Prints `FILE:LINE: error: …`, as editors read it. Throws CommandError when there is an error. */
const checkText = async (call: ManagementCall, file: string, text: string): Promise<Json> => {
  const { body } = await call.api.run('validatePolicies', { body: { text } });
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
  const id = String(set['id']);
  const { etag } = await call.api.run('getPolicySet', { id });
  const body = replaces === undefined ? {} : { replaces };
  return (await call.api.run('activatePolicySet', { id, etag, body })).body;
};

const activatedText = ({ version, replaces }: { readonly version?: unknown; readonly replaces?: unknown }): string =>
  `Version ${version} is active from now on${replaces === undefined ? '' : ` in place of version ${replaces}`}.\n`;

const list = listCommand({
  noun: 'policy',
  plural: 'versions of the policies, newest first',
  operation: 'listPolicySets',
  columns: [
    { title: 'VERSION', value: ({ version }) => version },
    { title: 'STATE', value: ({ state }) => state },
    { title: 'DRAFTED', value: (one) => one['created_at'], as: 'time' },
    { title: 'BY', value: (one) => one['created_by'], as: 'name' },
    { title: 'NOTE', value: ({ note }) => note },
  ],
  nothing: 'There are none.',
});

const show = managementCommand({
  words: ['policy', 'show'],
  operands: ['[VERSION]'],
  summary: 'Print the active policies, or another version.',
  role: 'operator',
  options: { about: { description: 'Print the metadata of the version instead of the text.' } },
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
  summary: 'Create a draft of the policies from a file. It has no effect until it is activated.',
  role: 'administrator',
  options: {
    'dry-run': { description: 'Only print errors in the file, and how it differs from the active policies.' },
    activate: { description: 'Activate it at once.' },
    note: { value: 'TEXT', description: 'Reason for this version.' },
  },
  notes: 'A file equal to the active policies changes nothing, so you can run this after every merge.',
  run: async (call) => {
    const file = call.operands[0] ?? '';
    const text = readText(file);
    const checked = await checkText(call, file, text);
    const active = await setAt(call, 'active');
    if (active['text'] === text) {
      call.print.object(active, `Version ${active['version']} is active and says the same; nothing to do.\n`);
      return EXIT.done;
    }
    if (call.isSet('dry-run')) {
      const policies = (checked['policies'] ?? []) as readonly Json[];
      const shown = `${file} is valid: ${policies.length} policies. What it changes:\n`;
      call.print.object(checked, `${printable(shown.trimEnd())}\n${diffText(String(active['text']), text)}`);
      return EXIT.done;
    }
    const note = call.text('note');
    const { body: drafted } = await call.api.run('createPolicySet', {
      body: { text, ...(note === undefined ? {} : { note }) },
    });
    if (!call.isSet('activate')) {
      const next = `Next: behalf policy activate ${drafted['version']}\n`;
      call.print.object(drafted, `Version ${drafted['version']} is drafted.\n${next}`);
      return EXIT.done;
    }
    const set = await activate(call, drafted, active['version']);
    call.print.object(set, activatedText(set));
    return EXIT.done;
  },
});

const activateVersion = managementCommand({
  words: ['policy', 'activate'],
  operands: ['VERSION'],
  summary: 'Activate a version of the policies at once, on all nodes.',
  role: 'administrator',
  options: {
    replaces: { value: 'VERSION', description: 'Only if this is the active version.' },
  },
  run: async (call) => {
    const set = await activate(
      call,
      await setAt(call, call.operands[0] ?? ''),
      call.integer('replaces', 1, 999_999_999),
    );
    call.print.object(set, activatedText(set));
    return EXIT.done;
  },
});

const remoteRollback = managementCommand({
  words: ['policy', 'rollback'],
  operands: [],
  summary: 'Activate the previously active version again. A second run reverts that.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const { version, replaces } = await setAt(call, 'active');
    if (replaces === undefined) {
      throw new CommandError(`Version ${version} is the first that was active.`, {
        hint: '`behalf policy list` shows all versions.',
      });
    }
    const set = await activate(call, await setAt(call, String(replaces)), version);
    call.print.object(set, activatedText(set));
    return EXIT.done;
  },
});

/** Writes to the store directly: the active policies may not permit any administrator to activate another version. */
const localRollback = async (call: Call): Promise<number> => {
  const configuration = settings(call);
  const to = call.text('to');
  if (to !== undefined && to !== 'starter') versionOf(to);
  if (configuration.stores.document === 'sqlite') existingDatabase(configuration);
  await withProgress(call.terminal, async () => {
    // Loaded on demand: this module loads the drivers of both stores, and Cedar.
    const { rollBackPolicies } = await import('../../compose/policy-rollback.ts');
    try {
      const set = await rollBackPolicies(configuration, { to });
      return [set.isSame ? `Version ${set.version} is active already; nothing to do.` : activatedText(set).trimEnd()];
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
    local: {
      description: 'Write to the store on this machine. For an administrator whom the active policies lock out.',
    },
    to: { value: 'VERSION', description: 'With --local: this version, or `starter` for the policies of a new server.' },
    ...remoteRollback.options,
    config: SETTINGS.config,
  },
  notes: 'With --local the command needs the settings of the server and no token. The server may run or not.',
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
      const { body } = await call.api.run('getPolicySchema');
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
  summary: 'Show how a file or a version differs from the active policies.',
  role: 'operator',
  options: {
    from: { value: 'VERSION', description: 'The older version. Default: active.' },
    to: { value: 'VERSION', description: 'The newer version, instead of a file.' },
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
  // Listed before `simulateCommand`, because their names begin with its name.
  simulateRegisterCommand,
  simulateAdministerCommand,
  simulateApproveCommand,
  simulateCommand,
  replayCommand,
  textCommand('starter', 'Print the policies of a new server.'),
  textCommand('schema', 'Print the schema that policies are written against.'),
];
