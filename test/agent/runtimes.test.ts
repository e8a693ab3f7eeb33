/** The packed package on Bun and on workerd: a token of the agent itself, bound to a key, and a call of an API with it. */
import { cp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { onBun, onWorkerd, type Running } from '../support/other-runtimes.ts';
import { installPacked, type PackedPackage } from '../support/packed-package.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';

let folder: PackedPackage;
let server: RunningServer;
let api: Awaited<ReturnType<typeof newApi>>;
let settings: Readonly<Record<string, string>>;

/** An API on loopback, which accepts tokens that are bound to a DPoP key, with a nonce of its own. */
const newApi = async (issuer: string) => {
  const listener = createServer();
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const resource = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const guard = resourceServer({ issuer, resource, dpop: { use: 'required', nonces: true } });
  listener.on('request', async ({ method = '', url: target = '', rawHeaders: raw }, response) => {
    const headers = raw.flatMap((name: string, at: number) => (at % 2 === 0 ? [[name, String(raw[at + 1])]] : []));
    const decision = await guard.check(
      { method, target, headers: headers as [string, string][] },
      { scopes: ['read'] },
    );
    const answered = decision.granted ? decision.headers : decision.answer.headers;
    response.writeHead(decision.granted ? 200 : decision.answer.status, Object.fromEntries(answered));
    response.end(decision.granted ? JSON.stringify({ client: decision.access.clientId }) : decision.answer.body);
  });
  return { resource, listener };
};

beforeAll(async () => {
  server = await runServer();
  const { management, accountId } = await makeScene(server);
  api = await newApi(server.issuer);
  const scopes = [{ name: 'read', description: 'See', risk: 'low' }];
  await management.createResourceServer({ identifier: api.resource, name: 'Notes', scopes });
  const key = await newKeyPair();
  const { id } = await management.createAgent({
    ...{ name: 'Elsewhere', owner: accountId, purpose: 'Reads', environment: 'test' },
    ...{
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      authority: { [api.resource]: ['read'] },
    },
  });
  settings = { ISSUER: server.issuer, AGENT_ID: id, AGENT_KEY: JSON.stringify(key.privateJwk), API: api.resource };
  folder = await installPacked('agent', ['openid-client', 'oauth4webapi', 'jose']);
  await cp(resolve(import.meta.dirname, 'runtimes'), folder.at('runtimes'), { recursive: true });
}, 240_000);

afterAll(async () => {
  api.listener.closeAllConnections();
  await new Promise((done) => api.listener.close(done));
  await server?.close();
  await folder?.remove();
});

test.each<[string, (programs: string) => Promise<Running>]>([
  ['Bun', (programs) => onBun(join(programs, 'bun.js'), settings)],
  ['workerd', (programs) => onWorkerd(join(programs, 'worker.js'), settings)],
])(
  'on %s gets a bound token, and calls an API with a proof of its nonce (RFC 9449 §9)',
  async (_name, start) => {
    const runtime = await start(folder.at('runtimes'));
    try {
      const answer = (await (await fetch(`${runtime.url}/run`)).json()) as object;
      expect(answer).toEqual({ status: 200, body: { client: settings['AGENT_ID'] } });
    } finally {
      await runtime.close();
    }
  },
  60_000,
);
