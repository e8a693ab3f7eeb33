/** All commands by subject, in the order of `behalf --help`. A noun is a line here. */
import type { Command, Noun, Topic } from './command.ts';
import { absenceCommands } from './commands/absences.ts';
import { accountCommands } from './commands/accounts.ts';
import { agentCommands } from './commands/agents.ts';
import { approvalCommands } from './commands/approvals.ts';
import { auditCommands } from './commands/audit.ts';
import { auditSinkCommands } from './commands/audit-sinks.ts';
import { blueprintCommands } from './commands/blueprints.ts';
import { budgetCommands } from './commands/budgets.ts';
import { clientCommands } from './commands/clients.ts';
import { commandLineCommands } from './commands/command-line.ts';
import { configCommands } from './commands/config-files.ts';
import { credentialCommands } from './commands/credentials.ts';
import { movingCommands } from './commands/data-transfer.ts';
import { delegationCommands } from './commands/delegations.ts';
import { directoryCommands } from './commands/directories.ts';
import { gatewayCommands } from './commands/gateway.ts';
import { grantCommands } from './commands/grants.ts';
import { groupCommands } from './commands/groups.ts';
import { initCommands } from './commands/init.ts';
import { instanceCommands } from './commands/instances.ts';
import { keyCommands } from './commands/keys.ts';
import { killCommands, orderedKillCommands } from './commands/kills.ts';
import { legalHoldCommands } from './commands/legal-holds.ts';
import { contextCommands, signInCommands } from './commands/login.ts';
import { mcpCommands } from './commands/mcp.ts';
import { peerCommands } from './commands/peers.ts';
import { policyCommands } from './commands/policy.ts';
import { pushKeyCommands } from './commands/push-keys.ts';
import { registrationCommands } from './commands/registration.ts';
import { resetPassword } from './commands/reset-password.ts';
import { resourceServerCommands } from './commands/resource-servers.ts';
import { serverCommands } from './commands/server.ts';
import { serverStateCommands } from './commands/server-state.ts';
import { sessionCommands } from './commands/sessions.ts';
import { storeCommands } from './commands/store.ts';
import { transactionCommands } from './commands/transactions.ts';
import { upstreamCommands } from './commands/upstreams.ts';
import { webhookCommands } from './commands/webhooks.ts';
import { whoamiCommands } from './commands/whoami.ts';
import { witnessCommands } from './commands/witness.ts';
import { workloadIdentityCommands } from './commands/workload-identity.ts';

const noun = (name: string, summary: string, ...commands: readonly (readonly Command[])[]): Noun => ({
  name,
  summary,
  commands: commands.flat(),
});

/** Commands of one word: each is a noun of its own, with the first sentence of the command. */
const single = (commands: readonly Command[]): readonly Noun[] =>
  commands.map((command) => noun(command.words[0] ?? '', String(command.summary.split(/[.;](?: |$)/)[0]), [command]));

export const TOPICS: readonly Topic[] = [
  {
    title: 'Begin',
    nouns: [
      ...single([...initCommands, ...signInCommands]),
      ...single(whoamiCommands),
      noun('context', 'Choose among the servers at which you have signed in', contextCommands),
    ],
  },
  {
    title: 'Register agents and apps',
    nouns: [
      noun(
        'agents',
        'Register, change, suspend and retire agents; their instances and credentials',
        agentCommands,
        instanceCommands,
        credentialCommands,
      ),
      noun('blueprints', 'Set what agents of one kind may have at most', blueprintCommands),
      noun('clients', 'Register and change clients that are not agents', clientCommands),
      noun('registration', 'Let agents and clients register themselves', registrationCommands),
      noun('workload-identity', 'Trust issuers of workload tokens', workloadIdentityCommands),
    ],
  },
  {
    title: 'Protect APIs',
    nouns: [
      noun('resource-servers', 'Register APIs, with their scopes and action types', resourceServerCommands),
      noun('mcp', 'Put an MCP server behind this server, by its URL alone', mcpCommands),
      ...single(gatewayCommands),
    ],
  },
  {
    title: 'Manage people',
    nouns: [
      noun('accounts', 'Create, change and disable accounts', accountCommands, [resetPassword]),
      noun('groups', 'Manage groups that own agents', groupCommands),
      noun('sessions', 'See and end sessions', sessionCommands),
    ],
  },
  {
    title: 'Connect other identity providers',
    nouns: [
      noun('directories', 'Systems that provision accounts over SCIM', directoryCommands),
      noun('upstreams', 'Let people sign in with an OpenID provider', upstreamCommands),
      noun('peers', 'Exchange identity assertions with other authorization servers (ID-JAG)', peerCommands),
    ],
  },
  {
    title: 'Set rules and limits',
    nouns: [
      noun('policy', 'Write, simulate, replay and activate policies', policyCommands),
      noun('budgets', 'Limit how much is granted within a time window', budgetCommands),
      noun(
        'config',
        'Keep APIs, clients, blueprints, trusted issuers, policies, budgets and webhooks in files',
        configCommands,
      ),
    ],
  },
  {
    title: 'See and end access',
    nouns: [
      noun('grants', 'See, narrow and revoke grants', grantCommands),
      noun('delegations', 'See, narrow and revoke delegations', delegationCommands),
      noun('transactions', 'See and close transactions of agents', transactionCommands),
      noun('kill', 'Stop an agent, an owner, an account, a client or everything at once', killCommands),
      noun('kills', 'See and lift kills', orderedKillCommands),
    ],
  },
  {
    title: 'Follow approvals',
    nouns: [
      noun('approvals', 'See approvals, and review break-glass', approvalCommands),
      noun('absences', 'See and end absences, in which a deputy decides', absenceCommands),
    ],
  },
  {
    title: 'Notify people and systems',
    nouns: [
      noun('webhooks', 'Send events to other systems; dead letters', webhookCommands),
      noun('push-keys', 'Manage the keys of web push', pushKeyCommands),
    ],
  },
  {
    title: 'Prove what happened',
    nouns: [
      noun('audit', 'Search, export and verify the audit log', auditCommands),
      noun('audit-sinks', 'Send audit events to other systems and files', auditSinkCommands),
      noun('legal-holds', 'Keep records of the audit log from being removed', legalHoldCommands),
      ...single(witnessCommands),
    ],
  },
  {
    title: 'Run the server',
    nouns: [
      ...single(serverCommands),
      noun('server', 'See nodes, stores, backlog and backups of a running server; back it up', serverStateCommands),
      noun('keys', 'List, rotate and revoke signing keys', keyCommands),
      ...single([...storeCommands, ...movingCommands]),
    ],
  },
  {
    title: 'Use this command',
    nouns: single(commandLineCommands(() => COMMANDS)),
  },
];

export const COMMANDS: readonly Command[] = TOPICS.flatMap(({ nouns }) => nouns.flatMap(({ commands }) => commands));
