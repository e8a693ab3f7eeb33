/** Who takes part in the demo: made with the `behalf` command where an owner would use it, else through the management API. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { type Identity, keyPairFromJwk, newKeyPair } from '../support/agent-keys.ts';
import { type Filling, newBrowser, type Page, walkAuthorization } from '../support/browser-flow.ts';
import { freePort } from '../support/free-port.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type Answer, answerOf, type Credential, discover, formOf, oauthCalls } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { finishOnOurPages, REDIRECT_URI } from '../support/scene.ts';
import {
  type CommandResult,
  endWithUs,
  runCli,
  type ServerProcess,
  untilAnswering,
} from '../support/server-process.ts';
import type { CalendarOptions } from './resource-server.ts';
import { check, dim, print, say, step } from './terminal.ts';

type Registered = { readonly id: string; readonly identifier: string; readonly credential: Credential };

export type Cast = Awaited<ReturnType<typeof makeCast>>;

export const makeCast = async (server: ServerProcess) => {
  const { issuer } = server;
  const management = await managementFromKeyFile(server.administratorKeyFile);
  const calls = oauthCalls(await discover(issuer));
  const account = { username: 'ada', password: 'an apple fell on a train' };

  const behalf = async (...words: readonly string[]): Promise<CommandResult> => {
    print(`    ${dim(`$ behalf ${words.map((word) => (/[^\w./:=-]/.test(word) ? `'${word}'` : word)).join(' ')}`)}`);
    return runCli(words, { ...process.env, BEHALF_DATA: server.dataFolder });
  };

  step('The operator registers what tokens can be for');
  const register = async (identifier: string, name: string, scopes: readonly string[]): Promise<Registered> => {
    const options = scopes.flatMap((scope) => ['--scope', scope]);
    const made = await behalf(
      'resource-servers',
      'create',
      identifier,
      '--name',
      name,
      ...options,
      '--introspection',
      'client_secret_basic',
      '--json',
    );
    check(`${name} is registered`, made.code === 0, made.stderr);
    const { id, client_secret } = JSON.parse(made.stdout) as { id: string; client_secret: string };
    return { id, identifier, credential: { kind: 'basic', clientId: id, secret: client_secret } };
  };
  const port = await freePort();
  const calendar = await register(`http://localhost:${port}`, 'Calendar', [
    'calendar.read:low:See your appointments',
    'calendar.write:medium:Add and move appointments',
    'calendar.delete:high:Remove appointments for good',
  ]);
  const assistance = await register('https://secretary.example.com', 'Secretary API', [
    'assist:low:Give the secretary work',
  ]);
  const planning = await register('https://planner.example.com', 'Planner API', ['plan:low:Give the planner work']);

  step('An operator registers two agents with their public keys; Ada, who is to answer for them, accepts');
  const ada = await management.createAccount({ ...account, name: 'Ada' });
  const agent = async (name: string, purpose: string, at: Registered): Promise<Identity> => {
    const file = join(server.dataFolder, `${name.toLowerCase()}.jwk.json`);
    const made = await behalf(
      'agents',
      'create',
      '--name',
      name,
      '--purpose',
      purpose,
      '--owner',
      account.username,
      '--resource-server',
      at.id,
      '--key',
      file,
      '--json',
    );
    check(`${name} is registered; its private key never left its machine`, made.code === 0, made.stderr);
    const { id, state } = JSON.parse(made.stdout) as { id: string; state: string };
    say(`client_id ${id}`);
    const accepted = (await management.acceptAs(ada.id, id)).body['state'];
    check('it could do nothing before Ada accepted it', state === 'pending' && accepted === 'active', made.stdout);
    return { clientId: id, key: await keyPairFromJwk(JSON.parse(await readFile(file, 'utf8')) as JWK) };
  };
  const secretary = await agent('Secretary', 'Keeps the calendar in order', assistance);
  const planner = await agent('Planner', 'Finds free hours', planning);

  const deskKey = await newKeyPair();
  const app = await management.createClient({
    name: 'Desk',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [deskKey.publicJwk] },
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  const desk: Identity = { clientId: app.id, key: deskKey };

  step('The calendar starts: a process of its own');
  const calendarOptions: CalendarOptions = {
    port,
    issuer,
    identifier: calendar.identifier,
    clientId: calendar.id,
    clientSecret: calendar.credential.kind === 'basic' ? calendar.credential.secret : '',
  };
  const child = endWithUs(
    spawn(process.execPath, [join(import.meta.dirname, 'resource-server.ts'), JSON.stringify(calendarOptions)], {
      stdio: 'inherit',
    }),
  );
  await untilAnswering(`http://127.0.0.1:${port}/`, child, 10_000);
  check(`it serves as ${calendar.identifier}, process ${child.pid}`, child.exitCode === null);

  const browser = newBrowser(issuer);
  const revokeForm = (page: Page, delegation: string) =>
    page.forms.find(({ action }) => action.endsWith(`/${delegation}/revoke`));

  return {
    calls,
    behalf,
    calendar,
    planning,
    secretary,
    planner,
    desk,
    person: {
      accountId: ada.id,
      password: account.password,
      open: (url: string): Promise<Page> => browser.open(url),
      /** Through sign-in to the parameters that redeem the code. Desk asks for what it may later hand on. */
      async signIn(): Promise<Readonly<Record<string, string>>> {
        const pkce = newPkce();
        const query = formOf({
          client_id: desk.clientId,
          response_type: 'code',
          redirect_uri: REDIRECT_URI,
          scope: 'openid assist plan calendar.read calendar.write calendar.delete',
          resource: [assistance.identifier, planning.identifier, calendar.identifier],
          code_challenge: pkce.challenge,
          code_challenge_method: 'S256',
        });
        const left = await walkAuthorization(browser, `${calls.endpoints.authorization}?${query}`, { person: account });
        return {
          grant_type: 'authorization_code',
          code: left.searchParams.get('code') ?? '',
          redirect_uri: REDIRECT_URI,
          code_verifier: pkce.verifier,
          resource: assistance.identifier,
        };
      },
      /** Through the page behind consent_required. */
      async walk(
        url: string,
        how: { readonly check: NonNullable<Filling['check']>; readonly onPage: (page: Page) => void },
      ): Promise<Page> {
        return finishOnOurPages(browser, await browser.open(url), {
          person: account,
          consent: { button: /=allow$/, check: how.check },
          onPage: how.onPage,
        });
      },
      /** By the button on the account page. */
      async revoke(delegation: string): Promise<void> {
        const page = await finishOnOurPages(browser, await browser.open(`${issuer}/account`), { person: account });
        const form = revokeForm(page, delegation);
        check(`the account page has a button: “${form?.buttons[0]?.text}”`, form !== undefined, page.text);
        if (!form) return;
        const after = await browser.submit(page, form);
        check(
          'it is no longer listed',
          after.status === 200 && revokeForm(after, delegation) === undefined,
          after.text,
        );
      },
    },
    visitCalendar: async (method: string, accessToken: string): Promise<Answer> =>
      answerOf(
        await fetch(`http://localhost:${port}/events`, { method, headers: { authorization: `Bearer ${accessToken}` } }),
      ),
    end: (): void => {
      child.kill();
    },
  };
};
