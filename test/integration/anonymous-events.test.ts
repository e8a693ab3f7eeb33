/**
 * RL-01, decision D18: clients that prove nothing make no more permanent events in a day than a budget of their own has; what a
 * person answers is an event with all it needs.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { authorize } from '../support/front-channel.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { memoryNodes } from '../support/memory-nodes.ts';
import { type Answer, type Credential, formOf, post } from '../support/oauth-calls.ts';
import { codeRequest, newPublicClient } from '../support/public-client.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { finishOnOurPages, makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

/** An hour has 20: 12 of requests, 2 and 4 of documents, 2 of numbers; a quarter of each for one network or domain. */
const PER_DAY = 480;
const [REQUESTS, OF_NETWORK] = [12, 3];
const HOUR = 3_600_000;
const SETTINGS = {
  BEHALF__AUDIT__ANONYMOUSEVENTSPERDAY: String(PER_DAY),
  BEHALF__AUDIT__REFUSALINTERVALSECONDS: '1',
  BEHALF__AUDIT__REFUSALEVENTSPERDAY: '240',
  BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
};

let authority: LocalAuthority;
let server: RunningServer;
let scene: Scene;
let native: string;
let host: string;
let key: KeyPair;
/** By path: members of the metadata document there. */
const documents = new Map<string, object>();

