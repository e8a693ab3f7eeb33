/** Which tokens an audit event can end, for the revocation feed. Whole servers: test/integration/liveness.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { AUDIT_EVENTS, type AuditEvent, type AuditEventType } from '../../../src/domain/audit/audit-event.ts';
import { endsOf } from '../../../src/domain/authority/revocation-feed/ends-of-events.ts';
import type { TokenEnd } from '../../../src/domain/ports/issued-tokens.ts';

const ALL = [{ kind: 'all' }];
const event = (type: AuditEventType, more: Partial<AuditEvent> = {}): AuditEvent => ({
  type,
  outcome: 'done',
  ...more,
});

/** The events that come before each end of a token. */
const EVENTS_OF = {
  revoked: ['token.revoked', 'kill.ordered'],
  killed: ['kill.ordered', 'kill.reconciled'],
  before_epoch: ['kill.ordered', 'keys.revoked', 'store.restored', 'store.imported'],
  handed_over: ['agent.transferred', 'group.updated', 'account.disabled'],
  grant_ended: ['grant.revoked', 'token.replayed', 'instance.replayed', 'agent.updated', 'blueprint.activated'],
  grant_narrowed: ['grant.narrowed', 'consent.granted'],
  session_ended: ['session.ended', 'account.sessions_ended', 'account.password_changed'],
  delegation_ended: ['delegation.revoked', 'delegation.suspended'],
  delegation_narrowed: ['delegation.narrowed', 'delegation.extended'],
  transaction_ended: ['transaction.closed'],
  client_not_active: ['client.disabled', 'client.retired', 'client.metadata_changed'],
  agent_not_active: ['agent.suspended', 'agent.retired', 'agent.orphaned', 'agent.expired', 'agent.inactive'],
  instance_ended: ['instance.ended', 'instance.replayed'],
  grant_type_withdrawn: ['client.updated', 'agent.updated', 'registration.managed'],
  subject_not_active: ['account.disabled'],
  peer_not_trusted: ['peer.updated', 'peer.disabled', 'account_link.removed'],
  resource_server_not_active: ['resource_server.disabled'],
  authority_reduced: [
    'account.updated',
    'agent.updated',
    'client.updated',
    'resource_server.updated',
    'policy.activated',
    'blueprint.activated',
    'upstream_link.updated',
    'node.started',
  ],
  participant_ended: ['delegation.revoked', 'delegation.narrowed', 'account.disabled', 'resource_server.updated'],
  above_ceiling: ['agent.updated', 'blueprint.activated'],
  approval_ended: ['approval.denied', 'approval.cancelled', 'approval.used'],
} as const satisfies Record<TokenEnd, readonly AuditEventType[]>;

test.each(Object.entries(EVENTS_OF))('%s: each event before it names tokens', (_, types) => {
  expect(types.filter((type) => endsOf(event(type)).length === 0)).toEqual([]);
});

test('names every token where the event lacks the id by which tokens are known', () => {
  const bare = (Object.keys(AUDIT_EVENTS) as AuditEventType[]).flatMap((type) => endsOf(event(type)));
  expect(bare.filter(({ kind }) => kind !== 'all')).toEqual([]);
});

test('names every token for an event type that only a newer node knows', () => {
  expect(endsOf({ type: 'token.melted', outcome: 'done' } as unknown as AuditEvent)).toEqual(ALL);
  expect(endsOf({ type: 'toString', outcome: 'done' } as unknown as AuditEvent)).toEqual(ALL);
});

test('names no token after a token was issued, a person signed in or the log was read', () => {
  for (const type of ['token.issued', 'session.started', 'decision.made', 'audit.read', 'checkpoint.made'] as const) {
    expect([type, endsOf(event(type, { subject: 'acc_1', grant: 'grt_1' }))]).toEqual([type, []]);
  }
});

test('names the client after a replacement of its registration, and nothing after a read (RFC 7592 §2.1)', () => {
  const managed = (action: string): AuditEvent =>
    event('registration.managed', { caller: 'app_1', target: { kind: 'client', id: 'app_1' }, inputs: { action } });
  expect(endsOf(managed('read'))).toEqual([]);
  expect(endsOf(managed('replace'))).toEqual([
    { kind: 'party', id: 'app_1' },
    { kind: 'grants_of', id: 'app_1' },
  ]);
});

describe('names', () => {
  test.each<[string, AuditEvent, readonly unknown[]]>([
    [
      'one token by its jti (RFC 7009)',
      event('token.revoked', { token: { id: 'jti_1', format: 'jwt', expiresAt: 1 }, subject: 'acc_1' }),
      [{ kind: 'token', id: 'jti_1' }],
    ],
    [
      'the person of a grant: a grant below it has another id',
      event('grant.revoked', { grant: 'grt_1', subject: 'acc_1' }),
      [{ kind: 'subject', id: 'acc_1' }],
    ],
    [
      'the person of a delegation: each one below it has another id',
      event('delegation.revoked', { delegation: 'dlg_1', subject: 'acc_1' }),
      [{ kind: 'subject', id: 'acc_1' }],
    ],
    [
      'the agents of an owner, too, when the account is disabled',
      event('account.disabled', { target: { kind: 'account', id: 'acc_1' } }),
      [
        { kind: 'subject', id: 'acc_1' },
        { kind: 'owned_by', id: 'acc_1' },
      ],
    ],
    [
      'a client, and its grants: tokens of agents below name only these',
      event('client.disabled', { target: { kind: 'client', id: 'app_1' } }),
      [
        { kind: 'party', id: 'app_1' },
        { kind: 'grants_of', id: 'app_1' },
      ],
    ],
    [
      'the agent of an instance, too: tokens of agents below do not name the instance',
      event('instance.ended', { agent: 'agt_1', instance: 'ins_1' }),
      [
        { kind: 'instance', id: 'ins_1' },
        { kind: 'party', id: 'agt_1' },
      ],
    ],
    [
      'every token when a site of metadata documents is killed',
      event('kill.ordered', { target: { kind: 'client', id: 'https://apps.example.com' } }),
      ALL,
    ],
    ['every token when all is killed', event('kill.ordered', { target: { kind: 'all', id: 'all' } }), ALL],
    [
      'all tokens for one resource server that changed',
      event('resource_server.updated', { target: { kind: 'resource_server', id: 'rs_1' } }),
      [{ kind: 'audience', id: 'rs_1' }],
    ],
  ])('%s', (_, of, named) => {
    expect(endsOf(of)).toEqual(named);
  });
});
