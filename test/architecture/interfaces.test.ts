/** A type is declared above the factory that makes it, and a file that is no table is short enough to read. */
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

/** In all files, those from functions of libraries too. */
const MOST_INFERRED = 13;

const MOST_LINES = 300;

/** Tables: one entry after the other, which no reader reads from top to bottom. */
const TABLES: readonly string[] = [
  'config/schema.ts',
  'src/cli/api-operations.ts',
  'src/domain/audit/audit-event.ts',
  'src/domain/authority/revocation-feed/ends-of-events.ts',
  'src/domain/notifications/notification-kinds.ts',
  'src/gateway/configuration/schema.ts',
  'views/words/audit-events.ts',
  'views/words/mail-agents.ts',
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

test('few types are inferred from functions at all', () => {
  const found = deliveredFiles().flatMap(({ code }) => code.match(/\bReturnType<\s*typeof\b/g) ?? []);
  expect(found.length).toBeLessThanOrEqual(MOST_INFERRED);
});

/** The schema of an operation is the type of its body, for the handlers, the console and the command line. */
const OF_OPERATIONS = /^src\/(?:cli|http\/(?:console|management\/resources))\//;
const BODY_CAST = /\bbody\)?(?: \?\? \{\}\))? as (?!const\b)/;

test.each([
  ["(await calls.run('getKill', account, by, { id })).body as ShownKill;", true],
  ['const answer = (body ?? {}) as Shown;', true],
  ['return { budget: body as ShownBudget, version };', true],
  ["const [out] = [body['outbound']];", false],
])('%j casts a body: %s', (code, isCast) => {
  expect(BODY_CAST.test(code)).toBe(isCast);
});

test('no body of the management API is cast', () => {
  const files = deliveredFiles().filter(({ path }) => OF_OPERATIONS.test(path));
  expect(files.length).toBeGreaterThan(200);
  const casts = files.filter(({ code }) => BODY_CAST.test(code));
  expect(casts.map(({ path }) => path)).toEqual([]);
});

test(`no file has more than ${MOST_LINES} lines, apart from tables`, () => {
  const long = deliveredFiles().filter(({ path, text }) => linesOf(text) > MOST_LINES && !TABLES.includes(path));
  expect(long.map(({ path, text }) => `${path}: ${linesOf(text)}`)).toEqual([]);
});

test('each table that may be longer exists, is longer, and says that it is a table', () => {
  const byPath = new Map(deliveredFiles().map((file) => [file.path, file.text]));
  const isRight = (text = ''): boolean => linesOf(text) > MOST_LINES && /\ba table\b/i.test(text);
  expect(TABLES.filter((path) => !isRight(byPath.get(path)))).toEqual([]);
});
