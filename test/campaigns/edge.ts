/**
 * Time to refuse at the edge: several nodes on one data set, and an API behind the package of each language, which verifies offline and
 * reads the revocation feed. Something is ended at a node that chance picks. Measured is the time from the answer to that until each
 * API refuses the token. In between, the server, the feed, processes and clocks fail (edge-faults.ts), and no API may accept longer
 * than the risk of the request allows.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Campaign, CampaignRun, Figures } from './campaign.ts';
import type { EdgeEnd } from './edge-ends.ts';
import { type Counts, episode, FAULT_NAMES } from './edge-faults.ts';
import type { Kit, Need } from './edge-kits.ts';
import { asked, type EdgeWorld, judge, NODES, SETTLE_SECONDS, startEdgeWorld } from './edge-world.ts';
import { figuresOf, rounded } from './figures.ts';
import type { ServerStores } from './server-stores.ts';
import { onEachStore } from './with-packages.ts';

const DEFAULT_TRIALS = 200;
/** Of issue and documentation: milliseconds from the answer to an end to the refusal. */
const GOAL = { p99: 500, max: 2000 } as const;
/** Ends, before their times are compared with the goal, and before the memory of many is measured. */
const ENOUGH_ENDS = 100;
/** Refusals in a row, from each API, before they are believed. */
const ENOUGH = 3;
/** So many ends between two rounds of all faults, each with so many ends. */
const [BETWEEN_ROUNDS, ENDS_OF_FAULT] = [80, 6];
/** Longer than a request of high risk may rely on old news; and longer than one of low risk may. */
const [LASTS_MS, LASTS_LONG_MS] = [2600, 33_000];
/** The APIs are connected to another node once in so many ends. */
const MOVE_EVERY = 40;
/** Everything is killed once in so many ends. */
const ALL_EVERY = 200;
/** An API that accepts so long after an end is not waited for. */
const STUCK_MS = 40_000;

type Measured = { readonly kind: string; readonly kit: string; readonly ms: number; readonly isOffline: boolean };

/** Ends one token that each API accepts, and asks each without pause until it refuses. */
const measure = async (
  run: CampaignRun,
  { kits, servers }: EdgeWorld,
  { kind, token, needs, end }: EdgeEnd,
): Promise<readonly Measured[]> => {
  let endedAt = Number.POSITIVE_INFINITY;
  const warm = async (kit: Kit): Promise<boolean> => {
    const use = () => kit.use(token, 'read');
    const first = await asked(use, ({ isYes }) => isYes, `${kind}: the API in ${kit.name} refuses before the end`);
    return (await use()).introspections === first.introspections;
  };
  const isOffline = await Promise.all(kits.map(warm));
  const refused = async (kit: Kit): Promise<number> => {
    let firstNo = 0;
    for (let count = 0, noes = 0; noes < ENOUGH; count += 1) {
      const need = needs[count % needs.length] as Need;
      const answer = await kit.use(token, need);
      judge(run, kit, need, answer, endedAt, kind);
      if (answer.isYes) noes = 0;
      else if (endedAt !== Number.POSITIVE_INFINITY) {
        if (noes === 0) firstNo = answer.at;
        noes += 1;
      }
      if (answer.at > endedAt + STUCK_MS) {
        run.violation(`${kind}: the API in ${kit.name} accepts ${STUCK_MS} ms after the end`);
        return answer.at;
      }
    }
    return firstNo;
  };
  const asking = kits.map(refused);
  const node = run.random.integer(servers.length);
  const answer = await end(node);
  endedAt = performance.now();
  if (answer.status >= 300) run.violation(`${kind} at node ${node}: ${answer.status} ${answer.text.slice(0, 200)}`);
  const times = await Promise.all(asking);
  return kits.map((kit, index) => {
    const ms = Math.max(0, Number(times[index]) - endedAt);
    if (ms > GOAL.max) run.late(`${kind}: the API in ${kit.name} refused ${rounded(ms)} ms after the end`);
    return { kind, kit: kit.name, ms, isOffline: isOffline[index] === true };
  });
};

