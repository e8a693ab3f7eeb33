/** The shape of a kind of takeover. */
import type { Random } from '../campaign.ts';
import { softwareOfThief } from '../organisation-tools.ts';
import type { Work, Worker } from '../organisation-work.ts';

/** What a thief, or an agent that was misled, does. */
export type Takeover = {
  /**
   * The events from this time on, epoch seconds. It begins two hours after the agent begins to work. `wanted(…)` marks what the attacker wants: the takeover is
   * contained once none of it works any more. Without marks, that is all that it does.
   */
  readonly work: (worker: Worker, at: number, random: Random) => readonly Work[];
  /** Agents that it may concern. Absent: those that do not pause for weeks. */
  readonly fits?: (worker: Worker) => boolean;
  /** The attacker has the sessions of the person, who owns the agent: they approve what waits, in seconds. */
  readonly approvesItself?: true;
  /** It comes after the honest days, so that the agent has been idle for weeks. */
  readonly isLate?: true;
  /** It was added after the rules were frozen, by another hand that did not know them. */
  readonly isAfterRules?: true;
  /** It was that for former rules. The present ones were written with its results at hand. */
  readonly wasAfterRules?: true;
};

/** An address that no agent uses. */
const foreign = (random: Random): string => `198.${random.integer(200)}.${random.integer(250)}.9`;

/**
 * The worker as a thief who has its key, at another address. Nine in ten thieves have the key only, and use it with tools of their own. The
 * others run a copy of the whole agent.
 */
export const abroad = ({ next: _, second: __, extra: ___, ...worker }: Worker, random: Random): Worker => ({
  ...worker,
  network: foreign(random),
  nextSoftware: undefined,
  ...(random.chance(0.1) ? {} : { software: [softwareOfThief(random)], composition: undefined }),
});
