/** All commands by subject, in the order of `behalf --help`. A noun is a line here. */
import { posix } from 'node:path';
import type { Command, Noun, Topic } from './command.ts';
import { absenceCommands } from './commands/absences.ts';
import { accountCommands } from './commands/accounts.ts';
import { compositionCommands } from './commands/agent-compositions.ts';
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
import { findingCommands } from './commands/findings.ts';
import { gatewayCommands } from './commands/gateway.ts';
import { grantCommands } from './commands/grants.ts';
import { groupCommands } from './commands/groups.ts';
import { initCommands } from './commands/init.ts';
import { instanceCommands } from './commands/instances.ts';
import { inventoryCommands } from './commands/inventories.ts';
import { keyCommands } from './commands/keys.ts';
import { killCommands, orderedKillCommands } from './commands/kills.ts';
import { legalHoldCommands } from './commands/legal-holds.ts';
import { contextCommands, signInCommands } from './commands/login.ts';
import { mcpCommands } from './commands/mcp.ts';
import { peerCommands } from './commands/peers.ts';
import { policyCommands } from './commands/policy.ts';
import { provisioningTargetCommands } from './commands/provisioning-targets.ts';
import { pushKeyCommands } from './commands/push-keys.ts';
import { registrationCommands } from './commands/registration.ts';
import { resetPassword } from './commands/reset-password.ts';
import { resourceServerCommands } from './commands/resource-servers.ts';
import { responseRuleCommands } from './commands/response-rules.ts';
import { responseCommands } from './commands/responses.ts';
import { reviewCommands, reviewItemCommands } from './commands/reviews.ts';
import { checkConfigCommands, serveCommands } from './commands/server.ts';
import { serverStateCommands } from './commands/server-state.ts';
import { sessionCommands } from './commands/sessions.ts';
import { signalReceiverCommands, signalStreamCommands } from './commands/signals.ts';
import { storeCommands } from './commands/store.ts';
import { successorRuleCommands } from './commands/successor-rules.ts';
import { transactionCommands } from './commands/transactions.ts';
import { transmitterCommands } from './commands/trusted-transmitters.ts';
import { upstreamCommands } from './commands/upstreams.ts';
import { webhookCommands } from './commands/webhooks.ts';
import { whoamiCommands } from './commands/whoami.ts';
import { witnessCommands } from './commands/witness.ts';
import { workloadIdentityCommands } from './commands/workload-identity.ts';

/** `guide`: the page that shows the commands in use, by its path from docs/how-to. */
const noun = (name: string, summary: string, guide: string, ...commands: readonly (readonly Command[])[]): Noun => ({
  ...{ name, summary, guide: posix.join('docs/how-to', guide) },
  commands: commands.flat(),
});

/** Commands of one word: each is a noun of its own, with the first sentence of the command. */
const single = (guide: string, commands: readonly Command[]): readonly Noun[] =>
  commands.map((command) =>
    noun(command.words[0] ?? '', String(command.summary.split(/[.;](?: |$)/)[0]), guide, [command]),
  );

