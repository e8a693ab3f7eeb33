/**
 * A PostgreSQL whose standby is promoted while the old primary goes on, again and again: what was ended at the new one must get no
 * positive answer at the node that still reaches the old one.
 */
import type { Campaign, CampaignRun, Figures } from './campaign.ts';
import type { Ending } from './endings.ts';
import { figuresOf } from './figures.ts';
import { type PartitionWorld, partitionWorld } from './partition-world.ts';

const DEFAULT_TRIALS = 10;
/** Made ahead: for some seconds after each promotion, assertions are refused. Tokens live for five minutes. */
const BATCH = 7;
/** How long a confirmed heartbeat counts. */
const CONFIRMED_MILLISECONDS = 1000;

type Prepared = { readonly kind: string; readonly ending: Ending };
type Seen = {
  readonly answersAfter: Record<string, number>;
  readonly lastPositive: number[];
  readonly acknowledged: number[];
  trials: number;
  stopped: number;
  wrong: number;
};

const check = async (
  run: CampaignRun,
  world: PartitionWorld,
  { kind, ending }: Prepared,
  seen: Seen,
): Promise<void> => {
  const isStopped = seen.trials % 2 === 1;
  const { wrong, after, lastPositive, acknowledged } = await world.trial(ending, isStopped);
  seen.trials += 1;
  seen.stopped += isStopped ? 1 : 0;
  seen.wrong += wrong;
  for (const [status, count] of Object.entries(after)) {
    seen.answersAfter[status] = (seen.answersAfter[status] ?? 0) + count;
    if (status !== '503') run.violation(`${kind}: the old side answered ${status} after the acknowledgement`);
  }
  if (Object.keys(after).length === 0) run.violation(`${kind}: the old side did not answer`);
  if (wrong > 0) run.violation(`${kind}: ${wrong} positive answers after the acknowledgement`);
  if (acknowledged < CONFIRMED_MILLISECONDS) run.violation(`${kind}: acknowledged after ${acknowledged} ms`);
  if (isStopped) return;
  seen.lastPositive.push(lastPositive);
  seen.acknowledged.push(acknowledged);
  // The answer was under way for some time, which on a busy machine is long.
  if (lastPositive > CONFIRMED_MILLISECONDS)
    run.late(`${kind}: the last positive answer came ${lastPositive} ms after`);
};

const measured = async (run: CampaignRun, world: PartitionWorld, trials: number): Promise<Figures> => {
  const seen: Seen = { answersAfter: {}, lastPositive: [], acknowledged: [], trials: 0, stopped: 0, wrong: 0 };
  const kinds = Object.entries(world.endings);
  let next = 0;
  while (seen.trials < trials && !run.isOver()) {
    await world.granting();
    world.scene.management.signInAgain();
    const batch: Prepared[] = [];
    while (batch.length < Math.min(BATCH, trials - seen.trials)) {
      const [kind, make] = kinds[next++ % kinds.length] as (typeof kinds)[number];
      batch.push({ kind, ending: await make() });
    }
    for (const prepared of batch) {
      await check(run, world, prepared, seen);
      run.progress(`${seen.trials} of ${trials} promotions`);
    }
  }
  const { lastPositive, acknowledged, ...counts } = seen;
  return { ...counts, milliseconds: { lastPositive: figuresOf(lastPositive), acknowledged: figuresOf(acknowledged) } };
};

export const partition: Campaign = {
  name: 'partition',
  about: `PostgreSQL: a node that still reaches a primary that was replaced is asked for what was ended at the new one (--trials promotions, default ${DEFAULT_TRIALS})`,
  async run(run) {
    const world = await partitionWorld();
    try {
      const figures = await measured(run, world, run.options.trials ?? DEFAULT_TRIALS);
      run.finished('postgresql', figures);
      return figures;
    } catch (error) {
      throw new Error(`${(error as Error).stack}\nserver logs:\n${world.log()}`, { cause: error });
    } finally {
      await world.remove();
    }
  },
};
