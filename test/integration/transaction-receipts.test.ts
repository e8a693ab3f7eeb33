/** Receipts of transactions: grades, what they are refused for, and a verifier that has none of our code. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { noteSigner } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { ownSignatures } from '../../src/provider/tokens/own-signatures.ts';
import { ACCESS_TOKEN_TYPE, type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import { credentialOf, reportOf, resultsOf, sendReports } from '../support/reports.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../docs/how-to/receipts/${name}`, import.meta.url));
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

/** Verifies with Python: the receipt alone, or with the records of an export. Answers the exit code and what it printed. */
const verified = async (
  receipt: string,
  txn: string,
  log?: string,
  key?: string,
): Promise<readonly [code: number, text: string]> => {
  const files = {
    'receipt.jws': receipt,
    'jwks.json': await (await fetch(scene.calls.endpoints.jwks)).text(),
    'audit.ndjson': log ?? '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const at = (name: string): string => join(folder, name);
  const expected = [server.issuer, txn, key ?? (await server.behalf.services.transparencyLog.head()).verifierKey];
  const parts =
    log === undefined
      ? [script('verify_receipt.py'), at('receipt.jws'), at('jwks.json'), ...expected]
      : [script('verify_evidence.py'), folder, ...expected, at('audit.ndjson')];
  try {
    const { stdout } = await promisify(execFile)('python3', ['-B', ...parts]);
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

/** The receipt with other claims under the signature of the first. */
const withClaims = (receipt: string, change: (claims: Record<string, unknown>) => object): string => {
  const [header, payload = '', signature] = receipt.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  return [header, Buffer.from(JSON.stringify(change(claims))).toString('base64url'), signature].join('.');
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
  expect(await verified(receipt, id)).toEqual([0, expect.stringContaining(`verified: ${id}`)]);
  expect(await verified(receipt, id, log)).toEqual([0, expect.stringContaining(`verified: ${id}`)]);
  expect(await verified(receipt, 'trn_other')).toEqual([1, expect.stringContaining('about the transaction')]);
  // Another time in a report, a report left out, another grade.
  const changed = log.replaceAll(`"time":${longAgo}`, `"time":${longAgo + 3600}`);
  expect(changed).not.toBe(log);
  const without = log.split('\n').filter((line) => !(line.includes(id) && line.includes('report.stated')));
  expect(await verified(receipt, id, without.join('\n'))).toEqual([1, expect.stringContaining('not verified')]);
  expect(await verified(receipt, id, changed)).toEqual([1, expect.stringContaining('was changed')]);
  const forged = withClaims(receipt, (one) => ({ ...one, steps: [] }));
  expect(await verified(forged, id)).toEqual([1, expect.stringContaining('no key of the server signed')]);
}, 120_000);

/** Signs claims as an attacker with the key of the server, but not that of its log. */
const signed = async (claims: Readonly<Record<string, unknown>>): Promise<string> => {
  const signatures = ownSignatures();
  signatures.useKeys(await server.behalf.services.keys.privateJwks());
  return signatures.sign('transaction-receipt+jwt', claims);
};

test('a receipt whose proof is of another statement, transaction or log is found and named, also with a good signature', async () => {
  const [id, other] = [await opened(), await opened()];
  for (const one of [id, other]) {
    await tokenIn(one);
    expect((await call('POST', `/transactions/${one}/close`)).status).toBe(200);
  }
  const [claims, ofOther] = [await claimsOf(await receiptOf(id)), await claimsOf(await receiptOf(other))];
  const refused = async (change: object, key?: string) =>
    verified(await signed({ ...claims, ...change }), id, undefined, key);
  expect(await refused({})).toEqual([0, expect.stringContaining('in a log of')]);
  // The receipt of the other transaction, under the name of this one.
  expect(await verified(await signed({ ...ofOther, txn: id }), id)).toEqual([
    1,
    expect.stringContaining(`the record of the log is about ${other}`),
  ]);
  expect(await refused({ log: ofOther['log'] })).toEqual([1, expect.stringContaining(`is about ${other}`)]);
  expect(await refused({ refused: 1 })).toEqual([1, expect.stringContaining('about another statement')]);
  const log = claims['log'] as { readonly checkpoint: string; readonly index: number; readonly record: object };
  expect(await refused({ log: { ...log, index: log.index - 1 } })).toEqual([
    1,
    expect.stringContaining('does not lead to the root'),
  ]);
  const { checkpoint } = ofOther['log'] as { readonly checkpoint: string };
  expect(await refused({ log: { ...log, checkpoint } })).toEqual([1, expect.stringContaining('does not lead to')]);
  const key = (await server.behalf.services.transparencyLog.head()).verifierKey;
  const [origin = '', , ...bytes] = key.split('+');
  const foreign = noteSigner(origin, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
  const [text = ''] = log.checkpoint.split('\n\n');
  expect(await refused({ log: { ...log, checkpoint: foreign.sign(`${text}\n`) } })).toEqual([
    1,
    expect.stringContaining('the log did not sign'),
  ]);
  expect(await refused({}, `elsewhere.example/log/log_a+00000000+${bytes.join('+')}`)).toEqual([
    1,
    expect.stringContaining(`of another log: ${origin}`),
  ]);
  expect(await server.events('transaction.receipt_issued')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ outcome: 'done', target: { kind: 'transaction', id }, caller: 'system' }),
    ]),
  );
}, 120_000);

