/**
 * Tests that a mutation is most likely to fail: those that reach its line, as measured (`reach.ts`), and of them those whose
 * text shares the rarest words with the lines around it (BM25) and that reach few other guards. The names of the few files that use
 * a member of the line count as its words. Of a test file that is not measured the text alone decides; its unit tests that import
 * the changed file come first.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { deliveredFiles, importsOf, type SourceFile } from '../architecture/source-files.ts';
import { startsProcesses } from '../support/process-starts.ts';
import type { Mutation } from './operators.ts';
import type { Reach, Reaching } from './reach.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['test/unit', 'test/contract', 'test/integration'];
/** Lines before and after the changed one that count. */
const AROUND = 8;
/** Files of unit tests that import the changed file only by way of another. */
const MOST_UNIT_TESTS = 4;
/** What a word counts by where it stands, beside one of the changed line: the name of the file, a code of a protocol. */
const [OF_NAME, OF_CODE] = [0.7, 1.5];
/** What a word counts by that names a file which uses a member of the changed line, and how many such files say so much. */
const [OF_USER, MOST_USERS] = [0.7, 5];
/** How many guards a test reaches that is not measured: an integration test, as most of them. */
const UNMEASURED_REACH = 900;
/** Guards in the code, of which a test that reaches few is the nearer one. */
const MOST_REACH = 4000;
/** Parameters of BM25: how soon more of the same word stops to count, and how much the length of a test does. */
const [SATURATION, LENGTH] = [1.2, 0.75];

/** Some tests of a file, by patterns of their titles; without patterns all. */
export type Selection = { readonly file: string; readonly titles?: readonly string[] };

export type RelatedTests = {
  /**
   * All tests that may notice it, the nearest first, in batches of so many tests: each as runs of their files, in the order in
   * which to run them.
   */
  testsFor(mutation: Mutation, ofBatch: number): readonly (readonly Selection[])[];
};

type Imports = Pick<SourceFile, 'path' | 'imports'>;
type Source = Pick<SourceFile, 'path' | 'code'>;
type Block = {
  readonly file: string;
  readonly title: string;
  readonly words: ReadonlyMap<string, number>;
  readonly length: number;
};

/** Whole identifiers and codes, and their parts. */
const wordsOf = (text: string): readonly string[] =>
  (text.match(/[A-Za-z_][\w-]*/g) ?? []).flatMap((word) => {
    const parts = word.split(/[_-]|(?<=[a-z])(?=[A-Z])/).map((part) => part.toLowerCase().replace(/s$/, ''));
    return parts.length > 1 ? [word.toLowerCase(), ...parts] : parts;
  });

