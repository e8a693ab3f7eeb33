/**
 * Jest's `testRunner`. It hands the test files to Jest's own, and lets Node load them: one copy of each module for all
 * test files of a worker, outside of any vm context. With Jest's loader each file compiles 700 modules of its own, and
 * its requests run through code that is never warm.
 * In return a file gives back the process as it found it: globals, environment, exit code, clock, mocks. State of modules
 * stays, so a module keeps none that another file could trip over.
 */
import { createRequire, enableCompileCache, flushCompileCache, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { jest as Jest } from '@jest/globals';
import { cpuSeconds, keepCpu } from './cpu-time.ts';
import { endFile } from './end-of-file.ts';
import { setFunctions } from './jest-globals.ts';
import { rememberProcess } from './process-state.ts';

/** Of Jest's runtime, what its runner uses. Jest's own types of it are not among our dependencies. */
type Runtime = {
  requireInternalModule(path: string): unknown;
  requireModule(path: string): unknown;
  setGlobalsForRuntime(functions: object): void;
  unstable_shouldLoadAsEsm(path: string): boolean;
  unstable_importModule(path: string): Promise<unknown>;
};
type Timers = Pick<typeof Jest, 'useFakeTimers' | 'useRealTimers' | 'setSystemTime' | 'advanceTimersByTimeAsync'>;
type Mocker = Pick<typeof Jest, 'spyOn' | 'restoreAllMocks'>;
type TestEvent = (event: { readonly name: string }, state: object) => Promise<void> | void;
type Environment = {
  readonly global: { readonly console: Console };
  readonly handleTestEvent?: TestEvent;
  readonly fakeTimersModern: object;
  readonly moduleMocker: object;
};
type GlobalConfig = {
  readonly watch: boolean;
  readonly watchAll: boolean;
  readonly collectCoverage: boolean;
  /** Of `--json --outputFile=…`. */
  readonly outputFile?: string | null;
};
type Runner = (
  globalConfig: GlobalConfig,
  projectConfig: object,
  environment: Environment,
  runtime: Runtime,
  testPath: string,
  ...rest: readonly unknown[]
) => Promise<unknown>;

const require = createRequire(import.meta.url);
const runOfJest: Runner = require('jest-circus/runner').default;
/** Of the process, also where a test replaces the timers. */
const nextTurn = globalThis.setImmediate;
/** Of a stack: enough to name the line of a test behind those of a support module. */
const FRAMES = 20;
/** By which Jest's runner learns what `jest.setTimeout` was given. */
const TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');

// Of compiled modules, for this process where it is the only one; others have it from jest-setup.ts.
enableCompileCache();

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: new URL('./jest-globals.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

const run: Runner = (globalConfig, projectConfig, environment, runtime, testPath, ...rest) => {
  // Watching has to see that a module changed, and coverage has to change what is loaded: both need Jest's loader.
  if (globalConfig.watch || globalConfig.watchAll || globalConfig.collectCoverage) {
    return runOfJest(globalConfig, projectConfig, environment, runtime, testPath, ...rest);
  }
  const begin = cpuSeconds();
  const giveBack = rememberProcess();
  const { jest, end } = jestObject(projectConfig, environment);
  globalThis.console = environment.global.console;
  const loaded: string[] = [];
  const here: Runtime = {
    requireInternalModule(path) {
      loaded.push(path);
      return require(path);
    },
    requireModule: require,
    setGlobalsForRuntime: (functions) => setFunctions({ ...(functions as Parameters<typeof setFunctions>[0]), jest }),
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(urlOf(path)),
  };
  const mixed = new Proxy(runtime, {
    get(target, key) {
      const value = Reflect.get(key in here ? here : target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  // Jest asks for 100 frames. Each error that is thrown and caught, also inside of Node, would take twice as long.
  Error.stackTraceLimit = FRAMES;
  // In a turn of its own, so that this file is in no stack by which Jest says where a test failed.
  return new Promise((resolve, reject) => {
    setImmediate(() =>
      runOfJest(globalConfig, projectConfig, turning(environment), mixed, testPath, ...rest).then(resolve, reject),
    );
  }).finally(async () => {
    end();
    await endFile();
    // Jest's runner keeps its state in its module and in globals: the next file begins with new ones.
    for (const path of loaded) delete require.cache[path];
    giveBack();
    // Jest ends its workers by a signal, which leaves no time to write.
    flushCompileCache();
    if (globalConfig.outputFile) keepCpu(globalConfig.outputFile, testPath, cpuSeconds() - begin);
  });
};

export default run;

/**
 * A test ends one turn of the event loop after its function. So what it has begun and waits for nothing fails this test, such as
 * an audit event that no code awaits (awaited-append.ts), and not the next one.
 */
const turning = (environment: Environment): Environment =>
  Object.assign(Object.create(environment) as Environment, {
    handleTestEvent: async (event: Parameters<TestEvent>[0], state: object): Promise<void> => {
      await environment.handleTestEvent?.(event, state);
      if (event.name === 'test_fn_success') await new Promise((resolve) => nextTurn(resolve));
    },
  });

const runs = new Map<string, number>();

/** Node loads a URL once, and a file that runs again in this process (test/mutations) has to declare its tests again. */
const urlOf = (path: string): string => {
  const before = runs.get(path) ?? 0;
  runs.set(path, before + 1);
  const { href } = pathToFileURL(path);
  return before === 0 ? href : `${href}?run=${before}`;
};

/** `jest` for the globals of this process; those of the environment are for its vm context. */
const jestObject = (config: object, { fakeTimersModern, moduleMocker }: Environment) => {
  const timers = new (classOf<Timers>(fakeTimersModern))({ config, global: globalThis });
  const mocker = new (classOf<Mocker>(moduleMocker))(globalThis);
  const given = {
    useFakeTimers: (settings) => {
      timers.useFakeTimers(settings);
      return jest;
    },
    useRealTimers: () => {
      timers.useRealTimers();
      return jest;
    },
    setSystemTime: (now) => timers.setSystemTime(now),
    advanceTimersByTimeAsync: (milliseconds) => timers.advanceTimersByTimeAsync(milliseconds),
    spyOn: mocker.spyOn.bind(mocker),
    setTimeout: (milliseconds) => {
      Reflect.set(globalThis, TIMEOUT, milliseconds);
      return jest;
    },
  } satisfies Partial<typeof Jest>;
  const jest = new Proxy(given, {
    get(target, key) {
      if (key in target) return Reflect.get(target, key);
      throw new Error(`jest.${String(key)} is not there: add it to test/support/jest-runner.ts`);
    },
  }) as unknown as typeof Jest;
  const end = (): void => {
    timers.useRealTimers();
    mocker.restoreAllMocks();
  };
  return { jest, end };
};

const classOf = <T>(instance: object): (new (...given: readonly unknown[]) => T) =>
  instance.constructor as new (
    ...given: readonly unknown[]
  ) => T;
