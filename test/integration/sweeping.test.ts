/** What has expired is gone within a run of the sweeper, in every collection, while the server serves. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { STANDING_APPROVALS } from '../../src/domain/approvals/standing-approval.ts';
import { DELEGATIONS } from '../../src/domain/authority/delegation/delegation.ts';
import type { CollectionDeclaration, Document } from '../../src/domain/ports/document-store.ts';
import { CONSUMPTIONS, GRANTS, PROVIDER_RECORDS, REVOKED_TOKENS } from '../../src/provider/seam/records.ts';
import { type RunningServer, type RunOptions, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

/** Rows that expired an hour ago, as the load of an hour leaves them. */
const expiredRows = (rows: number, more: object): Document[] => {
  const expiresAt = Math.floor(Date.now() / 1000) - 3600;
  return Array.from({ length: rows }, (_, at) => ({ id: `expired-${at}`, ...more, expiresAt }));
};
const longAgo = Math.floor(Date.now() / 1000) - 3600;
const delegation = {
  ...{ subject: 'acc_1', actor: 'agt_1', resource: 'https://x.example', scope: [], parent: null, ancestors: [] },
  ...{ chain: {}, delegableTo: { agents: [], depth: 0 }, state: 'active', createdAt: 1, forgetAt: longAgo },
};
const standing = {
  ...{ account: 'acc_1', agent: 'agt_1', action: {}, likeness: 'l', vote: {}, mostUses: 1, uses: 0, sum: 0 },
  ...{ state: 'active', createdAt: 1, forgetAt: longAgo },
};
const grant = { account: 'acc_1', clientId: 'c', payload: {}, createdAt: 1 };

describe.each<readonly [string, RunOptions]>([
  ['SQLite', { stores: 'sqlite' }],
  ['the stores of the run', {}],
])('OT-12 on %s', (_, options) => {
  let server: RunningServer;
  let scene: Scene;
  beforeAll(async () => {
    server = await runServer(options);
    scene = await makeScene(server);
  });
  afterAll(() => server?.close());

  const own = async (): Promise<number> => {
    const { agent, jwt, keyed, calls } = scene;
    return (await calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier })).status;
  };
  const figure = async (name: string, collection: string): Promise<number | undefined> => {
    const metric = await server.behalf.metrics.registry.getSingleMetric(name)?.get();
    return metric?.values.find(({ labels }) => labels['collection'] === collection)?.value;
  };

  test('a backlog of one collection keeps no other waiting, and all of it goes while requests are answered', async () => {
    const { documents, ephemeral, clock } = server.behalf.services;
    const backlog: readonly (readonly [CollectionDeclaration, number, object])[] = [
      [PROVIDER_RECORDS, 6000, { model: 'AccessToken' }],
      [CONSUMPTIONS, 300, { at: 1 }],
      [GRANTS, 300, grant],
      [REVOKED_TOKENS, 300, {}],
      [STANDING_APPROVALS, 300, standing],
      [DELEGATIONS, 300, delegation],
    ];
    await Promise.all(
      backlog.map(([declaration, rows, more]) =>
        documents.collection<Document>(declaration).insertMany(expiredRows(rows, more)),
      ),
    );
    const left = async (): Promise<number> => {
      const counts = documents.expiring().map((name) => documents.countExpired(name, clock.now(), 10_000));
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    };
    expect(await left()).toBeGreaterThanOrEqual(6900);
    const statuses = new Set<number>();
    await until(
      async () => {
        statuses.add(await own());
        return (await left()) === 0;
      },
      { what: 'an empty backlog', seconds: 40 },
    );
    expect([...statuses]).toEqual([200]);
    const { delegations } = server.behalf.services;
    await until(async () => (await delegations.countForgettable()) === 0, { what: 'no delegation that is over' });
    expect(await ephemeral.countExpired(10)).toBeLessThan(10);
    for (const [{ name }, rows] of backlog) {
      const areCounted = async () => Number(await figure('behalf_swept_rows_total', name)) >= rows;
      await until(areCounted, { what: `${rows} removed rows of ${name}` });
      await until(async () => (await figure('behalf_expired_rows', name)) === 0, { what: `a gauge of 0 for ${name}` });
    }
    // What lives was left alone.
    expect(await own()).toBe(200);
  }, 60_000);
});
