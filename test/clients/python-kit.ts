/** The Python package of this repository, built as a wheel: an API behind it, called by an agent for a person. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { freePort } from '../support/free-port.ts';
import { installPythonPackage } from '../support/python-package.ts';
import type { ClientScript } from './client-script.ts';
import { CALLBACK, EXCHANGE, person } from './client-server.ts';
import { ROOT } from './packages.ts';
import { runProgram } from './program.ts';

const NOTES = 'https://notes.example.com/';
let python = '';

/** Ada in a real browser: signs in where she is asked to, allows what the agent asks for, and is sent on to the program. */
const signInAndAllow = async (page: Page, url: string): Promise<string> => {
  await page.goto(url);
  if (await page.locator('[name=password]').count()) {
    await page.locator('[name=username]').fill(person.username);
    await page.locator('[name=password]').fill(person.password);
    await page.locator('button[type=submit]').first().click();
  }
  await page.locator('button[value=allow]').click();
  await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/callback/);
  return (await page.locator('main').textContent()) ?? '';
};

export const pythonKit: ClientScript = {
  name: 'python-kit',
  async prepare() {
    const installed = await installPythonPackage(['starlette']);
    ({ python } = installed);
    return installed.wheel;
  },
  async run(ground, check) {
    const api = await ground.behalf(
      ...['resource-servers', 'create', NOTES, '--name', 'Notes', '--introspection', 'client_secret_basic'],
      ...['--scope', 'notes.read:low:Read your notes', '--scope', 'notes.write:medium:Change your notes'],
    );
    const port = await freePort();
    const agent = await ground.newAgent(
      'python-kit',
      ...['--redirect-uri', CALLBACK, '--redirect-uri', `http://127.0.0.1:${port}/callback`],
      ...['--authority', `${NOTES} notes.read notes.write`],
      ...['authorization_code', 'client_credentials', 'refresh_token', EXCHANGE].flatMap((grant) => [
        '--grant-type',
        grant,
      ]),
    );
    const app = await ground.newClient(
      'python-app',
      ...['--type', 'native', '--redirect-uri', 'http://127.0.0.1/callback'],
      ...['authorization_code', 'refresh_token'].flatMap((grant) => ['--grant-type', grant]),
    );
    const program = join(ROOT, 'test/clients/python-kit/agent.py');
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      await runProgram(
        ground,
        check,
        [python, program],
        {
          ISSUER: ground.issuer,
          CLIENT_ID: agent.id,
          KEY_FILE: agent.keyFile,
          REDIRECT_URI: CALLBACK,
          LOOPBACK_URI: `http://127.0.0.1:${port}/callback`,
          APP_ID: app.id,
          RESOURCE: NOTES,
          PERSON: ground.accountId,
          API_ID: String(api['client_id'] ?? api['id']),
          API_SECRET: String(api['client_secret']),
        },
        (url) => signInAndAllow(page, url),
      );
    } finally {
      await browser.close();
    }
  },
};
