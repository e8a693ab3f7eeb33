/** Finds the command that the arguments name, turns them into a call of it and runs it, or prints help. Called by main.ts. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearest } from '../../config/problem.ts';
import {
  type Call,
  type Command,
  CommandError,
  type Environment,
  EXIT,
  isCommandError,
  type Noun,
  type Topic,
  usageError,
} from './command.ts';
import { commandHelp, everyCommand, HELP, helpText, nounHelp, overview } from './help.ts';
import type { Terminal } from './terminal.ts';

/** Returns the exit code; throws CommandError. */
export const runCommand = async (
  topics: readonly Topic[],
  argv: readonly string[],
  surroundings: { readonly terminal: Terminal; readonly env: Environment },
): Promise<number> => {
  const { out, columns } = surroundings.terminal;
  const [first = '', ...others] = argv[0] === '--version' ? ['version', ...argv.slice(1)] : argv;
  if (['', '--help', '-h'].includes(first) || (first === 'help' && others.length === 0)) {
    out(overview(topics, columns));
    return first === '' ? EXIT.usage : EXIT.done;
  }
  if (first === 'help' && others[0] === 'all') {
    out(everyCommand(topics, columns));
    return EXIT.done;
  }
  const text = first === 'help' ? helpText(others[0] ?? '', columns) : undefined;
  if (text !== undefined) {
    out(text);
    return EXIT.done;
  }
  const words = first === 'help' ? others : [first, ...others];
  const nouns = topics.flatMap((topic) => topic.nouns);
  const noun = nouns.find(({ name }) => name === words[0]);
  const command = noun?.commands.find(({ words: name }) => name.every((word, index) => words[index] === word));
  if (!noun || !command) return withoutCommand(nouns, noun, words, surroundings.terminal, first === 'help');
  const rest = words.slice(command.words.length);
  if (first === 'help' || rest.some((argument) => argument === '--help' || argument === '-h')) {
    out(commandHelp(command, noun.guide, columns));
    return EXIT.done;
  }
  const call = { ...surroundings, ...parse(command, rest) };
  try {
    return (await command.run(call)) ?? EXIT.done;
  } catch (error) {
    throw withSibling(error, noun.commands, command, call);
  }
};

/** Where to look after these statuses of the management API. */
const LOOK_AT: Readonly<Record<number, 'list' | 'show'>> = { 404: 'list', 409: 'show', 412: 'show' };

/** The failure. Its hint names the command that shows the object, or lists all of its kind. */
const withSibling = (error: unknown, commands: readonly Command[], command: Command, { operands }: Call): unknown => {
  const verb = isCommandError(error) && error.isGeneral ? LOOK_AT[error.status ?? 0] : undefined;
  if (!isCommandError(error) || verb === undefined) return error;
  const call = siblingCall(commands, command, operands, verb);
  if (call === undefined) return error;
  const { exitCode, status, faults, message } = error;
  const isOfAll = verb === 'list' || call.isOfAll;
  const hint = isOfAll ? `See \`${call.text}\`.` : `Look at it with \`${call.text}\`, then decide.`;
  return new CommandError(message, { exitCode, status, faults, hint, cause: error });
};

/**
 * The call that shows the object of the first operand, or all of its kind; all of them after a `create`. Undefined if the first
 * operand is something else, such as a link or a message: then the object at fault is unknown here.
 */
const siblingCall = (
  commands: readonly Command[],
  command: Command,
  operands: readonly string[],
  verb: 'list' | 'show',
): { readonly text: string; readonly isOfAll: boolean } | undefined => {
  const at = (last: string): Command | undefined =>
    commands.find(({ words }) => words.join(' ') === [...command.words.slice(0, -1), last].join(' '));
  const isCreated = verb === 'show' && command.words.at(-1) === 'create';
  const sibling = at(isCreated ? 'list' : verb);
  const own = kindOf(command.operands[0]);
  const named = (at('show') ?? at('list'))?.operands[0] ?? own;
  if (!sibling || sibling === command || (!isCreated && (own === '' || own !== kindOf(named)))) return undefined;
  const object = sibling.operands.length === 0 ? [] : operands.slice(0, 1).map(quoted);
  return { text: ['behalf', ...sibling.words, ...object].join(' '), isOfAll: isCreated };
};

const kindOf = (operand = ''): string => operand.replace(/^\[|\]$|\.\.\.$/g, '');

/** As one word of a POSIX shell (XCU §2.2). */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const withoutCommand = (
  nouns: readonly Noun[],
  noun: Noun | undefined,
  words: readonly string[],
  { out, columns }: Terminal,
  isHelp: boolean,
): number => {
  const second = words[1];
  if (noun && (second === undefined || second.startsWith('-'))) {
    out(nounHelp(noun, columns));
    return isHelp || second === '--help' || second === '-h' ? EXIT.done : EXIT.usage;
  }
  const typed = words.slice(0, noun ? 2 : 1).join(' ');
  const known = noun ? noun.commands.map(({ words: name }) => name.join(' ')) : nouns.map(({ name }) => name);
  const close = nearest(typed, known);
  const meant = close === undefined && !noun ? verbsOf(nouns, typed) : [close ?? []].flat();
  throw usageError(
    `There is no command \`behalf ${typed}\`.`,
    meant.length > 0
      ? `Did you mean ${meant.map((name) => `\`behalf ${name}\``).join(' or ')}?`
      : 'See `behalf --help`.',
  );
};

const MOST_MEANT = 3;

/** `behalf diff` for `behalf config diff`: commands whose verb was typed without the noun. Empty if many have it. */
const verbsOf = (nouns: readonly Noun[], verb: string): readonly string[] => {
  const found = nouns.flatMap(({ commands }) => commands).filter(({ words }) => words[1] === verb);
  return found.length > MOST_MEANT ? [] : found.map(({ words }) => words.join(' '));
};

const parse = (command: Command, argv: readonly string[]): Omit<Call, 'terminal' | 'env'> => {
  const config: ParseArgsOptionsConfig = {};
  for (const [name, option] of Object.entries({ ...command.options, help: HELP })) {
    config[name] = {
      type: option.value === undefined ? 'boolean' : 'string',
      multiple: option.isRepeatable ?? false,
      ...(option.short === undefined ? {} : { short: option.short }),
    };
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
