/** The texts of `--help`: all nouns by subject, the commands of one noun, or one command. */
import type { Command, Noun, Option, Topic } from './command.ts';
import { EXAMPLES } from './examples.ts';
import { HELP_TEXTS } from './help-texts.ts';

export const HELP: Option = { description: 'Show this help.' };

/** All subjects, a line for each noun. */
export const overview = (topics: readonly Topic[], columns: number | undefined): string => {
  const width = widthOf(topics.flatMap(({ nouns }) => nouns.map(({ name }) => name)));
  return lines([
    'behalf: authorization server for people and the agents that act on their behalf',
    '',
    'Usage: behalf COMMAND [options]',
    ...topics.flatMap(({ title, nouns }) => [
      '',
      title,
      ...aligned(
        nouns.map(({ name, summary }) => [name, summary]),
        { width, columns },
      ),
    ]),
    '',
    '`behalf agents` lists the commands about agents, and `behalf help all` lists all commands.',
    '`behalf COMMAND --help` shows the options of a command.',
    'Also: `behalf help environment`, `behalf help exit-codes`.',
  ]);
};

/** A text about no single command; undefined: there is none of this name. */
export const helpText = (topic: string, columns: number | undefined): string | undefined => {
  const text = Object.hasOwn(HELP_TEXTS, topic) ? HELP_TEXTS[topic] : undefined;
  return text && lines([text.title, '', ...aligned(text.lines, { columns })]);
};

export const nounHelp = ({ name, summary, guide, commands }: Noun, columns: number | undefined): string =>
  lines([
    `behalf ${name}: ${summary}`,
    '',
    ...listed(commands, columns),
    '',
    '`behalf COMMAND --help` shows the options of a command.',
    `Guide: ${guide}`,
  ]);

/** Every command, a line for each. */
export const everyCommand = (topics: readonly Topic[], columns: number | undefined): string => {
  const width = widthOf(topics.flatMap(({ nouns }) => nouns.flatMap(({ commands }) => commands.map(callOf))));
  return lines(
    topics.flatMap(({ title, nouns }, index) => [
      ...(index === 0 ? [] : ['']),
      title,
      ...listed(
        nouns.flatMap(({ commands }) => commands),
        columns,
        width,
      ),
    ]),
  );
};

export const commandHelp = (command: Command, guide: string, columns: number | undefined): string => {
  const options = Object.entries({ ...command.options, help: HELP }).map(
    ([name, option]): readonly [string, string] => [
      `${option.short === undefined ? '' : `-${option.short}, `}--${name}${option.value === undefined ? '' : ` ${option.value}`}`,
      option.description + (option.isRepeatable ? ' May be given more than once.' : ''),
    ],
  );
  return lines([
    command.summary,
    '',
    `Usage: ${usageOf(command)}`,
    '',
    ...aligned(options, { columns }),
    ...(command.notes === undefined ? [] : ['', command.notes]),
    ...examplesOf(command),
    ...['', `Guide: ${guide}`],
  ]);
};

const examplesOf = ({ words }: Command): readonly string[] => {
  const examples = EXAMPLES[words.join(' ')] ?? [];
  return examples.length === 0 ? [] : ['', 'Examples:', ...examples.map((example) => `  behalf ${example}`)];
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

const callOf = ({ words, operands }: Command): string => [...words, ...operands].join(' ');

const listed = (commands: readonly Command[], columns: number | undefined, width?: number): readonly string[] =>
  aligned(
    commands.map((command) => [callOf(command), command.summary]),
    { columns, ...(width === undefined ? {} : { width }) },
  );

const widthOf = (names: readonly string[]): number => Math.max(...names.map((name) => name.length));

/** Narrower columns of text than this are harder to read than lines that the terminal breaks. */
const LEAST_TEXT_COLUMNS = 30;

/** Two columns. The text is broken into lines where the width of the terminal is known. */
const aligned = (
  entries: readonly (readonly [name: string, text: string])[],
  {
    width = widthOf(entries.map(([name]) => name)),
    columns,
  }: { readonly width?: number; readonly columns?: number | undefined },
): readonly string[] => {
  const room = columns === undefined ? 0 : columns - width - 4;
  const indent = ' '.repeat(width + 4);
  return entries.map(([name, text]) => {
    const parts = room < LEAST_TEXT_COLUMNS ? [text] : broken(text, room);
    return `  ${name.padEnd(width)}  ${parts.join(`\n${indent}`)}`;
  });
};

const broken = (text: string, room: number): readonly string[] => {
  const found: string[] = [];
  for (const word of text.split(' ')) {
    const last = found.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
};

const lines = (texts: readonly string[]): string => `${texts.join('\n')}\n`;
