/** Without faults: for which share of requests the marks allow answers from memory, beside what arithmetic says. */
import { seededRandom } from '../campaigns/campaign.ts';
import { newCluster } from './cluster.ts';
import { poisson } from './virtual-time.ts';
import type { Reference } from './world.ts';

export type Point = {
  readonly changesPerSecond: number;
  /** Between node and primary. */
  readonly roundTripMilliseconds: number;
  /** Between the primary and a majority. */
  readonly commitMilliseconds: number;
};

export type PointFigures = Point & {
  readonly requests: number;
  /** Share of reads of the marks that allowed to answer from memory. */
  readonly measured: number;
  /** The same by arithmetic: e^(−λD). A change is open for D = two round trips and two commits. */
  readonly expected: number;
  /** Share of requests that read no document from the store. */
  readonly fromMemory: number;
  readonly stale: number;
};

/** Milliseconds for which a change is open. */
const openFor = ({ roundTripMilliseconds, commitMilliseconds }: Point): number =>
  2 * (roundTripMilliseconds + commitMilliseconds);
const shareOf = (point: Point): number => Math.exp((-point.changesPerSecond / 1000) * openFor(point));

/**
 * How long a point is measured, in milliseconds. Two requests within one change see the same, so that chance is small only after many times
 * that long; seldom states need more changes than are worth it.
 */
const durationOf = (point: Point): number => {
  const wanted = (openFor(point) * 3500 * (1 - shareOf(point))) / shareOf(point);
  return Math.max(5000, Math.min(wanted, (MOST_CHANGES * 1000) / point.changesPerSecond));
};

/** Within 5 % of arithmetic, beside three standard deviations of chance. */
export const isAsExpected = (point: PointFigures): boolean => {
  const { measured, expected, requests } = point;
  const chance = Math.sqrt(expected * (1 - expected) * (1 / requests + openFor(point) / durationOf(point)));
  return Math.abs(measured - expected) <= 0.05 * expected + 3 * chance;
};

const MOST_CHANGES = 8000;
const NODES = 3;
const TOKENS = 2000;
/** The tokens that the requests are about: the changes are of the others. */
const ASKED_TOKENS = 20;
/** Milliseconds of changes alone before the first request, and after the last one. */
const SETTLED_AFTER = 1000;

export const measurePoint = async (point: Point, seed: number, requests: number): Promise<PointFigures> => {
  const { changesPerSecond, roundTripMilliseconds, commitMilliseconds } = point;
  const random = seededRandom(seed);
  const cluster = newCluster(TOKENS, () => commitMilliseconds);
  const link = { delay: () => roundTripMilliseconds / 2, isCutOff: () => false, runsFrom: () => 0 };
  const nodes = Array.from({ length: NODES }, () => cluster.newNode(link, 0));
  // Each change is of another document, so that none waits for another.
  const others = cluster.tokens.slice(ASKED_TOKENS).flat();
  const changeable: readonly Reference[] = others.filter(({ kind }) => kind === 'delegations');
  const asked = cluster.tokens.slice(0, ASKED_TOKENS);
  let changes = 0;
  const until = SETTLED_AFTER + durationOf(point);
  let [read, allowed] = [0, 0];
  // Requests still run afterwards, when the changes have ended.
  cluster.time.at(until, () => {
    read = nodes.reduce((sum, { marks }) => sum + marks.read, 0);
    allowed = nodes.reduce((sum, { marks }) => sum + marks.allowed, 0);
  });
  await cluster.time.run(() =>
    Promise.all([
      poisson(
        cluster.time,
        random,
        { perSecond: (requests * 1000) / durationOf(point), from: SETTLED_AFTER, until },
        () => cluster.request(random.pick(nodes), random.pick(asked)),
      ),
      poisson(cluster.time, random, { perSecond: changesPerSecond, until: until + SETTLED_AFTER }, () => {
        changes += 1;
        return cluster.change(random.pick(nodes), changeable[changes % changeable.length] as Reference, false);
      }),
    ]),
  );
  const { counts } = cluster;
  return {
    ...point,
    requests: counts.requests,
    measured: allowed / read,
    expected: shareOf(point),
    fromMemory: counts.fromMemory / counts.requests,
    stale: counts.stale,
  };
};