const counted = (words: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

/** Files whose tests run in one process, with the module that a mutation changes. */
export const testFiles = (): readonly string[] => FOLDERS.flatMap(filesIn);

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    // A mutation changes the process of the tests. The processes that a test starts load the file without it.
    .filter((path) => path.endsWith('.test.ts') && !startsProcesses(join(ROOT, path)));

const BEGIN = /^ *test(?:\.each\b[\s\S]*?\))?\(\s*(['"`])(.*?)\1,/gm;

/** A pattern of the titles that a title becomes when its parameters are filled in. */
export const patternOf = (title: string): string =>
  title
    .replaceAll("\\'", "'")
    .split(/%[a-zA-Z#$]|\$\{[^}]*\}|\$[\w.]+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');

/** From where a test begins to where the next one does. */
const blocksOf = (file: string, text: string): readonly Block[] => {
  const found = [...text.matchAll(BEGIN)];
  const name = wordsOf(basename(file, '.test.ts'));
  return found.map((match, index) => {
    const words = [...name, ...name, ...wordsOf(text.slice(match.index, found[index + 1]?.index))];
    return { file, title: patternOf(match[2] ?? ''), words: counted(words), length: words.length };
  });
};

export const relatedTests = (reach: Reach): RelatedTests => {
  const files = testFiles().map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });
  const blocks = files.flatMap(({ path, text }) => blocksOf(path, text));
  const inTests = new Map<string, number>();
  for (const { words } of blocks) for (const word of words.keys()) inTests.set(word, (inTests.get(word) ?? 0) + 1);
  const average = blocks.reduce((sum, { length }) => sum + length, 0) / blocks.length;
  const sources = deliveredFiles();
  const importing = (all: readonly Imports[], paths: readonly string[]): readonly string[] =>
    all
      .filter(({ imports }) => imports.some(({ target, kind }) => kind !== 'type' && paths.includes(target)))
      .map(({ path }) => path);
  /** Those that import the file, or else one that imports it. */
  const unitTestsOf = (path: string): readonly string[] => {
    const direct = importing(files, [path]);
    return direct.length > 0 ? direct : importing(files, importing(sources, [path])).slice(0, MOST_UNIT_TESTS);
  };

  const scoreOf = ({ words, length }: Block, wanted: ReadonlyMap<string, number>): number => {
    let score = 0;
    for (const [word, weight] of wanted) {
      const count = words.get(word);
      if (count === undefined) continue;
      const rarity = Math.log(1 + blocks.length / (inTests.get(word) ?? 1));
      const often = (count * (SATURATION + 1)) / (count + SATURATION * (1 - LENGTH + (LENGTH * length) / average));
      score += weight * rarity * often;
    }
    return score;
  };

  // The longest pattern of a title last: it says the most of what the test is.
  const byPattern = blocks.toSorted((one, other) => one.title.length - other.title.length);
  const ofFile = Map.groupBy(byPattern, ({ file }) => file);
  /** Of a file that is measured: the blocks that reach the mutation, with how many guards they reach. */
  const reachingBlocks = (file: string, { isOfFile, tests }: Reaching): readonly (readonly [Block, number])[] => {
    const all = ofFile.get(file) ?? [];
    const found = new Map<Block, number>();
    for (const [title, guards] of tests) {
      const block = all.findLast((one) => new RegExp(`^${one.title}$`, 's').test(title)) ?? untitled(file, title);
      found.set(block, Math.min(guards, found.get(block) ?? guards));
    }
    // What is done for all its tests reaches it: one of them may notice, as may one of a file that is not measured.
    return found.size > 0 || !isOfFile ? [...found] : all.map((block) => [block, MOST_REACH / 2]);
  };

  return {
    testsFor(mutation, ofBatch) {
      const wanted = wantedWords(mutation, sources);
      const units = unitTestsOf(mutation.path).filter((file) => reach.of(file, mutation) === undefined);
      const near = files
        .filter(({ path }) => !units.includes(path))
        .flatMap(({ path }) => {
          const reaching = reach.of(path, mutation);
          if (reaching) return reachingBlocks(path, reaching);
          return (ofFile.get(path) ?? []).map((block): readonly [Block, number] => [block, UNMEASURED_REACH]);
        })
        .map(([block, guards]) => ({ block, score: scoreOf(block, wanted) * Math.log(1 + MOST_REACH / guards) }))
        .sort((one, other) => other.score - one.score)
        .map(({ block }) => block);
      const batches = [selectionsOf(near.slice(0, ofBatch))];
      for (let at = ofBatch; at < near.length; at += ofBatch) batches.push(selectionsOf(near.slice(at, at + ofBatch)));
      return batches.with(0, [...units.map((file) => ({ file })), ...(batches[0] ?? [])]);
    },
  };
};

/** Unit tests first, since they take the least time. */
const selectionsOf = (blocks: readonly Block[]): readonly Selection[] => {
  const ofFiles = Map.groupBy(blocks, ({ file }) => file);
  const chosen = [...ofFiles].map(([file, each]) => ({ file, titles: each.map(({ title }) => title) }));
  const isUnit = ({ file }: Selection): boolean => file.startsWith('test/unit/');
  return [...chosen.filter(isUnit), ...chosen.filter((each) => !isUnit(each))];
};

/** A test whose title is not written where it begins. */
const untitled = (file: string, title: string): Block => {
  const words = wordsOf(`${basename(file, '.test.ts')} ${title}`);
  return { file, title: patternOf(title), words: counted(words), length: words.length };
};

/** Other files, if few, that use a member which the changed line names. What a seam hands over is tested by the name of who takes it. */
const usersOf = (changed: string, path: string, sources: readonly Source[]): readonly string[] =>
  [...new Set(changed.match(/\b[a-z]+[A-Z]\w*\b/g))].flatMap((name) => {
    const has = new RegExp(`\\.${name}\\b`);
    const users = sources.filter((one) => one.path !== path && has.test(one.code));
    return users.length > MOST_USERS ? [] : users.map((one) => one.path);
  });

/** Words with their weights: the nearer to the changed line, the more. */
const wantedWords = ({ path, line }: Mutation, sources: readonly Source[]): ReadonlyMap<string, number> => {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  const weights = new Map<string, number>();
  const add = (text: string, weight: number): void => {
    for (const word of new Set(wordsOf(text))) {
      weights.set(word, Math.max(weights.get(word) ?? 0, word.includes('_') ? weight * OF_CODE : weight));
    }
  };
  add(path.replace(/\.ts$/, '').split('/').slice(-2).join(' '), OF_NAME / 2);
  add(basename(path, '.ts'), OF_NAME);
  for (const user of usersOf(lines[line - 1] ?? '', path, sources)) {
    add(user.replace(/\.ts$/, '').split('/').slice(-2).join(' '), OF_USER);
  }
  for (let away = 0; away <= AROUND; away += 1) {
    for (const text of [lines[line - 1 - away], lines[line - 1 + away]]) add(text ?? '', 1 / (1 + away / 3));
  }
  return weights;
};
