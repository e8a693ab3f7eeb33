import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { kindOf } from '../../../src/domain/notifications/notification-kinds.ts';

const ended = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  type: 'session.ended',
  outcome: 'done',
  subject: 'acc_ada',
  caller: 'acc_ada',
  inputs: { how: 'signed_out' },
  ...more,
});
const byOther = { caller: 'acc_root', inputs: { how: 'by_api' } };

describe('the end of a session', () => {
  test('by its user is a notification, and by another user one of another kind', () => {
    expect(kindOf(ended())).toBe('session.ended');
    expect(kindOf(ended(byOther))).toBe('sessions.ended_by_other');
  });

  test('that failed sends no notification', () => {
    expect(kindOf(ended({ outcome: 'refused' }))).toBeUndefined();
    expect(kindOf(ended({ ...byOther, outcome: 'refused' }))).toBeUndefined();
  });
});
