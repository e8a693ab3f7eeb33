/**
 * Reports: what a resource server states that it did with a token. Owns their form, their bounds, and that each is recorded once.
 * A report is an audit event of its resource server. It ends nothing and allows nothing. Does not own the authentication of the
 * resource server (src/provider) nor the path (src/http/authzen/reports.ts).
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** How the call ended, as the resource server states it. */
export const REPORT_OUTCOMES = ['done', 'failed', 'refused'] as const;

/** One report. It has no content of the call. */
export type Report = {
  /** Name that the resource server gives the report: the same name is the same report. */
  readonly id: string;
  /** When it happened, epoch seconds. */
  readonly time: number;
  /** Id of the access token: its `jti`, or that of its introspection. */
  readonly jti: string;
  /** The transaction of the token. */
  readonly txn?: string;
  /** The tool of an MCP server, or the route of an API. Exactly one of them. */
  readonly tool?: string;
  readonly route?: string;
  /** The object at the resource server, in its own words. */
  readonly resource?: string;
  readonly outcome: (typeof REPORT_OUTCOMES)[number];
  /** SHA-256 of the object before and after the call, base64url. */
  readonly before?: string;
  readonly after?: string;
};

export const MOST_REPORTS = 500;
/** Bytes of one report as JSON, and of the body of a request. */
export const MOST_REPORT_BYTES = 4096;
export const MOST_BODY_BYTES = 1_048_576;
/** Oldest report in seconds. */
export const MOST_LATE_SECONDS = 86_400;
/** How far the clock of a resource server may be ahead. */
export const MOST_AHEAD_SECONDS = 60;

/**
 * The claim on a name, so that a report is recorded once. `id` is the `target` of the audit event that records it, so the event
 * shows whether the claim was used. A claim without an event is free again after `heldUntil`.
 */
export type ReportClaim = {
  /** `rs_…:` and the name of the report; for reports beyond the budget, `rs_…:left_out:` and their digest. */
  readonly id: string;
  /** SHA-256 over the canonical JSON of the report, base64url. */
  readonly digest: string;
  /** The request that holds the claim. */
  readonly holder: string;
  readonly heldUntil: number;
  /** From then on the report would be too late. */
  readonly endsAt: number;
};

export const REPORT_CLAIMS = {
  name: 'report_claims',
  holds: 'that one report of a resource server was received, so that it is recorded once',
  prefixes: [],
  events: ['report'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the report would be too late to be accepted' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'endsAt',
  members: ['digest', 'holder', 'heldUntil', 'endsAt'],
} as const satisfies OwnedCollection;
