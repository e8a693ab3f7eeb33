import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { absences, type NewAbsence } from '../../../src/domain/approvals/absences.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { Part } from '../../../src/domain/ports/revocation.ts';
import { countedIdentifiers, movableClock, recordedAudit, START } from '../delegation/fakes.ts';
import { account } from '../token-exchange/fakes.ts';
import { strong } from './fakes.ts';

const DAY = 86_400;
const PEOPLE = ['acc_anna', 'acc_bob', 'acc_cleo', ...Array.from({ length: 25 }, (_, index) => `acc_${index}`)];

const scene = () => {
  const clock = movableClock();
  const audit = recordedAudit();
  const people = new Map<string, Account>(
    PEOPLE.map((id) => [id, { ...account(id), sessionsValidFrom: START - DAY } as Account]),
  );
  /** Account → second of its kill, which was lifted since. */
  const kills = new Map<string, number>();
  let isSure = true;
  const register = absences({
    documents: memoryDocumentStore('refused'),
    clock,
    identifiers: countedIdentifiers(),
    audit,
    accounts: { get: async (id) => (people.has(id) ? { document: people.get(id) as Account, version: 1 } : undefined) },
    revocation: {
      ended: async (parts: readonly Part[]) =>
        parts.some(({ subject = '', since = 0 }) => since < (kills.get(subject) ?? 0)) ? 'before_epoch' : undefined,
    },
    isSure: async () => isSure,
  });
  const declare = (over: Partial<NewAbsence> = {}, who = 'acc_anna') =>
    register.declare(
      who,
      { deputy: 'acc_bob', from: clock.now(), until: clock.now() + 7 * DAY, ...over },
      { by: { caller: who, request: 'req_1', source: '192.0.2.1' }, assurance: strong(clock.now()) },
    );
  return {
    clock,
    audit,
    register,
    declare,
    kills,
    change: (id: string, more: Partial<Account>) => people.set(id, { ...(people.get(id) as Account), ...more }),
    unsure: () => {
      isSure = false;
    },
    deciding: async (deputy: string) => (await register.ofDeputy(deputy)).map(({ account: away }) => away),
  };
};

