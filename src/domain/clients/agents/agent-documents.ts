import type { AuditLog } from '../../audit/audit-event.ts';
import {
  type Permits,
  type RegisteredDocuments,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Collection, DocumentStore } from '../../ports/document-store.ts';
import { AGENTS, type Agent } from './agent.ts';
import { withStateTimes } from './agent-lifecycle.ts';

/** The collection of agents. Writes the audit event before each change. For this folder only. */
export interface AgentDocuments {
  /** The stored agents, for reads. */
  readonly collection: Collection<Agent>;
  /** Changes of agents, each after its audit event. */
  readonly documentsOf: RegisteredDocuments<Agent>;
}

export const agentDocuments = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Called before an agent is registered and before members that policies read change. Default: no check. */
  readonly permits?: Permits<Agent> | undefined;
}): AgentDocuments => {
  const collection = deps.documents.collection<Agent>(AGENTS);
  const registered = registeredDocuments<Agent>({
    collection,
    kind: 'agent',
    audit: deps.audit,
    clock: deps.clock,
    facts: ({ id, owner }) => ({ agent: id, owner }),
    permits: deps.permits,
    derived: [
      'nameKey',
      'words',
      'workloads',
      'credentialsEndAt',
      'hasSecret',
      'activeSince',
      'resumedAt',
      'suspension',
    ],
  });
  const documentsOf: RegisteredDocuments<Agent> = {
    ...registered,
    change(id, expected, type, by, alter, about) {
      const altered = async (agent: Agent): Promise<Agent> =>
        withStateTimes(agent, await alter(agent), deps.clock.now());
      return registered.change(id, expected, type, by, altered, about);
    },
  };
  return { collection, documentsOf };
};
