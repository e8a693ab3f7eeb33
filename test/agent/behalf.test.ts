/** The package against a running server: exchange, consent, approval, step-up, narrow, DPoP with nonces, workload tokens. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { AgentStop, type Clock, type Hooks, newKey, type Subject, type Token } from '../../packages/agent/src/agent.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { advance } from '../support/stopped-clock.ts';
import { newPlatformKey, PLATFORMS, type Platform, signToken } from '../support/workload-platforms.ts';
import { type BehalfWorld, behalfWorld } from './behalf-world.ts';

let own: BehalfWorld;
beforeAll(async () => {
  own = await behalfWorld({ BEHALF__DPOP__REQUIRENONCE: 'true' });
});
afterAll(() => own?.close());

const stopOf = async (outcome: Promise<unknown>): Promise<AgentStop> => {
  const error = await outcome.then(
    (token) => new Error(`a token: ${JSON.stringify(token)}`),
    (failure: unknown) => failure,
  );
  if (!(error instanceof AgentStop)) throw error;
  return error;
};

/** An agent that the person allowed the bank, and what says so. */
const allowed = async (name: string, scope?: string): Promise<{ identity: Identity; subject: Subject }> => {
  const identity = await own.world.newAgent(name);
  return { identity, subject: { token: await own.world.allow(identity, scope), type: 'refresh_token' } };
};

describe('exchange (RFC 8693)', () => {
  test('gives a token that names person and agent, once for callers at the same time', async () => {
    const { identity, subject } = await allowed('Exchanger');
    const agent = await own.agentOf(identity);
    const request = { subject, resource: own.BANK, scopes: ['balance'] };
    const { result, events } = await own.audit.during(() =>
      Promise.all([agent.exchange(request), agent.exchange(request), agent.exchange(request)]),
    );
    expect(events.filter(({ type }) => type === 'token.issued')).toHaveLength(1);
    expect(decodeJwt((result[0] as Token).accessToken)).toMatchObject({
      ...{ sub: own.world.accountId, aud: own.BANK, scope: 'balance', act: { sub: identity.clientId } },
    });
    expect(new Set(result).size).toBe(1);
  });

  test('that is refused for good is a stop with the id of the audit event', async () => {
    const agent = await own.agentOf(await own.world.newAgent('Stranger'));
    const { result, events } = await own.audit.during(() =>
      stopOf(agent.exchange({ subject: 'no token', resource: own.BANK })),
    );
    expect(result).toMatchObject({ reason: 'refused', denial: { reason: 'subject_token_not_live', status: 400 } });
    expect(events).toMatchObject([{ type: 'token.refused', denial: { id: result.denial?.id } }]);
  });

  test('with an unknown agent is a stop, not a loop', async () => {
    const agent = await own.agentOf({ clientId: 'agt_unknown', key: await newKeyPair() });
    const stop = await stopOf(agent.exchange({ subject: 'x', resource: own.BANK }));
    expect(stop).toMatchObject({ reason: 'refused', denial: { error: 'invalid_client', status: 401 } });
  });
});

describe('consent', () => {
  /** An app of the person calls the agent, which may do nothing for her yet. */
  const called = async (hooks: Hooks, clock: Clock = own.clock) => {
    const { world } = own;
    const token = String((await world.newTokens(world.jwt.identifier))['access_token']);
    const identity = await world.newAgent('Called', { resource_servers: [world.jwt.id] });
    const agent = await own.agentOf(identity, { hooks, clock });
    return { agent, request: { subject: token, resource: world.opaque.identifier, scopes: ['read'] } };
  };

  test('leads the person to the page, and the agent to a token', async () => {
    const { agent, request } = await called({
      async onConsent({ url }) {
        await own.world.walkConsent(await own.world.browser.open(url));
      },
    });
    const { result, events } = await own.audit.during(() => agent.exchange(request));
    expect(result.scopes).toEqual(['read']);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['token.refused', 'token.issued']));
  });

  test('that the person has not given yet is asked about until they have', async () => {
    let page = '';
    let pauses = 0;
    const clock: Clock = {
      ...own.clock,
      async sleep(seconds, signal) {
        await own.clock.sleep(seconds, signal);
        pauses += 1;
        if (pauses === 2) await own.world.walkConsent(await own.world.browser.open(page));
      },
    };
    const onConsent = ({ url }: { url: string }) => {
      page = url;
    };
    const { agent, request } = await called({ onConsent }, clock);
    expect((await agent.exchange(request)).scopes).toEqual(['read']);
    expect(pauses).toBe(2);
  });

  test('that the person denies is a stop', async () => {
    const { agent, request } = await called({
      async onConsent({ url }) {
        const page = await own.world.browser.open(url);
        const form = page.forms.find(({ buttons }) => buttons.some(({ value }) => value === 'deny'));
        if (!form) throw new Error(page.text);
        await own.world.browser.submit(page, form, { button: /=deny$/ });
      },
    });
    const stop = await stopOf(agent.exchange(request));
    expect(stop).toMatchObject({ reason: 'repeated', denial: { reason: 'consent_missing' } });
    expect(stop.steps.map(({ kind, outcome }) => [kind, outcome])).toEqual([['consent', 'followed']]);
  });
});

