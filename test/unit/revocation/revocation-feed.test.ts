/** The places of the revocation feed in the audit log: gaps, databases that were put back, readers far behind. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { feedSecrets } from '../../../src/domain/authority/revocation-feed/feed-secrets.ts';
import { type FeedMessage, revocationFeed } from '../../../src/domain/authority/revocation-feed/revocation-feed.ts';
import { masterKey as masterKeyOf } from '../../../src/domain/platform/crypto/master-key.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { until } from '../../support/until.ts';

const SERVER = { id: 'rs_1', state: 'active', updatedAt: 1, scopes: [] } as unknown as ResourceServer;
const masterKey = masterKeyOf(Buffer.alloc(32, 1));
const { digest } = feedSecrets(masterKey, SERVER.id);

const newWorld = () => {
  const documents = memoryDocumentStore('refused');
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const heads = new Map<string, AuditRecord>();
  let seconds = 0;
  /** Tokens that one ending names. */
  const many = { count: 1 };
  const registered = new Map<string, ResourceServer>();
  const feed = revocationFeed({
    documents,
    clock: { now: () => 0, nowMillis: () => 0 },
    masterKey,
    resourceServers: { get: async (id) => ({ document: registered.get(id) ?? SERVER }) },
    latched: { all: () => [] },
    naming: {
      of: async (ending) => {
        const { kind, id } = ending as { readonly kind: 'token'; readonly id: string };
        return Array.from({ length: many.count }, (_, at) => ({ kind, id: at === 0 ? id : `${id} ${at}` }));
      },
      again: async () => [],
    },
    elapsed: () => seconds,
    outside: (work) => work(),
    onFailed: () => undefined,
  });
  const link = (stream: string, event: AuditEvent): AuditRecord => {
    const record = linkRecord(stream, heads.get(stream), prepareEvent(event, 0), 'w');
    heads.set(stream, record);
    return record;
  };
  const reader = async (cursor?: string, isGone = (): boolean => false, server = SERVER) => {
    const messages: FeedMessage[] = [];
    let ended = 0;
    const request = { arrivedAt: seconds, ...(cursor === undefined ? {} : { cursor }) };
    const close = await feed.open(server, request, {
      send: (message) => void messages.push(message),
      isGone,
      end: () => {
        ended += 1;
      },
    });
    return { messages, close, ended: () => ended };
  };
  return {
    feed,
    registered,
    records,
    heads,
    link,
    many,
    later(more: number): void {
      seconds += more;
    },
    append: (stream: string, id: string): Promise<void> => records.insert(link(stream, revoked(id))),
    reader,
    async read(cursor?: string): Promise<FeedMessage> {
      const { messages, close } = await reader(cursor);
      close();
      return messages[0] as FeedMessage;
    },
  };
};

const revoked = (id: string): AuditEvent => ({
  type: 'token.revoked',
  outcome: 'done',
  token: { id, format: 'jwt', expiresAt: 1 },
});
const endsIn = (messages: readonly FeedMessage[]) => messages.flatMap(({ ends = [] }) => ends);

describe('a record', () => {
  test('is visible only when all before it in its stream are', async () => {
    const { append, link, records, reader, read } = newWorld();
    await append('nod_a', 'one');
    const { messages, close } = await reader((await read()).cursor);
    const missing = link('nod_a', revoked('two'));
    await append('nod_a', 'three');
    await append('nod_b', 'four');
    await until(() => endsIn(messages).includes(digest('token', 'four')));
    expect(endsIn(messages)).not.toContain(digest('token', 'three'));
    const { cursor } = messages.at(-1) as FeedMessage;
    await records.insert(missing);
    await until(() => endsIn(messages).includes(digest('token', 'three')));
    close();
    const resumed = await read(cursor);
    expect(resumed.ends).toEqual([digest('token', 'two'), digest('token', 'three')]);
  });

  test('of a node that started after the cursor is read from the beginning of its stream', async () => {
    const { append, read } = newWorld();
    await append('nod_a', 'one');
    const { cursor } = await read();
    await append('nod_b', 'two');
    expect(await read(cursor)).toMatchObject({ start: { resumed: true }, ends: [digest('token', 'two')] });
  });
});

