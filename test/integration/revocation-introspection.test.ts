import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Answer, authentication, type Credential, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type ResourceServerFacts, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const INACTIVE = { active: false };

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let neighbour: Identity;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
  neighbour = await newApp();
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const newApp = async (): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await scene.management.createClient({
    name: 'Neighbour',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  return { clientId: made.id, key };
};

const app = (): Credential => scene.keyed(scene.app);
const text = (answer: Answer, member = 'access_token'): string => String(answer.body[member]);

const newTokens = async (at: ResourceServerFacts, identity = scene.app): Promise<Answer> =>
  scene.calls.token(scene.keyed(identity), await scene.newCode(at.identifier, undefined, identity));

const refresh = (token: string, at = scene.jwt, identity = scene.app): Promise<Answer> =>
  scene.calls.token(scene.keyed(identity), {
    grant_type: 'refresh_token',
    refresh_token: token,
    resource: at.identifier,
  });

const isActive = async (at: ResourceServerFacts, token: string): Promise<boolean> => {
  const { status, body } = await scene.calls.introspect(at.credential, token);
  expect(status).toBe(200);
  if (body['active'] !== true) expect(body).toEqual(INACTIVE);
  return body['active'] === true;
};

/** Revokes and expects this one event, or none. */
const revoke = async (by: Credential, token: string, ...events: readonly string[]): Promise<void> => {
  const { result, events: left } = await audit.during(() => scene.calls.revoke(by, token));
  expect([result.status, result.text]).toEqual([200, '']);
  expect(left.map(({ type }) => type)).toEqual(events);
};

describe('LC-03 a client revokes only its own tokens (RFC 7009 §2.1)', () => {
  /** A live token of each kind, its client, and whether it still works. */
  const kinds: Readonly<
    Record<string, () => Promise<{ token: string; client: Identity; works: () => Promise<boolean> }>>
  > = {
    'a JWT access token': async () => {
      const token = text(await newTokens(scene.jwt));
      return { token, client: scene.app, works: () => isActive(scene.jwt, token) };
    },
    'an opaque access token': async () => {
      const token = text(await newTokens(scene.opaque));
      return { token, client: scene.app, works: () => isActive(scene.opaque, token) };
    },
    'a refresh token': async () => {
      const answer = await newTokens(scene.jwt);
      // It rotates when it is tried, so what tells is the access token of its family.
      return {
        token: text(answer, 'refresh_token'),
        client: scene.app,
        works: () => isActive(scene.jwt, text(answer)),
      };
    },
    'a JWT of client credentials': async () => {
      const token = await ofItself(scene.jwt);
      return { token, client: scene.agent, works: () => isActive(scene.jwt, token) };
    },
    'an opaque token of client credentials': async () => {
      const token = await ofItself(scene.opaque);
      return { token, client: scene.agent, works: () => isActive(scene.opaque, token) };
    },
    'an exchanged token': async () => {
      const token = text(await exchanged(scene.agent));
      return { token, client: scene.agent, works: () => isActive(scene.opaque, token) };
    },
  };

  const ofItself = async (at: ResourceServerFacts): Promise<string> =>
    text(
      await scene.calls.token(scene.keyed(scene.agent), {
        grant_type: 'client_credentials',
        resource: at.identifier,
      }),
    );

  test.each(Object.keys(kinds))('LC-03 %s', async (kind) => {
    const made = await kinds[kind]?.();
    if (!made) throw new Error(kind);
    const { token, client, works } = made;
    const others: readonly Credential[] = [
      scene.keyed(neighbour),
      scene.keyed(client === scene.app ? scene.agent : scene.app),
      scene.jwt.credential,
      scene.opaque.credential,
    ];
    for (const other of others) {
      await revoke(other, token, 'token.revocation_refused');
      expect(await works()).toBe(true);
    }
    // No client, and one that only names itself.
    for (const credential of [
      { kind: 'public', clientId: client.clientId } as const,
      scene.keyed({ clientId: client.clientId, key: neighbour.key }),
    ]) {
      await audit.refused(() => scene.calls.revoke(credential, token), { status: 401, error: 'invalid_client' });
    }
    expect(await works()).toBe(true);

    const ended = kind === 'a refresh token' ? ['token.revoked', 'grant.revoked'] : ['token.revoked'];
    await revoke(scene.keyed(client), token, ...ended);
    expect(await works()).toBe(false);
    // Again: nothing is there any more.
    expect((await scene.calls.revoke(scene.keyed(client), token)).status).toBe(200);
    expect(await works()).toBe(false);
  });

  test('LC-03 an unknown token, or an ended one, is answered alike and leaves no event', async () => {
    const code = await scene.newCode(scene.jwt.identifier);
    for (const token of ['unknown', 'a.b.c', String(code['code']), scene.app.clientId, '\0', 'x'.repeat(10_000)]) {
      await revoke(app(), token);
      await revoke(scene.keyed(neighbour), token);
    }
    expect((await scene.calls.token(app(), code)).status).toBe(200);
    await audit.refused(() => scene.calls.revoke(app(), ''), {
      status: 400,
      error: 'invalid_request',
      event: 'token.revocation_refused',
    });
  });

  test('LC-03 a JWT is revoked only once the audit log holds the event', async () => {
    const token = text(await newTokens(scene.jwt));
    server.faults.failingWrites = new Set(['audit_records']);
    const unrecorded = await scene.calls.revoke(app(), token);
    server.faults.failingWrites = new Set();
    expect([unrecorded.status, unrecorded.body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(await isActive(scene.jwt, token)).toBe(true);
    await revoke(app(), token, 'token.revoked');
    expect(await isActive(scene.jwt, token)).toBe(false);
  });

  test('LC-03 a wrong hint changes nothing (RFC 7009 §2.1)', async () => {
    for (const token_type_hint of ['refresh_token', 'access_token', 'nonsense']) {
      const token = text(await newTokens(scene.opaque));
      const { parameters } = await authentication(app(), scene.issuer);
      const answer = await post(scene.calls.endpoints.revocation, { ...parameters, token, token_type_hint });
      expect(answer.status).toBe(200);
      expect(await isActive(scene.opaque, token)).toBe(false);
    }
  });
});

const exchanged = async (agent: Identity, subject?: string): Promise<Answer> => {
  const token = subject ?? text(await newTokens(scene.jwt));
  await scene.consentToAgent(agent, token, scene.opaque.identifier);
  return scene.calls.exchange(scene.keyed(agent), token, scene.opaque.identifier);
};

describe('decision D8 how far revocation reaches', () => {
  test.each(['jwt', 'opaque'] as const)('D8 an access token ends alone: %s', async (form) => {
    const first = await newTokens(scene[form]);
    const second = await refresh(text(first, 'refresh_token'), scene[form]);
    await revoke(app(), text(first), 'token.revoked');
    expect(await isActive(scene[form], text(first))).toBe(false);
    expect(await isActive(scene[form], text(second))).toBe(true);
    advance(1000);
    expect((await refresh(text(second, 'refresh_token'), scene[form])).status).toBe(200);
  });

  test('D8 a refresh token ends its family with all that came from it, and no other', async () => {
    const first = await newTokens(scene.jwt);
    const sibling = await newTokens(scene.jwt);
    const second = await refresh(text(first, 'refresh_token'));
    const below = await exchanged(scene.agent, text(second));
    expect(await isActive(scene.opaque, text(below))).toBe(true);

    await revoke(app(), text(second, 'refresh_token'), 'token.revoked', 'grant.revoked');
    for (const [at, answer] of [
      [scene.jwt, first],
      [scene.jwt, second],
      [scene.opaque, below],
    ] as const) {
      expect(await isActive(at, text(answer))).toBe(false);
    }
    await audit.refused(() => refresh(text(second, 'refresh_token')), {
      status: 400,
      error: 'invalid_grant',
      event: 'token.refused',
    });
    await audit.refused(() => scene.calls.exchange(scene.keyed(scene.agent), text(second), scene.opaque.identifier), {
      status: 400,
      error: 'invalid_request',
      event: 'token.refused',
    });
    expect(await isActive(scene.jwt, text(sibling))).toBe(true);
    await audit.issued(() => refresh(text(sibling, 'refresh_token')));
  });

  test('D8 a rotated refresh token can still be revoked, even in the moment it rotates', async () => {
    for (const pause of [0, 1000]) {
      const first = await newTokens(scene.jwt);
      const second = await refresh(text(first, 'refresh_token'));
      advance(pause);
      expect((await scene.calls.revoke(app(), text(first, 'refresh_token'))).status).toBe(200);
      expect(await isActive(scene.jwt, text(second))).toBe(false);
      await audit.refused(() => refresh(text(second, 'refresh_token')), {
        status: 400,
        error: 'invalid_grant',
        event: 'token.refused',
      });
    }
  });

  test.each(['audit_records', 'revoked_tokens', 'grants', 'provider_records'])(
    'a failing write to %s answers 503, and what was to be revoked can be tried again (RFC 7009 §2.2.1)',
    async (collection) => {
      const answer = await newTokens(collection === 'provider_records' ? scene.opaque : scene.jwt);
      const token = collection === 'grants' ? text(answer, 'refresh_token') : text(answer);
      server.faults.failingWrites = new Set([collection]);
      const failed = await scene.calls.revoke(app(), token);
      server.faults.failingWrites = new Set();
      expect([failed.status, failed.body['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(failed.headers.get('retry-after')).toMatch(/^\d+$/);
      expect((await scene.calls.revoke(app(), token)).status).toBe(200);
      const at = collection === 'provider_records' ? scene.opaque : scene.jwt;
      expect(await isActive(at, text(answer))).toBe(false);
    },
  );
});

describe('decision D11 a resource server learns of its own tokens only (RFC 7662 §4)', () => {
  test.each(['jwt', 'opaque'] as const)('D11 V20 a token for %s', async (form) => {
    const own = scene[form];
    const other = form === 'jwt' ? scene.opaque : scene.jwt;
    const answer = await newTokens(own);
    const { body } = await scene.calls.introspect(own.credential, text(answer));
    expect(body).toMatchObject({
      active: true,
      iss: scene.issuer,
      sub: scene.accountId,
      client_id: scene.app.clientId,
      aud: own.identifier,
      scope: 'read write',
      token_type: 'Bearer',
    });
    // Every other caller gets one and the same answer, and no reason.
    const strangers = [other.credential, app(), scene.keyed(scene.agent), scene.keyed(neighbour)];
    for (const credential of strangers) {
      const { result, events } = await audit.during(() => scene.calls.introspect(credential, text(answer)));
      expect([result.status, result.body]).toEqual([200, INACTIVE]);
      expect(events.filter(({ outcome }) => outcome === 'granted')).toEqual([]);
    }
    for (const token of [text(answer, 'refresh_token'), text(answer, 'id_token'), 'unknown', 'a.b.c']) {
      expect(await isActive(own, token)).toBe(false);
    }
    const unauthenticated: readonly Credential[] = [
      { kind: 'public', clientId: own.id },
      { kind: 'basic', clientId: own.id, secret: 'wrong' },
    ];
    for (const credential of unauthenticated) {
      await audit.refused(() => scene.calls.introspect(credential, text(answer)), {
        status: 401,
        error: 'invalid_client',
      });
    }
    const anonymous = () => post(scene.calls.endpoints.introspection, { token: text(answer) });
    await audit.refused(anonymous, { status: 400, error: 'invalid_request' });
    await audit.refused(() => scene.calls.introspect(own.credential, ''), {
      status: 400,
      error: 'invalid_request',
      event: 'introspection.refused',
    });
  });

  test('D11 an exchanged token tells who acts for whom', async () => {
    const answer = await exchanged(scene.agent);
    const { body } = await scene.calls.introspect(scene.opaque.credential, text(answer));
    expect(body).toMatchObject({
      active: true,
      sub: scene.accountId,
      client_id: scene.agent.clientId,
      act: { sub: scene.agent.clientId, iss: scene.issuer, sub_profile: 'ai_agent' },
    });
  });

  test.each(['jwt', 'opaque'] as const)(
    'V13 a token of a client or person who is gone is inactive, not a failure: %s',
    async (form) => {
      const own = scene[form];
      const client = await newApp();
      const ofApp = text(await newTokens(own, client));
      const agent = await scene.newAgent('Passing');
      const { body } = await scene.calls.token(scene.keyed(agent), {
        grant_type: 'client_credentials',
        resource: own.identifier,
      });
      const ofAgent = String(body['access_token']);
      expect([await isActive(own, ofApp), await isActive(own, ofAgent)]).toEqual([true, true]);

      await scene.management.call('POST', `/clients/${client.clientId}/disable`);
      await scene.management.call('POST', `/agents/${agent.clientId}/suspend`);
      expect([await isActive(own, ofApp), await isActive(own, ofAgent)]).toEqual([false, false]);
      await scene.management.call('POST', `/clients/${client.clientId}/enable`);
      await scene.management.call('POST', `/agents/${agent.clientId}/retire`);
      expect([await isActive(own, ofApp), await isActive(own, ofAgent)]).toEqual([true, false]);
      await scene.management.call('POST', `/accounts/${scene.accountId}/disable`);
      expect(await isActive(own, ofApp)).toBe(false);
      await scene.management.call('POST', `/accounts/${scene.accountId}/enable`);
      // Its sessions are over; a new one begins after that.
      scene.browser.jar.clear();
      advance(2000);
    },
  );
});
