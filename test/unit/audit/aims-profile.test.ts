import { describe, expect, test } from '@jest/globals';
import {
  AIMS_FIELDS,
  AIMS_PROFILE,
  type AimsRecord,
  aimsGaps,
  checkAims,
} from '../../../src/domain/audit/aims-profile.ts';
import { AUDIT_EVENTS, type AuditEvent } from '../../../src/domain/audit/audit-event.ts';

const WHOLE: AuditEvent = {
  type: 'token.issued',
  outcome: 'granted',
  caller: 'agt_1',
  agent: 'agt_1',
  subject: 'acc_1',
  delegation: 'dlg_1',
  resource: 'https://api.example.com',
  grantType: 'authorization_code',
  scopeGiven: ['read'],
  txn: 'txn_1',
  inputs: { posture: { authentication: 'private_key_jwt', binding: 'none' } },
};
const AT = 1_796_000_000_000;

async function* recordsOf(...events: readonly Partial<AimsRecord>[]): AsyncGenerator<AimsRecord> {
  for (const [index, given] of events.entries())
    yield { stream: 'nod_a', sequence: index + 1, at: AT, event: WHOLE, ...given };
}
const without = (...members: readonly (keyof AuditEvent)[]): AuditEvent =>
  Object.fromEntries(Object.entries(WHOLE).filter(([name]) => !members.some((one) => one === name))) as AuditEvent;

describe('the profile AIMS', () => {
  test('has a cell for each field of each type of token event', () => {
    const types = Object.keys(AUDIT_EVENTS).filter((type) => /^token\.|^instance\.replayed$/.test(type));
    expect(Object.keys(AIMS_PROFILE).sort()).toEqual(types.sort());
    for (const row of Object.values(AIMS_PROFILE)) expect(Object.keys(row)).toEqual(Object.keys(AIMS_FIELDS));
  });

  test.each([
    ['agent', ['caller']],
    ['agent', ['agent']],
    ['subject', ['subject']],
    ['resource', ['resource']],
    ['action', ['grantType']],
    ['action', ['scopeGiven']],
    ['decision', ['outcome']],
    ['time', ['txn']],
    ['posture', ['inputs']],
  ] as const)('names %s when an event lacks %j', (field, members) => {
    expect(aimsGaps(WHOLE, AT)).toEqual([]);
    expect(aimsGaps(without(...members), AT)).toEqual([field]);
  });

  test('asks for the cause where access ends', () => {
    const revoked: AuditEvent = { ...WHOLE, type: 'token.revoked', outcome: 'done' };
    expect(aimsGaps(revoked, AT)).toEqual(['remediation']);
    expect(aimsGaps({ ...revoked, inputs: { ...WHOLE.inputs, cause: 'revocation_request' } }, AT)).toEqual([]);
  });

  test('names the record and the field, counts by type, and leaves out events about other things', async () => {
    const other: AuditEvent = { type: 'node.started', outcome: 'done' };
    const result = await checkAims(recordsOf({}, { event: other }, { event: without('subject') }));
    expect(result).toEqual({
      events: 2,
      byType: { 'token.issued': 2 },
      missing: [{ record: 'nod_a:3', type: 'token.issued', field: 'subject' }],
      missingCount: 1,
      withheld: 0,
    });
  });

  test('does not pass an event whose members an export hides', async () => {
    const hidden = { event: without('subject'), hidden: { subject: 'digest' } };
    expect(await checkAims(recordsOf(hidden))).toMatchObject({ events: 1, missingCount: 0, withheld: 1 });
  });
});
