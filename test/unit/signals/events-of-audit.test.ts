import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '../../../src/domain/audit/audit-record.ts';
import { SECURITY_EVENTS, SENT_EVENTS } from '../../../src/domain/signals/security-events.ts';
import { jtiOf } from '../../../src/domain/signals/transmitter/event-tokens.ts';
import { initiatingEntityOf, securityEventsOf } from '../../../src/domain/signals/transmitter/events-of-audit.ts';

const ISSUER = 'https://as.example';
const one = (sub: string) => ({ format: 'iss_sub', iss: ISSUER, sub });
const eventsOf = (event: Partial<RecordedEvent> & Pick<RecordedEvent, 'type'>) =>
  securityEventsOf({ event: { outcome: 'done', ...event } as RecordedEvent }, ISSUER);

const person = { kind: 'account', id: 'acc_1' };
const agent = { kind: 'agent', id: 'agt_1' };

describe('security events of audit events', () => {
  test.each([
    ['account.disabled', { target: person }, ['account_disabled', 'session_revoked']],
    ['account.enabled', { target: person }, ['account_enabled']],
    ['account.removed', { target: person }, ['account_purged']],
    ['account.sessions_ended', { target: person }, ['session_revoked']],
    ['account.password_changed', { target: person }, ['credential_change']],
    ['account.updated', { target: person, changed: ['email'] }, ['token_claims_change']],
    ['account.updated', { target: person, changed: ['entitlements'] }, []],
    ['session.ended', { subject: 'acc_1', target: { kind: 'session', id: 'ses_1' } }, ['session_revoked']],
    ['session.stepped_up', { subject: 'acc_1' }, ['assurance_level_change']],
    ['factor.added', { subject: 'acc_1', inputs: { kind: 'totp' } }, ['credential_change']],
    ['token.replayed', { subject: 'acc_1', agent: 'agt_1' }, ['risk_level_change']],
    ['agent.suspended', { target: agent }, ['agent_disabled']],
    ['agent.retired', { target: agent }, ['agent_retired']],
    ['agent.transferred', { target: agent }, ['agent_owner_changed']],
    ['delegation.revoked', { subject: 'acc_1', agent: 'agt_1', delegation: 'dlg_1' }, ['delegation_revoked']],
    ['grant.revoked', { subject: 'acc_1', grant: 'grt_1', target: agent }, ['grant_ended']],
    ['transaction.closed', { agent: 'agt_1', txn: 'txn_1' }, ['transaction_closed']],
    ['kill.ordered', { target: agent }, ['agent_killed']],
    ['kill.ordered', { target: person }, ['session_revoked']],
    ['kill.ordered', { target: { kind: 'token', id: 'tok_1' } }, []],
    ['token.issued', { subject: 'acc_1' }, []],
  ] as const)('%s gives what follows', (type, members, expected) => {
    expect(eventsOf({ type, ...members }).map(({ event }) => event)).toEqual(expected);
  });

  test('what came to nothing gives none', () => {
    expect(eventsOf({ type: 'grant.revoked', outcome: 'refused', subject: 'acc_1', target: agent })).toEqual([]);
  });

  test('an event type that is inherited by an object, or of a newer version, gives none', () => {
    for (const type of ['constructor', 'agent.teleported'])
      expect(eventsOf({ type: type as RecordedEvent['type'] })).toEqual([]);
  });

  test('an event about an agent that acts for a person has both, and the tenant', () => {
    const [draft] = eventsOf({ type: 'delegation.revoked', subject: 'acc_1', agent: 'agt_1', delegation: 'dlg_1' });
    expect(draft).toMatchObject({
      subject: {
        format: 'complex',
        user: one('acc_1'),
        agent: one('agt_1'),
        tenant: { format: 'uri', uri: ISSUER },
      },
      concerns: { person: 'acc_1', agent: 'agt_1' },
      members: { delegation_id: 'dlg_1' },
    });
  });

  test('a kill of everything concerns everyone', () => {
    const [draft] = eventsOf({ type: 'kill.ordered', target: { kind: 'all', id: 'all' } });
    expect(draft).toMatchObject({ event: 'session_revoked', concerns: { isEveryone: true } });
  });

  test.each([
    ['the person', { caller: 'acc_1', subject: 'acc_1' }, 'user'],
    ['another account', { caller: 'acc_2', target: person }, 'admin'],
    ['a client', { caller: 'app_1', target: person }, 'system'],
    ['the server', { caller: 'system', target: person }, 'system'],
  ] as const)('%s initiates an event', (_, members, expected) => {
    expect(initiatingEntityOf({ type: 'account.disabled', outcome: 'done', ...members } as RecordedEvent)).toBe(
      expected,
    );
  });

  test('every event that a receiver may request has a URI', () => {
    for (const event of SENT_EVENTS) expect(SECURITY_EVENTS[event]).toMatch(/^(?:https:|urn:)/);
  });
});

test('the jti follows from stream, record and type', () => {
  const jti = jtiOf('sgs_1', 'nod_1:0000000000000001', 'session_revoked');
  expect(jti).toMatch(/^[\w-]{32}$/);
  expect(jtiOf('sgs_1', 'nod_1:0000000000000001', 'session_revoked')).toBe(jti);
  expect(jtiOf('sgs_2', 'nod_1:0000000000000001', 'session_revoked')).not.toBe(jti);
  expect(jtiOf('sgs_1', 'nod_1:0000000000000001', 'account_disabled')).not.toBe(jti);
});
