import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { connectPostgresql, type PostgresqlOptions } from '../../adapters/postgresql/connection.ts';
import { postgresqlDocumentStore } from '../../adapters/postgresql/document-store.ts';
import { findStatement } from '../../adapters/postgresql/find-statement.ts';
import {
  type Collection,
  type Insertion,
  isDocumentConflict,
  isStoreUnavailable,
  type Query,
} from '../../src/domain/ports/document-store.ts';
import { checkQuery, collectionRules } from '../../src/domain/ports/store-rules.ts';
import { freePort } from '../support/free-port.ts';
import { localAuthority } from '../support/local-authority.ts';
import { lossyProxy } from '../support/lossy-proxy.ts';
import { startPostgresql } from '../support/postgresql-server.ts';
import { describeArchiveRemoval } from './archive-removal.contract.ts';
import { describeDirectories } from './directories.contract.ts';
import { describeDocumentCommit } from './document-commit.contract.ts';
import { describeDocumentStore } from './document-store.contract.ts';
import { ITEMS, type Item, ids } from './items.ts';
import { describeNotifications } from './notifications.contract.ts';
import { describeReports } from './reports.contract.ts';
import { describeStatusIndexes } from './status-indexes.contract.ts';
import { describeTransparencyLog } from './transparency-log.contract.ts';

// Before any test: without a server this file fails as a whole and says what to install.
const server = await startPostgresql();
const opened = new Set<{ close(): Promise<void> }>();
// Each has connections of its own, and the server has a limit.
afterEach(async () => {
  await Promise.all([...opened].map((each) => each.close()));
  opened.clear();
});
afterAll(() => server.remove());

let schemas = 0;
const newUrl = () => server.url(`t${++schemas}`);
const open = async (url = newUrl(), more: Partial<PostgresqlOptions> = {}) => {
  const store = await postgresqlDocumentStore({ url, deadlineMilliseconds: 20_000, ...more });
  opened.add(store);
  return store;
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );

describeDocumentStore('postgresql', () => open(), { keepsOrder: false });
describeDocumentCommit('postgresql', () => open());
describeNotifications('postgresql', () => open());
describeDirectories('postgresql', () => open());
describeReports('postgresql', () => open());
describeStatusIndexes('postgresql', () => open());
describeTransparencyLog('postgresql', () => open());
describeArchiveRemoval('postgresql', () => open());

