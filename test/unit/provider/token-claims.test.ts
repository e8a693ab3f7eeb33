/** The audit event of an assertion that is signed without oidc-provider, and whom its last check reads. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { ActorChain } from '../../../src/domain/vocabulary/actor-chain.ts';
import type { AssertionToMint } from '../../../src/extensions/extension.ts';
import { beginRequest, requestState } from '../../../src/provider/seam/request-state.ts';
import { mintAssertion } from '../../../src/provider/tokens/assertion-minting.ts';
import { tokenClaims } from '../../../src/provider/tokens/token-claims.ts';
import { countedIdentifiers, ISSUER, movableClock, recordedAudit, START } from '../delegation/fakes.ts';
import { agent } from '../token-exchange/fakes.ts';

const chainOf = (sub: string, act?: ActorChain): ActorChain => ({
  sub,
  iss: ISSUER,
  sub_profile: 'ai_agent',
  ...(act ? { act } : {}),
});

/** Agent A, whose owner changed twice, at the token endpoint. The delegation below its token may have ended. */
type Answers = {
  readonly isLive?: boolean;
  readonly isOpen?: boolean;
  readonly spent?: readonly object[];
  /** What stops each client or delegation, by id. */
  readonly kills?: Readonly<Record<string, string>>;
};
const scene = ({ isLive = true, isOpen = true, spent = [], kills = {} }: Answers = {}) => {
  const [audit, identifiers, clock] = [recordedAudit(), countedIdentifiers(), movableClock()];
  const reads: string[] = [];
  const ownerships: unknown[] = [];
  const reserved: unknown[] = [];
  const claims = tokenClaims({
    audit,
    clock,
    identifiers,
    issuer: ISSUER,
    agents: {
      async getMany(ids: readonly string[]) {
        reads.push(...ids);
        return ids.map((id) => ({ document: agent(id, { ownership: 3 }) }));
      },
    },
    delegations: {
      async live(id: string) {
        reads.push(id);
        return isLive ? { id, chain: chainOf('agt_a') } : undefined;
      },
    },
    liveness: {
      async killOf(of: { ownership: unknown; subject?: string; delegation?: string }) {
        ownerships.push(of.ownership);
        return kills[String(of.delegation)] ?? kills[String(of.subject)];
      },
    },
    instances: { of: async () => undefined, used: async () => {} },
    budgets: {
      async reserve(spending: object) {
        reserved.push(spending);
        return { spent, release: async () => void reserved.push('released') };
      },
    },
    transactions: { live: async (txn: string) => (isOpen ? { id: txn } : undefined) },
    masterKey: { digests: (kind: string, id: string) => [`${kind} ${id}`] },
    authority: { amountsOf: () => [] },
  } as unknown as Parameters<typeof tokenClaims>[0]);
  const req = new IncomingMessage(new Socket());
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  const ctx = {
    req,
    res: new ServerResponse(req),
    oidc: { client: { clientId: 'agt_a', behalf_ownership: 2 }, params: { grant_type: 'token_exchange' } },
  };
  const signed: object[] = [];
  const signatures = { sign: async (_typ: string, all: object) => `assertion ${signed.push(all)}` };
  const mint = (over: Partial<AssertionToMint> = {}) =>
    mintAssertion(
      { issuer: ISSUER } as never,
      ctx as never,
      { clock, identifiers, claims, signatures },
      { proof: undefined as never, certificate: undefined },
      {
        typ: 'oauth-id-jag+jwt',
        audience: 'https://tool.example',
        subject: 'acc_anna',
        resource: 'https://notes.example',
        scope: ['read'],
        claims: {},
        notAfter: START + 900,
        lifetimeSeconds: 300,
        grant: undefined,
        parent: 'tok_parent',
        issuedTokenType: 'urn:ietf:params:oauth:token-type:id-jag',
        decision: { id: 'dec_1', policyVersion: undefined },
        ...over,
      },
    );
  return { audit, reads, ownerships, reserved, signed, req, ctx, claims, mint };
};

