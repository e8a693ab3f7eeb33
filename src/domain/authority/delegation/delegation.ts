import type { CollectionDeclaration } from '../../ports/document-store.ts';
import type { ActorChain } from '../../vocabulary/actor-chain.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';

/** To which agents a delegation may be handed on, and how many hops further (decision D2). `depth` 0: none. */
export type PassOn = { readonly agents: readonly string[]; readonly depth: number };

/**
 * One hop of authority: what `actor` may do at `resource` for `subject`. The first hop (`parent`
 * null) is the person's own consent; every further one hangs below the row it was cut from.
 * A token names its row in the claim `delegation` and dies with it or with any row above.
 * One live row per (parent, subject, actor, resource, via), kept by the unique index on `slot`.
 */
export type Delegation = {
  readonly id: string;
  /** Account on whose behalf. */
  readonly subject: string;
  /** Agent that acts. */
  readonly actor: string;
  /** Resource indicator. */
  readonly resource: string;
  /**
   * Client that calls the agent, an MCP server, for the person (decision 21): the delegation counts for exchanges of that
   * client's tokens only, and its grant does not cap it. Hops below keep it. Absent: any caller, capped by its grant.
   */
  readonly via?: string;
  /** Sorted; what the row holds. Never more than its parent holds. */
  readonly scope: readonly string[];
  /**
   * Authorization details (RFC 9396). Absent: none. Whether they are inside those of the rows above is for the rules of
   * their types to say (decision); `detailsAbove` has those.
   */
  readonly details?: readonly Detail[];
  /** Never stored: details of the rows above, nearest first, as they stand now. */
  readonly detailsAbove?: readonly (readonly Detail[])[];
  readonly parent: string | null;
  /** Ids of all rows above, nearest first; empty for a first hop. */
  readonly ancestors: readonly string[];
  /** 1 for a first hop. */
  readonly depth: number;
  readonly chain: ActorChain;
  readonly passOn: PassOn;
  /**
   * `suspended`: the agent that acts has changed hands, and the person has not confirmed the new owner. It gives no
   * authority, nor does anything below it, and it keeps its slot. It is so from the very hand-over on, whatever is stored
   * (`ownership`).
   */
  readonly state: 'active' | 'suspended' | 'revoked';
  /** How often the agent that acts had changed hands when the person said yes to it (agents/ownership.ts); absent: never. */
  readonly ownership?: number;
  /** When the person last said yes to who answers for the agent, here or with the new owner. Absent: `createdAt`. */
  readonly confirmedAt?: number;
  readonly revokedAt?: number;
  /** Who ended it: an account, client or agent id, or 'system'. */
  readonly revokedBy?: string;
  /** Digest of (subject, parent, actor, resource, via) until it is revoked; the row's own id once revoked. Unique. */
  readonly slot: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it was last decided what it may hold, where something was only taken from it since. Absent: `updatedAt`. */
  readonly decidedAt?: number;
  /** Never later than the parent's. */
  readonly expiresAt: number;
  /** Epoch second from which the row may be removed: some time after its end (delegation-ends.ts). */
  readonly forgetAt?: number;
};

/** When somebody last gave it what it holds: what is taken from it gives it no more time, and nobody back who was ended. */
export const decidedAtOf = ({ decidedAt, updatedAt }: Pick<Delegation, 'decidedAt' | 'updatedAt'>): number =>
  decidedAt ?? updatedAt;

/** Authorization details of a row and of those above it, as decisions look at them. */
export const detailsOfRow = (row: Delegation | undefined): readonly (readonly Detail[])[] =>
  row ? [row.details ?? [], ...(row.detailsAbove ?? [])] : [[]];

export const DELEGATIONS = {
  name: 'delegations',
  indexes: [
    { fields: ['slot'], unique: true },
    { fields: ['subject', 'actor'] },
    { fields: ['subject'] },
    { fields: ['subject', 'via'] },
    { fields: ['actor'] },
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
    'passOn',
    'state',
    'createdAt',
    'expiresAt',
  ],
  isAbsentWhenUnreadable: true,
} as const satisfies CollectionDeclaration;
