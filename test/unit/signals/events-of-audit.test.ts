import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '../../../src/domain/audit/audit-record.ts';
import {
  CREDENTIAL_CHANGES,
  RISK_LEVELS,
  SECURITY_EVENTS,
  SENT_EVENTS,
  type SentEvent,
} from '../../../src/domain/signals/security-events.ts';
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

const delegated = { subject: 'acc_1', agent: 'agt_1' } as const;
const kinds = { credential_type: expect.any(String), change_type: expect.any(String) };

/** By type of event: an audit event that gives it, the clause, and the members that the clause requires. */
const SENT: Readonly<
  Record<SentEvent, readonly [clause: string, Partial<RecordedEvent> & Pick<RecordedEvent, 'type'>, members: object]>
> = {
  session_revoked: ['CAEP 1.0 §3.1', { type: 'account.sessions_ended', target: person }, {}],
  token_claims_change: ['CAEP 1.0 §3.2: claims', { type: 'account.updated', target: person, changed: ['name'] }, {}],
  credential_change: ['CAEP 1.0 §3.3', { type: 'factor.added', subject: 'acc_1', inputs: { kind: 'passkey' } }, kinds],
  assurance_level_change: [
    ...(['CAEP 1.0 §3.4', { type: 'session.stepped_up', subject: 'acc_1' }] as const),
    { namespace: 'urn:behalf:acr', current_level: expect.any(String), change_direction: 'increase' },
  ],
  risk_level_change: [
    ...(['CAEP 1.0 §3.8', { type: 'token.replayed', ...delegated }] as const),
    { principal: 'AGENT', current_level: 'HIGH', risk_reason: expect.any(String) },
  ],
  account_disabled: ['RISC 1.0 §2.3', { type: 'account.disabled', target: person }, {}],
  account_enabled: ['RISC 1.0 §2.4', { type: 'account.enabled', target: person }, {}],
  account_purged: ['RISC 1.0 §2.2', { type: 'account.removed', target: person }, {}],
  agent_disabled: ['SSF 1.0 §3.3', { type: 'agent.suspended', target: agent }, {}],
  agent_enabled: ['SSF 1.0 §3.3', { type: 'agent.resumed', target: agent }, {}],
  agent_killed: ['SSF 1.0 §3.3', { type: 'kill.ordered', target: agent }, {}],
  agent_retired: ['SSF 1.0 §3.3', { type: 'agent.retired', target: agent }, {}],
  agent_owner_changed: ['SSF 1.0 §3.3', { type: 'agent.transferred', target: agent }, {}],
  delegation_revoked: [
    'SSF 1.0 §3.3',
    { type: 'delegation.revoked', ...delegated, delegation: 'dlg_1' },
    { delegation_id: 'dlg_1' },
  ],
  grant_ended: ['SSF 1.0 §3.3', { type: 'grant.revoked', ...delegated, grant: 'grt_1' }, { grant_id: 'grt_1' }],
  transaction_closed: ['SSF 1.0 §3.3', { type: 'transaction.closed', ...delegated, txn: 'txn_1' }, {}],
};
const OURS: ReadonlySet<string> = new Set(['agent_disabled', 'agent_enabled', 'agent_killed', 'agent_retired']);

describe('an event that is sent', () => {
  test.each(SENT_EVENTS)('has the members that its specification requires: %s', (name) => {
    const [clause, audit, members] = SENT[name];
    const draft = eventsOf(audit).find(({ event }) => event === name);
    expect([clause, draft?.members ?? {}]).toMatchObject([clause, members]);
    expect(draft?.reason).not.toBe('');
    if (name === 'token_claims_change') expect(draft?.claims).toEqual(['name']);
    const { credential_type: type, change_type: change } = (draft?.members ?? {}) as Readonly<Record<string, string>>;
    if (change !== undefined)
      expect([type, CREDENTIAL_CHANGES]).toEqual(['fido2-platform', expect.arrayContaining([change])]);
    const { current_level: level } = (draft?.members ?? {}) as Readonly<Record<string, string>>;
    if (name === 'risk_level_change') expect(RISK_LEVELS).toContain(level);
  });

  test('critical subject members are in every complex subject about them (SSF 1.0 §7.1)', () => {
    for (const name of SENT_EVENTS) {
      const [, audit] = SENT[name];
      const draft = eventsOf(audit).find(({ event }) => event === name);
      if (draft?.subject.format !== 'complex') continue;
      if (audit.subject !== undefined) expect([name, draft.subject.user]).toEqual([name, one(audit.subject)]);
      if (OURS.has(name) || audit.agent !== undefined)
        expect([name, draft.subject.agent]).toEqual([name, one('agt_1')]);
    }
  });
});

test('the jti follows from stream, record and type', () => {
  const jti = jtiOf('sgs_1', 'nod_1:0000000000000001', 'session_revoked');
  expect(jti).toMatch(/^[\w-]{32}$/);
  expect(jtiOf('sgs_1', 'nod_1:0000000000000001', 'session_revoked')).toBe(jti);
  expect(jtiOf('sgs_2', 'nod_1:0000000000000001', 'session_revoked')).not.toBe(jti);
  expect(jtiOf('sgs_1', 'nod_1:0000000000000001', 'account_disabled')).not.toBe(jti);
});
