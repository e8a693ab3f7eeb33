/** `behalf agents …`: the registry of agents. */
import { type Command, CommandError, EXIT, isCommandError } from '../command.ts';
import { managementCommand } from '../management-command.ts';
import { momentOf } from '../moment.ts';
import { actionCommand, listCommand, showCommand } from '../object-commands.ts';
import { printable } from '../table.ts';
import { create, ENVIRONMENTS, update } from './agent-registration.ts';
import { secretCommands } from './agent-secrets.ts';
import { importAgents } from './agents-import.ts';

const WHO_ACCEPTS =
  'The account that is asked accepts it, or a member of the group that is asked: in the console (ISSUER/console/agents/ID), or with --key-file FILE of a client that account owns. `behalf agents show ID` names owner and transfer_to.';

export const agentCommands: readonly Command[] = [
  create,
  importAgents,
  listCommand({
    noun: 'agents',
    plural: 'agents, newest first unless sorted otherwise',
    operation: 'listAgents',
    isWatched: true,
    nothing: 'There are no agents yet. Register one: behalf agents create --name NAME --purpose TEXT',
    filters: {
      owner: {
        value: 'NAME',
        description: 'Only agents of this account or group: username, name of the group, or id.',
      },
      state: {
        value: 'STATE',
        description: 'Only agents in this state: pending, active, suspended, orphaned or retired.',
      },
      environment: { value: 'NAME', description: `Only those of ${ENVIRONMENTS.join(', ')}.` },
      blueprint: { value: 'BLUEPRINT', description: 'Only agents under this blueprint.' },
      search: { value: 'WORDS', description: 'Only agents with all these words in name, provider or purpose.' },
      'unused-since': {
        value: 'TIME',
        description: 'Only agents that got no token since then: 30d, 12h, or a date such as 2026-10-01.',
        parameter: 'unused_since',
      },
      'with-secret': {
        description: 'Only agents that were allowed a secret: exceptions that should end.',
        parameter: 'with_secret',
      },
      awaiting: { description: 'Only agents that you, or --owner, have to accept.' },
      sort: { value: 'BY', description: 'Sort key: created, name or last_use.' },
      order: { value: 'WAY', description: 'Sort order: ascending or descending.' },
    },
    meaning: (name, value) => (name === 'unused-since' ? String(momentOf(name, value)) : value),
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ENVIRONMENT', value: ({ environment }) => environment },
      { title: 'OWNER', value: ({ owner }) => owner, as: 'name' },
      { title: 'LAST USE', value: ({ last_used_at }) => last_used_at, as: 'time' },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('agents', 'an agent', 'getAgent'),
  update,
  managementCommand({
    words: ['agents', 'accept'],
    operands: ['AGENT'],
    summary:
      'Accept ownership of a pending agent, an orphaned agent, or an agent offered to you. The future owner runs this.',
    role: 'operator',
    options: {},
    notes: WHO_ACCEPTS,
    run: async (call) => {
      const id = call.operands[0] ?? '';
      const { body } = await call.api.run('acceptAgent', { id }).catch((error: unknown) => {
        if (!isCommandError(error) || error.status !== 403) throw error;
        const hint = WHO_ACCEPTS.replace('ISSUER', call.api.issuer).replaceAll('ID', printable(id));
        throw new CommandError(error.message, { hint, cause: error });
      });
      call.print.object(body, `${printable(call.typed[0] ?? '')} is ${printable(String(body['state']))}.\n`);
      return EXIT.done;
    },
  }),
  ...secretCommands,
  actionCommand({
    noun: 'agents',
    verb: 'suspend',
    operation: 'suspendAgent',
    summary: 'Suspend agents. Their tokens and credentials do not work until they are resumed.',
    isOnSeveral: true,
    done: 'suspended',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'resume',
    operation: 'resumeAgent',
    summary: 'Resume suspended agents.',
    isOnSeveral: true,
    done: 'active',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'verify',
    operation: 'verifyAgent',
    summary: 'Verify the name of an agent. Other agents cannot register a similar name.',
    done: 'verified',
    role: 'administrator',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'unverify',
    operation: 'unverifyAgent',
    summary: 'Remove the verification of a name.',
    done: 'no longer verified',
    role: 'administrator',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'retire',
    operation: 'retireAgent',
    summary: 'Retire agents permanently.',
    isOnSeveral: true,
    warning:
      'A retired agent loses all its access at once and can never act again. To stop it for a while, suspend it.',
    done: 'retired for good',
  }),
];
