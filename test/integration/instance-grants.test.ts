/** Grants of agents that instances have shares of: what is taken from one, or ended, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { GRANTS } from '../../src/provider/seam/records.ts';
import { instancesOf } from '../support/instances.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
let instances: ReturnType<typeof instancesOf>;

/** Runs once, when the next share of an authorization is about to be stored. */
let beforeShare: (() => Promise<void>) | undefined;
/** Runs once, when the next request has read the earlier shares of its instance. */
let afterEarlier: (() => Promise<void>) | undefined;
const between = (documents: DocumentStore): DocumentStore => ({
  ...documents,
  collection: (declaration) => {
    const collection = documents.collection<never>(declaration);
    if (declaration.name !== GRANTS.name) return collection;
    return {
      ...collection,
      async find(query: never) {
        const found = await collection.find(query);
        const next = 'instance' in ((query as { readonly where?: object }).where ?? {}) ? afterEarlier : undefined;
        if (next) afterEarlier = undefined;
        await next?.();
        return found;
      },
      async insert(document: never) {
        const first = 'parent' in (document as object) ? beforeShare : undefined;
        if (first) beforeShare = undefined;
        await first?.();
        return collection.insert(document);
      },
    };
  },
});

beforeAll(async () => {
  server = await runServer({ between });
  scene = await makeScene(server, { skipConsent: false });
  instances = instancesOf(scene);
});
afterAll(() => server?.close());

type Grant = {
  readonly id: string;
  readonly openid_scopes: readonly string[];
  readonly parent?: string;
  readonly instance?: string;
};

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
  test('is in no later instance grant, also when the own tokens of the agent had ended', async () => {
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

describe('ending one instance grant', () => {
  const end = (id: string) => scene.management.call('DELETE', `/grants/${id}`);
  const eventsOf = async (id: string) => (await server.events('grant.revoked')).filter(({ grant }) => grant === id);
  const shareOf = async (grants: readonly Grant[], { instance }: { readonly instance: unknown }) => {
    const found = grants.find((grant) => grant.instance === instance);
    if (!found) throw new Error('no share');
    return found;
  };

  test('ends that instance grant: the authorization and its other instances go on, and the event names what ended', async () => {
    const { agent, parent, copies, grants } = await family('One share', 2);
    const [first, second] = copies;
    if (!first || !second) throw new Error('no copies');
    const listed = await grants();
    const authorization = listed.find((grant) => grant.parent === undefined);
    const share = await shareOf(listed, { instance: first.share['instance'] });
    expect(share.parent).toBe(authorization?.id);
    expect((await end(share.id)).status).toBe(204);
    expect((await instances.refresh(first.identity, String(first.held['refresh_token']))).body['error']).toBe(
      'invalid_grant',
    );
    expect(await instances.introspect(first.held['access_token'])).toEqual({ active: false });
    await good(instances.refresh(second.identity, String(second.held['refresh_token'])));
    await good(instances.refresh(agent, String(parent['refresh_token'])));
    expect((await grants()).map(({ id }) => id).sort()).toEqual(
      listed
        .map(({ id }) => id)
        .filter((id) => id !== share.id)
        .sort(),
    );
    expect(await eventsOf(share.id)).toMatchObject([
      {
        outcome: 'done',
        subject: scene.accountId,
        target: { kind: 'agent', id: agent.clientId },
        instance: share.instance,
      },
    ]);
    expect(await eventsOf(String(authorization?.id))).toEqual([]);
  });

  test('its instance gets no other one by what it still holds, but by a token of the agent itself', async () => {
    const { parent, copies, grants } = await family('Again', 1);
    const [copy] = copies;
    if (!copy) throw new Error('no copy');
    const { id } = await shareOf(await grants(), { instance: copy.share['instance'] });
    expect((await end(id)).status).toBe(204);
    const own = await instances.share(copy.identity, String(copy.held['access_token']));
    expect([own.status, own.body['error']]).toEqual([400, 'invalid_request']);
    expect((await server.events('token.refused')).at(-1)).toMatchObject({ outcome: 'refused' });
    await good(instances.share(copy.identity, String(parent['access_token'])));
  });

  test('TX-12 an instance grant that is made of it at that moment does not survive', async () => {
    const { copies, grants } = await family('Racing', 1);
    const [copy] = copies;
    if (!copy) throw new Error('no copy');
    const { id } = await shareOf(await grants(), { instance: copy.share['instance'] });
    beforeShare = async () => {
      expect((await end(id)).status).toBe(204);
    };
    const answer = await instances.share(copy.identity, String(copy.held['access_token']));
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
    expect((await grants()).filter(({ parent }) => parent !== undefined)).toEqual([]);
    expect((await server.events('token.refused')).at(-1)).toMatchObject({ outcome: 'refused', error: 'invalid_grant' });
  });

  test('TX-12 an instance grant is not made while its agent is killed', async () => {
    const { agent, copies, grants } = await family('Racing a kill', 1);
    const [copy] = copies;
    if (!copy) throw new Error('no copy');
    const before = (await grants()).map(({ id }) => id);
    let killed: Answer['body'] | undefined;
    afterEarlier = async () => {
      const kill = { scope: 'agent', id: agent.clientId, reason: 'a test' };
      killed = (await scene.management.call('POST', '/kills', kill)).body;
    };
    const answer = await instances.share(copy.identity, String(copy.held['access_token']));
    expect(killed).toMatchObject({ scope: 'agent' });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
    expect((await grants()).filter(({ id }) => !before.includes(id))).toEqual([]);
    expect((await server.events('token.refused')).at(-1)).toMatchObject({ outcome: 'refused', error: 'invalid_grant' });
  });

  test('what is revoked from the authorization at that moment is not in the instance grant either', async () => {
    const { agent, copies, grants } = await family('Racing narrowed', 1);
    const [copy] = copies;
    if (!copy) throw new Error('no copy');
    beforeShare = async () => {
      expect(await narrow(agent.clientId, 'email')).toContain('Taken away.');
    };
    await good(instances.share(copy.identity, String(copy.held['access_token'])));
    expect((await grants()).flatMap(({ openid_scopes: scopes }) => scopes)).not.toContain('email');
  });

  test('the end of the authorization ends all its instance grants', async () => {
    const { agent, parent, copies, grants } = await family('All of it', 1);
    const authorization = (await grants()).find((grant) => grant.parent === undefined);
    expect((await end(String(authorization?.id))).status).toBe(204);
    expect(await grants()).toEqual([]);
    for (const { identity, held } of copies) {
      expect((await instances.refresh(identity, String(held['refresh_token']))).body['error']).toBe('invalid_grant');
    }
    expect((await instances.refresh(agent, String(parent['refresh_token']))).body['error']).toBe('invalid_grant');
  });
});

test('what is revoked from one instance grant over the API is revoked from the authorization and all its instance grants', async () => {
  const { copies, grants } = await family('Narrowed as a family', 2);
  const [copy] = copies;
  const share = (await grants()).find(({ instance }) => instance === copy?.share['instance']);
  const before = (await server.events('grant.narrowed')).length;
  const answer = await scene.management.call('POST', `/grants/${share?.id}/narrow`, { openid_scopes: ['email'] });
  expect([answer.status, answer.body]).toMatchObject([200, { id: share?.id, openid_scopes: ['openid'] }]);
  expect((await grants()).map(({ openid_scopes: scopes }) => scopes.includes('email'))).toEqual([false, false, false]);
  expect((await server.events('grant.narrowed')).slice(before)).toHaveLength(3);
});
