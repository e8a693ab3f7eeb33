/** Erasing a personal value through the management API, against the whole server. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyExport } from '../../src/domain/audit/verify-export.ts';
import { CLIENT_ASSERTION_TYPE, clientAssertion, keyPairFromJwk } from '../support/agent-keys.ts';
import { post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let api: (role: 'administrator' | 'operator', method: string, path: string, body?: object) => Promise<Response>;

beforeAll(async () => {
  server = await runServer();
  api = async (role, method, path, body) => {
    const file = JSON.parse(await readFile(join(server.dataFolder, `${role}.json`), 'utf8'));
    const identity = { clientId: file.client_id, key: await keyPairFromJwk(file.private_key) };
    const token = await post(`${server.issuer}/token`, {
      grant_type: 'client_credentials',
      resource: `${server.issuer}/api/v1`,
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: await clientAssertion(identity, server.issuer),
    });
    return fetch(`${server.issuer}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token.body['access_token']}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
});

afterAll(() => server.close());

type Listed = { readonly items: readonly { readonly id: string; readonly event: { readonly personal?: object } }[] };
const firstIssued = async (): Promise<Listed['items'][number]> => {
  const listed = (await (
    await api('administrator', 'GET', '/audit/events?type=token.issued&limit=200')
  ).json()) as Listed;
  const last = listed.items.at(-1);
  if (!last) throw new Error('no event');
  return last;
};

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n').filter((line) => line !== '');
}

test('AU-08 an erased value is gone, the erasure is an event, and the audit log still verifies', async () => {
  const { id, event } = await firstIssued();
  expect(event.personal).toEqual({ source: '127.0.0.1' });

  const erased = await api('administrator', 'POST', '/audit/erasures', { event: id, value: 'source' });
  expect(erased.status).toBe(204);
  expect((await firstIssued()).event.personal).toBeUndefined();
  expect((await server.events('audit.erased')).at(-1)).toMatchObject({
    target: { kind: 'audit event', id },
    changed: ['source'],
  });
  const exported = await (await api('administrator', 'GET', '/audit/export?personal=true')).text();
  expect(await verifyExport(linesOf(exported))).toMatchObject({ ok: true });
});

test('a value that is not there, or not any more, is not found', async () => {
  for (const body of [
    { event: 'nod_none:0000000000000001', value: 'source' },
    { event: (await firstIssued()).id, value: 'username' },
  ]) {
    expect((await api('administrator', 'POST', '/audit/erasures', body)).status).toBe(404);
  }
  const unknown = await api('administrator', 'POST', '/audit/erasures', { event: 'x', value: 'chain' });
  expect([unknown.status, ((await unknown.json()) as { type: string }).type]).toEqual([
    400,
    'urn:behalf:problem:invalid_field',
  ]);
});

test('only administrators erase (decision D22)', async () => {
  const { id } = await firstIssued();
  const refused = await api('operator', 'POST', '/audit/erasures', { event: id, value: 'source' });
  expect(refused.status).toBe(403);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
});
