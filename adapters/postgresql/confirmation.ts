/**
 * Whether this process may answer from PostgreSQL: which server it takes for the primary, and until when that server is confirmed.
 * Decision 59 says why this is enough. Asks no server itself; connection.ts reports what connections and heartbeats learn.
 */
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { StoreConfirmation } from '../../src/domain/ports/store-confirmation.ts';

/** How long a heartbeat counts that a standby confirmed, from the moment before it was sent. */
export const CONFIRMED_MILLISECONDS = 1000;
/** The same for one by which the server needed no standby. An answer may take long, and nothing depends on it soon after a promotion. */
export const STANDALONE_MILLISECONDS = 10_000;
/** How much longer than another one a clock may take for that. */
const CLOCK_ERROR_MILLISECONDS = 250;
/** From the moment that a process learns of a promotion: then no process is confirmed by the server before. */
export const HOLD_MILLISECONDS = CONFIRMED_MILLISECONDS + CLOCK_ERROR_MILLISECONDS;

/** How long a request waits for a confirmation that is late, and after how much longer it does not. */
const PATIENCE_MILLISECONDS = 1000;

/** What a server says of itself. `system` and `timeline` are absent where it keeps them from the user. */
export type ServerFacts = {
  readonly system: string | undefined;
  readonly timeline: number | undefined;
  /** Whether it waits for a standby before it acknowledges a commit (`synchronous_standby_names`). */
  readonly isSynchronous: boolean;
};

/** Milliseconds. A process that was stopped notices it by the first; one whose machine slept, by the second. */
export type ConfirmationClocks = { readonly monotonic: () => number; readonly wall: () => number };

/** Taken before a heartbeat is sent. */
export type Beat = { readonly monotonic: number; readonly wall: number };

export interface Confirmation extends StoreConfirmation {
  /**
   * Notes the server of a new connection. Returns its epoch: a connection of an earlier one leads to a server that was the primary
   * before. Throws StoreUnavailable for a server on an older timeline.
   */
  saw(server: ServerFacts): number;
  beat(): Beat;
  /** The server of this epoch has answered a heartbeat; whether it commits with a standby. */
  answered(beat: Beat, epoch: number, isSynchronous: boolean): void;
  /** A heartbeat has failed, for this reason. Undefined: nothing is known but that no answer came. */
  failed(reason: string | undefined): void;
  /** A standby of the server of this epoch has confirmed the commit of a heartbeat. */
  confirmed(beat: Beat, epoch: number): void;
  /** Whether the server was last known to commit with a standby. */
  isSynchronous(): boolean;
  /** Milliseconds until the hold after a promotion is over; 0 without one. */
  held(): number;
  /** Whether a promotion would be noticed and no older server is answered from. */
  isKept(): boolean;
}

export const confirmation = ({ monotonic, wall }: ConfirmationClocks): Confirmation => {
  let known: ServerFacts | undefined;
  let epoch = 0;
  let isSynchronous = false;
  /** The last heartbeat that was answered, which `isSynchronous` is from, and the last that a standby confirmed. */
  let answered: Beat | undefined;
  let confirmed: Beat | undefined;
  /** Of the last heartbeat that has failed since. */
  let failure: string | undefined;
  let heldUntil = Number.NEGATIVE_INFINITY;
  const waiting = new Set<() => void>();

  const held = (): number => Math.max(0, heldUntil - monotonic());
  /** How much longer the last heartbeat counts; below 0 since when none does. A server that needed no standby may need one by now. */
  const left = (): number =>
    isSynchronous
      ? CONFIRMED_MILLISECONDS - elapsed(confirmed, monotonic(), wall())
      : STANDALONE_MILLISECONDS - elapsed(answered, monotonic(), wall());
  const changeProblem = (): string | undefined =>
    held() > 0 ? 'PostgreSQL was promoted, and a node may still answer from the server before: try again' : undefined;
  const resume = (): void => {
    failure = undefined;
    // During the hold it ends no problem.
    if (held() === 0) for (const resolve of [...waiting]) resolve();
  };
  /** `isFirst`: of this process. Another one may have seen the server before. */
  const adopt = (server: ServerFacts, isFirst: boolean): void => {
    known = server;
    epoch += 1;
    isSynchronous = server.isSynchronous;
    answered = undefined;
    confirmed = undefined;
    failure = undefined;
    const wasNeverPromoted = isFirst && server.timeline === 1 && !isSynchronous;
    if (!wasNeverPromoted && server.timeline !== undefined) heldUntil = monotonic() + HOLD_MILLISECONDS;
  };

  return {
    saw(server) {
      if (known === undefined) adopt(server, true);
      else if (server.timeline !== undefined && known.timeline !== undefined) {
        const isSame = server.system === known.system;
        if (isSame && server.timeline < known.timeline) {
          throw new StoreUnavailable(
            `PostgreSQL is on timeline ${server.timeline}, and a server on ${known.timeline} was promoted: lead the address to that one, and stop the old primary`,
          );
        }
        if (!isSame || server.timeline > known.timeline) adopt(server, false);
      }
      return epoch;
    },
    beat: () => ({ monotonic: monotonic(), wall: wall() }),
    answered(beat, of, isNow) {
      // Of several under way, an earlier one may be answered later, and knows the setting from before.
      if (of !== epoch || (answered && beat.monotonic < answered.monotonic)) return;
      // Until now it needed no standby, so its own answer counts once. After a longer time, that is not known.
      const isKnown = elapsed(answered, beat.monotonic, beat.wall) < STANDALONE_MILLISECONDS;
      if (isNow && !isSynchronous && isKnown) confirmed = beat;
      answered = beat;
      isSynchronous = isNow;
      if (!isNow) resume();
    },
    confirmed(beat, of) {
      if (of !== epoch) return;
      if (confirmed === undefined || beat.monotonic > confirmed.monotonic) confirmed = beat;
      resume();
    },
    failed(reason) {
      failure = reason;
    },
    async retry() {
      if (held() === 0 && left() < -PATIENCE_MILLISECONDS) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      // A timer leaves out the part of a millisecond, and would end before the hold.
      const patience = held() > 0 ? Math.min(Math.ceil(held()) + 1, PATIENCE_MILLISECONDS) : PATIENCE_MILLISECONDS;
      const timer = setTimeout(resolve, patience);
      await promise;
      clearTimeout(timer);
      waiting.delete(resolve);
    },
    isSynchronous: () => isSynchronous,
    held,
    isKept: () => isSynchronous && known?.timeline !== undefined,
    epoch: () => epoch,
    changeProblem,
    problem() {
      const change = changeProblem();
      if (change !== undefined || left() > 0) return change;
      return failure ?? (isSynchronous ? UNCONFIRMED : UNANSWERED);
    },
  };
};

const elapsed = (since: Beat | undefined, monotonic: number, wall: number): number =>
  since === undefined ? Number.POSITIVE_INFINITY : Math.max(monotonic - since.monotonic, wall - since.wall);

const UNCONFIRMED = `no synchronous standby of PostgreSQL has confirmed a heartbeat of this node for ${CONFIRMED_MILLISECONDS / 1000} s: look at the standbys that synchronous_standby_names lists, and whether this node reaches the primary`;
const UNANSWERED = `PostgreSQL has answered no heartbeat of this node for ${STANDALONE_MILLISECONDS / 1000} s: look whether it runs, and whether this node reaches it`;