describe('approval', () => {
  const decided = async (decision: 'approve' | 'deny') => {
    const { identity, subject } = await allowed(`Payer, ${decision}`);
    const agent = await own.agentOf(identity, {
      hooks: {
        async onApproval({ authReqId }) {
          const approval = await own.world.service.find(authReqId, identity.clientId);
          if (!approval) throw new Error('no approval');
          await own.world[decision](approval);
        },
      },
    });
    return { agent, request: { subject, resource: own.BANK, scopes: ['pay'] } };
  };

  test('is polled until people approved, and its token is for one action', async () => {
    const { agent, request } = await decided('approve');
    const { result, events } = await own.audit.during(() => agent.exchange(request));
    expect(result).toMatchObject({ isForOneAction: true, scopes: ['pay'] });
    expect(decodeJwt(result.accessToken)).toMatchObject({ approval: { id: expect.stringMatching(/^apv_/) } });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['approval.requested', 'approval.approved', 'token.issued']),
    );
  });

  test('that people denied is a stop', async () => {
    const { agent, request } = await decided('deny');
    expect(await stopOf(agent.exchange(request))).toMatchObject({
      reason: 'refused',
      denial: { error: 'access_denied', reason: 'approval_denied' },
    });
  });
});

describe('narrow', () => {
  const rule = `@id("no-read")\n@reason("Reading is closed.")
forbid (principal is Agent, action == Action::"act", resource)
when { resource.name == "read" };`;

  test('asks for the scopes that a policy still allows, if the program can work with them', async () => {
    const { world } = own;
    const token = String((await world.newTokens(world.jwt.identifier))['access_token']);
    const identity = await world.newAgent('Narrowed', { resource_servers: [world.jwt.id] });
    const agent = await own.agentOf(identity, {
      hooks: {
        onConsent: async ({ url }) => world.walkConsent(await world.browser.open(url)),
        onNarrow: ({ scopes }) => scopes.includes('write'),
      },
    });
    const request = { subject: token, resource: world.opaque.identifier };
    expect((await agent.exchange({ ...request, scopes: ['read', 'write'] })).scopes).toEqual(['read', 'write']);
    await own.under(rule, async () => {
      const { result, events } = await own.audit.during(() => agent.exchange({ ...request, scopes: ['read'] }));
      expect(result.scopes).toEqual(['write']);
      expect(events.map(({ type, denial }) => denial?.reason ?? type)).toEqual(['policy_forbids', 'token.issued']);
    });
  });
});

describe('step-up (RFC 9470)', () => {
  const rule = `@id("fresh")\n@reason("Sign in again.")\n@max_age("60")
forbid (principal is Agent, action == Action::"act", resource)
when { resource.risk == "low" }
unless { context has assurance && context.assurance.age <= 60 };`;

  test('exchanges the token of the new sign-in', async () => {
    const { identity, subject } = await allowed('Stepping');
    const asked: unknown[] = [];
    const agent = await own.agentOf(identity, {
      hooks: {
        async onStepUp({ maxAge }) {
          asked.push(maxAge);
          own.world.useBrowser(newBrowser(own.server.issuer));
          return {
            token: await own.world.allow(identity, undefined, { max_age: String(maxAge) }),
            type: 'refresh_token',
          };
        },
      },
    });
    advance(120_000);
    await own.under(rule, async () => {
      const token = await agent.exchange({ subject, resource: own.BANK, scopes: ['balance'] });
      expect(token.scopes).toEqual(['balance']);
      expect(asked).toEqual([60]);
    });
  });
});

describe('credentials', () => {
  test('DPoP binds tokens to the key, with the nonce that the server asks for (RFC 9449 §8)', async () => {
    const { identity, subject } = await allowed('Bound');
    const dpop = await newKey();
    const agent = await own.agentOf(identity, { dpop });
    const token = await agent.exchange({ subject, resource: own.BANK, scopes: ['balance'] });
    expect(token.type).toBe('DPoP');
    expect(await own.introspect(token.accessToken)).toMatchObject({ active: true, cnf: { jkt: dpop.kid } });
  });

  test('a workload token of the platform authenticates the agent, read again when it changes (RFC 7523)', async () => {
    const { management, jwt, accountId } = own.world;
    const platform = PLATFORMS['Kubernetes service account'] as Platform;
    const key = await newPlatformKey('cluster', platform.alg);
    const issuer = 'https://cluster.example.com';
    const trusted = await management.call('POST', '/trusted-issuers', {
      ...{ name: 'Cluster', template: platform.template, issuer, jwks: { keys: [key.publicJwk] } },
    });
    const made = await management.createAgent({
      ...{ name: 'Pod', owner: accountId, purpose: 'Runs', environment: 'test', grant_types: ['client_credentials'] },
      authority: { [jwt.identifier]: ['read'] },
      credentials: [
        {
          ...{ kind: 'federated', issuer: trusted.body['id'] },
          ...{ subject: platform.subject, claims: platform.rules },
        },
      ],
    });
    let reads = 0;
    const workloadToken = async () => {
      reads += 1;
      return signToken(platform.claims(issuer, own.server.issuer, Math.floor(Date.now() / 1000)), key, platform.header);
    };
    const identity = { clientId: made.id, key: await newKeyPair() };
    const agent = await own.agentOf(identity, { credential: { workloadToken } });
    const token = await agent.ownToken({ resource: jwt.identifier, scopes: ['read'] });
    expect(decodeJwt(token.accessToken)).toMatchObject({ sub: made.id, client_id: made.id });
    agent.forget(token);
    await agent.ownToken({ resource: jwt.identifier, scopes: ['read'] });
    expect(reads).toBe(2);
  });
});
