/** The first steps in the console of a new server: what they see, whom they concern, and that the commands of their page work. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import {
  type Browser,
  newBrowser,
  type Page,
  type Person,
  submitSignIn,
  walkAuthorization,
} from '../support/browser-flow.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };
const ADA: Person = { username: 'ada', password: 'a long enough pass phrase' };
/** With a character that has a meaning for shells. */
const REDIRECT_URI = "http://127.0.0.1:4000/it's";

let server: RunningServer;
let management: Management;
let admin: Browser;
let key: KeyPair;
let folder: string;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

/** What the overview says about the steps: their number, and where the button of the next one leads. */
const overview = async (browser = admin): Promise<readonly [string | undefined, string | undefined]> => {
  const { html, text } = await browser.open(at('/console'));
  return [
    /\d of 4 done/.exec(text)?.[0],
    /class="step next">.*?<a class="button primary" href="([^"]+)"/s.exec(html)?.[1],
  ];
};

/** The texts that the buttons of the page copy. */
const copied = ({ html }: Page): readonly string[] =>
  [...html.matchAll(/data-copy="([^"]*)"/g)].map(([, text = '']) => unescaped(text));
const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|quot|lt|gt|amp);/g, (entity, code) =>
    code === undefined
      ? { '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' }[entity as '&amp;']
      : String.fromCharCode(code),
  );

const consent = (address: string): Promise<URL> =>
  walkAuthorization(newBrowser(server.issuer), address, { person: ADA });

beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
  key = await newKeyPair();
  await management.call('POST', '/accounts', { ...ADA, name: 'Ada' });
  admin = await signedIn(ADMIN);
  folder = mkdtempSync(join(tmpdir(), 'behalf-first-steps-'));
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'agent.jwk.json'), JSON.stringify(key.privateJwk));
}, 60_000);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.close();
});

test('an account without a role sees no steps, and gets 403 on their page', async () => {
  const ada = await signedIn(ADA);
  expect(await overview(ada)).toEqual([undefined, undefined]);
  const before = (await server.events()).length;
  expect((await ada.open(at('/console/first-steps'))).status).toBe(403);
  await server.settled();
  expect((await server.events()).slice(before)).toMatchObject([{ type: 'request.refused', error: 'forbidden' }]);
});

test('each step is ticked once its object is there, and the next one has the button', async () => {
  expect(await overview()).toEqual(['0 of 4 done', '/console/resource-servers/new']);
  expect((await admin.open(at('/console/first-steps'))).text).toContain(
    'The commands appear here once there is an API',
  );
  await management.call('POST', '/resource-servers', {
    ...{ identifier: 'https://calendar.example.com', name: 'Calendar' },
    scopes: [{ name: 'events.read', description: 'See events', risk: 'low' }],
  });
  expect(await overview()).toEqual(['1 of 4 done', '/console/agents/new']);
  const { body } = await management.call('GET', '/accounts?username=admin');
  const [owner] = body['items'] as readonly { readonly id: string }[];
  await management.createAgent({
    ...{ name: 'Planner', purpose: 'Plans the week', owner: owner?.id, environment: 'development' },
    ...{ redirect_uris: [REDIRECT_URI], jwks: { keys: [key.publicJwk] } },
  });
  expect(await overview()).toEqual(['2 of 4 done', '/console/first-steps#try']);
});

test('the commands for curl get a token that names person and agent', async () => {
  const page = await admin.open(at('/console/first-steps'));
  const address = at(unescaped(/href="([^"]*\/auth\?[^"]*)"/.exec(page.html)?.[1] ?? ''));
  const code = (await consent(address)).searchParams.get('code') ?? '';
  const [exchange = ''] = copied(page);
  expect(exchange).toContain("it'\\''s");
  const shell = spawn('sh', ['-e', '-c', exchange.replace('PASTE THE CODE HERE', code)], { cwd: folder });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  await once(shell, 'close');
  const claims = decodeJwt(JSON.parse(output).access_token);
  expect(claims).toMatchObject({
    aud: 'https://calendar.example.com',
    scope: 'events.read',
    act: { sub_profile: 'ai_agent' },
  });
  await server.behalf.services.uses.flush();
});

test('the program in TypeScript gets one, too', async () => {
  const [, program = '', run = ''] = copied(await admin.open(at('/console/first-steps')));
  writeFileSync(join(folder, 'agent.ts'), program);
  expect(run.split('\n').at(-1)).toBe('node agent.ts');
  const child = spawn(process.execPath, ['agent.ts'], { cwd: folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  const address = () => /^http\S+\/auth\?\S+$/m.exec(output)?.[0];
  await until(() => address() !== undefined || child.exitCode !== null, { what: 'the address' });
  child.stdin.end(`${await consent(String(address()))}\n`);
  await once(child, 'close');
  expect(output).toMatch(/sub: 'acc_\w+'[\s\S]*sub: 'agt_\w+'[\s\S]*aud: 'https:\/\/calendar\.example\.com'/);
}, 60_000);

test('the steps leave the overview when all are done; their page stays', async () => {
  expect(await overview()).toEqual([undefined, undefined]);
  expect((await admin.open(at('/console/first-steps'))).text).toContain('All four steps are done.');
});

test('a browser that hides the steps does not show them again; another one does', async () => {
  const fresh = await runServer();
  try {
    const [one, other] = [newBrowser(fresh.issuer), newBrowser(fresh.issuer)];
    for (const browser of [one, other])
      await submitSignIn(browser, await browser.open(`${fresh.issuer}/console`), ADMIN);
    const page = await one.open(`${fresh.issuer}/console`);
    const form = page.forms.find(({ action }) => action.endsWith('/console/first-steps/hide'));
    if (!form) throw new Error('no form to hide the steps');
    expect((await one.submit(page, form)).text).toContain('Hidden in this browser.');
    expect((await one.open(`${fresh.issuer}/console`)).text).not.toContain('0 of 4 done');
    expect((await other.open(`${fresh.issuer}/console`)).text).toContain('0 of 4 done');
  } finally {
    await fresh.close();
  }
}, 60_000);
