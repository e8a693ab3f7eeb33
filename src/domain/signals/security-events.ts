/**
 * Shared Signals (OpenID SSF 1.0): security events that this server sends to other systems, and receives from them. Owns the
 * types of events and their members (this file), subject identifiers (subject-identifiers.ts), streams to receivers
 * elsewhere (transmitter/), and trusted transmitters elsewhere with the effects of their events (receiver/).
 *
 * A security event follows from an audit event, or causes one. Does not decide what is recorded (domain/audit), and tells no
 * person anything (domain/notifications).
 */

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';
const AGENTS = 'urn:behalf:secevent:event-type:';

/** A table of the types of events that this server sends or understands, by short name. */
export const SECURITY_EVENTS = {
  /** CAEP 1.0, Session Revoked. */
  session_revoked: `${CAEP}session-revoked`,
  /** CAEP 1.0, Token Claims Change. */
  token_claims_change: `${CAEP}token-claims-change`,
  /** CAEP 1.0, Credential Change. */
  credential_change: `${CAEP}credential-change`,
  /** CAEP 1.0, Assurance Level Change. */
  assurance_level_change: `${CAEP}assurance-level-change`,
  /** CAEP 1.0, Device Compliance Change. */
  device_compliance_change: `${CAEP}device-compliance-change`,
  /** CAEP 1.0, Risk Level Change. */
  risk_level_change: `${CAEP}risk-level-change`,
  /** RISC 1.0 §2.1. */
  account_credential_change_required: `${RISC}account-credential-change-required`,
  /** RISC 1.0 §2.2. */
  account_purged: `${RISC}account-purged`,
  /** RISC 1.0 §2.3. */
  account_disabled: `${RISC}account-disabled`,
  /** RISC 1.0 §2.4. */
  account_enabled: `${RISC}account-enabled`,
  /** RISC 1.0 §2.7. */
  credential_compromise: `${RISC}credential-compromise`,
  /** RISC 1.0 §2.11: deprecated. Receivers elsewhere may still send it; it is never sent from here. */
  sessions_revoked: `${RISC}sessions-revoked`,
  /** Of this server: an agent was suspended, expired, or lost its owner. */
  agent_disabled: `${AGENTS}agent-disabled`,
  /** Of this server: a suspended agent is active again. */
  agent_enabled: `${AGENTS}agent-enabled`,
  /** Of this server: a kill ended all that belongs to an agent. */
  agent_killed: `${AGENTS}agent-killed`,
  /** Of this server: an agent was retired permanently. */
  agent_retired: `${AGENTS}agent-retired`,
  /** Of this server: a new owner accepted an agent. */
  agent_owner_changed: `${AGENTS}agent-owner-changed`,
  /** Of this server: a delegation ended, with all below it. */
  delegation_revoked: `${AGENTS}delegation-revoked`,
  /** Of this server: the grant of a person to a client ended. */
  grant_ended: `${AGENTS}grant-ended`,
  /** Of this server: a transaction was closed, and every token below it ended. */
  transaction_closed: `${AGENTS}transaction-closed`,
  /** SSF 1.0 §8.1.4.1. */
  verification: `${SSF}verification`,
  /** SSF 1.0 §8.1.5. */
  stream_updated: `${SSF}stream-updated`,
} as const;

export type SecurityEvent = keyof typeof SECURITY_EVENTS;

/** Security events that this server sends, apart from those about a stream. docs/reference/shared-signals.md lists them. */
export const SENT_EVENTS = [
  'session_revoked',
  'token_claims_change',
  'credential_change',
  'assurance_level_change',
  'risk_level_change',
  'account_disabled',
  'account_enabled',
  'account_purged',
  'agent_disabled',
  'agent_enabled',
  'agent_killed',
  'agent_retired',
  'agent_owner_changed',
  'delegation_revoked',
  'grant_ended',
  'transaction_closed',
] as const satisfies readonly SecurityEvent[];
export type SentEvent = (typeof SENT_EVENTS)[number];

const BY_URI: ReadonlyMap<string, SecurityEvent> = new Map(
  Object.entries(SECURITY_EVENTS).map(([name, uri]) => [uri, name as SecurityEvent]),
);

/** The event with this URI; undefined for a type that is unknown here. */
export const securityEventOf = (uri: string): SecurityEvent | undefined => BY_URI.get(uri);

/** CAEP 1.0 §3.3.1; parties may agree on others. */
export const CREDENTIAL_CHANGES = ['create', 'revoke', 'update', 'delete'] as const;

/** CAEP 1.0 §3.8.1. */
export const RISK_LEVELS = ['LOW', 'MEDIUM', 'HIGH'] as const;

/** Status of a stream (SSF 1.0 §8.1.2.1). `paused`: events are kept. `disabled`: they are not. */
export const STREAM_STATUSES = ['enabled', 'paused', 'disabled'] as const;

/** Delivery methods (SSF 1.0 §6.1). */
export const DELIVERY_METHODS = { push: 'urn:ietf:rfc:8935', poll: 'urn:ietf:rfc:8936' } as const;

/** The media type of a SET, and its `typ` without `application/` (RFC 8417 §2.3). */
export const SET_TYPE = 'secevent+jwt';

/** Codes of refusals of a SET (RFC 8935 §2.4, SSF 1.0 §8.1.4.1). */
export const SET_ERRORS = [
  'invalid_request',
  'invalid_key',
  'invalid_issuer',
  'invalid_audience',
  'authentication_failed',
  'access_denied',
  'invalid_state',
] as const;
