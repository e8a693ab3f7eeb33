import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { Ceilings, CompositionDriftAction } from '../blueprints/ceilings.ts';
import type { SecuritySuspension, Suspension } from '../clients/security-suspension.ts';
import type { Composition, DeclaredComposition } from './composition.ts';
import type { Credential } from './credential.ts';
import type { Restriction } from './restriction.ts';

export const AGENT_STATES = ['pending', 'active', 'suspended', 'orphaned', 'retired'] as const;

/**
 * `pending` (its owner has not accepted it) → `active` ⇄ `suspended` → `retired`, which is final, and
 * `orphaned` (it has no owner: frozen until a new owner accepts). Only `active` works. Only the registry
 * changes states.
 */
export type AgentState = (typeof AGENT_STATES)[number];

/** Why and when an agent will be suspended. */
export type AgentNotice = {
  readonly kind: 'expiry' | 'inactivity';
  readonly at: number;
  readonly toldAt?: number;
};

/** A composition that differs from the agent's, and waits for a decision of its owner. */
export type CompositionDrift = {
  readonly composition: DeclaredComposition & Pick<Composition, 'grade'>;
  /** What followed. */
  readonly action: Exclude<CompositionDriftAction, 'note'>;
  readonly noticedAt: number;
};

/** Proposals of successor rules for an orphan (successors/successor-rule.ts). */
export type SuccessionOfAgent = {
  /** The rule that was applied last. */
  readonly rule: string;
  /** Accounts and groups that were asked, in this order. The last one is asked now while `transferTo` is the same. */
  readonly asked: readonly string[];
  /** The rule names no further successor. */
  readonly isExhausted?: true;
};

/**
 * A client that is an autonomous actor. Its id is its `client_id` and its `act.sub`. It authenticates with its
 * credentials (credential.ts).
 */
