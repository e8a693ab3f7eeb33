/**
 * The server as a process: settings → bind the ports → compose → answer → print the address → drain on SIGTERM. With workers, a
 * supervisor of several processes.
 */
import cluster from 'node:cluster';
import { join } from 'node:path';
import { withoutDiagnostics } from '../adapters/node/diagnostics.ts';
import type { Configuration } from '../config/configuration.ts';
import { forgetSecretVariables, loadConfiguration } from '../config/load.ts';
import { ConfigurationError, EXIT_CONFIGURATION, isConfigurationError } from '../config/problem.ts';
import { serverHelp } from '../config/server-help.ts';
import { compose, prepare } from './compose.ts';
import type { FirstStart } from './first-start.ts';
import { greeting, lostPassword } from './greeting.ts';
import { expositionOf } from './http/metrics.ts';
import type { Readiness } from './http/operations.ts';
import { boundListeners, unavailable } from './listeners.ts';
import { loadLater } from './load-later.ts';
import { publicServer } from './public-server.ts';
import { startedWithRoom } from './recovery-mode.ts';
import { stopSignal } from './stop-signals.ts';
import { supervisor } from './workers/supervisor.ts';
import { serveAsWorker } from './workers/worker.ts';

/** More than any machine has cores for. */
const MOST_WORKERS = 64;

type Overrides = NonNullable<Parameters<typeof compose>[1]>;

/** Serves until SIGTERM or SIGINT. Returns the exit code. `overrides`: of a process without workers. */
export const serve = async (argv: readonly string[], overrides: Overrides = {}): Promise<number> => {
  withoutDiagnostics();
  if (argv.some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(serverHelp());
    return 0;
  }
  let settings: Settings;
  try {
    settings = settingsOf(argv);
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT_CONFIGURATION;
  }
  const { configuration, workers, rest } = settings;
  // A supervisor passes the secrets to its workers.
  if (workers === 1 || cluster.isWorker) forgetSecretVariables();
  if (cluster.isWorker) return asWorker(configuration);
  return workers === 1 ? alone(configuration, overrides) : withWorkers(configuration, workers, rest);
};

/** Binds both listeners first: a start that cannot have its ports creates no account whose password is never shown. */
const alone = async (configuration: Configuration, overrides: Overrides): Promise<number> => {
  const stopped = stopSignal();
  const listeners = await boundListeners(configuration);
  const first = firstStartOf(configuration);
  try {
    const behalf = await first.orHint(
      startedWithRoom(configuration, listeners, stopped, () =>
        compose(configuration, { ...overrides, onFirstStart: first.note }),
      ),
    );
    if (!behalf) return 0;
    let isStopping = false;
    const readiness = async (): Promise<Readiness> => {
      const reasons = isStopping ? { process: 'is stopping' } : await behalf.reasons();
      return { isReady: Object.keys(reasons).length === 0, reasons };
    };
    const { handle, metrics } = behalf;
    listeners.answerWith({ handle, readiness, exposition: () => expositionOf(metrics.registry) });
    process.stdout.write(greeting(configuration, first.now(), process.stdout));
    const endLoading = loadLater(behalf, behalf.log);
    await stopped;
    isStopping = true;
    endLoading();
    behalf.endStreams();
    await listeners.drainPublic();
    await behalf.close();
  } finally {
    await listeners.drainPublic();
    await listeners.drainOperations();
  }
  return 0;
};

const asWorker = async (configuration: Configuration): Promise<number> => {
  const stopped = stopSignal({ isWorker: true });
  const behalf = await compose(configuration, { isPrepared: true });
  const endLoading = loadLater(behalf, behalf.log);
  void stopped.then(endLoading);
  await serveAsWorker({ configuration, behalf, server: publicServer(configuration.listen, behalf), stopped });
  return 0;
};

