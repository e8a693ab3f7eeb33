/** Figures of all streams, for metrics. */
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import { readHeads } from '../../audit/checkpoints.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { backlogOf, oldestWaiting } from './backlog.ts';
import {
  MOST_RECEIVERS,
  MOST_STREAMS,
  SIGNAL_STREAM_STATES,
  SIGNAL_STREAMS,
  type SignalStream,
  type StreamState,
} from './signal-stream.ts';

export type StreamMeasure = {
  readonly id: string;
  readonly state: 'enabled' | 'failing' | 'paused' | 'disabled';
  readonly backlog: number;
  readonly oldestSeconds: number;
  /** 0: the last attempt succeeded. */
  readonly failingSeconds: number;
  readonly delivered: number;
  readonly refused: number;
};

/** Reads all streams and their states. Store errors propagate. */
export const streamMeasures = async ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): Promise<readonly StreamMeasure[]> => {
  const limit = MOST_RECEIVERS * MOST_STREAMS;
  const streams = await documents.collection<SignalStream>(SIGNAL_STREAMS).find({ limit });
  if (streams.length === 0) return [];
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const heads = await readHeads(records);
  const ids = streams.map(({ document }) => document.id);
  const states = await documents.collection<StreamState>(SIGNAL_STREAM_STATES).getMany(ids);
  const byId = new Map(states.map(({ document }) => [document.id, document]));
  const now = clock.now();
  const measures: StreamMeasure[] = [];
  for (const { document: stream } of streams) {
    const state = byId.get(stream.id);
    if (!state) continue;
    const { failingSince, delivered, refused } = state;
    const oldest = await oldestWaiting(records, state, heads);
    measures.push({
      ...{ id: stream.id, backlog: backlogOf(state, heads), delivered, refused },
      state: stream.status === 'enabled' && failingSince !== undefined ? 'failing' : stream.status,
      oldestSeconds: oldest === undefined ? 0 : Math.max(0, now - oldest),
      failingSeconds: failingSince === undefined ? 0 : Math.max(0, now - failingSince),
    });
  }
  return measures;
};
