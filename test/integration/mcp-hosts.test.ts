/**
 * What hosts of the Model Context Protocol send, replayed. The traces in `mcp-hosts` are reconstructed from public reports, which
 * each file names; they were not captured, and no host was run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express, { type RequestHandler } from 'express';
import { decodeJwt } from 'jose';
import { requireToken, serveMetadata } from '../../packages/resource-server/src/express.ts';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { answerOf, post } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

type Parameters = Readonly<Record<string, string>>;

type Trace = {
  readonly host: string;
  readonly sources: readonly string[];
  /** What differs from other hosts. */
  readonly peculiar: string;
  /** `server PATH` or `issuer PATH`: where it looks for metadata, in this order. */
  readonly probes: readonly string[];
  readonly client: { readonly registration: object } | { readonly document: object };
  /** Where this sign-in returns to. */
  readonly redirect_uri: string;
  /** `{resource}` stands for the MCP server, `{origin}` for one without a path. */
  readonly authorize: Parameters;
  readonly token: Parameters;
  /** Of the token, after the person allowed what is ticked. */
  readonly scope?: string;
  /** In place of `scope`. `page`: the error that the person sees; `error` and `says`: those of the redirect. */
  readonly refused?: { readonly page?: string; readonly error?: string; readonly says?: string; readonly why: string };
};

const FOLDER = join(import.meta.dirname, 'mcp-hosts');
const traces = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Trace);

/** Registered with the slash that hosts add to an origin. */
const PATHLESS = 'https://pathless.example.com/';

let authority: LocalAuthority;
let server: RunningServer;
let scene: Scene;
let site: { readonly origin: string; readonly host: string };
let document: object = {};
let mcp: Server;
let resource: string;

beforeAll(async () => {
  authority = await localAuthority();
  site = await authority.serve((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document)),
  );
  server = await runServer({
    environment: {
      ...internalHosts({ clientMetadata: site.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__CLIENTIDMETADATA__HOSTS: site.host,
      BEHALF__REGISTRATION__OPEN: 'true',
    },
  });
  scene = await makeScene(server);
  const app = express();
  mcp = createServer(app);
  await new Promise<void>((done) => mcp.listen(0, '127.0.0.1', done));
  resource = `http://127.0.0.1:${(mcp.address() as AddressInfo).port}/mcp`;
  const notes = resourceServer({ issuer: server.issuer, resource, scopes: ['notes.read', 'notes.write'] });
  app.use(serveMetadata(notes) as RequestHandler);
  app.use('/mcp', requireToken(notes, { scopes: ['notes.read'] }) as RequestHandler, (_, response) =>
    response.json({ called: true }),
  );
  for (const identifier of [resource, PATHLESS]) {
    await scene.management.createResourceServer({
      identifier,
      name: 'Notes',
      scopes: [
        { name: 'notes.read', description: 'Read your notes', risk: 'low' },
        { name: 'notes.write', description: 'Change your notes', risk: 'medium' },
      ],
      access_token_format: 'jwt',
    });
  }
}, 240_000);
afterAll(async () => {
  mcp?.closeAllConnections();
  mcp?.close();
  await server?.close();
  await authority?.remove();
});

const filled = (parameters: Parameters): Parameters =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      value.replace('{resource}', resource).replace('{origin}/', PATHLESS),
    ]),
  );

type Document = Readonly<Record<string, unknown>>;

/** What the probes find: a document with another resource or issuer would mislead a host. */
const found = async ({ probes }: Trace): Promise<readonly Document[]> => {
  const documents: Document[] = [];
  for (const probe of probes) {
    const [at, path = ''] = probe.split(' ');
    const response = await fetch(new URL(path, at === 'server' ? resource : server.issuer));
    if (response.ok) documents.push((await response.json()) as Document);
    else expect([probe, [401, 404].includes(response.status)]).toEqual([probe, true]);
  }
  for (const { resource: named, issuer } of documents) {
    expect([named ?? resource, issuer ?? server.issuer]).toEqual([resource, server.issuer]);
  }
  return documents;
};

const clientOf = async ({ client }: Trace, endpoint: unknown): Promise<Document> => {
  if ('registration' in client) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(client.registration);
    const answer = await answerOf(await fetch(String(endpoint), { method: 'POST', headers, body }));
    expect([answer.status, answer.body['token_endpoint_auth_method'], answer.text]).toEqual([
      ...[201, 'none'],
      expect.not.stringContaining('client_secret'),
    ]);
    return answer.body;
  }
  const id = `${site.origin}/client.json`;
  document = { client_id: id, ...client.document };
  return { client_id: id };
};

test.each(traces)('$host: $peculiar', async (trace) => {
  const metadata = (await found(trace)).find((one) => one['token_endpoint'] !== undefined) ?? {};
  const client = String((await clientOf(trace, metadata['registration_endpoint']))['client_id']);
  const { verifier, challenge } = newPkce();
  const query = {
    ...{ response_type: 'code', client_id: client, redirect_uri: trace.redirect_uri, state: 'of the host' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', ...filled(trace.authorize) },
  };
  const url = `${metadata['authorization_endpoint']}?${new URLSearchParams(query)}`;
  const walk = walkAuthorization(newBrowser(server.issuer), url, { person: scene.person });
  if (trace.refused?.page !== undefined) {
    await expect(walk).rejects.toThrow(trace.refused.page);
    return;
  }
  const left = await walk;
  expect([left.href.split('?')[0], left.searchParams.get('state'), left.searchParams.get('iss')]).toEqual([
    ...[trace.redirect_uri, 'of the host', server.issuer],
  ]);
  if (trace.refused) {
    expect(left.searchParams.get('error')).toBe(trace.refused.error);
    expect(left.searchParams.get('error_description')).toContain(trace.refused.says);
    return;
  }

  const given = await post(String(metadata['token_endpoint']), {
    ...{ grant_type: 'authorization_code', client_id: client, code: String(left.searchParams.get('code')) },
    ...{ redirect_uri: trace.redirect_uri, code_verifier: verifier, ...filled(trace.token) },
  });
  const token = String(given.body['access_token']);
  const { aud, sub, scope } = decodeJwt(token);
  const audience = filled(trace.authorize)['resource'];
  expect({ aud, sub, scope }).toEqual({ aud: audience, sub: scene.accountId, scope: trace.scope });
  if (audience === resource) {
    const called = await fetch(resource, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect([called.status, await called.json()]).toEqual([200, { called: true }]);
  }
  const again = await post(String(metadata['token_endpoint']), {
    ...{ grant_type: 'refresh_token', client_id: client, refresh_token: String(given.body['refresh_token']) },
    ...filled(trace.token),
  });
  expect([again.status, decodeJwt(String(again.body['access_token'])).aud]).toEqual([200, audience]);
});

test('each trace names public reports as its sources', () => {
  for (const { host, sources } of traces) {
    expect([host, sources.length > 0, sources.every((url) => url.startsWith('https://github.com/'))]).toEqual([
      ...[host, true, true],
    ]);
  }
});
