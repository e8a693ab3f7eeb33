/** What chance decides about a schedule of approvals before it runs: its steps, their order, what is asked for. */
import type { Wish } from './approvals-wire.ts';
import type { Random } from './campaign.ts';

export const TOGETHER = 0.3;
export const FEW = { tick: 0.06, long: 0.25, policy: 0.04 } as const;

const CORE = ['approve', 'fetch', 'use'] as const;
const EXTRAS = [
  ...['edit', 'edit', 'edit', 'edit', 'ask again', 'ask otherwise', 'approve', 'approve', 'deny', 'deny'],
  ...['cancel', 'cancel', 'fetch', 'fetch', 'use', 'approve wrongly', 'fetch as another', 'wait'],
] as const;
type Step = 'ask' | (typeof CORE)[number] | (typeof EXTRAS)[number];

/** What chance has decided about one step before anything runs, so that a seed replays it in any order. */
export type Drawn = {
  readonly step: Step;
  readonly node: number;
  readonly other: number;
  readonly chance: readonly number[];
};

const draw = (random: Random, nodes: number, step: Step): Drawn => ({
  step,
  node: random.integer(nodes),
  other: random.integer(nodes),
  chance: Array.from({ length: 4 }, () => random.next()),
});

/** Turns of steps that run at once. It begins with a question; the rest is what chance makes of a plain course. */
export const planned = (random: Random, nodes: number): readonly (readonly Drawn[])[] => {
  const steps: Step[] = [...CORE];
  for (let extra = random.integer(5); extra > 0; extra -= 1) {
    steps.splice(random.integer(steps.length + 1), 0, random.pick(EXTRAS));
  }
  const turns: Drawn[][] = [[draw(random, nodes, 'ask')]];
  for (const step of steps) {
    const last = turns.at(-1);
    if (turns.length > 1 && random.chance(TOGETHER)) last?.push(draw(random, nodes, step));
    else turns.push([draw(random, nodes, step)]);
  }
  return turns;
};

const SUMS = [100, 4000, 99_900] as const;

export const wishOf = ([kind = 0, channel = 0, sum = 0, short = 0]: readonly number[]): Wish => {
  const expiry = short < FEW.tick ? { expiry: 1 } : {};
  if (kind < 0.3) {
    const amount = SUMS[Math.floor(sum * SUMS.length)];
    return {
      channel: 'backchannel',
      scope: [],
      details: [{ type: 'payment_initiation', amount, currency: 'EUR' }],
      ...expiry,
    };
  }
  // An exchange gives what is of low risk without an approval.
  if (kind < 0.4) return { channel: 'backchannel', scope: ['balance'], details: [], ...expiry };
  const scope = kind < 0.55 ? ['close'] : ['pay'];
  return channel < 0.5
    ? { channel: 'token_exchange', scope, details: [] }
    : { channel: 'backchannel', scope, details: [], ...expiry };
};
