/** What an event says about the risk of an account: a level, and which earlier events it takes the place of. */
import { SECURITY_EVENTS, type SecurityEvent } from '../security-events.ts';
import { RECEIVED_EVENTS, type ReceivedEvent, type RiskOfSignal } from './transmitter.ts';

type Claims = { readonly [name: string]: unknown };

const BY_URI: ReadonlyMap<string, ReceivedEvent> = new Map(
  RECEIVED_EVENTS.map((name) => [SECURITY_EVENTS[name satisfies SecurityEvent], name]),
);

/** The event with this URI, if a transmitter can be trusted with it. */
export const receivedEventOf = (uri: string): ReceivedEvent | undefined => BY_URI.get(uri);

const LEVELS: ReadonlyMap<unknown, RiskOfSignal> = new Map([
  ['LOW', 'low'],
  ['MEDIUM', 'medium'],
  ['HIGH', 'high'],
]);

const RISKS: { readonly [Event in ReceivedEvent]: RiskOfSignal | ((claims: Claims) => RiskOfSignal) } = {
  session_revoked: 'medium',
  sessions_revoked: 'medium',
  token_claims_change: 'low',
  credential_change: ({ change_type: change }) => (change === 'revoke' || change === 'delete' ? 'medium' : 'low'),
  // An unknown direction or status is not taken as an improvement.
  assurance_level_change: ({ change_direction: direction }) => (direction === 'increase' ? 'none' : 'medium'),
  device_compliance_change: ({ current_status: status }) => (status === 'compliant' ? 'none' : 'medium'),
  risk_level_change: ({ current_level: level }) => LEVELS.get(level) ?? 'high',
  account_credential_change_required: 'medium',
  account_purged: 'high',
  account_disabled: 'high',
  account_enabled: 'none',
  credential_compromise: 'high',
};

export const riskOf = (event: ReceivedEvent, claims: Claims): RiskOfSignal => {
  const risk = RISKS[event];
  return typeof risk === 'string' ? risk : risk(claims);
};

/** Events of one kind replace each other: the newest holds. */
export const kindOf = (event: ReceivedEvent): ReceivedEvent =>
  event === 'account_enabled' ? 'account_disabled' : event === 'sessions_revoked' ? 'session_revoked' : event;

const LATEST_MILLISECONDS = 1e11;

/**
 * When it happened, seconds: `event_timestamp`, else `iat`, and never later than `iat`. CAEP 1.0 §2 counts seconds, and
 * many transmitters send milliseconds.
 */
export const happenedAt = ({ event_timestamp: stamp }: Claims, iat: number): number => {
  if (typeof stamp !== 'number' || !Number.isFinite(stamp) || stamp <= 0) return Math.floor(iat);
  const seconds = stamp > LATEST_MILLISECONDS ? stamp / 1000 : stamp;
  return Math.floor(Math.min(seconds, iat));
};
