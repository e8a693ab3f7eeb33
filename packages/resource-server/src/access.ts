import type { Report } from './reports/report.ts';

/** One actor of a chain (RFC 8693 §4.1). */
export type Actor = { readonly sub: string; readonly iss?: string };

/** What a verified token allows. It is also an `AuthInfo` of the MCP SDK. */
export type Access = {
  readonly token: string;
  /** `client_id`: the client or agent that requested the token. */
  readonly clientId: string;
  readonly scopes: string[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** Identifier of this API. */
  readonly resource: URL;
  /** `sub`: the person; with a client's own token, the client. */
  readonly subject: string;
  /** The agent that acts now for the subject. Undefined if the client acts for itself, or the person's app calls. */
  readonly actor: string | undefined;
  /** The current actor first. All but the first are for the record, and decide nothing (RFC 8693 §4.1). */
  readonly actors: readonly Actor[];
  /** RFC 9396. */
  readonly authorizationDetails: readonly AuthorizationDetail[];
  /** How the sender is bound to the token: keys of `cnf` that the request proved. */
  readonly confirmation: Confirmation;
  readonly acr: string | undefined;
  /** When the person signed in, epoch seconds. */
  readonly authTime: number | undefined;
  /** The transaction. Log it: it joins your log with the audit log of the server. */
  readonly txn: string | undefined;
  readonly jti: string | undefined;
  /** The approval that the token was made from: the token is for one action, once. */
  readonly approval: { readonly id: string; readonly digest: string } | undefined;
  /** All claims, or members of the introspection response. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** For tools of the MCP SDK, which receive `AuthInfo` alone. */
  readonly extra: { readonly subject: string; readonly actor: string | undefined; readonly txn: string | undefined };
  /**
   * Reports to the server what this API did with the token. Returns at once and never throws. Present with the option `reports`. It is
   * not enumerable, so a copy of the access lacks it.
   */
  readonly report?: (report: Report) => void;
};

/** Thumbprints that a request must prove (RFC 7800). */
export type Confirmation = {
  /** Of a DPoP key (RFC 9449 §6.1). */
  readonly jkt?: string;
  /** Of a client certificate (RFC 8705 §3.1). */
  readonly x5t?: string;
};

/** One authorization detail (RFC 9396 §2). */
export type AuthorizationDetail = { readonly type: string; readonly [member: string]: unknown };
