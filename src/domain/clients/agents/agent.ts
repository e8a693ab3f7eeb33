import type { CollectionDeclaration } from '../../ports/document-store.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { Ceilings } from '../blueprints/ceilings.ts';
import type { Composition } from './composition.ts';
import type { Credential } from './credential.ts';

export const AGENT_STATES = ['pending', 'active', 'suspended', 'orphaned', 'retired'] as const;

/**
 * `pending` (its owner has not accepted it) → `active` ⇄ `suspended` → `retired`, which is final, and `orphaned`
 * (nobody answers for it: frozen until a new owner accepts). Only `active` works. Only the registry changes states.
 */
export type AgentState = (typeof AGENT_STATES)[number];

/** Why and when an agent is going to be suspended. */
export type AgentNotice = {
  readonly kind: 'expiry' | 'inactivity';
  readonly at: number;
  readonly toldAt?: number;
};

/** A client that is an autonomous actor. Its id is its `client_id` and its `act.sub`. It proves itself with its credentials (credential.ts). */
export type Agent = {
  readonly id: string;
  readonly name: string;
  /** Who answers for it: an account (`acc_…`) or a group of accounts (`grp_…`). */
  readonly owner: string;
  /** Account that asked for it to be there, beside the owner. */
  readonly sponsor?: string;
  readonly purpose: string;
  /** What it may be used for, in short texts. */
  readonly uses?: readonly string[];
  readonly environment: Environment;
  readonly state: AgentState;
  /** Template and ceiling it stands under; an id that begins with `bpt_`. */
  readonly blueprint?: string;
  /** Who makes it, and which version of it this is. */
  readonly provider?: string;
  readonly providerVersion?: string;
  /** Where somebody can be asked about it: an address or URL. */
  readonly contact?: string;
  /** What it is made of, as last declared. */
  readonly composition?: Composition;
  /** What it was made of before, newest first; bounded, the audit log has all. */
  readonly compositionHistory?: readonly Composition[];
  /** The keys it was registered with, public ones only; or else `jwksUri`. `credentialsOf` has them too. */
  readonly jwks?: JsonWebKeySet;
  /** Where its keys are served (RFC 7591 §2); fetched when it authenticates. */
  readonly jwksUri?: string;
  /** Of its URLs those that an operator or administrator entered (operator-urls.ts). */
  readonly operatorUrls?: readonly string[];
  /** What else it proves itself with. To be read by `credentialsOf`. */
  readonly credentials?: readonly Credential[];
  /** Of its federated credentials, so that an agent is found by what a token says (workload-identity.ts). */
  readonly workloads?: readonly string[];
  /** When the next of its credentials ends. */
  readonly credentialsEndAt?: number;
  /** Whether it was allowed a secret whose time is not over: such agents are listed. */
  readonly hasSecret?: true;
  /** Empty for an agent that never sends a person to the authorization endpoint. */
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  /** Where it is told that people have decided (CIBA Core §4). Absent: it polls. */
  readonly backchannelClientNotificationEndpoint?: string;
  readonly dpopBoundAccessTokens: boolean;
  /** All its access tokens are bound to the certificate of the request they come from (RFC 8705 §3). Not with DPoP. */
  readonly certificateBoundAccessTokens?: boolean;
  /** Whether its authorization requests are pushed, and none is taken otherwise (RFC 9126 §6). */
  readonly requirePushedAuthorizationRequests?: boolean;
  /** Ids of the resource servers it is registered as: it may exchange tokens with those audiences (decision D3). */
  readonly resourceServers: readonly string[];
  /** Its own rights. Absent: what consent gave, and nothing without a person (decision D4). */
  readonly authority?: ScopesByResource;
  /** What it has narrowed itself, within its blueprint. In an effective agent: what counts (effective-agent.ts). */
  readonly ceilings?: Ceilings;
  /** Epoch second from which nothing works for it. */
  readonly expiresAt?: number;
  /** Epoch second until which its owner can accept it; only while it is pending. */
  readonly acceptBy?: number;
  /** Since when its owner answers for it. Absent on agents from before owners had to accept: `createdAt`. */
  readonly acceptedAt?: number;
  /**
   * How often it changed hands; absent: never. What was made for it at another number has ended, but for delegations,
   * which are suspended until each person confirms the new owner (ownership.ts).
   */
  readonly ownership?: number;
  /**
   * Accounts that owned it in the hands it is in and own it no more: members, then or before, of a group that gave it to one
   * of them, at most 512. They may still hold its credentials.
   */
  readonly formerOwners?: readonly string[];
  /**
   * Since when its owner answered for it, as a member of the group that gave it to them, epoch seconds. What people allowed
   * it before they did not allow this owner. Absent: from the beginning.
   */
  readonly heldFrom?: number;
  /** When it changed hands last, epoch seconds. */
  readonly handedOverAt?: number;
  /** To whom it was offered; whoever answers for that account or group becomes its owner by accepting. */
  readonly transferTo?: string;
  /** Since when its name is verified: nobody else's may look like it. */
  readonly verifiedAt?: number;
  /** What its owner was told last about its being suspended soon. */
  readonly noticed?: AgentNotice;
  /** For lists in the order of names. */
  readonly nameKey?: string;
  /** For the search. */
  readonly words?: readonly string[];
  /** Of an orphan that was suspended: it is suspended again when somebody accepts it. */
  readonly wasSuspended?: true;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const AGENTS = {
  name: 'agents',
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
} as const satisfies CollectionDeclaration;
