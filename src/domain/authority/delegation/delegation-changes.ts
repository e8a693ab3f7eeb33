/** What the register of delegations is asked to write down or list. */

import type { Cursor } from '../../ports/document-store.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Delegation, PassOn } from './delegation.ts';

export type Consent = {
  readonly subject: string;
  readonly actor: string;
  readonly resource: string;
  /** Client in calls of which alone it counts (decision 21). Default: in all. */
  readonly via?: string | undefined;
  /** Every scope the person was asked about; what the row holds beside these is kept. */
  readonly asked: readonly string[];
  /** What the person allowed of it. */
  readonly scope: readonly string[];
  /** The same of authorization details. */
  readonly askedDetails?: readonly Detail[];
  readonly details?: readonly Detail[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly passOn: PassOn;
  /** How often the agent had changed hands, as the person was shown it (agents/ownership.ts). Default: never. */
  readonly ownership?: number;
  /** Who decided: the account, or an administrator. */
  readonly by: string;
  /** Id of the HTTP request. */
  readonly request?: string | undefined;
};

export type Hop = {
  readonly parent: Delegation;
  readonly actor: string;
  /** The parent's: a hop never changes the resource. */
  readonly resource: string;
  readonly scope: readonly string[];
  /** Inside what the parent and all above it hold, by the decision that gave them. */
  readonly details?: readonly Detail[];
  readonly expiresAt: number;
  readonly passOn: PassOn;
  readonly txn?: string | undefined;
  readonly request?: string | undefined;
};

/** One action that people approved, for an agent that holds nothing for this person there, or needs not to. */
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
  /** How often the agent had changed hands when it was asked for. Default: never. */
  readonly ownership?: number;
  readonly request?: string | undefined;
};

/** That a person wants an agent to go on under its new owner. */
export type OwnerConfirmation = {
  readonly subject: string;
  readonly actor: string;
  /** Of the agent, as the person was shown it. */
  readonly ownership: number;
  /** Who decided: the account. */
  readonly by: string;
  readonly request?: string | undefined;
};

/** What is to be taken from a row. */
export type Without = { readonly scope: readonly string[]; readonly details?: readonly Detail[] };

export type DelegationList = {
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  /** Client that calls the actor. */
  readonly via?: string | undefined;
  /** Only rows that are live now, with all above them. Default: the whole history. */
  readonly live?: boolean;
  readonly after?: Cursor | undefined;
  /** 1..1000 */
  readonly limit: number;
};