test('the scripts have at most 200 lines each', async () => {
  for (const name of ['verify_receipt.py', 'verify_evidence.py']) {
    expect((await readFile(script(name), 'utf8')).split('\n').length).toBeLessThanOrEqual(201);
  }
});

/** The archive as the command writes it, without the command. */
const evidenceOf = async (id: string): Promise<Buffer> => {
  const response = await fetch(`${server.issuer}/api/v1/transactions/${id}/evidence`, {
    headers: { authorization: `Bearer ${await scene.management.accessToken()}` },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  return Buffer.from(await response.arrayBuffer());
};

test('evidence in an archive verifies offline with the key of the log, and each change of it is found and named', async () => {
  const id = await opened();
  const [reported, killed] = [await tokenIn(id), await tokenIn(id)];
  await report(reportOf(reported));
  const target = { scope: 'token', id: String(decodeJwt(killed).jti), reason: 'a test' };
  expect((await scene.management.call('POST', '/kills', target)).status).toBe(201);
  stopClock();
  try {
    // Its end counts from the next second on.
    advance(2000);
    expect((await call('POST', `/transactions/${id}/close`)).status).toBe(200);
  } finally {
    startClock();
  }
  const archive = join(folder, `${id}.zip`);
  await writeFile(archive, await evidenceOf(id));
  expect((await server.events('audit.exported')).at(-1)).toMatchObject({
    outcome: 'done',
    target: { kind: 'transaction', id },
  });
  const { verifierKey } = await server.behalf.services.transparencyLog.head();
  const python = promisify(execFile);
  const run = (from: string): Promise<string> =>
    python('python3', ['-B', script('verify_evidence.py'), from, server.issuer, id, verifierKey]).then(
      ({ stdout }) => stdout,
      ({ stdout }: { readonly stdout: string }) => stdout,
    );
  expect(await run(archive)).toContain(`verified: ${id}`);

  const at = join(folder, 'evidence');
  await python('python3', ['-m', 'zipfile', '-e', archive, at]);
  const names = (await readdir(at, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  expect(names.map(({ name }) => name).sort()).toEqual(
    [
      ...['1.cedar', 'README.txt', 'checkpoint', 'entry.json', 'events.ndjson', 'jwks.json'],
      ...['receipt.cose', 'receipt.jws', 'related.ndjson'],
    ].sort(),
  );
  expect(await readFile(join(at, 'README.txt'), 'utf8')).toContain(verifierKey);
  expect(await readFile(join(at, 'events.ndjson'), 'utf8')).not.toContain('File the report');
  const changes: readonly (readonly [string, (text: string) => string, string])[] = [
    [
      'events.ndjson',
      (text) => text.replace('"tool":"calendar.create"', '"tool":"calendar.read"'),
      'does not lead to the root',
    ],
    ['events.ndjson', (text) => text.split('\n').slice(1).join('\n'), 'these are not the events'],
    ['related.ndjson', (text) => text.replace(/.*kill\.ordered.*\n/, ''), 'steps or grades'],
    ['policies/1.cedar', (text) => `${text} `, 'policies/1.cedar is not the text'],
    ['checkpoint', (text) => text.replace(/\n\d+\n/, '\n7\n'), 'the log did not sign'],
    ['receipt.jws', (text) => text.replace(/^[^.]+/, 'e30'), 'not verified'],
  ];
  for (const [name, change, said] of changes) {
    const whole = await readFile(join(at, name), 'utf8');
    expect(change(whole)).not.toBe(whole);
    await writeFile(join(at, name), change(whole));
    expect([name, await run(at)]).toEqual([name, expect.stringContaining(said)]);
    await writeFile(join(at, name), whole);
  }
  expect(await run(at)).toContain(`verified: ${id}`);
}, 120_000);

test('evidence needs audit:read, and a closed transaction', async () => {
  const id = await opened();
  const early = await scene.management.call('GET', `/transactions/${id}/evidence`);
  expect([early.status, early.text]).toEqual([409, expect.stringContaining('close it first')]);
  const byAgent = await call('GET', `/transactions/${id}/evidence`);
  expect(byAgent.status).toBe(403);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({
    error: 'forbidden',
    note: 'getTransactionEvidence',
  });
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
    // The revocation is an event of the transaction: without its record the others are not those of the receipt.
    const without = log.split('\n').filter((line) => !line.includes('"type":"token.revoked"'));
    expect(await verified(receipt, id, without.join('\n'))).toEqual([
      1,
      expect.stringContaining('not the events of this receipt'),
    ]);
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
