import type { Clock } from '../ports/clock.ts';
import type { AuditEvent } from './audit-event.ts';
import { type EventBudget, eventBudget } from './event-budget.ts';

/**
 * `requests`: of clients that prove nothing. `documents`: of metadata documents that nobody allowed anything; `allowed`: of
 * those that somebody did, so that the former cannot silence them. `summaries`: how many stand in no event.
 */
const SHARES = { requests: 0.6, documents: 0.1, allowed: 0.2, summaries: 0.1 } as const;
export type AnonymousShare = Exclude<keyof typeof SHARES, 'summaries'>;

/** Of each share that one network, or one domain of documents, may take. */
const PER_GROUP = 0.25;
/** Kinds, clients and networks that are told apart among what was left out. */
const MOST_TOLD_APART = 16;
const OTHER = 'other';
const HOUR = 3600;

export type AnonymousEvents = ReturnType<typeof anonymousEvents>;

/** What no event of its own says. */
type LeftOut = {
  since: number;
  count: number;
  readonly kinds: Map<string, number>;
  readonly clients: Map<string, number>;
  readonly networks: Map<string, number>;
};

/**
 * Events about requests behind which there is neither a person nor a credential, and which change nothing by themselves:
 * one event each while the budget of their hour lasts, then numbers (decision D18). The budget is not that of refusals, so
 * that neither uses up the other. A crash loses the numbers that were not written yet.
 */
export const anonymousEvents = (deps: {
  readonly append: (event: AuditEvent) => Promise<unknown>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ephemeral: Parameters<typeof eventBudget>[0]['ephemeral'];
  readonly perDay: number;
}) => {
  const { append, clock, ephemeral, perDay } = deps;
  const budget: EventBudget<keyof typeof SHARES> = eventBudget({
    ...{ ephemeral, clock, perDay },
    name: 'anonymous_events',
    shares: SHARES,
    rest: 'summaries',
    perGroup: PER_GROUP,
  });
  let leftOut: LeftOut | undefined;

  const leaveOut = ({ type, caller, target }: AuditEvent, group: string): void => {
    leftOut ??= { since: clock.now(), count: 0, kinds: new Map(), clients: new Map(), networks: new Map() };
    leftOut.count += 1;
    add(leftOut.kinds, type, 1);
    add(leftOut.clients, caller ?? target?.id ?? OTHER, 1);
    add(leftOut.networks, group, 1);
  };

  const writeLeftOut = async (): Promise<void> => {
    const told = leftOut;
    if (!told || !(await budget.take('summaries'))) return;
    leftOut = undefined;
    const { count, since, kinds, clients, networks } = told;
    try {
      await append({
        type: 'requests.left_out',
        outcome: 'granted',
        count,
        since,
        inputs: {
          kinds: Object.fromEntries(kinds),
          clients: Object.fromEntries(clients),
          networks: Object.fromEntries(networks),
        },
      });
    } catch (error) {
      leftOut = merged(told, leftOut);
      throw error;
    }
  };

  return {
    /**
     * Writes an event, or counts it when the budget of the hour is used up or not known. `group`: the coarse network, or
     * the domain of a document. Throws DomainError 'unavailable' when it could not be written; it is then not counted.
     */
    async note(
      event: AuditEvent,
      { share, group }: { readonly share: AnonymousShare; readonly group: string },
    ): Promise<void> {
      if (await budget.take(share, group)) await append(event);
      else leaveOut(event, group);
    },

    /** Writes how many were left out, once an hour; `all`: at the end of the process. Throws, and keeps them, when it cannot. */
    async flush({ all = false } = {}): Promise<void> {
      if (leftOut && (all || Math.floor(clock.now() / HOUR) > Math.floor(leftOut.since / HOUR))) await writeLeftOut();
    },
  };
};

const add = (counts: Map<string, number>, name: string, times: number): void => {
  const known = counts.has(name) || counts.size < MOST_TOLD_APART ? name : OTHER;
  counts.set(known, (counts.get(known) ?? 0) + times);
};

const merged = (one: LeftOut, other: LeftOut | undefined): LeftOut => {
  if (!other) return one;
  one.count += other.count;
  for (const member of ['kinds', 'clients', 'networks'] as const) {
    for (const [name, times] of other[member]) add(one[member], name, times);
  }
  return one;
};
