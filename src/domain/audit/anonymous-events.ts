import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { AuditEvent } from './audit-event.ts';
import { type EventBudget, eventBudget } from './event-budget.ts';

/**
 * `requests`: by clients that prove nothing. `documents`: about metadata documents without any consent. `allowed`:
 * about those with consent, a share of its own so that the former cannot use up their budget. `summaries`: numbers of
 * events left out.
 */
const SHARES = { requests: 0.6, documents: 0.1, allowed: 0.2, summaries: 0.1 } as const;
export type AnonymousShare = Exclude<keyof typeof SHARES, 'summaries'>;

/** The largest part of each share that one network, or one domain of documents, can take. */
const PER_GROUP = 0.25;
/** Kinds, clients and networks that a summary lists separately. */
const MOST_TOLD_APART = 16;
const OTHER = 'other';
const HOUR = 3600;

/** Numbers of events that were left out. */
type LeftOut = {
  since: number;
  count: number;
  readonly kinds: Map<string, number>;
  readonly clients: Map<string, number>;
  readonly networks: Map<string, number>;
};

/**
 * Events about requests that have neither a person nor a credential and change nothing. Writes one event for each while
 * the budget of the hour lasts, and only counts further ones (decision D18). The budget is separate from that of
 * refusals, so that neither uses up the other. A crash loses the numbers that were not written yet.
 */
export interface AnonymousEvents {
  /**
   * Writes an event, or counts it when the budget of the hour is used up or unknown. `group`: the coarse network, or
   * the domain of a document. Throws DomainError 'unavailable' when the event could not be written; it is not counted
   * either.
   */
  note(event: AuditEvent, counted: { readonly share: AnonymousShare; readonly group: string }): Promise<void>;
  /**
   * Writes the numbers left out, once an hour. `all`: writes them now, at the end of the process. On failure throws and
   * keeps them.
   */
  flush(how?: { readonly all?: boolean }): Promise<void>;
}

export const anonymousEvents = (deps: {
  readonly append: (event: AuditEvent) => Promise<unknown>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly perDay: number;
}): AnonymousEvents => {
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
    async note(event, { share, group }): Promise<void> {
      if (await budget.take(share, group)) await append(event);
      else leaveOut(event, group);
    },

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
