/** Refresh tokens of confidential clients that came with a DPoP-bound access token (RFC 9449 §5, FAPI 2.0 §5.3.2.1, decision D10). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Answer, type Credential, EXCHANGE } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
});
afterAll(() => server?.close());

type Party = {
  readonly name: string;
  readonly credential: Credential;
  readonly identity: () => Scene['app'] | Scene['agent'];
};

const parties = (): readonly Party[] => [
  { name: 'an app', credential: scene.keyed(scene.app), identity: () => scene.app },
  { name: 'an agent', credential: scene.keyed(scene.agent), identity: () => scene.agent },
];

const refreshing = (first: Answer) => ({
  grant_type: 'refresh_token',
  refresh_token: String(first.body['refresh_token']),
  resource: scene.jwt.identifier,
});

describe.each([0, 1])('OT-04 DP-01 refresh tokens of a confidential client with DPoP (%#)', (index) => {
  const boundTokens = async () => {
    const { credential, identity } = parties()[index] as Party;
    const key = await newKeyPair();
    const code = await scene.newCode(scene.jwt.identifier, 'openid offline_access read', identity());
    const first = await scene.calls.token(credential, code, { dpop: key });
    expect([first.status, first.body['token_type']]).toEqual([200, 'DPoP']);
    return { credential, key, first };
  };

  test('do not rotate, and work with the same and with a new key', async () => {
    const { credential, key, first } = await boundTokens();
    for (const dpop of [key, key, await newKeyPair()]) {
      const again = await scene.calls.token(credential, refreshing(first), { dpop });
      expect([again.status, again.body['token_type'], again.body['refresh_token']]).toEqual([
        200,
        'DPoP',
        first.body['refresh_token'],
      ]);
    }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => scene.calls.token(credential, refreshing(first), { dpop: key })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  test('are refused without a proof, recorded so, and lose nothing by the attempt', async () => {
    const { credential, key, first } = await boundTokens();
    const bare = await scene.calls.token(credential, refreshing(first));
    expect([bare.status, bare.body['error'], bare.body['denial']]).toMatchObject([
      400,
      'invalid_grant',
      { layer: 'grant', reason: 'dpop_not_proven' },
    ]);
    expect(bare.body['access_token']).toBeUndefined();
    expect((await server.events('token.refused')).at(-1)).toMatchObject({
      outcome: 'refused',
      denial: { reason: 'dpop_not_proven' },
    });
    expect((await scene.calls.token(credential, refreshing(first), { dpop: key })).status).toBe(200);
  });

  test('give no Bearer token by an exchange either', async () => {
    const { credential, key, first } = await boundTokens();
    const exchange = (dpop?: typeof key) =>
      scene.calls.token(
        credential,
        {
          grant_type: EXCHANGE,
          subject_token: String(first.body['refresh_token']),
          subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
          resource: scene.jwt.identifier,
        },
        dpop ? { dpop } : {},
      );
    const bare = await exchange();
    if (index === 0) {
      expect(bare.body['error']).toBe('unauthorized_client');
      return;
    }
    expect([bare.status, bare.body['error'], bare.body['denial']]).toMatchObject([
      400,
      'invalid_request',
      { layer: 'subject_token', reason: 'subject_token_proof_missing' },
    ]);
    expect((await server.events('token.refused')).at(-1)).toMatchObject({
      outcome: 'refused',
      denial: { reason: 'subject_token_proof_missing' },
    });
    const proven = await exchange(key);
    expect([proven.status, proven.body['token_type']]).toEqual([200, 'DPoP']);
  });

  test('rotate where the tokens are Bearer, as before', async () => {
    const { credential, identity } = parties()[index] as Party;
    const code = await scene.newCode(scene.jwt.identifier, 'openid offline_access read', identity());
    const first = await scene.calls.token(credential, code);
    const second = await scene.calls.token(credential, refreshing(first));
    expect(second.status).toBe(200);
    expect(second.body['refresh_token']).not.toBe(first.body['refresh_token']);
    // From the first proof on there is no way back.
    const dpop = await newKeyPair();
    const third = await scene.calls.token(credential, refreshing(second), { dpop });
    expect([third.status, third.body['token_type']]).toEqual([200, 'DPoP']);
    const bare = await scene.calls.token(credential, refreshing(third));
    expect([bare.status, bare.body['error'], bare.body['denial']]).toMatchObject([
      400,
      'invalid_grant',
      { reason: 'dpop_not_proven' },
    ]);
    const fourth = await scene.calls.token(credential, refreshing(third), { dpop });
    expect([fourth.status, fourth.body['refresh_token']]).toEqual([200, third.body['refresh_token']]);
  });
});
