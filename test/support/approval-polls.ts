/** A server on which an agent asks for approvals by an exchange, and polls for the answer. */
import { expect } from '@jest/globals';
import type { Identity } from './agent-keys.ts';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld } from './approvals-world.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from './audit-watch.ts';
import type { Answer } from './oauth-calls.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { startClock, stopClock } from './stopped-clock.ts';

export let server: RunningServer;
export let world: ApprovalsWorld;
export let audit: AuditWatch;
export let own: string;

/** Starts the server for a test file. */
export const startApprovals = async (): Promise<void> => {
  stopClock();
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__APPROVALS__PERHOUR: '1000' } });
  world = await approvalsWorld(server);
  audit = auditWatch(server);
};
/** Closes it. */
export const closeApprovals = async (): Promise<void> => {
  await server?.close();
  startClock();
};

export const denialOf = ({ body }: Answer): Record<string, unknown> =>
  (body['denial'] ?? {}) as Record<string, unknown>;

/** The agent asks by an exchange of the token it has itself; answers the question and how to fetch its answer. */
export const asked = async (identity: Identity = world.agent, scope = 'pay') => {
  own = await world.allow(identity);
  const answer = await world.want(identity, own, { scope });
  const remedy = approvalRemedy(answer);
  const found = await world.service.find(remedy.auth_req_id, identity.clientId);
  if (!found) throw new Error('the service knows nothing of it');
  return { answer, remedy, approval: found, authReqId: remedy.auth_req_id };
};
export const poll = (authReqId: string, identity: Identity = world.agent): Promise<Answer> =>
  world.calls.poll(world.keyed(identity), authReqId);

export const refused = async (work: () => Promise<Answer>, error: string, reason?: string, status = 400) => {
  const { answer, event } = await audit.refused(work, { status, error, event: 'token.refused' });
  expect(denialOf(answer)['reason']).toBe(reason);
  expect(event.denial?.reason).toBe(reason);
  return answer;
};

export const activated = async (management: ApprovalsWorld['management'], version: unknown): Promise<Answer> => {
  const path = `/policy-sets/${version}`;
  const { headers } = await management.call('GET', path);
  return management.call('POST', `${path}/activation`, {}, { 'if-match': String(headers.get('etag')) });
};
