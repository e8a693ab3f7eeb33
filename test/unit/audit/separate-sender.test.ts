import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { caseOf } from '../../../src/domain/audit/separate-sender.ts';
import { verifyExport } from '../../../src/domain/audit/verify-export.ts';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import { recordOf } from '../../../src/domain/authority/decision/decision.ts';
import { API, generous, policiesThat } from '../decision/world.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { fakeStore } from './fake-store.ts';
import { linesIn, openAuditLog, stream } from './support.ts';

const ADDRESS = '203.0.113.77';

const decided = async (source: string | undefined): Promise<AuditEvent> => {
  const decision = await authorizer({
    identifiers: countedIdentifiers(),
    managementApi: API,
    policies: policiesThat(() => ({})),
  })({ ...generous('token_exchange'), ...(source === undefined ? {} : { source }) });
  return {
    type: 'token.issued',
    outcome: 'granted',
    decision: decision.id,
    inputs: recordOf(decision),
    ...(source === undefined ? {} : { personal: { source } }),
  };
};

describe('the sender’s address in what policies were asked (decision D17)', () => {
  test.each(['203.0.113.77', '2001:db8::77'])('of %s the chain and an export hold a commitment', async (address) => {
    const { store } = fakeStore();
    const auditLog = await openAuditLog(store);
    await auditLog.append(await decided(address));
    const lines = await linesIn(auditLog.export());
    expect(lines.some((line) => line.includes('"policyCase"'))).toBe(true);
    expect(lines.filter((line) => line.includes(address))).toEqual([]);
    expect(await verifyExport(stream(lines))).toMatchObject({ ok: true });
  });

  test('one that only the policy case has is apart as well', async () => {
    const { store } = fakeStore();
    const auditLog = await openAuditLog(store);
    const { personal: _, ...event } = await decided(ADDRESS);
    await auditLog.append(event);
    expect((await linesIn(auditLog.export())).filter((line) => line.includes(ADDRESS))).toEqual([]);
    const [entry] = (await auditLog.list({ type: 'token.issued' })).entries;
    expect(entry?.event.personal).toEqual({ source: ADDRESS });
  });

  test('the case is decided again with it, and without it once it is erased', async () => {
    const { store } = fakeStore();
    const auditLog = await openAuditLog(store);
    const event = await decided(ADDRESS);
    await auditLog.append(event);
    const listed = async () => (await auditLog.list({ type: 'token.issued' })).entries[0];
    const before = await listed();
    expect(before && caseOf(before.event)).toEqual(JSON.parse(JSON.stringify(caseOf(event))));
    expect(before && caseOf(before.event)?.context['source']).toEqual({ network: ADDRESS });

    await auditLog.erase(String(before?.id), 'source');
    const after = await listed();
    const left = after && caseOf(after.event);
    expect(left?.context).not.toHaveProperty('source');
    expect(left?.context).toMatchObject({ route: 'token_exchange' });
    expect(JSON.stringify(after)).not.toContain(ADDRESS);
    expect(await verifyExport(auditLog.export())).toMatchObject({ ok: true });
  });

  test('a case without an address, and one from before it was kept apart, are as they were', async () => {
    const without = await decided(undefined);
    expect(caseOf(without)).toEqual((without.inputs as { policyCase: unknown }).policyCase);
    const old = await decided(ADDRESS);
    expect(caseOf(old)?.context['source']).toEqual({ network: ADDRESS });
  });
});