/** Kills everything, lifts that, and lets the APIs settle. */
const measureAll = async (run: CampaignRun, world: EdgeWorld, isLong: boolean): Promise<readonly Measured[]> => {
  const { ends } = world;
  let lift: (() => Promise<void>) | undefined;
  const measured = await measure(run, world, {
    ...(await ends.live()),
    kind: 'everything',
    async end(node) {
      const made = await ends.all(node);
      lift = made.lift;
      return made.answer;
    },
  });
  await lift?.();
  // The server names an end once more when its change cannot be under way any longer.
  if (isLong) await pause(SETTLE_SECONDS * 1000);
  await world.settle();
  return measured;
};

/** Times of all, of each API and of each kind. */
const millisecondsOf = (measured: readonly Measured[]): Record<string, ReturnType<typeof figuresOf>> => {
  const labels = ['all', ...new Set(measured.flatMap(({ kit, kind }) => [kit, kind]))];
  const isOf = ({ kit, kind }: Measured, label: string): boolean => label === 'all' || kit === label || kind === label;
  return Object.fromEntries(
    labels.map((label) => [label, figuresOf(measured.filter((one) => isOf(one, label)).map(({ ms }) => ms))]),
  );
};

const on = async (run: CampaignRun, stores: ServerStores, python: string): Promise<Figures> => {
  const trials = run.options.trials ?? DEFAULT_TRIALS;
  const isLong = trials >= ENOUGH_ENDS;
  const world = await startEdgeWorld(run, stores, python);
  const { kits, ends } = world;
  const measured: Measured[] = [];
  const counts: Counts = { yes: 0, no: 0, unknown: 0 };
  const faults: Record<string, number> = {};
  let done = 0;
  let rounds = 0;

  const roundOfFaults = async (): Promise<void> => {
    for (const [index, name] of FAULT_NAMES.entries()) {
      if (run.isOver()) return;
      // One of them until also requests of low risk are refused: another one in each round.
      const isWhole = isLong && index === rounds % FAULT_NAMES.length;
      const count = isLong ? ENDS_OF_FAULT : 1;
      run.progress(`${done} of ${trials} ends on ${world.name}, ${name}`);
      await episode(run, world, { name, ends: count, lasts: isWhole ? LASTS_LONG_MS : LASTS_MS }, counts);
      faults[name] = (faults[name] ?? 0) + 1;
      done += count;
    }
    rounds += 1;
  };

  try {
    await world.settle();
    const between = isLong ? BETWEEN_ROUNDS : Math.ceil(trials / 2);
    for (let turn = 1; done < trials && !run.isOver(); turn += 1) {
      // As a balancer would, now and then.
      if (turn % MOVE_EVERY === 0) await world.moveOn();
      measured.push(...(await measure(run, world, await ends.next())));
      done += 1;
      if (turn % (isLong ? ALL_EVERY : between) === 0) {
        measured.push(...(await measureAll(run, world, isLong)));
        done += 1;
      }
      if (turn % between === 0) await roundOfFaults();
      run.progress(`${done} of ${trials} ends on ${world.name}`);
    }
    const memory: Record<string, unknown> = {};
    if (isLong) for (const kit of kits) memory[kit.name] = await kit.memory();
    const milliseconds = millisecondsOf(measured);
    const { p99 = 0, runs = 0 } = milliseconds['all'] ?? {};
    if (p99 > GOAL.p99 && runs >= ENOUGH_ENDS) run.late(`p99 is ${p99} ms, more than ${GOAL.p99} ms`);
    const figures = {
      trials: done,
      nodes: NODES,
      stores: world.name,
      offline: measured.filter(({ isOffline }) => isOffline).length,
      milliseconds,
      faults,
      answersInFaults: counts,
      ...(isLong ? { aMillionEnds: memory } : {}),
    };
    run.finished(stores, figures);
    return figures;
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver logs:\n${world.log()}`, { cause: error });
  } finally {
    await world.close();
  }
};

export const edge: Campaign = {
  name: 'edge',
  about: `${NODES} nodes, an API behind the package of each language: time from the answer to an end to the refusal, with faults in between (--trials ends on each of --stores, default ${DEFAULT_TRIALS})`,
  run: (run) => onEachStore(run, on),
};
