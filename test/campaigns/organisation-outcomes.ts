/** When a takeover of a simulated organisation is contained, and by what. */
import { isAfterRules, TAKEOVER_KINDS, type TakeoverKind, wasAfterRules } from './organisation-takeovers.ts';
import { isOfItsPast, type Work, type Worker } from './organisation-work.ts';

/**
 * `suspended`: nothing of the agent works. `narrowed`, `asked`: each further act that the attacker wants is refused, or waits for a person. `muted`: no person may
 * be asked any more.
 */
export const HOW = ['suspended', 'narrowed', 'asked', 'muted'] as const;
export type How = (typeof HOW)[number];

export type Outcome = {
  readonly kind: TakeoverKind;
  readonly isNotified: boolean;
  /** From its first act to its containment; absent: it was not contained. 0: the agent was restricted before, for another reason. */
  readonly seconds?: number;
  /** From its first act that, by itself, is not what the agent does. Absent: there was none, or it was not contained. */
  readonly fromFirstNewAct?: number;
  readonly how?: How;
  readonly hasNewAct: boolean;
};

/** A takeover under way. */
export type Victim = {
  readonly kind: TakeoverKind;
  readonly worker: Worker;
  /** The last of its acts, epoch seconds. */
  readonly until: number;
  /** The habits of the agent, as they were when it began. */
  readonly habits: Worker;
  readonly isAllWanted: boolean;
  isNotified: boolean;
  firstAt?: number;
  firstNewAt?: number;
  /** When what the attacker wants passed last, and all that stopped the first try after that. Later ones may meet another stop. */
  passedAt?: number;
  blockedBy?: readonly How[];
  /** When such a stop began. */
  readonly stops: { readonly at: number; readonly how: How }[];
};

export const victimOf = (kind: TakeoverKind, worker: Worker, work: readonly Work[]): Victim => ({
  ...{ kind, worker, isNotified: false, stops: [], isAllWanted: work.every(({ isWanted }) => !isWanted) },
  until: Math.max(...work.map(({ at }) => at)),
  habits: {
    ...worker,
    apis: [...worker.apis],
    people: [...worker.people],
    callers: [...worker.callers],
    scopes: { ...worker.scopes },
  },
});

/** Notes an act that waits until the attacker approves it. Only then it passes. */
export const noteTry = (victim: Victim, work: Work): void => {
  victim.firstAt ??= work.at;
  if (!isOfItsPast(victim.habits, work)) victim.firstNewAt ??= work.at;
};

/** Notes an act that the attacker tries, and all that stopped it. */
export const noteAct = (victim: Victim, work: Work, blockedBy: readonly How[]): void => {
  noteTry(victim, work);
  if (!victim.isAllWanted && !work.isWanted) return;
  // A refusal, or an answer of a person, gives the attacker nothing.
  if (work.event.type !== 'token.issued' && work.event.type !== 'approval.requested') return;
  if (blockedBy.length > 0) victim.blockedBy ??= blockedBy;
  else {
    victim.passedAt = work.at;
    delete victim.blockedBy;
  }
};

/** When a stop of one of these kinds began first: each of them would have stopped the act without the others. */
const firstOf = ({ stops }: Victim, kinds: readonly How[]): { readonly at: number; readonly how: How } | undefined =>
  stops.filter(({ how }) => kinds.includes(how)).toSorted((one, other) => one.at - other.at)[0];

/** Since when nothing that the attacker wants passed any more, while they still tried. A suspension needs no try: nothing works then. */
const stopOf = (victim: Victim): { readonly at: number; readonly how: How } | undefined => {
  const suspended = firstOf(victim, ['suspended']);
  const first = victim.blockedBy && firstOf(victim, victim.blockedBy);
  const stopped = first && { how: first.how, at: Math.max(first.at, victim.passedAt ?? 0) };
  return stopped && stopped.at < (suspended?.at ?? Number.POSITIVE_INFINITY) ? stopped : suspended;
};

export const outcomeOf = (victim: Victim): Outcome => {
  const { kind, isNotified, stops, firstAt = 0, firstNewAt } = victim;
  const stop = stopOf(victim);
  const outcome = { kind, isNotified: isNotified || stops.length > 0, hasNewAct: firstNewAt !== undefined };
  if (!stop) return outcome;
  const after = (since: number): number => Math.max(0, stop.at - since);
  const ofNew = firstNewAt === undefined ? {} : { fromFirstNewAct: after(firstNewAt) };
  return { ...outcome, seconds: after(firstAt), how: stop.how, ...ofNew };
};

export const MOST_SECONDS = 60;

const median = (all: readonly number[]): number | null =>
  all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? null;

const isSoon = (seconds: number | undefined): boolean => seconds !== undefined && seconds <= MOST_SECONDS;

/** Figures of some takeovers. */
export const figuresOf = (all: readonly Outcome[]) => {
  const withNew = all.filter(({ hasNewAct }) => hasNewAct);
  return {
    takeovers: all.length,
    noticed: all.filter(({ isNotified }) => isNotified).length,
    contained: all.filter(({ seconds }) => seconds !== undefined).length,
    containedWithin60s: all.filter(({ seconds }) => isSoon(seconds)).length,
    ...Object.fromEntries(HOW.map((how) => [how, all.filter((one) => one.how === how).length])),
    medianSecondsFromFirstAct: median(all.flatMap((one) => one.seconds ?? [])),
    withNewAct: withNew.length,
    containedWithin60sOfFirstNewAct: withNew.filter((one) => isSoon(one.fromFirstNewAct)).length,
    medianSecondsFromFirstNewAct: median(withNew.flatMap((one) => one.fromFirstNewAct ?? [])),
  };
};

export const figuresByKind = (all: readonly Outcome[]) =>
  TAKEOVER_KINDS.map((kind) => {
    const mark = {
      ...(isAfterRules(kind) ? { isAfterRules: true } : {}),
      ...(wasAfterRules(kind) ? { wasAfterRules: true } : {}),
    };
    return [kind, { ...mark, ...figuresOf(all.filter((one) => one.kind === kind)) }] as const;
  });
