/** The commands about provisioning targets, as the guide has them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { cliHere } from '../support/in-process-cli.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// Its rounds begin each second, on a machine that others work on.
jest.setTimeout(90_000);

let authority: LocalAuthority;
let url: string;
let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  authority = await localAuthority();
  // An empty directory, which takes users and refuses agents.
  const served = await authority.serve(({ method, url: asked = '' }, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/scim+json' }).end(JSON.stringify(body));
    if (method === 'GET') answer(200, asked.includes('/Users/') ? { id: 'u1' } : { totalResults: 0, Resources: [] });
    else if (asked.endsWith('/Users')) answer(201, { id: 'u1' });
    else answer(403, { detail: 'no agents here' });
  });
  url = `${served.origin}/scim/v2`;
  server = await runServer({
    environment: { ...internalHosts({ provisioningTargets: served.host }), BEHALF_EGRESS_CA_FILE: authority.caFile },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});

const behalf = (...argv: readonly string[]) =>
  cliHere(['provisioning-targets', ...argv], { BEHALF_DATA: server.dataFolder });

test('an administrator adds a target, sees what it refuses, compares both sides, and removes it', async () => {
  expect((await behalf('list')).err).toContain('There is none.');
  const file = join(server.dataFolder, 'token.txt');
  await writeFile(file, 'a-token\n', { mode: 0o600 });
  const given = ['--name', 'Company', '--url', url, '--token-file', file, '--agents', scene.person.username] as const;
  expect(await behalf('create', '--local', ...given)).toMatchObject({ code: 0, out: expect.stringMatching(/ptg_/) });
  expect(await behalf('test', 'Company')).toMatchObject({ code: 0, out: 'The target answers.\n' });
  await until(async () => (await behalf('refused', 'Company')).out.includes('forbidden'), { seconds: 60 });
  expect((await behalf('refused', 'Company')).out).toMatch(new RegExp(`${scene.agent.clientId}.*403.*no agents here`));
  expect((await behalf('list')).out).toMatch(/ptg_\w+ +active .*Company/);
  expect((await behalf('show', 'Company')).out).not.toContain('a-token');
  const report = await behalf('reconcile', 'Company');
  expect(report).toMatchObject({ code: 1, out: expect.stringContaining(`missing    ${scene.agent.clientId}`) });
  expect(await behalf('reconcile', 'Company', '--apply')).toMatchObject({ code: 0 });
  expect((await behalf('pause', 'Company')).out).toContain('paused');
  expect((await behalf('update', 'Company', '--local', '--removal', 'delete', '--json')).out).toContain('"delete"');
  expect((await behalf('resume', 'Company')).out).toContain('active');
  const asked = await behalf('delete', 'Company', '--local');
  expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('--yes')]);
  expect((await behalf('delete', 'Company', '--local', '--yes')).code).toBe(0);
  expect((await behalf('list')).err).toContain('There is none.');
});
