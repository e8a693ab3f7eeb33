/**
 * The audit log against an editor of the database, who has no key: hides a grant of a role from searches, rewrites events and
 * personal values, forges the trusted heads. On SQLite and on MongoDB.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashOf } from '../../src/domain/audit/record-digest.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { mongodbEditor, rewritten, type StoreEditor, sqliteEditor } from '../support/store-editor.ts';
import { until } from '../support/until.ts';

type Entry = {
  readonly id: string;
  readonly stream: string;
  readonly sequence: number;
  readonly event: { readonly type: string } & Readonly<Record<string, unknown>>;
  readonly mismatches?: readonly string[];
};

const servers: { mongodb?: MongodbServer; redis?: RedisServer } = {};

afterAll(async () => {
  await Promise.all([servers.mongodb?.remove(), servers.redis?.remove()]);
});

const onServers = async (): Promise<Record<string, string>> => {
  const [mongodb, redis] = await Promise.all([startMongodb(), startRedis()]);
  Object.assign(servers, { mongodb, redis });
  return {
    BEHALF_MONGODB_URL: mongodb.url('tampering'),
    BEHALF_REDIS_URL: redis.url,
    BEHALF__STORES__ALLOWSTANDALONE: String(mongodb.isStandalone),
  };
};

describe.each([
  {
    store: 'SQLite',
    environment: async (): Promise<Record<string, string>> => ({}),
    edit: async ({ dataFolder }: ServerProcess) => sqliteEditor(join(dataFolder, 'behalf.db'), 'audit_records'),
  },
  {
    store: 'MongoDB',
    environment: onServers,
    edit: async ({ environment }: ServerProcess) =>
      mongodbEditor(String((environment as NodeJS.ProcessEnv)['BEHALF_MONGODB_URL']), 'audit_records'),
  },
])('AU-03 an editor of the database on $store', ({ environment, edit }) => {
  let server: ServerProcess;
  let management: Management;
  let editor: StoreEditor;
  /** An account that was made an administrator, which the attacker hides. */
  let account: string;
  let grant: Entry;

  const events = async (query = ''): Promise<readonly Entry[]> => {
    const answer = await management.call('GET', `/audit/events?limit=100${query}`);
    expect(answer.status).toBe(200);
    return answer.body['items'] as readonly Entry[];
  };

  const behalf = (...argv: string[]) => cliHere(argv, server.environment);

  /** Runs `work` with a row changed, and puts it back. */
  const whileChanged = async (
    entry: Entry,
    change: (row: Awaited<ReturnType<StoreEditor['row']>>) => Awaited<ReturnType<StoreEditor['row']>>,
    work: () => Promise<void>,
  ): Promise<void> => {
    const row = await editor.row(entry.id);
    await editor.put(entry.id, change(row));
    try {
      await work();
    } finally {
      await editor.put(entry.id, row);
    }
  };

  const hidden = (row: Awaited<ReturnType<StoreEditor['row']>>) =>
    editor.reindexed(editor.reindexed(row, 'target', undefined), 'type', 'audit.read');

  beforeAll(async () => {
    server = await startServer({ environment: { ...(await environment()), BEHALF__AUDIT__CHECKPOINTSECONDS: '1' } });
    management = await managementFromKeyFile(server.administratorKeyFile);
    const made = await management.call('POST', '/accounts', { username: 'mallory', name: 'Mallory' });
    account = String(made.body['id']);
    const changed = await management.call(
      'PATCH',
      `/accounts/${account}`,
      { roles: ['administrator'] },
      { 'if-match': String(made.headers.get('etag')) },
    );
    expect([made.status, changed.status]).toEqual([201, 200]);
    grant = (await events(`&id=${account}&type=account.updated`))[0] as Entry;
    expect(grant.event).toMatchObject({ type: 'account.updated', target: { id: account } });
    editor = await edit(server);
  }, 120_000);
  afterAll(async () => {
    await editor?.close();
    await server?.remove();
  });

  test('untouched, the stored log verifies while the server runs, and nothing is marked', async () => {
    const verdict = await behalf('audit', 'verify', '--store', '--json');
    expect([verdict.code, JSON.parse(verdict.out)]).toEqual([0, expect.objectContaining({ ok: true })]);
    expect((await events()).some(({ mismatches }) => mismatches !== undefined)).toBe(false);
    expect((await behalf('audit', 'verify', '--store', '--key', 'another')).err).toContain('not with the pinned key');
    expect((await behalf('audit', 'verify', '--store', 'file.ndjson')).code).toBe(2);
  });

  test('hides the grant of a role from a search: verifying names the record and members, every list that shows it marks it', async () => {
    await whileChanged(grant, hidden, async () => {
      expect((await events('&type=account.updated')).map(({ id }) => id)).not.toContain(grant.id);
      const { code, err } = await behalf('audit', 'verify', '--store');
      expect(code).toBe(1);
      expect(err).toContain(
        `record ${grant.sequence} of stream ${grant.stream} does not match its digest in: type, target.`,
      );
      const members = ['type', 'target'];
      expect((await events()).find(({ id }) => id === grant.id)?.mismatches).toEqual(members);
      const one = await management.call('GET', `/audit/events/${grant.id}`);
      expect(one.body['mismatches']).toEqual(members);
      expect((await behalf('audit', 'list')).out).toContain('in the database: type, target');
    });
    expect((await behalf('audit', 'verify', '--store')).code).toBe(0);
  });

  test('the console marks it, too, and says what to do', async () => {
    await whileChanged(grant, hidden, async () => {
      const browser = newBrowser(server.issuer);
      await submitSignIn(browser, await browser.open(`${server.issuer}/console`), {
        username: 'admin',
        password: server.administratorPassword,
      });
      const page = await browser.open(`${server.issuer}/console/audit`);
      expect(page.text).toContain('Changed in the database: type, target');
      expect(page.text).toContain('behalf audit verify --store');
    });
  });

  test.each([
    ['the copy of a member in the document', ['subject'], (record: object) => ({ ...record, subject: 'acc_nobody' })],
    ['the mark of a first record', ['opens'], (record: object) => ({ ...record, opens: true })],
    [
      'a personal value',
      ['personal.source'],
      (record: { erasable?: Record<string, object> }) => ({
        ...record,
        erasable: { ...record.erasable, source: { ...record.erasable?.['source'], value: '203.0.113.7' } },
      }),
    ],
    [
      'where a personal value begins, whose front goes to the salt',
      ['personal.source'],
      (record: { erasable?: Record<string, { salt: string; value: string }> }) => {
        const { salt = '', value = '' } = record.erasable?.['source'] ?? {};
        const all = Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(value)]);
        const source = { salt: all.subarray(0, 20).toString('base64url'), value: all.subarray(20).toString() };
        return { ...record, erasable: { ...record.erasable, source } };
      },
    ],
    [
      'a personal value that was never recorded',
      ['personal.username'],
      (record: { erasable?: object }) => ({
        ...record,
        erasable: { ...record.erasable, username: { salt: 'AAAA', value: 'ada' } },
      }),
    ],
  ] as const)('changes %s: found by verifying and marked when read', async (_, members, change) => {
    await whileChanged(
      grant,
      (row) => rewritten(row, change as (document: object) => object),
      async () => {
        const shown = (await management.call('GET', `/audit/events/${grant.id}`)).body['mismatches'];
        expect(shown).toEqual(expect.arrayContaining([...members]));
        const { code, err } = await behalf('audit', 'verify', '--store');
        expect([code, err]).toEqual([1, expect.stringContaining(`record ${grant.sequence} of stream ${grant.stream}`)]);
        expect(err).toContain(members[0]);
      },
    );
  });

  test('erases a personal value without an event: found by verifying and marked when read', async () => {
    const without = ({ erasable: _, ...record }: Record<string, unknown>) => record;
    await whileChanged(
      grant,
      (row) => rewritten(row, without),
      async () => {
        const one = await management.call('GET', `/audit/events/${grant.id}`);
        expect(one.body).toMatchObject({ erased: ['source'], mismatches: ['personal.source'] });
        expect((await events()).find(({ id }) => id === grant.id)?.mismatches).toEqual(['personal.source']);
        const { code, err } = await behalf('audit', 'verify', '--store');
        expect(code).toBe(1);
        expect(err).toContain(
          `record ${grant.sequence} of stream ${grant.stream} has lost personal.source, and no event says that it was erased.`,
        );
      },
    );
  });

  test('puts a value back that an administrator had erased: found by verifying, and erased again', async () => {
    await management.call('POST', '/accounts', { username: 'nina', name: 'Nina' });
    const [made] = await events('&type=account.created');
    const { id, sequence, stream } = made as Entry;
    const row = await editor.row(id);
    const erase = () => management.call('POST', '/audit/erasures', { event: id, value: 'source' });
    expect((await erase()).status).toBe(204);
    expect((await behalf('audit', 'verify', '--store')).code).toBe(0);
    expect((await management.call('GET', `/audit/events/${id}`)).body['mismatches']).toBeUndefined();
    await editor.put(id, row);
    const { code, err } = await behalf('audit', 'verify', '--store');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(
        `record ${sequence} of stream ${stream} holds personal.source, which an event says was erased`,
      ),
    ]);
    expect((await erase()).status).toBe(204);
    expect((await behalf('audit', 'verify', '--store')).code).toBe(0);
  });

  test('rewrites an event, and its digest with it: the record behind it names another', async () => {
    await whileChanged(
      grant,
      (row) =>
        rewritten(row, (record) => {
          const made = { ...record, event: { ...(record['event'] as object), changed: ['name'] } };
          return { ...made, hash: hashOf(made as never) };
        }),
      async () => {
        expect((await events()).find(({ id }) => id === grant.id)?.mismatches).toEqual(['hash']);
        const { code, err } = await behalf('audit', 'verify', '--store');
        expect([code, err]).toEqual([1, expect.stringMatching(/record \d+ of stream nod_\w+ /)]);
      },
    );
  });

  test('makes a record unreadable: verifying says so', async () => {
    await whileChanged(
      grant,
      (row) => ({ ...row, body: '{' }),
      async () => {
        const { code, err } = await behalf('audit', 'verify', '--store');
        expect(code).toBe(1);
        expect(err).toContain('at least one stored record is damaged');
        expect(err).toContain(`record ${grant.sequence} of stream ${grant.stream} missing`);
      },
    );
  });

  test('a start finds what was changed, serves, and records it for administrators', async () => {
    await server.kill();
    await whileChanged(grant, hidden, async () => {
      await server.restart();
      await until(async () => (await events('&type=audit.mismatch_found')).length > 0);
      const [found] = await events('&type=audit.mismatch_found');
      expect(found?.event).toMatchObject({
        outcome: 'done',
        caller: 'system',
        target: { id: grant.stream },
        inputs: {
          found: 1,
          records: [{ stream: grant.stream, sequence: grant.sequence, members: ['type', 'target'] }],
        },
      });
      expect(server.log()).toContain('audit.mismatch_found');
    });
  }, 60_000);

  test('AU-03 a forged file of trusted heads is refused at start and by verifying, in words that name the file', async () => {
    await server.kill();
    const file = join(server.dataFolder, 'trusted-heads.json');
    const kept = readFileSync(file, 'utf8');
    const remembered = JSON.parse(kept) as { readonly signed: string };
    writeFileSync(file, JSON.stringify({ ...remembered, signed: remembered.signed.slice(0, -4) }));
    try {
      await expect(server.restart()).rejects.toThrow(
        /trusted-heads\.json was not signed with the audit key of this database, or was changed/,
      );
      const { code, err } = await behalf('audit', 'verify', '--store');
      expect([code, err]).toEqual([
        1,
        expect.stringContaining('the list of trusted heads was not signed with a key of this audit log'),
      ]);
    } finally {
      writeFileSync(file, kept);
    }
    await server.restart();
  }, 60_000);
});
