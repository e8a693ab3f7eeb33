/** The audit log of tests hears of an event for which nothing waits (invariant 5). */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';

const EVENT = { type: 'token.revoked', outcome: 'done' } as AuditEvent;

const scene = (outcome: () => Promise<string> = async () => 'stored') => {
  const forgotten: string[] = [];
  const append = awaitedAppend(outcome, (type) => void forgotten.push(type));
  return { append, forgotten };
};

test('an event for which nothing waits is reported by its type', async () => {
  const { append, forgotten } = scene();
  void append(EVENT);
  await nextTurn();
  expect(forgotten).toEqual(['token.revoked']);
});

test('an event is awaited by await, by return, among others, and where a failure is caught', async () => {
  const { append, forgotten } = scene();
  const returned = async () => append(EVENT);
  expect([await append(EVENT), await returned(), ...(await Promise.all([append(EVENT)]))]).toEqual(
    Array.from({ length: 3 }, () => 'stored'),
  );
  const failing = scene(() => Promise.reject(new Error('full')));
  expect(await failing.append(EVENT).catch(String)).toBe('Error: full');
  await expect(failing.append(EVENT)).rejects.toThrow('full');
  await nextTurn();
  expect([...forgotten, ...failing.forgotten]).toEqual([]);
});
