/**
 * Trusted transmitters: systems elsewhere that send security events about people who are linked to accounts here. Owns whom
 * the server trusts, for which people, what each type of event does, and the polls of those that do not push
 * (transmitter-polls.ts). Does not own the people's links
 * (identity/upstream). Called by src/http/signals and by the management API.
 */
import type { DirectoryActivity } from '../../identity/directories/directory.ts';
import type { TokenClient } from '../../platform/outbound-tokens/token-client.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { SecurityEvent } from '../security-events.ts';

/**
 * What an event does to the account that it is about.
 * - `record_risk`: policies see its level as `context.signals` while it lasts.
 * - `require_step_up`: sign-ins from before the event satisfy no permit while the signal lasts.
 * - `end_sessions`: its sessions end, with what depends on them.
 * - `revoke_tokens`: all its tokens, grants and delegations from before end.
 * - `suspend_agents`: the agents that it owns are suspended.
 */
export const SIGNAL_EFFECTS = [
  'record_risk',
  'require_step_up',
  'end_sessions',
  'revoke_tokens',
  'suspend_agents',
] as const;
export type SignalEffect = (typeof SIGNAL_EFFECTS)[number];

/** Types of events that a transmitter can be trusted with. */
export const RECEIVED_EVENTS = [
  'session_revoked',
  'token_claims_change',
  'credential_change',
  'assurance_level_change',
  'device_compliance_change',
  'risk_level_change',
  'account_credential_change_required',
  'account_purged',
  'account_disabled',
  'account_enabled',
  'credential_compromise',
  'sessions_revoked',
] as const satisfies readonly SecurityEvent[];
export type ReceivedEvent = (typeof RECEIVED_EVENTS)[number];

/** Effects by type of event. A type that is missing has none. */
export type EffectTable = { readonly [Event in ReceivedEvent]?: readonly SignalEffect[] };

const LEFT: readonly SignalEffect[] = ['record_risk', 'end_sessions', 'revoke_tokens', 'suspend_agents'];

export const DEFAULT_EFFECTS: Required<EffectTable> = {
  session_revoked: ['record_risk', 'end_sessions'],
  token_claims_change: ['record_risk'],
  credential_change: ['record_risk', 'require_step_up'],
  assurance_level_change: ['record_risk', 'require_step_up'],
  device_compliance_change: ['record_risk'],
  risk_level_change: ['record_risk'],
  account_credential_change_required: ['record_risk', 'require_step_up'],
  account_purged: LEFT,
  account_disabled: LEFT,
  account_enabled: ['record_risk'],
  credential_compromise: ['record_risk', 'require_step_up', 'end_sessions'],
  sessions_revoked: ['record_risk', 'end_sessions'],
};

/** Most transmitters that a server polls. Each may hold a connection. */
export const MOST_POLLED = 64;
/** Longest time between two polls of one. */
export const LONGEST_INTERVAL_SECONDS = 3600;

