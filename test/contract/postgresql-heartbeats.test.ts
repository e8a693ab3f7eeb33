/** Heartbeats of a process, and its connections over a promotion (decision 59). The states in between are those of the unit tests. */
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { HOLD_MILLISECONDS, STANDALONE_MILLISECONDS } from '../../adapters/postgresql/confirmation.ts';
import { connectPostgresql, type PostgresqlConnection } from '../../adapters/postgresql/connection.ts';
import { postgresqlDocumentStore } from '../../adapters/postgresql/document-store.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { faultProxy } from '../support/fault-proxy.ts';
import { startPostgresql } from '../support/postgresql-server.ts';
import { until } from '../support/until.ts';

// Before any test: without a server this file fails as a whole and says what to install.
const primary = await startPostgresql();
const standby = await startPostgresql({ standbyOf: primary });
const proxy = await faultProxy(primary.port);
const opened: PostgresqlConnection[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  await primary.set({ synchronous_standby_names: '' });
});
afterAll(async () => {
  await proxy.close();
  await standby.remove();
  await primary.remove();
});

let ahead = 0;
const CLOCKS = { monotonic: () => performance.now() + ahead, wall: () => Date.now() };
const NOTES = { name: 'notes', indexes: [], consistency: 'majority' } as const;
const MISSING = 'synchronous_standby_names';
const open = async (deadlineMilliseconds = 10_000): Promise<PostgresqlConnection> => {
  const url = primary.url('beats').replace(`:${primary.port}/`, `:${proxy.port}/`);
  const connection = await connectPostgresql({ url, deadlineMilliseconds, connections: 4, clocks: CLOCKS });
  opened.push(connection);
  return connection;
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
const waiting = (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  primary.ask("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'");

test('FT-03 a heartbeat that a standby confirms counts, and one without an answer does not; few wait at the server', async () => {
  const { beat, confirmation } = await open();
  expect([await failure(beat()), confirmation.problem(), confirmation.isKept()]).toEqual([undefined, undefined, false]);
  await primary.set({ synchronous_standby_names: '*' });
  await beat();
  expect([confirmation.problem(), confirmation.isKept()]).toEqual([undefined, true]);

  await primary.set({ synchronous_standby_names: 'absent' });
  for (let beats = 0; beats < 4; beats += 1) expect(isStoreUnavailable(await failure(beat()))).toBe(true);
  expect(confirmation.problem()).toContain(MISSING);
  expect(await waiting()).toHaveLength(2);

  await primary.set({ synchronous_standby_names: '*' });
  await until(async () => (await failure(beat())) === undefined);
  expect(confirmation.problem()).toBeUndefined();
});

test('FT-03 a process that begins while no standby is there is not confirmed', async () => {
  await open();
  await primary.set({ synchronous_standby_names: 'absent' });
  const url = primary.url('beats');
  // Its schema is there already, so it writes nothing.
  const later = await connectPostgresql({ url, deadlineMilliseconds: 10_000, clocks: CLOCKS });
  opened.push(later);
  expect([later.confirmation.held() > 0, later.confirmation.isKept()]).toEqual([true, true]);
  await until(() => later.confirmation.held() === 0);
  expect(later.confirmation.problem()).toContain(MISSING);
});

test('FT-03 a heartbeat whose wait an operator of the server cancels does not count', async () => {
  const { beat, confirmation } = await open();
  await primary.set({ synchronous_standby_names: '*' });
  await beat();
  await primary.set({ synchronous_standby_names: 'absent' });
  await until(() => confirmation.problem() !== undefined);
  const sent = failure(beat());
  await until(async () => (await waiting()).length === 1);
  await primary.ask("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  expect(await sent).toBeUndefined();
  expect(confirmation.problem()).toContain(MISSING);
});

test('FT-03 a server that stands still is not answered from, without a standby either, until it answers again', async () => {
  const { beat, confirmation } = await open(1000);
  await beat();
  primary.pause();
  try {
    for (let beats = 0; beats < 3; beats += 1) expect(isStoreUnavailable(await failure(beat()))).toBe(true);
    ahead += STANDALONE_MILLISECONDS;
    expect(confirmation.problem()).toContain('has answered no heartbeat');
  } finally {
    primary.resume();
  }
  await until(async () => (await failure(beat())) === undefined);
  expect(confirmation.problem()).toBeUndefined();
});

describe('a write that waits for a standby', () => {
  const during = async (
    id: string,
    deadlineMilliseconds: number,
    work: (sent: Promise<Error | undefined>, end: (how: string) => Promise<unknown>) => Promise<void>,
  ): Promise<void> => {
    const url = primary.url('beats');
    const store = await postgresqlDocumentStore({ url, deadlineMilliseconds, clocks: CLOCKS });
    try {
      const notes = store.collection<{ readonly id: string }>(NOTES);
      await notes.get(id);
      await primary.set({ synchronous_standby_names: 'absent' });
      const sent = failure(notes.insert({ id }));
      await until(async () => (await waiting()).length === 1);
      await work(sent, (how) => primary.ask(`SELECT ${how}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`));
      await primary.set({ synchronous_standby_names: '' });
      // The server has committed it in each case.
      expect(await notes.get(id)).toBeDefined();
    } finally {
      await primary.set({ synchronous_standby_names: '' });
      await store.close();
    }
  };

  test.each(['pg_cancel_backend', 'pg_terminate_backend'])(
    'FT-03 is not acknowledged when the server ends the wait by %s',
    (how) =>
      during(`ended-${how}`, 3000, async (sent, end) => {
        await end(how);
        const late = await sent;
        expect([isStoreUnavailable(late), late?.message]).toEqual([true, expect.stringMatching(/no standby|in reach/)]);
      }),
  );

  test('is acknowledged when a standby has it after that', () =>
    during('ended-and-there', 10_000, async (sent, end) => {
      await end('pg_terminate_backend');
      await primary.set({ synchronous_standby_names: '*' });
      expect(await sent).toBeUndefined();
    }));
});

test('FT-03 a user without the privilege to write heartbeats is told so', async () => {
  await primary.ask('CREATE ROLE silent LOGIN; CREATE SCHEMA silent AUTHORIZATION silent');
  const emit = 'FUNCTION pg_logical_emit_message(boolean, text, text)';
  const url = primary.url('silent').replace('//behalf@', '//silent@');
  const { beat, confirmation, close } = await connectPostgresql({ url, deadlineMilliseconds: 10_000, clocks: CLOCKS });
  await primary.ask(`REVOKE EXECUTE ON ${emit} FROM PUBLIC`);
  try {
    await primary.set({ synchronous_standby_names: '*' });
    const refused = await failure(beat());
    expect([isStoreUnavailable(refused), refused?.message]).toEqual([
      true,
      expect.stringContaining('grant it EXECUTE'),
    ]);
    await until(() => confirmation.problem() !== undefined);
    expect(confirmation.problem()).toBe(refused?.message);
  } finally {
    await primary.ask(`GRANT EXECUTE ON ${emit} TO PUBLIC`);
    await close();
  }
});

test('FT-03 a server that begins to keep its timeline from the user is refused until it shows it again', async () => {
  await primary.ask('CREATE ROLE kept LOGIN; CREATE SCHEMA kept AUTHORIZATION kept');
  const url = primary.url('kept').replace('//behalf@', '//kept@');
  const connection = await connectPostgresql({ url, deadlineMilliseconds: 10_000, clocks: CLOCKS });
  opened.push(connection);
  const held = await connection.hold();
  await primary.ask('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
  try {
    const refused = await failure(connection.hold());
    expect([isStoreUnavailable(refused), refused?.message]).toEqual([true, expect.stringContaining('its timeline')]);
  } finally {
    held.release(true);
    await primary.ask('GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC');
  }
  (await connection.hold()).release(true);
});

test('FT-03 after a promotion no connection to the server before gives a result, and none to it is opened', async () => {
  const { query, confirmation, hold, judge, check } = await open();
  const before = confirmation.epoch();
  const port = async (): Promise<unknown> => (await query('SELECT inet_server_port() AS port')).rows[0]?.['port'];
  const held = await hold();
  expect(await Promise.all([port(), port()])).toEqual([primary.port, primary.port]);
  await standby.ask('SELECT pg_promote()');
  proxy.leadNewTo(standby.port);
  // The first two are at the server before while the third makes a connection.
  const slow = failure(query('SELECT pg_sleep(2)'));
  expect(await Promise.all([port(), port(), port()])).toContain(standby.port);
  expect(confirmation.epoch()).toBe(before + 1);
  expect(confirmation.problem()).toContain('was promoted');
  const late = await slow;
  expect([isStoreUnavailable(late), late?.message]).toEqual([true, expect.stringContaining('was promoted')]);
  expect(await failure(judge(held))).toMatchObject({ message: expect.stringContaining('was promoted') });
  held.release(true);
  expect(await Promise.all([port(), port(), port()])).toEqual([standby.port, standby.port, standby.port]);

  proxy.leadTo(primary.port);
  await until(async () => (await check())?.includes('stop the old primary') === true);
  expect(await failure(port())).toMatchObject({ message: expect.stringContaining('stop the old primary') });
  expect(confirmation.epoch()).toBe(before + 1);
});

test('FT-03 a process that serves no requests, such as a restore, acknowledges no write before the hold is over', async () => {
  const begun = performance.now();
  const url = standby.url('restored');
  const held = { clocks: CLOCKS, waitsForHold: true };
  const { query, close } = await connectPostgresql({ url, deadlineMilliseconds: 10_000, ...held });
  try {
    await query('CREATE TABLE written (id text)');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(HOLD_MILLISECONDS);
  } finally {
    await close();
  }
});
