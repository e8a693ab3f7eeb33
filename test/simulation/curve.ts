/** Without faults: which share of requests is answered from memory, by changes a second and the distance to the primary. */
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
  /** Share of requests that read no document from the store. */
  readonly fromMemory: number;
  /** What one mark would allow that does not say which document changes: e^(−λD), where a change is open for D. */
  readonly withOneMark: number;
  /** Marks that the nodes read for one request, also for their own changes. */
  readonly marksPerRequest: number;
  readonly stale: number;
};

/** Two round trips and two commits. */
const withOneMark = ({ changesPerSecond, roundTripMilliseconds, commitMilliseconds }: Point): number =>
  Math.exp((-changesPerSecond / 1000) * 2 * (roundTripMilliseconds + commitMilliseconds));

/** The least share of requests that memory must answer, as issues ask for. */
const LEAST_FROM_MEMORY = 0.95;
export const isAsExpected = ({ fromMemory }: PointFigures): boolean => fromMemory >= LEAST_FROM_MEMORY;

const REQUESTS_PER_SECOND = 400;
const NODES = 3;
const TOKENS = 2000;
/** The tokens that the requests are about: the changes are of the others. */
const ASKED_TOKENS = 20;
/** Milliseconds until each node has read all documents once, and follows the changes. */
const SETTLED_AFTER = 3000;

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
  const until = SETTLED_AFTER + (requests * 1000) / REQUESTS_PER_SECOND;
  const figures = () => ({ ...cluster.counts, marks: nodes.reduce((sum, node) => sum + node.marksRead(), 0) });
  let before = figures();
  cluster.time.at(SETTLED_AFTER, () => {
    before = figures();
  });
  await cluster.time.run(() =>
    Promise.all([
      poisson(cluster.time, random, { perSecond: REQUESTS_PER_SECOND, until }, () =>
        cluster.request(random.pick(nodes), random.pick(asked)),
      ),
      poisson(cluster.time, random, { perSecond: changesPerSecond, until }, () => {
        changes += 1;
        return cluster.change(random.pick(nodes), changeable[changes % changeable.length] as Reference, false);
      }),
    ]),
  );
  const after = figures();
  const answered = after.requests - before.requests;
  return {
    ...point,
    requests: answered,
    fromMemory: (after.fromMemory - before.fromMemory) / answered,
    withOneMark: withOneMark(point),
    marksPerRequest: (after.marks - before.marks) / answered,
    stale: after.stale,
  };
};
