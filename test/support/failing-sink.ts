/** An audit sink in the store, as another process left it. */
import { AUDIT_RECORDS, type AuditRecord } from '../../src/domain/audit/audit-record.ts';
import {
  AUDIT_SINK_CURSORS,
  AUDIT_SINKS,
  type AuditSink,
  type SinkCursor,
} from '../../src/domain/notifications/audit-sinks/audit-sink.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';

const DAY = 86_400;

/** A sink that refuses an event. Another process holds its lock, so that this server delivers nothing to it. */
export const failingSink = async (
  { documents }: { readonly documents: DocumentStore },
  now: number,
): Promise<string> => {
  const id = 'snk_security_team';
  const [first] = await documents.collection<AuditRecord>(AUDIT_RECORDS).find({ limit: 1 });
  if (!first) throw new Error('the audit log has no record');
  const { stream, sequence } = first.document;
  await documents.collection<SinkCursor>(AUDIT_SINK_CURSORS).insert({
    ...{ id, cursors: [], delivered: 4120, leftOut: 1, lockedBy: 'another process', lockedUntil: now + DAY },
    ...{ failures: 7, failingSince: now - 1800, lastFailureAt: now - 40, lastDeliveredAt: now - 1860 },
    ...{ lastFailure: 'status_not_ok', lastFailureStatus: 413, dueAt: now + 60 },
    refused: { stream, sequence },
  });
  await documents.collection<AuditSink>(AUDIT_SINKS).insert({
    ...{ id, name: 'The security team', kind: 'webhook', format: 'ocsf', address: 'https://siem.example.com/behalf' },
    ...{ isPersonal: false, state: 'active', createdAt: now - 3 * DAY, updatedAt: now - DAY },
  });
  return id;
};
