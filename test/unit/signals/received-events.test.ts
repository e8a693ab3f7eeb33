/** What this server reads in events of trusted transmitters, by the clauses of CAEP 1.0 and RISC 1.0. */
import { describe, expect, test } from '@jest/globals';
import { happenedAt, kindOf, receivedEventOf, riskOf } from '../../../src/domain/signals/receiver/signal-risk.ts';
import {
  RECEIVED_EVENTS,
  type ReceivedEvent,
  type RiskOfSignal,
} from '../../../src/domain/signals/receiver/transmitter.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
type Claims = Readonly<Record<string, unknown>>;

/** By type of event: its URI, the clause, and levels by the members that the clause defines. */
const EVENTS: Readonly<
  Record<ReceivedEvent, readonly [uri: string, clause: string, ...(readonly [Claims, RiskOfSignal])[]]>
> = {
  session_revoked: [`${CAEP}session-revoked`, 'CAEP 1.0 §3.1', [{}, 'medium']],
  token_claims_change: [`${CAEP}token-claims-change`, 'CAEP 1.0 §3.2', [{ claims: { role: 'none' } }, 'low']],
  credential_change: [
    ...([`${CAEP}credential-change`, 'CAEP 1.0 §3.3'] as const),
    [{ credential_type: 'password', change_type: 'create' }, 'low'],
    [{ credential_type: 'password', change_type: 'update' }, 'low'],
    [{ credential_type: 'x509', change_type: 'revoke' }, 'medium'],
    [{ credential_type: 'fido2-roaming', change_type: 'delete' }, 'medium'],
    [{ change_type: ['revoke'] }, 'low'],
  ],
  assurance_level_change: [
    ...([`${CAEP}assurance-level-change`, 'CAEP 1.0 §3.4'] as const),
    [{ namespace: 'NIST-AAL', current_level: 'nist-aal2', change_direction: 'increase' }, 'none'],
    [{ namespace: 'NIST-AAL', current_level: 'nist-aal1', change_direction: 'decrease' }, 'medium'],
    [{ namespace: 'NIST-AAL', current_level: 'nist-aal1' }, 'medium'],
    [{ change_direction: 'INCREASE' }, 'medium'],
  ],
  device_compliance_change: [
    ...([`${CAEP}device-compliance-change`, 'CAEP 1.0 §3.5'] as const),
    [{ previous_status: 'compliant', current_status: 'not-compliant' }, 'medium'],
    [{ previous_status: 'not-compliant', current_status: 'compliant' }, 'none'],
    [{}, 'medium'],
  ],
  risk_level_change: [
    ...([`${CAEP}risk-level-change`, 'CAEP 1.0 §3.8'] as const),
    [{ principal: 'USER', current_level: 'LOW' }, 'low'],
    [{ principal: 'USER', current_level: 'MEDIUM' }, 'medium'],
    [{ principal: 'USER', current_level: 'HIGH' }, 'high'],
    // What cannot be read is not taken as less.
    [{ principal: 'USER' }, 'high'],
    [{ current_level: 'low' }, 'high'],
    [{ current_level: { toString: 'LOW' } }, 'high'],
  ],
  account_credential_change_required: [`${RISC}account-credential-change-required`, 'RISC 1.0 §2.1', [{}, 'medium']],
  account_purged: [`${RISC}account-purged`, 'RISC 1.0 §2.2', [{}, 'high']],
  account_disabled: [`${RISC}account-disabled`, 'RISC 1.0 §2.3', [{ reason: 'hijacking' }, 'high'], [{}, 'high']],
  account_enabled: [`${RISC}account-enabled`, 'RISC 1.0 §2.4', [{}, 'none']],
  credential_compromise: [`${RISC}credential-compromise`, 'RISC 1.0 §2.7', [{ credential_type: 'password' }, 'high']],
  sessions_revoked: [`${RISC}sessions-revoked`, 'RISC 1.0 §2.11', [{}, 'medium']],
};

describe('an event of a transmitter', () => {
  test.each(RECEIVED_EVENTS)('is read as its specification says: %s', (event) => {
    const [uri, clause, ...levels] = EVENTS[event];
    expect([clause, receivedEventOf(uri)]).toEqual([clause, event]);
    for (const [claims, level] of levels) expect([claims, riskOf(event, claims)]).toEqual([claims, level]);
  });

  test('is found by its exact URI alone (RFC 8417 §2.2)', () => {
    for (const uri of [
      `${CAEP}session-revoked/`,
      `${CAEP}Session-revoked`,
      'session-revoked',
      '__proto__',
      'constructor',
    ])
      expect([uri, receivedEventOf(uri)]).toEqual([uri, undefined]);
  });

  test('enables what an earlier one disabled, and the deprecated name counts as the present one (RISC 1.0 §2.4, §2.11)', () => {
    expect([kindOf('account_enabled'), kindOf('sessions_revoked')]).toEqual(['account_disabled', 'session_revoked']);
    const others = RECEIVED_EVENTS.filter((event) => !['account_enabled', 'sessions_revoked'].includes(event));
    for (const event of others) expect(kindOf(event)).toBe(event);
  });

  test.each([
    ['seconds', 1_700_000_000, 1_700_000_000],
    ['milliseconds, as many transmitters send', 1_700_000_000_999, 1_700_000_000],
    ['later than iat', 1_900_000_000, 1_800_000_000],
    ['a negative number', -5, 1_800_000_000],
    ['no number', '1700000000', 1_800_000_000],
    ['not finite', Number.POSITIVE_INFINITY, 1_800_000_000],
    ['no value', undefined, 1_800_000_000],
  ])('happened at event_timestamp in %s, and never after iat (CAEP 1.0 §2)', (_, stamp, expected) => {
    expect(happenedAt({ event_timestamp: stamp }, 1_800_000_000)).toBe(expected);
  });
});
