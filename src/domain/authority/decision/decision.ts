import type { PolicyCase } from '../../ports/policy-engine.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { Limit } from '../../vocabulary/scope-sets.ts';
import type { Route } from './facts.ts';

/**
 * What a scope needs to be granted: an approval, a stronger sign-in (RFC 9470), or an attested composition of the agent that
 * asks.
 */
export type Need =
  | { readonly kind: 'approval' }
  | { readonly kind: 'attestation' }
  | { readonly kind: 'step_up'; readonly acr?: string; readonly maxAge?: number };

/** A scope that is not granted, and the first layer that denies it. */
export type Withheld = { readonly scope: string } & Withholding;

/** An authorization detail that is not granted, and the first layer that denies it. */
export type WithheldDetail = { readonly detail: Detail } & Withholding;

export type Withholding = {
  readonly layer: Layer;
  /** Ids of the denying policies; none where the cause is that no policy permits it. */
  readonly policies?: readonly string[];
  /** Texts of the policies, for people. */
  readonly reasons?: readonly string[];
  readonly needs?: readonly Need[];
  /** Ids of the participants of the transaction who do not allow it. */
  readonly participants?: readonly string[];
  /** Result of the external decision point: it denied, or gave no valid answer. */
  readonly external?: 'denied' | 'not_answered';
};

/** The approvers that policies name: `subject`, `owner`, ids of groups; each list sorted. */
export type ApproverRule = {
  /** Empty: no particular approvers. */
  readonly names: readonly string[];
  /** These people may not approve. */
  readonly except: readonly string[];
  /** Further people to ask when the approval is undecided after this many seconds. */
  readonly escalation?: { readonly after: number; readonly names: readonly string[] };
};

/** The result of every request for authority, and its reasons. */
export type Decision = {
  /** `dec_…`; part of the token, its audit event and its introspection answer. */
  readonly id: string;
  readonly route: Route;
  /** The granted scopes: sorted, without duplicates. Empty: denied. */
  readonly scope: readonly string[];
  readonly removed: readonly Withheld[];
  /** The granted authorization details (RFC 9396): the requested ones, each within what all holders have. */
  readonly details: readonly Detail[];
  readonly removedDetails: readonly WithheldDetail[];
  /** The limit of each layer that applies. `holds` undefined: the layer sets no limit. */
  readonly limits: readonly Limit[];
  /** Maximum lifetime of a token, seconds; undefined: no layer limits it. */
  readonly maxSeconds: number | undefined;
  /** Maximum uses of a token; undefined: no policy limits it. */
  readonly maxUses: number | undefined;
  /** The distinct rules about who may approve what is granted. */
  readonly approvers?: readonly ApproverRule[];
  /** Version of the evaluated policy set; undefined where none was evaluated. */
  readonly policyVersion: number | undefined;
  /** The case that this policy set evaluated. */
  readonly policy?: PolicyCase;
  /** Absent: no scope was cut to what all participants of a transaction allow. */
  readonly participants?: ParticipantsCut;
};

/** The scopes that all participants of a transaction must allow, and what each of the others allows of them. */
export type ParticipantsCut = {
  /** Those of the granted scopes that depend on every participant. */
  readonly scope: readonly string[];
  readonly others: readonly { readonly id: string; readonly allows: readonly string[] }[];
};

/** Whether a stronger or newer sign-in would give more. */
export const needsStepUp = ({ removed, removedDetails }: Pick<Decision, 'removed' | 'removedDetails'>): boolean =>
  [...removed, ...removedDetails].some(({ needs = [] }) => needs.some(({ kind }) => kind === 'step_up'));

/** A decision as its audit event stores it, so that it can be repeated and compared (decision D18). */
export const recordOf = ({ limits, removed, details, removedDetails, policy, participants }: Decision) => ({
  limits: limits.map(({ layer, holds }) => ({ layer, holds: holds ?? null })),
  removed,
  // Types only: the content of a detail may be about people.
  ...(details.length === 0 ? {} : { detailTypes: details.map(({ type }) => type) }),
  ...(removedDetails.length === 0
    ? {}
    : { removedDetails: removedDetails.map(({ detail, ...why }) => ({ type: detail.type, ...why })) }),
  ...(policy === undefined ? {} : { policyCase: policy }),
  ...(participants === undefined ? {} : { participants }),
});
