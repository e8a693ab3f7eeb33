import type { PolicyCase } from '../../ports/policy-engine.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { Limit } from '../../vocabulary/scope-sets.ts';
import type { Route } from './facts.ts';

/** What is missing for a scope to be given: a person's approval, or a better sign-in (RFC 9470). */
export type Need =
  | { readonly kind: 'approval' }
  | { readonly kind: 'step_up'; readonly acr?: string; readonly maxAge?: number };

/** A scope that is not given, and what said so first. */
export type Withheld = { readonly scope: string } & Withholding;

/** The same of an authorization detail. */
export type WithheldDetail = { readonly detail: Detail } & Withholding;

export type Withholding = {
  readonly layer: Layer;
  /** Ids of the policies that said so; none where no policy permits it. */
  readonly policies?: readonly string[];
  /** In the words of the policies, for people. */
  readonly reasons?: readonly string[];
  readonly needs?: readonly Need[];
  /** Of the external decision point: whether it said so, or nothing that counts. */
  readonly external?: 'denied' | 'not_answered';
};

/** Who approves, as policies name them: `subject`, `owner`, ids of groups; each list sorted. */
export type ApproverRule = {
  /** Empty: nobody in particular. */
  readonly names: readonly string[];
  /** Whoever is one of them approves nothing. */
  readonly except: readonly string[];
  /** Who is asked, too, when nobody has decided for so many seconds. */
  readonly escalation?: { readonly after: number; readonly names: readonly string[] };
};

/** The answer to everything that asks for authority, and the reasons. */
export type Decision = {
  /** `dec_…`; in the token, its audit event and its introspection answer. */
  readonly id: string;
  readonly route: Route;
  /** What is given: sorted, without duplicates. Empty is a no. */
  readonly scope: readonly string[];
  readonly removed: readonly Withheld[];
  /** Authorization details that are given (RFC 9396): those asked for, each inside what everybody holds. */
  readonly details: readonly Detail[];
  readonly removedDetails: readonly WithheldDetail[];
  /** What each layer that counts left; `holds` undefined: no limit of its own. */
  readonly limits: readonly Limit[];
  /** How long a token may live at most; undefined: no layer says. */
  readonly maxSeconds: number | undefined;
  /** How often a token may be used; undefined: no policy says. */
  readonly maxUses: number | undefined;
  /** Who may approve what is given: the different answers there are. */
  readonly approvers?: readonly ApproverRule[];
  /** Version of the policy set that was asked; undefined where none was. */
  readonly policyVersion: number | undefined;
  /** What that set was asked. */
  readonly policy?: PolicyCase;
};

/** A decision as its audit event keeps it, so that it can be made again and compared (decision D18). */
export const recordOf = ({ limits, removed, details, removedDetails, policy }: Decision) => ({
  limits: limits.map(({ layer, holds }) => ({ layer, holds: holds ?? null })),
  removed,
  // Types only: what a detail says may be about people.
  ...(details.length === 0 ? {} : { detailTypes: details.map(({ type }) => type) }),
  ...(removedDetails.length === 0
    ? {}
    : { removedDetails: removedDetails.map(({ detail, ...why }) => ({ type: detail.type, ...why })) }),
  ...(policy === undefined ? {} : { policyCase: policy }),
});
