/**
 * Runs related tests against one mutation after the other. One process loads the modules once, and each mutation changes
 * its module there.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutated, textOf } from './draw.ts';
import type { Answer, Question } from './host.ts';
import { type HostProcess, startHost } from './host-process.ts';
import type { Mutation } from './operators.ts';
import { patternOf, type Selection } from './related-tests.ts';

/** In bytes; each run of a test file leaves its modules in the process. */
const MOST_MEMORY = 2 * 2 ** 30;

export type Trial = { readonly killer?: string; readonly ran: number; readonly files: number };

export type Trials = {
  /**
   * Runs tests in this order until one fails, or until they have taken so much processor time: then it begins with no further
   * file. `killer` is `file › title`; without it the mutation survived the `ran` of `files`.
   */
  trialOf(mutation: Mutation, tests: readonly Selection[], mostSeconds: number): Promise<Trial>;
  end(): Promise<void>;
  /** Test files that failed without a mutation, so that they decide nothing. */
  readonly unusable: ReadonlySet<string>;
};

export const startTrials = (copy: string): Trials => {
  const unusable = new Set<string>();
  let host: HostProcess | undefined;
  /** Processor time of all answers. */
  let spent = 0;
  /** Of the process; `onDisk` is the one that a new process loads. */
  let applied: Mutation | undefined;
  let onDisk: Mutation | undefined;

  const end = async (): Promise<void> => {
    await host?.end();
    host = undefined;
  };
  const start = async (anyTest: string): Promise<void> => {
    host = await startHost(copy, anyTest);
    applied = onDisk;
  };
  const ask = async (question: Question): Promise<Answer | undefined> => {
    const begin = performance.now();
    const answer = await host?.ask(question);
    spent += answer?.seconds ?? (performance.now() - begin) / 1000;
    if (answer === undefined) await end();
    return answer;
  };
  const write = (mutation: Mutation, text: string): void => writeFileSync(join(copy, mutation.path), text);

  /** Has a process with this mutation, or with none: changed in place if V8 can, else a new one that loads a changed file. */
  const settle = async (anyTest: string, wanted: Mutation | undefined): Promise<void> => {
    if (onDisk && onDisk !== wanted) {
      write(onDisk, textOf(onDisk.path));
      onDisk = undefined;
      await end();
    }
    if (!host) await start(anyTest);
    if (applied === wanted) return;
    if (applied) {
      if (!(await ask({ kind: 'restore' }))) await start(anyTest);
      applied = undefined;
    }
    if (!wanted) return;
    const [original, text] = [textOf(wanted.path), mutated(wanted)];
    if ((await ask({ kind: 'mutate', path: wanted.path, original, text }))?.isDone) {
      applied = wanted;
      return;
    }
    await end();
    write(wanted, text);
    onDisk = wanted;
    await start(anyTest);
  };

  const failureIn = async ({ file, titles }: Selection, mutation?: Mutation): Promise<Answer['failed']> => {
    await settle(file, mutation);
    const answer = await ask({ kind: 'run', file, titles });
    if ((answer?.memory ?? 0) > MOST_MEMORY) await end();
    return answer ? answer.failed : { fullName: 'the process ended, or its tests did not' };
  };

  /** The test that fails with the mutation each time, and passes without it. */
  const killerIn = async (tests: Selection, mutation: Mutation): Promise<string | undefined> => {
    const { file } = tests;
    const failed = await failureIn(tests, mutation);
    if (failed === undefined) return undefined;
    const alone = failed.title === undefined ? tests : { file, titles: [patternOf(failed.title)] };
    if ((await failureIn(alone)) === undefined) {
      // A unit test waits for nothing, so it fails for no other reason.
      if (file.startsWith('test/unit/')) return failed.fullName;
      return (await failureIn(alone, mutation)) === undefined ? undefined : failed.fullName;
    }
    // The process may be what a mutation has left behind, and a test may need what those before it did.
    await end();
    if ((await failureIn({ file })) === undefined) return (await failureIn({ file }, mutation))?.fullName;
    unusable.add(file);
    return undefined;
  };

  return {
    end,
    unusable,
    async trialOf(mutation, tests, mostSeconds) {
      const most = spent + mostSeconds;
      for (const [ran, each] of tests.entries()) {
        if (spent > most) return { ran, files: tests.length };
        const killer = unusable.has(each.file) ? undefined : await killerIn(each, mutation);
        if (killer !== undefined) return { killer: `${each.file} › ${killer}`, ran: ran + 1, files: tests.length };
      }
      return { ran: tests.length, files: tests.length };
    },
  };
};
