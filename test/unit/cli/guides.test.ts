/** The command line and the guides name each other. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { commandHelp, nounHelp } from '../../../src/cli/help.ts';
import { TOPICS } from '../../../src/cli/topics.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const nouns = TOPICS.flatMap((topic) => topic.nouns);

test('every noun has a guide, a page that exists', () => {
  const missing = nouns.filter(({ guide }) => !existsSync(resolve(ROOT, guide)));
  expect(missing.map(({ name, guide }) => `src/cli/topics.ts: ${name} names ${guide}, which is no page`)).toEqual([]);
});

test.each(nouns.map(({ name, guide }) => [name, guide]))('the guide of `behalf %s` uses the command', (name, guide) => {
  const isUsed = new RegExp(`behalf (?:-- )?${name}\\b`).test(readFileSync(resolve(ROOT, guide), 'utf8'));
  expect(isUsed ? [] : [`${guide} does not use \`behalf ${name}\`: show it there, or name another page`]).toEqual([]);
});

test('the help of a noun and of its commands names the guide', () => {
  const keys = nouns.find(({ name }) => name === 'keys');
  if (!keys?.commands[0]) throw new Error('no commands about keys');
  for (const help of [nounHelp(keys, undefined), commandHelp(keys.commands[0], keys.guide, undefined)]) {
    expect(help).toMatch(/\nGuide: docs\/how-to\/keys\.md\n$/);
  }
});
