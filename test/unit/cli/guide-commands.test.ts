/** The commands in guides and tutorials are commands as they are described: name, operands, options and values of options. */
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Call, Topic } from '../../../src/cli/command.ts';
import { authority } from '../../../src/cli/members.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import { TOPICS } from '../../../src/cli/topics.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const PAGES = globSync(['README.md', 'docs/how-to/**/*.md', 'docs/tutorials/*.md', 'docs/reference/*.md'], {
  cwd: ROOT,
});

/** One command of a block each, without comments, pipes and redirections. */
const commandsIn = (page: string): readonly string[] =>
  [...readFileSync(resolve(ROOT, page), 'utf8').matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)]
    .flatMap(([, block = '']) => block.replace(/\\\n\s*/g, '').split('\n'))
    .map((line) => /^\s*(?:npm run -s behalf --|behalf) (.*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .map((line) => line.replace(/\$\([^)]*\)/g, '$VALUE').replace(/ (?:#|[|<>&]).*$/, ''));

/** Words of a line as a POSIX shell reads them, with the names of variables in place of their values. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));

/** The commands, which only read the values that have a form of their own. */
const described: readonly Topic[] = TOPICS.map((topic) => ({
  ...topic,
  nouns: topic.nouns.map((noun) => ({
    ...noun,
    commands: noun.commands.map((command) => ({
      ...command,
      run: async (call: Call) => {
        if ('authority' in command.options) authority(call);
        return undefined;
      },
    })),
  })),
}));

const USED = PAGES.map((page) => [page, commandsIn(page)] as const).filter(([, lines]) => lines.length > 0);

test.each(USED)('the commands in %s', async (_page, lines) => {
  const wrong: string[] = [];
  for (const line of lines) {
    const said: string[] = [];
    const terminal = { out: () => undefined, err: (text: string) => said.push(text) };
    if ((await runCommand(described, wordsOf(line), { terminal, env: {} })) !== 0) {
      wrong.push(`behalf ${line}: ${said.join('').trim()}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('more than 200 commands are found', () => {
  expect(USED.flatMap(([, lines]) => lines).length).toBeGreaterThan(200);
});
