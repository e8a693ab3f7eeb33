/** Watches the volume of the database. Reports to metrics, log, audit events and readiness. Called by compose.ts. */
import type { Logger } from 'pino';
import type { Room, RoomKeeping } from '../../adapters/sqlite/space-management.ts';
import type { AuditLog } from '../domain/audit/audit-event.ts';
import { withPriority } from '../domain/ports/write-priority.ts';
import type { Metrics } from '../http/metrics.ts';
import type { ReadinessCheck } from '../http/operations.ts';

const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** Describes a full volume and the way out. Appears in the log and in readiness. */
export const fullText = (folder: string, { size, free, resume }: Pick<Room, 'size' | 'free' | 'resume'>): string =>
  `the volume of ${folder} is full (${mebibytes(free)} of ${mebibytes(size)} MiB are free): anonymous requests may write again when ${mebibytes(resume)} MiB are free; ` +
  'delete what else is on it, or enlarge it; what has expired is removed by itself, and `behalf kill … --local` works';

export const dataVolume = (deps: {
  readonly room: RoomKeeping;
  readonly folder: string;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly metrics: Pick<Metrics, 'volume'>;
  readonly log: Logger;
}) => {
  const { room, folder, audit, metrics, log } = deps;
  /** Changes whose audit event is not written yet. */
  let unwritten: { readonly type: 'volume.full' | 'volume.recovered'; readonly at: Room }[] = [];

  const record = async (): Promise<void> => {
    for (const change of [...unwritten]) {
      const { type, at } = change;
      const inputs = { free: at.free, size: at.size };
      await withPriority('essential', () => audit.append({ type, outcome: 'done', inputs }));
      unwritten = unwritten.filter((one) => one !== change);
    }
  };

  return {
    /** Call it every second. Throws DomainError 'unavailable' while it cannot write an event. */
    async tend(): Promise<void> {
      const changed = await room.tend();
      const now = room.measure();
      metrics.volume.size.set(now.size);
      metrics.volume.free.set(now.free);
      metrics.volume.reserve.set(now.reserve);
      if (changed === 'released') {
        log.error({ event: 'volume.full', free: now.free, size: now.size }, fullText(folder, now));
        unwritten.push({ type: 'volume.full', at: now });
      } else if (changed === 'restored') {
        log.info({ event: 'volume.recovered', free: now.free, size: now.size }, 'the volume has room again');
        unwritten.push({ type: 'volume.recovered', at: now });
      }
      await record();
    },

    check: {
      name: 'volume',
      check: async () => {
        const now = room.measure();
        return now.isReleased ? fullText(folder, now) : undefined;
      },
    } satisfies ReadinessCheck,
  };
};
