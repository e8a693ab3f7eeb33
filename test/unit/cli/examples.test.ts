/** The examples in the help are commands as they are described. */
import { expect, test } from '@jest/globals';
import type { Call, Topic } from '../../../src/cli/command.ts';
import { EXAMPLES } from '../../../src/cli/examples.ts';
import { commandHelp } from '../../../src/cli/help.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import { COMMANDS, TOPICS } from '../../../src/cli/topics.ts';

/** Words of a line as a POSIX shell reads them: single quotes are all that the examples use. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

/** The commands with `seen` in place of what they do. */
const described = (seen: (words: string, call: Call) => void): readonly Topic[] =>
  TOPICS.map((topic) => ({
    ...topic,
    nouns: topic.nouns.map((noun) => ({
      ...noun,
      commands: noun.commands.map((command) => ({
        ...command,
        run: async (call: Call) => {
          seen(command.words.join(' '), call);
          return undefined;
        },
      })),
    })),
  }));

const terminal = { out: () => undefined, err: () => undefined };

test.each(Object.entries(EXAMPLES).flatMap(([name, lines]) => lines.map((line) => [line, name] as const)))(
  'behalf %s',
  async (line, name) => {
    const ran: string[] = [];
    const topics = described((words) => ran.push(words));
    expect(await runCommand(topics, wordsOf(line), { terminal, env: {} })).toBe(0);
    expect(ran).toEqual([name]);
  },
);

test('the help of a command shows its examples', () => {
  const list = COMMANDS.find(({ words }) => words.join(' ') === 'audit list');
  if (!list) throw new Error('no audit list');
  expect(commandHelp(list, 'docs/how-to/audit.md', 80)).toContain(
    '\nExamples:\n  behalf audit list --since yesterday --outcome refused\n',
  );
});