describe('FT-03 what start refuses', () => {
  test.each([
    ['fsync', 'off', 'set fsync=on'],
    ['full_page_writes', 'off', 'set full_page_writes=on'],
    ['synchronous_commit', 'off', 'set synchronous_commit=on or remote_apply'],
    ['synchronous_commit', 'remote_write', 'set synchronous_commit=on or remote_apply'],
  ])('a server with %s=%s, which a running one reports and then writes nothing', async (setting, value, remedy) => {
    const running = await open();
    const items = running.collection<Item>(ITEMS);
    // On connections of their own, of which the check closes one.
    await Promise.all([items.insert({ id: 'a' }), items.get('a'), items.get('a')]);
    expect(await running.check()).toBeUndefined();
    await server.set({ [setting]: value });
    try {
      const error = await failure(open());
      expect(isStoreUnavailable(error)).toBe(true);
      expect(error?.message).toContain(`${setting}=${value}`);
      expect(error?.message).toContain(remedy);
      expect(await running.check()).toContain(remedy);
      const refused = [await failure(items.insert({ id: 'b' })), await failure(items.get('a'))];
      expect(refused.map((each) => each?.message)).toEqual([expect.stringContaining(remedy), refused[0]?.message]);
    } finally {
      await server.set({ [setting]: 'on' });
    }
    await items.insert({ id: 'c' });
    expect(ids(await items.find({}))).toEqual(['a', 'c']);
    expect(await running.check()).toBeUndefined();
  });

  test('a connection in use commits durably, although the server is set otherwise meanwhile', async () => {
    const connection = await connectPostgresql({ url: newUrl(), deadlineMilliseconds: 20_000, connections: 1 });
    opened.add(connection);
    const ask = async (sql: string) => (await connection.query(sql)).rows[0]?.['value'];
    const session = await ask('SELECT pg_backend_pid() AS value');
    await server.set({ synchronous_commit: 'off' });
    try {
      expect(await ask("SELECT current_setting('synchronous_commit') AS value")).toBe('on');
      expect(await ask('SELECT pg_backend_pid() AS value')).toBe(session);
    } finally {
      await server.set({ synchronous_commit: 'on' });
    }
  });

  test('a user, a database or a right that is missing, each with its remedy', async () => {
    await server.ask('CREATE ROLE plain LOGIN');
    const message = async (change: (url: string) => string) => {
      const error = await failure(open(change(newUrl())));
      expect(isStoreUnavailable(error)).toBe(true);
      // One with a cause would get the hint of an unknown failure.
      expect(error?.cause).toBeUndefined();
      return error?.message;
    };
    expect(await message((url) => url.replace('behalf@', 'absent@'))).toContain('correct the user or the password');
    expect(await message((url) => url.replace('/postgres?', '/absent?'))).toContain('create it');
    expect(await message((url) => url.replace('behalf@', 'plain@'))).toContain('CREATE on the database');
    await server.ask('CREATE SCHEMA unused');
    expect(await message(() => server.url('unused').replace('behalf@', 'plain@'))).toContain('USAGE and CREATE');
  });

  test('no schema whose name is a word of SQL', async () => {
    const items = (await open(server.url('user'))).collection<Item>(ITEMS);
    await items.insert({ id: 'a' });
    expect(await server.ask('SELECT id FROM "user".c_items')).toEqual([{ id: 'a' }]);
  });

  test('a server that is not there, within seconds and without its password', async () => {
    const url = `postgresql://user:secret@127.0.0.1:${await freePort()}/x`;
    const error = await failure(open(url, { deadlineMilliseconds: 200 }));
    expect(isStoreUnavailable(error)).toBe(true);
    expect(`${error?.message} ${String(error?.cause)}`).not.toContain('secret');
  });

  test('a schema that another format wrote', async () => {
    const url = newUrl();
    await open(url);
    await server.ask(`UPDATE t${schemas}.behalf_format SET version = 99`);
    expect((await failure(open(url)))?.message).toContain('format 99');
  });

  test('over TLS a server without a certificate for its host, and one of an unknown authority', async () => {
    const authority = await localAuthority();
    const serve = async (names: string) => {
      const { cert, key } = await authority.certificateFor(names);
      await server.write('server.crt', cert);
      await server.write('server.key', key);
      await server.set({ ssl: 'off' });
      await server.set({ ssl: 'on' });
    };
    const secured = (host: string, ca = `&sslrootcert=${authority.caFile}`) =>
      failure(open(`${newUrl().replace('127.0.0.1', host)}&sslmode=verify-full${ca}`, { deadlineMilliseconds: 5000 }));
    try {
      await serve('DNS:localhost');
      expect(await secured('localhost')).toBeUndefined();
      const [otherHost, unknown] = [await secured('127.0.0.1'), await secured('localhost', '')];
      expect([otherHost, unknown].map(isStoreUnavailable)).toEqual([true, true]);
      expect(otherHost?.message).toContain('the certificate of another host');
      expect(unknown?.message).toContain('is not trusted');
      expect([otherHost?.cause, unknown?.cause]).toEqual([undefined, undefined]);
      await serve('IP:127.0.0.1');
      expect(await secured('127.0.0.1')).toBeUndefined();
      await server.set({ ssl: 'off' });
      expect((await secured('127.0.0.1'))?.message).toContain('set ssl=on');
    } finally {
      await authority.remove();
    }
  });
});

