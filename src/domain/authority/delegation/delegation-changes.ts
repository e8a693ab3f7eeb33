/** Inputs of the delegation registry: what it records or lists. */

import type { Cursor } from '../../ports/document-store.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { DelegableTo, Delegation } from './delegation.ts';

export type Consent = {
  readonly subject: string;
  readonly actor: string;
  readonly resource: string;
  /** The delegation applies only to calls by this client (decision 21). Default: to all calls. */
  readonly via?: string | undefined;
  /** Every scope that the person was asked about. The delegation keeps its other scopes. */
  readonly asked: readonly string[];
  /** The part of these that the person allowed. */
  readonly scope: readonly string[];
  /** The same for authorization details. */
  readonly askedDetails?: readonly Detail[];
  readonly details?: readonly Detail[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly delegableTo: DelegableTo;
  /** How often the agent had changed owner, as shown to the person (agents/ownership.ts). Default: never. */
  readonly ownership?: number;
  /** Who decided: the account, or an administrator. */
  readonly by: string;
  /** Id of the HTTP request. */
  readonly request?: string | undefined;
};

export type Hop = {
  readonly parent: Delegation;
  readonly actor: string;
  /** The parent's resource, which a hop never changes. */
  readonly resource: string;
  readonly scope: readonly string[];
  /** Details within those of the parent and all its ancestors, by the decision that granted them. */
  readonly details?: readonly Detail[];
  readonly expiresAt: number;
  readonly delegableTo: DelegableTo;
  readonly txn?: string | undefined;
  readonly request?: string | undefined;
};

/**
 * One action that people approved, for an agent that has no delegation of this person at the resource, or needs none.
 */
export type OneAction = {
  /** Id of the approval. */
  readonly approval: string;
  readonly subject: string;
  readonly actor: string;
  readonly resource: string;
  readonly scope: readonly string[];
  readonly details: readonly Detail[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** How often the agent had changed owner when the approval was requested. Default: never. */
  readonly ownership?: number;
  readonly request?: string | undefined;
};

/** A person's confirmation that an agent may continue under its new owner. */
export type OwnerConfirmation = {
  readonly subject: string;
  readonly actor: string;
  /** The agent's `ownership` number, as shown to the person. */
  readonly ownership: number;
  /** The account that decided. */
  readonly by: string;
  readonly request?: string | undefined;
};

/** The rights to remove from a delegation. */
export type Without = { readonly scope: readonly string[]; readonly details?: readonly Detail[] };

export type DelegationFilter = {
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  /** Client that calls the actor. */
  readonly via?: string | undefined;
  /** The delegation directly above. */
  readonly parent?: string | undefined;
};

export type DelegationList = DelegationFilter & {
  /** Only delegations that are live now, including all their ancestors. Default: the whole history. */
  readonly live?: boolean;
  readonly after?: Cursor | undefined;
  /** 1..1000 */
  readonly limit: number;
};
