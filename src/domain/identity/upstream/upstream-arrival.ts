import type { DomainError } from '../../vocabulary/errors.ts';
import type { UpstreamPerson } from './upstream-claims.ts';
import type { UpstreamProvider } from './upstream-provider.ts';

/** The purpose of a round trip: an interaction, or the session of a user who wants to connect the account. */
export type UpstreamPurpose =
  | { readonly kind: 'sign_in'; readonly uid: string; readonly isFresh: boolean }
  | { readonly kind: 'link'; readonly session: string; readonly account: string };

/** A user proved their identity at a provider, in one interaction. */
export type UpstreamProof = {
  readonly upstream: string;
  readonly person: UpstreamPerson;
  readonly idToken: string;
  /** The id of the session there, where the provider names one. */
  readonly sid?: string;
  readonly provenAt: number;
  /** Whether the user signed in at the provider for this request. */
  readonly isFresh: boolean;
  /** A fresh sign-in was required, and the provider never reports the time of one: the user must prove a factor here now. */
  readonly lacksTime?: true;
  /** The account here; absent: none yet. */
  readonly account?: string;
  /** The account that needs only its second factor to be connected. */
  readonly connecting?: string;
};

export type Arrival =
  /** It belongs to no sign-in that began in this browser. Other sign-ins of this browser are not affected. */
  | { readonly next: 'stray'; readonly reason: string }
  /** It ended a sign-in that began in this browser; the event is written. */
  | { readonly next: 'failed'; readonly purpose: UpstreamPurpose; readonly name: string; readonly error: DomainError }
  /** The proof is stored for the interaction. */
  | { readonly next: 'sign_in'; readonly uid: string; readonly name: string }
  | {
      readonly next: 'link';
      readonly provider: UpstreamProvider;
      readonly person: UpstreamPerson;
      readonly purpose: UpstreamPurpose & { readonly kind: 'link' };
    };

export type Request = { readonly request: string; readonly source: string };
