/**
 * Jest's `testRunner` of a process that runs test files again and again, as the runner of mutations asks. Jest starts it
 * for one file, and it stays until the runner ends it. Modules are loaded once; a mutation changes them in place.
 */
import { join } from 'node:path';
import run from '../support/jest-runner.ts';
import { type Coverage, type Lines, startCoverage } from './coverage.ts';
import { type LiveEdit, startLiveEdit } from './live-edit.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What the runner asks. Each question has one answer, in order. */
export type Question =
  | { readonly kind: 'mutate'; readonly path: string; readonly original: string; readonly text: string }
  | { readonly kind: 'restore' }
  /** Runs until a test fails. `titles`: patterns of the titles of those to run. */
  | { readonly kind: 'run'; readonly file: string; readonly titles?: readonly string[] | undefined }
  /** Runs a whole file and says which guards each test reaches. Only before any other question. */
  | { readonly kind: 'reach'; readonly file: string; readonly watched: readonly Lines[] };

export type Answer = {
  /** Of `mutate`: whether it could. */
  readonly isDone?: boolean;
  /** Of `run` and `reach`: the first test that failed. Without a title it is the file as a whole. */
  readonly failed?: { readonly fullName: string; readonly title?: string } | undefined;
  /** Of `reach`. */
  readonly reached?: readonly Reached[] | undefined;
  /** Bytes of memory in use. */
  readonly memory?: number;
  /** Seconds of processor time that the answer took. */
  readonly seconds?: number;
};

/** Guards by `PATH:LINE` that one test reaches; without a title, what is done for all tests of the file. */
export type Reached = { readonly title?: string; readonly guards: readonly string[] };

type Result = {
  readonly testExecError?: unknown;
  readonly testResults: readonly { readonly status: string; readonly fullName: string; readonly title: string }[];
};
type Event = { readonly name: string; readonly test?: { readonly name: string } };
type Handler = (event: Event, state: State) => void;
type RunFile = (file: string, handleTestEvent: Handler) => Promise<Result>;
type Block = { readonly type: 'describeBlock'; readonly children: readonly (Block | Test)[] };
type Test = { readonly type: 'test'; readonly name: string; mode?: string };
type State = { readonly rootDescribeBlock: Block };

const testsOf = (block: Block): readonly Test[] =>
  block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));

/** Skips what is not asked for, and after a failure the rest of the file: one failure decides. */
const selecting = (titles: readonly string[] | undefined) => {
  const wanted = titles?.map((title) => new RegExp(`^${title}$`, 's'));
  return ({ name }: Event, { rootDescribeBlock }: State): void => {
    const isOver = name === 'test_fn_failure' || name === 'hook_failure';
    if (!isOver && !(name === 'run_start' && wanted)) return;
    for (const test of testsOf(rootDescribeBlock)) {
      if (isOver || !wanted?.some((pattern) => pattern.test(test.name))) test.mode = 'skip';
    }
  };
};

/** Takes the counters at the begin and the end of each test: what runs in between belongs to the test, the rest to the file. */
const reaching = (coverage: Coverage): { readonly handler: Handler; readonly end: () => readonly Reached[] } => {
  const ofFile = new Set<string>();
  const found: Reached[] = [];
  const keepOfFile = (): void => {
    for (const guard of coverage.take()) ofFile.add(guard);
  };
  return {
    handler({ name, test }) {
      if (name === 'test_start') keepOfFile();
      if (name === 'test_done' && test) found.push({ title: test.name, guards: coverage.take() });
    },
    end() {
      keepOfFile();
      return [...found, { guards: [...ofFile] }];
    },
  };
};

const host: typeof run = async (globalConfig, projectConfig, environment, runtime) => {
  const runFile: RunFile = async (file, handleTestEvent) => {
    const own = Object.assign(Object.create(environment), { handleTestEvent });
    return (await run(globalConfig, projectConfig, own, runtime, join(ROOT, file), () => undefined)) as Result;
  };
  return new Promise(() => {
    const answer = answering(runFile);
    process.on('message', (question: Question) => {
      const before = process.cpuUsage();
      void answer(question).then((given) => {
        const { user, system } = process.cpuUsage(before);
        process.send?.({ ...given, memory: process.memoryUsage.rss(), seconds: (user + system) / 1e6 });
      });
    });
    process.on('disconnect', () => process.exit(0));
    process.send?.({});
  });
};

export default host;

const answering = (runFile: RunFile): ((question: Question) => Promise<Answer>) => {
  let inPlace: LiveEdit | undefined;
  let coverage: Coverage | undefined;
  return async (question) => {
    switch (question.kind) {
      case 'mutate':
        inPlace ??= await startLiveEdit();
        return { isDone: await inPlace.replace(join(ROOT, question.path), question.original, question.text) };
      case 'restore':
        await inPlace?.restore();
        return {};
      case 'run':
        inPlace ??= await startLiveEdit();
        return { failed: failureIn(await runFile(question.file, selecting(question.titles))) };
      case 'reach': {
        coverage ??= startCoverage(ROOT, question.watched);
        coverage.take();
        const { handler, end } = reaching(coverage);
        const failed = failureIn(await runFile(question.file, handler));
        return { reached: end(), failed };
      }
    }
  };
};

const failureIn = ({ testResults, testExecError }: Result): Answer['failed'] => {
  const failed = testResults.find(({ status }) => status === 'failed');
  if (failed) return { fullName: failed.fullName, title: failed.title };
  return testExecError === undefined ? undefined : { fullName: 'the file as a whole' };
};
