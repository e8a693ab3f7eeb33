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
  /** Every scope the person was asked about. The delegation keeps the scopes it holds beside these. */
  readonly asked: readonly string[];
  /** What the person allowed of it. */
  readonly scope: readonly string[];
  /** The same of authorization details. */
  readonly askedDetails?: readonly Detail[];
  readonly details?: readonly Detail[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly delegableTo: DelegableTo;
  /** How often the agent had changed hands, as shown to the person (agents/ownership.ts). Default: never. */
  readonly ownership?: number;
  /** Who decided: the account, or an administrator. */
  readonly by: string;
  /** Id of the HTTP request. */
  readonly request?: string | undefined;
};

export type Hop = {
  readonly parent: Delegation;
  readonly actor: string;
  /** The parent's resource: a hop never changes it. */
  readonly resource: string;
  readonly scope: readonly string[];
  /** Within what the parent and all its ancestors hold, by the decision that gave them. */
  readonly details?: readonly Detail[];
  readonly expiresAt: number;
  readonly delegableTo: DelegableTo;
  readonly txn?: string | undefined;
  readonly request?: string | undefined;
};

/** One action that people approved, for an agent that holds no delegation of this person there, or needs none. */
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
  /** How often the agent had changed hands when the approval was requested. Default: never. */
  readonly ownership?: number;
  readonly request?: string | undefined;
};

/** A person's wish that an agent continues under its new owner. */
export type OwnerConfirmation = {
  readonly subject: string;
  readonly actor: string;
  /** The agent's number, as shown to the person. */
  readonly ownership: number;
  /** Who decided: the account. */
  readonly by: string;
  readonly request?: string | undefined;
};

/** What to remove from a delegation. */
export type Without = { readonly scope: readonly string[]; readonly details?: readonly Detail[] };

export type DelegationList = {
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  /** Client that calls the actor. */
  readonly via?: string | undefined;
  /** Only delegations that are live now, with all their ancestors. Default: the whole history. */
  readonly live?: boolean;
  readonly after?: Cursor | undefined;
  /** 1..1000 */
  readonly limit: number;
};
