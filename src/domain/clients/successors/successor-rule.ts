/**
 * Successor rules: who is asked to own the agents of an account that leaves. Owns the rules (successor-rules.ts), and the orphans
 * that wait for a proposal (succession-queue.ts, successions.ts). A proposal is an offer of the agent (agents/agent-ownership.ts): until the successor
 * accepts it, the agent stays an orphan without authority. Does not decide who may accept, and ends nothing.
 */
import type { LeaverFacts } from '../../identity/directories/leaver-facts.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** Most rules of a server. */
export const MOST_RULES = 100;
/** Seconds in which a proposed successor can accept. */
export const ACCEPT_WITHIN = { least: 3600, most: 30 * 86_400, usual: 7 * 86_400 } as const;

export type SuccessorRule = {
  /** `suc_…` */
  readonly id: string;
  /** Whose agents: `*` for those of every owner, the id of a group (its own, and those of its members), or of a directory. */
  readonly appliesTo: string;
  /** Whether the manager of the account that left is asked first. The directory of the account names the manager. */
  readonly manager: boolean;
  /** The group that is asked when there is no manager, or when the manager did not accept. */
  readonly group?: string;
  /** Seconds in which each of them can accept. */
  readonly acceptWithin: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const SUCCESSOR_RULES = {
  name: 'successor_rules',
  holds: 'one rule: who is asked to own the agents of an account that leaves',
  prefixes: ['suc'],
  events: ['successor_rule'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator removes the rule' },
  transfer: 'neither',
  indexes: [{ fields: ['appliesTo'], unique: true }, { fields: ['createdAt'] }],
  members: ['appliesTo', 'manager', 'acceptWithin', 'createdAt'],
} as const satisfies OwnedCollection;

/**
 * An orphan for which a successor is looked for, with what the directory of its owner said. Says only when to look at it next: the
 * proposal itself is in the agent.
 */
export type Succession = LeaverFacts & {
  /** Agent, number of its ownership and the second at which it became an orphan. */
  readonly id: string;
  readonly agent: string;
  readonly at: number;
  readonly dueAt: number;
};

export const SUCCESSIONS = {
  name: 'successions',
  holds: 'one agent without owner, until a new owner accepts it or it is retired',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'the agent has an owner, or is retired' },
  transfer: 'neither',
  indexes: [{ fields: ['dueAt'] }, { fields: ['agent'] }],
  members: ['agent', 'at', 'dueAt'],
} as const satisfies OwnedCollection;
