/** The evidence of an access review: written by `behalf reviews evidence`, verified by `behalf audit verify --evidence` without the server. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readZip } from '../../adapters/node/zip-archive.ts';
import { noteVerifier } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { verifyReviewEvidence } from '../../src/domain/governance/reviews/verify-review-evidence.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// The server makes the items within a second, on a machine that others work on.
jest.setTimeout(120_000);

let server: RunningServer;
let scene: Scene;
let folder: string;
let review: string;
let key: string;

const behalf = (...argv: string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder, BEHALF_ISSUER: server.issuer });
const call = (method: string, path: string, body?: object) => scene.management.call(method, path, body);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-review-evidence-'));
  server = await runServer();
  scene = await makeScene(server);
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await server.behalf.services.delegations.recordConsent({
      ...{ subject: scene.accountId, actor: scene.agent.clientId, resource: `https://${name}.example.com` },
      ...{ asked: ['read', 'write'], scope: ['read', 'write'], by: scene.accountId },
      ...{ delegableTo: { agents: [], depth: 0 }, expiresAt: server.behalf.services.clock.now() + 86_400 },
    });
  }
  review = String((await call('POST', '/reviews', { name: 'Autumn' })).body['id']);
  const state = async () => (await call('GET', `/reviews/${review}`)).body['state'];
  await until(async () => (await state()) === 'open', { what: 'the items of a review', seconds: 60 });
  key = (await server.behalf.services.transparencyLog.head()).verifierKey;
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const itemsOf = async () => {
  const { items } = (await call('GET', `/review-items?review=${review}`)).body;
  return new Map(
    (items as readonly Record<string, unknown>[]).map((one) => [String(one['resource']).slice(8, 9), one]),
  );
};
const decide = async (name: string, body: object): Promise<void> => {
  const id = (await itemsOf()).get(name)?.['id'];
  const { status, text } = await call('POST', `/review-items/${id}/decide`, body);
  expect([status, text]).toEqual([200, text]);
};
const written = async (name: string): Promise<string> => {
  const to = join(folder, name);
  const made = await behalf('reviews', 'evidence', review, '--to', to);
  expect([made.code, made.err]).toEqual([0, expect.stringContaining('README.txt in it says how to verify it')]);
  return to;
};
const verify = (file: string, ...more: string[]) =>
  behalf('audit', 'verify', '--evidence', file, `--key=${key}`, ...more);

test('evidence has each decision with its proof and effect, verifies offline, and names what was changed', async () => {
  await decide('a', { decision: 'keep', reason: 'In use' });
  // The agent works meanwhile: more events of the delegation than one page of the search for the effect.
  const { delegation } = (await itemsOf()).get('b') ?? {};
  for (let number = 0; number < 250; number += 1)
    await server.behalf.services.audit.append({
      ...{ type: 'token.issued', outcome: 'granted', delegation: String(delegation), caller: scene.agent.clientId },
    });
  await decide('b', { decision: 'narrow', remove: ['write'] });
  await decide('c', { decision: 'end' });
  await decide('d', { decision: 'end' });
  const undone = (await itemsOf()).get('d')?.['id'];
  expect((await call('POST', `/review-items/${undone}/undo`)).status).toBe(200);
  const file = await written('open.zip');
  const events = await server.events('review.evidence_written');
  expect(events).toMatchObject([
    {
      ...{ outcome: 'done', target: { kind: 'review', id: review } },
      inputs: { manifest: expect.stringMatching(/^[0-9a-f]{64}$/), items: 5 },
    },
  ]);
  expect((await server.events('audit.exported')).at(-1)).toMatchObject({ target: { kind: 'review', id: review } });
  const good = await verify(file);
  expect([good.code, good.err]).toEqual([0, '']);
  expect(good.out).toMatch(/verified +5 items and \d+ records of rvw_/);
  expect(good.out).toContain('1 open, 1 kept, 1 narrowed, 1 ended, 1 undone');
  expect(JSON.parse((await verify(file, '--json')).out)).toMatchObject({ ok: true, items: 5, state: 'open' });

  const files = readZip(await readFile(file));
  expect(files.get('README.txt')?.toString()).toContain(key);
  const verdictOf = (changed: ReadonlyMap<string, Buffer>): unknown => {
    try {
      return verifyReviewEvidence(changed, { verifiers: [noteVerifier(key)] });
    } catch (error) {
      return error;
    }
  };
  expect(verdictOf(files)).toMatchObject({ items: 5, policies: 1, recordedOnly: 0, withoutEffect: 0 });
  const item = String((await itemsOf()).get('a')?.['id']);
  const changes: readonly (readonly [string, (text: string) => string, string])[] = [
    [
      'items.ndjson',
      (text) => text.replace('"state":"kept"', '"state":"narrowed"'),
      `item ${item} is narrowed, and no record`,
    ],
    ['items.ndjson', (text) => text.replace('In use', 'Not in use'), `item ${item} is kept, and no record`],
    ['items.ndjson', (text) => text.replace(/.*\n/, ''), '4 items are there, and the review was opened with 5'],
    [
      'items.ndjson',
      (text) => text.replace('"agent_name":"Secretary"', '"agent_name":"Other"'),
      'items.ndjson of the evidence was altered: it does not give the digest',
    ],
    ['review.json', (text) => text.replace('Autumn', 'Winter'), 'review.json of the evidence was altered'],
    ['events.ndjson', (text) => text.replace('"decision":"keep"', '"decision":"end"'), 'of stream'],
    ['events.ndjson', (text) => text.replace(/.*"decision":"keep".*\n/, ''), `item ${item} is kept, and no record`],
    ['related.ndjson', (text) => text.replace(/.*delegation\.narrowed.*\n/, ''), 'does not show that of dlg_'],
    ['related.ndjson', (text) => text.replace(/.*delegation\.created.*\n/, ''), 'was undone, and record'],
    ['events.ndjson', () => 'null\n', 'line 1 is no JSON'],
    ['policies/1.cedar', (text) => `${text} `, 'policies/1.cedar of the evidence was altered'],
    ['README.txt', (text) => `${text} `, 'README.txt of the evidence was altered'],
    ['manifest.json', (text) => text.replace('rvw_', 'rvx_'), 'manifest.json of the evidence was altered'],
    [
      'manifest.record',
      (text) => text.replace('"items":5', '"items":4'),
      'manifest.record of the evidence was altered',
    ],
    ['manifest.proof', (text) => text.replace(/index \d+/, 'index 0'), 'manifest.proof'],
    ['checkpoint', (text) => text.replace(/\n\d+\n/, '\n7\n'), 'no given key signed the checkpoint'],
  ];
  for (const [name, change, said] of changes) {
    const whole = files.get(name)?.toString() ?? '';
    expect([name, change(whole) !== whole]).toEqual([name, true]);
    const verdict = verdictOf(new Map(files).set(name, Buffer.from(change(whole))));
    expect([name, verdict]).toEqual([name, expect.objectContaining({ fault: expect.stringContaining(said) })]);
  }
  for (const name of files.keys()) {
    const without = new Map(files);
    without.delete(name);
    expect([name, verdictOf(without)]).toEqual([name, expect.objectContaining({ fault: expect.stringContaining('') })]);
  }
  expect(verdictOf(new Map(files).set('extra.txt', Buffer.of(1)))).toMatchObject({
    ...{ finding: 'evidence_altered', fault: expect.stringContaining('extra.txt') },
  });
  // Files of another archive of the same review do not fit, although each is proven.
  const later = readZip(await readFile(await written('later.zip')));
  expect(verdictOf(new Map(files).set('manifest.json', later.get('manifest.json') ?? Buffer.of()))).toMatchObject({
    ...{ finding: 'evidence_altered', fault: expect.stringContaining('manifest.json') },
  });
});

test('a broken archive, a missing one, and the key of another log are refused with a reason', async () => {
  const file = await written('broken.zip');
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length - 30));
  const cut = await verify(file);
  expect([cut.code, cut.err]).toEqual([1, expect.stringContaining('unreadable: ')]);
  await writeFile(file, bytes);
  const other = (await behalf('audit', 'log', '--json')).out;
  expect(other).toContain('verifier');
  const twice = await behalf('audit', 'verify', '--evidence', file, '--store');
  expect([twice.code, twice.err]).toEqual([2, expect.stringContaining('Specify exactly one of')]);
  const keyless = await behalf('audit', 'verify', '--evidence', file);
  expect([keyless.code, keyless.err]).toEqual([2, expect.stringContaining('--evidence need --key')]);
  expect((await verify(join(folder, 'none.zip'))).err).toContain('cannot be read');
});

test('evidence needs audit:read, and a review whose items are made', async () => {
  const none = await call('GET', '/reviews/rvw_aaaaaaaaaaaaaaaaaaaaaaaaaa/evidence');
  expect(none.status).toBe(404);
  const path = `/agents/${scene.agent.clientId}`;
  const etag = String((await call('GET', path)).headers.get('etag'));
  const authority = { [`${server.issuer}/api/v1`]: ['transactions:read'] };
  await scene.management.call('PATCH', path, { authority }, { 'if-match': etag });
  const byAgent = await scene.management.call('GET', `/reviews/${review}/evidence`, undefined, {}, scene.agent);
  expect(byAgent.status).toBe(403);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({
    ...{ error: 'forbidden', note: 'getReviewEvidence' },
  });
});
