/** Grants of agents that running copies have shares of: what is taken from one, or ended, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instancesOf } from '../support/instances.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
let instances: ReturnType<typeof instancesOf>;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server, { skipConsent: false });
  instances = instancesOf(scene);
});
afterAll(() => server?.close());

type Grant = { readonly id: string; readonly openid_scopes: readonly string[]; readonly parent?: string };

/** An agent that a person authorized, and copies of it with what each was given under that. */
const family = async (name: string, copies: number) => {
  const agent = await scene.newAgent(name);
  const parent = await instances.authorize(agent, 'openid email offline_access read write');
  const all = [];
  for (let count = 0; count < copies; count += 1) {
    const { identity } = await instances.started(agent);
    const share = await good(instances.share(identity, String(parent['access_token'])));
    all.push({ identity, share, held: await good(instances.refresh(identity, String(share['access_token']))) });
  }
  const grants = async (): Promise<readonly Grant[]> =>
    (await scene.management.call('GET', `/grants?client=${agent.clientId}`)).body['items'] as Grant[];
  return { agent, parent, copies: all, grants };
};
const good = async (answer: Promise<Answer>): Promise<Answer['body']> => {
  const { status, body, text } = await answer;
  expect([status, text]).toEqual([200, text]);
  return body;
};
/** The person sends a form to where the page, which shows the agent by its delegation, has none. */
const narrow = async (clientId: string, openid: string): Promise<string> => {
  const { browser } = scene;
  const page = await browser.open(`${server.issuer}/account`);
  const form = page.forms.find(({ action }) => action.endsWith('/account/sign-out'));
  if (!form) throw new Error(page.text);
  const fields = [...form.fields, { name: 'openid', type: 'hidden', value: openid, isOn: true }];
  const action = form.action.replace('/account/sign-out', `/account/clients/${clientId}/narrow`);
  return (await browser.submit(page, { ...form, action, fields })).text;
};

describe('what a person takes from an authorization', () => {
  test('is in no share that a copy is given later, also when the own tokens of the agent were over', async () => {
    const { agent, parent, copies, grants } = await family('Narrowed', 1);
    const [copy] = copies;
    if (!copy) throw new Error('no copy');
    expect(String(copy.share['scope']).split(' ').sort()).toEqual(['email', 'openid', 'read', 'write']);
    await scene.calls.revoke(scene.keyed(agent), String(parent['refresh_token']));
    expect(await narrow(agent.clientId, 'email')).toContain('Taken away.');
    const again = await good(instances.share(copy.identity, String(copy.held['access_token'])));
    expect(String(again['scope']).split(' ').sort()).toEqual(['openid', 'read', 'write']);
    expect((await grants()).map(({ openid_scopes: scopes }) => scopes)).not.toContainEqual(
      expect.arrayContaining(['email']),
    );
    const next = await good(instances.refresh(copy.identity, String(again['access_token'])));
    expect(String(next['scope'])).not.toContain('email');
    expect((await server.events('grant.narrowed')).at(-1)).toMatchObject({
      outcome: 'done',
      caller: scene.accountId,
      target: { kind: 'agent', id: agent.clientId },
      inputs: { openidTaken: ['email'] },
    });
  });
});
