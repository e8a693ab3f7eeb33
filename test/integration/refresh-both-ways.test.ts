/** One refresh token through our own handler and through oidc-provider at once (decision 49). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer, Parameters } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

let server: RunningServer;
let scene: Scene;
beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(() => server?.close());

/** A parameter that our own handlers do not know: oidc-provider answers alone. */
const ALONE = { other: 'x' };

const refresh = (family: TokenFamily, more: Parameters = {}, of: TokenFamily = family): Promise<Answer> =>
  scene.calls.token(scene.keyed(family.app), {
    ...{ grant_type: 'refresh_token', refresh_token: of.held.app, resource: family.calendar.identifier },
    ...more,
  });

test('of twelve at once, half of them each way, exactly one succeeds', async () => {
  for (let trial = 0; trial < 2; trial += 1) {
    const family = await newTokenFamily(scene);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => refresh(family, (index + trial) % 2 === 0 ? ALONE : {})),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(others.map(({ status, body }) => [status, body['error']])).toEqual(others.map(() => [400, 'invalid_grant']));
  }
});

test.each([{}, ALONE])('a refused request uses nothing up: %j', async (way) => {
  const [family, stranger] = [await newTokenFamily(scene), await newTokenFamily(scene)];
  const { refresh_token: _, ...stolen } = (await refresh(stranger, way, family)).body;
  expect(stolen).toMatchObject({ error: 'invalid_grant' });
  const twice = await refresh(family, { refresh_token: [family.held.app, family.held.app], ...way });
  expect([twice.status, twice.body['error']]).toEqual([400, 'invalid_request']);
  const beside = await scene.calls.token(
    scene.keyed(family.app),
    { ...{ grant_type: 'refresh_token', refresh_token: family.held.app, client_secret: 'guessed' }, ...way },
    { headers: { authorization: 'Basic eDp5' } },
  );
  expect([400, 401]).toContain(beside.status);
  const wide = await refresh(family, { scope: 'admin', ...way });
  expect([wide.status, wide.body['error']]).toEqual([400, 'invalid_scope']);
  expect((await refresh(family, way)).status).toBe(200);
});
