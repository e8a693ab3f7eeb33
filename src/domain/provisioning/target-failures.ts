/** Failures of calls to a target: their codes, which of them pass by themselves, and what a person does about each. */
import type { NoToken } from '../ports/client-tokens.ts';
import type { FetchReason } from '../ports/trusted-fetch.ts';
import type { TargetFailure } from './provisioning-target.ts';

/** Codes beside the reasons of a failed fetch. */
export type TargetFailureCode =
  | FetchReason
  | 'unauthorized'
  | 'forbidden'
  | 'no_endpoint'
  | 'too_many_requests'
  | 'unavailable'
  | 'refused'
  | 'uniqueness'
  | 'filter_not_supported'
  | 'owner_missing'
  | 'lock_lost'
  | 'token_unreadable'
  | `token_${NoToken['why']}`;

/** A failure of the target as a whole: it is tried again later. Others are about one object, and the next one follows. */
const OF_TARGET: ReadonlySet<string> = new Set<TargetFailureCode>([
  ...([
    'url_not_allowed',
    'address_not_allowed',
    'name_not_resolved',
    'not_reachable',
    'certificate_not_valid',
  ] as const),
  ...(['timed_out', 'redirected', 'answer_not_valid', 'encoding_not_accepted', 'too_large', 'over_budget'] as const),
  ...([
    'unauthorized',
    'no_endpoint',
    'too_many_requests',
    'unavailable',
    'filter_not_supported',
    'lock_lost',
  ] as const),
  ...([
    'token_unreadable',
    'token_client_refused',
    'token_request_refused',
    'token_endpoint_failed',
    'token_answer_not_valid',
  ] as const),
]);

/** What a person does about it. */
const REMEDIES: Readonly<Record<TargetFailureCode, string>> = {
  url_not_allowed: 'Enter an https URL on port 443, or name its host in egress.internalHosts.provisioningTargets.',
  address_not_allowed: 'Name the host in egress.internalHosts.provisioningTargets if it is one of yours.',
  name_not_resolved: 'Check the host in the URL of the target, and the DNS of this server.',
  not_reachable: 'Check that the target runs and that this server may connect to it.',
  certificate_not_valid:
    'Give the target a certificate that this server trusts, or name its authority in egress.caFile.',
  timed_out: 'Check the load of the target. An answer takes at most ten seconds.',
  redirected: 'Enter the URL to which the target redirects. This server follows no redirects.',
  status_not_ok: 'Look into the log of the target.',
  type_not_accepted: 'Check that the URL is that of a SCIM 2.0 endpoint.',
  encoding_not_accepted: 'Let the target answer without compression.',
  too_large: 'Check that the URL is that of a SCIM 2.0 endpoint. An answer has at most 1 MiB.',
  answer_not_valid: 'Check that the URL is that of a SCIM 2.0 endpoint.',
  over_budget: 'Wait: the server makes too many requests.',
  unauthorized: 'Enter a token that the target accepts.',
  forbidden: 'Permit the token at the target to do this.',
  no_endpoint: 'Check the URL: /Agents and /Users are expected below it.',
  too_many_requests: 'Wait: the server tries again at the time that the target said.',
  unavailable: 'Wait: the server tries again. If this lasts, look into the log of the target.',
  refused: 'Look at the detail. Change the object here or the rule there, then reconcile.',
  uniqueness:
    'Another resource there has this name. Set its externalId to the id of the object, or rename it, then reconcile.',
  filter_not_supported: 'The target must find resources by externalId. Otherwise it would get doubles.',
  owner_missing:
    'Push the owner first: see why the account is refused, or give it an e-mail address if userName is the address.',
  lock_lost: 'Nothing: another node goes on.',
  token_unreadable: 'Enter the token of the target, or its client, again: the server cannot open what it stored.',
  token_client_refused:
    'Check the client id, and its secret or the keys of this server (its jwks_uri), at the authorization server of the target. The audience of private_key_jwt is often its issuer.',
  token_request_refused: 'Check scope and resource, and let the client use client_credentials there.',
  token_endpoint_failed: 'Check the token endpoint, and that this server may connect to it.',
  token_answer_not_valid: 'Check the token endpoint: its answer has no bearer token (RFC 6749 §5.1).',
};

const isCode = (code: string): code is TargetFailureCode => Object.hasOwn(REMEDIES, code);

export const remedyOf = ({ failure }: TargetFailure): string =>
  isCode(failure) ? REMEDIES[failure] : REMEDIES.refused;

/** Thrown by calls to a target. */
export type Failed = TargetFailure & { readonly retryAfterSeconds?: number };

/** Whether the target as a whole fails, so that no further object is tried now. */
export const isOfTarget = ({ failure }: TargetFailure): boolean => OF_TARGET.has(failure);

export const targetError = (failed: Omit<Failed, 'failure'> & { readonly failure: TargetFailureCode }): Error =>
  new Error(`the target failed: ${failed.failure}`, { cause: { targetFailure: failed } });

/** The failure, if this is the error of a call to a target. */
export const targetFailureOf = (error: unknown): Failed | undefined =>
  (error as { readonly cause?: { readonly targetFailure?: Failed } } | undefined)?.cause?.targetFailure;
