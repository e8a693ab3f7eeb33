#!/usr/bin/env node
/**
 * The command `behalf`. Owns the format of a failure. Needs Node 24: in this folder `npm run -s
 * behalf -- COMMAND` uses the right version.
 */
import { processEnvironment } from '../../config/load.ts';
import { isConfigurationError } from '../../config/problem.ts';
import { isStoreUnavailable } from '../domain/ports/document-store.ts';
import { isDomainError } from '../domain/vocabulary/errors.ts';
import { type Environment, EXIT, isCommandError } from './command.ts';
import { runCommand } from './run-command.ts';
import { printable } from './table.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { TOPICS } from './topics.ts';

/** Runs one command and returns its exit code. Never throws: prints failures on `terminal.err`. */
export const runCli = async (argv: readonly string[], terminal: Terminal, env: Environment): Promise<number> => {
  try {
    return await runCommand(TOPICS, argv, { terminal, env });
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
    const hint =
      error.cause === undefined
        ? undefined
        : 'Check the store: a file, its folder and the room on its volume; a server, its address and its log.';
    return { text, hint, exitCode: EXIT.failed };
  }
  return {
    text,
    hint: 'Check paths and permissions; behalf COMMAND --help says what is expected.',
    exitCode: EXIT.failed,
  };
};

if (import.meta.main) {
  const env = processEnvironment();
  const exitCode = await runCli(process.argv.slice(2), processTerminal(undefined, env), env);
  // Exits at once: a server that failed during its start has open connections that would keep the process alive.
  if (exitCode !== EXIT.done) process.exit(exitCode);
}
