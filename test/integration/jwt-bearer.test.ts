/** RFC 7523 with assertions of peers (ID-JAG): what of another organisation's word is taken, and what never is. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt } from 'jose';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Crafted, type ForeignIssuer, foreignIssuer, JWT_BEARER } from '../support/foreign-issuer.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type Answer, discover, type OAuthCalls, oauthCalls } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const TICKETS = 'https://tickets.example.com';
const NOTES = 'https://notes.example.com';

let server: RunningServer;
let management: Management;
let calls: OAuthCalls;
let idp: ForeignIssuer;
let peer: string;
let account: string;
let agent: Identity;
let tickets: { readonly kind: 'basic'; readonly clientId: string; readonly secret: string };

const made = async (path: string, body: object): Promise<Answer['body'] & { readonly id: string }> => {
  const answer = await management.call('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body as never;
};

const newPeer = async (issuer: string, inbound: object = {}): Promise<readonly [ForeignIssuer, string]> => {
  const foreign = await foreignIssuer(issuer);
  const { id } = await made('/peers', {
    name: 'Headquarters',
    issuer,
    jwks: foreign.jwks,
    inbound: { clients: [agent.clientId], resources: { [TICKETS]: ['read'], [NOTES]: ['*'] }, ...inbound },
  });
  return [foreign, id];
};

beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
  calls = oauthCalls(await discover(server.issuer));
  for (const identifier of [TICKETS, NOTES]) {
    const resource = await management.createResourceServer({
      identifier,
      name: 'Things',
      scopes: [
        { name: 'read', description: 'See them', risk: 'low' },
        { name: 'write', description: 'Change them', risk: 'medium' },
      ],
      introspection_auth_method: 'client_secret_basic',
    });
    if (identifier === TICKETS)
      tickets = { kind: 'basic', clientId: resource.id, secret: String(resource['client_secret']) };
  }
  account = (await management.createAccount({ username: 'ada', name: 'Ada' })).id;
  const key = await newKeyPair();
  const registered = await management.createAgent({
    name: 'Clerk',
    owner: account,
    purpose: 'Files tickets',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    grant_types: [JWT_BEARER],
  });
  agent = { clientId: registered.id, key };
  [idp, peer] = await newPeer('https://idp.example');
  await made('/account-links', { peer, subject: 'u-9', account });
});
afterAll(() => server?.close());

const craft = (crafted: Crafted = {}, by = idp): Promise<string> =>
  by.assertion(
    { audience: server.issuer, clientId: agent.clientId, subject: 'u-9' },
    { ...crafted, claims: { resource: TICKETS, scope: 'read', ...crafted.claims } },
  );

const present = (
  assertion: string,
  form: object = {},
  dpop?: Awaited<ReturnType<typeof newKeyPair>>,
): Promise<Answer> =>
  calls.token({ kind: 'key', identity: agent }, { grant_type: JWT_BEARER, assertion, ...form }, dpop ? { dpop } : {});

const redeem = async (crafted: Crafted = {}, by = idp): Promise<Answer> => present(await craft(crafted, by));

const reasonOf = ({ body }: Answer): unknown => (body['denial'] as { readonly reason?: string } | undefined)?.reason;

const expectRefused = (answer: Answer, error = 'invalid_grant', reason = 'assertion_not_valid'): void => {
  expect({ status: answer.status, error: answer.body['error'], reason: reasonOf(answer) }).toEqual({
    status: 400,
    error,
    reason,
  });
};

const isActive = async (token: unknown): Promise<unknown> =>
  (await calls.introspect(tickets, String(token))).body['active'];

describe('in a transaction of the agent', () => {
  const MANAGEMENT = ['transactions:read', 'transactions:write'];
  let biller: Identity;
  let from: ForeignIssuer;

  beforeAll(async () => {
    const key = await newKeyPair();
    const { id: clientId } = await management.createAgent({
      ...{
        name: 'Biller',
        owner: account,
        purpose: 'Files bills',
        environment: 'test',
        jwks: { keys: [key.publicJwk] },
      },
      grant_types: [JWT_BEARER, 'client_credentials'],
      authority: { [`${server.issuer}/api/v1`]: MANAGEMENT, [TICKETS]: ['read'] },
    });
    biller = { clientId, key };
    const [foreign, id] = await newPeer('https://bills.example', { clients: [clientId] });
    from = foreign;
    await made('/account-links', { peer: id, subject: 'u-9', account });
  });

  const open = async (): Promise<string> => {
    const stated = { trigger: 'event', intent: 'File the bill' };
    const { status, text, body } = await management.call('POST', '/transactions', stated, {}, biller);
    expect([status, text]).toEqual([201, text]);
    return String(body['id']);
  };
  const redeemIn = async (transaction: string): Promise<Answer> => {
    const of = { audience: server.issuer, clientId: biller.clientId, subject: 'u-9' };
    const assertion = await from.assertion(of, { claims: { resource: TICKETS, scope: 'read' } });
    return calls.token({ kind: 'key', identity: biller }, { grant_type: JWT_BEARER, assertion, transaction });
  };

  test('the token carries it as txn, and ends when it is closed', async () => {
    const id = await open();
    const { body } = await redeemIn(id);
    expect(decodeJwt(String(body['access_token']))['txn']).toBe(id);
    expect(await isActive(body['access_token'])).toBe(true);
    expect((await management.call('POST', `/transactions/${id}/close`)).status).toBe(200);
    expect(await isActive(body['access_token'])).toBe(false);

    const late = await redeemIn(id);
    expectRefused(late, 'invalid_request', 'transaction_ended');
    expect(late.body['denial']).toMatchObject({ remedies: [{ kind: 'transaction' }] });
    expect((await server.events('token.refused')).at(-1)).toMatchObject({ agent: biller.clientId, txn: id });
  });

  test('one that it did not open is refused, and is not in its audit event', async () => {
    expectRefused(await redeemIn(`trn_${'a'.repeat(26)}`), 'invalid_request', 'transaction_unknown');
    expect((await server.events('token.refused')).at(-1)).not.toHaveProperty('txn');
  });
});

describe('what is given', () => {
  test('JB-01 a token for the linked account, at the resource and with the scope of the assertion, without a refresh token (ID-JAG §5)', async () => {
    const foreign = { iss: 'https://idp.example', sub: 'agent-42', sub_profile: 'ai_agent', role: 'root' };
    const answer = await redeem({ claims: { act: foreign } });
    expect(answer.body).toMatchObject({ token_type: 'Bearer', scope: 'read' });
    expect(Object.keys(answer.body)).not.toEqual(expect.arrayContaining(['refresh_token']));
    const claims = decodeJwt(String(answer.body['access_token']));
    expect(claims).toMatchObject({ iss: server.issuer, sub: account, aud: TICKETS, client_id: agent.clientId });
    // Ours acts; who acted there is nested, and only by name.
    expect(claims['act']).toEqual({
      sub: agent.clientId,
      iss: server.issuer,
      sub_profile: 'ai_agent',
      act: { iss: 'https://idp.example', sub: 'agent-42', sub_profile: 'ai_agent' },
    });
    const introspected = (await calls.introspect(tickets, String(answer.body['access_token']))).body;
    expect(introspected).toMatchObject({ active: true, act: claims['act'], account_link: claims['account_link'] });
    const issued = (await server.events('token.issued')).at(-1);
    expect(issued).toMatchObject({
      caller: agent.clientId,
      subject: account,
      grantType: JWT_BEARER,
      resource: TICKETS,
      scopeGiven: ['read'],
      chain: { sub: agent.clientId },
      inputs: { assertion: { peer, actor: { sub: 'agent-42' } } },
    });
    expect(issued?.chain).not.toHaveProperty('act');
    expect(claims['decision']).toBe(issued?.decision);
  });

  test('a foreign chain that calls itself ours decides nothing (D5)', async () => {
    const pretender = { iss: server.issuer, sub: agent.clientId, sub_profile: 'ai_agent', act: { sub: account } };
    const answer = await redeem({ claims: { act: pretender } });
    expect(await isActive(answer.body['access_token'])).toBe(true);
    expect((await server.events('token.issued')).at(-1)?.chain).toEqual({
      sub: agent.clientId,
      iss: server.issuer,
      sub_profile: 'ai_agent',
    });
  });

  test('TX-15 the peer, the assertion, the request and policy all bound the scope; nothing broadens it', async () => {
    const all = { resource: TICKETS, scope: 'read write admin' };
    expect((await redeem({ claims: all })).body['scope']).toBe('read');
    expectRefused(
      await present(await craft({ claims: all }), { scope: 'write' }),
      'invalid_scope',
      'scope_not_available',
    );
    expectRefused(await present(await craft(), { resource: NOTES }), 'invalid_target', 'target_unknown');
    expectRefused(await redeem({ claims: { resource: undefined } }), 'invalid_target', 'target_missing');
    expectRefused(
      await redeem({ claims: { resource: `${server.issuer}/api/v1` } }),
      'invalid_target',
      'target_unknown',
    );
    const either = await craft({ claims: { resource: [TICKETS, NOTES], scope: undefined } });
    expect((await present(either, { resource: NOTES, scope: 'read' })).body).toMatchObject({ scope: 'read' });
  });
});

describe('which assertions are none', () => {
  test.each([
    ['another server', { aud: 'https://other.example' }],
    ['ours and another', { aud: ['SELF', 'https://other.example'] }],
    ['ours twice', { aud: ['SELF', 'SELF'] }],
    ['the token endpoint', { aud: 'SELF/token' }],
    ['ours with a slash', { aud: 'SELF/' }],
    ['none', { aud: undefined }],
  ])('JB-01 audience: %s', async (_, { aud }) => {
    const of = (one: string): string => one.replace('SELF', server.issuer);
    expectRefused(await redeem({ claims: { aud: Array.isArray(aud) ? aud.map(of) : aud && of(aud) } }));
  });

  test('JB-02 of a peer that is disabled or was never one, at once; its tokens end too', async () => {
    const [other, id] = await newPeer('https://other-idp.example');
    await made('/account-links', { peer: id, subject: 'u-9', account });
    const { body } = await redeem({}, other);
    expect(await isActive(body['access_token'])).toBe(true);
    await management.call('POST', `/peers/${id}/disable`);
    expectRefused(await redeem({}, other));
    expect(await isActive(body['access_token'])).toBe(false);
    await management.call('POST', `/peers/${id}/enable`);
    expect((await redeem({}, other)).status).toBe(200);
    expectRefused(await redeem({}, await foreignIssuer('https://stranger.example')));
    expectRefused(await redeem({ claims: { iss: 'https://idp.example/' } }));
    expectRefused(await redeem({ key: (await foreignIssuer('https://idp.example')).key }));
  });

  test('JB-03 about an unknown, disabled or unlinked subject; no account is created for it', async () => {
    const before = (await management.call('GET', '/accounts')).body['items'];
    expectRefused(await redeem({ claims: { sub: 'unknown' } }), 'invalid_grant', 'subject_not_known');
    expectRefused(
      await redeem({ claims: { sub: 'unknown', email: 'ada@example.com', email_verified: true } }),
      'invalid_grant',
      'subject_not_known',
    );
    const eve = (await management.createAccount({ username: 'eve', name: 'Eve' })).id;
    expect((await management.call('GET', '/accounts')).body['items']).toHaveLength((before as unknown[]).length + 1);
    await made('/account-links', { peer, subject: 'u-eve', account: eve });
    const { body } = await redeem({ claims: { sub: 'u-eve' } });
    expect(await isActive(body['access_token'])).toBe(true);
    await management.call('POST', `/accounts/${eve}/disable`);
    expectRefused(await redeem({ claims: { sub: 'u-eve' } }), 'invalid_grant', 'subject_not_known');
    expect(await isActive(body['access_token'])).toBe(false);
  });

  test('JB-03 whose link was removed: nothing new, and tokens that rest on it end', async () => {
    const max = (await management.createAccount({ username: 'max', name: 'Max' })).id;
    const link = await made('/account-links', { peer, subject: 'u-max', account: max });
    const again = (await redeem({ claims: { sub: 'u-max' } })).body['access_token'];
    expect(await isActive(again)).toBe(true);
    expect((await management.call('POST', `/account-links/${link.id}/remove`)).status).toBe(204);
    expect(await isActive(again)).toBe(false);
    expectRefused(await redeem({ claims: { sub: 'u-max' } }), 'invalid_grant', 'subject_not_known');
  });

  test('JB-04 made for another client, or by a client the peer is not trusted for; a public client has no such grant', async () => {
    expectRefused(await redeem({ claims: { client_id: 'app_other' } }));
    expectRefused(await redeem({ claims: { client_id: [agent.clientId] } }));
    expectRefused(await redeem({ claims: { client_id: undefined } }));
    const [narrow, id] = await newPeer('https://narrow-idp.example', { clients: [] });
    await made('/account-links', { peer: id, subject: 'u-9', account });
    expectRefused(await redeem({}, narrow));
    const open = { name: 'Page', token_endpoint_auth_method: 'none', grant_types: [JWT_BEARER] };
    expect((await management.call('POST', '/clients', open)).body).toMatchObject({
      errors: [{ pointer: '/grant_types' }],
    });
  });

  test('JB-05 used before, one after another and at the same time', async () => {
    const once = await craft();
    expect((await present(once)).status).toBe(200);
    expectRefused(await present(once), 'invalid_grant', 'assertion_used');
    const raced = await craft();
    const answers = await Promise.all(Array.from({ length: 8 }, () => present(raced)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(7);
  });

  const now = Math.floor(Date.now() / 1000);
  test.each<readonly [string, Crafted]>([
    ['no exp', { claims: { exp: undefined } }],
    ['no iat', { claims: { iat: undefined } }],
    ['no jti', { claims: { jti: undefined } }],
    ['an empty jti', { claims: { jti: '' } }],
    ['a jti that is a number', { claims: { jti: 7 } }],
    ['expired', { claims: { iat: now - 600, exp: now - 300 } }],
    ['from the future', { claims: { iat: now + 600, exp: now + 700 } }],
    ['not yet good', { claims: { nbf: now + 600 } }],
    ['a life above the cap', { claims: { exp: now + 4000 } }],
  ])('JB-05 times and names: %s', async (_, crafted) => {
    expectRefused(await redeem(crafted));
  });

  test.each<readonly [string, Crafted]>([
    ['authorization_details', { claims: { authorization_details: [{ type: 'payment' }] } }],
    ['a tenant', { claims: { tenant: 't1' } }],
    ['a key it does not name by thumbprint', { claims: { cnf: { jwk: {} } } }],
    ['two keys', { claims: { cnf: { jkt: 'a', 'x5t#S256': 'b' } } }],
    ['an empty cnf', { claims: { cnf: {} } }],
    ['a header that names keys', { header: { x5u: 'https://evil.example' } }],
    ['a chain that is no object', { claims: { act: 'agent' } }],
    ['a chain of nine', { claims: { act: Array.from({ length: 9 }).reduce((act) => ({ sub: 'a', act }), undefined) } }],
    ['an empty list of resources', { claims: { resource: [] } }],
    ['a scope with a quote', { claims: { scope: 'read "' } }],
  ])('JB-06 what is not understood: %s', async (_, crafted) => {
    const before = (await server.events('token.issued')).length;
    expectRefused(await redeem(crafted));
    expect((await server.events('token.issued')).length).toBe(before);
  });

  test('JB-07 bound to a key: without proof and with another key none; with it the token is bound', async () => {
    const [key, other] = [await newKeyPair(), await newKeyPair()];
    const cnf = { jkt: await calculateJwkThumbprint(key.publicJwk) };
    expectRefused(await redeem({ claims: { cnf } }), 'invalid_grant', 'assertion_proof_missing');
    expectRefused(
      await present(await craft({ claims: { cnf } }), {}, other),
      'invalid_grant',
      'assertion_proof_missing',
    );
    const answer = await present(await craft({ claims: { cnf } }), {}, key);
    expect(answer.body).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({ cnf });
    // Without cnf a proof binds all the same.
    expect((await present(await craft(), {}, key)).body).toMatchObject({ token_type: 'DPoP' });
  });

  test('JB-08 one of our own: this server is no peer of itself', async () => {
    const own = await management.call('POST', '/peers', { name: 'Self', issuer: server.issuer });
    expect(own.body).toMatchObject({ errors: [{ pointer: '/issuer' }] });
    const slash = await management.call('POST', '/peers', { name: 'Self', issuer: `${server.issuer}/` });
    expect(slash.body).toMatchObject({ errors: [{ pointer: '/issuer' }] });
    expectRefused(await redeem({ claims: { iss: server.issuer } }));
  });

  test.each<readonly [string, Crafted]>([
    ['at+jwt', { header: { typ: 'at+jwt' } }],
    ['JWT', { header: { typ: 'JWT' } }],
    ['none', { header: { typ: undefined } }],
    ['client-authentication+jwt', { header: { typ: 'client-authentication+jwt' } }],
    ['a key in the header', { header: { jku: 'https://evil.example' } }],
  ])('TX-10 of another type: %s', async (_, crafted) => {
    expectRefused(await redeem(crafted));
  });
});

describe('JB-09 which account an assertion is about', () => {
  test.each(['U-9', 'u-9\u0000', 'u-９', 'u-9 ', 'ｕ-9', 'u\u2010' + '9'])('JB-09 %j is not u-9', async (sub) => {
    expectRefused(await redeem({ claims: { sub } }), 'invalid_grant', 'subject_not_known');
  });

  test('JB-09 the same subject of another issuer is another user', async () => {
    const [second] = await newPeer('https://second-idp.example');
    expectRefused(await redeem({}, second), 'invalid_grant', 'subject_not_known');
  });

  test('JB-09 a verified address links once where the peer may say so; from then on the subject counts', async () => {
    const [trusted, id] = await newPeer('https://mail-idp.example', { subjects: 'verified_email' });
    const grace = { username: 'grace', name: 'Grace', email: 'grace@example.com', email_verified: true };
    const graceId = (await management.createAccount(grace)).id;
    await management.createAccount({ username: 'mallory', name: 'Mallory', email: 'linus@example.com' });
    const by = (claims: object) => redeem({ claims: { sub: 'g-1', ...claims } }, trusted);
    const unknown = ['invalid_grant', 'subject_not_known'] as const;
    expectRefused(await by({ email: 'grace@example.com' }), ...unknown);
    expectRefused(await by({ email: 'grace@example.com', email_verified: 'true' }), ...unknown);
    expectRefused(await by({ email: 'gr\u0430ce@example.com', email_verified: true }), ...unknown);
    // Not verified here: an address that a user typed into the account does not make them its owner.
    expectRefused(await by({ email: 'linus@example.com', email_verified: true }), ...unknown);
    // However its letters are written (email-key.ts); a letter of another script is another one, as above.
    const answer = await by({ email: 'Grace@Example.COM', email_verified: true });
    expect(decodeJwt(String(answer.body['access_token'])).sub).toBe(graceId);
    expect((await server.events('account_link.created')).at(-1)).toMatchObject({ caller: id, subject: graceId });
    // The address belongs to another user by now; the subject does not.
    expect(decodeJwt(String((await by({})).body['access_token'])).sub).toBe(graceId);
    const links = await management.call('GET', `/account-links?peer=${id}`);
    expect(links.body['items']).toMatchObject([{ subject: 'g-1', account: graceId, created_by: id }]);
  });
});

test('JB-10 discovery says that the grant is there, and not whose assertions are taken', async () => {
  for (const name of ['openid-configuration', 'oauth-authorization-server']) {
    const answer = await fetch(`${server.issuer}/.well-known/${name}`);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      identity_chaining_requested_token_types_supported: ['urn:ietf:params:oauth:token-type:id-jag'],
      grant_types_supported: expect.arrayContaining([JWT_BEARER]),
    });
    expect(text).not.toContain('idp.example');
  }
});
