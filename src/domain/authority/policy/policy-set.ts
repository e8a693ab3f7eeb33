/**
 * Policy sets: versioned policy texts, and which one is active. Owns POLICY_SETS and ACTIVE_POLICY. Does not own what a
 * text means (ports/policy-engine.ts), nor what is evaluated and with which result (domain/authority/decision). The
 * management API, the first start and each decision (active-policy.ts) use it.
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/**
 * `draft`: can be rewritten, and has no effect. `active`: decides now. `archived`: was active, and can be reactivated.
 */
export type PolicySetState = 'draft' | 'active' | 'archived';

export type PolicySet = {
  /** `pol_…` */
  readonly id: string;
  /** 1, 2, 3 … in the order of drafting. Unique. */
  readonly version: number;
  readonly text: string;
  /** SHA-256 of the text in hexadecimal; recorded in the audit log. */
  readonly digest: string;
  /** Reason for this version, one line. */
  readonly note?: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Since when the text cannot change, epoch seconds: set right before its first activation. */
  readonly frozenAt?: number;
};

export const POLICY_SETS = {
  name: 'policy_sets',
  holds: 'one version of all policies',
  prefixes: ['pol'],
  events: ['policy'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'recorded decisions name their version, and a replay reads it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['version'], unique: true }],
  members: ['version', 'text', 'digest', 'createdAt'],
} as const satisfies OwnedCollection;

/** One document, changed by compare-and-swap: all nodes switch from one set to the next at the same moment. */
export type ActivePolicy = {
  readonly id: 'active';
  /** Id of the active set. */
  readonly set: string;
  readonly version: number;
  /** Version that was active before; absent for the first. */
  readonly replaces?: number;
  readonly activatedAt: number;
  readonly activatedBy: string;
};

export const ACTIVE_POLICY = {
  name: 'active_policy',
  holds: 'which policy set is active',
  prefixes: [],
  events: [],
  consistency: 'linearizable',
  cached: true,
  retention: { removedBy: 'nothing', because: 'an installation has one document' },
  transfer: 'gives authority',
  indexes: [],
  members: ['set', 'version', 'activatedAt'],
} as const satisfies OwnedCollection;

export const ACTIVE = 'active';

export const stateOf = ({ id, frozenAt }: PolicySet, active: ActivePolicy | undefined): PolicySetState =>
  id === active?.set ? 'active' : frozenAt === undefined ? 'draft' : 'archived';
