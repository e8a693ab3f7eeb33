import type { Command, Option } from '../../../src/cli/command.ts';
import { EXAMPLES } from '../../../src/cli/examples.ts';
import { CONNECTION } from '../../../src/cli/management-command.ts';
import { TOPICS } from '../../../src/cli/topics.ts';

const OF_API: ReadonlySet<Option> = new Set(Object.values(CONNECTION));

/** The text of docs/reference/commands.md. */
const commandsPage = (): string =>
  `${[
    INTRODUCTION,
    '## Options of the API',
    'Commands that call the management API also take these:',
    tableOf(Object.entries(CONNECTION)),
    ...TOPICS.flatMap(({ title, nouns }) => [
      `## ${title}`,
      ...nouns.flatMap(({ commands }) => commands.map(sectionOf)),
    ]),
  ].join('\n\n')}\n`;

const INTRODUCTION = `<!-- Generated from src/cli/topics.ts by \`npm run generate\`. Do not edit. -->

# Commands

For operators and authors of scripts. After this you know each command of \`behalf\` and its options.

In the folder of the code, \`behalf\` stands for \`npm run -s behalf --\`. \`behalf --help\` lists the nouns, \`behalf agents\` the
commands of one, \`behalf help all\` all commands. \`behalf completion --help\` says how a shell completes them.

\`AGENT\`, \`CLIENT\`, \`API\`, \`BLUEPRINT\`, \`BUDGET\`, \`GROUP\` and \`ACCOUNT\` stand for an id, or for a name that one of them alone has. For an
API that is its name or its identifier, for an account its username. Case does not matter.

The result goes to standard output, everything else to standard error. With \`--json\` the result is what the management API answers.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the server would refuse the simulated request, 78 unusable settings.`;

const sectionOf = (command: Command): string => {
  const isOverApi = command.options['key-file'] === CONNECTION['key-file'];
  const options = Object.entries(command.options).filter(([, option]) => !isOverApi || !OF_API.has(option));
  const call = ['behalf', ...command.words, ...command.operands].join(' ');
  const end = isOverApi ? ' The command also takes the [options of the API](#options-of-the-api).' : '';
  return [
    `### behalf ${command.words.join(' ')}`,
    `\`${call}\`: ${plain(command.summary)}${end}`,
    ...(options.length === 0 ? [] : [tableOf(options)]),
    ...(command.notes === undefined ? [] : [notesOf(command.notes)]),
    ...examplesOf(command),
  ].join('\n\n');
};

const examplesOf = ({ words }: Command): readonly string[] => {
  const examples = EXAMPLES[words.join(' ')];
  return examples === undefined ? [] : [['```sh', ...examples.map((example) => `behalf ${example}`), '```'].join('\n')];
};

const tableOf = (options: readonly (readonly [string, Option])[]): string =>
  [
    '| option | |',
    '|---|---|',
    ...options.map(([name, { value, description, isRequired, isRepeatable }]) => {
      const given = value === undefined ? '' : ` ${value.replaceAll('|', '\\|')}`;
      const more = `${isRequired ? ' Required.' : ''}${isRepeatable ? ' May be given more than once.' : ''}`;
      return `| \`--${name}${given}\` | ${cell(`${description}${more}`)} |`;
    }),
  ].join('\n');

const notesOf = (notes: string): string => (notes.includes('\n') ? `\`\`\`text\n${notes}\n\`\`\`` : plain(notes));

/** Angle brackets outside of code would be tags. */
const plain = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/[<>*_{}]/g, (character) => `\\${character}`)))
    .join('');

const cell = (text: string): string => plain(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

export default { path: 'docs/reference/commands.md', render: commandsPage };
