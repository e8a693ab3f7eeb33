/** Many requests on one connection, in pieces of any size, for our own handlers and for oidc-provider (decision 49). */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { assertionParameters } from '../support/agent-keys.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

let server: RunningServer;
let scene: Scene;
let port: number;
let token: string;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  port = Number(new URL(server.issuer).port);
  const { calls, keyed, agent, jwt } = scene;
  const { body } = await calls.token(keyed(agent), {
    ...{ grant_type: 'client_credentials', resource: jwt.identifier },
  });
  token = String(body['access_token']);
});
afterAll(async () => {
  await server?.close();
});

const requestOf = (target: string, form: Readonly<Record<string, string>>, headers: readonly string[] = []): string => {
  const body = new URLSearchParams(form).toString();
  return [
    ...[`POST ${target} HTTP/1.1`, `Host: localhost:${port}`, 'Content-Type: application/x-www-form-urlencoded'],
    ...[...headers, `Content-Length: ${body.length}`, '', body],
  ].join('\r\n');
};

const basic = (password?: string): string => {
  const { credential } = scene.jwt;
  if (credential.kind !== 'basic') throw new Error('the resource server has a secret');
  const pair = `${encodeURIComponent(credential.clientId)}:${encodeURIComponent(password ?? credential.secret)}`;
  return `Authorization: Basic ${Buffer.from(pair).toString('base64')}`;
};

/** A request with the status of its answer, and a member of it. */
type Step = readonly [request: string, status: number, body: object];

const introspected = { active: true };
/** Each in the way of our own handlers, or of oidc-provider, or from the first to the second. */
const steps = async (): Promise<readonly Step[]> => {
  const { keyed, agent, jwt } = scene;
  const credential = keyed(agent);
  if (credential.kind !== 'key') throw new Error('the agent has a key');
  const granted = async () => ({
    ...{ client_id: credential.identity.clientId, grant_type: 'client_credentials', resource: jwt.identifier },
    ...(await assertionParameters(credential.identity, server.issuer)),
  });
  const introspect = (more: object = {}, headers: readonly string[] = []): string =>
    requestOf('/token/introspection', { token, ...more }, [basic(), ...headers]);
  return [
    [introspect(), 200, introspected],
    [introspect({ other: 'x' }), 200, introspected],
    [requestOf('/token', await granted()), 200, { token_type: 'Bearer' }],
    [requestOf('/token/introspection', { token }, [basic('wrong')]), 401, { error: 'invalid_client' }],
    [introspect({ token_type_hint: 'access_token' }), 200, introspected],
    [introspect({}, ['Origin: https://app.example.com']), 400, { error: 'invalid_request' }],
    [requestOf('/token', { ...(await granted()), scope: 'unknown' }), 400, { error: 'invalid_scope' }],
    [requestOf('/token', { grant_type: 'client_credentials' }), 400, { error: 'invalid_request' }],
    [requestOf('/token', { ...(await granted()), extra: '1' }), 200, { token_type: 'Bearer' }],
    [introspect(), 200, introspected],
  ];
};

/** The answers on one connection, in their order. The bytes are sent in pieces of this size. */
const answersTo = (bytes: Buffer, size: number, count: number): Promise<readonly (readonly [number, object])[]> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    const found: (readonly [number, object])[] = [];
    const done = (): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setNoDelay(true);
    socket.setTimeout(20_000, done);
    socket.on('error', () => undefined);
    socket.on('close', done);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const [head] = text.split('\r\n\r\n', 1);
        const length = Number(/^content-length: (\d+)$/im.exec(head ?? '')?.[1] ?? Number.NaN);
        const end = (head ?? '').length + 4 + length;
        if (!(text.length >= end)) break;
        const body = text.slice(end - length, end);
        found.push([Number(text.split(' ', 2)[1]), JSON.parse(body) as object]);
        text = text.slice(end);
      }
      if (found.length === count) done();
    });
    let at = 0;
    const send = (): void => {
      if (at >= bytes.length || socket.destroyed) return;
      socket.write(bytes.subarray(at, at + size), () => setImmediate(send));
      at += size;
    };
    send();
  });

test.each([100_000, 333, 61])(
  'requests one after the other are answered in order, in pieces of %i bytes',
  async (size) => {
    const all = await steps();
    const found = await answersTo(Buffer.from(all.map(([request]) => request).join('')), size, all.length);
    expect(found.map(([status]) => status)).toEqual(all.map(([, status]) => status));
    expect(found.map(([, body]) => body)).toMatchObject(all.map(([, , body]) => body));
  },
);

test('a client that leaves in the middle of any byte leaves nothing behind', async () => {
  const whole = Buffer.from(
    (await steps())
      .slice(0, 3)
      .map(([request]) => request)
      .join(''),
  );
  for (let end = 40; end <= whole.length; end += 97) {
    await new Promise<void>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => {
        socket.write(whole.subarray(0, end), () => {
          setImmediate(() => socket.resetAndDestroy());
        });
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
  }
  await until(async () => /behalf_http_requests_in_flight 0/.test(await server.behalf.metrics.registry.metrics()), {
    what: 'no request',
    seconds: 10,
  });
  const [first] = await steps();
  const found = await answersTo(Buffer.from(first?.[0] ?? ''), 100_000, 1);
  expect(found).toMatchObject([[200, introspected]]);
});
