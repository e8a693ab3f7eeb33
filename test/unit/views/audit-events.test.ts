import { expect, test } from '@jest/globals';
import { AUDIT_EVENTS } from '../../../src/domain/audit/audit-event.ts';
import { ownActivity } from '../../../views/words/account.ts';
import { NAMED_EVENTS } from '../../../views/words/audit-events.ts';

test('every event of the audit log has a name on pages in each language (views/words/audit-events.ts), and no other has', () => {
  expect([...NAMED_EVENTS].sort()).toEqual(Object.keys(AUDIT_EVENTS).sort());
});

test('what a person is told of the audit log are events of it', () => {
  expect(Object.keys(ownActivity).filter((type) => !NAMED_EVENTS.includes(type))).toEqual([]);
});
