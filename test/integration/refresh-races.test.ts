/**
 * OT-13: a refresh together with something that ends what it refreshes. The order of the two is left to a seed;
 * in both, no token lives once both have been answered.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { seededRandom } from '../campaigns/campaign.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

const SEED = 13;
const TRIALS = 6;

let server: RunningServer;
let scene: Scene;
beforeAll(async () => {
  server = await runServer({
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  scene = await makeScene(server);
});
afterAll(() => server?.close());

const keyed = (family: TokenFamily, which: Refreshing) => scene.keyed(which === 'own' ? family.agent : family.app);
const act = (path: string, body?: object): Promise<Answer> => scene.management.call('POST', path, body);

type Refreshing = 'app' | 'own';
const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);
const revokeKey = async (kid: string): Promise<Answer> => {
  const answer = await act(`/keys/${kid}/revoke`, { reason: 'a test of races' });
  // The caller's own token may have been signed with that key.
  scene.management.signInAgain();
  return answer;
};

/** What ends the refreshing client's tokens; which refreshes; which uses are over. */
const ENDINGS: Readonly<Record<string, readonly [Refreshing, RegExp, (family: TokenFamily) => Promise<Answer>]>> = {
  'revocation of the refresh token': [
    'app',
    /^app |^(sub-)?agent (calendar|files) /,
    (family) => scene.calls.revoke(keyed(family, 'app'), family.held.app),
  ],
  'the person disabled': ['app', /./, (family) => act(`/accounts/${family.accountId}/disable`)],
  'the client disabled': ['app', /^(app|sign-in|sibling) /, (family) => act(`/clients/${family.app.clientId}/disable`)],
  'the agent suspended': ['own', /agent/, (family) => act(`/agents/${family.agent.clientId}/suspend`)],
  'the agent retired': ['own', /agent/, (family) => act(`/agents/${family.agent.clientId}/retire`)],
  'a kill of the agent': [
    'own',
    /agent/,
    (family) => act('/kills', { scope: 'agent', id: family.agent.clientId, reason: 'a test of races' }),
  ],
};

const pause = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns * 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe.each(Object.entries(ENDINGS))('OT-13 a refresh together with %s', (_, [who, over, end]) => {
  test(`leaves nothing alive, in ${TRIALS} interleavings`, async () => {
    const random = seededRandom(SEED);
    const seen = { refreshed: 0, refused: 0 };
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const family = await newTokenFamily(scene);
      const late = random.integer(9);
      const [refreshed, ended] = await Promise.all([
        pause(8 - late).then(() => family.refresh(who, family.calendar.identifier)),
        pause(late).then(() => end(family)),
      ]);
      expect(ended.status).toBeLessThan(300);
      seen[refreshed.status === 200 ? 'refreshed' : 'refused'] += 1;
      if (refreshed.status !== 200) expect([400, 401]).toContain(refreshed.status);
      const token = refreshed.body['access_token'];
      if (token !== undefined) {
        const { body } = await scene.calls.introspect(family.calendar.credential, String(token));
        expect(body['active']).toBe(false);
      }
      const next = refreshed.body['refresh_token'];
      if (next !== undefined) {
        const again = await scene.calls.token(keyed(family, who), {
          grant_type: 'refresh_token',
          refresh_token: String(next),
          resource: family.calendar.identifier,
        });
        expect([400, 401]).toContain(again.status);
      }
      expect((await family.refresh(who, family.calendar.identifier)).status).toBeGreaterThanOrEqual(400);
      expect((await family.survey()).filter((use) => over.test(use))).toEqual([]);
    }
    expect(seen.refreshed + seen.refused).toBe(TRIALS);
  }, 240_000);
});

describe('OT-13 a refresh together with a change of the signing keys', () => {
  test(`rotation: every refresh is answered, and its token works, in ${TRIALS} interleavings`, async () => {
    const random = seededRandom(SEED);
    const family = await newTokenFamily(scene);
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const late = random.integer(9);
      const [refreshed, rotated] = await Promise.all([
        pause(8 - late).then(() => family.refresh('app', family.calendar.identifier)),
        pause(late).then(() => act('/keys/rotations')),
      ]);
      expect([refreshed.status, rotated.status]).toEqual([200, 200]);
      const token = String(refreshed.body['access_token']);
      expect((await scene.calls.introspect(family.calendar.credential, token)).body['active']).toBe(true);
    }
  }, 240_000);

  test(`revocation: no token of the revoked key lives, and the refresh token goes on, in ${TRIALS} interleavings`, async () => {
    const random = seededRandom(SEED);
    const family = await newTokenFamily(scene);
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const late = random.integer(9);
      const signing = kidOf(String((await family.refresh('app', family.calendar.identifier)).body['access_token']));
      const [refreshed, revoked] = await Promise.all([
        pause(8 - late).then(() => family.refresh('app', family.calendar.identifier)),
        pause(late).then(() => revokeKey(signing)),
      ]);
      expect([refreshed.status, revoked.status]).toEqual([200, 200]);
      const token = String(refreshed.body['access_token']);
      const { body } = await scene.calls.introspect(family.calendar.credential, token);
      expect(body['active']).toBe(kidOf(token) !== signing);
      const next = String((await family.refresh('app', family.calendar.identifier)).body['access_token']);
      expect((await scene.calls.introspect(family.calendar.credential, next)).body['active']).toBe(true);
    }
    expect((await server.events('keys.revoked')).length).toBe(TRIALS);
  }, 240_000);
});
