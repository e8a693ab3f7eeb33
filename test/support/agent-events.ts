/** Records of the audit log as the requests of agents leave them, in memory. */
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../src/domain/audit/audit-record.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';

export type LoggedEvent = Partial<AuditEvent> & { readonly source?: string };

/** Appends records to one stream, at the time that `now` says, in epoch seconds. */
export const agentEvents = (now: () => number, documents: DocumentStore = memoryDocumentStore()) => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  let sequence = 0;
  const add = async (caller: string, { source, ...more }: LoggedEvent = {}): Promise<string> => {
    sequence += 1;
    const event = { type: 'token.issued', outcome: 'granted', caller, ...more } as const;
    const { target } = event;
    const record = {
      ...{ id: recordId('s', sequence), stream: 's', sequence, at: now() * 1000, prev: '', hash: `${sequence}` },
      ...{ writer: 'w', type: event.type, caller, ...(sequence === 1 ? { opens: true as const } : {}) },
      ...(source === undefined ? {} : { erasable: { source: { salt: '', value: source } } }),
      ...(target === undefined ? {} : { target: target.id }),
      event,
    } as AuditRecord;
    await records.insert(record);
    return record.id;
  };
  return {
    documents,
    records,
    add,
    token: (agent: string, more: LoggedEvent = {}) =>
      add(agent, { grantType: 'client_credentials', resource: 'https://api.example', source: '192.0.2.1', ...more }),
    /** A refusal of what the agent asked beyond its rights. */
    denial: (agent: string, layer: NonNullable<AuditEvent['denial']>['layer'] = 'policy', more: LoggedEvent = {}) =>
      add(agent, {
        ...{ type: 'token.refused', outcome: 'refused', denial: { id: 'dny_1', layer, reason: 'no' }, ...more },
      }),
    approval: (agent: string, more: LoggedEvent = {}) =>
      add(agent, { type: 'approval.requested', outcome: 'done', ...more }),
  };
};
