/**
 * The examples for agent frameworks, with the packages as their users have them: packed, and installed beside the framework into an
 * empty folder. A person signs in, allows and approves in a browser.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { exportJWK } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { protect } from '../../packages/resource-server/src/fetch.ts';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { listen } from '../support/fetch-listener.ts';
import { freePort } from '../support/free-port.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { CIBA, EXCHANGE } from '../support/oauth-calls.ts';
import { pointer } from '../support/page-input.ts';
import { WITHOUT_COMPILING } from '../support/python-environment.ts';
import { endWithUs, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SIGN_IN_API = 'https://calendar.example.com';
const PERSON = { username: 'ada', password: 'a long enough pass phrase' };

export type FrameworkExample = {
  readonly name: string;
  /** From the root of this repository. */
  readonly file: string;
  /** Commands that make the folder, with `$ROOT` for this repository. */
  readonly install: readonly string[];
  readonly command: readonly string[];
};

export const FRAMEWORK_EXAMPLES: readonly FrameworkExample[] = [
  {
    name: 'ai-sdk',
    file: 'packages/agent/examples/ai-sdk.js',
    install: [
      'npm init --yes >/dev/null && npm pkg set type=module',
      '(cd "$ROOT" && npm pack --silent --workspace packages/agent --pack-destination "$OLDPWD")',
      'npm install --silent ./behalf-agent-*.tgz ai@6.0.326',
    ],
    command: [process.execPath],
  },
  {
    name: 'pydantic-ai',
    file: 'python/examples/pydantic_ai_agent.py',
    install: [
      'python3 -m venv .venv && cp -r "$ROOT/python" source',
      '.venv/bin/pip wheel --quiet --no-deps --wheel-dir . ./source',
      '.venv/bin/pip install --quiet ./behalf-*.whl pydantic-ai-slim==2.68.0',
    ],
    command: ['.venv/bin/python'],
  },
];

/** Runs in the folder, and throws an Error with what was printed if it fails. */
const install = async (folder: string, commands: readonly string[]): Promise<void> => {
  const pip = { PIP_CONSTRAINT: join(ROOT, 'python/requirements-test.txt'), ...WITHOUT_COMPILING };
  const env = { ...process.env, ROOT, ...pip };
  const child = endWithUs(spawn('sh', ['-e', '-c', commands.join('\n')], { cwd: folder, env }));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`installing ended with ${code}:\n${printed}`);
};

/** The person at the pages that the example asks them to open. */
const personAt = (page: Page) => ({
  async 'Sign in'(): Promise<void> {
    await pointer.type(page, 'Username', PERSON.username);
    await pointer.type(page, 'Password', PERSON.password);
    await pointer.press(page, 'Sign in');
    await pointer.press(page, 'Allow what is ticked');
  },
  async Allow(): Promise<void> {
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await pointer.press(page, 'Allow what is ticked');
  },
  async Approve(): Promise<void> {
    await page
      .getByRole('link', { name: /Close tickets/ })
      .first()
      .click();
    await page.getByLabel('Password').first().fill(PERSON.password);
    await pointer.press(page, /^Approve/);
  },
});

const OPENED = ['Sign in', 'Allow', 'Allow', 'Approve'] as const;
const EXPECTED = /(?:readTickets|read_tickets): 1 open[\s\S]*(?:closeTicket|close_ticket): closed[\s\S]*Done\./;

/** Makes what the example needs at a new server, and follows it to its end. Throws an Error that says where it stopped. */
export const runFrameworkExample = async (example: FrameworkExample, browser: Browser): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-example-'));
  const server = await startServer({ environment: { BEHALF__LOG__LEVEL: 'warn' } });
  const api = await listen((origin) => {
    const tickets = resourceServer({ issuer: server.issuer, resource: origin });
    const answers = { GET: '1 open', DELETE: 'closed' } as const;
    return protect(
      tickets,
      ({ method }) => new Response(answers[method as keyof typeof answers]),
      ({ method }) => ({ scopes: [method === 'GET' ? 'tickets.read' : 'tickets.close'] }),
    );
  });
  const context = await browser.newContext();
  try {
    await install(folder, example.install);
    await cp(join(ROOT, example.file), join(folder, basename(example.file)));
    const redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
    const environment = await registered(server, { folder, api: api.origin, redirectUri });
    const [command = '', ...parameters] = example.command;
    const child = endWithUs(
      spawn(command, [...parameters, basename(example.file)], {
        cwd: folder,
        env: {
          ...process.env,
          ...environment,
          REDIRECT_URI: redirectUri,
          SIGN_IN_API,
          API: api.origin,
          NODE_OPTIONS: '',
        },
      }),
    );
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const page = await context.newPage();
    const person = personAt(page);
    for (const [index, action] of OPENED.entries()) {
      const lines = () => [...printed.matchAll(/^(?:Sign in|Allow|Approve): (\S+)$/gm)];
      await until(() => lines().length > index || child.exitCode !== null, {
        what: `${action}\n${printed}`,
        seconds: 60,
      });
      const [line, url] = lines()[index] ?? [];
      if (line === undefined || !line.startsWith(action)) throw new Error(`expected ${action}, got:\n${printed}`);
      await page.goto(String(url));
      await person[action]();
    }
    await until(() => child.exitCode !== null, { what: `the end\n${printed}`, seconds: 60 });
    if (!EXPECTED.test(printed)) throw new Error(`ended with ${child.exitCode}:\n${printed}`);
  } finally {
    await context.close();
    await api.close();
    await server.stop();
    await server.remove();
    await rm(folder, { recursive: true, force: true });
  }
};

type Ground = { readonly folder: string; readonly api: string; readonly redirectUri: string };

/** The person, both APIs and the agent with its key file. */
const registered = async (
  { issuer, administratorKeyFile }: { readonly issuer: string; readonly administratorKeyFile: string },
  { folder, api, redirectUri }: Ground,
): Promise<Readonly<Record<string, string>>> => {
  const management = await managementFromKeyFile(administratorKeyFile);
  const { id: owner } = await management.createAccount({ ...PERSON, name: 'Ada' });
  const scope = (name: string, description: string, risk = 'low') => ({ name, description, risk });
  const apis = {
    [SIGN_IN_API]: [scope('calendar.read', 'Read your calendar')],
    [api]: [scope('tickets.read', 'Read your tickets'), scope('tickets.close', 'Close tickets', 'high')],
  };
  for (const [identifier, scopes] of Object.entries(apis)) {
    await management.createResourceServer({ identifier, name: identifier, scopes, access_token_format: 'jwt' });
  }
  const key = await newKeyPair();
  const { id } = await management.createAgent({
    ...{ name: 'Assistant', owner, purpose: 'Closes tickets', environment: 'production' },
    ...{ redirect_uris: [redirectUri], jwks: { keys: [key.publicJwk] } },
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE, CIBA],
  });
  const jwk = { ...(await exportJWK(key.privateKey)), alg: key.alg, kid: key.kid };
  await writeFile(join(folder, 'agent.jwk'), JSON.stringify(jwk), { mode: 0o600 });
  return { ISSUER: issuer, CLIENT_ID: id, KEY: 'agent.jwk' };
};
