/** Receipts of transactions: grades, what they are refused for, and a verifier that has none of our code. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { ACCESS_TOKEN_TYPE, type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import { credentialOf, reportOf, resultsOf, sendReports } from '../support/reports.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const SCRIPT = fileURLToPath(new URL('../../docs/how-to/receipts/verify_receipt.py', import.meta.url));
const now = (): number => Math.floor(Date.now() / 1000);

let server: RunningServer;
let scene: Scene;
let subject: string;
let folder: string;

const patch = async (path: string, change: object): Promise<void> => {
  const etag = String((await scene.management.call('GET', path)).headers.get('etag'));
  const { status, text } = await scene.management.call('PATCH', path, change, { 'if-match': etag });
  expect([status, text]).toEqual([200, text]);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-receipts-'));
  server = await runServer();
  scene = await makeScene(server);
  await patch(`/resource-servers/${scene.jwt.id}`, { permissions: ['reports:write'] });
  await patch(`/agents/${scene.agent.clientId}`, {
    authority: {
      [scene.jwt.identifier]: ['read', 'write'],
      [`${server.issuer}/api/v1`]: ['transactions:read', 'transactions:write'],
    },
  });
  subject = String((await scene.newTokens(scene.opaque.identifier))['access_token']);
  await scene.consentToAgent(scene.agent, subject, scene.jwt.identifier);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const call = (method: string, path: string, body?: object): Promise<Answer> =>
  scene.management.call(method, path, body, {}, scene.agent);
const opened = async (): Promise<string> =>
  String((await call('POST', '/transactions', { trigger: 'event', intent: 'File the report for Ada' })).body['id']);
const tokenIn = async (transaction: string): Promise<string> => {
  const { status, text, body } = await scene.calls.token(scene.keyed(scene.agent), {
    grant_type: EXCHANGE,
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN_TYPE,
    resource: scene.jwt.identifier,
    transaction,
  });
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
};
const report = async (...reports: readonly object[]): Promise<void> => {
  const answer = await sendReports(server.issuer, credentialOf(scene.jwt), JSON.stringify({ reports }));
  expect(resultsOf(answer).map(({ status }) => status)).toEqual(reports.map(() => 'recorded'));
};
const receiptOf = async (id: string): Promise<string> => {
  const { status, text, body } = await call('GET', `/transactions/${id}/receipt`);
  expect([status, text]).toEqual([200, text]);
  return String(body['receipt']);
};
const claimsOf = async (receipt: string) =>
  (
    await jwtVerify(receipt, createRemoteJWKSet(new URL(scene.calls.endpoints.jwks)), {
      issuer: server.issuer,
      typ: 'transaction-receipt+jwt',
    })
  ).payload;

const exported = async (): Promise<string> => {
  const lines: string[] = [];
  for await (const line of server.behalf.services.audit.export()) lines.push(line);
  return lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('');
};

/** Runs the script; answers its exit code and what it printed. */
const verified = async (receipt: string, txn: string, log?: string): Promise<readonly [code: number, text: string]> => {
  const files = { 'receipt.jws': receipt, 'jwks.json': await (await fetch(scene.calls.endpoints.jwks)).text() };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (log !== undefined) await writeFile(join(folder, 'audit.ndjson'), log);
  const at = (name: string): string => join(folder, name);
  const parts = [...Object.keys(files).map(at), server.issuer, txn, ...(log === undefined ? [] : [at('audit.ndjson')])];
  try {
    const { stdout } = await promisify(execFile)('python3', [SCRIPT, ...parts]);
    return [0, stdout];
  } catch (error) {
    const { code, stdout, stderr } = error as {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    };
    return [code, stdout + stderr];
  }
};

