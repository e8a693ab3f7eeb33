import type { DetailsByResource } from '../vocabulary/detail-type.ts';
import type { Cursor } from './document-store.ts';

/** What one consent gave one client: oidc-provider's Grant, one for each authorization (decision D8). */
export type Grant = {
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly openidScopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly details?: DetailsByResource;
  /** Agent that acts for the person through the client. */
  readonly actor?: string;
  /** Session it ends with. */
  readonly session?: string;
  /** Of the grant of an instance: the grant of the authorization, which it ends with, and the copy. */
  readonly parent?: string;
  readonly instance?: string;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** Rights of one grant that are to be taken away. */
export type GrantRights = Pick<Grant, 'openidScopes' | 'resources' | 'details'>;

export interface Grants {
  /** The live grant, or undefined; also one whose session is over, since what agents were given from it is not. */
  get(id: string): Promise<Grant | undefined>;
  /** The grant as its client holds it, or undefined: exactly those that `list` has. */
  held(id: string): Promise<Grant | undefined>;
  /** Live grants of an account, newest first; at most 1000. */
  ofAccount(account: string): Promise<readonly Grant[]>;
  /**
   * Live grants, newest first: of an account, a client, both, or all. `next` is there when there may be more: they are
   * looked through, and a page may be shorter than `limit`.
   */
  list(query: {
    readonly account?: string | undefined;
    readonly clientId?: string | undefined;
    readonly after?: Cursor | undefined;
    /** 1..200 */
    readonly limit: number;
  }): Promise<{ readonly items: readonly Grant[]; readonly next?: Cursor }>;
  /**
   * Takes rights away by one swap, and before from the authorization that it is an instance's share of; what it does not
   * hold it cannot lose. Access tokens that carry one are over. Answers the grant as it is then; undefined when there is
   * none any more.
   */
  narrow(id: string, without: GrantRights): Promise<Grant | undefined>;
  /**
   * Ends a grant: its refresh and access tokens, what was exchanged from them, and the shares that hang on it are over. Of a
   * share only that one: the authorization and its other shares go on. Of concurrent callers exactly one is told true;
   * false when there was none.
   */
  revoke(id: string): Promise<boolean>;
}
