/** Static bearer secrets of directories: exceptions with an owner, a reason and an end. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DIRECTORY_SECRETS, type DirectorySecret } from '../../src/domain/identity/directories/directory-secrets.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import { type DirectoryUnderTest, makeDirectory } from '../support/directory.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const DAY = 86_400;

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
let owner: string;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  owner = scene.accountId;
});
afterAll(() => server?.close());

let count = 0;
const fresh = async () => {
  count += 1;
  directory = await makeDirectory(scene, { name: `Old ${count}` });
};
const now = (): number => Math.floor(Date.now() / 1000);
const manage = (path: string, body?: object, method = 'POST') =>
  scene.management.call(method, `/directories/${directory.id}${path}`, body);
const allow = (more: object = {}) =>
  manage('/secret', { reason: 'It knows no OAuth', expires_at: now() + 30 * DAY, owner, ...more });
const secretIn = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) => String(body['client_secret']);
const users = (secret: string) =>
  directory.call('GET', '/Users?count=0', undefined, { authorization: `Bearer ${secret}` });
const endAt = (id: string, expiresAt: number) =>
  update(server.behalf.services.documents.collection<DirectorySecret>(DIRECTORY_SECRETS), id, (one) => ({
    ...one,
    expiresAt,
  }));

describe('the secret of a directory', () => {
  beforeEach(fresh);

  test('lets the directory in by RFC 6750 §2.1, is shown once, and is stored as a digest', async () => {
    const answer = await allow();
    expect(answer.status).toBe(201);
    const secret = secretIn(answer);
    expect(secret).toMatch(/^bhd_[\w-]{43}$/);
    expect((await users(secret)).status).toBe(200);
    expect(answer.body).toMatchObject({ directory: directory.id, owner, reason: 'It knows no OAuth' });
    expect((await server.events('directory.secret_allowed')).at(-1)).toMatchObject({
      target: { id: directory.id },
      inputs: { secret: answer.body['id'], owner, reason: 'It knows no OAuth', expiresAt: answer.body['expires_at'] },
    });
    const listed = await manage('/secrets', undefined, 'GET');
    expect(listed.body['items']).toMatchObject([{ id: answer.body['id'], state: 'active', owner }]);
    const stored = await server.behalf.services.documents.collection(DIRECTORY_SECRETS).find({});
    expect(JSON.stringify([listed.body, stored, await server.events()])).not.toContain(secret);
  });

  test.each<[string, () => object, number, string]>([
    ['without a reason', () => ({ reason: '' }), 400, 'text_empty'],
    ['without an end in 90 days', () => ({ expires_at: now() + 91 * DAY }), 400, 'directory_secret_too_long_lived'],
    ['with an end in the past', () => ({ expires_at: now() - 1 }), 400, 'directory_secret_too_long_lived'],
    ['of an unknown owner', () => ({ owner: 'acc_none' }), 404, 'account_not_found'],
  ])('%s is not allowed', async (_what, more, status, reason) => {
    const answer = await allow(more());
    expect([answer.status, answer.body['reason']]).toEqual([status, reason]);
    expect((await manage('/secrets', undefined, 'GET')).body['items']).toEqual([]);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ note: 'allowDirectorySecret' });
  });

  test('needs an administrator with a fresh second factor', async () => {
    const opal = await scene.management.createAccount({ username: `opal${count}`, name: 'Opal', roles: ['operator'] });
    const operator = await scene.management.newScript(opal.id);
    const path = `/directories/${directory.id}/secret`;
    const body = { reason: 'Mine', expires_at: now() + DAY };
    expect((await scene.management.callOnce('POST', path, body, {}, operator)).status).toBe(403);
    expect((await scene.management.callOnce('POST', path, body, {})).status).toBe(401);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ note: 'allowDirectorySecret' });
    expect((await manage('/secrets', undefined, 'GET')).body['items']).toEqual([]);
  });

  test('is refused after its end, with a way out; D18 the refusals are counted, not one event each', async () => {
    const answer = await allow();
    const refusals = (await server.events('directory.refused')).length;
    await endAt(String(answer.body['id']), now() - 1);
    const refused = await users(secretIn(answer));
    expect([refused.status, refused.body['detail']]).toEqual([
      401,
      expect.stringContaining('An administrator of this server can allow a new one'),
    ]);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const counted = async () => (await server.events('request.refused')).at(-1)?.error === 'directory_secret_ended';
    await until(counted, { what: 'the counted refusal' });
    expect((await server.events('directory.refused')).length).toBe(refusals);
    expect((await manage('/secrets', undefined, 'GET')).body['items']).toMatchObject([{ state: 'ended' }]);
    // The exception is over, so another one can be allowed.
    expect((await allow()).status).toBe(201);
  });

  test('rotates with an overlap, one at a time, and keeps its end', async () => {
    const first = await allow();
    expect((await allow()).body['reason']).toBe('directory_secret_exists');
    const second = await manage('/rotate-secret', { overlap_seconds: 3600 });
    expect([second.status, second.body['expires_at']]).toEqual([200, first.body['expires_at']]);
    expect([(await users(secretIn(first))).status, (await users(secretIn(second))).status]).toEqual([200, 200]);
    const twice = await manage('/rotate-secret', {});
    expect([twice.status, twice.body['reason']]).toEqual([409, 'directory_secret_still_ending']);
    await endAt(String(first.body['id']), now() - 1);
    const third = await manage('/rotate-secret', {});
    expect([(await users(secretIn(second))).status, (await users(secretIn(third))).status]).toEqual([401, 200]);
    expect((await server.events('directory.secret_rotated')).at(-1)).toMatchObject({
      inputs: { secret: third.body['id'] },
    });
  });

  test('of two that are allowed at once, one is', async () => {
    const answers = await Promise.all([allow(), allow(), allow()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  test('ends with its revocation and while the directory is disabled', async () => {
    const secret = secretIn(await allow());
    await manage('/disable');
    expect((await users(secret)).status).toBe(403);
    await manage('/enable');
    expect((await users(secret)).status).toBe(200);
    expect((await manage('/revoke-secret')).status).toBe(204);
    expect((await users(secret)).status).toBe(401);
    expect((await server.events('directory.secret_revoked')).at(-1)).toMatchObject({ target: { id: directory.id } });
    expect((await manage('/rotate-secret', {})).body['reason']).toBe('directory_secret_missing');
  });

  test('is worth nothing elsewhere, and a made-up one nothing here', async () => {
    const secret = secretIn(await allow());
    const elsewhere = await fetch(`${server.issuer}/api/v1/directories`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(elsewhere.status).toBe(401);
    expect((await users(`bhd_${'A'.repeat(43)}`)).status).toBe(401);
  });

  test('is allowed, rotated, listed and revoked on the command line', async () => {
    const behalf = (...argv: readonly string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });
    const name = `Old ${count}`;
    const create = ['directories', 'secrets', 'create', name, '--local', '--reason', 'Header only', '--days', '30'];
    const { out, err, code } = await behalf(...create, '--owner', 'ada');
    expect([code, err]).toEqual([0, '']);
    expect((await users(/bhd_[\w-]{43}/.exec(out)?.[0] ?? '')).status).toBe(200);
    const rotated = await behalf('directories', 'secrets', 'rotate', name, '--local', '--overlap', '60');
    expect((await users(/bhd_[\w-]{43}/.exec(rotated.out)?.[0] ?? '')).status).toBe(200);
    expect((await behalf('directories', 'secrets', 'list', name)).out).toMatch(/active.*: Header only\n.*active/);
    expect((await behalf('directories', 'secrets', 'revoke', name, '--yes')).code).toBe(0);
    expect((await behalf('directories', 'secrets', 'list', name)).out).not.toContain('active');
    const mapped = await behalf('directories', 'update', name, '--local', '--group', 'A=b', '--most-accounts', '7');
    expect([mapped.code, mapped.err]).toEqual([0, '']);
    expect((await manage('', undefined, 'GET')).body).toMatchObject({ groups: { A: 'b' }, most_accounts: 7 });
  });
});
