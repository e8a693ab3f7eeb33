import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';

const HOUR = 3600;
const HOURS = 24;
/** Tolerance, since shares have no exact binary form. */
const ROUNDING = 1e-6;
/** The key of an hour outlives the hour, so that no process starts a new count at its end. */
const KEPT_SECONDS = 2 * HOUR;

export type EventBudget<Share extends string> = {
  /** False: `perDay` is 0, and nothing is limited. */
  readonly isBounded: boolean;
  /**
   * Takes one event of this hour. Returns whether one was left, including for this `group`; false if the store cannot
   * say.
   */
  take(share: Share, group?: string): Promise<boolean>;
};

/** Taken by this process in an hour. */
type Taken = { readonly hour: number; count: number; readonly groups: Map<string, number> };

export type EventBudgetDeps<Share extends string> = {
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Name of the budget, a part of its keys in the store. */
  readonly name: string;
  readonly perDay: number;
  /** Kinds of events. Each has a share of its own, so that no kind uses up the budget of another. */
  readonly shares: Readonly<Record<Share, number>>;
  /** The share that gets the rounding remainder of the others. With a budget of one event a day, it gets that event. */
  readonly rest: Share;
  /** Part of a share that one group may take. Default: all of it. */
  readonly perGroup?: number;
};

/**
 * Limits the permanent events that anonymous callers can cause in a day (decision D18). Each hour of the day in UTC has
 * one 24th of `perDay`, for all processes together that share the ephemeral store. If the store loses its values, each
 * process can take the budget of the hour once more. `perDay` 0 switches the limit off.
 */
export const eventBudget = <Share extends string>(deps: EventBudgetDeps<Share>): EventBudget<Share> => {
  const { ephemeral, clock, name, perDay, shares, rest, perGroup = 1 } = deps;
  const isBounded = perDay > 0;
  const taken = new Map<Share, Taken>();
  /** Whole events a day; together at most `perDay`. */
  const daily = new Map<Share, number>();
  for (const share of Object.keys(shares) as Share[]) daily.set(share, Math.floor(perDay * shares[share] + ROUNDING));
  const ofOthers = [...daily].reduce((sum, [share, events]) => (share === rest ? sum : sum + events), 0);
  daily.set(rest, Math.max(0, perDay - ofOthers));

  /** Events of a share in this hour: spread evenly, in whole events, and in a day no more than its own. */
  const mostIn = (share: Share, hour: number): number => {
    const until = (hours: number): number => Math.floor(((daily.get(share) ?? 0) * hours) / HOURS);
    return until((hour % HOURS) + 1) - until(hour % HOURS);
  };

  const takenIn = (share: Share, hour: number): Taken => {
    const known = taken.get(share);
    if (known?.hour === hour) return known;
    const fresh = { hour, count: 0, groups: new Map<string, number>() };
    taken.set(share, fresh);
    return fresh;
  };

  /** Takes one event of a group. Returns whether one was left. */
  const takeOf = async (own: Taken, share: Share, group: string, most: number): Promise<boolean> => {
    const held = own.groups.get(group) ?? 0;
    if (held >= most) return false;
    own.groups.set(group, held + 1);
    try {
      const all = await ephemeral.count(`${name}:${share}:${own.hour}:${group}`, KEPT_SECONDS);
      if (all > most) own.groups.set(group, most);
      return all <= most;
    } catch {
      own.groups.set(group, held);
      return false;
    }
  };

  return {
    isBounded,
    async take(share, group) {
      if (!isBounded) return true;
      const own = takenIn(share, Math.floor(clock.now() / HOUR));
      const most = mostIn(share, own.hour);
      if (own.count >= most) return false;
      own.count += 1;
      // The order matters: a full group takes nothing from the others, and no group is counted after the share is used
      // up.
      if (group !== undefined && !(await takeOf(own, share, group, Math.max(1, Math.floor(most * perGroup))))) {
        own.count -= 1;
        return false;
      }
      try {
        const all = await ephemeral.count(`${name}:${share}:${own.hour}`, KEPT_SECONDS);
        // The share is used up for this hour: the store is not asked again.
        if (all > most) own.count = most;
        return all <= most;
      } catch {
        own.count -= 1;
        return false;
      }
    },
  };
};
