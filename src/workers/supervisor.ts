import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Exposition, expositionOfAll } from '../http/metrics.ts';
import type { Readiness } from '../http/operations.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Pause between the end of a worker and the next attempt. Doubles each time until a worker lasts. */
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
const LASTED_MILLISECONDS = 30_000;
/** Longer than a readiness check may take, shorter than the caller of readiness waits. */
const ANSWER_MILLISECONDS = 2_000;
/** A worker drains for 8 seconds at most. */
const STOP_MILLISECONDS = 10_000;
const START_MILLISECONDS = 60_000;

/** The place of one worker. The number of workers is constant. */
type Slot = {
  readonly number: number;
  worker?: Worker | undefined;
  isUp: boolean;
  /** Consecutive workers that did not last. */
  ends: number;
  timer?: NodeJS.Timeout | undefined;
  isBeingReplaced: boolean;
};

type Report = Pick<FromWorker, 'reasons' | 'metrics'>;

/** Keeps `count` workers serving. One supervisor for each process: `node:cluster` has one set of settings. */
export const supervisor = (deps: {
  readonly count: number;
  /** The program of a worker, and its arguments. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly log: Logger;
}) => {
  const { log } = deps;
  cluster.setupPrimary({ exec: deps.program, args: [...deps.argv], serialization: 'advanced' });
  const slots: readonly Slot[] = Array.from({ length: deps.count }, (_, index) => ({
    number: index + 1,
    isUp: false,
    ends: 0,
    isBeingReplaced: false,
  }));
  const own = new Registry();
  collectDefaultMetrics({ register: own, prefix: 'behalf_supervisor_' });
  const asked = new Map<number, (report: Report) => void>();
  let asks = 0;
  let isStarting = true;
  let isStopping = false;

  /** Resolves when the worker listens; rejects when it ends before. */
  const fork = (slot: Slot): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = cluster.fork();
      slot.worker = worker;
      worker.once('listening', () => {
        slot.isUp = true;
        slot.timer = setTimeout(() => {
          slot.ends = 0;
        }, LASTED_MILLISECONDS).unref();
        resolve();
      });
      worker.on('message', (message: FromWorker) => asked.get(message.ask)?.(message));
      worker.on('error', (err) => log.warn({ event: 'worker.error', worker: slot.number, err }, 'worker'));
      worker.once('exit', (code, signal) => {
        slot.worker = undefined;
        slot.isUp = false;
        clearTimeout(slot.timer);
        reject(new Error(`worker ${slot.number} ended with ${signal ?? code}`));
        if (!isStopping && !isStarting && !slot.isBeingReplaced) startAgain(slot, signal ?? code);
      });
    });

  const startAgain = (slot: Slot, end: string | number): void => {
    const pause = Math.min(LONGEST_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** slot.ends);
    slot.ends += 1;
    log.error({ event: 'worker.ended', worker: slot.number, end, pause }, 'a worker ended and is started again');
    slot.timer = setTimeout(() => void fork(slot).catch(() => {}), pause);
  };

  /** Ends a worker; sends SIGKILL when it does not end in time. Returns whether it ended by itself, without an error. */
  const end = (worker: Worker): Promise<boolean> =>
    new Promise((resolve) => {
      const kill = setTimeout(() => worker.process.kill('SIGKILL'), STOP_MILLISECONDS);
      worker.once('exit', (code) => {
        clearTimeout(kill);
        resolve(code === 0);
      });
      worker.process.kill('SIGTERM');
    });

  const report = ({ worker, isUp }: Slot): Promise<Report | undefined> => {
    if (!worker || !isUp) return Promise.resolve(undefined);
    asks += 1;
    const ask = asks;
    return new Promise((resolve) => {
      const late = setTimeout(
        () => answered({ reasons: { process: 'does not answer' }, metrics: [] }),
        ANSWER_MILLISECONDS,
      );
      const ended = (): void => answered(undefined);
      const answered = (answer: Report | undefined): void => {
        clearTimeout(late);
        asked.delete(ask);
        worker.off('exit', ended);
        resolve(answer);
      };
      asked.set(ask, answered);
      worker.once('exit', ended);
      const question: ToWorker = { kind: 'report', ask };
      // A worker that ends at this moment does not respond. Other code notices its end.
      if (worker.isConnected()) worker.send(question, () => {});
    });
  };

  const endAll = async (): Promise<boolean> => {
    isStopping = true;
    for (const { timer } of slots) clearTimeout(timer);
    const ends = await Promise.all(slots.map(({ worker }) => (worker ? end(worker) : true)));
    return ends.every(Boolean);
  };

  return {
    /** Resolves when all workers listen. If one cannot start, ends all of them: the cause affects every one. */
    async start(): Promise<void> {
      try {
        await Promise.all(slots.map(fork));
      } catch (error) {
        await endAll();
        throw error;
      }
      isStarting = false;
    },

    /** Ready while a worker serves and each serving worker is ready. A restarting worker takes no requests. */
    async readiness(): Promise<Readiness> {
      if (isStopping) return { isReady: false, reasons: { process: 'is stopping' } };
      const reports = await Promise.all(slots.map(report));
      const reasons: Record<string, string> = {};
      for (const [index, found] of reports.entries()) {
        const name = `worker ${index + 1}`;
        if (!found) reasons[name] = 'is being started';
        for (const [check, reason] of Object.entries(found?.reasons ?? {})) reasons[`${name}: ${check}`] = reason;
      }
      const serving = reports.filter((one) => one !== undefined);
      const isReady = serving.length > 0 && serving.every((one) => Object.keys(one.reasons).length === 0);
      return { isReady, reasons };
    },

    /** Counts of all workers added up, with those of this process. */
    async exposition(): Promise<Exposition> {
      const reports = await Promise.all(slots.map(report));
      return expositionOfAll([...reports.flatMap((one) => (one ? [one.metrics] : [])), await own.getMetricsAsJSON()]);
    },

    /** Restarts the workers one after the other, with the current settings and certificates. */
    async replaceAll(): Promise<void> {
      for (const slot of slots) {
        if (isStopping || !slot.worker) continue;
        slot.isBeingReplaced = true;
        try {
          await end(slot.worker);
          if (isStopping) return;
          await within(START_MILLISECONDS, fork(slot));
        } catch (err) {
          if (isStopping) return;
          log.error({ event: 'worker.not_replaced', worker: slot.number, err }, 'a worker could not be replaced');
          // Keeps the other workers: they serve, and the same fault would affect them, too.
          if (!slot.worker) startAgain(slot, 'replacement');
          return;
        } finally {
          slot.isBeingReplaced = false;
        }
      }
    },

    /** Returns the exit code: 0 if every worker ended without an error. */
    stop: async (): Promise<number> => ((await endAll()) ? 0 : 1),
  };
};

const within = async (milliseconds: number, work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
