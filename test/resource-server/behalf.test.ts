/** The package against a running server: what it issues, ends and approves. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK } from 'jose';
import { type Options, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { type ApprovalsWorld, approvalRemedy, approvalsWorld, BANK } from '../support/approvals-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { ask, seen } from './asking.ts';
import { proofOf } from './proofs.ts';

let server: RunningServer;
let world: ApprovalsWorld;
beforeAll(async () => {
  server = await runServer({ environment: { BEHALF__APPROVALS__PERHOUR: '1000' } });
  world = await approvalsWorld(server);
});
afterAll(() => server?.close());

const guard = (resource: string, more: Partial<Options> = {}) =>
  resourceServer({ issuer: server.issuer, resource, ...more });

/** A token of an agent of its own, which may read at the resource. */
const ownToken = async (resource: string, dpop?: KeyPair): Promise<{ token: string; identity: Identity }> => {
  const key = await newKeyPair();
  const made = await world.management.createAgent({
    name: 'Reader',
    owner: world.accountId,
    purpose: 'Reads',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['client_credentials'],
    authority: { [resource]: ['read'] },
  });
  const identity = { clientId: made.id, key };
  const form = { grant_type: 'client_credentials', scope: 'read', resource };
  const { body, text } = await world.calls.token(world.keyed(identity), form, dpop ? { dpop } : {});
  if (typeof body['access_token'] !== 'string') throw new Error(text);
  return { token: body['access_token'], identity };
};

/** The key of a resource server, as its option takes it. */
const privateKeyOf = async (key: KeyPair) => ({
  ...(await exportJWK(key.privateKey)),
  alg: key.alg,
  ...(key.kid ? { kid: key.kid } : {}),
});

describe('a JWT', () => {
  test('is verified offline, by the keys that the metadata name', async () => {
    const { identifier } = world.jwt;
    const { token, identity } = await ownToken(identifier);
    const decision = await ask(guard(identifier), token, { scopes: ['read'] });
    expect(decision.granted && decision.access).toMatchObject({ clientId: identity.clientId, scopes: ['read'] });
    expect(seen(await ask(guard(identifier), token, { scopes: ['write'] }))).toBe(
      '403 insufficient_scope scope_missing',
    );
    expect(seen(await ask(guard(world.opaque.identifier), token))).toBe('401 invalid_token audience_other');
  });

  test('that is revoked is refused at once by an API that introspects every token', async () => {
    const { identifier, credential } = world.jwt;
    if (credential.kind !== 'basic') throw new Error('no secret');
    const { clientId, secret: clientSecret } = credential;
    const live = guard(identifier, { introspection: { clientId, clientSecret, tokens: 'every' } });
    const { token, identity } = await ownToken(identifier);
    expect(seen(await ask(live, token))).toBe('granted');
    await world.calls.revoke(world.keyed(identity), token);
    expect(seen(await ask(live, token))).toBe('401 invalid_token token_inactive');
  });

  test('that is bound to a DPoP key needs a proof by it (RFC 9449 §7)', async () => {
    const { identifier } = world.jwt;
    const key = await newKeyPair();
    const { token } = await ownToken(identifier, key);
    const pair = { alg: key.alg, privateKey: key.privateKey, jwk: key.publicJwk };
    const proof = await proofOf(token, pair, { htu: `${identifier}/api/notes` });
    expect(seen(await ask(guard(identifier), token))).toBe('401 invalid_token bound_as_bearer');
    expect(seen(await ask(guard(identifier), token, {}, { scheme: 'DPoP', proof }))).toBe('granted');
  });
});

test('an opaque token is introspected, by private_key_jwt', async () => {
  const key = await newKeyPair();
  const made = await world.management.createResourceServer({
    identifier: 'https://vault.example.com',
    name: 'The vault',
    scopes: [{ name: 'read', description: 'See what is there', risk: 'low' }],
    access_token_format: 'opaque',
    introspection_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
  });
  const introspection = { clientId: made.id, privateKey: await privateKeyOf(key) };
  const vault = guard('https://vault.example.com', { introspection });
  const { token, identity } = await ownToken('https://vault.example.com');
  const decision = await ask(vault, token, { scopes: ['read'] });
  expect(decision.granted && decision.access.clientId).toBe(identity.clientId);
  expect(seen(await ask(vault, `${token}x`))).toBe('401 invalid_token token_inactive');
});

describe('a token that people approved', () => {
  const approved = async (): Promise<string> => {
    const agent = await world.newAgent('Payer');
    const allowed = await world.allow(agent);
    const remedy = approvalRemedy(await world.want(agent, allowed, { scope: 'pay' }));
    const approval = await world.service.find(remedy.auth_req_id, agent.clientId);
    if (!approval) throw new Error('no approval');
    await world.approve(approval);
    return String((await world.calls.poll(world.keyed(agent), remedy.auth_req_id)).body['access_token']);
  };

  test('is used up at the server: of two processes of the API one carries the action out', async () => {
    const { clientId, secret: clientSecret } = world.bank.credential;
    const [one, other] = [1, 2].map(() => guard(BANK, { introspection: { clientId, clientSecret } }));
    if (!one || !other) throw new Error('no processes');
    const token = await approved();
    const requirement = { scopes: ['pay'], actor: 'required', approval: 'required', live: true } as const;
    const decisions = await Promise.all([one, other].map((api) => ask(api, token, requirement)));
    expect(decisions.map(seen).sort()).toEqual(['401 invalid_token approval_used', 'granted']);
    // A call is recorded before it happens; one that loses the race has a second event.
    const last = new Map((await server.events('approval.used')).map(({ request, outcome }) => [request, outcome]));
    expect([...last.values()].filter((outcome) => outcome === 'done')).toHaveLength(1);
  });
});
