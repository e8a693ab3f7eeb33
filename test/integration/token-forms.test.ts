/** The form of each kind of token, and the name under which the audit log has it (AU-01). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { handleDigest } from '../../src/provider/seam/token-handles.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(() => server?.close());

const TIMED = /^[a-z2-7]{9}[\w-]{43}$/;
const ID = /^tok_[a-z2-7]{26}$/;

test('a JWT has an id of its own; opaque tokens and refresh tokens begin with their time, as do their digests', async () => {
  const { calls, agent, jwt, opaque } = scene;
  const grant = { grant_type: 'client_credentials' };
  const own = async (resource: string): Promise<string> =>
    String((await calls.token(scene.keyed(agent), { ...grant, resource })).body['access_token']);
  const person = await scene.newTokens(opaque.identifier, 'openid offline_access read');
  const tokens = {
    ownJwt: await own(jwt.identifier),
    own: await own(opaque.identifier),
    jwt: String((await scene.newTokens(jwt.identifier))['access_token']),
    opaque: String(person['access_token']),
    refresh: String(person['refresh_token']),
  };
  expect([decodeJwt(tokens.ownJwt).jti, decodeJwt(tokens.jwt).jti]).toEqual([
    expect.stringMatching(ID),
    expect.stringMatching(ID),
  ]);
  for (const handle of [tokens.own, tokens.opaque, tokens.refresh]) expect(handle).toMatch(TIMED);
  const { masterKey } = server.behalf.services;
  const named = [
    ...[decodeJwt(tokens.ownJwt).jti, decodeJwt(tokens.jwt).jti],
    handleDigest(masterKey, 'ClientCredentials', tokens.own),
    handleDigest(masterKey, 'AccessToken', tokens.opaque),
  ];
  const recorded = (await server.events('token.issued')).map(({ token }) => token?.id);
  expect(recorded).toEqual(expect.arrayContaining(named));
});
