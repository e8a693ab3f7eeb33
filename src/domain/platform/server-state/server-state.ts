/** What the stores say about the server as a whole: nodes, backlog, checkpoints, events about the database. */
import type { AuditEventType } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, CHECKPOINT_STREAM } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Collection, DocumentStore } from '../../ports/document-store.ts';
import { NODES, type NodeRecord } from '../cluster/node-registry.ts';
import { EPOCHS, type Epoch } from '../epochs/epoch.ts';
import { DELIVERIES, type Delivery } from '../outbox/delivery.ts';

/** Longest count of a backlog, and list of nodes. */
const MOST_COUNTED = 500;

export type NodeSeen = {
  readonly id: string;
  readonly host: string;
  readonly process: number;
  /** Epoch seconds, by the clock of that node. */
  readonly lastHeartbeatAt: number;
  /** `silent`: no heartbeat for 15 seconds. */
  readonly state: 'serving' | 'silent';
};

/** A number that was counted up to a maximum. */
export type Backlog = { readonly count: number; readonly isMore: boolean };

export type ServerState = {
  readonly nodes: readonly NodeSeen[];
  /** Deliveries that wait, and those that were given up in the last 30 days. */
  readonly waiting: Backlog;
  readonly dead: Backlog;
  /** The last checkpoint of the audit log; absent before the first. */
  readonly checkpoint?: { readonly sequence: number; readonly at: number };
  /** Number of streams of the audit log, that of checkpoints included. */
  readonly streams: number;
  /** The last times of events about the database, without backups whose copy failed; epoch seconds. Absent: never. */
  readonly backedUpAt?: number;
  readonly restoredAt?: number;
  readonly mismatchFoundAt?: number;
  /** Everything from before that second has ended, for example by a restore. Absent: never. */
  readonly allEndedBefore?: number;
};

export interface ServerStateReader {
  /** Reads a bounded number of documents. */
  read(): Promise<ServerState>;
}

export const serverStateReader = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
}): ServerStateReader => {
  const nodes = documents.collection<NodeRecord>(NODES);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const deliveries = documents.collection<Delivery>(DELIVERIES);
  const epochs = documents.collection<Epoch>(EPOCHS);

  return {
    async read(): Promise<ServerState> {
      const [seen, waiting, dead, checkpoint, streams, all, ...times] = await Promise.all([
        nodes.find({ limit: MOST_COUNTED }),
        backlog(deliveries, 'waiting'),
        backlog(deliveries, 'dead'),
        records.find({ where: { stream: CHECKPOINT_STREAM }, order: NEWEST_PLACE, limit: 1 }),
        records.find({ where: { opens: true }, limit: MOST_COUNTED }),
        epochs.get('all'),
        lastBackup(records),
        lastOf(records, 'store.restored'),
        lastOf(records, 'audit.mismatch_found'),
      ]);
      const [last] = checkpoint;
      const [backedUpAt, restoredAt, mismatchFoundAt] = times;
      return {
        nodes: seen.map(({ document }) => nodeOf(document, clock.now())),
        ...{ waiting, dead },
        ...(last ? { checkpoint: { sequence: last.document.sequence, at: inSeconds(last.document.at) } } : {}),
        streams: streams.length,
        ...(backedUpAt === undefined ? {} : { backedUpAt }),
        ...(restoredAt === undefined ? {} : { restoredAt }),
        ...(mismatchFoundAt === undefined ? {} : { mismatchFoundAt }),
        ...(all ? { allEndedBefore: all.document.notBefore } : {}),
      };
    },
  };
};

const NEWEST_PLACE = { by: 'sequence', direction: 'descending' } as const;

const inSeconds = (millis: number): number => Math.floor(millis / 1000);

const nodeOf = ({ id, host, process, at, expiresAt }: NodeRecord, now: number): NodeSeen => ({
  ...{ id, host, process },
  lastHeartbeatAt: inSeconds(at),
  state: expiresAt > now ? 'serving' : 'silent',
});

const backlog = async (deliveries: Collection<Delivery>, state: Delivery['state']): Promise<Backlog> => {
  const found = await deliveries.find({ where: { state }, limit: MOST_COUNTED + 1 });
  return { count: Math.min(found.length, MOST_COUNTED), isMore: found.length > MOST_COUNTED };
};

/** Backups that are looked at for one that did not fail. */
const MOST_BACKUPS = 20;

/** When the last backup began whose copy did not fail. */
const lastBackup = async (records: Collection<AuditRecord>): Promise<number | undefined> => {
  const order = { by: 'at', direction: 'descending' } as const;
  const found = await records.find({ where: { type: 'store.backed_up' }, order, limit: MOST_BACKUPS });
  const failed: string[] = [];
  for (const { document } of found) {
    const { event, target = '', at } = document;
    // A failure follows the event of the same backup. An earlier backup may have the same name.
    const index = failed.indexOf(target);
    if (event.outcome === 'refused') failed.push(target);
    else if (index === -1) return inSeconds(at);
    else failed.splice(index, 1);
  }
  return undefined;
};

const lastOf = async (records: Collection<AuditRecord>, type: AuditEventType): Promise<number | undefined> => {
  const [last] = await records.find({ where: { type }, order: { by: 'at', direction: 'descending' }, limit: 1 });
  return last && inSeconds(last.document.at);
};
