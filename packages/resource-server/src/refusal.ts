/** Why a request is refused, and the error codes and statuses of the specifications for it. */

/** Codes of RFC 6750 §3.1, RFC 9449 §7 and RFC 9470 §3, and `temporarily_unavailable` (RFC 6749 §4.1.2.1) with 503. */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'actor_unauthorized'
  | 'temporarily_unavailable';

/** HTTP status of each code. */
export const STATUS = {
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
  actor_unauthorized: 403,
  temporarily_unavailable: 503,
} as const satisfies Readonly<Record<ErrorCode, number>>;

/** Authentication schemes of the `Authorization` header. */
export type Scheme = 'Bearer' | 'DPoP';

/** What a refusal says besides its code. */
export type RefusalFacts = {
  /** Stable code for programs and logs. */
  readonly reason: string;
  /** One sentence for the developer of the client. It never repeats the token. */
  readonly description: string;
  /** Challenge that carries the error. Default: the scheme of the request. */
  readonly scheme?: Scheme;
  /** Further parameters of the challenge, such as `scope` or `acr_values`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What the client can do (denial profile). */
  readonly remedies?: readonly Readonly<Record<string, unknown>>[];
  /** For the log of this API only. */
  readonly detail?: string;
};

/** A request that is refused. `code` is undefined for a request without credentials (RFC 6750 §3.1). */
export class Refusal extends Error {
  readonly code: ErrorCode | undefined;
  readonly facts: RefusalFacts;

  constructor(code: ErrorCode | undefined, facts: RefusalFacts) {
    super(facts.description);
    this.name = 'Refusal';
    this.code = code;
    this.facts = facts;
  }
}

/** A page of the server that a person has to open, in the form of an elicitation of MCP. */
export type Page = { readonly url: string; readonly elicitationId: string; readonly message: string };

const MESSAGES: Readonly<Record<string, string>> = {
  consent: 'Your permission is needed. Open this page to decide.',
  step_up: 'You have to confirm that it is you. Open this page to do so.',
};

/** The page that a refusal leads to. Undefined: no page helps. */
export const pageOf = ({ facts }: Refusal): Page | undefined => {
  for (const { kind, url } of facts.remedies ?? []) {
    const message = MESSAGES[String(kind)];
    if (message !== undefined && typeof url === 'string') return { url, elicitationId: crypto.randomUUID(), message };
  }
  return undefined;
};

/** Refuses the token itself: 401 `invalid_token`. */
export const invalidToken = (reason: string, description: string, detail?: string): Refusal =>
  new Refusal('invalid_token', { reason, description, ...(detail === undefined ? {} : { detail }) });

/** Refuses the request because the authorization server cannot be asked: 503. */
export const unavailable = (reason: string, detail: string): Refusal =>
  new Refusal('temporarily_unavailable', {
    reason,
    description: 'The token cannot be checked now. Send the request again later.',
    detail,
  });
