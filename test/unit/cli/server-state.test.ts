import { expect, test } from '@jest/globals';
import { stateText } from '../../../src/cli/commands/server-state.ts';

const BODY = {
  ...{ version: '1.2.3', node_version: 'v24.0.0', issuer: 'https://id.example.com', mode: 'production' },
  ...{ started_at: 1_790_000_000, now: 1_790_000_100_000, this_node: 'nod_1', clock: 'steady' },
  ...{ ready: true, problems: [], backups: [] },
  nodes: [
    { id: 'nod_1', host: 'a.example.com', process: 7, last_heartbeat_at: 1_790_000_099, state: 'serving' },
    { id: 'nod_2', host: 'b.\u001b[2J', process: 8, last_heartbeat_at: 1_790_000_001, state: 'silent' },
  ],
  stores: { document: 'mongodb', ephemeral: 'redis' },
  notifications: { waiting: { count: 500, is_more: true }, dead: { count: 0, is_more: false } },
  audit: { streams: 3 },
  audit_sinks: [],
};

test('says first that a node is not ready, with each failed check and its reason', () => {
  const problems = [{ check: 'storage', reason: 'the check itself failed\u202e' }];
  const lines = stateText({ ...BODY, ready: false, problems }, {}).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'not ready: a load balancer sends this node no requests',
    '',
    '  storage: the check itself failed\\u{202e}',
  ]);
});

test('marks the node that answers, and prints no control characters of a name (IN-05)', () => {
  const text = stateText(BODY, {});
  expect(text).toMatch(/\nnod_1 +serving +a\.example\.com +7 +20\S+ \S+Z +this answer\n/);
  expect(text).toMatch(/\nnod_2 +silent +b\.\\u\{1b\}\[2J /);
  expect(text).toMatch(/\nnotifications +more than 500 waiting, 0 given up in 30 days\n/);
});

test('says that a released reserve, a set clock and changed records need attention', () => {
  const volume = { size: 2 ** 30, free: 2 ** 20, reserve: 0 };
  const audit = { streams: 2, checkpoint: 9, checkpoint_at: 1_790_000_000, mismatch_found_at: 1_790_000_050 };
  const text = stateText({ ...BODY, volume, audit, clock: 'unsteady', backup_failure: 'disk full' }, {});
  for (const said of [
    '1.0 MiB of 1024.0 MiB free, the reserve is released',
    'unsteady: it was set',
    'a start found some',
    'disk full',
  ]) {
    expect(text).toContain(said);
  }
});
