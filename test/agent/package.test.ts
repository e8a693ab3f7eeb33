/** The package as its users have it: packed, installed into an empty folder with what it needs, compiled against, and run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { installPacked, type PackedPackage } from '../support/packed-package.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGE = join(ROOT, 'packages/agent');
/** What openid-client brings. */
const NEEDED = ['openid-client', 'oauth4webapi', 'jose'];

let folder: PackedPackage;
let server: RunningServer;
let scene: Scene;
const at = (...path: readonly string[]): string => folder.at(...path);

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server, { skipConsent: false });
  folder = await installPacked('agent', NEEDED);
  await cp(join(PACKAGE, 'examples'), at('examples'), { recursive: true });
}, 120_000);

afterAll(async () => {
  await server?.close();
  await folder?.remove();
});

test('is JavaScript with declarations, and needs only openid-client', async () => {
  expect(await folder.contents()).toEqual({
    installed: ['@behalf', ...NEEDED].sort(),
    dependencies: ['openid-client'],
    node: '>=20.3',
    besidesCode: ['LICENSE', 'README.md', 'package.json'],
    missing: [],
  });
});

test('has its name in one place, which examples and pages follow', async () => {
  const { name } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
  const examples = (await readdir(join(PACKAGE, 'examples'))).map((file) => `packages/agent/examples/${file}`);
  for (const path of ['packages/agent/README.md', 'docs/how-to/agent-package.md', ...examples]) {
    const text = await readFile(join(ROOT, path), 'utf8');
    const named = [...text.matchAll(/from '([^.'][^']*\/agent)'/g)].map(([, one]) => one);
    expect([path, new Set(named)]).toEqual([path, new Set([name])]);
  }
});

test('its declarations compile in a program of a user', async () => {
  await symlink(join(ROOT, 'node_modules/@types'), at('node_modules/@types'));
  await symlink(join(ROOT, 'node_modules/undici-types'), at('node_modules/undici-types'));
  await writeFile(
    at('program.ts'),
    `import { type Agent, AgentStop, createAgent, fileToken, type Token } from '@behalf/agent';
const agent: Agent = await createAgent({
  issuer: 'https://id.example.com',
  clientId: 'agt_1',
  credential: { workloadToken: fileToken('/run/token') },
  hooks: { onConsent: ({ url }) => void url, onStepUp: async ({ acrValues }) => acrValues.join(' ') },
});
export const token: Promise<Token | AgentStop> = agent.exchange({ subject: 'token' }).catch((stop: AgentStop) => stop);
`,
  );
  expect(await folder.compile('program.ts', { skipLibCheck: false })).toBe('');
}, 120_000);

describe('the example', () => {
  const childProcesses: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of childProcesses) {
      if (child.exitCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
  });

  /** Starts it with a key file as `behalf agents create --key` writes it. Answers each line that it prints. */
  const started = async (file: string, more: Readonly<Record<string, string>>) => {
    const key = at('agent.jwk');
    await writeFile(key, JSON.stringify(scene.agent.key.privateJwk), { mode: 0o600 });
    const env = {
      ...{ PATH: process.env['PATH'], ISSUER: server.issuer, CLIENT_ID: scene.agent.clientId },
      ...{ KEY: key, RESOURCE: scene.opaque.identifier, ...more },
    };
    const child = spawn(process.execPath, [at('examples', file)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    childProcesses.push(child);
    const lines = (async function* () {
      let rest = '';
      for await (const data of child.stdout) {
        const parts = `${rest}${data}`.split('\n');
        rest = parts.pop() ?? '';
        yield* parts;
      }
    })();
    return { lines, child };
  };

  test('on-behalf.js prints the page of the consent, waits for the person, and gets the token', async () => {
    const subject = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    const { lines } = await started('on-behalf.js', { SUBJECT_TOKEN: subject });
    const asked = String((await lines.next()).value);
    expect(asked).toMatch(/^Ask the person to open http:/);
    await scene.walkConsent(await scene.browser.open(asked.replace(/^.* /, '')));
    expect((await lines.next()).value).toBe('Allowed: read');
  });

  test('of the README that came with it shows the page of the consent, and gets a bound token', async () => {
    const subject = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    const reader = await scene.newAgent('Reader');
    const key = at('reader.jwk');
    await writeFile(key, JSON.stringify(reader.key.privateJwk), { mode: 0o600 });
    const readme = await readFile(at('node_modules/@behalf/agent/README.md'), 'utf8');
    const [, block = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
    const code = [
      ['https://id.example.com', server.issuer],
      ['agt_…', reader.clientId],
      ['agent.jwk', key],
      ['https://mail.example.com', scene.opaque.identifier],
      ['mail.read', 'read'],
    ].reduce((text, [from = '', to = '']) => {
      expect(text).toContain(from);
      return text.replaceAll(from, to);
    }, block);
    const given = `const received = process.env.SUBJECT_TOKEN;\nconst show = (url) => console.log(url);\n`;
    await writeFile(at('examples/readme.js'), `${given}${code}\nconsole.log(token.type, token.scopes.join(' '));`);
    const { lines } = await started('readme.js', { SUBJECT_TOKEN: subject });
    await scene.walkConsent(await scene.browser.open(String((await lines.next()).value)));
    expect((await lines.next()).value).toBe('DPoP read');
  });

  test('on-behalf.js says why it stops, and ends with code 1', async () => {
    const { lines, child } = await started('on-behalf.js', { SUBJECT_TOKEN: 'no token' });
    expect((await lines.next()).value).toMatch(/^Stopped \(refused\): .*subject_token_not_live/);
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(1);
  });

  test('call-api.js signs a person in, and calls an API for them with a bound token', async () => {
    const redirect = `http://127.0.0.1:${await freePort()}/callback`;
    const path = `/agents/${scene.agent.clientId}`;
    const etag = String((await scene.management.call('GET', path)).headers.get('etag'));
    await scene.management.call('PATCH', path, { redirect_uris: [redirect] }, { 'if-match': etag });
    const seen: (string | undefined)[] = [];
    const api = createServer((request, response) => {
      seen.push(request.headers.authorization?.split(' ')[0], typeof request.headers['dpop']);
      response.end('three notes');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const { port } = api.address() as AddressInfo;
    const { lines } = await started('call-api.js', { REDIRECT_URI: redirect, URL: `http://127.0.0.1:${port}/notes` });
    const address = String((await lines.next()).value).replace(/^Open /, '');
    await fetch(await scene.walk(address));
    expect([(await lines.next()).value, seen]).toEqual(['200 three notes', ['DPoP', 'string']]);
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
  });
});
