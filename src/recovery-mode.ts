/**
 * A start on a volume without room even for essential data. The process keeps running: it answers every request with 503 and
 * the way out, and says the same in log, readiness and metrics. It starts as soon as there is room. Called by main.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { cutLogAlone } from '../adapters/sqlite/open-file.ts';
import { volumeReserve } from '../adapters/sqlite/volume-reserve.ts';
import type { Configuration } from '../config/configuration.ts';
import { sqliteFile } from '../config/data-folder.ts';
import { fullText } from './compose/data-volume.ts';
import { logOf } from './compose/log.ts';
import { usableDataFolder } from './compose/stores.ts';
import { isOutOfSpace, NO_SPACE } from './domain/ports/document-store.ts';
import { expositionOf, metrics as makeMetrics } from './http/metrics.ts';
import { type Listeners, unavailable } from './listeners.ts';

const LOOK_EVERY_MILLISECONDS = 1_000;

/**
 * Runs `start` when there is room for it, and again when it fails for lack of room. Returns undefined when `stopped` resolves
 * first.
 */
export const startedWithRoom = async <T>(
  configuration: Configuration,
  listeners: Pick<Listeners, 'answerWith'>,
  stopped: Promise<void>,
  start: () => Promise<T>,
): Promise<T | undefined> => {
  const volume = volumeOf(configuration);
  let isRecovering = false;
  for (;;) {
    if (volume === undefined || volume.hasRoom()) {
      try {
        return await start();
      } catch (error) {
        if (volume === undefined || !isOutOfSpace(error)) throw error;
      }
    }
    if (!isRecovering) recover(configuration, listeners, volume);
    isRecovering = true;
    if (await Promise.race([stopped.then(() => true), delay(LOOK_EVERY_MILLISECONDS, false)])) return undefined;
  }
};

/** The volume of this machine's database. */
interface Volume {
  /**
   * Whether there is room for essential data. Releases the reserve first, then copies the database's log into its file and
   * truncates the log.
   */
  hasRoom(): boolean;

  /** Bytes of the volume, of its free space, and of what must be free before unauthenticated callers may write again. */
  now(): { readonly size: number; readonly free: number; readonly resume: number };
}

/** Undefined if the data is not in a file on this machine. */
const volumeOf = (configuration: Configuration): Volume | undefined => {
  const { stores, data } = configuration;
  if (stores.document !== 'sqlite' && stores.ephemeral !== 'sqlite') return undefined;
  usableDataFolder(data.folder);
  const { file, reserve: options } = sqliteFile(configuration, data.folder);
  const reserve = volumeReserve(options);
  return {
    hasRoom(): boolean {
      if (reserve.isLow()) reserve.release();
      if (!reserve.admits('essential', reserve.volume().free)) cutLogAlone(file);
      return reserve.admits('essential', reserve.volume().free);
    },
    now: () => ({ ...reserve.volume(), resume: reserve.resume }),
  };
};

const recover = (configuration: Configuration, listeners: Pick<Listeners, 'answerWith'>, volume: Volume): void => {
  const text = (): string => fullText(configuration.data.folder, volume.now());
  const log = logOf(configuration);
  log.error({ event: 'volume.recovery', ...volume.now() }, `Behalf waits for room: ${text()}`);
  const figures = makeMetrics();
  listeners.answerWith({
    handle: unavailable(NO_SPACE.message, NO_SPACE.retryAfterSeconds),
    readiness: async () => ({ isReady: false, reasons: { volume: text() } }),
    exposition: async () => {
      const { size, free } = volume.now();
      figures.volume.size.set(size);
      figures.volume.free.set(free);
      figures.volume.reserve.set(0);
      return expositionOf(figures.registry);
    },
  });
};
