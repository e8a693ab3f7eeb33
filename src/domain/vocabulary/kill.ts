/**
 * Scopes of a kill. `delegation` and `token` end permanently; the others stand until they are lifted. `owner` means the
 * agents that an account owns. `account` also ends everything that acts on the person's behalf, and their sessions.
 */
export const KILL_SCOPES = ['agent', 'delegation', 'account', 'client', 'owner', 'token', 'all'] as const;

export type KillScope = (typeof KILL_SCOPES)[number];

/** The signer of a lift, and the time. */
export type LiftSignature = { readonly by: string; readonly at: number };

export type Kill = {
  readonly id: string;
  readonly scope: KillScope;
  /** Id of the target; 'all' with scope `all`. */
  readonly target: string;
  /** Scope and target: the id of the epoch, where the scope has one. */
  readonly key: string;
  readonly reason: string;
  /** Account or client that ordered it, or 'system' for the command on the machine. */
  readonly by: string;
  /** With scope `agent`: the account that owned it. */
  readonly owner?: string;
  /** `final`: there is nothing to lift. */
  readonly state: 'standing' | 'lifted' | 'final';
  readonly signatures: readonly LiftSignature[];
  readonly createdAt: number;
  readonly liftedAt?: number;
};

export const killKey = (scope: KillScope, target: string): string => (scope === 'all' ? 'all' : `${scope}:${target}`);

/** Whether the end is permanent and stored in a document of its own, not in an epoch. */
export const isFinal = (scope: KillScope): boolean => scope === 'delegation' || scope === 'token';

/** A kill of everything needs two signatures to lift, any other kill needs one. */
export const signaturesNeeded = (scope: KillScope): number => (scope === 'all' ? 2 : 1);
