/** The lock of the process that reads the audit log for findings, with the place up to which it has read. Owns DISCOVERY_STATES. */
import type { AuditRecord } from '../audit/audit-record.ts';
import { readHeads } from '../audit/checkpoints.ts';
import { cursorsAt, type StreamCursor } from '../audit/records-after.ts';
import { isLockedByOther } from '../notifications/delivery-runs.ts';
import type { Clock } from '../ports/clock.ts';
import { type Collection, type DocumentStore, tryInsert, type Versioned } from '../ports/document-store.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import type { Sweep } from './discovery-sweep.ts';

export type DiscoveryState = {
  /** Always DISCOVERY. */
  readonly id: string;
  readonly cursors: readonly StreamCursor[];
  /** The sweep under way. */
  readonly sweep?: Sweep;
  /** Up to when is examined what time alone changes, epoch seconds. Absent: it never was; the sweep over everything does that. */
  readonly dueUntil?: number;
  /** When the last sweep over everything was complete. */
  readonly sweptAt?: number;
  readonly lockedBy?: string;
  readonly lockedUntil?: number;
};

export const DISCOVERY_STATES = {
  name: 'discovery_states',
  holds: 'how far the audit log and the registries were read for findings',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'it is one document' },
  transfer: { no: 'another store is read anew' },
  indexes: [],
  members: ['cursors'],
} as const satisfies OwnedCollection;

const DISCOVERY = 'discovery';

const LOCK_SECONDS = 60;
/** The lock is extended when less is left. */
const LEAST_LOCK_SECONDS = 30;
/** With more records than this behind the first start, reading begins at the end of the log. */
const MOST_BACKLOG = 200_000;

export interface DiscoveryLock {
  /**
   * Takes or extends the lock. `taken`: another process had it last. Undefined: another process has it. Reads the store only where the lock
   * ends soon: no other process takes it before, and this one does not take that of another before. Throws StoreUnavailable.
   */
  take(): Promise<'taken' | 'kept' | undefined>;
  /** The state as this process stored it last. Undefined: it has no lock. */
  state(): DiscoveryState | undefined;
  /** Stores the cursors or the sweep. False: another process has the lock by now. Throws StoreUnavailable. */
  move(change: {
    readonly cursors?: readonly StreamCursor[];
    readonly sweep?: Sweep | undefined;
    readonly sweptAt?: number;
    readonly dueUntil?: number;
  }): Promise<boolean>;
  /** The next `take` reads the store. */
  lose(): void;
}

export const discoveryLock = (deps: {
  readonly documents: DocumentStore;
  readonly records: Collection<AuditRecord>;
  readonly node: string;
  readonly clock: Clock;
}): DiscoveryLock => {
  const { records, node, clock } = deps;
  const states = deps.documents.collection<DiscoveryState>(DISCOVERY_STATES);
  let mine: Versioned<DiscoveryState> | undefined;
  /** The end of the lock of another process, as this one saw it last. It may be extended, and is not taken before. */
  let othersUntil = 0;

  const loaded = async () => {
    const found = await states.get(DISCOVERY);
    if (found) return found;
    const heads = await readHeads(records);
    const isLong = heads.reduce((sum, { sequence }) => sum + sequence, 0) > MOST_BACKLOG;
    await tryInsert(states, { id: DISCOVERY, cursors: isLong ? cursorsAt(heads) : [] });
    return states.get(DISCOVERY);
  };

  const isWritten = async (next: DiscoveryState, version: number): Promise<boolean> => {
    if (!(await states.replace(next, version))) return false;
    mine = { document: next, version: version + 1 };
    return true;
  };

  return {
    async take() {
      const now = clock.now();
      if (mine && (mine.document.lockedUntil ?? 0) > now + LEAST_LOCK_SECONDS) return 'kept';
      if (!mine && now < othersUntil && othersUntil <= now + LOCK_SECONDS) return undefined;
      const found = await loaded();
      if (!found) return undefined;
      if (isLockedByOther(found.document, node, clock)) {
        othersUntil = found.document.lockedUntil ?? 0;
        return undefined;
      }
      const next = { ...found.document, lockedBy: node, lockedUntil: now + LOCK_SECONDS };
      if (!(await isWritten(next, found.version))) return undefined;
      return found.document.lockedBy === node ? 'kept' : 'taken';
    },

    state: () => mine?.document,

    async move(change) {
      if (!mine) return false;
      const { sweep, ...next } = { ...mine.document, ...change };
      return isWritten({ ...next, ...(sweep ? { sweep } : {}) }, mine.version);
    },

    lose() {
      mine = undefined;
    },
  };
};
