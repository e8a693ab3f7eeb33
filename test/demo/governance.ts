/**
 * `npm run demo:governance`: an agent that no one registered surfaces and is stopped, an agent with another prompt waits for its
 * owner, one that was taken over is suspended, and a review ends access that no one uses. The audit log proves all of it. Every sentence is checked. `--pictures FOLDER`
 * says where pictures go (default: a new folder among the temporary ones).
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { compositionOf } from '../../packages/agent/src/agent.ts';
import { assertionParameters, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { withPage } from '../support/chromium.ts';
import { type Answer, EXCHANGE, post } from '../support/oauth-calls.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { runCli, type ServerProcess } from '../support/server-process.ts';
import { undeclaredAgent } from '../support/undeclared-agent.ts';
import { until } from '../support/until.ts';
import { type Picture, picturedDemo } from './pictured-demo.ts';
import { check, dim, print, refused, say, step } from './terminal.ts';

type Json = Readonly<Record<string, unknown>>;
const WIDE = { viewport: { width: 1120, height: 900 }, deviceScaleFactor: 1 };
const OPERATOR = { username: 'olga', password: 'a lantern on the pier' };

const TOOLS = [{ name: 'book', description: 'Books a train', inputSchema: { type: 'object' } }];
const BOOKING = compositionOf({ model: 'travel-2', promptText: 'Book the cheapest train.', tools: TOOLS });
const CHANGED = compositionOf({
  model: 'travel-2',
  promptText: 'Book the cheapest train, and send a copy of the ticket to me@example.net.',
  tools: TOOLS,
});

const signIn = async (page: Page, issuer: string): Promise<void> => {
  await page.goto(`${issuer}/console`);
  await page.getByLabel('Username').fill(OPERATOR.username);
  await page.getByLabel('Password').fill(OPERATOR.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${issuer}/console`);
};

const look = async (page: Page, address: string, picture: Picture, name: string): Promise<string> => {
  await page.goto(address);
  await picture(page, name);
  return String(await page.locator('main').textContent()).replaceAll(/\s+/g, ' ');
};

const discovery = async (scene: Scene, page: Page, picture: Picture): Promise<void> => {
  const { management, calls, jwt, issuer } = scene;
  step('A script gets tokens for itself. No one registered it as an agent, and it has no owner');
  const { id, credential, finding } = await undeclaredAgent(scene, 'Invoice bot');
  say(`“Invoice bot” is ${id}. It got five tokens, none of them with a person`);

  step('It surfaces by itself, with a score in parts and the events that prove it');
  const path = `/findings/${finding}`;
  const seen = await look(page, `${issuer}/console${path}`, picture, 'finding');
  check('the page names the client, and says why', seen.includes('Invoice bot'), seen);

  step('The operator puts it in quarantine: its tokens stop at once');
  const ask = (): Promise<Answer> =>
    calls.token(credential, { grant_type: 'client_credentials', resource: jwt.identifier });
  const token = String((await ask()).body['access_token']);
  const isActive = async (): Promise<unknown> => (await calls.introspect(jwt.credential, token)).body['active'];
  check('before: the API hears that its token is active', (await isActive()) === true);
  const stopped = await management.call('POST', `${path}/quarantine`, { reason: 'No one knows it' });
  check('it is stopped, under the name of the operator', stopped.status === 200, stopped.text);
  check('after: the same token is not active', (await isActive()) === false);
  refused('a new token', await ask(), ['invalid_client']);
};

const planner = async ({ management, accountId, jwt }: Scene): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await management.createAgent({
    name: 'Travel planner',
    owner: accountId,
    purpose: 'Books trips',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['client_credentials', EXCHANGE],
    authority: { [jwt.identifier]: ['read', 'write'] },
    ceilings: { composition_drift: 'approve' },
  });
  return { clientId: made.id, key };
};

const drift = async (scene: Scene, page: Page, picture: Picture): Promise<void> => {
  const { management, calls, jwt, issuer } = scene;
  step('An agent shows model, prompt and tools with each proof of its key');
  const agent = await planner(scene);
  const ask = async (composition: object): Promise<Answer> =>
    post(calls.endpoints.token, {
      client_id: agent.clientId,
      ...(await assertionParameters(agent, issuer, { claims: { composition } })),
      ...{ grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' },
    });
  const first = await ask(BOOKING);
  check('the first composition is its own, and it works', first.status === 200, first.text);

  step('One night its prompt is another one');
  refused('the agent with the changed prompt', await ask(CHANGED), ['access_denied']);
  check('instances with the approved prompt continue', (await ask(BOOKING)).status === 200);
  const address = `/agents/${agent.clientId}`;
  const seen = await look(page, `${issuer}/console${address}`, picture, 'composition');
  check('the page of the agent says that another composition waits', /composition/i.test(seen), seen);

  step('The owner reads the difference, and approves exactly that');
  const { body } = await management.call('GET', address);
  const waiting = body['composition_drift'] as Json;
  check('the difference names the prompt and nothing else', JSON.stringify(waiting).includes('"prompt"'), waiting);
  const approved = await management.call('POST', `${address}/compositions/approval`, { digest: waiting['digest'] });
  check('approved', approved.status === 200, approved.text);
  check('the agent works with the new prompt', (await ask(CHANGED)).status === 200);
};

const response = async (scene: Scene, page: Page, picture: Picture): Promise<void> => {
  const { management, calls, jwt, keyed, accountId, issuer } = scene;
  step('A response rule: suspend an agent that is refused six times within ten minutes');
  const rule = await management.call('POST', '/response-rules', {
    name: 'Bursts of denials',
    when: [{ fact: 'denials_10_minutes', at_least: 6 }],
    act: 'contain',
  });
  const path = `/response-rules/${rule.body['id']}`;
  const replayed = await management.call('POST', `${path}/replay`, {});
  const { events, agents_acted_on: acted } = replayed.body['replay'] as Json;
  check(`a replay of ${events} events says what it would have done so far: nothing`, acted === 0, replayed.text);
  const etag = String((await management.call('GET', path)).headers.get('etag'));
  const active = await management.call('POST', `${path}/activate`, undefined, { 'if-match': etag });
  check('an administrator who read that lets it act', active.body['state'] === 'active', active.text);

  step('“Clerk” was taken over: it tries what it may not');
  const identity = await scene.newAgent('Clerk', accountId, ['read']);
  const ask = (scope: string): Promise<Answer> =>
    calls.token(keyed(identity), { grant_type: 'client_credentials', resource: jwt.identifier, scope });
  const token = String((await ask('read')).body['access_token']);
  for (let time = 0; time < 6; time += 1) await ask('delete');
  const begin = performance.now();
  const isActive = async (): Promise<boolean> =>
    (await calls.introspect(jwt.credential, token)).body['active'] === true;
  await until(async () => !(await isActive()), { what: 'the end of its tokens', seconds: 60 });
  check(`after ${((performance.now() - begin) / 1000).toFixed(1)} s its token is not active`, true);
  refused('a new token', await ask('read'), ['invalid_client']);
  const { body } = await management.call('GET', `/responses?agent=${identity.clientId}`);
  const [done = {}] = body['items'] as readonly Json[];
  const seen = await look(page, `${issuer}/console/responses/${done['id']}`, picture, 'response');
  check('the page says which rule it was, and why', seen.includes('Bursts of denials'), seen);

  step('Its owner, whose account may be the one that was taken over, cannot lift that');
  const ofOwner = await management.newScript(accountId);
  const lift = `/responses/${done['id']}/lift`;
  const own = await management.call('POST', lift, undefined, {}, ofOwner);
  check(`the owner: ${own.status} ${own.body['reason']}`, own.status === 403, own.text);
  const other = await management.call('POST', lift);
  check('another operator can', other.status === 200, other.text);
  check('Clerk works again', (await ask('read')).status === 200);
};

const review = async (scene: Scene, page: Page, picture: Picture): Promise<void> => {
  const { management, calls, jwt, opaque, keyed, agent, issuer } = scene;
  step('Ada allowed her agent “Secretary” two APIs, and forgot one of them');
  const { access_token: own } = await scene.newTokens(jwt.identifier, 'openid read write');
  for (const resource of [jwt.identifier, opaque.identifier]) await scene.consentToAgent(agent, String(own), resource);
  const exchanged = await calls.exchange(keyed(agent), String(own), opaque.identifier);
  const token = String(exchanged.body['access_token']);
  check('Secretary reads files on behalf of Ada', exchanged.status === 200, exchanged.text);

  step('A review makes an item for each delegation');
  const made = await management.call('POST', '/reviews', { name: 'Autumn', default: 'end' });
  check('the review is there', made.status === 201, made.text);
  const { id } = made.body;
  await until(async () => (await management.call('GET', `/reviews/${id}`)).body['state'] === 'open', {
    what: 'the list of items',
  });
  const items = (await management.call('GET', `/review-items?review=${id}`)).body['items'] as readonly Json[];
  check('two items wait for a decision', items.length === 2, items);
  await look(page, `${issuer}/console/reviews/${id}`, picture, 'review');
  const item = items.find(({ resource }) => resource === opaque.identifier) ?? {};
  const path = `/review-items/${item['id']}`;
  const seen = await look(page, `${issuer}/console${path}`, picture, 'item');
  check(
    'an item names person, agent and API',
    ['Ada', 'Secretary'].every((word) => seen.includes(word)),
    seen,
  );

  step('The reviewer ends it: the API hears that with its next question');
  const isActive = async (): Promise<unknown> => (await calls.introspect(opaque.credential, token)).body['active'];
  check('before: the token is active', (await isActive()) === true);
  const ended = await management.call('POST', `${path}/decide`, { decision: 'end', reason: 'Not used since spring' });
  check(
    'the item says that the end is in effect',
    ended.status === 200 && ended.body['in_effect'] === true,
    ended.text,
  );
  check('after: the token is not active', (await isActive()) === false);
  refused('Secretary with Ada’s token', await calls.exchange(keyed(agent), String(own), opaque.identifier), [
    'access_denied',
    'consent_required',
    'interaction_required',
  ]);

  step('It was a mistake: within 24 hours the reviewer undoes it');
  const undone = await management.call('POST', `${path}/undo`, {});
  check('Ada is told, and has a new delegation', undone.status === 200, undone.text);
  check('the ended token stays dead', (await isActive()) === false);
  check(
    'Secretary gets a new one',
    (await calls.exchange(keyed(agent), String(own), opaque.identifier)).status === 200,
  );
};

const proof = async (server: ServerProcess, folder: string): Promise<void> => {
  step('Weeks later: who decided what, and is the log complete?');
  const file = join(folder, 'audit.ndjson');
  const behalf = async (...words: readonly string[]): Promise<string> => {
    print(`    ${dim(`$ behalf ${words.join(' ')}`)}`);
    const { code, stdout, stderr } = await runCli(words, { ...process.env, BEHALF_DATA: server.dataFolder });
    check('it works', code === 0, stderr);
    return stdout;
  };
  const exported = await behalf('audit', 'export');
  await writeFile(file, exported);
  say((await behalf('audit', 'verify', file)).trim().split('\n')[0] ?? '');
  for (const type of [
    ...['finding.opened', 'finding.quarantined', 'agent.composition_drifted', 'response.acted', 'response.lifted'],
    ...['review.opened', 'review.item_decided', 'review.item_undone'],
  ]) {
    check(type, exported.includes(`"type":"${type}"`));
  }
};

const story = async (server: ServerProcess, browser: Browser, picture: Picture, folder: string): Promise<void> => {
  const scene = await makeScene(server);
  await scene.management.createAccount({ ...OPERATOR, name: 'Olga Brandt', roles: ['operator'] });
  await withPage(browser, WIDE, async (page) => {
    await signIn(page, server.issuer);
    await discovery(scene, page, picture);
    await drift(scene, page, picture);
    await response(scene, page, picture);
    await review(scene, page, picture);
  });
  await proof(server, folder);
};

await picturedDemo(
  'governance',
  'unknown agents surface, changed ones wait, odd ones stop, and unused access ends',
  story,
);
