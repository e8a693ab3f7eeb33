import type { DetailsByResource } from '../details/detail-type.ts';

/** What one consent gave one client: the engine's Grant, one for each authorization (decision D8). */
export type Lease = {
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly openidScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly details?: DetailsByResource;
  readonly createdAt: number;
  readonly expiresAt: number;
};

export interface Leases {
  /** The live lease, or undefined. */
  get(id: string): Promise<Lease | undefined>;
  /** Live leases of an account, newest first; at most 1000. */
  ofAccount(account: string): Promise<readonly Lease[]>;
  /** Ends a lease: its refresh and access tokens, and what was exchanged from them, are over. False when there was none. */
  revoke(id: string): Promise<boolean>;
}
