/** The command line and the guides name each other. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { GUIDES } from '../../../src/cli/guides.ts';
import { commandHelp, nounHelp } from '../../../src/cli/help.ts';
import { TOPICS } from '../../../src/cli/topics.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const nouns = TOPICS.flatMap((topic) => topic.nouns);

test('every noun but `version` has a guide, and no guide is about a noun that does not exist', () => {
  const names = nouns.map(({ name }) => name);
  expect({
    'nouns to add to src/cli/guides.ts': names.filter((name) => GUIDES[name] === undefined),
    'nouns to remove from src/cli/guides.ts': Object.keys(GUIDES).filter((name) => !names.includes(name)),
  }).toEqual({ 'nouns to add to src/cli/guides.ts': ['version'], 'nouns to remove from src/cli/guides.ts': [] });
});

test.each(Object.entries(GUIDES))('the guide of `behalf %s` uses the command', (name, guide) => {
  expect(readFileSync(resolve(ROOT, guide), 'utf8')).toMatch(new RegExp(`behalf (?:-- )?${name}\\b`));
});

test('the help of a noun and of its commands names the guide', () => {
  const keys = nouns.find(({ name }) => name === 'keys');
  if (!keys?.commands[0]) throw new Error('no commands about keys');
  for (const help of [nounHelp(keys, undefined), commandHelp(keys.commands[0], undefined)]) {
    expect(help).toMatch(/\nGuide: docs\/how-to\/keys\.md\n$/);
  }
});
