/** Findings that this server did not write, as after a change of the store or of a later version: their pages show what is stored. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FINDINGS, type Finding, findingId } from '../../src/domain/governance/finding.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const OPERATOR = { username: 'olga', password: 'a long enough pass phrase' };

let documents: DocumentStore;
let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  const between = (store: DocumentStore): DocumentStore => {
    documents = store;
    return store;
  };
  server = await runServer({ between });
  scene = await makeScene(server);
  await scene.management.createAccount({ ...OPERATOR, name: 'Olga', roles: ['operator'] });
});
afterAll(async () => {
  await server?.close();
});

const stored = async (more: object): Promise<string> => {
  const subject = `https://${crypto.randomUUID()}.example.com/client`;
  const id = findingId('unowned_client', subject);
  const finding = {
    ...{ id, kind: 'unowned_client', subjectKind: 'client', subject, name: 'Exporter', state: 'open', score: 70 },
    ...{ parts: [], evidence: [], foundAt: 1_800_000_000, createdAt: 1_800_000_000, updatedAt: 1_800_000_000 },
    ...more,
  } as unknown as Finding;
  await documents.collection<Finding>(FINDINGS).insert(finding);
  return id;
};

test.each<readonly [string, object, string]>([
  ['reason', { parts: [{ reason: 'moon_phase', points: 70, value: 3 }] }, 'moon_phase'],
  ['reason that is a member of objects', { parts: [{ reason: 'constructor', points: 70 }] }, 'constructor'],
  ['reason with markup', { parts: [{ reason: '<b>x</b>', points: 70 }] }, '&lt;b&gt;x&lt;/b&gt;'],
  ['kind', { kind: 'moon_phase' }, 'moon_phase'],
  ['kind of subject', { subjectKind: 'moon' }, 'moon'],
])('the page and the list show an unknown %s as it is stored, with a sentence', async (what, more, shown) => {
  const id = await stored(more);
  const browser = newBrowser(server.issuer);
  const path = `${server.issuer}/console/findings`;
  const page = await submitSignIn(browser, await browser.open(`${path}/${id}`), OPERATOR);
  expect([page.status, page.html.includes(shown)]).toEqual([200, true]);
  if (what !== 'kind of subject')
    expect(page.text).toMatch(/This server does not know this (reason|kind of finding)\./);
  expect((await browser.open(path)).status).toBe(200);
  const answer = await scene.management.call('GET', `/findings/${id}`);
  expect(answer.status).toBe(200);
  if (what === 'kind') expect(answer.body['acts']).toEqual([]);
});