export const TOPICS: readonly Topic[] = [
  {
    title: 'Begin',
    nouns: [
      ...single('../../README.md', initCommands),
      ...single('command-line.md', [...signInCommands, ...whoamiCommands]),
      noun('context', 'Choose among the servers at which you have signed in', 'command-line.md', contextCommands),
    ],
  },
  {
    title: 'Register agents and apps',
    nouns: [
      noun(
        'agents',
        'Register, change, suspend and retire agents; their instances and credentials',
        'agents.md',
        agentCommands,
        instanceCommands,
        compositionCommands,
        credentialCommands,
      ),
      noun('blueprints', 'Set what agents of one kind may have at most', 'blueprints.md', blueprintCommands),
      noun('clients', 'Register and change clients that are not agents', 'clients.md', clientCommands),
      noun('registration', 'Let agents and clients register themselves', 'registration.md', registrationCommands),
      noun('workload-identity', 'Trust issuers of workload tokens', 'workloads/generic.md', workloadIdentityCommands),
    ],
  },
  {
    title: 'Protect APIs',
    nouns: [
      noun(
        'resource-servers',
        'Register APIs, with their scopes and action types',
        'authorization-details.md',
        resourceServerCommands,
      ),
      noun('mcp', 'Put an MCP server behind this server, by its URL alone', 'mcp.md', mcpCommands),
      ...single('gateway.md', gatewayCommands),
    ],
  },
  {
    title: 'Manage people',
    nouns: [
      noun('accounts', 'Create, change and disable accounts', 'people.md', accountCommands, [resetPassword]),
      noun('groups', 'Manage groups that own agents', 'agents.md', groupCommands),
      noun(
        'successor-rules',
        'Decide who is asked to own the agents of people who leave',
        'successors.md',
        successorRuleCommands,
      ),
      noun('sessions', 'See and end sessions', 'people.md', sessionCommands),
    ],
  },
  {
    title: 'Connect other identity providers',
    nouns: [
      noun('directories', 'Systems that provision accounts over SCIM', 'directories.md', directoryCommands),
      noun(
        'provisioning-targets',
        'Push agents and their owners to directories over SCIM',
        'push-agents.md',
        provisioningTargetCommands,
      ),
      noun(
        'trusted-transmitters',
        'Let security events of other systems end sessions and change decisions (Shared Signals)',
        'receive-signals.md',
        transmitterCommands,
      ),
      noun('upstreams', 'Let people sign in with an OpenID provider', 'upstream-sign-in.md', upstreamCommands),
      noun(
        'peers',
        'Exchange identity assertions with other authorization servers (ID-JAG)',
        'across-domains.md',
        peerCommands,
      ),
    ],
  },
  {
    title: 'Set rules and limits',
    nouns: [
      noun('policy', 'Write, simulate, replay and activate policies', 'policy.md', policyCommands),
      noun('budgets', 'Limit how much is granted within a time window', 'budgets.md', budgetCommands),
      noun(
        'config',
        'Keep APIs, clients, blueprints, trusted issuers, policies, budgets and webhooks in files',
        'settings-as-files.md',
        configCommands,
      ),
    ],
  },
  {
    title: 'See and end access',
    nouns: [
      noun('inventory', 'Import which apps other systems have', 'inventories.md', inventoryCommands),
      noun(
        'findings',
        'See what needs a decision: unknown agents, missing owners; and decide',
        'findings.md',
        findingCommands,
      ),
      noun(
        'response-rules',
        'Decide when the server suspends an agent by itself, after a replay',
        'responses.md',
        responseRuleCommands,
      ),
      noun('responses', 'See what response rules did, and lift it', 'responses.md', responseCommands),
      noun('reviews', 'Review what agents hold for people', 'reviews.md', reviewCommands),
      noun('review-items', 'Keep, narrow, transfer or end what agents hold', 'reviews.md', reviewItemCommands),
      noun('grants', 'See, narrow and revoke grants', 'revocation.md', grantCommands),
      noun('delegations', 'See, narrow and revoke delegations', 'revocation.md', delegationCommands),
      noun('transactions', 'See and close transactions of agents', 'transactions.md', transactionCommands),
      noun(
        'kill',
        'Stop an agent, an owner, an account, a client or everything at once',
        'revocation.md',
        killCommands,
      ),
      noun('kills', 'See and lift kills', 'revocation.md', orderedKillCommands),
    ],
  },
  {
    title: 'Follow approvals',
    nouns: [
      noun('approvals', 'See approvals, and review break-glass', 'approve.md', approvalCommands),
      noun('absences', 'See and end absences, in which a deputy decides', 'approve.md', absenceCommands),
    ],
  },
  {
    title: 'Notify people and systems',
    nouns: [
      noun('webhooks', 'Send events to other systems; dead letters', 'notifications.md', webhookCommands),
      noun('push-keys', 'Manage the keys of web push', 'notifications.md', pushKeyCommands),
      noun(
        'signal-receivers',
        'Add systems that receive security events (Shared Signals)',
        'shared-signals.md',
        signalReceiverCommands,
      ),
      noun('signal-streams', 'See, verify, pause and delete their streams', 'shared-signals.md', signalStreamCommands),
    ],
  },
  {
    title: 'Prove what happened',
    nouns: [
      noun('audit', 'Search, export and verify the audit log', 'audit.md', auditCommands),
      noun('audit-sinks', 'Send audit events to other systems and files', 'audit-sinks.md', auditSinkCommands),
      noun('legal-holds', 'Keep records of the audit log from being removed', 'audit-retention.md', legalHoldCommands),
      ...single('witness.md', witnessCommands),
    ],
  },
  {
    title: 'Run the server',
    nouns: [
      ...single('several-nodes.md', serveCommands),
      ...single('operate.md', checkConfigCommands),
      noun(
        'server',
        'See nodes, stores, backlog and backups of a running server; back it up',
        'operate.md',
        serverStateCommands,
      ),
      noun('keys', 'List, rotate and revoke signing keys', 'keys.md', keyCommands),
      ...single('operate.md', storeCommands),
      ...single('data-transfer.md', movingCommands),
    ],
  },
  {
    title: 'Use this command',
    nouns: single(
      'command-line.md',
      commandLineCommands(() => COMMANDS),
    ),
  },
];

export const COMMANDS: readonly Command[] = TOPICS.flatMap(({ nouns }) => nouns.flatMap(({ commands }) => commands));
