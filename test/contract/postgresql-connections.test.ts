/** The connections of one process: one pool for documents, values with an end and messages. */
import type { EventEmitter } from 'node:events';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import { systemClock } from '../../adapters/node/clock.ts';
import { postgresqlBroadcast } from '../../adapters/postgresql/broadcast.ts';
import { postgresqlDocumentStore } from '../../adapters/postgresql/document-store.ts';
import { postgresqlEphemeralStore } from '../../adapters/postgresql/ephemeral-store.ts';
import type { SharedConnection } from '../../adapters/postgresql/shared-connection.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { startPostgresql } from '../support/postgresql-server.ts';
import { until } from '../support/until.ts';
import { ITEMS, type Item } from './items.ts';

// Before any test: without a server this file fails as a whole and says what to install.
const server = await startPostgresql();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
afterAll(() => server.remove());

let schemas = 0;
const newUrl = () => server.url(`t${++schemas}`);

/** As src/compose opens them. */
const processOn = async (url: string, { deadlineMilliseconds = 20_000, connections = 4 } = {}) => {
  const documents = await postgresqlDocumentStore({ url, deadlineMilliseconds, connections });
  const ephemeral = await postgresqlEphemeralStore({ connection: documents.connection(), clock: systemClock });
  const broadcast = await postgresqlBroadcast({ connection: documents.connection() });
  opened.push(broadcast, ephemeral, documents);
  return { documents, ephemeral, broadcast, items: documents.collection<Item>(ITEMS) };
};

const sessions = async (): Promise<readonly number[]> =>
  (await server.ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'behalf'")).map(({ pid }) =>
    Number(pid),
  );

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );

test('documents, claims and messages at once use the connections of calls and two more', async () => {
  const connections = 4;
  const { items, ephemeral, broadcast, documents } = await processOn(newUrl(), { connections });
  await documents.ready();
  const [most, isOver] = [[] as number[], { now: false }];
  const watching = (async () => {
    while (!isOver.now) most.push((await sessions()).length);
  })();
  const work = Array.from({ length: 60 }, (_, at) => [
    items.insert({ id: `d${at}` }),
    ephemeral.claim(`c${at}`, 60),
    broadcast.publish('keys', `${at}`),
  ]).flat();
  const answers = await Promise.all(work);
  isOver.now = true;
  await watching;
  expect(answers.filter((answer) => answer === true)).toHaveLength(120);
  expect(Math.max(...most)).toBeLessThanOrEqual(connections + 2);
});

test('each minute another connection listens before the one that listened ends, and what that one heard last is heard', async () => {
  const shared = await postgresqlDocumentStore({ url: newUrl(), deadlineMilliseconds: 20_000 });
  opened.push(shared);
  const [connection, steps, held] = [shared.connection(), [] as string[], [] as PoolClient[]];
  const numberOf = (client: PoolClient) => held.indexOf(client) + 1;
  const watched: SharedConnection = {
    ...connection,
    async hold() {
      const client = await connection.hold();
      const number = held.push(client);
      const { query, release } = client;
      client.query = async (...given: [never]) => {
        const answer = await query.apply(client, given);
        steps.push(`${number} listens`);
        return answer as never;
      };
      client.release = (error) => {
        steps.push(`${number} ends`);
        Object.assign(client, { query, release });
        return client.release(error);
      };
      return client;
    },
    async judge(client) {
      steps.push(`${numberOf(client)} judged`);
      // It was sent before the next one listened.
      if (held.length === 2 && numberOf(client) === 1) {
        (client as unknown as EventEmitter).emit('notification', { payload: 'keys last' });
      }
    },
  };
  const broadcast = await postgresqlBroadcast({ connection: watched }, { judgeEveryMilliseconds: 1 });
  opened.push(broadcast);
  const heard: string[] = [];
  broadcast.subscribe('keys', (message) => heard.push(message));
  await until(() => steps.includes('1 ends'));
  const end = steps.indexOf('1 ends');
  expect(steps.slice(end - 3, end)).toEqual(['1 judged', '2 listens', '1 judged']);
  expect(heard).toEqual(['last']);
});

