/** `behalf kill …` and `behalf kills …`: the emergency stop, and lifting it. */

import { systemClock } from '../../../adapters/node/clock.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { fileKillLatch } from '../../../adapters/node/kill-latch.ts';
import { dataFolder } from '../../../config/data-folder.ts';
import { latchedKills } from '../../domain/authority/revocation/kill.ts';
import { killSwitch } from '../../domain/authority/revocation/kill-switch.ts';
import { isFinal, type Kill, type KillScope, killKey } from '../../domain/vocabulary/kill.ts';
import { isAgreedInOneLine, YES } from '../agreement.ts';
import { type Call, type Command, CommandError, EXIT, type Option, usageError } from '../command.ts';
import { databaseOfServer, withLocalStore } from '../local-store.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { findAccount, findOwner } from '../named-owners.ts';
import { listCommand, showCommand } from '../object-commands.ts';
import { SETTINGS, settings } from '../settings.ts';
import { printable } from '../table.ts';

/** The same limit as the API's. */
const LONGEST_REASON = 500;

const ON_THIS_MACHINE = {
  config: SETTINGS.config,
  local: { description: 'Run on the server’s machine, without the API: for when the server issues no token.' },
} as const satisfies Record<string, Option>;

const SUMMARIES: Readonly<Record<KillScope, string>> = {
  agent: 'Stop an agent. All its tokens are revoked, and it gets none until the kill is lifted.',
  owner: 'Stop all agents that an account or a group owns.',
  account: 'Stop an account: its sessions, tokens on its behalf, and the agents it owns.',
  client: 'Stop a client. Name an unregistered client by its URL, or all clients of a site by https://host.',
  delegation: 'Revoke a delegation and all its descendants permanently.',
  token: 'Revoke the token with this jti permanently.',
  all: 'Stop everything that this server grants. Lifting it needs two administrators.',
};

/** What ends, in the line that asks. */
const ENDS: Readonly<Record<KillScope, (name: string) => string>> = {
  agent: (name) => `Stop the agent ${name}? Its tokens end, and it gets none until the kill is lifted.`,
  owner: (name) => `Stop all agents of ${name}? Their tokens end, and they get none until the kill is lifted.`,
  account: (name) => `Stop the account ${name}? Its sessions, the tokens on its behalf and its agents end or stop.`,
  client: (name) => `Stop the client ${name}? Its tokens end, and it gets none until the kill is lifted.`,
  delegation: (name) => `Revoke the delegation ${name} and all below it permanently?`,
  token: (name) => `Revoke the token ${name} permanently?`,
  all: () => 'Stop everything that this server grants? Lifting it needs two administrators.',
};

const isKillAgreed = (scope: KillScope, call: Call, typed: readonly string[], id: string): Promise<boolean> =>
  isAgreedInOneLine(call, {
    preview: ENDS[scope](printable(typed[0] ?? '')),
    json: scope === 'all' ? { scope } : { scope, id },
    question: 'Go on?',
  });

/** The name of the operand, and the form of its id with --local. */
const OPERANDS = {
  agent: { name: 'AGENT', id: /^agt_[a-z2-7]{26}$/, looks: 'agt_…' },
  owner: { name: 'OWNER', id: /^(?:acc|grp)_[a-z2-7]{26}$/, looks: 'acc_… or grp_…' },
  account: { name: 'ACCOUNT', id: /^acc_[a-z2-7]{26}$/, looks: 'acc_…' },
  client: { name: 'CLIENT', id: /^app_[a-z2-7]{26}$/, looks: 'app_…, or a URL' },
  delegation: { name: 'ID', id: /^dlg_[a-z2-7]{26}$/, looks: 'dlg_…' },
  // Accepts any id: other parties may have chosen the ids of tokens.
  token: { name: 'ID', id: /./, looks: 'its jti' },
} as const satisfies Record<
  Exclude<KillScope, 'all'>,
  { readonly name: string; readonly id: RegExp; readonly looks: string }
>;

const killCommand = (scope: KillScope): Command => {
  const overApi = managementCommand({
    words: ['kill', scope],
    operands: scope === 'all' ? [] : [OPERANDS[scope].name],
    summary: SUMMARIES[scope],
    role: scope === 'all' ? 'administrator' : 'operator',
    options: {
      reason: { value: 'TEXT', description: 'Reason. It is stored permanently.', isRequired: true },
      ...YES,
      ...ON_THIS_MACHINE,
    },
    notes:
      'The command asks first, in one line. With --local the command writes the kill to the data folder. Every server process there obeys within a second. It copies the kill to the store when the store accepts writes.',
    run: async (call) => {
      const target = await targetOf(scope, call);
      if (!(await isKillAgreed(scope, call, call.typed, target.id ?? ''))) return EXIT.failed;
      const { body } = await call.api.run('createKill', {
        body: { scope, ...target, reason: call.required('reason') },
      });
      const missing = Array.isArray(body['not_durable_yet']) ? body['not_durable_yet'] : [];
      call.print.object(body, `${stoppedText(scope, call.typed)} The kill is ${printable(String(body['id']))}.\n`);
      if (missing.length > 0) {
        call.terminal.err(
          `It is in force, and is kept on the server’s data volume; ${missing.join(' and ')} take no writes now and get it later.\n`,
        );
      }
      return EXIT.done;
    },
  });
  return { ...overApi, run: (call) => (call.isSet('local') ? killHere(scope, call) : overApi.run(call)) };
};

