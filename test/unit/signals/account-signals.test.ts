/** Risk of an account as policies see it: the newest event of each kind, while it lasts. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import {
  ACCOUNT_SIGNALS,
  type AccountSignal,
  accountSignals,
  type NewAccountSignal,
} from '../../../src/domain/signals/receiver/account-signals.ts';
import { happenedAt, kindOf, riskOf } from '../../../src/domain/signals/receiver/signal-risk.ts';
import type { ReceivedEvent } from '../../../src/domain/signals/receiver/transmitter.ts';

const NOW = 1_800_000_000;
const ACCOUNT = { id: 'acc_1', signalsUntil: NOW + 10_000 };

const world = () => {
  const documents = memoryDocumentStore();
  const clock = { seconds: NOW, now: () => clock.seconds };
  const signals = accountSignals({ documents, clock });
  const note = (event: ReceivedEvent, more: Partial<NewAccountSignal> = {}) =>
    signals.note({
      ...{ account: 'acc_1', transmitter: 'trm_1', issuer: 'https://a.example', event, kind: kindOf(event) },
      ...{ level: 'high', at: clock.seconds, until: clock.seconds + 3600, requiresStepUp: false },
      ...more,
    });
  const facts = () => signals.factsOf(ACCOUNT, clock.seconds);
  return { documents, clock, signals, note, facts };
};

describe('the fact', () => {
  test('has the highest level, the age of the newest event, and who said what', async () => {
    const { note, facts, clock } = world();
    await note('token_claims_change', { level: 'low' });
    clock.seconds += 100;
    await note('session_revoked', { level: 'medium', transmitter: 'trm_2', issuer: 'https://b.example' });
    clock.seconds += 20;
    expect(await facts()).toEqual({
      ...{ level: 'medium', age: 20, issuers: ['https://a.example', 'https://b.example'] },
      events: ['session_revoked', 'token_claims_change'],
    });
  });

  test('ends by time', async () => {
    const { note, facts, clock } = world();
    await note('risk_level_change', { until: NOW + 60 });
    clock.seconds += 59;
    expect(await facts()).toMatchObject({ level: 'high' });
    clock.seconds += 1;
    expect(await facts()).toBeUndefined();
  });

  test('is not read for an account without the mark', async () => {
    const { note, signals } = world();
    await note('risk_level_change');
    expect(await signals.factsOf({ id: 'acc_1' }, NOW)).toBeUndefined();
    expect(await signals.factsOf({ id: 'acc_1', signalsUntil: NOW }, NOW)).toBeUndefined();
  });

  test('an event that a risk is over takes the place of the one that it was there, of the same transmitter only', async () => {
    const { note, facts } = world();
    await note('account_disabled');
    await note('account_disabled', { transmitter: 'trm_2', issuer: 'https://b.example' });
    await note('account_enabled', { level: 'none' });
    expect(await facts()).toMatchObject({ level: 'high', events: ['account_disabled'] });
    await note('account_enabled', { level: 'none', transmitter: 'trm_2', issuer: 'https://b.example' });
    expect(await facts()).toBeUndefined();
  });

  test('an older event changes nothing (WH-02)', async () => {
    const { note, facts } = world();
    await note('risk_level_change', { level: 'low' });
    await note('risk_level_change', { level: 'high', at: NOW - 1 });
    expect(await facts()).toMatchObject({ level: 'low' });
  });

  test('a required sign-in outlasts later events of its kind, and has the time of its arrival', async () => {
    const { note, facts, clock } = world();
    await note('credential_change', { level: 'medium', at: NOW - 500, requiresStepUp: true, until: NOW + 1000 });
    clock.seconds += 30;
    await note('credential_change', { level: 'none', until: NOW + 40 });
    expect(await facts()).toMatchObject({ level: 'none', events: [], stepUpAge: 30 });
    clock.seconds = NOW + 999;
    expect(await facts()).toMatchObject({ stepUpAge: 999 });
    clock.seconds = NOW + 1000;
    expect(await facts()).toBeUndefined();
  });

  test('of events that race, one document for each kind is left, with the newest', async () => {
    const { note, documents } = world();
    const times = Array.from({ length: 10 }, (_, index) => NOW - index);
    await Promise.all(times.map((at) => note('risk_level_change', { at })));
    const all = await documents.collection<AccountSignal>(ACCOUNT_SIGNALS).find({ where: { account: 'acc_1' } });
    expect(all.map(({ document }) => document.at)).toEqual([NOW]);
  });
});

describe('the level of an event', () => {
  test.each([
    ['risk_level_change', { current_level: 'LOW' }, 'low'],
    ['risk_level_change', { current_level: 'MEDIUM' }, 'medium'],
    ['risk_level_change', { current_level: 'severe' }, 'high'],
    ['risk_level_change', {}, 'high'],
    ['assurance_level_change', { change_direction: 'increase' }, 'none'],
    ['assurance_level_change', { change_direction: 'decrease' }, 'medium'],
    ['assurance_level_change', {}, 'medium'],
    ['device_compliance_change', { current_status: 'compliant' }, 'none'],
    ['device_compliance_change', { current_status: 'unknown' }, 'medium'],
    ['credential_change', { change_type: 'revoke' }, 'medium'],
    ['credential_change', { change_type: 'create' }, 'low'],
    ['account_enabled', {}, 'none'],
  ] as const)('%s %j is %s', (event, claims, level) => {
    expect(riskOf(event, claims)).toBe(level);
  });
});

test.each([
  ['seconds', NOW - 60, NOW - 60],
  ['milliseconds', (NOW - 60) * 1000, NOW - 60],
  ['the future', NOW + 60, NOW],
  ['text', String(NOW - 60), NOW],
  ['nothing', undefined, NOW],
  ['a negative number', -5, NOW],
])('event_timestamp with %s', (_, event_timestamp, expected) => {
  expect(happenedAt({ event_timestamp }, NOW)).toBe(expected);
});
