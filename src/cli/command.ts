/**
 * The description of a `behalf` command, and its failures and exit codes. Does not know any command (commands/*.ts), the
 * management API or the terminal (terminal.ts).
 */
import { EXIT_CONFIGURATION } from '../../config/problem.ts';
import { isDomainError } from '../domain/vocabulary/errors.ts';
import type { Terminal } from './terminal.ts';

/** 2 is the exit code of getopt programs for wrong usage. `denied`: the server would refuse the simulated request. */
export const EXIT = { done: 0, failed: 1, usage: 2, denied: 3, configuration: EXIT_CONFIGURATION } as const;

/** A member of a request that the management API refuses: a JSON pointer, or a parameter. */
type Fault = { readonly member: string; readonly detail: string };

/** A failure to report to the user at the terminal. `hint` says what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'command_failed';
  readonly hint: string | undefined;
  readonly exitCode: number;
  /** HTTP status, if the management API refused. */
  readonly status: number | undefined;
  readonly faults: readonly Fault[];
  /** The hint follows from the status alone, so that another one may say more. */
  readonly isGeneral: boolean;

  constructor(
    message: string,
    options: {
      readonly hint?: string;
      readonly exitCode?: number;
      readonly status?: number | undefined;
      readonly faults?: readonly Fault[];
      readonly isGeneral?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.status = options.status;
    this.faults = options.faults ?? [];
    this.isGeneral = options.isGeneral ?? false;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

export const isCommandError = (error: unknown): error is CommandError =>
  (error as { code?: unknown } | undefined)?.code === 'command_failed';

export const usageError = (message: string, hint?: string): CommandError =>
  new CommandError(message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) });

/** The value of an operand or option, read by a rule of the domain. Its refusal becomes a usage error. `what`: its name. */
export const given = <T>(what: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!isDomainError(error)) throw error;
    throw usageError(`${what} ${error.message}`);
  }
};

export type Option = {
  readonly description: string;
  /** The name of the value in help; absent: a switch without a value. */
  readonly value?: string;
  readonly isRequired?: boolean;
  /** A letter in place of the name: `-f`. */
  readonly short?: string;
  /** The user may give the option several times. */
  readonly isRepeatable?: boolean;
  /** Name of the parameter of the API, where it is another one. */
  readonly parameter?: string;
};

export type Command = {
  /** `['agents', 'create']` */
  readonly words: readonly string[];
  /** The operands after the command's name: `ID`, or `[ID]` where it may be left out, or `ID...` for one or more. */
  readonly operands: readonly string[];
  readonly summary: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Shown in help below the options. */
  readonly notes?: string;
  /** Returns the exit code; undefined means 0. Throws CommandError. */
  readonly run: (call: Call) => Promise<number | undefined>;
};

/** All commands whose first word is `name`. */
export type Noun = {
  readonly name: string;
  /** What one does with them, without a full stop. */
  readonly summary: string;
  /** Path in the repository of the page that shows the commands in use. `--help` names it. */
  readonly guide: string;
  readonly commands: readonly Command[];
};

/** Nouns of one subject, under one title in the help. */
export type Topic = { readonly title: string; readonly nouns: readonly Noun[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/** A command with its arguments, checked against its description. */
export type Call = {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly operands: readonly string[];
  /** The value of an option; the last value of a repeated one. */
  text(name: string): string | undefined;
  /** The value of a required option. */
  required(name: string): string;
  texts(name: string): readonly string[];
  isSet(name: string): boolean;
  /** The value as a number. Throws a usage error unless it is a whole number in the range. */
  integer(name: string, minimum: number, maximum: number): number | undefined;
};
