/** Why polls of a transmitter fail: codes of ours, and what a person does about each. */
import type { NoToken } from '../../ports/client-tokens.ts';
import type { FetchReason } from '../../ports/trusted-fetch.ts';

/** Codes beside the reasons of a failed fetch. */
export type PollFailureCode =
  | FetchReason
  | 'unauthorized'
  | 'forbidden'
  | 'no_endpoint'
  | 'too_many_requests'
  | 'unavailable'
  | 'token_unreadable'
  | 'token_client_refused'
  | 'token_request_refused'
  | 'token_endpoint_failed'
  | 'token_answer_not_valid'
  | 'not_settled'
  | 'too_many_events'
  | 'keys_unavailable'
  | 'effects_paused'
  | 'not_handled';

export type PollFailure = {
  readonly failure: PollFailureCode;
  /** The HTTP status that the transmitter answered; of a failure about a token, its token endpoint. */
  readonly status?: number;
  /** Of a failure about a token: the error of the endpoint (RFC 6749 §5.2), or why there is no answer. */
  readonly detail?: NonNullable<NoToken['detail']>;
};

/** `retryAfterSeconds`: what the transmitter demands, at most one hour. */
export type FailedPoll = PollFailure & { readonly retryAfterSeconds?: number };

/** What a person does about it. */
const REMEDIES: Readonly<Record<PollFailureCode, string>> = {
  url_not_allowed: 'Enter an https URL on port 443, or name its host in egress.internalHosts.upstreamProviders.',
  address_not_allowed: 'Name the host in egress.internalHosts.upstreamProviders if it is one of yours.',
  name_not_resolved: 'Check the host in the poll URL, and the DNS of this server.',
  not_reachable: 'Check that the transmitter runs and that this server may connect to it.',
  certificate_not_valid:
    'Give the transmitter a certificate that this server trusts, or name its authority in egress.caFile.',
  timed_out: 'Check the load of the transmitter. It answers a poll that does not wait within ten seconds.',
  redirected: 'Enter the URL to which the transmitter redirects. This server follows no redirects.',
  status_not_ok: 'Look into the log of the transmitter. It answers a poll with status 200.',
  type_not_accepted: 'Check that the poll URL is that of a stream (RFC 8936). Its answer is application/json.',
  encoding_not_accepted: 'Let the transmitter answer without compression.',
  too_large: 'Let the transmitter send smaller events: 50 of them have at most 1 MiB.',
  answer_not_valid: 'Check that the poll URL is that of a stream: its answer has the members sets and moreAvailable.',
  over_budget: 'Wait: the server makes too many requests.',
  unauthorized: 'Enter a token that the transmitter accepts.',
  forbidden: 'Permit the token at the transmitter to poll this stream.',
  no_endpoint: 'Check the poll URL, and that the stream exists at the transmitter.',
  too_many_requests: 'Wait: the server polls again at the time that the transmitter said.',
  unavailable: 'Wait: the server polls again. If this lasts, look into the log of the transmitter.',
  token_unreadable: 'Enter the token of the poll URL, or its client, again: the server cannot open what it stored.',
  token_client_refused:
    'Check the client id, and its secret or the keys of this server (its jwks_uri), at the authorization server of the transmitter. The audience of private_key_jwt is often its issuer.',
  token_request_refused: 'Check scope and resource, and let the client use client_credentials there.',
  token_endpoint_failed: 'Check the token endpoint, and that this server may connect to it.',
  token_answer_not_valid: 'Check the token endpoint: its answer has no bearer token (RFC 6749 §5.1).',
  not_settled: 'The transmitter sends events again that this server has acknowledged or refused. Look into its log.',
  too_many_events: 'Wait: the server takes 3,000 events of a transmitter in a minute.',
  keys_unavailable: 'Check that this server can read the keys of the transmitter.',
  effects_paused: 'Look at the held signals, and resume the effects of the transmitter.',
  not_handled: 'Look into the log of this server. The transmitter keeps the events, and the server takes them later.',
};

export const pollRemedyOf = ({ failure }: PollFailure): string => REMEDIES[failure];

const BY_STATUS: Readonly<Record<number, PollFailureCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'no_endpoint',
  405: 'no_endpoint',
  410: 'no_endpoint',
  429: 'too_many_requests',
};

/** The failure of a poll without a token. */
export const failureOfToken = ({ why, detail, status }: NoToken): PollFailure => ({
  failure: `token_${why}`,
  ...(detail === undefined ? {} : { detail }),
  ...(status === undefined ? {} : { status }),
});

/** The failure of an answer with another status than 200. */
export const failureOfStatus = (status: number): PollFailureCode =>
  BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'status_not_ok');
