/**
 * Ends what agents hold from before ownership changes that had no number yet (ownership.ts). Runs once in the life of a
 * store. The audit log says which agents changed ownership, and when. Any number of nodes can run it at once or restart
 * it.
 */

import type { AuditLog } from '../../audit/audit-event.ts';
import type { AuditFilters, AuditPage } from '../../audit/list-events.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../platform/epochs/epoch.ts';
import { MIGRATIONS } from '../../platform/retention/migrations.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, Document, DocumentStore } from '../../ports/document-store.ts';
import { killKey } from '../../vocabulary/kill.ts';
import type { Agent } from './agent.ts';
import { agentDocuments } from './agent-documents.ts';
import { credentialsOf, registeredCredentialId } from './credential.ts';
import { withCredentials } from './credential-fields.ts';
import { ownershipOf } from './ownership.ts';

const MARK = 'agents.former_hand_overs';
const PAGE = 500;

type Log = AuditLog & { list(filters: AuditFilters): Promise<AuditPage> };

/** Agents whose ownership changed and that have no number, with the second of the last change. */
const transfersIn = async (audit: Log): Promise<ReadonlyMap<string, number>> => {
  const last = new Map<string, number>();
  let after: Cursor | undefined;
  do {
    const page = await audit.list({
      type: 'agent.transferred',
      direction: 'ascending',
      limit: PAGE,
      ...(after ? { after } : {}),
    });
    for (const { at, event } of page.entries) {
      const isNumbered = event.changed?.includes('ownership') === true;
      if (event.agent === undefined || event.outcome !== 'done' || isNumbered) continue;
      last.set(event.agent, Math.ceil(at / 1000));
    }
    after = page.next;
  } while (after);
  return last;
};

/** The agent without credentials from before `at`; the same object when there are none. */
const withoutFormer = (agent: Agent, at: number): Agent => {
  const kept = credentialsOf(agent).filter(({ createdAt }) => createdAt > at);
  if (kept.length === credentialsOf(agent).length) return agent;
  const { jwks: _, jwksUri: __, ...rest } = agent;
  return withCredentials(
    rest,
    kept.filter(({ id }) => id !== registeredCredentialId(agent.id)),
  );
};

/**
 * Ends tokens, grants, delegations, approvals, instances and credentials from before the change of ownership of such an
 * agent. An agent that stayed in its group keeps all. Returns those agents. Undefined: it has run before.
 */
export const endFormerHands = async ({
  documents,
  audit,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly audit: Log;
  readonly clock: Clock;
}): Promise<readonly string[] | undefined> => {
  const marks = documents.collection<Document>(MIGRATIONS);
  if (await marks.get(MARK)) return undefined;
  const { collection, documentsOf } = agentDocuments({ documents, audit, clock });
  const epochs = documents.collection<Epoch>(EPOCHS);
  const ended: string[] = [];
  for (const [id, at] of await transfersIn(audit)) {
    const agent = (await collection.get(id))?.document;
    if (!agent || ownershipOf(agent) > 0 || agent.formerOwners !== undefined || agent.state === 'retired') continue;
    await raiseEpoch(epochs, killKey('agent', id), at + 1);
    await documentsOf.change(id, undefined, 'agent.updated', { caller: 'system' }, (now) => withoutFormer(now, at));
    ended.push(id);
  }
  await marks.insert({ id: MARK }).catch(async (error: unknown) => {
    if (!(await marks.get(MARK))) throw error;
  });
  return ended;
};
