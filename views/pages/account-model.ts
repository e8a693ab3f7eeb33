import type { Phrase } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { AgentFacts } from '../partials/agent-card.ts';
import type { ApprovalFacts } from '../partials/approval-facts.ts';
import type { DetailItem } from '../partials/detail-list.ts';
import type { Narrowing, StoppedRight } from '../partials/rights-in-effect.ts';
import type { ResourceFacts, ScopeItem } from '../partials/scope-list.ts';
import type { OfferedAgent } from './account-offers.ts';
import type { AskedAgent } from './account-own-review.ts';
import type { AgentInNewHands } from './new-owner.ts';

/** Each revoke button POSTs `csrf` to its own `revokeAction`. */
export type AccountModel = PageFrame & {
  readonly csrf: string;
  readonly account: { readonly name: string; readonly username: string; readonly email?: string };
  /** Agents that wait for the person to accept them. */
  readonly offers: readonly OfferedAgent[];
  /** Agents whose new owner the person has not confirmed yet. */
  readonly newOwners: readonly AgentInNewHands[];
  /** What agents hold and have not used for a quarter. */
  readonly asked: readonly AskedAgent[];
  /** Number of agents' requests that wait for this person's decision. */
  readonly openApprovals: number;
  /** First hops: delegations from the person. Live ones only. */
  readonly delegations: readonly DelegationNode[];
  /** Grants of apps. Live ones only. */
  readonly clients: readonly ClientAccess[];
  /** Servers of other organisations that can act on the person's behalf. */
  readonly links: readonly AccountLinkFacts[];
};

/** A delegation with the re-delegations below it. */
export type DelegationNode = {
  /** `dlg_…` */
  readonly id: string;
  readonly agent: AgentFacts;
  readonly resource: ResourceFacts;
  /** Name of the app to whose calls it is limited (decision 21). Absent: it applies to all. */
  readonly calledBy?: string;
  /** Its effective rights. */
  readonly scopes: readonly ScopeItem[];
  readonly details?: readonly DetailItem[];
  /** Allowed rights that are blocked at present. */
  readonly stopped?: readonly StoppedRight[];
  /** Epoch seconds. */
  readonly since: number;
  readonly until: number;
  /** Time of the last token from it; absent: never, as far as is known. */
  readonly usedAt?: number;
  /** Absent: the person can only revoke it as a whole. */
  readonly narrowing?: Narrowing;
  /** Absent: no button, e.g. because the person can revoke only the delegation above. */
  readonly revokeAction?: string;
  /** On first hops: revokes all that the agent holds of the person, including its re-delegations. */
  readonly revokeAllAction?: string;
  /** Names of the agents to which it is still delegable. */
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
  /** Number of authorizations behind it: one for each sign-in through it. */
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
  /** An administrator decided that the app needs no consent. Once this person ends its access, the app asks them. */
  readonly isUnasked?: boolean;
  readonly narrowing?: Narrowing;
  readonly revokeAction: string;
};

export type ActivityEntry = {
  readonly at: number;
  /** E.g. `Token issued`. */
  readonly what: Phrase;
  readonly outcome: 'granted' | 'refused' | 'done';
  /** What an approver answered in it. */
  readonly answer?: 'approved' | 'denied';
  /** The agent or app that acted. */
  readonly who?: string;
  /** Name of the resource server. */
  readonly where?: string;
  /** Id of the transaction, for comparison with logs, and the page of its events. */
  readonly txn?: string;
  readonly txnHref?: string;
  /** The approval that the event is about, and whether the person may open its page. */
  readonly approval?: { readonly facts: ApprovalFacts; readonly isOpenToReader: boolean };
};
