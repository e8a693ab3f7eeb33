/** The audit log of tests hears of an event for which nothing waits (invariant 5). */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';

const EVENT = { type: 'token.revoked', outcome: 'done' } as AuditEvent;

const scene = (outcome: () => Promise<string> = async () => 'stored') => {
  const faults: string[] = [];
  const append = awaitedAppend(outcome, (fault) => void faults.push(fault));
  return { append, faults };
};

test('an event for which nothing waits is reported by its type', async () => {
  const { append, faults } = scene();
  void append(EVENT);
  await nextTurn();
  expect(faults).toEqual(['nothing waits for the audit event token.revoked']);
});

test('an event is awaited by await, by return, among others, and where a failure is caught', async () => {
  const { append, faults } = scene();
  const returned = async () => append(EVENT);
  expect([await append(EVENT), await returned(), ...(await Promise.all([append(EVENT)]))]).toEqual(
    Array.from({ length: 3 }, () => 'stored'),
  );
  const failing = scene(() => Promise.reject(new Error('full')));
  expect(await failing.append(EVENT).catch(String)).toBe('Error: full');
  await expect(failing.append(EVENT)).rejects.toThrow('full');
  await nextTurn();
  expect([...faults, ...failing.faults]).toEqual([]);
});

test('a member without a value is reported by its name, also among the personal ones', async () => {
  const { append, faults } = scene();
  await append({ ...EVENT, request: undefined } as unknown as AuditEvent);
  await append({ ...EVENT, personal: { source: undefined } } as unknown as AuditEvent);
  await append({ ...EVENT, request: 'req_1', personal: { source: '192.0.2.1' } });
  await nextTurn();
  expect(faults).toEqual([
    'the audit event token.revoked has no value in request',
    'the audit event token.revoked has no value in source',
  ]);
});
