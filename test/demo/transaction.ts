/**
 * `npm run demo:transaction`: an agent works for two people in one transaction at an MCP server, is refused, has an action approved,
 * changes something, and is closed. The receipt names each step, and Python verifies it. Every sentence is checked. `--pictures FOLDER`
 * says where pictures go (default: a new folder among the temporary ones).
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { decodeJwt, exportJWK } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { type Agent, createAgent, keyFromJwk, type Subject, type Token } from '../../packages/agent/src/agent.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import type { Person } from '../support/browser-flow.ts';
import { visit, withPage } from '../support/chromium.ts';
import { freePort } from '../support/free-port.ts';
import { CIBA, EXCHANGE } from '../support/oauth-calls.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { runCli, type ServerProcess } from '../support/server-process.ts';
import { makePasskey, plugAuthenticator } from '../support/virtual-authenticator.ts';
import { type NotesServer, startNotesServer } from './notes-server.ts';
import { type Picture, picturedDemo } from './pictured-demo.ts';
import { check, dim, print, say, step } from './terminal.ts';

const INTENT = 'Publish the notes of the Monday meeting, and delete what is private';
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1 };
const SCRIPTS = resolve(import.meta.dirname, '../../docs/how-to/receipts');

type Room = { readonly url: string; readonly server: NotesServer };

/** The MCP server, known to the authorization server: what is published needs all participants. */
const openRoom = async ({ management, issuer }: Scene): Promise<Room & { readonly id: string }> => {
  const url = `http://127.0.0.1:${await freePort()}/mcp`;
  const made = await management.createResourceServer({
    identifier: url,
    name: 'Meeting notes',
    scopes: [
      { name: 'notes.read', description: 'Read the notes', risk: 'low' },
      { name: 'notes.publish', description: 'Publish the notes', risk: 'medium', participants: 'all' },
      { name: 'notes.delete', description: 'Delete notes for good', risk: 'high' },
    ],
    access_token_format: 'jwt',
    introspection_auth_method: 'client_secret_basic',
    permissions: ['reports:write'],
  });
  const credential = { clientId: made.id, clientSecret: String(made['client_secret']) };
  return { id: made.id, url, server: await startNotesServer(issuer, url, credential) };
};

const makeAgent = async (scene: Scene, room: Room): Promise<{ readonly identity: Identity; readonly agent: Agent }> => {
  const { management, issuer, accountId } = scene;
  const pair = await newKeyPair();
  const made = await management.createAgent({
    name: 'Scribe',
    owner: accountId,
    purpose: 'Keeps the notes of meetings',
    environment: 'test',
    jwks: { keys: [pair.publicJwk] },
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE, CIBA],
    authority: { [room.url]: ['*'], [`${issuer}/api/v1`]: ['transactions:read', 'transactions:write'] },
  });
  const key = await keyFromJwk({
    ...(await exportJWK(pair.privateKey)),
    alg: pair.alg,
    ...(pair.kid ? { kid: pair.kid } : {}),
  } as never);
  const agent = await createAgent({ issuer, clientId: made.id, credential: { key } });
  return { identity: { clientId: made.id, key: pair }, agent };
};

