/**
 * Our own handlers of introspection and three grants: they answer exactly as oidc-provider alone does (decision 49). The
 * long form is `npm run campaign -- handlers`.
 */
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type CampaignRun, seededRandom } from '../campaigns/campaign.ts';
import { handlers } from '../campaigns/handlers.ts';
import { authentication } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';

test('random requests get the same answers and leave the same events as at oidc-provider alone', async () => {
  const violations: string[] = [];
  const run: CampaignRun = {
    options: {
      trials: 300,
      seconds: undefined,
      stores: undefined,
      rate: undefined,
      tokens: undefined,
      agents: undefined,
      isRedisDown: false,
      seed: 7,
    },
    random: seededRandom(7),
    progress() {},
    violation: (text) => void violations.push(text),
    late: (text) => void violations.push(text),
    finished() {},
    isOver: () => false,
  };
  const { statuses, answeredByOwnHandlers } = (await handlers.run(run)) as unknown as {
    readonly statuses: Readonly<Record<string, number>>;
    readonly answeredByOwnHandlers: number;
  };
  expect(violations).toEqual([]);
  // The requests must reach what they are to test.
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200', '400', '401', '404']));
  expect(answeredByOwnHandlers).toBeGreaterThan(60);
}, 240_000);

describe.each([{ ownHandlers: 'true' }, { ownHandlers: 'false' }])(
  'a store that fails, with own handlers $ownHandlers',
  ({ ownHandlers }) => {
    let server: RunningServer;
    afterEach(() => server.close());

    const begun = async () => {
      server = await runServer({ environment: { BEHALF__TOKENS__OWNHANDLERS: ownHandlers } });
      const scene = await makeScene(server);
      const { calls, jwt, agent, keyed } = scene;
      const ask = () => calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier });
      return { calls, jwt, ask, token: String((await ask()).body['access_token']) };
    };

    test('an introspection is answered with 503, and no token is called inactive', async () => {
      const { calls, jwt, token } = await begun();
      server.faults.failingReads = new Set(['all']);
      const { status, headers, body } = await calls.introspect(jwt.credential, token);
      expect([status, headers.get('retry-after'), body]).toEqual([
        503,
        '1',
        {
          error: 'temporarily_unavailable',
          error_description: expect.stringMatching(/try again$/),
        },
      ]);
      server.faults.failingReads = new Set();
      expect((await calls.introspect(jwt.credential, token)).body['active']).toBe(true);
    });

    test('no token leaves when its event cannot be written (invariant 5)', async () => {
      const { ask } = await begun();
      server.faults.failingWrites = new Set(['all']);
      const { status, body } = await ask();
      expect([status, body['error'], body['access_token']]).toEqual([503, 'temporarily_unavailable', undefined]);
      server.faults.failingWrites = new Set();
      const issued = await server.events('token.issued');
      expect((await ask()).status).toBe(200);
      expect(await server.events('token.issued')).toHaveLength(issued.length + 1);
    });
  },
);

describe('requests of one connection', () => {
  let server: RunningServer;
  afterEach(() => server.close());

  test('several in one packet are answered in their order, with and without own handlers in between', async () => {
    server = await runServer();
    const { calls, jwt, keyed, agent } = await makeScene(server);
    const issued = await calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier });
    const { headers } = await authentication(jwt.credential, server.issuer);
    const post = (body: string, more: readonly string[] = []): string =>
      [
        'POST /token/introspection HTTP/1.1',
        `Host: localhost:${server.port}`,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${Buffer.byteLength(body)}`,
        `Authorization: ${headers['authorization']}`,
        ...more,
        '',
        body,
      ].join('\r\n');
    const token = String(issued.body['access_token']);
    const bodies = [
      `token=${token}`,
      'token=x',
      `token=${token}&more=1`,
      `token=${token}`,
      'token=x&token=y',
      `token=${token}`,
    ];
    const text = await new Promise<string>((resolve) => {
      const socket = connect({ port: server.port, host: '127.0.0.1' });
      let read = '';
      socket.on('data', (chunk) => {
        read += chunk;
      });
      socket.on('close', () => resolve(read));
      const last = bodies.length - 1;
      socket.write(bodies.map((body, index) => post(body, index === last ? ['Connection: close'] : [])).join(''));
    });
    const answers = [...text.matchAll(/HTTP\/1\.1 (\d+)[\s\S]*?\r\n\r\n\{"(active":\w+|error)/g)];
    expect(answers.map(([, status, start]) => `${status} ${start}`)).toEqual([
      '200 active":true',
      '200 active":false',
      '200 active":true',
      '200 active":true',
      '400 error',
      '200 active":true',
    ]);
  });
});