describe('the audit event of an assertion', () => {
  test('names the grant, the token it comes from and its decision, before the assertion is signed (AU-01)', async () => {
    const { mint, audit, signed } = scene();
    audit.beforeAppend = async () => expect(signed).toEqual([]);
    expect(await mint({ grant: 'grt_1' })).toMatchObject({ token_type: 'N_A', expires_in: 300, scope: 'read' });
    expect(audit.events).toMatchObject([
      {
        type: 'token.issued',
        outcome: 'granted',
        caller: 'agt_a',
        subject: 'acc_anna',
        grant: 'grt_1',
        decision: 'dec_1',
        token: { parent: 'tok_parent', expiresAt: START + 300 },
      },
    ]);
  });

  test('names no grant where the assertion comes from none', async () => {
    const { mint, audit } = scene();
    await mint();
    expect(audit.events).toMatchObject([{ type: 'token.issued' }]);
    expect(audit.events[0]).not.toHaveProperty('grant');
  });
});

describe('the ownership behind a token', () => {
  const resourceServer = { accessTokenFormat: 'jwt' };
  const token = { kind: 'Assertion', jti: 'tok_1', clientId: 'agt_a', expiration: 300, resourceServer };

  test('whose only actor is the caller is that of the caller, and no other agent or delegation is read', async () => {
    const { claims, ctx, reads, ownerships, audit } = scene();
    const facts = { chain: chainOf('agt_a'), delegation: 'dlg_1' };
    await claims.forAssertion(ctx as never, token, facts, 'tok_parent');
    expect(reads).toEqual([]);
    expect(ownerships).toEqual([2]);
    expect(audit.types()).toEqual(['token.issued']);
  });

  test('of several agents is of them all, and the delegation is read once more after the agents', async () => {
    const { claims, ctx, reads, ownerships } = scene();
    const facts = { chain: chainOf('agt_a', chainOf('agt_b')), delegation: 'dlg_1' };
    await claims.forAssertion(ctx as never, token, facts, 'tok_parent');
    expect(reads).toEqual(['agt_b', 'dlg_1']);
    expect(ownerships).toEqual([5]);
  });

  test('of several agents ends with the delegation: the token is refused and no event says it exists', async () => {
    const { claims, ctx, audit } = scene({ isLive: false });
    const facts = { chain: chainOf('agt_a', chainOf('agt_b')), delegation: 'dlg_1' };
    await expect(claims.forAssertion(ctx as never, token, facts, 'tok_parent')).rejects.toMatchObject({
      code: 'invalid_grant',
      denial: { layer: 'delegation', reason: 'delegation_ended' },
    });
    expect(audit.events).toEqual([]);
  });
});

describe('the last check before a token', () => {
  const resourceServer = { accessTokenFormat: 'jwt' };
  const token = {
    kind: 'Assertion',
    jti: 'tok_1',
    clientId: 'agt_a',
    accountId: 'acc_anna',
    expiration: 300,
    resourceServer,
  };
  const checked = async (answers: Answers, facts: object = {}) => {
    const made = scene(answers);
    await made.claims.forAssertion(made.ctx as never, token, { chain: chainOf('agt_a'), ...facts }, 'tok_parent');
    return made;
  };

  test('refuses what a kill of everything or of its person stops (invariant 6)', async () => {
    await expect(checked({ kills: { acc_anna: 'all' } })).rejects.toMatchObject({ reason: 'kill_in_force' });
    await expect(checked({ kills: { acc_anna: 'killed' } })).rejects.toMatchObject({
      ...{ code: 'invalid_grant', denial: { layer: 'grant', reason: 'killed' } },
    });
    await expect(checked({ kills: { acc_bob: 'killed' } })).resolves.toBeDefined();
  });

  test('refuses a token of a transaction that was closed, and says where another one opens', async () => {
    await expect(checked({ isOpen: false }, { txn: 'trn_1' })).rejects.toMatchObject({
      denial: { reason: 'transaction_ended', remedies: [{ kind: 'transaction', endpoint: expect.any(String) }] },
    });
    await expect(checked({ isOpen: true }, { txn: 'trn_1' })).resolves.toBeDefined();
    // An id that the token got with its own issue names no stored transaction.
    await expect(checked({ isOpen: false }, { txn: 'txn_1' })).resolves.toBeDefined();
  });

  test('gives back what it took of budgets, and records what it took otherwise', async () => {
    const { audit, reserved } = await checked({ spent: [{ budget: 'bud_1', millionths: 5 }] });
    expect(audit.events[0]?.inputs).toMatchObject({ spent: [{ budget: 'bud_1', millionths: 5 }] });
    expect(reserved).toEqual([expect.objectContaining({ details: [] })]);
    const other = scene({ kills: { acc_anna: 'killed' } });
    const issued = other.claims.forAssertion(other.ctx as never, token, {}, 'tok_parent');
    await expect(issued).rejects.toMatchObject({ code: 'invalid_grant' });
    expect(other.reserved.at(-1)).toBe('released');
    expect((await checked({})).audit.events[0]?.inputs).not.toHaveProperty('spent');
  });
});

