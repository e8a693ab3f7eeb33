/** One history by a seed: several nodes ask and change, while messages are lost, nodes stop, die or are cut off, and primaries fail. */
import type { MarkMode } from '../../adapters/mongodb/mark-states.ts';
import { type Random, seededRandom } from '../campaigns/campaign.ts';
import { type Cluster, type Counts, newCluster } from './cluster.ts';
import type { SimulatedNode } from './node.ts';
import { poisson } from './virtual-time.ts';
import type { Dependencies, Reference } from './world.ts';

export type HistoryOptions = {
  readonly seed: number;
  /** How long it lasts, of its own time; with bursts longer. */
  readonly seconds: number;
  /** Clocks of nodes are at most so far from the true time. */
  readonly skewSeconds: number;
  /** In place of those that the seed would choose. */
  readonly conditions?: Partial<Conditions>;
};

export type Conditions = {
  readonly changesPerSecond: number;
  readonly faultsPerSecond: number;
  /** The common mark when the history begins. */
  readonly mode: MarkMode;
  /**
   * Hundreds of changes a second for a few seconds, also of documents that requests ask for: nodes leave the common mark. The history then
   * lasts until they rely on it again.
   */
  readonly hasBursts: boolean;
  /** Share of messages that take up to 5 s. */
  readonly slowShare: number;
  readonly lostShare: number;
};

type Member = {
  readonly node: SimulatedNode;
  fault: { cutOff: boolean; lost: boolean; isDead: boolean; stoppedUntil: number };
};

const TOKENS = 6;
/** So that few of the changes of a burst lose against another change of the same document. */
const TOKENS_OF_BURSTS = 60;
const MOST_NODES = 4;
const REQUESTS_PER_SECOND = 80;
/** Of the long histories, but for their bursts. */
const FEW_REQUESTS_PER_SECOND = 15;
/** Fewer than make nodes leave the common mark, which only bursts do. */
const CHANGES_PER_SECOND = [0.5, 3, 12, 60];
const FAULTS_PER_SECOND = [0, 0.05, 0.2];
const MODES: readonly MarkMode[] = ['common', 'common', 'collecting', 'partitions'];
const BURST_SHARE = 0.1;
const BURST_CHANGES_PER_SECOND = [300, 450, 600];
/** Seconds from a burst until nodes rely on the common mark again: 60 and 90 (mark-modes.ts), and some more. */
const BACK_AFTER_SECONDS = 170;
const SLOW_SHARES = [0, 0.005, 0.03];
/** Milliseconds. */
const MOST_DELAY = 5000;
const LOST_SHARES = [0, 0, 0.0005, 0.01];