/** A system elsewhere whose security events have effects here. */
export type Transmitter = {
  /** `trm_…` */
  readonly id: string;
  readonly name: string;
  /** `iss` of its events, compared character by character. Unique. */
  readonly issuer: string;
  /** Its keys. Absent: its configuration (`/.well-known/ssf-configuration`) names them. */
  readonly jwksUri?: string;
  /** `aud` of its events. */
  readonly audience: string;
  /** The upstream provider whose people it may speak of. */
  readonly upstream: string;
  readonly effects: EffectTable;
  /** Digest of the secret with which it authenticates. */
  readonly digest: string;
  /** Seconds after `iat` for which an event is accepted. */
  readonly maxAge: number;
  /** Older events are not accepted: `maxAge` was less when they came to an end, and they may have been received before. */
  readonly eventsFrom?: number;
  /** Seconds for which an event is a fact of policies. */
  readonly riskSeconds: number;
  /**
   * Its events may affect so many accounts in ten minutes, or so many percent of the linked accounts, whichever is more. At
   * one more, the others are held.
   */
  readonly mostAccounts: number;
  readonly mostAccountsPercent: number;
  readonly state: 'active' | 'disabled';
  /** The `state` that the next verification event must have. */
  readonly verificationState?: string;
  /** When a verification event arrived last. */
  readonly verifiedAt?: number;
  /** `jti` of that event: the transmitter may send it again. */
  readonly verifiedJti?: string;
  /** How its events arrive. Absent: it pushes them (RFC 8935). `poll`: this server polls (RFC 8936), and refuses pushed ones. */
  readonly delivery?: 'poll';
  /** With `poll`: the endpoint of the stream, and its bearer token, sealed with the master key and bound to that URL. */
  readonly pollUrl?: string;
  readonly pollToken?: string;
  /** With `poll`, in place of `pollToken`: how this server gets short tokens. */
  readonly pollTokenClient?: TokenClient;
  /** With `poll`: seconds between two polls. 0: the transmitter may hold each one until it has an event. */
  readonly pollSeconds?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const TRUSTED_TRANSMITTERS = {
  name: 'trusted_transmitters',
  holds: 'one system elsewhere whose security events have effects here',
  prefixes: ['trm'],
  events: ['transmitter'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'signals and the audit log name it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['issuer'], unique: true }, { fields: ['createdAt'] }, { fields: ['delivery'] }],
  members: ['name', 'issuer', 'audience', 'upstream', 'effects', 'digest', 'state', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** What a transmitter did lately, and the pause of its effects: the same as of a directory. */
export type TransmitterActivity = DirectoryActivity;

export const TRANSMITTER_ACTIVITY = {
  name: 'transmitter_activity',
  holds: 'the last contact of one trusted transmitter, and the accounts that its signals affected lately',
  prefixes: [],
  events: [],
  consistency: 'linearizable',
  cached: false,
  retention: { removedBy: 'nothing', because: 'a pause lasts until an administrator ends it' },
  transfer: 'removes authority',
  indexes: [],
  members: ['deactivations', 'held'],
} as const satisfies OwnedCollection;

/**
 * What became of a signal. `pending`: its effects are under way, or a crash cut them off. `applied`: it had its effects.
 * `held`: the transmitter is paused. `discarded`: an administrator let it have none. `no_effect`: `why` says why it has none.
 */
export const SIGNAL_STATES = ['pending', 'applied', 'held', 'discarded', 'no_effect'] as const;
export type SignalState = (typeof SIGNAL_STATES)[number];

/** Why a signal has no effect. */
export const NO_EFFECT_REASONS = [
  'unknown_subject',
  'account_privileged',
  'account_inactive',
  'event_not_accepted',
  'paused',
] as const;
export type NoEffectReason = (typeof NO_EFFECT_REASONS)[number];

/** A signal that was received: one security event about one subject. */
export type Signal = {
  /** `sgn_…` */
  readonly id: string;
  readonly transmitter: string;
  /** Digest of transmitter and `jti`: unique for as long as the event could be sent again. */
  readonly key: string;
  /** Short name of the event; `tokens_revoked` for a global token revocation. Absent: a type that is unknown here. */
  readonly event?: ReceivedEvent | 'tokens_revoked';
  readonly account?: string;
  /** Where it narrows the subject to one session at the provider. */
  readonly session?: string;
  readonly effects: readonly SignalEffect[];
  readonly level?: RiskOfSignal;
  /** When it happened there. */
  readonly at: number;
  readonly txn?: string;
  readonly state: SignalState;
  readonly why?: NoEffectReason;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
};

/** `none`: the event says that an earlier one of its kind is over. */
export type RiskOfSignal = 'none' | 'low' | 'medium' | 'high';

export const SIGNALS = {
  name: 'signals',
  holds: 'one security event that a trusted transmitter sent',
  prefixes: ['sgn'],
  events: ['signal'],
  consistency: 'majority',
  cached: false,
  expiresAt: 'expiresAt',
  retention: { removedBy: 'sweeper', once: 'it could not be sent again; a held one after 30 days' },
  transfer: 'removes authority',
  indexes: [
    { fields: ['key'], unique: true },
    { fields: ['transmitter', 'createdAt'] },
    { fields: ['transmitter', 'state', 'createdAt'] },
    { fields: ['createdAt'] },
  ],
  members: ['transmitter', 'key', 'effects', 'state', 'createdAt', 'expiresAt'],
} as const satisfies OwnedCollection;