test('a connection that listens goes on while none can follow it, and one that follows stays when the last question to it fails', async () => {
  const shared = await postgresqlDocumentStore({ url: newUrl(), deadlineMilliseconds: 20_000 });
  opened.push(shared);
  const [connection, held, steps] = [shared.connection(), [] as PoolClient[], [] as string[]];
  let isFollowed = false;
  const watched: SharedConnection = {
    ...connection,
    async hold() {
      if (held.length === 1 && steps.length < 4) {
        steps.push('refused');
        throw new Error('no connection is to be had');
      }
      const client = await connection.hold();
      const [number, { release }] = [held.push(client), client];
      steps.push(`${number} begins`);
      client.release = (error) => {
        steps.push(`${number} ends`);
        Object.assign(client, { release });
        return client.release(error);
      };
      return client;
    },
    async judge(client) {
      if (held.length === 2 && client === held[0] && !isFollowed) {
        isFollowed = true;
        throw new Error('it answers no more');
      }
    },
  };
  opened.push(await postgresqlBroadcast({ connection: watched }, { judgeEveryMilliseconds: 1 }));
  await until(() => steps.includes('2 ends'));
  const refused = ['refused', 'refused', 'refused'];
  expect(steps.slice(0, 8)).toEqual(['1 begins', ...refused, '2 begins', '1 ends', '3 begins', '2 ends']);
});

test('a message is sent while all calls wait for a standby that is gone', async () => {
  const url = newUrl();
  const [one, other] = [await processOn(url, { deadlineMilliseconds: 3000 }), await processOn(url)];
  await one.documents.ready();
  const heard: string[] = [];
  other.broadcast.subscribe('kills', (message) => heard.push(message));
  await server.set({ synchronous_standby_names: 'absent' });
  try {
    const waiting = Array.from({ length: 12 }, (_, at) => failure(one.items.insert({ id: `w${at}` })));
    expect(await one.broadcast.publish('kills', 'now')).toBe(true);
    await until(() => heard.includes('now'));
    expect((await Promise.all(waiting)).map(isStoreUnavailable)).toEqual(waiting.map(() => true));
  } finally {
    await server.set({ synchronous_standby_names: '' });
  }
});

test('each store closes for itself, and the last of them closes the connections', async () => {
  const { documents, items, ephemeral, broadcast } = await processOn(newUrl());
  const before = await sessions();
  await documents.close();
  expect(await Promise.all([failure(items.get('a')), documents.check()])).toEqual([
    expect.objectContaining({ message: 'the store is closed' }),
    'the store is closed',
  ]);
  expect(() => documents.connection()).toThrow('the store is closed');
  expect([await ephemeral.claim('jti', 60), await broadcast.publish('keys', 'x')]).toEqual([true, true]);
  await Promise.all([ephemeral.close(), broadcast.close(), broadcast.close()]);
  expect(isStoreUnavailable(await failure(ephemeral.claim('jti', 60)))).toBe(true);
  await until(async () => !(await sessions()).some((pid) => before.includes(pid)));
});

test('FT-03 the connection that listens ends when the server becomes unsuitable, and listens again when it is suitable', async () => {
  const { broadcast } = await processOn(newUrl(), { deadlineMilliseconds: 5000 });
  const heard: string[] = [];
  broadcast.subscribe('keys', (message) => heard.push(message));
  const listening = await sessions();
  await server.set({ synchronous_commit: 'off' });
  try {
    await until(async () => !(await sessions()).some((pid) => listening.includes(pid)));
    expect(await broadcast.publish('keys', 'unsuitable')).toBe(false);
  } finally {
    await server.set({ synchronous_commit: 'on' });
  }
  await until(async () => {
    await broadcast.publish('keys', 'suitable');
    return heard.includes('suitable');
  });
  expect(heard).not.toContain('unsuitable');
});
