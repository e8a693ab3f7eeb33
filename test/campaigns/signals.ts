/**
 * Shared Signals while nodes are killed: several nodes on one data set push and serve events to receivers, each of which fails in a way of
 * its own, and take events of a transmitter. A ledger that was written apart says what each stream must have received. Then the
 * campaign measures, on nodes that no one kills, how soon events have their effects.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { installPythonPackage } from '../support/python-package.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { SERVER_STORES, type ServerStores } from './server-on.ts';
import { costOfDead, timesIn, timesOut } from './signals-times.ts';
import { NODES, type SignalsWorld, startSignalsWorld } from './signals-world.ts';

const DEFAULT_TRIALS = 60;
/** From so many kills on the times are measured often enough for a p99. */
const ENOUGH_KILLS = 100;
const [FEW_TIMES, MANY_TIMES] = [4, 200];
/** Longest time between the first act and the kill, and how long acts go on after it. */
const [LONGEST_LOAD_MS, AFTER_MS] = [500, 300];
const ACTS_EVERY_MS = 60;
/** On a busy machine more would only wait for each other, until the server answers 503. */
const MOST_ACTS_AT_ONCE = 6;
/** All that is due must have arrived once in so many kills. */
const SETTLE_EVERY = 40;
/** A lock of a stream lasts 30 s after the node that holds it has gone. */
const SETTLES_WITHIN_MS = 120_000;
/** Rounds for which the receiver that comes back is gone. */
const GONE_ROUNDS = 4;

/** Waits until each stream has what it must, and says what it lacks, or has too much of. */
const settle = async (run: CampaignRun, world: SignalsWorld): Promise<void> => {
  await world.receivers.behave('good');
  const end = performance.now() + SETTLES_WITHIN_MS;
  const missing = () =>
    world.ledger.streams.flatMap((stream) => stream.missing().map((one) => `${stream.name}: ${one}`));
  while (missing().length > 0 && performance.now() < end) await pause(200);
  for (const one of missing()) run.violation(`lost, ${one}`);
  await world.receivers.checkBounds();
};

/** What is only known at the end: another event may still explain what arrived. */
const checkStreams = (run: CampaignRun, { ledger }: SignalsWorld): void => {
  for (const stream of ledger.streams) {
    for (const one of stream.surplus()) run.violation(`${stream.name}: not explained, ${one}`);
    for (const one of stream.disordered()) run.violation(`${stream.name}: in another order, ${one}`);
  }
};

/** Victims of a round: one node, now and then two or all. */
const victimsOf = ({ random }: CampaignRun): readonly number[] => {
  const first = random.integer(NODES);
  const count = random.pick([1, 1, 2, NODES]);
  return Array.from({ length: count }, (_, index) => (first + index) % NODES);
};

/** Acts, SETs and forged SETs at random nodes, some of which are killed meanwhile. Answers the number of kills. */
const round = async (
  run: CampaignRun,
  world: SignalsWorld,
  number: number,
  lists: { onEvent: (() => void) | undefined },
) => {
  const { acts, incoming, receivers } = world;
  await acts.refill();
  if (number % GONE_ROUNDS === 0)
    receivers.gone.is = receivers.gone.is === false ? run.random.pick(['cut', 'silent']) : false;
  const victims = victimsOf(run);
  const working: Promise<void>[] = [];
  let failure: Error | undefined;
  const alsoDo = (work: Promise<void>): void => {
    working.push(
      work.catch((error: Error) => {
        failure ??= error;
      }),
    );
  };
  let isOver = false;
  let underWay = 0;
  const oneAct = async (): Promise<void> => {
    underWay += 1;
    await acts.one();
    underWay -= 1;
  };
  const load = async (): Promise<void> => {
    while (!isOver) {
      if (underWay < MOST_ACTS_AT_ONCE) alsoDo(oneAct());
      await pause(ACTS_EVERY_MS);
    }
  };
  const loading = load();
  for (const work of [incoming.one(), incoming.one(), incoming.forged(), incoming.forged()]) alsoDo(work);
  let killing: Promise<unknown> | undefined;
  // A receiver has remembered an event, and the server has not stored that.
  const kill = (): void => {
    killing ??= world.kill(victims);
  };
  if (run.random.chance(0.5)) lists.onEvent = kill;
  await pause(run.random.integer(LONGEST_LOAD_MS));
  if (lists.onEvent) await Promise.race([pause(1000), untilKilled(() => killing !== undefined)]);
  lists.onEvent = undefined;
  kill();
  await killing;
  const restarting = world.restart(victims);
  await pause(AFTER_MS);
  isOver = true;
  await restarting;
  await loading;
  await Promise.all(working);
  if (failure) throw failure;
  return victims.length;
};

const untilKilled = async (isKilled: () => boolean): Promise<void> => {
  while (!isKilled()) await pause(5);
};

/** So many of each, on nodes that no one kills. */
const times = async (run: CampaignRun, world: SignalsWorld, count: number) => {
  const { python, remove } = await installPythonPackage();
  try {
    const effects = await timesIn(run, world, count);
    const besideDeadReceiver = await costOfDead(run, world, count);
    const refusals = await timesOut(run, world, await world.apis(python), Math.ceil(count / 2));
    return { milliseconds: { effects, besideDeadReceiver, refusals } };
  } finally {
    await remove();
  }
};

const on = async (run: CampaignRun, stores: ServerStores): Promise<Figures> => {
  const { trials = DEFAULT_TRIALS, tokens = trials >= ENOUGH_KILLS ? MANY_TIMES : FEW_TIMES } = run.options;
  run.progress('starting');
  const world = await startSignalsWorld(run, stores);
  const { receivers, ledger, incoming, acts } = world;
  const lists: { onEvent: (() => void) | undefined } = { onEvent: undefined };
  receivers.onRemembered(() => lists.onEvent?.());
  let kills = 0;
  let settledAt = 0;
  try {
    await receivers.behave('good');
    for (let number = 1; kills < trials && !run.isOver(); number += 1) {
      await receivers.behave('bad');
      kills += await round(run, world, number, lists);
      run.progress(`${kills} of ${trials} kills on ${world.name}`);
      if (kills - settledAt < SETTLE_EVERY) continue;
      await settle(run, world);
      settledAt = kills;
    }
    await settle(run, world);
    checkStreams(run, world);
    await incoming.check();
    const streams = Object.fromEntries(ledger.streams.map(({ name, counts }) => [name, counts]));
    const figures = {
      ...{ trials: kills, nodes: NODES, stores: world.name },
      ...(kills === 0 ? {} : { acts: acts.counts, streams, incoming: incoming.counts }),
      ...(tokens === 0 ? {} : await times(run, world, tokens)),
    };
    run.finished(trials === 0 ? `${stores}, times` : stores, figures);
    return figures;
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver logs:\n${world.log()}`, { cause: error });
  } finally {
    await world.close();
  }
};

export const signals: Campaign = {
  name: 'signals',
  about: `${NODES} nodes, receivers and a transmitter of security events: kill -9 loses none, no forged one has an effect, and how soon others have (--trials kills on each of --stores, default ${DEFAULT_TRIALS}; --tokens times of each kind)`,
  async run(run) {
    const where: Record<string, Figures> = {};
    for (const stores of chosen(run, SERVER_STORES)) where[stores] = await on(run, stores);
    return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
  },
};
