/**
 * The description of a `behalf` command, and the parser that turns arguments into a call of it. Owns usage texts, options and
 * exit codes. Does not know any command (commands/*.ts), the management API or the terminal (terminal.ts). Called by main.ts.
 */
import { readFileSync } from 'node:fs';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { EXIT_CONFIGURATION, nearest } from '../../config/problem.ts';
import type { Terminal } from './terminal.ts';

/** 2 is the exit code of getopt programs for wrong usage. `denied`: the server would refuse the simulated request. */
export const EXIT = { done: 0, failed: 1, usage: 2, denied: 3, configuration: EXIT_CONFIGURATION } as const;

/** A failure to report to the user at the terminal. `hint` says what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'command_failed';
  readonly hint: string | undefined;
  readonly exitCode: number;
  /** HTTP status, if the management API refused. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: {
      readonly hint?: string;
      readonly exitCode?: number;
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.status = options.status;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

export const isCommandError = (error: unknown): error is CommandError =>
  (error as { code?: unknown } | undefined)?.code === 'command_failed';

export const usageError = (message: string, hint?: string): CommandError =>
  new CommandError(message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) });

export type Option = {
  readonly description: string;
  /** The name of the value in help; absent: a switch without a value. */
  readonly value?: string;
  readonly isRequired?: boolean;
  /** The user may give the option several times. */
  readonly isRepeatable?: boolean;
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

const HELP: Option = { description: 'Show this help.' };

/** Finds the command of `argv` and runs it, or prints help. Returns the exit code; throws CommandError. */
export const runCommand = async (
  commands: readonly Command[],
  argv: readonly string[],
  surroundings: { readonly terminal: Terminal; readonly env: Environment },
): Promise<number> => {
  const { terminal } = surroundings;
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && argv.length === 1)) {
    terminal.out(overview(commands));
    return first === undefined ? EXIT.usage : EXIT.done;
  }
  if (first === '--version') {
    terminal.out(`${version()}\n`);
    return EXIT.done;
  }
  const words = first === 'help' ? argv.slice(1) : argv;
  const command = commands.find(({ words: name }) => name.every((word, index) => words[index] === word));
  if (!command) return withoutCommand(commands, words, terminal);
  const rest = words.slice(command.words.length);
  if (first === 'help' || rest.some((argument) => argument === '--help' || argument === '-h')) {
    terminal.out(helpOf(command));
    return EXIT.done;
  }
  return (await command.run({ ...surroundings, ...parse(command, rest) })) ?? EXIT.done;
};

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const withoutCommand = (commands: readonly Command[], words: readonly string[], terminal: Terminal): number => {
  const group = commands.filter(({ words: name }) => name[0] === words[0] && name.length > 1);
  const second = words[1];
  if (group.length > 0 && (second === undefined || second.startsWith('-'))) {
    terminal.out(overview(group));
    return second === '--help' || second === '-h' ? EXIT.done : EXIT.usage;
  }
  const typed = words.slice(0, group.length > 0 ? 2 : 1).join(' ');
  const known = group.length > 0 ? group : commands;
  const meant = nearest(typed, [
    ...new Set(known.map(({ words: name }) => (group.length > 0 ? name.join(' ') : (name[0] ?? '')))),
  ]);
  throw usageError(
    `There is no command \`behalf ${typed}\`.`,
    meant ? `Did you mean \`behalf ${meant}\`?` : 'See `behalf --help`.',
  );
};

const parse = (command: Command, argv: readonly string[]): Omit<Call, 'terminal' | 'env'> => {
  const config: ParseArgsOptionsConfig = {};
  for (const [name, option] of Object.entries({ ...command.options, help: HELP })) {
    config[name] = { type: option.value === undefined ? 'boolean' : 'string', multiple: option.isRepeatable ?? false };
  }
  const help = `See \`behalf ${command.words.join(' ')} --help\`.`;
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...argv], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw unreadable(error, command, help);
  }
  const { values, positionals: operands } = parsed;
  for (const [name, option] of Object.entries(command.options)) {
    if (option.isRequired && values[name] === undefined)
      throw usageError(`--${name} ${option.value} is missing.`, help);
  }
  const least = command.operands.filter((operand) => !operand.startsWith('[')).length;
  const most = command.operands.some((operand) => operand.endsWith('...'))
    ? Number.POSITIVE_INFINITY
    : command.operands.length;
  if (operands.length < least)
    throw usageError(`${command.operands[operands.length]?.replace('...', '')} is missing.`, help);
  if (operands.length > most) throw usageError(`\`${operands[most]}\` is one argument too many.`, help);

  const texts = (name: string): readonly string[] => [values[name] ?? []].flat().map(String);
  const text = (name: string): string | undefined => texts(name).at(-1);
  return {
    operands,
    text,
    texts,
    required: (name) => text(name) ?? '',
    isSet: (name) => values[name] === true,
    integer: (name, minimum, maximum) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= minimum && number <= maximum) return number;
      throw usageError(`--${name} must be a whole number from ${minimum} to ${maximum}.`, help);
    },
  };
};

const unreadable = (error: unknown, command: Command, help: string): CommandError => {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(-[^']*)'/.exec(message)?.[1] : undefined;
  if (unknown === undefined) return usageError(message.split('. ')[0] ?? message, help);
  const names = Object.keys(command.options);
  const meant = nearest(unknown.replace(/^-+/, ''), names);
  return usageError(`There is no option ${unknown}.`, meant ? `Did you mean --${meant}?` : help);
};

const usageOf = (command: Command): string => {
  const required = Object.entries(command.options).filter(([, { isRequired }]) => isRequired);
  const hasOthers = Object.keys(command.options).length > required.length;
  return [
    'behalf',
    ...command.words,
    ...command.operands,
    ...required.map(([name, { value }]) => `--${name} ${value}`),
    ...(hasOthers ? ['[options]'] : []),
  ].join(' ');
};

const helpOf = (command: Command): string => {
  const options = Object.entries({ ...command.options, help: HELP }).map(
    ([name, option]): readonly [string, string] => [
      `--${name}${option.value === undefined ? '' : ` ${option.value}`}`,
      option.description + (option.isRepeatable ? ' May be given more than once.' : ''),
    ],
  );
  return [
    command.summary,
    '',
    `Usage: ${usageOf(command)}`,
    '',
    ...aligned(options),
    ...(command.notes === undefined ? [] : ['', command.notes]),
    '',
  ].join('\n');
};

const overview = (commands: readonly Command[]): string =>
  [
    'behalf: authorization server for people and the agents that act on their behalf',
    '',
    'Usage: behalf COMMAND [options]',
    '',
    ...aligned(commands.map((command) => [[...command.words, ...command.operands].join(' '), command.summary])),
    '',
    'See `behalf COMMAND --help` for the options of a command. `behalf --version` prints the version.',
    '',
  ].join('\n');

const aligned = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
};
