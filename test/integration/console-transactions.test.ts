/** One transaction over time: its events of the audit log as a picture and a table. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { Identity } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Person, submitSignIn } from '../support/browser-flow.ts';
import { declaredTransaction, INTENT } from '../support/declared-transaction.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const AUDITOR: Person = { username: 'aud', password: 'a long enough pass phrase' };

let server: RunningServer;
let scene: Scene;
let auditor: Browser;
/** No role. */
let ada: Browser;

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  const path = `/resource-servers/${scene.jwt.id}`;
  const etag = String((await scene.management.call('GET', path)).headers.get('etag'));
  await scene.management.call('PATCH', path, { permissions: ['reports:write'] }, { 'if-match': etag });
  [auditor, ada] = (await Promise.all([AUDITOR, scene.person].map(signedIn))) as [Browser, Browser];
}, 60_000);

afterAll(() => server?.close());

describe('/console/transactions', () => {
  test('draws every event of a transaction once, by party, and lists the same in the order of time', async () => {
    const tokens = await scene.newTokens(scene.jwt.identifier);
    await scene.consentToAgent(scene.agent, String(tokens['access_token']), scene.opaque.identifier);
    await server.settled();
    const txn = (await server.events('token.issued')).findLast((event) => event.txn !== undefined)?.txn ?? '';
    expect(txn).toMatch(/^txn_/);
    const events = (await server.events()).filter((event) => event.txn === txn);
    const page = await auditor.open(at(`/console/transactions/${txn}`));
    expect(page.status).toBe(200);
    const marks = [...page.html.matchAll(/<a href="#event-(\d+)" aria-label="([^"]+)">/g)];
    expect(marks.map(([, index]) => Number(index))).toEqual(events.map((_, index) => index));
    expect(marks[0]?.[2]).toMatch(/, granted, after 0 ms$/);
    expect([...page.html.matchAll(/id="event-(\d+)"/g)]).toHaveLength(events.length);
    expect(page.html).toContain(`href="/console/audit?txn=${txn}"`);
    expect(/<h1>(.*?)<\/h1>/.exec(page.html)?.[1]?.replaceAll(/<[^>]+>/g, '')).toMatch(/ worked for /);
    // Reading the audit log is an event, with its filter.
    await server.settled();
    expect((await server.events('audit.read')).at(-1)).toMatchObject({ outcome: 'done', inputs: { filters: { txn } } });
  });

  test('leads to it from its events in the audit log', async () => {
    const { html } = await auditor.open(at('/console/audit?type=token.issued'));
    expect(html).toMatch(/href="\/console\/transactions\/txn_\w+"/);
  });

  test('shows what an agent declared, each token with its grade and calls, and closes it', async () => {
    const { id, tokens } = await declaredTransaction(server.issuer, scene, (agent, subjectToken) =>
      scene.consentToAgent(agent, subjectToken, scene.jwt.identifier),
    );
    // Its owner, without a role.
    const page = await ada.open(at(`/console/transactions/${id}`));
    expect([page.status, page.text]).toEqual([200, expect.stringContaining(INTENT)]);
    expect(page.text).toContain('stated by the agent');
    const grades = [...page.html.matchAll(/<rect class="(confirmed|unreported)"/g)].map(([, grade]) => grade);
    expect(grades).toEqual(['confirmed', 'unreported']);
    for (const token of tokens) expect(page.text).toContain(String(decodeJwt(token)['jti']));
    expect(page.text).toContain('invoices.pay');
    // The audit log is not for an owner.
    expect(page.html).not.toContain('/console/audit');
    const list = await ada.open(at('/console/transactions?state=open'));
    expect(list.html).toContain(`/console/transactions/${id}"`);

    // The person for whom it worked, for operators and auditors.
    const person = await auditor.open(at(`/console/people/${scene.accountId}`));
    expect(person.html).toContain(`href="/console/transactions/${id}">${INTENT}`);

    const question = await ada.open(at(`/console/transactions/${id}/close`));
    expect(question.text).toContain('2 valid tokens end now.');
    const form = question.forms.find(({ action }) => action.endsWith('/close'));
    const closed = form && (await ada.submit(question, form));
    expect([closed?.status, closed?.text]).toEqual([200, expect.stringContaining('by the owner')]);
    expect((await server.events('transaction.closed')).at(-1)).toMatchObject({ txn: id, caller: scene.accountId });
    expect((await ada.open(at('/console/transactions?state=open'))).html).not.toContain(`/console/transactions/${id}"`);
  });

  test('gives the receipt of a closed one as a file, and its evidence to viewers of the audit log', async () => {
    const allow = (agent: Identity, subjectToken: string) =>
      scene.consentToAgent(agent, subjectToken, scene.jwt.identifier);
    const { id } = await declaredTransaction(server.issuer, scene, allow);
    const [receipt, evidence] = [`/console/transactions/${id}/receipt.jws`, `/console/transactions/${id}/evidence.zip`];
    const raw = (browser: Browser, path: string): Promise<Response> => browser.request(at(path));
    // An open one has neither.
    expect((await auditor.open(at(`/console/transactions/${id}`))).html).not.toMatch(/receipt\.jws|evidence\.zip/);
    expect((await raw(auditor, receipt)).status).toBe(409);
    expect((await raw(auditor, evidence)).status).toBe(409);
    expect((await scene.management.call('POST', `/transactions/${id}/close`)).status).toBe(200);

    const own = await ada.open(at(`/console/transactions/${id}`));
    expect(own.html).toContain(`href="${receipt}"`);
    expect(own.html).not.toContain('evidence.zip');
    const file = await raw(ada, receipt);
    const jws = (await file.text()).trimEnd();
    expect([file.status, file.headers.get('content-type'), file.headers.get('content-disposition')]).toEqual([
      200,
      'application/jose',
      `attachment; filename="${id}.jws"`,
    ]);
    const keys = createRemoteJWKSet(new URL(at('/jwks')));
    const { payload } = await jwtVerify(jws, keys, { issuer: server.issuer, typ: 'transaction-receipt+jwt' });
    expect(payload).toMatchObject({ txn: id, cause: 'operator' });

    const seen = await auditor.open(at(`/console/transactions/${id}`));
    expect(seen.html).toContain(`href="${receipt}"`);
    expect(seen.html).toContain(`href="${evidence}"`);
    const before = (await server.events('audit.exported')).length;
    const archive = await raw(auditor, evidence);
    expect([archive.status, archive.headers.get('content-type'), archive.headers.get('content-disposition')]).toEqual([
      200,
      'application/zip',
      `attachment; filename="${id}.zip"`,
    ]);
    const bytes = Buffer.from(await archive.arrayBuffer());
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    for (const name of ['README.txt', 'receipt.jws', 'events.ndjson']) expect(bytes.includes(name)).toBe(true);
    const [read, ...more] = (await server.events('audit.exported')).slice(before);
    expect([read, more]).toMatchObject([{ outcome: 'done', target: { kind: 'transaction', id } }, []]);

    // Owners may not read the audit log, others not even that it exists; strangers sign in.
    const refusals = (await server.events('request.refused')).length;
    expect((await raw(ada, evidence)).status).toBe(403);
    expect((await server.events('request.refused')).slice(refusals)).toMatchObject([
      { outcome: 'refused', error: 'forbidden', caller: scene.accountId },
    ]);
    const eve: Person = { username: 'eve', password: 'a long enough pass phrase' };
    await scene.management.call('POST', '/accounts', { ...eve, name: 'Eve' });
    const other = await signedIn(eve);
    expect([(await raw(other, receipt)).status, (await raw(other, evidence)).status]).toEqual([404, 403]);
    for (const path of [receipt, evidence]) expect((await raw(newBrowser(server.issuer), path)).status).toBe(303);
    expect((await server.events('audit.exported')).length).toBe(before + 1);
    const german = await auditor.request(at(`/console/transactions/${id}`), { headers: { 'accept-language': 'de' } });
    expect(await german.text()).toContain('Quittung herunterladen');
  });

  test('says why a token was allowed, with the text of the policies, and what a draft says', async () => {
    const { id } = await declaredTransaction(server.issuer, scene, (agent, subjectToken) =>
      scene.consentToAgent(agent, subjectToken, scene.jwt.identifier),
    );
    const page = await auditor.open(at(`/console/transactions/${id}`));
    const [, href = ''] = /href="([^"]*\/console\/audit\/events\/[^"]+)"/.exec(page.html) ?? [];
    const before = (await server.events('audit.read')).length;
    const why = await auditor.open(at(href));
    expect(why.status).toBe(200);
    expect(why.text).toContain('of the policies decided this');
    expect(why.text).toMatch(/permit ?\(/);
    expect(why.text).not.toContain('differs');
    await server.settled();
    // The event is read once for its members, and once for the explanation.
    expect((await server.events('audit.read')).length - before).toBe(2);

    const schema = await scene.management.call('GET', '/policy/schema');
    const text = `${schema.body['starter']}\n@id("no-tokens")\nforbid (principal, action == Action::"act", resource);\n`;
    const draft = await scene.management.call('POST', '/policy-sets', { text, note: 'No tokens' });
    expect([draft.status, draft.text]).toEqual([201, draft.text]);
    const other = await auditor.open(at(`${href}?policy=${draft.body['version']}`));
    expect(other.text).toContain(`What version ${draft.body['version']} says`);
    expect(other.text).toContain('differs');
    expect(other.text).toContain('@id("no-tokens")');
    expect((await ada.open(at(href))).status).toBe(403);
    expect((await auditor.open(at('/console/audit/events/nod_none:0000000000000001'))).status).toBe(404);
  });

  test('lists the tokens of a transaction page by page, and shows other users nothing of it', async () => {
    const { id, tokens } = await declaredTransaction(server.issuer, scene, (agent, subjectToken) =>
      scene.consentToAgent(agent, subjectToken, scene.jwt.identifier),
    );
    const first = await scene.management.call('GET', `/transactions/${id}/steps?limit=1`);
    const [one] = first.body['items'] as readonly { readonly token: string; readonly grade: string }[];
    expect([first.status, one?.token, one?.grade]).toEqual([200, decodeJwt(String(tokens[0]))['jti'], 'confirmed']);
    const cursor = encodeURIComponent(String(first.body['next']));
    const second = await scene.management.call('GET', `/transactions/${id}/steps?limit=1&cursor=${cursor}`);
    expect(second.body['items']).toMatchObject([{ token: decodeJwt(String(tokens[1]))['jti'], grade: 'unreported' }]);
    const { agent: other, id: secondId } = await declaredTransaction(server.issuer, scene, (agent, subjectToken) =>
      scene.consentToAgent(agent, subjectToken, scene.jwt.identifier),
    );
    // Compared with a transaction of another agent, each has lines of its own.
    const page = await auditor.open(at(`/console/transactions/${id}?against=${secondId}`));
    expect(page.text).toContain('lines differ from');
    const unknown = await auditor.open(at(`/console/transactions/${id}?against=trn_none`));
    expect(unknown.text).toContain('There is no such transaction');
    const refused = await scene.management.call('GET', `/transactions/${id}/steps`, undefined, {}, other);
    expect([refused.status, refused.body['type']]).toEqual([404, 'urn:behalf:problem:not_found']);
  });

  test('says of an unknown transaction that it has no event', async () => {
    const page = await auditor.open(at(`/console/transactions/txn_${'a'.repeat(26)}`));
    expect([page.status, page.text.includes('no event of this transaction')]).toEqual([200, true]);
  });

  test('refuses a viewer who may not read the audit log', async () => {
    const before = (await server.events('request.refused')).length;
    const page = await ada.open(at(`/console/transactions/txn_${'a'.repeat(26)}`));
    expect(page.status).toBe(403);
    const [event, ...others] = (await server.events('request.refused')).slice(before);
    expect(event).toMatchObject({ outcome: 'refused', error: 'forbidden', caller: scene.accountId });
    expect(others).toEqual([]);
  });
});
