#!/usr/bin/env node
/**
 * The command `behalf`. Owns the list of commands and the format of a failure. Needs Node 24: in this folder `npm run -s
 * behalf -- COMMAND` uses the right version.
 */
import { processEnvironment } from '../../config/load.ts';
import { isConfigurationError } from '../../config/problem.ts';
import { isStoreUnavailable } from '../domain/ports/document-store.ts';
import { isDomainError } from '../domain/vocabulary/errors.ts';
import { type Command, type Environment, EXIT, isCommandError, runCommand } from './command.ts';
import { absenceCommands } from './commands/absences.ts';
import { accountCommands } from './commands/accounts.ts';
import { agentCommands } from './commands/agents.ts';
import { approvalCommands } from './commands/approvals.ts';
import { auditCommands } from './commands/audit.ts';
import { blueprintCommands } from './commands/blueprints.ts';
import { budgetCommands } from './commands/budgets.ts';
import { clientCommands } from './commands/clients.ts';
import { credentialCommands } from './commands/credentials.ts';
import { movingCommands } from './commands/data-transfer.ts';
import { delegationCommands } from './commands/delegations.ts';
import { grantCommands } from './commands/grants.ts';
import { groupCommands } from './commands/groups.ts';
import { instanceCommands } from './commands/instances.ts';
import { keyCommands } from './commands/keys.ts';
import { killCommands } from './commands/kills.ts';
import { peerCommands } from './commands/peers.ts';
import { policyCommands } from './commands/policy.ts';
import { pushKeyCommands } from './commands/push-keys.ts';
import { registrationCommands } from './commands/registration.ts';
import { resetPassword } from './commands/reset-password.ts';
import { resourceServerCommands } from './commands/resource-servers.ts';
import { serverCommands } from './commands/server.ts';
import { sessionCommands } from './commands/sessions.ts';
import { storeCommands } from './commands/store.ts';
import { upstreamCommands } from './commands/upstreams.ts';
import { webhookCommands } from './commands/webhooks.ts';
import { workloadIdentityCommands } from './commands/workload-identity.ts';
import { printable } from './table.ts';
import { processTerminal, type Terminal } from './terminal.ts';

export const COMMANDS: readonly Command[] = [
  ...serverCommands,
  ...agentCommands,
  ...instanceCommands,
  ...credentialCommands,
  ...blueprintCommands,
  ...policyCommands,
  ...registrationCommands,
  ...accountCommands,
  ...sessionCommands,
  ...budgetCommands,
  ...groupCommands,
  ...workloadIdentityCommands,
  ...peerCommands,
  ...upstreamCommands,
  resetPassword,
  ...clientCommands,
  ...resourceServerCommands,
  ...grantCommands,
  ...delegationCommands,
  ...approvalCommands,
  ...absenceCommands,
  ...killCommands,
  ...pushKeyCommands,
  ...webhookCommands,
  ...auditCommands,
  ...keyCommands,
  ...storeCommands,
  ...movingCommands,
];

/** Runs one command and returns its exit code. Never throws: prints failures on `terminal.err`. */
export const runCli = async (argv: readonly string[], terminal: Terminal, env: Environment): Promise<number> => {
  try {
    return await runCommand(COMMANDS, argv, { terminal, env });
  } catch (error) {
    const { text, hint, exitCode } = failureOf(error);
    terminal.err(`behalf: ${text}\n${hint === undefined ? '' : `${printable(hint)}\n`}`);
    return exitCode;
  }
};

type Failure = { readonly text: string; readonly hint?: string | undefined; readonly exitCode: number };

const failureOf = (error: unknown): Failure => {
  if (isConfigurationError(error)) return { text: error.message, exitCode: EXIT.configuration };
  if (isCommandError(error))
    return { text: error.message.split('\n').map(printable).join('\n'), hint: error.hint, exitCode: error.exitCode };
  if (isDomainError(error)) {
    const text = error.field === undefined ? error.message : `${error.field}: ${error.message}`;
    return { text: printable(text), hint: 'Correct it and try again.', exitCode: EXIT.failed };
  }
  const text = printable(error instanceof Object && 'message' in error ? String(error.message) : String(error));
  if (isStoreUnavailable(error)) {
    // An error without a cause is a refusal of ours, whose text says what is wrong.
    const hint = error.cause === undefined ? undefined : 'Check the file, its folder and the room on its volume.';
    return { text, hint, exitCode: EXIT.failed };
  }
  return {
    text,
    hint: 'Check paths and permissions; behalf COMMAND --help says what is expected.',
    exitCode: EXIT.failed,
  };
};

if (import.meta.main) {
  const exitCode = await runCli(process.argv.slice(2), processTerminal(), processEnvironment());
  // Exits at once: a server that failed during its start has open connections that would keep the process alive.
  if (exitCode !== EXIT.done) process.exit(exitCode);
}