beforeAll(async () => {
  stopClock();
  authority = await localAuthority();
  key = await newKeyPair();
  const site = await authority.serve((asked, response) => {
    const members = documents.get(String(asked.url));
    if (!members) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(members));
  });
  host = site.origin;
  server = await runServer({
    environment: {
      ...SETTINGS,
      ...internalHosts({ clientMetadata: site.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__CLIENTIDMETADATA__HOSTS: site.host,
    },
  });
  scene = await makeScene(server);
  native = await newPublicClient(scene);
}, 240_000);
afterAll(async () => {
  await server?.close();
  await authority?.remove();
  startClock();
});
/** The next test has the budget of an hour of its own, and no number of the hour before is still to be written. */
afterEach(async () => {
  advance(HOUR);
  await until(async () => (await leftOut()) === counted, { what: 'the numbers of the hour' });
});

const from = (address: string) => ({ 'x-forwarded-for': address });
const push = (address: string, at = server.issuer, client = native): Promise<Answer> =>
  post(`${at}/request`, codeRequest(client), from(address));
const device = (address: string): Promise<Answer> =>
  post(`${server.issuer}/device/auth`, { client_id: native, scope: 'openid' }, from(address));

const ABOUT_REQUESTS = ['authorization.pushed', 'device.requested'];
const events = async (types: readonly string[]): Promise<readonly AuditEvent[]> =>
  (await server.events()).filter(({ type }) => types.includes(type));
/** What is in no event is expected to be in a number. */
let counted = 0;
const leftOut = async (): Promise<number> =>
  (await server.events('requests.left_out')).reduce((sum, { count = 0 }) => sum + count, 0);

describe('requests of a client that proves nothing', () => {
  test('of one network make so many events each hour, with all they say; the rest is one number', async () => {
    const before = (await events(ABOUT_REQUESTS)).length;
    for (let index = 0; index < 6; index += 1) {
      expect((await push(`198.51.100.${index}`)).status).toBe(201);
      expect((await device(`198.51.100.${index}`)).status).toBe(200);
    }
    const written = (await events(ABOUT_REQUESTS)).slice(before);
    expect(written).toHaveLength(OF_NETWORK);
    expect(written[0]).toMatchObject({
      type: 'authorization.pushed',
      outcome: 'granted',
      caller: native,
      scopeAsked: ['openid'],
      request: expect.any(String),
      personal: { source: '198.51.100.0' },
    });
    counted += 12 - OF_NETWORK;
    advance(HOUR);
    await until(async () => (await leftOut()) === counted, { what: 'the numbers of the hour' });
    expect((await server.events('requests.left_out')).at(-1)).toMatchObject({
      outcome: 'granted',
      count: 12 - OF_NETWORK,
      since: expect.any(Number),
      inputs: {
        kinds: { 'authorization.pushed': 4, 'device.requested': 5 },
        clients: { [native]: 9 },
        networks: { '198.51.100.0/24': 9 },
      },
    });
  });

  test('of however many networks make no more than the budget; refusals have one of their own', async () => {
    const before = (await events(ABOUT_REQUESTS)).length;
    const refused = (await events(['request.refused'])).length;
    for (let index = 0; index < 40; index += 1) {
      const { status } = await push(index % 2 ? `2001:db8:${index}::1` : `203.0.${index}.1`);
      expect(status).toBe(201);
    }
    expect((await events(ABOUT_REQUESTS)).length - before).toBe(REQUESTS);
    counted += 40 - REQUESTS;
    expect((await push('203.0.113.1', server.issuer, 'unknown')).status).toBe(401);
    await until(async () => (await events(['request.refused'])).length === refused + 1, { what: 'the refusal' });
  });

  test('a client that proves who it is has one event each', async () => {
    for (let index = 0; index < 20; index += 1) await push(`203.1.${index}.1`);
    counted += 20 - REQUESTS;
    const before = (await events(ABOUT_REQUESTS)).length;
    for (let index = 0; index < 5; index += 1) {
      expect((await scene.calls.push(scene.keyed(scene.app), codeRequest(scene.app.clientId))).status).toBe(201);
    }
    expect((await events(ABOUT_REQUESTS)).length - before).toBe(5);
  });

  test('what a person answers is an event of its own, that says all without the one left out', async () => {
    for (let index = 0; index < 20; index += 1) await push(`203.2.${index}.1`);
    counted += 20 - REQUESTS;
    const before = (await events(ABOUT_REQUESTS)).length;
    const browser = newBrowser(server.issuer, undefined, from('192.0.2.7'));
    const pushed = await push('198.51.100.7');
    const page = await browser.open(
      `${scene.calls.endpoints.authorization}?${formOf({ client_id: native, request_uri: String(pushed.body['request_uri']) })}`,
    );
    expect((await submitSignIn(browser, page, scene.person)).left?.searchParams.has('code')).toBe(true);
    const begun = await device('198.51.100.8');
    const shown = await browser.open(String(begun.body['verification_uri_complete']));
    expect((await finishOnOurPages(browser, shown, { person: scene.person })).status).toBe(200);
    counted += 2;
    expect((await events(ABOUT_REQUESTS)).length).toBe(before);
    const said = {
      outcome: 'granted',
      caller: native,
      subject: expect.any(String),
      scopeAsked: ['openid'],
      grant: expect.any(String),
    };
    const [code, connected] = (await server.events('authorization.granted')).slice(-2);
    expect(code).toMatchObject({ ...said, personal: { source: '192.0.2.7' } });
    expect(connected).toMatchObject({
      ...said,
      personal: { source: '192.0.2.7', device: '198.51.100.8' },
      inputs: { askedAt: expect.any(Number) },
    });
  });
});

describe('clients that are metadata documents', () => {
  const publish = (path: string, members: object): string => {
    const id = `${host}${path}`;
    documents.set(path, { client_id: id, client_name: 'One', redirect_uris: [REDIRECT_URI], ...members });
    return id;
  };
  const keyed = { token_endpoint_auth_method: 'private_key_jwt' };

  test('changes of documents that no user allowed anything make so many events of one domain, and numbers', async () => {
    const paths = Array.from({ length: 6 }, (_, index) => `/changing/${index}.json`);
    for (const name of ['One', 'Two']) {
      for (const path of paths) {
        const id = publish(path, { client_name: name, token_endpoint_auth_method: 'none' });
        const { status } = await authorize(
          newBrowser(server.issuer),
          scene.calls.endpoints.authorization,
          codeRequest(id),
        );
        expect(status).toBe(303);
      }
      // Until the copies are stale.
      if (name === 'One') advance(HOUR + 100_000);
    }
    expect(await events(['client.metadata_changed'])).toHaveLength(1);
    counted += paths.length - 1;
  });

  test('a key of their own identifies no client: their requests and refusals count as anonymous', async () => {
    const id = publish('/keyed.json', { ...keyed, jwks: { keys: [key.publicJwk] } });
    const credential: Credential = { kind: 'key', identity: { clientId: id, key } };
    const before = (await events(ABOUT_REQUESTS)).length;
    for (let index = 0; index < 6; index += 1) {
      expect((await scene.calls.push(credential, codeRequest(id))).status).toBe(201);
    }
    expect((await events(ABOUT_REQUESTS)).length - before).toBe(OF_NETWORK);
    counted += 6 - OF_NETWORK;
    for (let index = 0; index < 6; index += 1) {
      const { status } = await scene.calls.token(credential, { grant_type: 'authorization_code', code: `x${index}` });
      expect(status).toBe(400);
    }
    expect((await events(['token.refused'])).filter(({ caller }) => caller === id)).toEqual([]);
  });
});

test('nodes share the budget', async () => {
  const nodes = await memoryNodes(2, { environment: SETTINGS });
  try {
    const client = await newPublicClient(await makeScene(nodes));
    for (let index = 0; index < 30; index += 1) {
      const node = nodes.nodes[index % 2] as (typeof nodes.nodes)[number];
      expect((await push(`203.3.${index}.1`, `http://localhost:${node.port}`, client)).status).toBe(201);
    }
    const { entries } = await nodes.nodes[0].behalf.services.audit.list({ type: 'authorization.pushed', limit: 100 });
    expect(entries).toHaveLength(REQUESTS);
  } finally {
    await nodes.close();
  }
});

test('RL-01 a very small budget is kept, too: it has whole events a day, and the hours share them', async () => {
  const PER_DAY_AT_ALL = 3;
  const small = await runServer({
    environment: { ...SETTINGS, BEHALF__AUDIT__ANONYMOUSEVENTSPERDAY: String(PER_DAY_AT_ALL) },
  });
  try {
    const client = await newPublicClient(await makeScene(small));
    const HOURS = 50;
    for (let hour = 0; hour < HOURS; hour += 1) {
      for (const network of ['198.51.100.1', '192.0.2.1']) {
        expect((await push(network, small.issuer, client)).status).toBe(201);
      }
      advance(HOUR);
    }
    // Numbers have two of the three: in the last hours of both halves of the day.
    do advance(HOUR);
    while (Math.floor((now() * 1000) / HOUR) % 12 !== 11);
    await until(async () => (await small.events('requests.left_out')).length > 0, { what: 'the number' });
    const { entries } = await small.behalf.services.audit.list({ limit: 1000 });
    const types = [...ABOUT_REQUESTS, 'requests.left_out'];
    const written = entries.filter(({ event }) => types.includes(String(event['type'])));
    const days = Map.groupBy(written, ({ at }) => Math.floor(at / (24 * HOUR)));
    for (const [, of] of days) expect(of.length).toBeLessThanOrEqual(PER_DAY_AT_ALL);
    expect(written.some(({ event }) => event['type'] === 'authorization.pushed')).toBe(true);
  } finally {
    await small.close();
  }
});
