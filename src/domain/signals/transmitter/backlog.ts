/** The bound on what waits for a receiver: beyond it, its stream is paused. Its events stay in the audit log. */
import { AUDIT_RECORDS, type AuditRecord, type Heads, recordId } from '../../audit/audit-record.ts';
import { readHeads } from '../../audit/checkpoints.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Collection, DocumentStore } from '../../ports/document-store.ts';
import type { StreamState } from './signal-stream.ts';

/** Longest that an event waits, and most audit records that are not read for a stream. */
const BACKLOG_BOUNDS = { seconds: 72 * 3600, records: 1_000_000 } as const;

/** Most ids of one read, beside the first event. */
const MOST_IDS = 999;

/** Number of audit records after the cursors. */
export const backlogOf = ({ cursors }: Pick<StreamState, 'cursors'>, heads: Heads): number => {
  const taken = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
  return heads.reduce((sum, { stream, sequence }) => sum + Math.max(0, sequence - (taken.get(stream) ?? 0)), 0);
};

/** Time of the oldest record that waits, in seconds. Undefined: none waits, or the log no longer has it. Throws StoreUnavailable. */
export const oldestWaiting = async (
  records: Collection<AuditRecord>,
  { handed, cursors }: Pick<StreamState, 'handed' | 'cursors'>,
  heads: Heads,
): Promise<number | undefined> => {
  const taken = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
  const next = heads.slice(0, MOST_IDS).map(({ stream }) => recordId(stream, (taken.get(stream) ?? 0) + 1));
  const waiting = await records.getMany([...handed.slice(0, 1).map(({ record }) => record), ...next]);
  if (waiting.length === 0) return undefined;
  return Math.floor(Math.min(...waiting.map(({ document }) => document.at)) / 1000);
};

export interface BacklogWatch {
  /** Why the stream must be paused; undefined: it need not. Throws StoreUnavailable. */
  reasonToPause(state: StreamState): Promise<string | undefined>;
}

export const backlogWatch = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly bounds?: { readonly seconds: number; readonly records: number };
}): BacklogWatch => {
  const { clock, bounds = BACKLOG_BOUNDS } = deps;
  const records = deps.documents.collection<AuditRecord>(AUDIT_RECORDS);

  /** Seconds since the oldest event that waits; since the stream was enabled, if that was later. */
  const age = async (state: StreamState, heads: Heads): Promise<number> => {
    const oldest = await oldestWaiting(records, state, heads);
    return oldest === undefined ? 0 : clock.now() - Math.max(state.enabledAt, oldest);
  };

  return {
    async reasonToPause(state) {
      const heads = await readHeads(records);
      if ((await age(state, heads)) > bounds.seconds)
        return `The oldest event waits for more than ${Math.round(bounds.seconds / 3600)} hours.`;
      const backlog = backlogOf(state, heads);
      return backlog > bounds.records ? `More than ${bounds.records} audit events wait.` : undefined;
    },
  };
};
