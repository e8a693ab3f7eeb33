/** Faults at the named points of a faulty server (`test/faults/fault-points.ts`). */
import { fileURLToPath } from 'node:url';
import type { faultControl } from '../faults/fault-control.ts';
import type { FaultAction } from '../faults/fault-points.ts';
import type { ServerProcess } from '../support/server-process.ts';
import type { Random } from './campaign.ts';

export type Fault = {
  readonly name: string;
  /** Answers what went wrong, where it could not be made. */
  readonly begin: (random: Random) => Promise<unknown> | unknown;
  readonly end: () => Promise<unknown> | unknown;
  /** The server stands still meanwhile. */
  readonly isPause?: boolean;
};

export const FAULTY_SERVER = fileURLToPath(import.meta.resolve('../faults/faulty-server.ts'));

type Point = readonly [point: string, action: FaultAction];

/** Around the ports, over any store, and between a decision and its answer. */
const EVERYWHERE: readonly Point[] = [
  ['audit.before', 'crash'],
  ['audit.before', 'stall'],
  ['audit.before', 'lose'],
  ['audit.during', 'half'],
  ['audit.after', 'crash'],
  ['audit.after', 'lose'],
  ['mark.before', 'crash'],
  ['mark.before', 'lose'],
  ['mark.after', 'crash'],
  ['mark.after', 'stall'],
  ['mark.after', 'lose'],
  ['record.before', 'lose'],
  ['record.after', 'crash'],
  ['record.after', 'lose'],
  ['grant.before', 'lose'],
  ['grant.after', 'crash'],
  ['revocation.before', 'lose'],
  ['revocation.after', 'crash'],
  ['revocation.after', 'lose'],
  ['set.after', 'lose'],
  ['take.after', 'crash'],
  ['take.after', 'lose'],
  ['claim.before', 'stall'],
  ['claim.after', 'crash'],
  ['claim.after', 'lose'],
  ['answer.before', 'crash'],
  ['answer.before', 'stall'],
  ['answer.during', 'half'],
];
/** Within the SQLite adapter: around the commit and the sync. */
const IN_SQLITE: readonly Point[] = [
  ['commit.before', 'crash'],
  ['commit.before', 'lose'],
  ['sync.before', 'crash'],
  ['sync.before', 'stall'],
  ['sync.before', 'lose'],
  ['sync.after', 'crash'],
];

const LONGEST_WAIT_MS = 20_000;
/** Uses of a point that are let pass at most. */
const LONGEST_SKIP = 6;
/** Reached by a sign-in or a revocation only, so the first or second time. */
const RARE = /^(grant|set|take|revocation)\./;
const SHORTEST_STALL_MS = 300;
const LONGEST_STALL_MS = 3000;

export const pointFaults = (
  server: ServerProcess,
  control: ReturnType<typeof faultControl>,
  isSqlite: boolean,
): readonly Fault[] =>
  [...EVERYWHERE, ...(isSqlite ? IN_SQLITE : [])].map(([point, action]) => ({
    name: `${point} ${action}`,
    async begin(random) {
      const stall = SHORTEST_STALL_MS + random.integer(LONGEST_STALL_MS - SHORTEST_STALL_MS);
      const skip = random.integer(RARE.test(point) ? 2 : LONGEST_SKIP);
      const times = action === 'lose' ? 1 + random.integer(3) : 1;
      await control.arm({ point, action, skip, times, milliseconds: stall });
      const end = performance.now() + LONGEST_WAIT_MS;
      // A crash takes the control with it.
      while (server.isRunning && (await control.struck().catch(() => 0)) === 0) {
        if (performance.now() > end) return `${point} was not reached within ${LONGEST_WAIT_MS / 1000} s`;
        await new Promise((done) => setTimeout(done, 10));
      }
      return undefined;
    },
    async end() {
      // After a sync that failed SQLite is believed no more until a restart.
      if (point === 'sync.before' && action === 'lose') await server.kill();
      if (server.isRunning) await control.disarm();
      else await server.restart();
    },
  }));
