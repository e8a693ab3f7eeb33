/**
 * Policy sets: texts that decide, in versions, and which of them counts. Owns POLICY_SETS and ACTIVE_POLICY. What a text
 * means, the policy engine knows (ports/policy-engine.ts); what is asked of it and what follows, domain/authority/decision.
 * Called by the management API, the first start, and for each decision (active-policy.ts).
 */
import type { CollectionDeclaration } from '../../ports/document-store.ts';

/** `draft`: can be rewritten, and counts nothing. `active`: the one that counts. `archived`: it did, and can again. */
export type PolicySetState = 'draft' | 'active' | 'archived';

export type PolicySet = {
  /** `pol_…` */
  readonly id: string;
  /** 1, 2, 3 … in the order in which they were drafted. Unique. */
  readonly version: number;
  readonly text: string;
  /** SHA-256 of the text in hexadecimal; stands in the audit log. */
  readonly digest: string;
  /** Why there is this version, in a line. */
  readonly note?: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Since when the text cannot change: it was going to count. */
  readonly frozenAt?: number;
};

export const POLICY_SETS = {
  name: 'policy_sets',
  indexes: [{ fields: ['version'], unique: true }],
  members: ['version', 'text', 'digest', 'createdAt'],
} as const satisfies CollectionDeclaration;

/** One document, moved by compare-and-swap: all nodes go from one set to the next at the same moment. */
export type ActivePolicy = {
  readonly id: 'active';
  /** Id of the set that counts. */
  readonly set: string;
  readonly version: number;
  /** Version that counted before; absent at the first. */
  readonly replaces?: number;
  readonly activatedAt: number;
  readonly activatedBy: string;
};

export const ACTIVE_POLICY = {
  name: 'active_policy',
  indexes: [],
  members: ['set', 'version', 'activatedAt'],
} as const satisfies CollectionDeclaration;

export const ACTIVE = 'active';

export const stateOf = ({ id, frozenAt }: PolicySet, active: ActivePolicy | undefined): PolicySetState =>
  id === active?.set ? 'active' : frozenAt === undefined ? 'draft' : 'archived';
