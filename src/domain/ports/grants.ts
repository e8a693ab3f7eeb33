import type { DetailsByResource } from '../vocabulary/detail-type.ts';
import type { Cursor } from './document-store.ts';

/** The rights that one authorization gave one client: oidc-provider's Grant, one for each authorization (decision D8). */
export type Grant = {
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly openidScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly details?: DetailsByResource;
  /** Agent that acts for the person through the client. */
  readonly actor?: string;
  /** Session with which the grant ends. */
  readonly session?: string;
  /** For an instance grant: its parent grant, with which it ends, and the instance. */
  readonly parent?: string;
  readonly instance?: string;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** Rights to remove from one grant. */
export type GrantRights = Pick<Grant, 'openidScopes' | 'resources' | 'details'>;

export interface Grants {
  /**
   * The live grant, or undefined. Also returns a grant whose session has ended, since agents may still hold rights from
   * it.
   */
  get(id: string): Promise<Grant | undefined>;
  /** The grant as its client holds it, or undefined. Returns exactly the grants in `list`. */
  held(id: string): Promise<Grant | undefined>;
  /** Live grants of an account, newest first; at most 1000. */
  ofAccount(account: string): Promise<readonly Grant[]>;
  /**
   * Live grants, newest first: of an account, a client, both, or all. `next` is present when there may be more. Filters
   * grants while it reads them, so a page may be shorter than `limit`.
   */
  list(query: {
    readonly account?: string | undefined;
    readonly clientId?: string | undefined;
    readonly after?: Cursor | undefined;
    /** 1..200 */
    readonly limit: number;
  }): Promise<{ readonly items: readonly Grant[]; readonly next?: Cursor }>;
  /**
   * Removes rights by one swap, from an instance grant after its parent grant. Ignores rights that the grant does not
   * hold. Access tokens with such a right end. Returns the changed grant; undefined when it no longer exists.
   */
  narrow(id: string, without: GrantRights): Promise<Grant | undefined>;
  /**
   * Revokes a grant: its refresh and access tokens, what was exchanged from them, and its instance grants end. An
   * instance grant ends alone: its parent grant and the other instance grants continue. Exactly one of several
   * concurrent callers gets true; false when there was none.
   */
  revoke(id: string): Promise<boolean>;
}
