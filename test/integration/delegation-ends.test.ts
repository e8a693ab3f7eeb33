/** Delegations that are over are removed some time later, and nothing that was refused before is allowed then. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

const KEPT = 60;
const LIFE = 3600;

let server: RunningServer;
let family: TokenFamily;
beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      BEHALF__DELEGATION__KEPTSECONDS: String(KEPT),
      BEHALF__DELEGATION__DEFAULTDURATIONSECONDS: String(LIFE),
      BEHALF__DELEGATION__MAXDURATIONSECONDS: String(LIFE),
    },
  });
  family = await newTokenFamily(await makeScene(server));
});
afterAll(async () => {
  await server?.close();
  startClock();
});

type Shown = { readonly id: string; readonly agent: string; readonly resource: string; readonly parent: string | null };

const read = async (id: string): Promise<number> => (await family.management.call('GET', `/delegations/${id}`)).status;
const rowOf = async (actor: string, resource: string): Promise<string> => {
  const { items } = await server.behalf.services.delegations.list({ actor, live: true, limit: 100 });
  const found = items.find((row) => row.resource === resource);
  if (!found) throw new Error('no delegation');
  return found.id;
};
/** As the sweeper does it; the clock of the test is set, for which the sweeper waits. */
const sweep = async (): Promise<number> => {
  let removed = 0;
  for (let isDone = false; !isDone; ) {
    const slice = await server.behalf.services.delegations.forget(50);
    removed += slice.removed;
    isDone = slice.isDone;
  }
  return removed;
};

describe('OT-12 a delegation that is over', () => {
  test('stays for delegation.keptSeconds; a hop that was ended stays ended as long as its first hop could bring it back', async () => {
    const { agent, subAgent, calendar, files, tokens, management, exchange } = family;
    const above = await rowOf(agent.clientId, calendar.identifier);
    const hop = await rowOf(subAgent.clientId, calendar.identifier);
    const first = await rowOf(agent.clientId, files.identifier);
    const below = await rowOf(subAgent.clientId, files.identifier);
    expect(await sweep()).toBe(0);

    for (const id of [hop, first]) {
      expect((await management.call('POST', `/delegations/${id}/revoke`)).status).toBe(200);
    }
    const asked = () => exchange(subAgent, tokens.agentCalendar, calendar.identifier);
    expect(await asked()).toMatchObject({ status: 400, body: { error: 'access_denied' } });
    expect(await read(first)).toBe(200);
    advance((KEPT + 1) * 1000);
    expect(await sweep()).toBe(1);
    expect([await read(first), await read(hop), await read(above)]).toEqual([404, 200, 200]);
    // As before: the first hop still counts, and no user decided about it since.
    expect(await asked()).toMatchObject({ status: 400, body: { error: 'access_denied' } });
    // No ancestor is left, so it is not live.
    expect(await server.behalf.services.delegations.live(below)).toBeUndefined();
    const token = await family.calls.introspect(files.credential, tokens.subFiles);
    expect(token.body).toEqual({ active: false });
    expect((await exchange(subAgent, tokens.agentFiles, files.identifier)).status).toBe(400);
    const ended = (await server.events('delegation.revoked')).filter(({ delegation }) => delegation === first);
    expect(ended).toMatchObject([{ outcome: 'done' }]);

    // The first hop is over as well, and with it what the ended one was needed for.
    advance((LIFE + KEPT + 1) * 1000);
    await sweep();
    expect([await read(above), await read(hop), await read(below)]).toEqual([404, 404, 404]);
    expect(await server.behalf.services.delegations.countForgettable()).toBe(0);
    const { items } = (await management.call('GET', '/delegations?limit=100')).body as { items: readonly Shown[] };
    expect(items).toEqual([]);
  });

  test('from before it had an end is removed as well, after the next start', async () => {
    const { documents } = server.behalf.services;
    const [{ DELEGATIONS }, { forgetAtOf }, { giveEnds }] = await Promise.all([
      import('../../src/domain/authority/delegation/delegation.ts'),
      import('../../src/domain/authority/delegation/delegation-ends.ts'),
      import('../../src/domain/platform/retention/backfilled-retention.ts'),
    ]);
    const rows =
      documents.collection<import('../../src/domain/authority/delegation/delegation.ts').Delegation>(DELEGATIONS);
    const old = { id: 'dlg_old', slot: 'dlg_old', expiresAt: now() - KEPT - 2 } as const;
    await rows.insert({
      ...old,
      ...{
        subject: 'acc_1',
        actor: 'agt_1',
        resource: 'https://x.example',
        scope: ['read'],
        parent: null,
        ancestors: [],
      },
      ...{ depth: 1, chain: { sub: 'agt_1' } as never, delegableTo: { agents: [], depth: 0 }, state: 'active' },
      ...{ createdAt: 1, updatedAt: 1 },
    });
    expect(await sweep()).toBe(0);
    const mark = `${DELEGATIONS.name}.forget_at`;
    await documents.collection({ name: 'migrations', indexes: [] }).take(mark);
    const endOf = (row: Parameters<typeof forgetAtOf>[0]) => forgetAtOf(row, KEPT);
    expect(await giveEnds(documents, DELEGATIONS, endOf)).toBe(1);
    expect(await giveEnds(documents, DELEGATIONS, endOf)).toBe(0);
    expect(await sweep()).toBe(1);
  });
});