const signIn = async (page: Page, { username, password }: Person): Promise<void> => {
  if ((await page.getByLabel('Password').count()) === 0) return;
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

/** The person signs in to the agent, and allows it everything at the MCP server. Answers what the agent keeps of it. */
const allow = async (page: Page, scene: Scene, identity: Identity, room: Room, person: Person, picture?: Picture) => {
  const { calls, keyed } = scene;
  const scope = 'openid offline_access notes.read notes.publish notes.delete';
  const request = scene.authorizationRequest(identity, { scope, resource: room.url, prompt: 'consent' });
  const left = page.waitForRequest(`${REDIRECT_URI}*`);
  await page.goto(request.url);
  await signIn(page, person);
  await page.getByLabel(/Delete notes for good/).check();
  if (picture) await picture(page, 'consent');
  await page.getByRole('button', { name: 'Allow' }).click();
  const { status, text, body } = await calls.token(keyed(identity), {
    grant_type: 'authorization_code',
    code: new URL((await left).url()).searchParams.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: request.verifier,
    resource: room.url,
  });
  check(`${person.username} allows Scribe to work at the MCP server`, status === 200, text);
  return { token: String(body['refresh_token']), type: 'refresh_token' as const };
};

/** A stock MCP client that calls a tool with a token. `opening`: the token of the other messages; that of an approval is for one. */
const callTool = async (room: Room, { accessToken }: Token, name: string, opening = accessToken) => {
  const client = new Client({ name: 'scribe', version: '1.0.0' });
  const send = (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${String(init.body).includes('"tools/call"') ? accessToken : opening}`);
    return fetch(url, { ...init, headers });
  };
  await client.connect(new StreamableHTTPClientTransport(new URL(room.url), { fetch: send }));
  const { content, isError } = await client.callTool({ name });
  await client.close();
  return { text: String((content as readonly { readonly text?: string }[])[0]?.text), isError: isError === true };
};

const python = async (name: string, ...parameters: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)('python3', ['-B', join(SCRIPTS, name), ...parameters]);
  return stdout.trim();
};

/** The end: the receipt, what it says, and who verifies it. */
const settle = async (server: ServerProcess, scene: Scene, id: string, tokens: readonly Token[], folder: string) => {
  const behalf = async (...words: readonly string[]): Promise<string> => {
    print(`    ${dim(`$ behalf ${words.join(' ')}`)}`);
    const { code, stdout, stderr } = await runCli(words, { ...process.env, BEHALF_DATA: server.dataFolder });
    check('it works', code === 0, stderr);
    return stdout;
  };
  const [receipt, evidence, keys] = ['receipt.jws', 'evidence.zip', 'jwks.json'].map((name) => join(folder, name));
  await behalf('transactions', 'receipt', id, '--to', String(receipt));
  await behalf('transactions', 'evidence', id, '--to', String(evidence));
  await writeFile(String(keys), await (await fetch(scene.calls.endpoints.jwks)).text());
  const { verifier_key: key } = JSON.parse(await behalf('audit', 'log', '--json')) as { readonly verifier_key: string };
  const said = await python('verify_receipt.py', String(receipt), String(keys), scene.issuer, id, key);
  say(said);
  check(
    'Python verifies the receipt with the key of the log, and with none of our code',
    said.startsWith(`verified: ${id}`),
    said,
  );
  const lines = said.split('\n').slice(1);
  check('it names each token', lines.length === tokens.length, said);
  check(
    'the reports of the MCP server confirm each of them',
    lines.filter((line) => line.includes('confirmed')).length === tokens.length,
    said,
  );
  const proven = await python('verify_evidence.py', String(evidence), scene.issuer, id, key);
  check(`the archive with all events verifies too: ${proven.split('\n')[0]}`, proven.startsWith('verified: '), proven);
  const wrong = await python(
    'verify_receipt.py',
    String(receipt),
    String(keys),
    scene.issuer,
    'trn_another',
    key,
  ).catch((error: { readonly stdout?: string }) => String(error.stdout).trim());
  check(`for another transaction it is refused: ${wrong}`, wrong.startsWith('not verified'), wrong);
};

const story = async (server: ServerProcess, browser: Browser, picture: Picture, folder: string): Promise<void> => {
  step('An MCP server, an agent, and two people: Ada and Ben');
  const scene = await makeScene(server);
  const { management, person: ada, accountId } = scene;
  const ben: Person = { username: 'ben', password: 'another long enough pass phrase' };
  const benId = (await management.createAccount({ ...ben, name: 'Ben' })).id;
  const room = await openRoom(scene);
  try {
    const { identity, agent } = await makeAgent(scene, room);
    say(`the agent “Scribe” is ${identity.clientId}`);
    await withPage(browser, PHONE, async (page) => {
      step('Each of them allows Scribe to work at the MCP server');
      await plugAuthenticator(page);
      await page.goto(`${scene.issuer}/account/security/passkey`);
      await signIn(page, ada);
      await makePasskey(page, 'Phone');
      const ofAda = await allow(page, scene, identity, room, ada, picture);
      let ofBen = ofAda;
      await withPage(browser, PHONE, async (other) => {
        ofBen = await allow(other, scene, identity, room, ben);
      });

      step('Scribe opens a transaction of both, and says what it is for');
      const stated = { trigger: 'person', invoker: accountId, intent: INTENT, participants: [accountId, benId] };
      const opened = await management.call('POST', '/transactions', stated, {}, identity);
      check(`it is open: ${opened.body['id']}`, opened.status === 201, opened.text);
      const transaction = String(opened.body['id']);
      const tokens: Token[] = [];
      const want = async (subject: Subject, scope: string, hooks = {}): Promise<Token> => {
        const token = await agent.exchange({ subject, transaction, resource: room.url, scopes: [scope] }, { hooks });
        tokens.push(token);
        return token;
      };

      step('It reads the notes for Ada, and may not delete any with that token');
      const reading = await want(ofAda, 'notes.read');
      check('the token has the id of the transaction', decodeJwt(reading.accessToken)['txn'] === transaction);
      const read = await callTool(room, reading, 'read');
      check(`the tool answers: ${read.text}`, !read.isError, read.text);
      const refused = await callTool(room, reading, 'delete');
      check(`delete: ${refused.text}`, refused.isError && room.server.notes.length === 2, refused.text);

      step('To publish needs Ada and Ben: the token lists the delegation of each');
      const publishing = await want(ofBen, 'notes.publish');
      const { delegations } = decodeJwt(publishing.accessToken) as { readonly delegations?: readonly string[] };
      check('there are two delegations', delegations?.length === 2, delegations);
      const published = await callTool(room, publishing, 'publish');
      check(`the tool answers: ${published.text}`, !published.isError, published.text);

      step('To delete has high risk: Scribe is refused, asks for an approval, and Ada approves exactly that');
      let asks = 0;
      const approving: Promise<void>[] = [];
      const onApproval = (): void => {
        asks += 1;
        approving.push(approve(page, scene, picture));
      };
      const deleting = await want(ofAda, 'notes.delete', { onApproval });
      await Promise.all(approving);
      check('the refusal led to one approval, and that to one token', asks === 1);
      const deleted = await callTool(room, deleting, 'delete', reading.accessToken);
      check(`the tool answers: ${deleted.text}`, !deleted.isError && room.server.notes.length === 1, deleted.text);

      step('Scribe closes the transaction: every token of it has ended');
      const closed = await management.call('POST', `/transactions/${transaction}/close`, undefined, {}, identity);
      check('it is closed', closed.status === 200 && closed.body['state'] === 'closed', closed.text);
      for (const token of [reading, publishing]) {
        const after = await callTool(room, token, 'read').catch((error: Error) => error);
        check('the MCP server accepts it no longer', after instanceof Error, after);
      }
      // The reports that wait.
      await room.server.close();
      await page.setViewportSize({ width: 1440, height: 900 });
      await visit(page, `${scene.issuer}/console/transactions/${transaction}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      check('Ada, who owns Scribe, sees it in the console', String(await page.textContent('main')).includes(INTENT));
      await picture(page, 'console');

      step('The receipt names each step, and Python verifies it');
      await settle(server, scene, transaction, tokens, folder);
    });
  } finally {
    await room.server.close();
  }
};

/** Ada opens the request on her phone, sees the intent, and approves with her passkey. */
const approve = async (page: Page, { issuer }: Scene, picture: Picture): Promise<void> => {
  await visit(page, `${issuer}/account/approvals`);
  await page.locator('main a[href*="/account/approvals/"]').first().click();
  await page.getByText(INTENT).first().waitFor();
  await picture(page, 'approval');
  await page.getByRole('button', { name: 'Approve with your passkey' }).click();
  await page.getByRole('heading', { name: 'Approved' }).waitFor();
};

await picturedDemo('transaction', 'one transaction of two people, from the intent to the receipt', story);
