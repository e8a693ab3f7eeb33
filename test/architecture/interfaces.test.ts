/**
 * A type is declared above the factory that makes it, and a file is short enough to read. Files that are too long are listed
 * here: the list may only become shorter.
 */
import { expect, test } from '@jest/globals';
import { deliveredFiles, type SourceFile } from './source-files.ts';

/** Functions of libraries, which declare no type for what they return. */
const OF_LIBRARIES: readonly string[] = [
  'createLocalJWKSet',
  'importJWK',
  'parseArgs',
  'setInterval',
  'setTimeout',
  'statSync',
  'validateDpop',
];

const MOST_LINES = 300;

/** Tables: one entry after the other, which no reader reads from top to bottom. */
const TABLES: readonly string[] = [
  'config/schema.ts',
  'src/domain/audit/audit-event.ts',
  'src/domain/notifications/notification-kinds.ts',
  'views/words/mail-agents.ts',
];

/** Files that are too long. None may join. */
const TOO_LONG: readonly string[] = [
  'config/rules.ts',
  'src/cli/commands/agents.ts',
  'src/cli/commands/blueprints.ts',
  'src/cli/commands/policy-simulations.ts',
  'src/cli/management-commands.ts',
  'views/pages/console-people.ts',
  'views/pages/styleguide.ts',
];

const inferredIn = ({ path, code }: Pick<SourceFile, 'path' | 'code'>): readonly string[] =>
  [...code.matchAll(/\bReturnType<\s*typeof\s+(\w+)/g)].flatMap(([, name = '']) =>
    OF_LIBRARIES.includes(name) ? [] : [`${path}: ${name}`],
  );

const linesOf = (text: string): number => text.split('\n').length - 1;

test.each([
  ['export type Tokens = ReturnType<typeof tokens>;', 1],
  ['type Made = Awaited<\n  ReturnType<\n    typeof services\n  >\n>;', 1],
  ['let timer: ReturnType<typeof setTimeout> | undefined;', 0],
  ['type Result = ReturnType<Tokens>;', 0],
])('%j infers %d types from factories', (code, count) => {
  expect(inferredIn({ path: 'src/a.ts', code })).toHaveLength(count);
});

test('no type is inferred from a factory', () => {
  const files = deliveredFiles();
  expect(files.length).toBeGreaterThan(700);
  expect(files.flatMap(inferredIn)).toEqual([]);
});

test(`no further file has more than ${MOST_LINES} lines`, () => {
  const known = [...TABLES, ...TOO_LONG];
  const long = deliveredFiles().filter(({ path, text }) => linesOf(text) > MOST_LINES && !known.includes(path));
  expect(long.map(({ path, text }) => `${path}: ${linesOf(text)}`)).toEqual([]);
});

test('the files that are too long exist, each in one list', () => {
  const paths = new Set(deliveredFiles().map(({ path }) => path));
  const listed = [...TABLES, ...TOO_LONG];
  expect(listed.filter((path) => !paths.has(path))).toEqual([]);
  expect(new Set(listed).size).toBe(listed.length);
});
