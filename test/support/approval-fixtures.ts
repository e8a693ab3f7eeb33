/** What tests of approvals do over and over: another rule about high risk, people and groups, questions and their answers. */
import { expect } from '@jest/globals';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { Identity } from './agent-keys.ts';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld, BANK } from './approvals-world.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from './audit-watch.ts';
import type { Answer } from './oauth-calls.ts';
import { runServer } from './running-server.ts';
import { startClock, stopClock } from './stopped-clock.ts';

const PASSWORD = 'a long enough pass phrase';
/** The rule of the starter set about high risk, but for its `@id` and `@reason`. */
export const HIGH =
  '@approval("required")\npermit (principal is Agent, action == Action::"act", resource)\nwhen { resource.risk == "high" }';

export type ApprovalGround = ReturnType<typeof approvalGround>;
export type ApprovalServer = Awaited<ReturnType<typeof approvalServer>>;

const approvalGround = (world: ApprovalsWorld, audit: AuditWatch) => {
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    world.management.call(method, path, body, headers);
  const etagOf = async (path: string) => ({ 'if-match': String((await call('GET', path)).headers.get('etag')) });
  const activate = async (version: unknown): Promise<Answer> =>
    call('POST', `/policy-sets/${version}/activation`, {}, await etagOf(`/policy-sets/${version}`));
  const found = async (authReqId: string, agent: Identity): Promise<Approval> => {
    const approval = await world.service.find(authReqId, agent.clientId);
    if (!approval) throw new Error('no approver is asked');
    return approval;
  };
  const poll = (agent: Identity, authReqId: string): Promise<Answer> => world.calls.poll(world.keyed(agent), authReqId);
  const usual = async (): Promise<unknown> => (await call('GET', '/policy-sets/active')).body['version'];
  /** What counts, changed. */
  const withPolicies = async (change: (text: string) => string): Promise<void> => {
    const { body } = await call('GET', '/policy-sets/active');
    const drafted = await call('POST', '/policy-sets', { text: change(String(body['text'])) });
    if (drafted.status !== 201) throw new Error(drafted.text);
    expect((await activate(drafted.body['version'])).status).toBe(200);
  };

  return {
    call,
    patch: async (path: string, body: object): Promise<Answer> => call('PATCH', path, body, await etagOf(path)),
    usual,
    activate,

    withPolicies,
    /** The starter set, in which the rule about high risk is another one. */
    withRule: (rule: string): Promise<void> =>
      withPolicies((text) => {
        expect(text).toContain(HIGH);
        return text.replace(HIGH, rule);
      }),

    newPerson: async (username: string, more: object = {}): Promise<string> =>
      (await world.management.createAccount({ username, name: username, password: PASSWORD, ...more })).id,
    newGroup: async (name: string, members: readonly string[]): Promise<string> =>
      String((await call('POST', '/groups', { name, members })).body['id']),

    found,
    poll,
    async ciba(agent: Identity, more: Readonly<Record<string, string>> = {}) {
      const answer = await world.calls.backchannel(world.keyed(agent), {
        scope: 'openid pay',
        resource: BANK,
        login_hint: world.person.username,
        ...more,
      });
      const authReqId = String(answer.body['auth_req_id']);
      return { answer, authReqId, approval: await world.service.find(authReqId, agent.clientId) };
    },
    async byExchange(agent: Identity, scope = 'pay') {
      const { auth_req_id: authReqId } = approvalRemedy(await world.want(agent, await world.allow(agent), { scope }));
      return { authReqId, approval: await found(authReqId, agent) };
    },
    async refused(agent: Identity, authReqId: string, error: string, reason: string): Promise<void> {
      const { event } = await audit.refused(() => poll(agent, authReqId), {
        status: 400,
        error,
        event: 'token.refused',
      });
      expect(event.denial?.reason).toBe(reason);
    },
  };
};

/** A whole server, on which no agent has asked too often, and time stands still; with the version of policies that it starts with. */
export const approvalServer = async (environment: Readonly<Record<string, string>> = {}) => {
  stopClock();
  const server = await runServer({
    environment: { ...COUNT_EACH_SECOND, BEHALF__APPROVALS__PERHOUR: '1000', ...environment },
  });
  const world = await approvalsWorld(server);
  const audit = auditWatch(server);
  const ground = approvalGround(world, audit);
  return {
    ...{ server, world, audit, ground, usual: await ground.usual() },
    async close(): Promise<void> {
      await server.close();
      startClock();
    },
  };
};