const withWorkers = async (configuration: Configuration, count: number, argv: readonly string[]): Promise<number> => {
  const stopped = stopSignal();
  const listeners = await boundListeners(configuration);
  const first = firstStartOf(configuration);
  try {
    const prepared = await first.orHint(
      startedWithRoom(configuration, listeners, stopped, () => prepare(configuration, { onFirstStart: first.note })),
    );
    if (!prepared) return 0;
    const all = supervisor({ count, program: join(import.meta.dirname, 'main.ts'), argv, log: prepared.log });
    const handle = unavailable('the server is starting', 1);
    listeners.answerWith({ handle, readiness: all.readiness, exposition: all.exposition });
    // The workers now listen on that address.
    await listeners.drainPublic();
    const isStopped = stopped.then(() => true);
    // A signal ends a worker that does not listen for signals yet. The start then fails because it was stopped.
    const isUp = all.start().then(
      () => true,
      async (error: unknown) => {
        if (await Promise.race([isStopped, false])) return false;
        throw error;
      },
    );
    if (!(await first.orHint(Promise.race([isUp, isStopped.then(() => false)])))) {
      await all.stop();
      return 0;
    }
    process.on('SIGUSR2', () => void all.replaceAll());
    process.stdout.write(greeting(configuration, first.now(), process.stdout));
    await stopped;
    return await all.stop();
  } finally {
    await listeners.drainPublic();
    await listeners.drainOperations();
  }
};

/** What the first start created, even if the start failed later. */
const firstStartOf = (configuration: Configuration) => {
  let made: FirstStart = { administrator: configuration.administrator.username };
  return {
    note(first: FirstStart): void {
      // A repeated start finds the account and does not create it again.
      if (first.generatedPassword !== undefined) made = first;
    },
    now: () => made,
    /** If `work` fails, prints how to get access to an account whose generated password was never shown. */
    async orHint<T>(work: Promise<T>): Promise<T> {
      try {
        return await work;
      } catch (error) {
        if (made.generatedPassword === undefined) throw error;
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`${message}\n${lostPassword(made.administrator)}`, { cause: error });
      }
    },
  };
};

type Settings = {
  readonly configuration: Configuration;
  /** Number of processes that serve; 1: this process alone. */
  readonly workers: number;
  /** The arguments without `--workers`. */
  readonly rest: readonly string[];
};

/** `--workers N` is about processes, and therefore the only option that is no setting. */
const settingsOf = (argv: readonly string[]): Settings => {
  const at = argv.findIndex((argument) => /^--workers(?:=|$)/.test(argument));
  const isApart = argv[at] === '--workers';
  const given = isApart ? argv[at + 1] : argv[at]?.slice('--workers='.length);
  const rest = at === -1 ? argv : argv.filter((_, index) => index !== at && !(isApart && index === at + 1));
  const { configuration } = loadConfiguration({ argv: rest });
  const workers = at === -1 ? 1 : /^\d{1,3}$/.test(given ?? '') ? Number(given) : 0;
  const refuse = (message: string, suggestion: string): never => {
    throw new ConfigurationError([{ pointer: '', from: '--workers', message, suggestion }]);
  };
  if (workers < 1 || workers > MOST_WORKERS) {
    refuse(`--workers takes a whole number from 1 to ${MOST_WORKERS}.`, 'Example: --workers 2');
  }
  if (workers > 1 && Object.values(configuration.stores).includes('memory')) {
    refuse(
      'Workers share only the stores, and processes cannot share a memory store.',
      'Use other stores, or one process.',
    );
  }
  return { configuration, workers, rest };
};

/** What failed and, after a colon each, why: a store's own error names the server, and an operator has to find it. */
const withCauses = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${withCauses(error.cause)}` : error.message;
};

/** Serves as `serve` does. Prints why the server cannot start. */
export const exitCodeOf = (argv: readonly string[], overrides: Overrides = {}): Promise<number> =>
  serve(argv, overrides).catch((error: unknown) => {
    process.stderr.write(`Behalf cannot start: ${withCauses(error)}\n`);
    return isConfigurationError(error) ? EXIT_CONFIGURATION : 1;
  });
