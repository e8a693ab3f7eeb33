/** How fresh the lists of one process are under load. What ends a token: test/integration/liveness.test.ts. */
import { inflateSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { compression } from '../../../adapters/node/compression.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../../src/domain/audit/audit-record.ts';
import { latchedKills } from '../../../src/domain/authority/revocation/kill.ts';
import type { NamedTokens } from '../../../src/domain/authority/revocation-feed/named-tokens.ts';
import { statusListService } from '../../../src/domain/authority/status-lists/status-list-service.ts';
import type { TokenStatuses } from '../../../src/domain/authority/status-lists/token-statuses.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../../src/domain/platform/epochs/epoch.ts';
import { until } from '../../support/until.ts';

const NOW = 1_800_000_000;
const INDEX = 5;
const REVOKED: AuditEvent = {
  type: 'token.revoked',
  outcome: 'done',
  token: { id: 'jti_1', format: 'jwt', expiresAt: NOW + 300 },
};
const OF_EVERYTHING: AuditEvent = { type: 'policy.activated', outcome: 'done' };

let opened: { close(): void } | undefined;
afterEach(() => opened?.close());

/** A service over a store whose reads of tokens a test can hold, and whose time stands until the test moves it. */
const world = async () => {
  let time = 0;
  const records = memoryDocumentStore().collection<AuditRecord>(AUDIT_RECORDS);
  const documents = memoryDocumentStore();
  const held = new Map<string, Promise<void>>();
  const looks: string[] = [];
  let ended: readonly string[] = [];

  const lookAt = async (what: string, list: string, ends: Parameters<TokenStatuses['inList']>[1]): Promise<void> => {
    looks.push(what);
    await held.get(what);
    if (ended.includes(what) && ends.isOpen(list, INDEX)) ends.add(list, INDEX);
  };
  const listOf = (server: string) => ({ server, window: NOW / 600, since: 0, number: 0 });
  const latched = latchedKills();
  const service = statusListService({
    documents: {
      ...documents,
      collection: (of: { readonly name: string }) =>
        of.name === AUDIT_RECORDS.name ? records : documents.collection(of as never),
    } as never,
    clock: { now: () => NOW + Math.floor(time), nowMillis: () => (NOW + time) * 1000 },
    statuses: {
      listsOf: async (server) => [`${server}/${NOW / 600}/0/0`],
      async inList(list, ends, { all = false, goesOn = () => true } = {}) {
        const server = list.slice(0, list.indexOf('/'));
        const what = all ? `each of ${server}` : server;
        const looking = lookAt(what, list, ends);
        if (!held.has(what)) return looking;
        const given = until(() => !goesOn() || !held.has(what), { what: 'the end of the read' });
        return Promise.race([looking, given]);
      },
      dependingOn: (what, ends) => lookAt(what, `rs_a/${NOW / 600}/0/0`, ends),
    },
    naming: { of: async (ending) => [ending as NamedTokens], again: async () => [] },
    latched,
    compression,
    elapsed: () => time,
    outside: (work) => work(),
    onFailed: (error) => {
      throw error;
    },
  });
  opened = service;

  let sequence = 0;
  const add = async (event: AuditEvent): Promise<void> => {
    sequence += 1;
    const first = sequence === 1 ? { opens: true as const } : {};
    const place = { id: recordId('node', sequence), stream: 'node', sequence, hash: `h${sequence}` };
    await records.insert({ ...place, at: 0, prev: '', event, writer: 'w', type: event.type, ...first } as AuditRecord);
  };
  await add({ type: 'node.stopped', outcome: 'done' });

  return {
    add,
    latched,
    looks,
    documents,
    service,
    listOf,
    /** Seconds from the start up to which the list says it has all events, and the status of the one token. */
    async read(server: string): Promise<readonly [second: number, status: number]> {
      const { asOf, compressed } = await service.read(listOf(server));
      return [asOf - NOW, ((inflateSync(await compressed())[INDEX >> 3] ?? 0) >> (INDEX & 7)) & 1];
    },
    /** Moves the time. */
    after(seconds: number): void {
      time += seconds;
    },
    end(...what: readonly string[]): void {
      ended = what;
    },
    /** Holds each read of these tokens until the returned function is called. */
    hold(what: string): () => void {
      let release = (): void => undefined;
      held.set(
        what,
        new Promise((resolve) => {
          release = resolve;
        }),
      );
      return () => {
        held.delete(what);
        release();
      };
    },
  };
};

const looked = (looks: readonly string[], what: string, times: number): Promise<unknown> =>
  until(() => looks.filter((one) => one === what).length >= times, { what: `${times} looks at ${what}` });

const BEHIND = { code: 'unavailable', reason: 'status_list_behind' };

test('a list is served with its true age while all tokens of its API are read, and delays no other API', async () => {
  const { add, after, end, hold, looks, read } = await world();
  expect([await read('rs_a'), await read('rs_b')]).toEqual([
    [0, 0],
    [0, 0],
  ]);
  const release = hold('rs_a');
  end('rs_a');
  after(1);
  await add(OF_EVERYTHING);
  await looked(looks, 'rs_b', 1);
  after(1.5);
  await until(async () => (await read('rs_b'))[0] === 2, { what: 'a fresh list of the other API' });
  const [second, status] = await read('rs_a');
  expect([second <= 1, status]).toEqual([true, 0]);
  release();
  await until(async () => (await read('rs_a')).join() === '2,1', { what: 'the end' });
});

test('two seconds after an event that may have ended all tokens, a list without it is refused, and no other one', async () => {
  const { add, after, end, hold, looks, read } = await world();
  await Promise.all([read('rs_a'), read('rs_b')]);
  const release = hold('rs_a');
  end('rs_a');
  await add(OF_EVERYTHING);
  await looked(looks, 'rs_a', 1);
  after(2);
  expect((await read('rs_a')).join()).toBe('0,0');
  after(0.1);
  await expect(read('rs_a')).rejects.toMatchObject(BEHIND);
  await until(async () => (await read('rs_b')).join() === '2,0', { what: 'a fresh list of the other API' });
  release();
  await until(async () => (await read('rs_a').catch(() => [])).join() === '2,1', { what: 'the end' });
});

test('an event during the read for an earlier one counts from the begin of that read', async () => {
  const { add, after, end, hold, looks, read } = await world();
  await Promise.all([read('rs_a'), read('rs_b')]);
  const release = hold('rs_a');
  end('rs_a');
  await add(OF_EVERYTHING);
  await looked(looks, 'rs_a', 1);
  after(1);
  await add(OF_EVERYTHING);
  await until(async () => (await read('rs_b'))[0] === 1, { what: 'the second event' });
  release();
  await until(async () => (await read('rs_a')).join() === '0,1', { what: 'the end of the first read' });
  const releaseSecond = hold('rs_a');
  after(1.1);
  await expect(read('rs_a')).rejects.toMatchObject(BEHIND);
  releaseSecond();
  await until(async () => (await read('rs_a').catch(() => [])).join() === '2,1', { what: 'the end' });
});

test('a read for late changes is given up for an event that names all tokens, whose read is not', async () => {
  const { add, after, end, hold, looks, read } = await world();
  await read('rs_a');
  await add(OF_EVERYTHING);
  await looked(looks, 'rs_a', 1);
  const release = hold('rs_a');
  after(0.4);
  await looked(looks, 'rs_a', 2);
  end('rs_a');
  await add(OF_EVERYTHING);
  await looked(looks, 'rs_a', 3);
  after(1);
  await add(OF_EVERYTHING);
  await until(async () => (await read('rs_b'))[0] === 1, { what: 'the second event' });
  expect(looks.filter((one) => one === 'rs_a')).toHaveLength(3);
  expect((await read('rs_a'))[1]).toBe(0);
  release();
  await until(async () => (await read('rs_a'))[1] === 1, { what: 'the end of the read' });
  // A read for the second event follows after a pause.
  after(3);
  await until(async () => (await read('rs_a').catch(() => [])).join() === '4,1', { what: 'the end' });
});

test('a list of more than 20 seconds ago is refused', async () => {
  const { add, after, hold, looks, read } = await world();
  await read('rs_a');
  // The log waits for the first look at the token.
  const release = hold('token:jti_1');
  await add(REVOKED);
  await looked(looks, 'token:jti_1', 1);
  after(20);
  expect((await read('rs_a'))[0]).toBe(0);
  after(0.1);
  await expect(read('rs_a')).rejects.toMatchObject(BEHIND);
  release();
  await until(async () => (await read('rs_a').catch(() => [0]))[0] === 20, { what: 'the list' });
});

test('each token is read again after the first request, for revocations that were under way', async () => {
  const { after, end, looks, read } = await world();
  expect((await read('rs_a'))[1]).toBe(0);
  end('each of rs_a');
  after(1);
  await looked(looks, 'each of rs_a', 2);
  await until(async () => (await read('rs_a'))[1] === 1, { what: 'the end' });
  expect(looks).not.toContain('rs_a');
  after(30);
  await looked(looks, 'each of rs_a', 3);
});

test('looks for late changes run beside the log, and delay no list', async () => {
  const { add, after, hold, looks, read } = await world();
  await read('rs_a');
  await add(REVOKED);
  await looked(looks, 'token:jti_1', 1);
  const release = hold('token:jti_1');
  after(1);
  await looked(looks, 'token:jti_1', 2);
  after(9);
  await until(async () => (await read('rs_a'))[0] === 10, { what: 'a fresh list' });
  release();
});

test('the first request for an API makes the list of another one no fresher than it is', async () => {
  const { add, after, hold, looks, read } = await world();
  await read('rs_a');
  const release = hold('token:jti_1');
  after(5);
  await add(REVOKED);
  await looked(looks, 'token:jti_1', 1);
  expect((await read('rs_b'))[0]).toBe(5);
  expect((await read('rs_a'))[0]).toBe(0);
  release();
  await until(async () => (await read('rs_a'))[0] === 5, { what: 'the event' });
});

test('names of one event are looked at together', async () => {
  const { add, hold, looks, read } = await world();
  await read('rs_a');
  const release = hold('instance:ins_1');
  await add({ type: 'instance.ended', outcome: 'done', agent: 'agt_1', instance: 'ins_1' });
  await looked(looks, 'party:agt_1', 1);
  await looked(looks, 'instance:ins_1', 1);
  release();
});

test('a kill of one token that only this process has latched is in a list that is read later (D24)', async () => {
  const { after, end, latched, looks, read } = await world();
  await read('rs_b');
  const facts = {
    id: 'kil_1',
    scope: 'token',
    target: 'jti_1',
    key: 'token:jti_1',
    reason: 'a test',
    by: 'system',
  } as const;
  latched.add({ ...facts, state: 'standing', signatures: [], createdAt: 0 });
  end('token:jti_1');
  await looked(looks, 'token:jti_1', 1);
  after(31);
  await looked(looks, 'token:jti_1', 2);
  expect((await read('rs_a'))[1]).toBe(1);
});

test('only lists of this time are served, and none once the service is closed', async () => {
  const { read, service, listOf } = await world();
  expect(await read('rs_a')).toEqual([0, 0]);
  const other = { ...listOf('rs_a'), window: listOf('rs_a').window + 1000 };
  await expect(service.read(other)).rejects.toMatchObject({ reason: 'status_list_unknown' });
  service.close();
  await expect(read('rs_a')).rejects.toMatchObject({ reason: 'status_list_closing' });
});

test.each(['a kill of everything', 'an epoch of everything'])(
  'after %s each list says that all tokens ended, without a look at one (invariant 6)',
  async (what) => {
    const { latched, read, service, listOf, documents, looks } = await world();
    if (what.startsWith('a kill')) {
      const facts = { id: 'kil_1', scope: 'all', target: '*', key: 'all', reason: 'a test', by: 'system' } as const;
      latched.add({ ...facts, state: 'standing', signatures: [], createdAt: 0 });
    } else {
      await raiseEpoch(documents.collection<Epoch>(EPOCHS), 'all', 5);
      expect((await service.read({ ...listOf('rs_b'), since: 5 })).version).not.toBe('all');
      looks.length = 0;
    }
    expect((await read('rs_a'))[1]).toBe(1);
    expect((await service.read(listOf('rs_a'))).version).toBe('all');
    expect(looks).toEqual([]);
  },
);