describe('who decides for an approver who is away', () => {
  test('is stored with its event, and is in effect from the first second to the last', async () => {
    const { declare, deciding, register, clock, audit } = scene();
    const made = await declare({ from: clock.now() + 100, until: clock.now() + 200 });
    expect(audit.events).toMatchObject([
      {
        type: 'absence.declared',
        outcome: 'done',
        caller: 'acc_anna',
        subject: 'acc_anna',
        target: { kind: 'absence', id: made.id },
        inputs: { deputy: 'acc_bob', from: START + 100, expiresAt: START + 200 },
        request: 'req_1',
        personal: { source: '192.0.2.1' },
      },
    ]);
    clock.advance(99);
    expect(await deciding('acc_bob')).toEqual([]);
    clock.advance(1);
    expect(await deciding('acc_bob')).toEqual(['acc_anna']);
    expect((await register.ofAway(['acc_anna', 'acc_cleo'])).map(({ deputy }) => deputy)).toEqual(['acc_bob']);
    clock.advance(99);
    expect(await deciding('acc_bob')).toEqual(['acc_anna']);
    clock.advance(1);
    expect(await deciding('acc_bob')).toEqual([]);
    // What was said before it was over by its time stays said.
    const said = { id: made.id, account: 'acc_anna', deputy: 'acc_bob' };
    expect(await register.counts({ ...said, at: START + 199 })).toBe(true);
    for (const at of [START + 99, START + 200]) expect(await register.counts({ ...said, at })).toBe(false);
    expect(await register.counts({ ...said, deputy: 'acc_cleo', at: START + 150 })).toBe(false);
    expect(await register.counts({ ...said, account: 'acc_bob', at: START + 150 })).toBe(false);
  });

  test.each<[string, Partial<NewAbsence>, string]>([
    ['herself', { deputy: 'acc_anna' }, '/deputy'],
    ['an empty name', { deputy: '' }, '/deputy'],
    ['who is not there', { deputy: 'acc_gone' }, '/deputy'],
    ['for too long', { until: START + 60 * DAY + 1 }, '/until'],
    ['for no time', { until: START }, '/until'],
    ['for a time that ends before it begins', { from: START + 10, until: START + 5 }, '/until'],
    ['for a time that is over', { from: START - 20, until: START - 10 }, '/until'],
    ['from a date that is too far ahead', { from: START + 181 * DAY, until: START + 182 * DAY }, '/from'],
    ['from no second', { from: START + 0.5 }, '/from'],
    ['until no second', { until: Number.NaN }, '/until'],
  ])('is not %s', async (_, wanted, field) => {
    const { declare, audit } = scene();
    await expect(declare(wanted)).rejects.toMatchObject({ code: 'invalid_field', field });
    expect(audit.events).toEqual([]);
  });

  test('is not a disabled account', async () => {
    const { declare, change } = scene();
    change('acc_bob', { state: 'disabled' });
    await expect(declare()).rejects.toMatchObject({ code: 'invalid_field', field: '/deputy' });
  });

  test('AP-14 is declared by a user who signed in lately, and by no old session', async () => {
    const { declare, unsure, audit } = scene();
    unsure();
    await expect(declare()).rejects.toMatchObject({ code: 'insufficient_user_authentication' });
    expect(audit.events).toEqual([]);
  });

  test('are three at most, also of parallel ones; an expired one makes room', async () => {
    const { declare, clock, deciding } = scene();
    const answers = await Promise.allSettled(
      PEOPLE.slice(3, 10).map((deputy) => declare({ deputy, until: START + 10 })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await expect(declare()).rejects.toMatchObject({ code: 'conflict' });
    await declare({}, 'acc_cleo');
    clock.advance(10);
    await declare();
    expect((await deciding('acc_bob')).sort()).toEqual(['acc_anna', 'acc_cleo']);
  });

  test('decides for twenty at most', async () => {
    const { declare } = scene();
    for (const who of PEOPLE.slice(3, 23)) await declare({}, who);
    await expect(declare()).rejects.toMatchObject({ code: 'invalid_field', field: '/deputy' });
  });
});

describe('what ends it', () => {
  const standing = async () => {
    const made = scene();
    const absence = await made.declare();
    made.clock.advance(10);
    const at = made.clock.now();
    made.clock.advance(10);
    const counts = () => made.register.counts({ id: absence.id, account: 'acc_anna', deputy: 'acc_bob', at });
    expect([await made.deciding('acc_bob'), await counts()]).toEqual([['acc_anna'], true]);
    return { ...made, absence, counts };
  };

  test('a person ends it: decisions of the deputy no longer count, and its place is free', async () => {
    const { register, absence, counts, deciding, audit, declare } = await standing();
    const by = { caller: 'acc_bob', request: 'req_2' };
    expect((await register.end(absence.id, by)).document).toMatchObject({ state: 'ended', endedBy: 'acc_bob' });
    expect([await deciding('acc_bob'), await counts()]).toEqual([[], false]);
    expect(audit.events.at(-1)).toMatchObject({ type: 'absence.ended', caller: 'acc_bob', subject: 'acc_anna' });
    await register.end(absence.id, by);
    expect(audit.types()).toEqual(['absence.declared', 'absence.ended']);
    for (const deputy of ['acc_1', 'acc_2', 'acc_3']) await declare({ deputy });
    await expect(register.end('abs_none', by)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of two who end it at once one did, and the audit log says so', async () => {
    const { register, absence, audit } = await standing();
    const ends = await Promise.all(
      ['acc_anna', 'acc_bob'].map((caller) => register.end(absence.id, { caller, request: 'req_2' })),
    );
    const [one, other] = ends.map(({ document }) => document.endedBy);
    expect(one).toBe(other);
    const ended = audit.events.filter(({ type }) => type === 'absence.ended');
    expect(ended.map(({ outcome }) => outcome).sort()).toEqual(['done', 'done', 'refused']);
    expect(ended.find(({ outcome }) => outcome === 'refused')?.caller).not.toBe(one);
  });

  test.each<[string, (made: Awaited<ReturnType<typeof standing>>) => unknown]>([
    ['she is disabled', ({ change }) => change('acc_anna', { state: 'disabled' })],
    ['her deputy is disabled', ({ change }) => change('acc_bob', { state: 'disabled' })],
    [
      'LC-06 she was disabled, and enabled again',
      ({ change, clock }) => change('acc_anna', { tokensValidFrom: clock.now() }),
    ],
    [
      'LC-06 her deputy was disabled, and enabled again',
      ({ change, clock }) => change('acc_bob', { tokensValidFrom: clock.now() }),
    ],
    ['all her sessions were ended', ({ change, clock }) => change('acc_anna', { sessionsValidFrom: clock.now() })],
    ['a kill of hers, lifted since', ({ kills, clock }) => kills.set('acc_anna', clock.now())],
    ['a kill of her deputy, lifted since', ({ kills, clock }) => kills.set('acc_bob', clock.now())],
  ])('%s', async (_, happens) => {
    const made = await standing();
    happens(made);
    expect([await made.deciding('acc_bob'), await made.counts()]).toEqual([[], false]);
    expect(await made.register.ofAway(['acc_anna'])).toEqual([]);
  });

  test.each<[string, Partial<Account>]>([
    ['acc_anna', { tokensValidFrom: START }],
    ['acc_bob', { tokensValidFrom: START }],
    ['acc_anna', { sessionsValidFrom: START }],
  ])('not by what %s may use from the second of its start on: %j', async (who, more) => {
    const { change, deciding } = await standing();
    change(who, more);
    expect(await deciding('acc_bob')).toEqual(['acc_anna']);
  });

  test('not by a new password of the deputy', async () => {
    const { change, clock, deciding } = await standing();
    change('acc_bob', { sessionsValidFrom: clock.now() });
    expect(await deciding('acc_bob')).toEqual(['acc_anna']);
  });
});
