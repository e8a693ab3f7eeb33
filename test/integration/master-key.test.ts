/**
 * KY-06: the master key is changed in three steps, each a rolling restart: the new key is named beside the old one, then the
 * two change places, then the old one goes. Cookies, the digests of presented credentials, and sealed values go with it.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { loadConfiguration } from '../../config/load.ts';
import { compose } from '../../src/compose.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import { publicServer } from '../../src/public-server.ts';
import { clientAssertion } from '../support/agent-keys.ts';
import { freePort } from '../support/free-port.ts';
import { type Answer, answerOf, authentication, formOf, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const FAST = { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' };
const other = (key: string) => ({ ...FAST, BEHALF__KEYS__OTHERMASTERKEY: key });
const NEW = randomBytes(32).toString('base64url');

describe('a key pair', () => {
  const [one, two] = [randomBytes(32), randomBytes(32)];
  const [before, after, alone] = [masterKey(one, two), masterKey(two, one), masterKey(two)];

  test('KY-06 makes with the first, takes what either made, and nothing else', () => {
    expect(before.digest('kind', 'value')).toBe(masterKey(one).digest('kind', 'value'));
    expect(after.digests('kind', 'value')).toEqual([after.digest('kind', 'value'), before.digest('kind', 'value')]);
    const sealed = before.seal('context', 'text');
    expect([before.open('context', sealed), after.open('context', sealed)]).toEqual(['text', 'text']);
    expect([before.isSealedWithOther('context', sealed), after.isSealedWithOther('context', sealed)]).toEqual([
      false,
      true,
    ]);
    expect(() => alone.open('context', sealed)).toThrow();
    expect(() => after.open('another', sealed)).toThrow();
    expect(alone.digests('kind', 'value')).toEqual([after.digest('kind', 'value')]);
  });

  test('KY-06 comes to the same order whichever is the first', () => {
    expect(before.ordered('kind', 'value')).toEqual(after.ordered('kind', 'value'));
    expect(new Set(before.ordered('kind', 'value'))).toEqual(new Set(before.digests('kind', 'value')));
  });
});

describe('KY-06 a change of the master key', () => {
  let server: RunningServer;
  let scene: Scene;
  afterAll(() => server?.close());

  const restart = async (environment: Readonly<Record<string, string>>): Promise<void> => {
    await server.close({ keepData: true });
    const { dataFolder, port } = server;
    server = await runServer({ stores: 'sqlite', environment, after: { dataFolder, port } });
  };
  const make = (key: string): void => writeFileSync(join(server.dataFolder, 'master.key'), `${key}\n`, { mode: 0o600 });
  const refresh = (token: string): Promise<Answer> =>
    scene.calls.token(scene.keyed(scene.app), {
      grant_type: 'refresh_token',
      refresh_token: token,
      resource: scene.opaque.identifier,
    });
  const isActive = async (token: string, at: 'jwt' | 'opaque' = 'opaque'): Promise<unknown> =>
    (await scene.calls.introspect(scene[at].credential, token)).body['active'];
  const isSignedIn = async (): Promise<boolean> => {
    const { status, url } = await scene.browser.open(`${server.issuer}/account`);
    return status === 200 && url === `${server.issuer}/account`;
  };
  const keyIds = async (): Promise<readonly unknown[]> =>
    ((await (await fetch(scene.calls.endpoints.jwks)).json()) as { keys: { kid: string }[] }).keys.map(
      ({ kid }) => kid,
    );

  test('everything goes on through the three steps, what was used stays used, and what the old key made ends with it', async () => {
    server = await runServer({ stores: 'sqlite', environment: FAST });
    scene = await makeScene(server);
    const old = loadOrCreateMasterKey(server.dataFolder).toString('base64url');
    const tokens = await scene.newTokens(scene.opaque.identifier);
    const opaque = String(tokens['access_token']);
    const untouched = String(tokens['refresh_token']);
    const jwt = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    // A replay ends its family, so what is replayed is of another one than what goes on.
    const used: string[] = [];
    for (let step = 0; step < 2; step += 1) {
      const token = String((await scene.newTokens(scene.opaque.identifier))['refresh_token']);
      expect((await refresh(token)).status).toBe(200);
      used.push(token);
    }
    const assertion = await clientAssertion(scene.agent, server.issuer);
    const assert = (): Promise<Answer> =>
      post(scene.calls.endpoints.token, {
        grant_type: 'client_credentials',
        resource: scene.jwt.identifier,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
    expect((await assert()).status).toBe(200);
    const ids = await keyIds();
    expect(await isSignedIn()).toBe(true);

    let current = String((await scene.newTokens(scene.opaque.identifier))['refresh_token']);
    const goesOn = async (): Promise<void> => {
      expect([await isActive(opaque), await isActive(jwt, 'jwt')]).toEqual([true, true]);
      expect(await isSignedIn()).toBe(true);
      expect(await keyIds()).toEqual(ids);
      const next = await refresh(current);
      expect(next.status).toBe(200);
      current = String(next.body['refresh_token']);
      const again = await refresh(String(used.pop()));
      expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
      const replay = await assert();
      expect([replay.status, replay.body['error']]).toEqual([401, 'invalid_client']);
      expect((await scene.calls.token(scene.keyed(scene.app), await scene.newCode(scene.jwt.identifier))).status).toBe(
        200,
      );
    };
    await restart(other(NEW));
    await goesOn();
    make(NEW);
    await restart(other(old));
    await goesOn();
    const made = String((await scene.newTokens(scene.opaque.identifier))['access_token']);

    await restart(FAST);
    // Signed with keys that were sealed anew, and made since the new key came first: they live.
    expect(await keyIds()).toEqual(ids);
    const credential = { ...scene.opaque.credential } as { kind: 'basic'; clientId: string; secret: string };
    const ended = await scene.calls.introspect(credential, made);
    expect([ended.status, ended.body['error']]).toEqual([401, 'invalid_client']);
    const secret = await scene.management.call('POST', `/resource-servers/${scene.opaque.id}/rotate-secret`);
    expect(secret.status).toBe(200);
    const renewed = { ...credential, secret: String(secret.body['client_secret']) };
    const activeNow = async (token: string) => (await scene.calls.introspect(renewed, token)).body['active'];
    expect([await activeNow(made), await activeNow(opaque)]).toEqual([true, false]);
    // A session that the old key began is over; signing in begins another.
    expect(await isSignedIn()).toBe(false);
    expect((await refresh(current)).status).toBe(200);
    const gone = await refresh(untouched);
    expect([gone.status, gone.body['error']]).toEqual([400, 'invalid_grant']);
  }, 120_000);
});

describe('KY-06 two nodes whose keys stand the other way round', () => {
  test('let nothing be used twice', async () => {
    const one = await runServer({ stores: 'memory', environment: other(NEW) });
    const old = loadOrCreateMasterKey(one.dataFolder);
    const { documents, ephemeral } = one.behalf.services;
    const { configuration } = loadConfiguration({
      env: {
        BEHALF_ISSUER: one.issuer,
        BEHALF__STORES__DOCUMENT: 'memory',
        BEHALF__STORES__EPHEMERAL: 'memory',
        BEHALF__LOG__LEVEL: 'silent',
        BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '0',
        BEHALF__LIMITS__REQUESTSPERCLIENTPERMINUTE: '0',
        ...other(old.toString('base64url')),
      },
    });
    const two = await compose(configuration, {
      documents: { ...documents, close: async () => {} },
      ephemeral: { ...ephemeral, close: async () => {} },
      masterKey: Buffer.from(NEW, 'base64url'),
      machine: { host: 'two', process: 2, isAlive: () => true },
    });
    const port = await freePort();
    const http = publicServer(configuration.listen, two, {});
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    try {
      const scene = await makeScene(one);
      const atTwo = `http://127.0.0.1:${port}/token`;
      const send = async (url: string, form: Record<string, string>): Promise<Answer> => {
        const proof = await authentication(scene.keyed(scene.app), one.issuer);
        return answerOf(
          await fetch(url, {
            method: 'POST',
            body: formOf({ ...form, ...proof.parameters }),
            headers: proof.headers ?? {},
          }),
        );
      };
      for (let trial = 0; trial < 6; trial += 1) {
        const code = await scene.newCode(scene.jwt.identifier);
        const refreshToken = String((await scene.newTokens(scene.jwt.identifier))['refresh_token']);
        const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken, resource: scene.jwt.identifier };
        const assertion = {
          grant_type: 'client_credentials',
          resource: scene.jwt.identifier,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await clientAssertion(scene.agent, one.issuer),
        };
        for (const both of [
          [send(scene.calls.endpoints.token, code), send(atTwo, code)],
          [send(scene.calls.endpoints.token, refresh), send(atTwo, refresh)],
          [post(scene.calls.endpoints.token, assertion), post(atTwo, assertion)],
        ]) {
          const statuses = (await Promise.all(both)).map(({ status }) => status);
          expect(statuses.filter((status) => status === 200)).toHaveLength(1);
        }
      }
    } finally {
      http.closeAllConnections();
      http.close();
      await two.close();
      await one.close();
    }
  }, 60_000);
});
