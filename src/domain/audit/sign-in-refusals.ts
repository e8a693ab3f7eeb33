import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import { coarseNetwork } from '../vocabulary/client-network.ts';
import type { AuditEvent } from './audit-event.ts';
import { type Counted, type RefusalCounterDeps, refusalCounter } from './refusal-counter.ts';

/** Single events for refused sign-ins of one account, for each reason and day in UTC. */
const SINGLE_EVENTS_PER_DAY = 10;
const DAY = 86_400;
/** Maximum number of refusals that wait to be written; the next refusal waits for them. */
const MOST_WAITING = 1000;

type Waiting = {
  readonly event: AuditEvent;
  /** Whether the refusal has taken a single event already. */
  isSingle?: boolean;
};

/**
 * Refused sign-ins. Any caller can cause them, so their events are limited (decision D18). For an existing account the
 * first 10 of a reason and day are single events: its user and administrators find them, independent of refusals
 * elsewhere. Further ones are counted by account and reason. For unknown names they are counted by network and reason.
 * Counted refusals use the daily budget.
 *
 * The answer does not wait for its event. Its duration therefore does not reveal whether there is an event, and so
 * whether the account exists (LG-01).
 */
export interface SignInRefusals {
  /** Resolves when all noted refusals are written or counted. */
  drained(): Promise<void>;
  /**
   * Notes one refusal: an event without its type, 'session.refused'. The event is written after the answer. While
   * events cannot be written, it waits, and throws DomainError 'unavailable' if they still cannot be written. So every
   * attempt is recorded.
   */
  note(event: Omit<AuditEvent, 'type' | 'outcome'>): Promise<void>;
  /** As that of `refusalCounter`. */
  flush(how?: { readonly all?: boolean }): Promise<void>;
}

export const signInRefusals = (
  deps: Omit<RefusalCounterDeps, 'eventOf' | 'groupOf' | 'share'> & {
    readonly ephemeral: Pick<EphemeralStore, 'count'>;
    /** Runs the work some time after the answer. */
    readonly later: (work: () => void) => void;
  },
): SignInRefusals => {
  const { append, budget, clock, ephemeral, later } = deps;
  const counter = refusalCounter({ ...deps, share: 'sign_ins', groupOf, eventOf });
  const waiting: Waiting[] = [];
  let draining: Promise<void> | undefined;
  let isScheduled = false;
  let isFailing = false;

  const takeSingle = async ({ subject, inputs }: AuditEvent): Promise<boolean> => {
    if (subject === undefined) return false;
    if (!budget.isBounded) return true;
    const key = `sign_in_events:${Math.floor(clock.now() / DAY)}:${subject}:${String(inputs?.['reason'])}`;
    try {
      return (await ephemeral.count(key, 2 * DAY)) <= SINGLE_EVENTS_PER_DAY;
    } catch {
      return false;
    }
  };

  const write = async (one: Waiting): Promise<void> => {
    const { event } = one;
    one.isSingle ??= await takeSingle(event);
    if (one.isSingle) return void (await append(event));
    const { subject, personal, error, inputs, request, count = 1 } = event;
    const reason = [error, inputs?.['reason'], inputs?.['upstream']].filter((part) => part !== undefined).join(' ');
    // The event of a rate limit represents all refusals since the previous one, which had half the count.
    await counter.note(subject ?? personal?.source ?? '', reason, request, Math.ceil(count / 2));
  };

  const drain = (): Promise<void> => {
    draining ??= (async () => {
      isScheduled = false;
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        try {
          await write(one);
          isFailing = false;
        } catch (error) {
          isFailing = true;
          // The counter keeps the refusals that it could not write.
          if (one.isSingle) waiting.unshift(one);
          throw error;
        }
      }
    })().finally(() => {
      draining = undefined;
    });
    return draining;
  };

  const drained = async (): Promise<void> => {
    while (waiting.length > 0 || draining) await drain();
  };

  return {
    drained,

    async note(event): Promise<void> {
      waiting.push({ event: { ...event, type: 'session.refused', outcome: 'refused' } });
      if (isFailing || waiting.length > MOST_WAITING) return drain();
      if (isScheduled) return;
      isScheduled = true;
      later(() => void drain().catch(() => undefined));
    },

    async flush(how): Promise<void> {
      await drained();
      await counter.flush(how);
    },
  };
};

const groupOf = (source: string): string => (isAccount(source) ? source : coarseNetwork(source));
const isAccount = (source: string): boolean => source.startsWith('acc_');

const eventOf = ({ source, reason: all, since, count }: Counted, request?: string): AuditEvent => {
  const [error, reason, upstream] = all.split(' ');
  return {
    type: 'session.refused',
    outcome: 'refused',
    ...(request === undefined ? {} : { request }),
    ...(isAccount(source) ? { subject: source } : { personal: { source } }),
    ...(error === undefined ? {} : { error }),
    inputs: { reason, ...(upstream === undefined ? {} : { upstream }) },
    count,
    since,
  };
};