const targetOf = async (scope: KillScope, call: ManagementCall): Promise<{ readonly id?: string }> => {
  const [target = ''] = call.operands;
  if (scope === 'all') return {};
  if (scope === 'owner') return { id: await findOwner(call.api, target) };
  return { id: scope === 'account' ? await findAccount(call.api, target) : target };
};

const stoppedText = (scope: KillScope, [target = '']: readonly string[]): string =>
  scope === 'all' ? 'Everything is stopped.' : `${printable(target)} is stopped.`;

const killHere = async (scope: KillScope, call: Call): Promise<number> => {
  const target = scope === 'all' ? 'all' : (call.operands[0] ?? '');
  const isUrl = scope === 'client' && target.startsWith('https://') && URL.canParse(target);
  if (scope !== 'all' && !isUrl && !OPERANDS[scope].id.test(target)) {
    throw usageError(`With --local the target is named by its id: ${OPERANDS[scope].looks}.`);
  }
  const reason = call.required('reason');
  if (reason.length > LONGEST_REASON) throw usageError(`A reason has at most ${LONGEST_REASON} characters.`);
  if (!(await isKillAgreed(scope, call, call.operands, target))) return EXIT.failed;
  const kill: Kill = {
    id: randomIdentifiers.newId('kil'),
    scope,
    target,
    key: killKey(scope, target),
    reason,
    by: 'system',
    state: isFinal(scope) ? 'final' : 'standing',
    signatures: [],
    createdAt: systemClock.now(),
  };
  const folder = dataFolder(settings(call).data.folder).kills;
  try {
    await fileKillLatch(folder).write({ kill, missing: ['audit', 'store'] });
  } catch (error) {
    throw new CommandError(`The kill could not be written to ${folder}, and nothing is stopped: ${messageOf(error)}.`, {
      hint: 'Free some megabytes on the volume of the data folder, and order it again.',
    });
  }
  call.terminal.out(`${stoppedText(scope, call.operands)} The kill is ${kill.id}.\n`);
  return EXIT.done;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const lift = managementCommand({
  words: ['kills', 'lift'],
  operands: ['ID'],
  summary: 'Lift a kill, or sign its lift. Revoked tokens stay revoked.',
  role: 'administrator',
  options: ON_THIS_MACHINE,
  notes:
    'Lifting a kill of everything needs two signatures: of two administrators’ clients that did not change since the order, or of one and, with --local, of this machine.',
  run: async (call) => {
    const { body } = await call.api.run('liftKill', { id: call.operands[0] ?? '' });
    call.print.object(body, outcome(call, body['state'], body['signatures_needed']));
    return EXIT.done;
  },
});

const outcome = (call: Call, state: unknown, needed: unknown): string => {
  const kill = printable(call.operands[0] ?? '');
  return state === 'lifted' ? `${kill} is lifted.\n` : `Signed. ${kill} stands until ${needed} more signature comes.\n`;
};

const liftHere = async (call: Call): Promise<number> => {
  const configuration = settings(call);
  await withLocalStore(databaseOfServer(configuration), async ({ documents, audit }) => {
    const kills = killSwitch({
      documents,
      audit,
      clock: systemClock,
      identifiers: randomIdentifiers,
      latch: fileKillLatch(dataFolder(configuration.data.folder).kills),
      latched: latchedKills(),
      ends: { delegation: async () => undefined, token: async () => undefined },
      newestEvent: async () => 0,
    });
    // The machine requires no second factor. `changedAt: 0`: the account has not changed since the installation.
    const { state } = await kills.lift(call.operands[0] ?? '', { caller: 'system' }, { changedAt: 0 });
    call.terminal.out(outcome(call, state, 1));
  });
  return EXIT.done;
};

const SCOPES = [
  'agent',
  'owner',
  'account',
  'client',
  'delegation',
  'token',
  'all',
] as const satisfies readonly KillScope[];

/** `behalf kill SCOPE`: orders. */
export const killCommands: readonly Command[] = SCOPES.map(killCommand);

/** `behalf kills`: what was ordered. */
export const orderedKillCommands: readonly Command[] = [
  listCommand({
    noun: 'kills',
    plural: 'kills, newest first',
    operation: 'listKills',
    nothing: 'There are no such kills.',
    filters: { standing: { description: 'Only kills that are not lifted.' } },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'SCOPE', value: ({ scope }) => scope },
      { title: 'TARGET', value: ({ target }) => target ?? '', as: 'name' },
      { title: 'BY', value: ({ by }) => by, as: 'name' },
      { title: 'ORDERED', value: (kill) => kill['created_at'], as: 'time' },
      { title: 'REASON', value: ({ reason }) => reason },
    ],
  }),
  showCommand('kills', 'a kill', 'getKill'),
  { ...lift, run: (call) => (call.isSet('local') ? liftHere(call) : lift.run(call)) },
];
