/** The audit event of an assertion that is signed without oidc-provider, and whom its last check reads. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { ActorChain } from '../../../src/domain/vocabulary/actor-chain.ts';
import type { AssertionToMint } from '../../../src/extensions/extension.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
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
const scene = ({ isLive = true } = {}) => {
  const [audit, identifiers, clock] = [recordedAudit(), countedIdentifiers(), movableClock()];
  const reads: string[] = [];
  const ownerships: unknown[] = [];
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
        return isLive ? { id } : undefined;
      },
    },
    liveness: { killOf: async ({ ownership }: { ownership: unknown }) => void ownerships.push(ownership) },
    instances: { of: async () => undefined, used: async () => {} },
    budgets: { reserve: async () => ({ spent: [], release: async () => {} }) },
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
  return { audit, reads, ownerships, signed, ctx, claims, mint };
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
