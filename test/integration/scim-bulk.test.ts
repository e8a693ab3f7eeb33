/** Bulk requests (RFC 7644 §3.7) and pages by cursor (RFC 9865) over SCIM. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DirectoryUnderTest, GROUP, makeDirectory, PATCH, USER } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', most_deactivations: 1000 });
});
afterAll(() => server?.close());

type Result = {
  readonly method: string;
  readonly status: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly response?: { readonly scimType?: string };
};
const bulk = async (operations: readonly object[], more: object = {}, by = directory) => {
  const answer = await by.call('POST', '/Bulk', { schemas: [BULK], Operations: operations, ...more });
  return { answer, results: (answer.body['Operations'] ?? []) as Result[] };
};
const idOf = ({ location = '' }: Result): string => location.slice(location.lastIndexOf('/') + 1);
let count = 0;
const newUser = (bulkId: string, more: object = {}) => {
  count += 1;
  const data = { schemas: [USER], userName: `bulk-${count}`, ...more };
  return { method: 'POST', path: '/Users', bulkId, data };
};
const newGroup = (bulkId: string, ...members: readonly string[]) => {
  count += 1;
  const data = { schemas: [GROUP], displayName: `Bulk ${count}`, members: members.map((value) => ({ value })) };
  return { method: 'POST', path: '/Groups', bulkId, data };
};

describe('a bulk request', () => {
  test('does each operation, and says what became of it (§3.7)', async () => {
    const first = await bulk([newUser('a'), newUser('b')]);
    expect(first.answer.status).toBe(200);
    expect(first.answer.body['schemas']).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
    const [a, b] = first.results as [Result, Result];
    expect(a).toEqual({
      ...{ method: 'POST', bulkId: 'a', status: '201', version: expect.stringMatching(/^W\//) },
      location: expect.stringContaining(`${server.issuer}/scim/v2/Users/acc_`),
    });
    const patch = { schemas: [PATCH], Operations: [{ op: 'add', path: 'title', value: 'T' }] };
    const { results } = await bulk([
      { method: 'PATCH', path: `/Users/${idOf(a)}`, version: a.version, data: patch },
      { method: 'PATCH', path: `/Users/${idOf(a)}`, version: a.version, data: patch },
      { method: 'DELETE', path: `/Users/${idOf(b)}` },
      { method: 'PUT', path: `/Users/${idOf(b)}`, data: { schemas: [USER], userName: 'gone' } },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['200', '412', '204', '404']);
    expect((await directory.call('GET', `/Users/${idOf(a)}`)).body['title']).toBe('T');
    const refused = (await server.events('directory.refused')).slice(-2);
    expect(refused).toMatchObject([
      { caller: directory.id, error: 'precondition_failed', note: 'POST /Bulk, PATCH /Users/:id' },
      { caller: directory.id, error: 'not_found', note: 'POST /Bulk, PUT /Users/:id' },
    ]);
  });

  test('resolves a bulkId that another operation creates, wherever it stands (§3.7.2)', async () => {
    const { results } = await bulk([
      newGroup('team', 'bulkId:one', 'bulkId:two'),
      newUser('one'),
      newUser('two'),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:team',
        data: { schemas: [PATCH], Operations: [{ op: 'remove', path: 'members', value: [{ value: 'bulkId:one' }] }] },
      },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['201', '201', '201', '204']);
    const [team, , two] = results as [Result, Result, Result];
    const { body } = await directory.call('GET', `/Groups/${idOf(team)}`);
    expect((body['members'] as { value: string }[]).map(({ value }) => value)).toEqual([idOf(two)]);
  });

  test.each<[string, () => readonly object[], readonly string[]]>([
    ['a circle', () => [newGroup('a', 'bulkId:b'), newGroup('b', 'bulkId:a')], ['409', '409']],
    ['an unknown bulkId', () => [newGroup('a', 'bulkId:none'), newUser('b')], ['409', '201']],
    ['one that failed', () => [newUser('a', { title: 5 }), newGroup('b', 'bulkId:a')], ['400', '409']],
    ['a bulkId twice', () => [newUser('a'), newUser('a')], ['400', '400']],
    ['no bulkId', () => [{ ...newUser('a'), bulkId: undefined }], ['400']],
    ['another path', () => [{ method: 'PATCH', path: '/Schemas/x', data: {} }], ['400']],
    ['another method', () => [{ method: 'GET', path: '/Users' }], ['400']],
    ['no data', () => [{ method: 'POST', path: '/Users', bulkId: 'a' }], ['400']],
  ])('with %s: only those operations fail', async (_what, operations, statuses) => {
    const { results } = await bulk(operations());
    expect(results.map(({ status }) => status)).toEqual(statuses);
    const failures = statuses.filter((status) => status !== '201').length;
    const refused = (await server.events('directory.refused')).slice(-failures);
    expect(refused.every(({ note = '' }) => note.startsWith('POST /Bulk, '))).toBe(true);
  });

  test('stops after failOnErrors, and says nothing about the rest (§3.7.3)', async () => {
    const { results } = await bulk(
      [newUser('a'), newUser('b', { title: 5 }), newUser('c', { title: 5 }), newUser('d')],
      {
        failOnErrors: 1,
      },
    );
    expect(results.map(({ bulkId }) => bulkId)).toEqual(['a', 'b']);
    expect((await directory.find(`userName eq "bulk-${count}"`)).body['totalResults']).toBe(0);
  });

  test('is under the brake with each operation', async () => {
    const slow = await makeDirectory(scene, { name: 'Slow', most_deactivations: 2 });
    const made = await bulk(
      ['a', 'b', 'c', 'd'].map((id) => newUser(id)),
      {},
      slow,
    );
    const leaving = made.results.map((one) => ({ method: 'DELETE', path: `/Users/${idOf(one)}` }));
    const { results } = await bulk(leaving, {}, slow);
    expect(results.map(({ status }) => status)).toEqual(['204', '204', '503', '503']);
    expect((await slow.call('GET', '/Users')).body['totalResults']).toBe(2);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({ error: 'unavailable', caller: slow.id });
  });

  test('ends when an administrator disables the directory, also in the middle', async () => {
    const lost = await makeDirectory(scene, { name: 'Lost' });
    const doing = bulk(
      Array.from({ length: 400 }, (_, index) => newUser(`u${index}`)),
      {},
      lost,
    );
    const written = async () =>
      (await server.events('directory.user_written')).filter(({ caller }) => caller === lost.id).length;
    await until(async () => (await written()) > 0);
    expect((await scene.management.call('POST', `/directories/${lost.id}/disable`)).status).toBe(200);
    const before = await written();
    const { answer, results } = await doing;
    expect([answer.status, results.at(-1)?.status]).toEqual([200, '403']);
    // The operation that was under way may end.
    expect(await written()).toBeLessThanOrEqual(before + 1);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({
      ...{ caller: lost.id, error: 'forbidden', note: 'POST /Bulk, POST /Users' },
    });
  });

  test('ends when an administrator revokes its secret, also in the middle', async () => {
    const lost = await makeDirectory(scene, { name: 'Lost secret' });
    const path = `/directories/${lost.id}`;
    const expiry = Math.floor(Date.now() / 1000) + 86_400;
    const allowed = { reason: 'It knows no OAuth', expires_at: expiry, owner: scene.accountId };
    const { body } = await scene.management.call('POST', `${path}/secret`, allowed);
    const Operations = Array.from({ length: 400 }, (_, index) => newUser(`u${index}`));
    const authorization = `Bearer ${String(body['client_secret'])}`;
    const doing = lost.call('POST', '/Bulk', { schemas: [BULK], Operations }, { authorization });
    await until(async () => (await server.events('directory.user_written')).some(({ caller }) => caller === lost.id));
    expect((await scene.management.call('POST', `${path}/revoke-secret`)).status).toBe(204);
    expect(((await doing).body['Operations'] as Result[]).at(-1)?.status).toBe('401');
  });

  test('MG-04 reaches nothing of another directory', async () => {
    const other = await makeDirectory(scene, { name: 'Other' });
    const { results: made } = await bulk([newUser('a')]);
    const { results } = await bulk([{ method: 'DELETE', path: `/Users/${idOf(made[0] as Result)}` }], {}, other);
    expect(results.map(({ status }) => status)).toEqual(['404']);
    expect((await directory.call('GET', `/Users/${idOf(made[0] as Result)}`)).status).toBe(200);
  });

  test('of more than 1,000 operations or 1 MiB is 413 (§3.7.4), and nothing of it is done', async () => {
    const many = Array.from({ length: 1001 }, () => ({ method: 'DELETE', path: '/Groups/dgr_none' }));
    expect((await bulk(many)).answer.status).toBe(413);
    expect((await bulk([newUser('a', { title: 'x'.repeat(1_048_576) })])).answer.status).toBe(413);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({ error: 'payload_too_large' });
    expect((await bulk([])).answer.status).toBe(400);
  });
});

describe('pages by cursor (RFC 9865)', () => {
  let pages: DirectoryUnderTest;
  beforeAll(async () => {
    pages = await makeDirectory(scene, { name: 'Pages' });
    await bulk(
      Array.from({ length: 7 }, (_, index) => newUser(`u${index}`, { title: index % 2 ? 'odd' : 'even' })),
      {},
      pages,
    );
    await bulk(
      Array.from({ length: 5 }, (_, index) => newGroup(`g${index}`)),
      {},
      pages,
    );
  });

  const namesIn = (body: Readonly<Record<string, unknown>>) =>
    (body['Resources'] as { id: string }[]).map(({ id }) => id);
  const allBy = async (path: string): Promise<readonly (readonly string[])[]> => {
    const found: (readonly string[])[] = [];
    for (let cursor = ''; ; ) {
      const { status, body } = await pages.call('GET', `${path}&cursor=${cursor}`);
      expect(status).toBe(200);
      found.push(namesIn(body));
      if (body['nextCursor'] === undefined) return found;
      cursor = String(body['nextCursor']);
      expect(cursor).toMatch(/^[\w.~-]+$/);
    }
  };

  test.each(['/Users?count=3', '/Groups?count=2'])(
    '%s reads each once, in the order of pages by index',
    async (path) => {
      const by = await allBy(path);
      const whole = await pages.call('GET', path.replace(/count=\d/, 'count=100'));
      expect(by.flat()).toEqual(namesIn(whole.body));
      expect(by.slice(0, -1).every((page) => page.length === by[0]?.length)).toBe(true);
    },
  );

  test('with a filter, by GET and by POST .search (§3)', async () => {
    const by = await allBy('/Users?count=2&filter=title%20eq%20%22even%22');
    expect(by.map(({ length }) => length)).toEqual([2, 2]);
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
    const first = await pages.call('POST', `${'/Users'}/.search`, {
      schemas,
      filter: 'title eq "even"',
      cursor: '',
      count: 2,
    });
    expect(namesIn(first.body)).toEqual(by[0]);
  });

  test.each<[string, (cursor: string) => string, string]>([
    ['changed', (cursor) => `/Users?count=3&cursor=${cursor.slice(0, -2)}AA`, 'invalidCursor'],
    ['made up', () => '/Users?count=3&cursor=next', 'invalidCursor'],
    ['of another list', (cursor) => `/Groups?count=3&cursor=${cursor}`, 'invalidCursor'],
    ['of another filter', (cursor) => `/Users?count=3&filter=title%20pr&cursor=${cursor}`, 'invalidCursor'],
    ['with another count', (cursor) => `/Users?count=4&cursor=${cursor}`, 'invalidCount'],
    ['with an order', (cursor) => `/Users?count=3&sortBy=title&cursor=${cursor}`, 'invalidValue'],
  ])('MG-07 a cursor %s is 400', async (_what, path, scimType) => {
    const cursor = String((await pages.call('GET', '/Users?count=3&cursor=')).body['nextCursor']);
    const answer = await pages.call('GET', path(cursor));
    expect([answer.status, answer.body['scimType']]).toEqual([400, scimType]);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({
      caller: pages.id,
      error: 'invalid_field',
    });
    // Of another directory it is worth nothing.
    expect((await directory.call('GET', `/Users?count=3&cursor=${cursor}`)).body['scimType']).toBe('invalidCursor');
  });
});
