import type { Phrase } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { AgentFacts } from '../partials/agent-card.ts';
import type { DetailItem } from '../partials/detail-list.ts';
import type { Pagination } from '../partials/pagination.ts';
import type { Narrowing, StoppedRight } from '../partials/rights-in-effect.ts';
import type { ResourceFacts, ScopeItem } from '../partials/scope-list.ts';
import type { AgentInNewHands } from './new-owner.ts';

/** Each revoke button POSTs `csrf` to its own `revokeAction`. */
export type AccountModel = PageFrame & {
  readonly csrf: string;
  readonly account: { readonly name: string; readonly username: string; readonly email?: string };
  /** Agents that wait for the person to confirm their new owner. */
  readonly newOwners: readonly AgentInNewHands[];
  /** How many requests of agents wait for this person's decision. */
  readonly openApprovals: number;
  /** Whether people can get notifications in their browsers. */
  readonly hasNotifications: boolean;
  /** First hops: delegations from the person. Live ones only. */
  readonly delegations: readonly DelegationNode[];
  /** Grants of apps. Live ones only. */
  readonly clients: readonly ClientAccess[];
  /** Servers of other organisations that can act on the person's behalf. */
  readonly links: readonly AccountLinkFacts[];
  readonly activity: readonly ActivityEntry[];
  readonly activityPages?: Pagination;
};

/** A delegation with the re-delegations below it. */
export type DelegationNode = {
  /** `dlg_…` */
  readonly id: string;
  readonly agent: AgentFacts;
  readonly resource: ResourceFacts;
  /** Name of the app in whose calls alone it applies (decision 21). Absent: in all. */
  readonly calledBy?: string;
  /** What it may do now. */
  readonly scopes: readonly ScopeItem[];
  readonly details?: readonly DetailItem[];
  /** Rights that were allowed and are blocked at present. */
  readonly stopped?: readonly StoppedRight[];
  /** Epoch seconds. */
  readonly since: number;
  readonly until: number;
  /** When a token was last issued from it; absent: never, as far as is known. */
  readonly usedAt?: number;
  /** Absent: it can only be revoked as a whole. */
  readonly narrowing?: Narrowing;
  /** Absent: no button, e.g. because only the delegation above can be revoked. */
  readonly revokeAction?: string;
  /** On first hops: revokes everything the agent holds of the person, including what it re-delegated. */
  readonly revokeAllAction?: string;
  /** Names of agents to which it is still delegable. */
  readonly mayBeDelegatedTo?: readonly string[];
  readonly below: readonly DelegationNode[];
};

/** A link to a person at another organisation's server; POSTs `csrf` to `endAction`. */
export type AccountLinkFacts = {
  /** Name of the server, as an administrator set it. */
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  /** Apps and agents here through which it gets access. */
  readonly through: readonly string[];
  /** Its upper limit. */
  readonly resources: readonly (ResourceFacts & { readonly scopes: readonly ScopeItem[] })[];
  readonly since: number;
  readonly isByAddress: boolean;
  /** Why it gets nothing at present: the account has a role, or the server is not trusted. */
  readonly inert?: 'role' | 'server';
  readonly endAction: string;
};

export type ClientAccess = {
  readonly client: { readonly id: string; readonly name: string };
  /** How many authorizations it rests on: one for each sign-in that went through it. */
  readonly grants: number;
  readonly openidScopes: readonly string[];
  readonly resources: readonly (ResourceFacts & {
    readonly scopes: readonly ScopeItem[];
    readonly details?: readonly DetailItem[];
    readonly stopped?: readonly StoppedRight[];
  })[];
  readonly since: number;
  readonly until: number;
  readonly usedAt?: number;
  /** An administrator decided that the app needs no consent; once its access is ended it asks this person. */
  readonly isUnasked?: boolean;
  readonly narrowing?: Narrowing;
  readonly revokeAction: string;
};

export type ActivityEntry = {
  readonly at: number;
  /** E.g. `Token issued`. */
  readonly what: Phrase;
  readonly outcome: 'granted' | 'refused' | 'done';
  /** Agent or app that acted. */
  readonly who?: string;
  /** Name of the resource server. */
  readonly where?: string;
  /** Id of the transaction, to compare with logs. */
  readonly txn?: string;
};
