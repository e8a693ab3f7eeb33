/** Response rules: which facts about an agent lead to which act. Owns RESPONSE_RULES and what a rule says of given values. */
import { hash } from 'node:crypto';
import type { Archived } from '../../audit/beginning.ts';
import { RESTRICTING_ACTS, type RestrictingAct } from '../../clients/agents/restriction.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { ENVIRONMENTS, type Environment } from '../../vocabulary/environment.ts';
import type { Fact, FactValues } from './fact-names.ts';
import type { Values } from './fact-values.ts';

/**
 * `notify`: administrators. `narrow`: for some hours the agent gets only what it did before. `withhold`: nor what is of high risk, or needs an approval. `approve`: for some hours a person approves what it did
 * not do before, and what is of high risk. `suspend`: the agent, for security. `contain`: suspends it, cancels its open approvals and ends
 * its standing approvals.
 */
export const RESPONSE_ACTS = ['notify', ...RESTRICTING_ACTS, 'suspend', 'contain'] as const;
export type ResponseAct = (typeof RESPONSE_ACTS)[number];

/** Whether the agent stays active, with less. */
export const isRestricting = (act: ResponseAct): act is RestrictingAct =>
  RESTRICTING_ACTS.some((restricting) => restricting === act);

export const isStopping = (act: ResponseAct): boolean => act === 'suspend' || act === 'contain';

/** Hours for which an agent is restricted. */
export const USUAL_HOURS = 24;
export const MOST_HOURS = 168;

/** It holds from this value on. */
export type Condition = { readonly fact: Fact; readonly atLeast: number };

/** Most rules, and conditions of one. */
export const MOST_RULES = 50;
export const MOST_CONDITIONS = 5;

/** An agent for which the rule would have acted. */
export type ReplayedAgent = {
  readonly agent: string;
  /** When it would have acted first, epoch seconds. */
  readonly at: number;
  readonly values: Partial<FactValues>;
  readonly evidence: readonly string[];
  /** Tokens that it got while the rule would have restricted it, for what it had not done before. Absent: another act. */
  readonly outside?: number;
};

/** What a rule would have done. */
export type RuleReplay = {
  /** Digest of the definition that was replayed. */
  readonly digest: string;
  readonly replayedAt: number;
  readonly replayedBy: string;
  /** The range of the log, epoch seconds. */
  readonly from: number;
  readonly until: number;
  /** Events of agents that were read. */
  readonly events: number;
  /** Agents that did something, and those for which it would have acted. */
  readonly seen: number;
  readonly acted: number;
  /** The most within one hour. */
  readonly mostInHour: number;
  /** Such tokens of all agents: `narrow` would have refused them, `approve` would have asked a person. Absent: another act. */
  readonly outside?: number;
  /** The first 50. */
  readonly agents: readonly ReplayedAgent[];
  /** The log has more events than a replay reads: the end of the range was not read. */
  readonly isCut?: true;
  /** Events of the range may be in an archive only: those were not read. */
  readonly archived?: Archived;
};

/** `draft`: it has no effect. */
export const RULE_STATES = ['draft', 'active'] as const;

export type ResponseRule = {
  readonly id: string;
  readonly name: string;
  /** All of them hold. */
  readonly when: readonly Condition[];
  readonly act: ResponseAct;
  /** For how long an agent is restricted, 1 to MOST_HOURS. Absent: USUAL_HOURS. Only of a restricting act. */
  readonly hours?: number;
  /** Only agents of these. Absent: of all. */
  readonly environments?: readonly Environment[];
  readonly state: (typeof RULE_STATES)[number];
  readonly replay?: RuleReplay;
  readonly activatedBy?: string;
  readonly activatedAt?: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const RESPONSE_RULES = {
  name: 'response_rules',
  holds: 'a rule by which the server acts when an agent behaves unlike itself, with its last replay',
  prefixes: ['rrl'],
  events: ['response_rule'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'a caller deletes it' },
  transfer: 'removes authority',
  indexes: [{ fields: ['createdAt'] }, { fields: ['state', 'createdAt'] }],
  members: ['name', 'when', 'act', 'state', 'createdAt'],
} as const satisfies OwnedCollection;

type Definition = Pick<ResponseRule, 'when' | 'act' | 'hours' | 'environments'>;

export const hoursOf = ({ hours = USUAL_HOURS }: Pick<ResponseRule, 'hours'>): number => hours;

/** Changes with what the rule does, and not with its name. */
export const definitionDigest = ({ when, act, hours, environments = ENVIRONMENTS }: Definition): string =>
  hash(
    'sha256',
    JSON.stringify([
      when.map(({ fact, atLeast }) => [fact, atLeast]).sort(),
      act,
      ENVIRONMENTS.filter((one) => environments.includes(one)),
      ...(isRestricting(act) ? [hoursOf({ ...(hours === undefined ? {} : { hours }) })] : []),
    ]),
    'hex',
  );

/** The values that meet all conditions; undefined: one is not met. */
export const metBy = ({ when }: Pick<Definition, 'when'>, values: Values): Partial<FactValues> | undefined => {
  for (const { fact, atLeast } of when) if (!values.reaches(fact, atLeast)) return undefined;
  return Object.fromEntries(when.map(({ fact }) => [fact, values.of(fact)]));
};

export const appliesTo = ({ environments }: Pick<Definition, 'environments'>, environment: Environment): boolean =>
  environments === undefined || environments.includes(environment);
