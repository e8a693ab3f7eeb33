/** Ends a grant for oidc-provider, with its audit event. */
import Provider from 'oidc-provider';
import { type AuditLog, OVER_FIRST } from '../../domain/audit/audit-event.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { type DocumentStore, update } from '../../domain/ports/document-store.ts';
import { postureOf } from '../seam/posture.ts';
import { GRANTS, type GrantRecord } from '../seam/records.ts';
import { factsOf } from '../seam/request-facts.ts';

/** oidc-provider ends a grant from the token endpoint only for a replayed one-time credential. */
export const endingGrants = ({
  documents,
  audit,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
}): ((id: string) => Promise<void>) => {
  const grants = documents.collection<GrantRecord>(GRANTS);
  return async (id) => {
    const found = (await grants.get(id))?.document;
    if (!found) return;
    const { account, clientId, instance } = found;
    const context = Provider.ctx;
    const replayed = context?.oidc?.route === 'token';
    const replay = instance === undefined ? 'token.replayed' : 'instance.replayed';
    const event = {
      type: replayed ? replay : 'grant.revoked',
      grant: id,
      subject: account,
      caller: clientId,
      ...(clientId.startsWith('agt_') ? { agent: clientId } : {}),
      ...(instance === undefined ? {} : { instance }),
      ...(context ? { request: factsOf(context.req).id } : {}),
      // What was presented again, and how the client proved itself.
      ...(replayed && context ? { inputs: { cause: 'replay', ...postureOf(context) } } : {}),
    } as const;
    await audit.append({ ...event, outcome: 'done' });
    // The instances of an agent continue (decision D9): their grants depend on this one.
    const keepsGrant = clientId.startsWith('agt_') && instance === undefined;
    const ended = keepsGrant
      ? await update(grants, id, (grant) => ({ ...grant, endedAt: clock.now() }))
      : await grants.take(id);
    if (!ended) await audit.append({ ...event, ...OVER_FIRST });
  };
};
