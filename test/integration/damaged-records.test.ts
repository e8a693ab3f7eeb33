/** FT-15: what is stored and cannot be understood. SQLite, whose file a test can damage while the server runs. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tableOf } from '../../adapters/sqlite/tables.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

let server: RunningServer;
let scene: Scene;
let database: DatabaseSync;
const log: string[] = [];

beforeAll(async () => {
  server = await runServer({
    stores: 'sqlite',
    environment: {
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      BEHALF__LOG__LEVEL: 'warn',
    },
    log: (line) => void log.push(line),
  });
  scene = await makeScene(server);
  database = new DatabaseSync(join(server.dataFolder, 'behalf.db'), { timeout: 5000 });
});
afterAll(async () => {
  database?.close();
  await server?.close();
});

const DAMAGES = {
  'no JSON': (body: string) => `${body.slice(0, body.length / 2)}\u0000`,
  'another version': (body: string) => JSON.stringify({ id: JSON.parse(body).id, version: 99 }),
  'another record': (body: string) => body.replace(/"id":"[^"]*"/, '"id":"somebody_else"'),
} as const;

/** Damages the rows of a collection whose body holds the text; answers what puts them back. */
const damage = (collection: string, holding: string, how: (body: string) => string): (() => void) => {
  const table = tableOf(collection);
  const rows = database.prepare(`SELECT id, body FROM ${table} WHERE instr(body, ?) > 0`).all(holding);
  expect({ collection, found: rows.length > 0 }).toEqual({ collection, found: true });
  const writing = database.prepare(`UPDATE ${table} SET body = ? WHERE id = ?`);
  for (const { id, body } of rows) writing.run(how(String(body)), id as string);
  return () => {
    for (const { id, body } of rows) writing.run(body as string, id as string);
  };
};

type Uses = Readonly<Record<string, () => Promise<Answer>>>;

const isGood = ({ status, body }: Answer): boolean => status < 300 && body['active'] !== false;
/** What a family does that needs nothing new. */
const usesOf = (family: TokenFamily): Uses => ({
  ...family.uses,
  'management accounts': () => scene.management.call('GET', '/accounts'),
  'management agents': () => scene.management.call('GET', '/agents'),
  'management clients': () => scene.management.call('GET', '/clients'),
  'management delegations': () => scene.management.call('GET', '/delegations'),
});

const outcomes = async (uses: Uses): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(uses).map(async ([name, use]) => {
        const answer = await use();
        return [name, isGood(answer) ? 200 : answer.status] as const;
      }),
    ),
  );

const CASES: readonly (readonly [collection: string, of: (family: TokenFamily) => string])[] = [
  ['accounts', (family) => `"username":"${family.person.username}"`],
  ['agents', (family) => `"id":"${family.agent.clientId}"`],
  ['clients', (family) => `"id":"${family.app.clientId}"`],
  ['delegations', (family) => `"actor":"${family.agent.clientId}"`],
  ['grants', (family) => `"clientId":"${family.app.clientId}"`],
  ['provider_records', (family) => `"clientId":"${family.app.clientId}"`],
];

describe.each(Object.entries(DAMAGES))('FT-15 a record that is %s', (_, how) => {
  let damaged: TokenFamily;
  let other: TokenFamily;
  beforeAll(async () => {
    damaged = await newTokenFamily(scene);
    other = await newTokenFamily(scene);
  });

  test.each(CASES)('of %s is invalid and logged, and nothing else is touched', async (collection, holding) => {
    const before = await outcomes(usesOf(damaged));
    const goodBefore = Object.keys(before).filter((name) => before[name] === 200);
    const others = await outcomes(usesOf(other));
    log.length = 0;
    const repair = damage(collection, holding(damaged), how);
    try {
      const during = await outcomes(usesOf(damaged));
      expect(Object.entries(during).filter(([, status]) => status >= 500)).toEqual([]);
      expect(goodBefore.filter((name) => during[name] !== 200)).not.toEqual([]);
      expect(await outcomes(usesOf(other))).toEqual(others);
      expect(log.filter((line) => line.includes('request.failed'))).toEqual([]);
      expect(log.some((line) => line.includes('unreadable') && line.includes(collection))).toBe(true);
    } finally {
      repair();
    }
    expect(await outcomes(usesOf(damaged))).toEqual(before);
  });
});

test('FT-15 a damaged record that would forbid something is not skipped: requests that depend on it get 503', async () => {
  const family = await newTokenFamily(scene);
  const table = tableOf('epochs');
  database.prepare(`INSERT INTO ${table} (version, id, body) VALUES (1, 'all', '{"id":"all","version":99}')`).run();
  try {
    const during = await outcomes(family.uses);
    expect(new Set(Object.values(during))).toEqual(new Set([503]));
  } finally {
    database.exec(`DELETE FROM ${table} WHERE id = 'all'`);
  }
  expect(new Set(Object.values(await outcomes(family.uses)))).toEqual(new Set([200]));
});
