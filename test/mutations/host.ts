/**
 * Jest's `testRunner` of a process that runs test files again and again, as the runner of mutations asks. Jest starts it
 * for one file, and it stays until the runner ends it. Modules are loaded once; a mutation changes them in place.
 */
import { join } from 'node:path';
import run from '../support/jest-runner.ts';
import { type LiveEdit, startLiveEdit } from './live-edit.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What the runner asks. Each question has one answer, in order. */
export type Question =
  | { readonly kind: 'mutate'; readonly path: string; readonly original: string; readonly text: string }
  | { readonly kind: 'restore' }
  /** Runs until a test fails. `titles`: patterns of the titles of those to run. */
  | { readonly kind: 'run'; readonly file: string; readonly titles?: readonly string[] | undefined };

export type Answer = {
  /** Of `mutate`: whether it could. */
  readonly isDone?: boolean;
  /** Of `run`: the first test that failed. Without a title it is the file as a whole. */
  readonly failed?: { readonly fullName: string; readonly title?: string } | undefined;
  /** Bytes of memory in use. */
  readonly memory?: number;
};

type Result = {
  readonly testExecError?: unknown;
  readonly testResults: readonly { readonly status: string; readonly fullName: string; readonly title: string }[];
};
type RunFile = (file: string, titles: readonly string[] | undefined) => Promise<Result>;
type Block = { readonly type: 'describeBlock'; readonly children: readonly (Block | Test)[] };
type Test = { readonly type: 'test'; readonly name: string; mode?: string };
type State = { readonly rootDescribeBlock: Block };

const testsOf = (block: Block): readonly Test[] =>
  block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));

/** Skips what is not asked for, and after a failure the rest of the file: one failure decides. */
const selecting = (titles: readonly string[] | undefined) => {
  const wanted = titles?.map((title) => new RegExp(`^${title}$`, 's'));
  return ({ name }: { readonly name: string }, { rootDescribeBlock }: State): void => {
    const isOver = name === 'test_fn_failure' || name === 'hook_failure';
    if (!isOver && !(name === 'run_start' && wanted)) return;
    for (const test of testsOf(rootDescribeBlock)) {
      if (isOver || !wanted?.some((pattern) => pattern.test(test.name))) test.mode = 'skip';
    }
  };
};

const host: typeof run = async (globalConfig, projectConfig, environment, runtime) => {
  const inPlace = await startLiveEdit();
  const runFile: RunFile = async (file, titles) => {
    const own = Object.assign(Object.create(environment), { handleTestEvent: selecting(titles) });
    return (await run(globalConfig, projectConfig, own, runtime, join(ROOT, file), () => undefined)) as Result;
  };
  return new Promise(() => {
    const answer = answering(inPlace, runFile);
    process.on('message', (question: Question) => {
      void answer(question).then((given) => process.send?.({ ...given, memory: process.memoryUsage.rss() }));
    });
    process.on('disconnect', () => process.exit(0));
    process.send?.({});
  });
};

export default host;

const answering =
  (inPlace: LiveEdit, runFile: RunFile) =>
  async (question: Question): Promise<Answer> => {
    switch (question.kind) {
      case 'mutate':
        return { isDone: await inPlace.replace(join(ROOT, question.path), question.original, question.text) };
      case 'restore':
        await inPlace.restore();
        return {};
      case 'run':
        return { failed: failureIn(await runFile(question.file, question.titles)) };
    }
  };

const failureIn = ({ testResults, testExecError }: Result): Answer['failed'] => {
  const failed = testResults.find(({ status }) => status === 'failed');
  if (failed) return { fullName: failed.fullName, title: failed.title };
  return testExecError === undefined ? undefined : { fullName: 'the file as a whole' };
};
