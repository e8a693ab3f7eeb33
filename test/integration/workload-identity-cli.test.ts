import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { newPlatformKey, type PlatformKey, signToken } from '../support/workload-platforms.ts';

let server: RunningServer;
let scene: Scene;
let key: PlatformKey;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  key = await newPlatformKey('cluster');
});
afterAll(async () => {
  await server?.close();
});

const behalf = async (...argv: readonly string[]) => {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCli(['workload-identity', ...argv], terminal, { BEHALF_DATA: server.dataFolder });
  return { code, out: out.join(''), err: err.join('') };
};

test('the command line sets up workload identity as the guides say, and shows as which agent a token would authenticate', async () => {
  const file = join(server.dataFolder, 'cluster.jwks.json');
  await writeFile(file, JSON.stringify({ keys: [key.publicJwk] }));
  const issuer = 'https://kubernetes.example.com';
  const created = await behalf(
    ...['issuers', 'create', issuer, '--name', 'Cluster', '--template', 'kubernetes', '--jwks-file', file, '--json'],
    '--local',
  );
  expect(created).toMatchObject({ code: 0, err: '' });
  const { id } = JSON.parse(created.out) as { readonly id: string };
  expect((await behalf('issuers', 'list')).out).toContain(issuer);
  expect((await behalf('issuers', 'show', id)).out).toContain('pinned');

  const sub = 'system:serviceaccount:agents:planner';
  const allowed = await behalf(
    ...['allow', scene.agent.clientId, '--issuer', id, '--subject', sub],
    ...['--claim', '/kubernetes.io/serviceaccount/uid=7'],
  );
  expect(allowed).toMatchObject({ code: 0, err: '' });

  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: [server.issuer], sub, iat, exp: iat + 600 };
  const good = { ...claims, 'kubernetes.io': { serviceaccount: { uid: '7' } } };
  const matched = await behalf('test', await signToken(good, key));
  expect(matched.code).toBe(0);
  expect(matched.out).toContain(scene.agent.clientId);
  const failed = await behalf('test', await signToken({ ...good, aud: 'https://elsewhere.example' }, key));
  expect(failed.code).toBe(1);
  expect(failed.out).toContain('audience');
  expect((await behalf('test', await signToken(claims, key))).out).toContain('refused');

  expect((await behalf('issuers', 'update', id, '--max-token-age', '600', '--local')).out).toContain('600 s');
  expect((await behalf('issuers', 'disable', id)).out).toContain('disabled');
  expect((await behalf('test', await signToken(good, key))).out).toContain('not trusted any more');
  expect((await behalf('issuers', 'enable', id, '--local')).out).toContain('active');
  expect((await behalf('issuers', 'purge-keys', id)).code).toBe(0);
  expect((await behalf('issuers', 'create', issuer, '--name', 'X', '--template', 'nothing')).code).toBe(2);
});