export const runHistory = async ({ seed, seconds, skewSeconds, conditions }: HistoryOptions): Promise<Counts> => {
  const random = seededRandom(seed);
  const commit = 1 + random.integer(20);
  const { changesPerSecond, faultsPerSecond, mode, hasBursts, slowShare, lostShare }: Conditions = {
    changesPerSecond: random.pick(CHANGES_PER_SECOND),
    faultsPerSecond: random.pick(FAULTS_PER_SECOND),
    mode: random.pick(MODES),
    slowShare: random.pick(SLOW_SHARES),
    lostShare: random.pick(LOST_SHARES),
    hasBursts: random.chance(BURST_SHARE),
    ...conditions,
  };
  const until = (seconds + (hasBursts ? BACK_AFTER_SECONDS : 0)) * 1000;
  const cluster = newCluster(hasBursts ? TOKENS_OF_BURSTS : TOKENS, () => commit * (0.5 + random.next()), mode);
  const { time } = cluster;

  const newMember = (): Member => {
    const fault = { cutOff: false, lost: false, isDead: false, stoppedUntil: 0 };
    const oneWay = random.pick([0.5, 1, 5, 30, 80]);
    const link = {
      delay: () => {
        if (fault.lost || fault.isDead || random.chance(lostShare)) return undefined;
        // Seldom one takes longer than its sender waits, and has an effect afterwards.
        return oneWay * (0.5 + random.next()) + (random.chance(slowShare) ? random.next() * MOST_DELAY : 0);
      },
      isCutOff: () => fault.cutOff,
      runsFrom: () => fault.stoppedUntil,
    };
    return { node: cluster.newNode(link, (2 * random.next() - 1) * skewSeconds), fault };
  };
  const members = Array.from({ length: 2 + random.integer(MOST_NODES - 1) }, newMember);
  const all: readonly Reference[] = cluster.tokens.flat();

  /** A node that runs. Its clients wait while it stands still. */
  const running = async (): Promise<SimulatedNode> => {
    const { node, fault } = random.pick(members);
    await time.sleep(Math.max(0, fault.stoppedUntil - time.now()));
    return node;
  };
  // Most requests ask about few tokens, so that memory serves them.
  const pickToken = (): Dependencies => random.pick(random.chance(0.8) ? cluster.tokens.slice(0, 2) : cluster.tokens);
  const asking = async (): Promise<void> => cluster.request(await running(), pickToken());
  const changing = async (): Promise<void> => {
    const of = random.chance(0.8) ? random.pick(pickToken()) : random.pick(all);
    await cluster.change(await running(), of, random.chance(0.02));
  };
  const bursting = async (from: number): Promise<void> => {
    const burst = { perSecond: random.pick(BURST_CHANGES_PER_SECOND), from, until: from + 2000 + random.next() * 2000 };
    const changingMany = async (): Promise<void> => {
      const of = random.pick(random.chance(0.2) ? pickToken() : all);
      await cluster.change(await running(), of, false);
    };
    await Promise.all([
      poisson(time, random, burst, changingMany),
      poisson(time, random, { ...burst, perSecond: REQUESTS_PER_SECOND }, asking),
    ]);
  };
  // One at the beginning, and one at any moment of the way back.
  const bursts = hasBursts ? [(random.next() * seconds * 1000) / 2, random.next() * until] : [];
  await time.run(() =>
    Promise.all([
      ...bursts.map(bursting),
      poisson(time, random, { perSecond: hasBursts ? FEW_REQUESTS_PER_SECOND : REQUESTS_PER_SECOND, until }, asking),
      poisson(time, random, { perSecond: changesPerSecond, until }, changing),
      poisson(time, random, { perSecond: faultsPerSecond, until }, () =>
        fault(cluster, { members, newMember, random }),
      ),
    ]),
  );
  return cluster.counts;
};

type Around = {
  readonly members: Member[];
  newMember(): Member;
  readonly random: Random;
};

/** Milliseconds. The longest is longer than nodes wait for the change of another (60 s). */
const LASTS = [50, 500, 3000, 12_000, 75_000];
const LONGEST_OUTAGE = 12_000;

/** One fault, until it is over. */
const fault = async ({ time, servers }: Cluster, { members, newMember, random }: Around): Promise<void> => {
  const member = random.pick(members);
  const lasts = random.pick(LASTS);
  switch (random.integer(4)) {
    case 0:
      member.fault.stoppedUntil = time.now() + lasts;
      return;
    case 1: {
      if (members.some((one) => one.fault.cutOff)) return;
      const others = members.filter(() => random.chance(0.4));
      servers.split(random.next() * 3000);
      for (const one of others) one.fault.cutOff = true;
      await time.sleep(Math.min(lasts, LONGEST_OUTAGE));
      servers.heal();
      for (const one of others) one.fault.cutOff = false;
      return;
    }
    case 2:
      member.fault.lost = true;
      await time.sleep(Math.min(lasts, LONGEST_OUTAGE));
      member.fault.lost = false;
      return;
    case 3:
      // It dies: what it was about to send or hear is lost for ever, and another process takes its place.
      member.fault.isDead = true;
      members[members.indexOf(member)] = newMember();
  }
};