test('grades each token by its reports, and a script of Python alone verifies it with the export', async () => {
  const id = await opened();
  const [good, declined, , early] = [await tokenIn(id), await tokenIn(id), await tokenIn(id), await tokenIn(id)];
  const longAgo = now() - 3600;
  await report(reportOf(good), reportOf(early, { time: longAgo }), reportOf(declined, { outcome: 'refused' }));
  expect((await call('POST', `/transactions/${id}/close`)).status).toBe(200);
  const none = await tokenIn(await opened());
  await report(reportOf(none));
  const receipt = await receiptOf(id);
  const claims = await claimsOf(receipt);
  expect(claims).toMatchObject({
    txn: id,
    agent: scene.agent.clientId,
    owner: scene.accountId,
    trigger: 'event',
    cause: 'agent',
    intent: { source: 'stated_by_agent' },
    grades: { confirmed: 2, unreported: 1, contradicted: 1, unauthorized: 0 },
    refused: 0,
  });
  expect((claims['steps'] as { readonly grade: string }[]).map(({ grade }) => grade)).toEqual([
    'confirmed',
    'confirmed',
    'unreported',
    'contradicted',
  ]);
  expect(JSON.stringify(claims)).not.toContain('File the report');

  const log = await exported();
  expect(await verified(receipt, id, log)).toEqual([0, expect.stringContaining(`verified: ${id}`)]);
  expect(await verified(receipt, 'trn_other')).toEqual([1, expect.stringContaining('about the transaction')]);
  // Another time in a report, a report left out, another grade.
  const changed = log.replaceAll(`"time":${longAgo}`, `"time":${longAgo + 3600}`);
  expect(changed).not.toBe(log);
  const without = log.split('\n').filter((line) => !(line.includes(id) && line.includes('report.stated')));
  expect(await verified(receipt, id, without.join('\n'))).toEqual([1, expect.stringContaining('not verified')]);
  expect(await verified(receipt, id, changed)).toEqual([1, expect.stringContaining('was changed')]);
  const [header, payload = '', signature] = receipt.split('.');
  const better = Buffer.from(payload, 'base64url').toString().replace('"contradicted"', '"confirmed"');
  const forged = [header, Buffer.from(better).toString('base64url'), signature].join('.');
  expect(await verified(forged, id)).toEqual([1, expect.stringContaining('no key of the server signed')]);
});

test('is refused while the transaction is open, and to callers that do not see it', async () => {
  const id = await opened();
  const early = await call('GET', `/transactions/${id}/receipt`);
  expect([early.status, early.text]).toEqual([409, expect.stringContaining('close it first')]);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({ error: 'conflict', target: { id } });
  const stranger = await scene.newAgent('Stranger');
  await patch(`/agents/${stranger.clientId}`, {
    authority: { [`${server.issuer}/api/v1`]: ['transactions:read'] },
  });
  const other = await scene.management.call('GET', `/transactions/${id}/receipt`, undefined, {}, stranger);
  expect(other.status).toBe(404);
});

test('a call after the revocation of its token is unauthorized, and the export shows why', async () => {
  const id = await opened();
  const [revoked, other] = [await tokenIn(id), await tokenIn(id)];
  const revocation = await scene.calls.revoke(scene.keyed(scene.agent), revoked);
  expect([revocation.status, revocation.text]).toEqual([200, revocation.text]);
  stopClock();
  try {
    advance(120_000);
    await report(reportOf(revoked, { time: now() }), reportOf(other, { time: now() }));
    expect((await call('POST', `/transactions/${id}/close`)).status).toBe(200);
    const receipt = await receiptOf(id);
    const claims = await claimsOf(receipt);
    expect(claims['steps']).toMatchObject([
      { grade: 'unauthorized', ended_by: 'token.revoked', ended_at: expect.any(Number) },
      { grade: 'confirmed' },
    ]);
    const log = await exported();
    expect(await verified(receipt, id, log)).toEqual([0, expect.stringContaining('unauthorized')]);
    // Without the record of the revocation the token looks live at the call.
    const without = log.split('\n').filter((line) => !line.includes('"type":"token.revoked"'));
    expect(await verified(receipt, id, without.join('\n'))).toEqual([1, expect.stringContaining('steps or grades')]);
  } finally {
    startClock();
  }
});

test.each([
  ['an empty file', ''],
  ['no JSON', 'a.b.c'],
  ['a list as header', `${Buffer.from('[]').toString('base64url')}.e30.e30`],
  ['a deep header', `${Buffer.from('['.repeat(100_000)).toString('base64url')}.e30.e30`],
])('the script refuses %s without a traceback', async (_, receipt) => {
  const [code, text] = await verified(receipt, 'trn_a');
  expect([code, text]).toEqual([1, expect.stringMatching(/^not verified: /)]);
});
