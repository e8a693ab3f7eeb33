/**
 * Approvals under random schedules: questions, decisions, edits of the parts of an action, fetches and uses in
 * random order and at once, at three nodes. What became a token has to be what was shown and approved, once
 * (approvals-ledger.ts says so by itself); and what nothing stood in the way of has to become one.
 */
import { makeScene } from '../support/scene.ts';
import { inTurn, type Lane, newLane, type Shared } from './approvals-fixtures.ts';
import type { Breach } from './approvals-ledger.ts';
import { APPROVAL_STORES, type ApprovalStores, startNodesHere, startTime, stopTime } from './approvals-nodes.ts';
import { type Counts, runSchedule, type World } from './approvals-schedule.ts';
import { approvalsWire } from './approvals-wire.ts';
import { type Campaign, type CampaignRun, chosen, type Figures, type Random, seededRandom } from './campaign.ts';

const DEFAULT_SCHEDULES = 2000;
const NODES = 3;
/** Schedules under way at once, each with an agent and a resource server of its own. */
const LANES = 8;
/** Schedules until everything is made anew, so that nothing grows without end. */
const BLOCK = 2500;

const worldOn = async (stores: ApprovalStores, random: Random) => {
  const nodes = await startNodesHere(stores, NODES, random);
  try {
    const scene = await makeScene(nodes, { skipConsent: false });
    const { id: partner } = await scene.management.createAccount({
      username: 'grace',
      name: 'Grace',
      password: 'a long enough pass phrase',
    });
    const shared: Shared = { policy: 0, begun: 0, ended: 0, inTurn: inTurn() };
    const lanes: Lane[] = [];
    for (let lane = 0; lane < LANES; lane += 1) {
      lanes.push(await newLane(nodes, scene, shared, { name: `lane-${lane}`, partner }));
    }
    const { pathname } = new URL(scene.calls.endpoints.backchannel);
    const world: World = { nodes, wire: approvalsWire(nodes, pathname, scene.person.username), lanes };
    return { world, close: nodes.close };
  } catch (error) {
    await nodes.close();
    throw error;
  }
};

const on = async (run: CampaignRun, stores: ApprovalStores): Promise<Figures> => {
  const trials = run.options.trials ?? DEFAULT_SCHEDULES;
  const counts: Counts = {};
  const byKind: Partial<Record<Breach, number>> = {};
  let done = 0;
  let milliseconds = 0;
  while (done < trials && !run.isOver()) {
    const { world, close } = await worldOn(stores, seededRandom(run.random.integer(2 ** 32)));
    const begin = performance.now();
    try {
      let left = Math.min(BLOCK, trials - done);
      await Promise.all(
        world.lanes.map(async (lane) => {
          const random = seededRandom(run.random.integer(2 ** 32));
          while (left > 0 && !run.isOver()) {
            left -= 1;
            await runSchedule(world, lane, random, counts, (kind, text) => {
              byKind[kind] = (byKind[kind] ?? 0) + 1;
              run.violation(`${kind}: ${text}`);
            });
            done += 1;
            run.progress(`${done} of ${trials} schedules on ${stores}, ${counts['tokens'] ?? 0} tokens`);
          }
        }),
      );
    } finally {
      milliseconds += performance.now() - begin;
      await close();
    }
  }
  const figures = {
    trials: done,
    nodes: NODES,
    stores,
    schedulesASecond: Math.round((done / milliseconds) * 10_000) / 10,
    violationsByKind: byKind,
    ...sorted(counts),
  };
  run.finished(stores, figures);
  return figures;
};

const sorted = (counts: Counts) => {
  const begins = (start: string): Counts =>
    Object.fromEntries(
      Object.entries(counts)
        .filter(([name]) => name.startsWith(start))
        .map(([name, number]): [string, number] => [name.slice(start.length), number])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  return {
    ...Object.fromEntries(Object.entries(counts).filter(([name]) => !name.includes(': '))),
    edits: begins('edited: '),
    refused: begins('refused: '),
  };
};

export const approvals: Campaign = {
  name: 'approvals',
  about: `random schedules of approvals at ${NODES} nodes: no token but of what was shown and approved, once (--trials on each of --stores, default ${DEFAULT_SCHEDULES} on sqlite)`,
  async run(run) {
    const names = run.options.stores ? chosen(run, APPROVAL_STORES) : (['sqlite'] as const);
    const where: Record<string, Figures> = {};
    stopTime();
    try {
      for (const stores of names) where[stores] = await on(run, stores);
    } finally {
      startTime();
    }
    return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
  },
};
