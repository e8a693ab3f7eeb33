/**
 * Lifecycle jobs of credentials: notify owners before a credential expires, and record in the registry that it
 * has expired.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, DocumentStore } from '../../ports/document-store.ts';
import type { Agent } from './agent.ts';
import { agentDocuments } from './agent-documents.ts';
import type { Credential } from './credential.ts';
import { withCredentials } from './credential-fields.ts';

const BATCH = 200;
/** Batches in one run; the rest waits for the next run. */
const MOST_BATCHES = 10;
const SYSTEM: By = { caller: 'system' };

export interface CredentialLifecycleJobs {
  /** One round, on one node at a time. */
  run(): Promise<void>;
}

export const credentialLifecycleJobs = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Seconds between the notification of the owner and the end of a credential. */
  readonly noticeSeconds: number;
  /**
   * Called beside the audit event, for the log. The audit event sends the mail to the owner
   * (src/domain/notifications).
   */
  readonly onNotice: (agent: Agent, credential: Credential) => void;
}): CredentialLifecycleJobs => {
  const { documents, clock, noticeSeconds, onNotice } = deps;
  const { collection, documentsOf } = agentDocuments(deps);

  const changeOne = (
    agent: string,
    { id, kind, expiresAt = 0 }: Credential,
    type: 'credential.expired' | 'credential.notice',
    alter: (credential: Credential) => Credential,
  ) =>
    documentsOf.change(
      agent,
      undefined,
      type,
      SYSTEM,
      (now) =>
        withCredentials(
          now,
          (now.credentials ?? []).map((one) => (one.id === id ? alter(one) : one)),
        ),
      { target: { kind: 'credential', id }, inputs: { kind, expiresAt } },
    );

  /** Applies what has expired, or is about to expire, to the credentials of one agent. */
  const keep = async (agent: Agent): Promise<void> => {
    const now = clock.now();
    for (const credential of agent.credentials ?? []) {
      const { state, expiresAt, toldAt } = credential;
      if (expiresAt === undefined || state === 'expired') continue;
      if (expiresAt <= now) {
        await changeOne(agent.id, credential, 'credential.expired', (one) =>
          (one.expiresAt ?? Number.POSITIVE_INFINITY) <= now ? { ...one, state: 'expired' } : one,
        );
      } else if (toldAt === undefined && agent.state !== 'retired' && expiresAt <= now + noticeSeconds) {
        await changeOne(agent.id, credential, 'credential.notice', (one) => ({ ...one, toldAt: now }));
        onNotice(agent, credential);
      }
    }
  };

  const run = async (): Promise<void> => {
    let after: Cursor | undefined;
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const found = await collection.find({
        range: { field: 'credentialsEndAt', lte: clock.now() + noticeSeconds },
        order: { by: 'credentialsEndAt', direction: 'ascending' },
        limit: BATCH,
        ...(after ? { after } : {}),
      });
      for (const { document } of found) {
        await keep(document);
        after = { value: document.credentialsEndAt ?? 0, id: document.id };
      }
      if (found.length < BATCH) return;
    }
  };

  return {
    run: (): Promise<void> => withMutex({ documents, clock }, 'credentials', run),
  };
};