describe('tables', () => {
  test('of many more collections than connections are made within the usual deadline of a call', async () => {
    // No `deadlineMilliseconds`: as an installation has it.
    const store = await postgresqlDocumentStore({ url: newUrl() });
    opened.add(store);
    const names = Array.from({ length: 300 }, (_, at) => `many_${at}`);
    for (const name of names) store.collection({ name, indexes: [{ fields: ['owner'] }, { fields: ['sequence'] }] });
    await store.ready();
    const made = await server.ask(
      `SELECT 1 FROM pg_tables WHERE schemaname = 't${schemas}' AND tablename LIKE 'c_many_%'`,
    );
    expect(made).toHaveLength(300);
  }, 180_000);

  test('of several processes that start at once are made once, and are found again by the next start', async () => {
    const url = newUrl();
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(url)));
    const [first, ...others] = stores.map((store) => store.collection<Item>(ITEMS));
    await Promise.all(stores.map((store) => store.ready()));
    expect(stores.filter(({ isNew }) => isNew)).toHaveLength(1);
    await first?.insert({ id: 'a', slot: 's' });
    for (const other of others) expect((await other.get('a'))?.version).toBe(1);
    const later = await open(url);
    expect(later.isNew).toBe(false);
    const refused = await failure(later.collection<Item>(ITEMS).insert({ id: 'b', slot: 's' }));
    expect(refused).toMatchObject({ code: 'document_conflict' });
  });

  test('FT-08 an index declared later finds earlier documents, and those that a former version writes beside it', async () => {
    const url = newUrl();
    const former = (await open(url)).collection<Item>({ name: 'items', indexes: [] });
    await former.insert({ id: 'a', owner: 'o1' });
    const items = (await open(url)).collection<Item>(ITEMS);
    expect(ids(await items.find({ where: { owner: 'o1' } }))).toEqual(['a']);
    await former.insert({ id: 'b', owner: 'o1' });
    expect(ids(await items.find({ where: { owner: 'o1' } }))).toEqual(['a', 'b']);
  });

  test('FT-08 an index of a list declared later does so, too', async () => {
    const url = newUrl();
    type Listed = Item & { readonly approvers: readonly string[] };
    const former = (await open(url)).collection<Listed>({ name: 'listed', indexes: [] });
    await former.insert({ id: 'a', approvers: ['p1', 'p2', 'p1'] });
    const lists = { indexes: [{ fields: ['approvers'] }], lists: ['approvers'] };
    const listed = (await open(url)).collection<Listed>({ name: 'listed', ...lists });
    expect(ids(await listed.find({ where: { approvers: 'p2' } }))).toEqual(['a']);
    await former.insert({ id: 'b', approvers: ['p2'] });
    expect(ids(await listed.find({ where: { approvers: 'p2' } }))).toEqual(['a', 'b']);
  });

  test('an index that a stopped process left half-made is made again', async () => {
    const url = newUrl();
    const schema = `t${schemas}`;
    const before = await open(url);
    await before.collection<Item>(ITEMS).insert({ id: 'a', owner: 'o1' });
    const invalid = `UPDATE pg_index SET indisvalid = false WHERE NOT indisprimary AND indrelid = '${schema}.c_items'::regclass`;
    await server.ask(invalid);
    const after = await open(url);
    expect(ids(await after.collection<Item>(ITEMS).find({ where: { owner: 'o1' } }))).toEqual(['a']);
    const left = `SELECT 1 FROM pg_index WHERE NOT indisvalid AND indrelid = '${schema}.c_items'::regclass`;
    expect(await server.ask(left)).toEqual([]);
  });

  test('every query is a walk of an index, without a sort', async () => {
    const store = await open();
    store.collection<Item>(ITEMS);
    await store.ready();
    const rules = collectionRules(ITEMS);
    const newest = { by: 'sequence', direction: 'descending' } as const;
    const queries: readonly Query[] = [
      {},
      { after: { id: 'a' } },
      { where: { owner: 'o' } },
      { where: { owner: 'o' }, after: { id: 'a' } },
      { range: { field: 'sequence', gte: 2 }, order: newest },
      { order: newest },
      { order: newest, after: { value: 2, id: 'a' } },
      { where: { owner: 'o' }, order: newest, after: { value: 2, id: 'a' } },
    ];
    for (const query of queries) {
      const checked = checkQuery(rules, query);
      if (!checked) throw new Error('nothing can match');
      const { sql, values } = findStatement(rules, checked);
      const literal = sql.replaceAll(/\$(\d+)/g, (_, at) => `'${String(values[Number(at) - 1])}'`);
      const inSchema = literal.replace('"c_items"', `t${schemas}."c_items"`);
      const plan = await server.ask(`SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN ${inSchema}`);
      const lines = plan.map((row) => String(row['QUERY PLAN'])).join('\n');
      expect(lines).toMatch(/Index (?:Only )?Scan/);
      expect(lines).not.toMatch(/Sort/);
    }
  });

  test('texts that are too long for an index are exact, and unique', async () => {
    const items = (await open()).collection<Item>(ITEMS);
    const text = (end: string) =>
      Array.from({ length: 3000 }, (_, at) => String.fromCodePoint(256 + at)).join('') + end;
    await items.insert({ id: text('a'), slot: text('a') });
    await items.insert({ id: text('b'), slot: text('b') });
    expect(await items.get(text('c'))).toBeUndefined();
    expect((await items.get(text('b')))?.document.slot).toBe(text('b'));
    expect(ids(await items.find({ where: { slot: text('a') } }))).toEqual([text('a')]);
    expect(await failure(items.insert({ id: 'c', slot: text('a') }))).toMatchObject({ code: 'document_conflict' });
  });
});