export type Agent = {
  readonly id: string;
  readonly name: string;
  /** Its owner: an account (`acc_…`) or a group of accounts (`grp_…`). */
  readonly owner: string;
  /** The account that requested it, besides the owner. */
  readonly sponsor?: string;
  readonly purpose: string;
  /** The purposes for which it may be used, as short texts. */
  readonly uses?: readonly string[];
  readonly environment: Environment;
  readonly state: AgentState;
  /** The blueprint that sets its template and ceiling; an id that begins with `bpt_`. */
  readonly blueprint?: string;
  /** Its vendor, and the version of the product. */
  readonly provider?: string;
  readonly providerVersion?: string;
  /** Contact for questions about the agent: an address or URL. */
  readonly contact?: string;
  /** Its composition, as last declared. */
  readonly composition?: Composition;
  /** Earlier compositions, newest first; bounded, the audit log has all. */
  readonly compositionHistory?: readonly Composition[];
  /** A composition with which it ran last, and about which its owner has not decided. */
  readonly compositionDrift?: CompositionDrift;
  /**
   * It has shown its composition in a request. From then on a request without one is noticed, until its owner declares a
   * composition or it changes ownership.
   */
  readonly showsComposition?: true;
  /** When a request without a composition was recorded last, epoch seconds. */
  readonly compositionOmittedAt?: number;
  /** The public keys it was registered with, or else `jwksUri`. `credentialsOf` includes them. */
  readonly jwks?: JsonWebKeySet;
  /** URL of its keys (RFC 7591 §2), fetched when it authenticates. */
  readonly jwksUri?: string;
  /** The URLs among these that an operator or administrator entered (operator-urls.ts). */
  readonly operatorUrls?: readonly string[];
  /** Further credentials. Read them with `credentialsOf`. */
  readonly credentials?: readonly Credential[];
  /**
   * The subjects of its federated credentials, by which a workload token leads to the agent
   * (workload-identity.ts).
   */
  readonly workloads?: readonly string[];
  /** When the next of its credentials ends. */
  readonly credentialsEndAt?: number;
  /** Set while it has a client secret that has not expired: such agents are listed. */
  readonly hasSecret?: true;
  /** Empty for an agent that never sends a user to the authorization endpoint. */
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  /** Where the agent is notified of a CIBA decision (CIBA Core §4). Absent: it polls. */
  readonly backchannelClientNotificationEndpoint?: string;
  readonly dpopBoundAccessTokens: boolean;
  /**
   * Whether all its access tokens are bound to the client certificate of their request (RFC 8705 §3). Not with DPoP.
   */
  readonly certificateBoundAccessTokens?: boolean;
  /** Whether only pushed authorization requests are accepted from it (RFC 9126 §6). */
  readonly requirePushedAuthorizationRequests?: boolean;
  /** Ids of the resource servers it is registered as. It may exchange tokens with those audiences (decision D3). */
  readonly resourceServers: readonly string[];
  /** Its own rights. Absent: only what a user consented to, and nothing without a user (decision D4). */
  readonly authority?: ScopesByResource;
  /**
   * The ceilings it set itself, within its blueprint. In an effective agent: the effective ceilings
   * (effective-agent.ts).
   */
  readonly ceilings?: Ceilings;
  /** Epoch second from which it is blocked. */
  readonly expiresAt?: number;
  /** Epoch second until which its owner can accept it; only while it is pending. */
  readonly acceptBy?: number;
  /** Since when its current owner owns it. Absent on agents from before owners had to accept: `createdAt`. */
  readonly acceptedAt?: number;
  /**
   * How often its ownership changed; absent: never. Everything created for it at another number has ended. Delegations
   * are suspended instead, until each user confirms the new owner (ownership.ts).
   */
  readonly ownership?: number;
  /**
   * Accounts that owned the agent since its last change of ownership and no longer own it. They are present or former
   * members of a group that gave it to one of them. At most 512. They may still hold its credentials.
   */
  readonly formerOwners?: readonly string[];
  /**
   * Since when its owner owned it as a member of the group that gave it to them, epoch seconds. Consents from
   * before that time do not cover this owner. Absent: from the beginning.
   */
  readonly heldFrom?: number;
  /** When its ownership last changed, epoch seconds. */
  readonly handedOverAt?: number;
  /**
   * The account or group it was offered to. That account, or a member of that group, becomes its owner by
   * accepting.
   */
  readonly transferTo?: string;
  /** Epoch second until which the offer by a successor rule can be accepted. Absent: the offer of a person, without end. */
  readonly transferBy?: number;
  /** Who was proposed as its successor. Only on an orphan. */
  readonly succession?: SuccessionOfAgent;
  /**
   * When an operator resumed it who did not own it from its suspension on, a new owner accepted it as an orphan, or it moved to its
   * environment while it was active, epoch seconds. What it did before does not count for response rules. An owner who suspends and
   * resumes their own agent hides nothing so. Absent: it never did.
   */
  readonly activeSince?: number;
  /** When it was last resumed, epoch seconds. A response rule acts only after an event that follows. Absent: it never was. */
  readonly resumedAt?: number;
  /** Since when its name is verified: no other client may have a name that looks like it. */
  readonly verifiedAt?: number;
  /** The last notification to its owner about a coming suspension. */
  readonly noticed?: AgentNotice;
  /** For lists in the order of names. */
  readonly nameKey?: string;
  /** For the search. */
  readonly words?: readonly string[];
  /** On an agent that waits for an owner: it is suspended when one accepts it. */
  readonly wasSuspended?: true;
  /** The directory that suspended it, by SCIM. Only an agent with this member can be resumed by that directory. */
  readonly suspendedByDirectory?: string;
  /** The suspension that lasts, of any kind. Absent on an agent that was registered as a suspended one. */
  readonly suspension?: Suspension;
  /** It was suspended for security. Only an operator who does not own it lifts that. */
  readonly securitySuspension?: SecuritySuspension;
  /** What response rules left of its rights for a time, at most one of each act. Some may be over: `restrictionOf` tells. */
  readonly restrictions?: readonly Restriction[];
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const AGENTS = {
  name: 'agents',
  holds: 'one agent with its credentials',
  prefixes: ['agt', 'crd'],
  events: ['agent', 'credential'],
  consistency: 'majority',
  cached: true,
  retention: { removedBy: 'nothing', because: 'delegations and the audit log name it, also when it is retired' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['createdAt'] },
    { fields: ['owner', 'createdAt'] },
    { fields: ['owner', 'state', 'createdAt'] },
    { fields: ['owner', 'nameKey'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['environment', 'createdAt'] },
    { fields: ['blueprint', 'createdAt'] },
    { fields: ['blueprint', 'state', 'createdAt'] },
    { fields: ['nameKey'] },
    { fields: ['words', 'createdAt'] },
    { fields: ['transferTo', 'createdAt'] },
    { fields: ['workloads'] },
    { fields: ['resourceServers', 'createdAt'] },
    { fields: ['credentialsEndAt'] },
    { fields: ['hasSecret', 'createdAt'] },
    { fields: ['acceptBy'] },
    { fields: ['state', 'expiresAt'] },
  ],
  lists: ['words', 'workloads', 'resourceServers'],
  members: ['name', 'owner', 'purpose', 'state', 'redirectUris', 'grantTypes', 'resourceServers', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;