describe('a token that is prepared', () => {
  const format = (accessTokenFormat: string) => ({ resourceServer: { accessTokenFormat }, format: accessTokenFormat });
  const issued = async (prepared: object, answers: Answers = {}, kind = 'jwt') => {
    const made = scene(answers);
    const model = {
      ...{ kind: 'AccessToken', jti: 'tok_1', clientId: 'agt_a', accountId: 'acc_anna', expiration: 300 },
      ...{ scope: 'read send', aud: 'https://mail.example', ...format(kind) },
    };
    made.claims.prepare(model, { claims: {}, facts: {}, ...prepared } as never);
    return { ...made, claims: await made.claims.forToken(made.ctx as never, model) };
  };
  const participants = [{ subject: 'acc_bob', delegation: 'dlg_bob' }];

  test('has its claims, but none that oidc-provider sets', async () => {
    const { claims, audit } = await issued({ claims: { txn: 'txn_1', max_uses: 2 } });
    expect(claims).toEqual({ txn: 'txn_1', max_uses: 2, ownership: 2 });
    expect(audit.events).toMatchObject([
      { scopeGiven: ['read', 'send'], resource: 'https://mail.example', token: { id: 'tok_1', maxUses: 2 } },
    ]);
    for (const name of ['sub', 'scope', 'cnf']) {
      await expect(issued({ claims: { txn: 'txn_1', [name]: 'x' } })).rejects.toThrow(`may not set ${name}`);
    }
  });

  test('ends with what any of its participants ended', async () => {
    await expect(issued({ participants })).resolves.toBeDefined();
    for (const answers of [{ isLive: false }, { kills: { dlg_bob: 'killed' } }, { kills: { acc_bob: 'all' } }]) {
      await expect(issued({ participants }, answers)).rejects.toMatchObject({
        denial: { layer: 'participants', reason: 'participant_ended' },
      });
    }
  });

  test('is named in the audit log by the digest of its handle, where it is opaque', async () => {
    const { audit } = await issued({}, {}, 'opaque');
    expect(audit.events).toMatchObject([{ token: { id: 'AccessToken tok_1', format: 'opaque' } }]);
    expect(audit.events[0]?.token).not.toHaveProperty('maxUses');
    expect(audit.events[0]?.token).not.toHaveProperty('parent');
  });

  test('is issued with the record that oidc-provider stores, at the token endpoint', async () => {
    const made = scene();
    const ctx = { ...made.ctx, oidc: { ...made.ctx.oidc, route: 'token' } };
    const model = { kind: 'AccessToken', jti: 'tok_1', clientId: 'agt_a', expiration: 300, ...format('opaque') };
    made.claims.prepare(model, { claims: {}, facts: {} } as never);
    await made.claims.forToken(ctx as never, model);
    expect(made.audit.events).toEqual([]);
    await requestState(made.req).unit?.settleWhenStored?.();
    expect(made.audit.types()).toEqual(['token.issued']);
  });
});