describe('a commit', () => {
  test('of the same documents in opposite orders, by several at once, is stored once and fails no one', async () => {
    const url = newUrl();
    const stores = await Promise.all([open(url), open(url)]);
    const collections = stores.map((store) => store.collection<Item>(ITEMS));
    await collections[0]?.get('a');
    for (let round = 0; round < 3; round += 1) {
      const documents = Array.from({ length: 2000 }, (_, at) => ({ id: `r${round}-${at}` }));
      const ways = [0, 1, 2, 3].flatMap((turn) => {
        const given = turn % 2 === 0 ? documents : documents.toReversed();
        const insertAll = (insert: (insertion: Insertion) => void) => {
          for (const document of given) insert({ collection: ITEMS.name, document });
        };
        return [stores[turn % 2]?.commit?.(insertAll, 9 * given.length), collections[turn % 2]?.insertMany(given)];
      });
      const refused = (await Promise.all(ways.map((way) => failure(Promise.resolve(way))))).filter(Boolean);
      expect(refused.filter((error) => !isDocumentConflict(error))).toEqual([]);
      expect(refused).toHaveLength(ways.length - 1);
    }
  });

  test('with a unique key that is taken keeps its connection', async () => {
    const store = await open(newUrl(), { connections: 1 });
    const items = store.collection<Item>(ITEMS);
    await items.insert({ id: 'a', slot: 's' });
    const sessions = `SELECT pid FROM pg_stat_activity WHERE query LIKE '%c_items%' AND pid <> pg_backend_pid()`;
    const before = await server.ask(sessions);
    expect(before).toHaveLength(1);
    const document: Item = { id: 'b', slot: 's' };
    const commit = store.commit?.((insert) => insert({ collection: 'items', document }), 9);
    expect(await failure(commit ?? Promise.resolve())).toMatchObject({ code: 'document_conflict' });
    await items.get('a');
    expect(await server.ask(sessions)).toEqual(before);
  });
});

