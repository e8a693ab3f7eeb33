import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { GRANTS, type GrantRecord } from '../../src/provider/seam/records.ts';
import { handleDigest } from '../../src/provider/seam/token-handles.ts';
import { clientAssertion, dpopProof, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Answer, DEVICE_CODE, type Parameters, post } from '../support/oauth-calls.ts';
import {
  fresh,
  grantOf,
  isLive,
  KINDS,
  newWorld,
  REFUSED,
  redeem,
  refreshing,
  type World,
} from '../support/one-time-credentials.ts';
import { runServer } from '../support/running-server.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { kindOfRun } from '../support/shared-servers.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

let world: World;
/** Another client, with valid credentials of its own. */
let other: Identity;
/** A resource server the person was never asked about. */
let unasked: string;

beforeAll(async () => {
  stopClock();
  world = await newWorld(await runServer({ environment: COUNT_EACH_SECOND }));
  const { scene } = world;
  const key = await newKeyPair();
  const made = await scene.management.createClient({
    name: 'Neighbour',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  other = { clientId: made.id, key };
  unasked = 'https://vault.example.com';
  await scene.management.createResourceServer({
    identifier: unasked,
    name: 'Vault',
    scopes: [{ name: 'read', description: 'Look', risk: 'low' }],
  });
});
afterAll(async () => {
  await world?.server.close();
  startClock();
});

/** The stores of the run, and SQLite where those are in memory. */
const ON_SERVERS = kindOfRun();
const STORES = ON_SERVERS ? ([ON_SERVERS] as const) : (['memory', 'sqlite'] as const);

describe.each(STORES)('64 at once, then a replay, on %s', (stores) => {
  let here: World;
  beforeAll(async () => {
    here = stores !== 'sqlite' ? world : await newWorld(await runServer({ stores, environment: COUNT_EACH_SECOND }));
  });
  afterAll(async () => {
    if (stores === 'sqlite') await here?.server.close();
  });

  test.each([
    ['OT-01 V1', 'code'],
    ['OT-02 V2', 'refresh token'],
    ['OT-10', 'device code'],
  ] as const)('%s exactly one redemption of a %s succeeds; its tokens live (decision D9)', async (_id, kind) => {
    const credential = await fresh(here, kind);
    const sibling = await here.scene.newTokens(here.scene.jwt.identifier);
    const { result, events } = await here.audit.during(() =>
      Promise.all(Array.from({ length: 64 }, () => redeem(here, credential))),
    );
    const winners = result.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(result.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(63);
    expect(events.filter(({ type }) => type === 'token.refused')).toHaveLength(63);
    expect(events.filter(({ type }) => type === 'token.replayed')).toEqual([]);
    const winner = winners[0] as Answer;
    expect(await isLive(here, winner)).toBe(true);
    advance(1000);
    const next = await redeem(here, refreshing(here, winner));
    expect(next.status).toBe(200);

    // A replay that comes later ends this family, and no other.
    const replay = await here.audit.during(() => redeem(here, credential));
    expect([replay.result.status, replay.result.body['error']]).toEqual([400, 'invalid_grant']);
    expect(replay.events.map(({ type, grant }) => [type, grant])).toEqual([
      ['token.replayed', grantOf(winner)],
      ['token.refused', undefined],
    ]);
    for (const answer of [winner, next]) expect(await isLive(here, answer)).toBe(false);
    await here.audit.refused(() => redeem(here, refreshing(here, next)), REFUSED);
    const neighbour = { body: sibling } as Answer;
    expect(await isLive(here, neighbour)).toBe(true);
    await here.audit.issued(() => redeem(here, refreshing(here, neighbour)));
  });

  test('OT-05 no grace window: what was rotated ends at once, also for the client that holds it', async () => {
    const credential = await fresh(here, 'refresh token');
    const { answer: next } = await here.audit.issued(() => redeem(here, credential));
    const { answer: again } = await here.audit.refused(() => redeem(here, credential), REFUSED);
    expect(again.body['access_token']).toBeUndefined();
    // Presented outside a race, it counts as stolen: what came of it ends as well.
    expect(await isLive(here, next)).toBe(false);
  });

  test('OT-10 64 uses of one pushed request give one code (RFC 9126 §4)', async () => {
    const { scene } = here;
    const request = scene.authorizationRequest(scene.app, { scope: 'openid read', resource: scene.jwt.identifier });
    const pushed = await scene.calls.push(scene.keyed(scene.app), request.parameters);
    const query = new URLSearchParams({
      client_id: scene.app.clientId,
      request_uri: String(pushed.body['request_uri']),
    });
    const url = `${scene.calls.endpoints.authorization}?${query}`;
    const { result: pages, events } = await here.audit.during(() =>
      Promise.all(Array.from({ length: 64 }, () => scene.browser.fork().open(url))),
    );
    expect(pages.filter(({ left }) => left?.searchParams.has('code'))).toHaveLength(1);
    const losers = pages.filter(({ left }) => left?.searchParams.get('error') === 'invalid_request_uri');
    expect(losers).toHaveLength(63);
    // An attempt is recorded before it is decided who was first; who was not is then recorded as refused.
    const requests = (wanted: string) => events.filter(({ type }) => type === wanted).map(({ request }) => request);
    const refused = new Set(requests('authorization.refused'));
    expect(refused.size).toBe(63);
    expect(requests('authorization.granted').filter((request) => !refused.has(request))).toHaveLength(1);
    const again = await here.audit.during(() => scene.browser.fork().open(url));
    expect([...(again.result.left?.searchParams.keys() ?? [])].sort()).toEqual(['error', 'error_description', 'iss']);
    expect(again.events.map(({ type, error }) => [type, error])).toEqual([
      ['authorization.refused', 'invalid_request_uri'],
    ]);
  });
});

describe('OT-03 a wrong credential ends nothing of the right client', () => {
  test.each(KINDS)('OT-03 guesses near a %s, and replays by others, end nothing', async (kind) => {
    const credential = await fresh(world, kind);
    const member = { code: 'code', 'refresh token': 'refresh_token', 'device code': 'device_code' }[kind];
    const value = String(credential[member]);
    const changed = `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`;
    for (const guess of [value.slice(0, -1), changed, `${value}A`]) {
      await world.audit.refused(() => redeem(world, { ...credential, [member]: guess }), REFUSED);
    }
    await world.audit.refused(() => redeem(world, credential, other), REFUSED);
    const { answer } = await world.audit.issued(() => redeem(world, credential));

    // Used by now. Another client, or one that cannot prove the request was its own, learns and ends nothing.
    await world.audit.refused(() => redeem(world, credential, other), REFUSED);
    if (kind === 'code') {
      const unproven = { ...credential, code_verifier: 'a'.repeat(43) };
      await world.audit.refused(() => redeem(world, unproven), REFUSED);
    }
    expect(await isLive(world, answer)).toBe(true);
    await world.audit.issued(() => redeem(world, refreshing(world, answer)));
  });
});

describe('OT-11 OT-06 what a failing request leaves usable (decision D12)', () => {
  const proofFor = (claims: Record<string, unknown> = {}) =>
    newKeyPair().then((key) => dpopProof(key, { method: 'POST', url: world.scene.calls.endpoints.token, claims }));
  const withProof = async (credential: Parameters, proof: string): Promise<Answer> =>
    world.scene.calls.token(world.scene.keyed(world.scene.app), credential, { headers: { dpop: proof } });

  /** Each way to fail that is the same for all kinds; afterwards the credential still works. */
  const failures: Readonly<Record<string, (credential: Record<string, string>) => Promise<void>>> = {
    'a resource that does not exist': async (credential) => {
      const wrong = { ...credential, resource: 'https://nowhere.example' };
      await world.audit.refused(() => redeem(world, wrong), { ...REFUSED, error: 'invalid_target' });
    },
    'a resource the person was not asked about': async (credential) => {
      await world.audit.refused(() => redeem(world, { ...credential, resource: unasked }), {
        ...REFUSED,
        error: 'invalid_target',
      });
    },
    'a resource that is no URI': async (credential) => {
      await world.audit.refused(() => redeem(world, { ...credential, resource: 'not a uri' }), {
        ...REFUSED,
        error: 'invalid_target',
      });
    },
    'two resources': async (credential) => {
      const { jwt, opaque } = world.scene;
      const two = { ...credential, resource: [jwt.identifier, opaque.identifier] };
      await world.audit.refused(() => redeem(world, two), { ...REFUSED, error: 'invalid_target' });
    },
    'a proof that is none': async (credential) => {
      await world.audit.refused(() => withProof(credential, 'no.proof.atall'), {
        ...REFUSED,
        error: 'invalid_dpop_proof',
      });
    },
    'a proof for another URL': async (credential) => {
      const proof = await proofFor({ htu: 'https://elsewhere.example/token' });
      await world.audit.refused(() => withProof(credential, proof), { ...REFUSED, error: 'invalid_dpop_proof' });
    },
    'a proof that was used before': async (credential) => {
      const proof = await proofFor();
      const { scene } = world;
      const used = await scene.calls.token(scene.keyed(scene.app), await scene.newCode(scene.jwt.identifier), {
        headers: { dpop: proof },
      });
      expect(used.body['token_type']).toBe('DPoP');
      await world.audit.refused(() => withProof(credential, proof), REFUSED);
    },
    'another client (OT-06)': async (credential) => {
      await world.audit.refused(() => redeem(world, credential, other), REFUSED);
    },
    'a client that is not authenticated': async (credential) => {
      const forged = { clientId: world.scene.app.clientId, key: other.key };
      await world.audit.refused(() => redeem(world, credential, forged), { status: 401, error: 'invalid_client' });
    },
    'a client that is disabled': async (credential) => {
      const path = `/clients/${world.scene.app.clientId}`;
      await world.scene.management.call('POST', `${path}/disable`);
      await world.audit.refused(() => redeem(world, credential), { status: 401, error: 'invalid_client' });
      await world.scene.management.call('POST', `${path}/enable`);
    },
    'an audit log that cannot be written': async (credential) => {
      await failingWrites('audit_records', credential, []);
    },
    'consumptions that cannot be written': async (credential) => {
      // The attempt was recorded before it could fail; that it failed is recorded, too. Where both are one transaction, there was no attempt.
      const attempted = ON_SERVERS === 'postgresql' ? [] : ['token.issued'];
      await failingWrites('consumptions', credential, [...attempted, 'token.refused']);
    },
    'a store that cannot be written at all': async (credential) => {
      await failingWrites('all', credential, []);
    },
  };

  const failingWrites = async (collection: string, credential: Parameters, left: readonly string[]) => {
    const { result, events } = await world.audit.during(async () => {
      world.server.faults.failingWrites = new Set([collection]);
      try {
        return await redeem(world, credential);
      } finally {
        world.server.faults.failingWrites = new Set();
      }
    });
    expect([result.status, result.body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(result.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(result.body['access_token']).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(left);
  };

  describe.each(KINDS)('OT-11 a %s', (kind) => {
    test.each(Object.keys(failures))('OT-11 still works after %s', async (failure) => {
      const credential = await fresh(world, kind);
      await failures[failure]?.(credential);
      const { answer } = await world.audit.issued(() => redeem(world, credential));
      expect(await isLive(world, answer)).toBe(true);
    });
  });

  test('OT-11 a code still works after a wrong verifier or redirect_uri, one by one', async () => {
    const credential = await fresh(world, 'code');
    const { code_verifier: _verifier, ...unverified } = credential;
    await world.audit.refused(() => redeem(world, { ...credential, code_verifier: 'b'.repeat(43) }), REFUSED);
    await world.audit.refused(() => redeem(world, unverified), REFUSED);
    await world.audit.refused(() => redeem(world, { ...credential, code_verifier: 'short' }), {
      ...REFUSED,
      error: 'invalid_request',
    });
    await world.audit.refused(() => redeem(world, { ...credential, redirect_uri: `${REDIRECT_URI}/x` }), REFUSED);
    await world.audit.refused(
      () => redeem(world, { ...credential, redirect_uri: REDIRECT_URI.toUpperCase() }),
      REFUSED,
    );
    await world.audit.issued(() => redeem(world, credential));
  });

  test('OT-11 a refresh token still works after a wider scope', async () => {
    const credential = await fresh(world, 'refresh token');
    for (const scope of ['read delete', 'delete', 'profile', 'nothing']) {
      await world.audit.refused(() => redeem(world, { ...credential, scope }), { ...REFUSED, error: 'invalid_scope' });
    }
    const { answer } = await world.audit.issued(() => redeem(world, { ...credential, scope: 'read' }));
    expect(answer.body['scope']).toBe('read');
  });

  test('OT-11 a pushed request still works after another client, another address, and a failing store', async () => {
    const { scene, server, audit } = world;
    const request = scene.authorizationRequest(scene.app, { scope: 'openid read', resource: scene.jwt.identifier });
    const pushed = await scene.calls.push(scene.keyed(scene.app), request.parameters);
    const open = (clientId: string) => {
      const query = new URLSearchParams({ client_id: clientId, request_uri: String(pushed.body['request_uri']) });
      return scene.browser.open(`${scene.calls.endpoints.authorization}?${query}`);
    };
    const wrong = await audit.during(() => open(other.clientId));
    expect(wrong.result.left?.searchParams.has('code') ?? false).toBe(false);
    expect(wrong.events.map(({ type, outcome }) => [type, outcome])).toEqual([['authorization.refused', 'refused']]);
    for (const collection of ['audit_records', 'consumptions', 'grants']) {
      server.faults.failingWrites = new Set([collection]);
      const failed = await open(scene.app.clientId);
      server.faults.failingWrites = new Set();
      // What can still be told to the app is told to the app (RFC 6749 §4.1.2.1).
      const error = failed.left?.searchParams.get('error') ?? JSON.parse(failed.html).error;
      expect([collection, failed.left?.searchParams.has('code') ?? false, error]).toEqual([
        collection,
        false,
        'temporarily_unavailable',
      ]);
    }
    const granted = await audit.during(() => open(scene.app.clientId));
    expect(granted.events.map(({ type }) => type)).toEqual(['authorization.granted']);
    const redeemed = await redeem(world, {
      grant_type: 'authorization_code',
      code: scene.codeFrom(granted.result.left as URL),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: scene.jwt.identifier,
    });
    expect(redeemed.status).toBe(200);
  });
});

describe('OT-08 an id of one kind is nothing of another', () => {
  const members = { authorization_code: 'code', refresh_token: 'refresh_token', [DEVICE_CODE]: 'device_code' };

  test('OT-08 credentials, stored keys and crafted ids do not resolve as another kind', async () => {
    const { scene, server } = world;
    const code = await fresh(world, 'code');
    const refresh = await fresh(world, 'refresh token');
    const device = await scene.calls.device(scene.keyed(scene.app), { scope: 'openid read' });
    const opaque = (await scene.newTokens(scene.opaque.identifier))['access_token'];
    const jwt = (await scene.newTokens(scene.jwt.identifier))['access_token'];
    const pushed = await scene.calls.push(
      scene.keyed(scene.app),
      scene.authorizationRequest(scene.app, { scope: 'openid' }).parameters,
    );
    const digest = handleDigest(server.behalf.services.masterKey, 'RefreshToken', String(refresh['refresh_token']));
    const requestUri = String(pushed.body['request_uri']);
    const values: Readonly<Record<string, readonly string[]>> = {
      code: [String(code['code'])],
      refresh_token: [String(refresh['refresh_token'])],
      device_code: [String(device.body['device_code'])],
      none: [
        String(device.body['user_code']),
        String(opaque),
        String(jwt),
        requestUri,
        requestUri.replace(/^.*:/, ''),
        String(decodeJwt(String(jwt))['grant_id']),
        digest,
        `RefreshToken:${digest}`,
        'a:b',
        'grant:',
        'nul\0nul',
        '__proto__',
        'constructor',
        'x'.repeat(10_240),
        '🗝️',
        '$ne',
        "' OR 1=1 --",
      ],
    };
    for (const [grant_type, member] of Object.entries(members)) {
      for (const [kind, list] of Object.entries(values)) {
        if (kind === member) continue;
        for (const value of list) {
          const parameters = { ...code, grant_type, [member]: value };
          await world.audit.refused(() => redeem(world, parameters), REFUSED);
        }
      }
    }
    // Nor at the other end: none of them is an access token.
    for (const value of [...Object.values(values).flat()].filter((one) => one !== opaque && one !== jwt)) {
      const introspected = await scene.calls.introspect(scene.jwt.credential, value);
      expect([introspected.status, introspected.body]).toEqual([200, { active: false }]);
    }
    // All of it was in vain: what is genuine still works.
    await world.audit.issued(() => redeem(world, code));
    await world.audit.issued(() => redeem(world, refresh));
  });

  test('OT-08 crafted client ids and request URIs find nothing', async () => {
    const { scene, audit } = world;
    for (const clientId of ['app_', 'agt_x:y', 'rs_\0', '__proto__', `app_${'x'.repeat(10_240)}`, 'grt_1', '🗝️']) {
      await audit.refused(
        () => redeem(world, { grant_type: 'refresh_token', refresh_token: 'x' }, { ...other, clientId }),
        {
          status: 401,
          error: 'invalid_client',
        },
      );
    }
    const uri = 'urn:ietf:params:oauth:request_uri:';
    for (const request_uri of [uri, `${uri}a:b`, `${uri}\0`, `${uri}__proto__`, 'https://evil.example/request']) {
      const query = new URLSearchParams({ client_id: scene.app.clientId, request_uri });
      const page = await scene.browser.open(`${scene.calls.endpoints.authorization}?${query}`);
      expect([page.left?.searchParams.get('code') ?? null, page.status < 500]).toEqual([null, true]);
    }
  });
});

describe('OT-09 a token is the whole string', () => {
  const variants = (value: string): readonly string[] => {
    const swapped = [...value].map((char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()));
    return [
      value.slice(0, -1),
      value.slice(1),
      value.slice(0, 20),
      `${value}A`,
      `A${value}`,
      `${value}=`,
      swapped.join(''),
      ` ${value}`,
      `${value} `,
      `${value}\t`,
      `${value}\n`,
      `${value}\0`,
      `${value},${value}`,
      '',
    ];
  };

  test('OT-09 changed access tokens are inactive, JWT or opaque', async () => {
    const { scene } = world;
    for (const server of [scene.jwt, scene.opaque]) {
      const token = String((await scene.newTokens(server.identifier))['access_token']);
      expect((await scene.calls.introspect(server.credential, token)).body['active']).toBe(true);
      for (const variant of variants(token).filter(Boolean)) {
        expect((await scene.calls.introspect(server.credential, variant)).body).toEqual({ active: false });
      }
      // Guessing ended no token.
      for (const variant of variants(token).filter(Boolean)) await scene.calls.revoke(scene.keyed(scene.app), variant);
      expect((await scene.calls.introspect(server.credential, token)).body['active']).toBe(true);
    }
  });

  test.each(KINDS)('OT-09 a changed %s is refused', async (kind) => {
    const credential = await fresh(world, kind);
    const member = { code: 'code', 'refresh token': 'refresh_token', 'device code': 'device_code' }[kind];
    for (const variant of variants(String(credential[member]))) {
      const error = variant === '' ? 'invalid_request' : 'invalid_grant';
      await world.audit.refused(() => redeem(world, { ...credential, [member]: variant }), { ...REFUSED, error });
    }
    await world.audit.issued(() => redeem(world, credential));
  });
});

describe('OT-12 at the end of its life', () => {
  /** Moves the clock to `left` seconds before `end`, give or take the second that a watched request takes. */
  const moveTo = (end: number, left: number) => advance((end - left - now() - 1) * 1000);

  test.each([
    ['code', 60, 'invalid_grant'],
    ['device code', 600, 'expired_token'],
  ] as const)('OT-12 a %s works in its last second and not after it', async (kind, life, error) => {
    for (const left of [2, 1]) {
      const credential = await fresh(world, kind);
      moveTo(now() + life, left);
      await world.audit.issued(() => redeem(world, credential));
    }
    for (const left of [0, -1, -10]) {
      const credential = await fresh(world, kind);
      moveTo(now() + life, left);
      await world.audit.refused(() => redeem(world, credential), { ...REFUSED, error });
    }
    // Long after, it is not even remembered.
    const forgotten = await fresh(world, kind);
    advance((life + 3600) * 1000);
    await world.audit.refused(() => redeem(world, forgotten), REFUSED);
  });

  test('OT-12 nothing outlives the grant, down to its last second', async () => {
    const { scene, server, audit } = world;
    const first = { body: await scene.newTokens(scene.jwt.identifier) } as Answer;
    const grant = await server.behalf.services.documents.collection<GrantRecord>(GRANTS).get(grantOf(first));
    const end = Number(grant?.document.payload['exp']);
    moveTo(end, 90);
    const near = await audit.issued(() => redeem(world, refreshing(world, first)));
    expect(near.answer.body['expires_in']).toBe(90);
    moveTo(end, 1);
    const last = await audit.issued(() => redeem(world, refreshing(world, near.answer)));
    expect(last.answer.body['expires_in']).toBe(1);
    expect(await isLive(world, last.answer)).toBe(true);
    for (const _second of [0, -1, -20]) {
      await audit.refused(() => redeem(world, refreshing(world, last.answer)), REFUSED);
      expect(await isLive(world, last.answer)).toBe(false);
    }
  });

  test('OT-12 an assertion is accepted to the end of its tolerance, once, and then not at all', async () => {
    const { scene, audit, server } = world;
    const tolerance = server.configuration.clientAuthentication.clockToleranceSeconds;
    const send = (client_assertion: string) =>
      post(scene.calls.endpoints.token, {
        grant_type: 'client_credentials',
        resource: scene.jwt.identifier,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      });
    const ending = (left: number) => {
      const claims = { iat: now() - 30, exp: now() + 1 + left };
      return clientAssertion(scene.agent, scene.issuer, { claims });
    };
    for (const left of [2, 1, 0, 1 - tolerance]) {
      const assertion = await ending(left);
      await audit.issued(() => send(assertion));
      await audit.refused(() => send(assertion), { status: 401, error: 'invalid_client' });
    }
    for (const left of [-tolerance, -tolerance - 1, -1000]) {
      const assertion = await ending(left);
      await audit.refused(() => send(assertion), { status: 401, error: 'invalid_client' });
    }
  });
});
