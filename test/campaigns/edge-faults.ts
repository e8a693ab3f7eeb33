/** Ends while APIs cannot hear of them: what breaks, and what the APIs answer meanwhile and afterwards. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CampaignRun } from './campaign.ts';
import type { EdgeEnd } from './edge-ends.ts';
import type { Kit } from './edge-kits.ts';
import type { ProxyState } from './edge-proxy.ts';
import { asked, type EdgeWorld, judge, STALE_MS } from './edge-world.ts';

type Ended = EdgeEnd & { endedAt: number };

/** What breaks, and what mends it. `node`: the node to which the APIs are connected. */
type Fault = {
  /** Whether no API reaches the server, so that no stale one may say yes. */
  readonly isServerAway: boolean;
  begin(world: EdgeWorld, node: number, run: CampaignRun): Promise<void>;
  /** After the ends were answered. */
  after?(world: EdgeWorld): Promise<void>;
  mend(world: EdgeWorld, node: number): Promise<void>;
};

const proxiesBecome =
  (state: ProxyState) =>
  async ({ kits }: EdgeWorld): Promise<void> => {
    for (const { proxy } of kits) proxy.become(state);
  };
const open = proxiesBecome('open');
/** A clock that a machine has at its start may be hours behind. */
const FURTHEST_BACK_SECONDS = 7200;

const FAULTS: Readonly<Record<string, Fault>> = {
  'feed cut': { isServerAway: false, begin: proxiesBecome('cut'), mend: open },
  'feed stalled': { isServerAway: false, begin: proxiesBecome('stalled'), mend: open },
  'server down': { isServerAway: true, begin: proxiesBecome('down'), mend: open },
  'server silent': { isServerAway: true, begin: proxiesBecome('silent'), mend: open },
  'node killed': {
    isServerAway: true,
    async begin({ servers }, node) {
      await servers[node]?.kill();
    },
    async mend({ servers }, node) {
      await servers[node]?.restart();
    },
  },
  'API restarted': {
    isServerAway: false,
    begin: async () => undefined,
    async after({ kits }) {
      for (const kit of kits) await kit.kill();
      for (const kit of kits) await kit.start();
    },
    mend: (world) => world.settle(),
  },
  'clock set back': {
    isServerAway: false,
    async begin({ kits }, _node, { random }) {
      const apart = -1 - random.integer(FURTHEST_BACK_SECONDS);
      for (const kit of kits) await kit.clocks({ apart });
    },
    async mend({ kits }) {
      for (const kit of kits) await kit.clocks({ apart: 0 });
    },
  },
};

export const FAULT_NAMES: readonly string[] = Object.keys(FAULTS);

export type Episode = {
  readonly name: string;
  readonly ends: number;
  /** Milliseconds in which the APIs are asked, after the ends. */
  readonly lasts: number;
};

/** Questions that were answered, and how. */
export type Counts = { yes: number; no: number; unknown: number };

/** Asks all APIs for all that a request can need about all tokens, until the time is over. */
const question = async (
  run: CampaignRun,
  { kits }: EdgeWorld,
  what: string,
  tokens: readonly Ended[],
  counts: Counts,
  { until, awayFrom }: { readonly until: number; readonly awayFrom: number | undefined },
): Promise<void> => {
  const one = async (kit: Kit, { token, kind, endedAt, needs }: Ended): Promise<void> => {
    while (performance.now() < until) {
      for (const need of needs) {
        const answer = await kit.use(token, need);
        counts[answer.isYes ? 'yes' : answer.status === 401 ? 'no' : 'unknown'] += 1;
        judge(run, kit, need, answer, endedAt, `${what}, ${kind}`);
        const isStale = awayFrom !== undefined && answer.sentAt > awayFrom + STALE_MS[need];
        if (answer.isYes && isStale)
          run.violation(`${what}: the API in ${kit.name} accepted for ${need}, and is stale`);
      }
      await pause(10);
    }
  };
  await Promise.all(kits.flatMap((kit) => tokens.map((token) => one(kit, token))));
};

/** One fault with its ends. Afterwards each API refuses what has ended, and accepts what has not. */
export const episode = async (
  run: CampaignRun,
  world: EdgeWorld,
  { name, ends: count, lasts }: Episode,
  counts: Counts,
): Promise<void> => {
  const { kits, ends, servers } = world;
  const fault = FAULTS[name] as Fault;
  const node = await world.moveOn();
  const tokens: Ended[] = [
    { ...(await ends.live()), endedAt: Infinity, end: () => Promise.reject(new Error('it stays')) },
  ];
  while (tokens.length <= count) tokens.push({ ...(await ends.next()), endedAt: Infinity });
  const every = async (isGood: boolean, some: readonly Ended[], what: string): Promise<void> => {
    const uses = kits.flatMap((kit) =>
      some.flatMap(({ token, needs }) => needs.map((need) => [kit, need, token] as const)),
    );
    for (const [kit, need, token] of uses) {
      await asked(
        () => kit.use(token, need),
        (answer) => answer.isYes === isGood && answer.status !== 503,
        `${name}: ${kit.name} ${what}`,
      );
    }
  };
  await every(true, tokens, 'before the fault');
  await fault.begin(world, node, run);
  const awayFrom = fault.isServerAway ? performance.now() : undefined;
  const [live, ...ended] = tokens as [Ended, ...Ended[]];
  for (const one of ended) {
    // The node may be the one that is away.
    const at = (node + 1 + run.random.integer(servers.length - 1)) % servers.length;
    const answer = await one.end(at);
    one.endedAt = performance.now();
    if (answer.status >= 300)
      run.violation(`${name}, ${one.kind} at node ${at}: ${answer.status} ${answer.text.slice(0, 200)}`);
  }
  await fault.after?.(world);
  await question(run, world, name, tokens, counts, { until: performance.now() + lasts, awayFrom });
  await fault.mend(world, node);
  await every(false, ended, 'accepts what has ended, after the fault');
  await every(true, [live], 'refuses what has not ended, after the fault');
};
