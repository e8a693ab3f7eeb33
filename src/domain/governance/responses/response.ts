/** Responses: what a rule did to an agent, and why. Owns RESPONSES and RESPONSE_BRAKE. */
import type { Past } from '../../clients/agents/restriction.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { FactValues } from './fact-names.ts';
import { isRestricting, type ResponseAct } from './response-rule.ts';

/**
 * `begun`: the act is under way. `open`: the agent is suspended or restricted by it. `notified`: administrators were notified, and nothing
 * else happened. `lifted`: an operator ended that. `expired`: the time of a restriction is over.
 */
export const RESPONSE_STATES = ['begun', 'open', 'notified', 'lifted', 'expired'] as const;
export type ResponseState = (typeof RESPONSE_STATES)[number];

export type Response = {
  readonly id: string;
  readonly rule: string;
  /** Name of the rule at that time. */
  readonly ruleName: string;
  readonly agent: string;
  /** Name of the agent at that time. Its owner chose it. */
  readonly agentName: string;
  /** Owner of the agent: that account or group sees the response. */
  readonly owner: string;
  /** What the rule wants. */
  readonly act: ResponseAct;
  /** The brake left a notification of it: rules had suspended, or restricted, too many agents within an hour. */
  readonly isBraked?: true;
  /** The agent was restricted so already, by another response: it extends nothing. */
  readonly isAlready?: true;
  /** Until when the agent is restricted, epoch seconds; of a braked response, until when `past` is kept. Absent: another act, or it is over. */
  readonly until?: number;
  /** What the restriction leaves, until it is over: a process that takes over needs it. Of a braked response, what a later one leaves. */
  readonly past?: Past;
  readonly state: ResponseState;
  /**
   * The rule and the agent while no other response of the rule may come for the agent; else its own id, also of one that is open and from before
   * the rule had another act. Unique: of several processes one makes the response.
   */
  readonly slot: string;
  readonly values: Partial<FactValues>;
  /** The value from which on each condition held, as the rule was then. Absent: a response from before they were kept. */
  readonly bounds?: Partial<FactValues>;
  /** Ids of audit records, the newest last. */
  readonly evidence: readonly string[];
  /** Time of the last event that led to it, epoch seconds. */
  readonly eventAt: number;
  readonly liftedBy?: string;
  readonly liftedAt?: number;
  /** When it is forgotten. Absent while it is begun or open. */
  readonly expiresAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const RESPONSES = {
  name: 'responses',
  holds: 'what a response rule did to one agent, and why',
  prefixes: ['rsp'],
  events: ['response'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'it was lifted, notified or expired a year ago' },
  transfer: 'removes authority',
  indexes: [
    { fields: ['slot'], unique: true },
    { fields: ['createdAt'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['agent', 'createdAt'] },
    { fields: ['rule', 'createdAt'] },
    { fields: ['owner', 'createdAt'] },
    { fields: ['until'] },
  ],
  expiresAt: 'expiresAt',
  members: [
    'rule',
    'ruleName',
    'agent',
    'agentName',
    'owner',
    'act',
    'state',
    'slot',
    'values',
    'evidence',
    'createdAt',
  ],
} as const satisfies OwnedCollection;

/** How long a response that is over stays on record. */
export const KEPT_SECONDS = 365 * 86_400;
/** A rule notifies about the same agent once in this time. */
export const QUIET_SECONDS = 86_400;

export const slotOf = (rule: string, agent: string): string => `${rule} ${agent}`;

/** Until when an operator has handled what the agent did, given its last responses: epoch seconds. */
export const handledOf = (
  responses: readonly Response[],
  { activeSince = 0 }: { readonly activeSince?: number },
): number =>
  Math.max(activeSince, ...responses.map((one) => (one.state === 'lifted' ? (one.liftedAt ?? one.updatedAt) : 0)));

/** What a restriction leaves that the brake keeps back is kept so long. Else what a thief does while the brake holds would be the past of the agent. */
const BRAKED_PAST_SECONDS = 86_400;

/** What a restriction leaves, and until when that is known. */
export type KeptPast = { readonly past: Past; readonly until: number };

/** The past before the first restriction that the brake kept back, and until when that holds. Without one: `past`, for a day from now on. */
export const brakedPast = (
  responses: readonly Response[],
  { past, handled, now }: { readonly past: Past; readonly handled: number; readonly now: number },
): KeptPast => {
  for (const { isBraked, past: before, until = 0, createdAt } of responses)
    if (isBraked && before && until > now && createdAt >= handled) return { past: before, until };
  return { past, until: now + BRAKED_PAST_SECONDS };
};

/**
 * Only what an agent did after this time counts for a rule, given its last response for the agent: epoch seconds, or infinite while that lasts.
 * `act`: that of the rule now; with another one the rule is as one that has not acted. `seen`: what an operator has handled. `isRestricted`: the
 * agent is restricted as the rule would.
 */
export const countsSince = (
  last: Response | undefined,
  {
    act,
    seen,
    now,
    isRestricted,
  }: { readonly act: ResponseAct; readonly seen: number; readonly now: number; readonly isRestricted: boolean },
): number => {
  if (!last || last.state === 'lifted') return seen;
  if (last.state === 'begun') return Number.POSITIVE_INFINITY;
  if (last.act !== act) return seen;
  // The agent is active: another one would not be.
  if (last.state === 'open' && !isRestricting(last.act)) return seen;
  const after = Math.max(seen, last.eventAt);
  if (last.state === 'open') return (last.until ?? 0) > now ? Number.POSITIVE_INFINITY : after;
  // Else a short restriction would keep off a longer one.
  if (last.state === 'expired' || (last.isAlready && !isRestricted)) return after;
  const quiet = last.isBraked ? BRAKE_SECONDS : QUIET_SECONDS;
  return last.createdAt <= now - quiet ? after : Number.POSITIVE_INFINITY;
};

/** An agent that rules suspended lately. Its owner is absent in one from before owners were noted. */
type Suspended = { readonly agent: string; readonly owner?: string; readonly at: number };

/** The agents that rules suspended, or restricted, lately. One document, so that one compare-and-swap counts over all nodes. */
export type ResponseBrake = {
  /** BRAKE, or RESTRICTION_BRAKE. */
  readonly id: string;
  readonly agents: readonly Suspended[];
};

export const RESPONSE_BRAKE = {
  name: 'response_brake',
  holds: 'which agents response rules suspended, and which they restricted, within the last hour',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'there are two documents' },
  transfer: 'neither',
  indexes: [],
  members: ['agents'],
} as const satisfies OwnedCollection;

export const BRAKE = 'brake';
export const RESTRICTION_BRAKE = 'restrictions';
/** Most agents that rules suspend within an hour. A mistake in a rule then stops few of many. */
const MOST_AGENTS_IN_HOUR = 10;
/**
 * So many more, for owners none of whose agents was suspended within the hour: an owner whose agents misbehave must not keep the rules from a
 * thief who has the key of another owner's agent.
 */
const MOST_OF_OTHER_OWNERS = 10;
/** The same for restrictions. They cost an honest agent little, and may have lower bounds. */
const MOST_RESTRICTED_IN_HOUR = 50;
const MOST_RESTRICTED_OF_OTHER_OWNERS = 50;
const BRAKE_SECONDS = 3600;

/** Counts an agent. The same agent counts once in each brake. Undefined: it is one too many. */
export const braked = (
  { id = BRAKE, agents }: Pick<ResponseBrake, 'agents'> & Partial<ResponseBrake>,
  { id: agent, owner }: { readonly id: string; readonly owner: string },
  now: number,
): ResponseBrake | undefined => {
  const recent = agents.filter(({ at }) => at > now - BRAKE_SECONDS);
  if (recent.some((one) => one.agent === agent)) return { id, agents: recent };
  const [usual, further] =
    id === BRAKE
      ? [MOST_AGENTS_IN_HOUR, MOST_OF_OTHER_OWNERS]
      : [MOST_RESTRICTED_IN_HOUR, MOST_RESTRICTED_OF_OTHER_OWNERS];
  const most = usual + (recent.some((one) => one.owner === owner) ? 0 : further);
  return recent.length < most ? { id, agents: [...recent, { agent, owner, at: now }] } : undefined;
};
