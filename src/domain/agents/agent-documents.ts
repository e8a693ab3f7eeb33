import type { AuditTrail } from '../audit/audit-event.ts';
import { registeredDocuments } from '../clients/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { AGENTS, type Agent } from './agent.ts';

/** The collection of agents, and changes to it that stand in the audit trail first. For this folder only. */
export const agentDocuments = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
}) => {
  const collection = deps.documents.collection<Agent>(AGENTS);
  const documentsOf = registeredDocuments<Agent>({
    collection,
    kind: 'agent',
    audit: deps.audit,
    clock: deps.clock,
    facts: ({ id, owner }) => ({ agent: id, owner }),
    derived: ['nameKey', 'words', 'workloads', 'credentialsEndAt', 'hasSecret'],
  });
  return { collection, documentsOf };
};

export type AgentDocuments = ReturnType<typeof agentDocuments>;