describe('FT-02 a PostgreSQL that fails while in use', () => {
  const attempts = (items: Collection<Item>) => [
    () => items.insert({ id: 'b' }),
    () => items.insertMany([{ id: 'c' }, { id: 'd' }]),
    () => items.get('a'),
    () => items.getMany(['a']),
    () => items.replace({ id: 'a' }, 1),
    () => items.take('a'),
    () => items.find({}),
  ];

  test('one that waits for a lock: every method is unavailable within its deadline, and nothing happens later', async () => {
    const store = await open(newUrl(), { deadlineMilliseconds: 400 });
    const items = store.collection<Item>(ITEMS);
    await items.insert({ id: 'a', owner: 'o1' });
    const table = `'t${schemas}.c_items'::regclass`;
    const held = `pg_locks WHERE relation = ${table} AND mode = 'AccessExclusiveLock' AND granted`;
    const holding = failure(server.ask(`BEGIN; LOCK TABLE t${schemas}.c_items; SELECT pg_sleep(60)`));
    while ((await server.ask(`SELECT 1 FROM ${held}`)).length === 0);
    const errors = await Promise.all(attempts(items).map((attempt) => failure(attempt())));
    expect(errors.map(isStoreUnavailable)).toEqual(errors.map(() => true));
    await server.ask(`SELECT pg_terminate_backend(pid) FROM ${held}`);
    await holding;
    expect(await items.find({})).toEqual([{ document: { id: 'a', owner: 'o1' }, version: 1 }]);
  });

  test('a standby that is gone: writes are unavailable, reads go on, and sessions at the server stay few', async () => {
    const [connections, url] = [6, newUrl()];
    const store = await open(url, { deadlineMilliseconds: 1000, connections });
    const items = store.collection<Item>(ITEMS);
    await items.insert({ id: 'a' });
    const sessions = async () =>
      (await server.ask("SELECT 1 FROM pg_stat_activity WHERE application_name = 'behalf'")).length;
    await server.set({ synchronous_standby_names: 'absent' });
    try {
      for (let round = 0; round < 4; round += 1) {
        const writes = Array.from({ length: connections }, (_, at) => failure(items.insert({ id: `w${round}-${at}` })));
        expect((await Promise.all(writes)).map(isStoreUnavailable)).toEqual(writes.map(() => true));
      }
      expect((await failure(items.insert({ id: 'z' })))?.message).toContain('synchronous_standby_names');
      expect(await sessions()).toBeLessThanOrEqual(2 * connections);
      expect((await items.get('a'))?.version).toBe(1);
      expect(await store.check()).toBeUndefined();
    } finally {
      await server.set({ synchronous_standby_names: '' });
    }
    // The server answers what waited, and writes begin again.
    const end = performance.now() + 60_000;
    while ((await failure(items.insert({ id: 'later' }))) && performance.now() < end);
    expect((await items.get('later'))?.version).toBe(1);
  });

  test('without room: the error says so', async () => {
    const store = await open();
    const items = store.collection<Item>(ITEMS);
    await items.insert({ id: 'a' });
    const table = `t${schemas}.c_items`;
    const refuse = `CREATE FUNCTION t${schemas}.refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`;
    await server.ask(
      `${refuse}; CREATE TRIGGER refuse BEFORE INSERT ON ${table} EXECUTE FUNCTION t${schemas}.refuse()`,
    );
    const commit = store.commit?.((insert) => insert({ collection: 'items', document: { id: 'b' } }), 100);
    for (const work of [items.insert({ id: 'b' }), items.insertMany([{ id: 'b' }]), commit]) {
      expect(await failure(work ?? Promise.resolve())).toMatchObject({ code: 'store_unavailable', reason: 'no_space' });
    }
    expect(ids(await items.find({}))).toEqual(['a']);
  });

  test('a write whose answer is lost is read back; what is taken is unavailable, and no other caller gets it', async () => {
    const proxy = await lossyProxy(server.port);
    const store = await open(newUrl().replace(String(server.port), String(proxy.port)));
    const items = store.collection<Item>(ITEMS);
    await items.insert({ id: 'taken' });
    const writes: readonly (readonly [string, () => Promise<unknown>, unknown])[] = [
      ['inserted', () => items.insert({ id: 'inserted' }), undefined],
      ['second', () => items.insertMany([{ id: 'first' }, { id: 'second' }]), undefined],
      ['replaced', () => items.replace({ id: 'inserted', owner: 'replaced' }, 1), true],
      [
        'together',
        async () => store.commit?.((to) => to({ collection: 'items', document: { id: 'together' } }), 9),
        undefined,
      ],
    ];
    for (const [text, write, result] of writes) {
      proxy.loseAnswerTo(text);
      expect(await write()).toBe(result);
    }
    proxy.loseAnswerTo('taken');
    expect(isStoreUnavailable(await failure(items.take('taken')))).toBe(true);
    expect(proxy.lost()).toBe(writes.length + 1);
    expect(ids(await items.find({}))).toEqual(['first', 'inserted', 'second', 'together']);
    expect(await items.get('inserted')).toEqual({ document: { id: 'inserted', owner: 'replaced' }, version: 2 });
    await store.close();
    await proxy.close();
  });

  test('a write whose refusal is lost is unavailable, although another node wrote an equal document', async () => {
    const proxy = await lossyProxy(server.port);
    const url = newUrl();
    const more = { deadlineMilliseconds: 2000 };
    const store = await open(url.replace(String(server.port), String(proxy.port)), more);
    const items = store.collection<Item>(ITEMS);
    const others = (await open(url)).collection<Item>(ITEMS);
    const writes = [
      () => items.insert({ id: 'equal' }),
      () => items.insertMany([{ id: 'equal' }]),
      async () => store.commit?.((insert) => insert({ collection: 'items', document: { id: 'equal' } }), 9),
      () => items.replace({ id: 'equal' }, 1),
    ];
    await others.insert({ id: 'equal' });
    await others.replace({ id: 'equal' }, 1);
    await items.get('equal');
    for (const write of writes) {
      proxy.loseAnswerTo('equal');
      expect(isStoreUnavailable(await failure(write()))).toBe(true);
    }
    expect(proxy.lost()).toBe(writes.length);
    expect((await items.get('equal'))?.version).toBe(2);
    await store.close();
    await proxy.close();
  });

  test('a write that waits for the disk or a standby longer than its deadline is read back until it is stored', async () => {
    const store = await open(newUrl(), { deadlineMilliseconds: 3000 });
    const items = store.collection<Item>(ITEMS);
    await store.ready();
    /** Ends the wait when it is asked whether the write is stored. */
    const slowly = async (write: () => Promise<unknown>): Promise<void> => {
      await server.set({ synchronous_standby_names: 'absent' });
      try {
        const [now] = await server.ask('SELECT clock_timestamp()::text AS time');
        const asked = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT 1 FROM "c_items"%!write%' AND query_start > '${String(now?.['time'])}'`;
        let isOver = false;
        const written = write().finally(() => {
          isOver = true;
        });
        while (!isOver && (await server.ask(asked)).length === 0);
        await server.set({ synchronous_standby_names: '' });
        await written;
      } finally {
        await server.set({ synchronous_standby_names: '' });
      }
    };
    await slowly(() => items.insert({ id: 'a' }));
    await slowly(async () => store.commit?.((insert) => insert({ collection: 'items', document: { id: 'b' } }), 9));
    expect(ids(await items.find({}))).toEqual(['a', 'b']);
  });

  test('a write that the server ended is unavailable, and did not happen', async () => {
    const store = await open(newUrl(), { deadlineMilliseconds: 2000 });
    const items = store.collection<Item>(ITEMS);
    await store.ready();
    const holding = failure(server.ask(`BEGIN; LOCK TABLE t${schemas}.c_items IN EXCLUSIVE MODE; SELECT pg_sleep(60)`));
    const locks = `pg_locks WHERE relation = 't${schemas}.c_items'::regclass`;
    while ((await server.ask(`SELECT 1 FROM ${locks} AND granted`)).length === 0);
    const written = failure(items.insert({ id: 'a' }));
    while ((await server.ask(`SELECT 1 FROM ${locks} AND NOT granted`)).length === 0);
    await server.ask(`SELECT pg_terminate_backend(pid) FROM ${locks} AND NOT granted`);
    expect(isStoreUnavailable(await written)).toBe(true);
    await server.ask(`SELECT pg_terminate_backend(pid) FROM ${locks} AND granted`);
    await holding;
    expect(await items.find({})).toEqual([]);
  });

  test('killed: every method is unavailable, and what was acknowledged is there when it is back', async () => {
    const store = await open(newUrl(), { deadlineMilliseconds: 2000 });
    const items = store.collection<Item>(ITEMS);
    await items.insert({ id: 'a', owner: 'o1' });
    await store.commit?.((insert) => insert({ collection: 'items', document: { id: 'e' } }), 100);
    await server.kill();
    const errors = await Promise.all(attempts(items).map((attempt) => failure(attempt())));
    expect(errors.map(isStoreUnavailable)).toEqual(errors.map(() => true));
    expect(await store.check()).toMatch(/not in reach|failed/);
    await server.restart();
    expect(ids(await items.getMany(['a', 'b', 'c', 'd', 'e']))).toEqual(['a', 'e']);
    expect(await store.check()).toBeUndefined();
  });
});
