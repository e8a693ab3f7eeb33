/**
 * Jest's `testSequencer`. What takes long begins first, so that no worker runs one long file while the others have ended. Jest
 * knows the times of earlier runs on this machine. Of a file without one, this guesses: it knows the longest, otherwise most time goes
 * to browsers, then to files that start processes.
 */
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { startsProcesses } from './process-starts.ts';

/** Of a test as Jest has it, what its order depends on. */
export type Sequenced = {
  readonly path: string;
  readonly context: { readonly hasteFS: { getSize(path: string): number | null } };
};
/** Of Jest's own, what is used here. Its types keep `time` private. */
type Sequencer = {
  sort(tests: readonly Sequenced[]): readonly Sequenced[];
  /** Milliseconds that the file took last time. */
  time(test: Sequenced): number | undefined;
};

const { default: SequencerOfJest }: { readonly default: new (options: object) => Sequencer } = createRequire(
  import.meta.url,
)('@jest/test-sequencer');

const ROOT = resolve(import.meta.dirname, '../..');

/** Milliseconds. Files of both kinds differ by a factor of twenty; their order is what counts. */
const OF_BROWSERS = 60_000;
const OF_PROCESSES = 20_000;

/** The longest of `npm run test:long`, in seconds on two cores: one that begins late would run alone at the end. */
export const LONGEST: Readonly<Record<string, number>> = {
  'test/pages/every-page.test.ts': 400,
  'test/pages/pages.test.ts': 350,
  'test/pages/injection-requests.test.ts': 300,
  'test/processes/fail-closed.test.ts': 165,
  'test/pages/injection.test.ts': 90,
  'test/processes/data-transfer.test.ts': 75,
  'test/processes/unusable-files.test.ts': 65,
  'test/processes/mongodb-redis.test.ts': 62,
};

const guessed = ({ path, context }: Sequenced): number => {
  // Larger files of a kind first.
  const known = LONGEST[relative(ROOT, path)];
  if (known !== undefined) return known * 1000;
  const size = Math.min(context.hasteFS.getSize(path) ?? 0, 100_000) / 10;
  if (/\/test\/(?:e2e|pages)\//.test(path)) return OF_BROWSERS + size;
  return startsProcesses(path) ? OF_PROCESSES + size : size;
};

/** A class, because Jest makes one with `new`. */
export default class extends SequencerOfJest {
  override time(test: Sequenced): number {
    return super.time(test) ?? guessed(test);
  }
}