describe('a reader starts anew', () => {
  test('when the database was put back, even if it has as many records again', async () => {
    const { append, records, heads, read } = newWorld();
    await append('nod_a', 'one');
    const before = heads.get('nod_a') as AuditRecord;
    await append('nod_a', 'two');
    const { cursor } = await read();
    await records.take((heads.get('nod_a') as AuditRecord).id);
    expect((await read(cursor)).start?.resumed).toBe(false);
    heads.set('nod_a', before);
    await append('nod_a', 'other');
    await append('nod_a', 'further');
    expect(await read(cursor)).toMatchObject({ start: { resumed: false }, all: true });
  });

  test('when it is more than 20,000 records behind', async () => {
    const { append, link, records, read } = newWorld();
    await append('nod_a', 'one');
    const { cursor } = await read();
    const more = (count: number) =>
      records.insertMany(Array.from({ length: count }, () => link('nod_a', { type: 'token.issued', outcome: 'done' })));
    await more(20_000);
    expect((await read(cursor)).start?.resumed).toBe(true);
    await more(1);
    expect((await read(cursor)).start?.resumed).toBe(false);
  });

  test('when its cursor is of another master key', async () => {
    const { append, read } = newWorld();
    await append('nod_a', 'one');
    const other = feedSecrets(masterKeyOf(Buffer.alloc(32, 2)), SERVER.id);
    const places = new Map([['nod_a', { sequence: 1, hash: '' }]]);
    expect((await read(feedSecrets(masterKey, SERVER.id).cursor(places))).start?.resumed).toBe(true);
    expect((await read(other.cursor(places))).start?.resumed).toBe(false);
  });

  test('when its cursor would name more than 64 nodes', async () => {
    const { append, read } = newWorld();
    for (let node = 0; node < 64; node += 1) await append(`nod_${node}`, `token ${node}`);
    expect((await read((await read()).cursor)).start?.resumed).toBe(true);
    await append('nod_64', 'token 64');
    expect((await read((await read()).cursor)).start?.resumed).toBe(false);
  });
});

test('the feed does not search what a reader has missed, when its request has ended while it waited', async () => {
  const { append, reader, read } = newWorld();
  await append('nod_a', 'one');
  const { cursor } = await read();
  await append('nod_a', 'two');
  const readers = await Promise.all([reader(cursor), reader(cursor, () => true)]);
  for (const { close } of readers) close();
  expect(readers.map(({ messages }) => messages[0]?.start?.resumed)).toEqual([true, false]);
});

test('a message has at most 20,000 ends: with more it names every token, at once and after a cursor', async () => {
  const { append, many, reader, read } = newWorld();
  await append('nod_a', 'first');
  const { messages, close } = await reader((await read()).cursor);
  many.count = 20_000;
  await append('nod_a', 'a client');
  await until(() => messages.length === 2);
  const { cursor } = messages[1] as FeedMessage;
  many.count = 20_001;
  await append('nod_a', 'a larger client');
  await until(() => messages.length === 3);
  close();
  expect(messages.map(({ all, ends }) => [all, ends?.length])).toEqual([
    [undefined, undefined],
    [undefined, 20_000],
    [true, undefined],
  ]);
  expect(await read(cursor)).toMatchObject({ start: { resumed: false }, all: true });
});

test('a message says from its arrival on until when it is complete, and is repeated each half second', async () => {
  const { append, reader, later } = newWorld();
  await append('nod_a', 'one');
  const { messages, close } = await reader();
  later(0.4);
  await append('nod_b', 'two');
  await until(() => messages.length === 2);
  later(0.5);
  await until(() => messages.length === 3);
  close();
  expect(messages.map(({ as_of }) => as_of)).toEqual([0, 400, 900]);
});

describe('a reader is refused', () => {
  const other = (number: number): ResourceServer => ({ ...SERVER, id: `rs_${number}` });

  test('by the ninth stream of one resource server, until one of them ends', async () => {
    const { reader } = newWorld();
    const [first] = await Promise.all(Array.from({ length: 8 }, () => reader()));
    await expect(reader()).rejects.toMatchObject({ code: 'too_many_requests', reason: 'feed_streams_exceeded' });
    await reader(undefined, () => false, other(2));
    first?.close();
    first?.close();
    await reader();
    await expect(reader()).rejects.toMatchObject({ reason: 'feed_streams_exceeded' });
  });

  test('by the 257th stream of all', async () => {
    const { reader } = newWorld();
    const all = Array.from({ length: 256 }, (_, number) => reader(undefined, () => false, other(number)));
    await Promise.all(all);
    await expect(reader(undefined, () => false, other(256))).rejects.toMatchObject({ reason: 'feed_full' });
  });

  test('once the feed is closed, which ends the others, one that has no first message yet as well', async () => {
    const { reader, feed } = newWorld();
    const open = await reader();
    const beginning = reader();
    feed.close();
    await expect(beginning).rejects.toMatchObject({ reason: 'feed_closing' });
    await expect(reader()).rejects.toMatchObject({ reason: 'feed_closing' });
    feed.close();
    open.close();
    expect(open.ended()).toBe(1);
  });
});

test.each([
  ['is disabled', { state: 'disabled' }],
  ['changes', { updatedAt: 2 }],
] as const)('a reader ends within five seconds after its registration %s, and no other does', async (_, change) => {
  const { reader, registered, later } = newWorld();
  const changed = { ...SERVER, id: 'rs_2' };
  const [kept, ended] = [await reader(), await reader(undefined, () => false, changed)];
  registered.set('rs_2', { ...changed, ...change });
  later(4.9);
  await until(() => kept.messages.length === 2);
  expect(ended.ended()).toBe(0);
  later(0.1);
  await until(() => ended.ended() === 1);
  later(1);
  await until(() => kept.messages.length === 3);
  kept.close();
  expect([kept.ended(), ended.ended()]).toEqual([0, 1]);
});
