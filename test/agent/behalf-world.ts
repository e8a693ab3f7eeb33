/** A running server, agents of the package on it, and a person who decides. The clock stands still until an agent sleeps. */
import { exportJWK } from 'jose';
import { type Agent, createAgent, keyFromJwk, type Options } from '../../packages/agent/src/agent.ts';
import type { Clock } from '../../packages/agent/src/clock.ts';
import type { Identity, KeyPair } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalsWorld, BANK } from '../support/approvals-world.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

export type BehalfWorld = Awaited<ReturnType<typeof behalfWorld>>;

/** A pause moves the time of agent and server. A limit of time, which is far longer, passes only when it is not needed. */
const LONGEST_PAUSE = 60;
const clock: Clock = {
  now: () => Date.now() / 1000,
  async sleep(seconds, signal) {
    if (seconds > LONGEST_PAUSE) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    if (signal.aborted) throw signal.reason;
    advance(seconds * 1000);
  },
};

export const keyOf = async (pair: KeyPair) =>
  keyFromJwk({ ...(await exportJWK(pair.privateKey)), alg: pair.alg, ...(pair.kid ? { kid: pair.kid } : {}) } as never);

export const behalfWorld = async (environment: Readonly<Record<string, string>> = {}) => {
  stopClock();
  const server: RunningServer = await runServer({
    environment: { ...COUNT_EACH_SECOND, BEHALF__APPROVALS__PERHOUR: '1000', ...environment },
  });
  const world: ApprovalsWorld = await approvalsWorld(server);
  const audit: AuditWatch = auditWatch(server);
  return {
    server,
    world,
    audit,
    BANK,
    clock,
    /** An agent of the package with the key of a registered one. */
    agentOf: async (identity: Identity, more: Partial<Options> = {}): Promise<Agent> =>
      createAgent({
        issuer: server.issuer,
        clientId: identity.clientId,
        credential: { key: await keyOf(identity.key) },
        clock,
        ...more,
      }),
    /** What an access token says at the bank. */
    introspect: async (token: string) => (await world.calls.introspect(world.bank.credential, token)).body,
    /** Runs with one more rule in the policies. */
    async under<T>(rule: string, work: () => Promise<T>): Promise<T> {
      const { management } = world;
      const { body: active } = await management.call('GET', '/policy-sets/active');
      const text = `${String(active['text'])}\n${rule}`;
      const drafted = await management.call('POST', '/policy-sets', { text });
      const etag = { 'if-match': String(drafted.headers.get('etag')) };
      const { status, text: said } = await management.call(
        'POST',
        `/policy-sets/${String(drafted.body['id'])}/activation`,
        {},
        etag,
      );
      if (status !== 200) throw new Error(`${drafted.text} ${said}`);
      try {
        return await work();
      } finally {
        await server.behalf.services.policies.activate(String(active['id']), {}, { caller: 'system' });
      }
    },
    async close(): Promise<void> {
      await server.close();
      startClock();
    },
  };
};
