/**
 * Shared Signals while nodes are killed: several nodes on one data set push and serve events to receivers, each of which fails in a way of
 * its own, and take events of a transmitter. A ledger that was written apart says what each stream must have received. Then the
 * campaign measures, on nodes that no one kills, how soon events have their effects.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { installPythonPackage } from '../support/python-package.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';
import { costOfDead, timesIn, timesOut } from './signals-times.ts';
import { NODES, type SignalsWorld, startSignalsWorld } from './signals-world.ts';

const DEFAULT_TRIALS = 60;
/** From so many kills on the times are measured often enough for a p99. */
const ENOUGH_KILLS = 100;
const [FEW_TIMES, MANY_TIMES] = [4, 200];
/** Longest time between two kills when nodes run. */
const LONGEST_LOAD_MS = 500;
/** More acts would only take the processor from the nodes that start again, and each has events for seven streams. */
const [ACTS_EVERY_MS, LATER_MS] = [100, 500];
/** On a busy machine more would only wait for each other, until the server answers 503. */
const MOST_ACTS_AT_ONCE = 8;
/** All that is due must have arrived once in so many kills. */
const SETTLE_EVERY = 60;
/** A lock of a stream lasts 30 s after the node that holds it has gone. */
const SETTLES_WITHIN_MS = 120_000;
/** A next kill needs so many nodes that run, so that there is work to interrupt. */
const LEAST_UP = 2;
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

/** Starts what it is given, and remembers the first failure. */
const background = () => {
  const working = new Set<Promise<void>>();
  let failure: Error | undefined;
  return {
    also(work: Promise<unknown>): void {
      const one: Promise<void> = work.then(
        () => void working.delete(one),
        (error: Error) => {
          failure ??= error;
          working.delete(one);
        },
      );
      working.add(one);
    },
    check(): void {
      if (failure) throw failure;
    },
    async end(): Promise<void> {
      while (working.size > 0) await Promise.all(working);
      if (failure) throw failure;
    },
  };
};
type Background = ReturnType<typeof background>;

/** Acts at random nodes, so many side by side, until it is told to end. */
const startLoad = ({ acts }: SignalsWorld, { also }: Background) => {
  let isOver = false;
  let underWay = 0;
  const oneAct = async (): Promise<void> => {
    underWay += 1;
    try {
      await acts.one();
    } finally {
      underWay -= 1;
    }
  };
  const load = async (): Promise<void> => {
    while (!isOver) {
      // As a client that is told to come back later.
      const isBusy = acts.isBusy();
      if (underWay < (isBusy ? 1 : MOST_ACTS_AT_ONCE)) also(oneAct());
      await pause(isBusy ? LATER_MS : ACTS_EVERY_MS);
    }
  };
  also(load());
  return (): void => {
    isOver = true;
  };
};

type Killing = { readonly down: Set<number>; onEvent: (() => void) | undefined };

/** Waits until so many nodes that chance picked run, and answers which: one, now and then two or all. */
const victimsOf = async ({ random }: CampaignRun, { down }: Killing, work: Background): Promise<readonly number[]> => {
  const count = random.pick([1, 1, 2, NODES]);
  const first = random.integer(NODES);
  while (NODES - down.size < Math.max(count, LEAST_UP)) {
    work.check();
    await pause(20);
  }
  return Array.from({ length: NODES }, (_, index) => (first + index) % NODES)
    .filter((node) => !down.has(node))
    .slice(0, count);
};

/**
 * Kills nodes under load, and starts them again while the next ones are killed, up to `most`. SETs and forged SETs go on beside. Answers the
 * number of kills.
 */
const kills = async (run: CampaignRun, world: SignalsWorld, killing: Killing, most: number): Promise<number> => {
  const work = background();
  await world.receivers.behave('bad');
  await world.acts.refill();
  const endLoad = startLoad(world, work);
  try {
    const done = await killAll(run, world, killing, work, most);
    endLoad();
    await work.end();
    return done;
  } finally {
    endLoad();
  }
};

const killAll = async (
  run: CampaignRun,
  world: SignalsWorld,
  killing: Killing,
  work: Background,
  most: number,
): Promise<number> => {
  const { acts, incoming, receivers } = world;
  const { also } = work;
  const { down } = killing;
  let done = 0;
  for (let number = 1; done < most && !run.isOver(); number += 1) {
    work.check();
    if (number % GONE_ROUNDS === 0)
      receivers.gone.is = receivers.gone.is === false ? run.random.pick(['cut', 'silent']) : false;
    const victims = await victimsOf(run, killing, work);
    // The node of the issuer makes what the pools lack.
    if (!down.has(0)) also(acts.refill());
    for (const one of [incoming.one(), incoming.polled(), incoming.forged(), incoming.forged()]) also(one);
    let isKilled = false;
    const kill = (): void => {
      if (isKilled) return;
      isKilled = true;
      for (const node of victims) down.add(node);
      const again = async (node: number): Promise<void> => {
        await world.kill([node]);
        await world.restart([node]);
        down.delete(node);
      };
      for (const node of victims) also(again(node));
    };
    // A receiver has remembered an event, and the server has not stored that.
    if (run.random.chance(0.5)) killing.onEvent = kill;
    await pause(run.random.integer(LONGEST_LOAD_MS));
    if (killing.onEvent) await Promise.race([pause(1000), untilKilled(() => isKilled)]);
    killing.onEvent = undefined;
    kill();
    done += victims.length;
    run.progress(`${done} of ${most} kills before the next look`);
  }
  while (down.size > 0) {
    work.check();
    await pause(20);
  }
  return done;
};

const untilKilled = async (isKilled: () => boolean): Promise<void> => {
  while (!isKilled()) await pause(5);
};

/** So many of each, on nodes that no one kills. */
const times = async (run: CampaignRun, world: SignalsWorld, count: number) => {
  const { python } = await installPythonPackage();
  const effects = await timesIn(run, world, count);
  const besideDeadReceiver = await costOfDead(run, world, count);
  const refusals = await timesOut(run, world, await world.apis(python), Math.ceil(count / 2));
  return { milliseconds: { effects, besideDeadReceiver, refusals } };
};

const on = async (run: CampaignRun, stores: ServerStores): Promise<Figures> => {
  const { trials = DEFAULT_TRIALS, tokens = trials >= ENOUGH_KILLS ? MANY_TIMES : FEW_TIMES } = run.options;
  run.progress('starting');
  const world = await startSignalsWorld(run, stores);
  const { receivers, ledger, incoming, acts } = world;
  const killing: Killing = { down: new Set(), onEvent: undefined };
  receivers.onRemembered(() => killing.onEvent?.());
  let done = 0;
  try {
    await receivers.behave('good');
    while (done < trials && !run.isOver()) {
      done += await kills(run, world, killing, Math.min(SETTLE_EVERY, trials - done));
      run.progress(`${done} of ${trials} kills on ${world.name}`);
      if (done < trials && !run.isOver()) await settle(run, world);
    }
    await settle(run, world);
    checkStreams(run, world);
    await incoming.check();
    const streams = Object.fromEntries(ledger.streams.map(({ name, counts }) => [name, counts]));
    const figures = {
      ...{ trials: done, nodes: NODES, atOnce: MOST_ACTS_AT_ONCE, stores: world.name },
      ...(done === 0 ? {} : { acts: acts.counts, streams, incoming: incoming.counts }),
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
