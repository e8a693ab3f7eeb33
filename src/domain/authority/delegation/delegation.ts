import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { ActorChain } from '../../vocabulary/actor-chain.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';

/**
 * The agents to which a delegation may be re-delegated, and the number of further hops (decision D2). `depth` 0: none.
 */
export type DelegableTo = { readonly agents: readonly string[]; readonly depth: number };

/**
 * One hop of authority: what `actor` may do at `resource` for `subject`. The first hop (`parent` null) is the person's
 * own consent. Every further hop is derived from its parent. A token names its delegation in the claim `delegation`,
 * and ends with the delegation or any ancestor. At most one delegation per (parent, subject, actor, resource, via) is
 * live: the unique index on `slot` enforces it.
 */
export type Delegation = {
  readonly id: string;
  /** Account on whose behalf the agent acts. */
  readonly subject: string;
  /** The acting agent. */
  readonly actor: string;
  /** Resource indicator. */
  readonly resource: string;
  /**
   * Client that calls the agent, an MCP server, for the person (decision 21). The delegation then applies only to exchanges
   * of that client's tokens, and the client's grant does not cap it. Hops below keep it. Absent: any caller, capped by its
   * grant.
   */
  readonly via?: string;
  /** Sorted; the scopes of the delegation. Never more than its parent holds. */
  readonly scope: readonly string[];
  /**
   * Authorization details (RFC 9396). Absent: none. The rules of their types decide whether they are within those of
   * the ancestors in `detailsAbove` (decision).
   */
  readonly details?: readonly Detail[];
  /** Never stored: current details of the ancestors, nearest first. */
  readonly detailsAbove?: readonly (readonly Detail[])[];
  readonly parent: string | null;
  /** Ids of all ancestors, nearest first; empty for a first hop. */
  readonly ancestors: readonly string[];
  /** 1 for a first hop. */
  readonly depth: number;
  readonly chain: ActorChain;
  readonly delegableTo: DelegableTo;
  /**
   * `suspended`: the acting agent has changed owner, and the person has not confirmed the new owner. The delegation and
   * everything below it give no authority. It keeps its slot. It is suspended from the hand-over on, even while the
   * stored state still says otherwise (`ownership`).
   */
  readonly state: 'active' | 'suspended' | 'revoked';
  /**
   * How often the acting agent had changed owner when the person approved the delegation (agents/ownership.ts); absent:
   * never.
   */
  readonly ownership?: number;
  /** When the person last approved the agent's owner, here or by confirming a new owner. Absent: `createdAt`. */
  readonly confirmedAt?: number;
  readonly revokedAt?: number;
  /** Who ended it: an account, client or agent id, or 'system'. */
  readonly revokedBy?: string;
  /** Digest of (subject, parent, actor, resource, via) until it is revoked; its own id once revoked. Unique. */
  readonly slot: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the last decision granted its rights, if rights were only removed since. Absent: `updatedAt`. */
  readonly decidedAt?: number;
  /** Never later than the parent's. */
  readonly expiresAt: number;
  /** Epoch second from which the delegation may be removed: some time after its end (delegation-ends.ts). */
  readonly forgetAt?: number;
};

/** When the last decision granted its rights. Narrowing a delegation extends no expiry and revives no ended hop. */
export const decidedAtOf = ({ decidedAt, updatedAt }: Pick<Delegation, 'decidedAt' | 'updatedAt'>): number =>
  decidedAt ?? updatedAt;

/** Authorization details of a delegation and of its ancestors, as decisions use them. */
export const delegatedDetails = (delegation: Delegation | undefined): readonly (readonly Detail[])[] =>
  delegation ? [delegation.details ?? [], ...(delegation.detailsAbove ?? [])] : [[]];

export const DELEGATIONS = {
  name: 'delegations',
  holds: 'a grant to an agent, or a re-delegation below one',
  prefixes: ['dlg'],
  events: ['delegation'],
  consistency: 'majority',
  cached: true,
  retention: {
    removedBy: 'own sweep',
    endsAt: 'forgetAt',
    once: '`delegation.keptSeconds` have passed since its end, and it denies no hop any more',
  },
  transfer: 'gives authority',
  indexes: [
    { fields: ['slot'], unique: true },
    { fields: ['subject', 'actor'] },
    { fields: ['subject'] },
    { fields: ['subject', 'via'] },
    { fields: ['actor'] },
    { fields: ['via'] },
    { fields: ['parent', 'actor', 'createdAt'] },
    { fields: ['createdAt'] },
    { fields: ['forgetAt'] },
  ],
  members: [
    'subject',
    'actor',
    'resource',
    'scope',
    'parent',
    'ancestors',
    'chain',
    'delegableTo',
    'state',
    'createdAt',
    'expiresAt',
  ],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;
