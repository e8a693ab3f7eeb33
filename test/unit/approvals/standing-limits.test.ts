/** Limits of a standing approval, and what it stands on. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { worthOf } from '../../../src/domain/approvals/standing-approval.ts';
import { isRememberable, standingApprovals } from '../../../src/domain/approvals/standing-approvals.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { Part } from '../../../src/domain/ports/revocation.ts';
import type { Detail } from '../../../src/domain/vocabulary/detail-type.ts';
import { exampleType } from '../../support/detail-types.ts';
import { countedIdentifiers, movableClock, recordedAudit, START } from '../delegation/fakes.ts';
import { account } from '../token-exchange/fakes.ts';
import { action, strong } from './fakes.ts';

const DAY = 86_400;
const TYPES = [exampleType('payment'), exampleType('file-access')];
const [PAYMENT, FILES] = TYPES.map(({ type }) => type) as [string, string];

const paying = (amount: number | undefined, more: object = {}): Detail => ({
  type: PAYMENT,
  ...(amount === undefined ? {} : { amount }),
  currency: 'EUR',
  ...more,
});
const reading: Detail = { type: FILES, path: '/invoices' };

const scene = () => {
  const clock = movableClock();
  const audit = recordedAudit();
  const people = new Map<string, Account>(['acc_anna', 'acc_owner'].map((id) => [id, account(id)]));
  /** Account or agent → second of its kill, which was lifted since. */
  const kills = new Map<string, number>();
  const standing = standingApprovals({
    documents: memoryDocumentStore('refused'),
    clock,
    identifiers: countedIdentifiers(),
    audit,
    accounts: { get: async (id) => (people.has(id) ? { document: people.get(id) as Account } : undefined) },
    revocation: {
      ended: async (parts: readonly Part[]) =>
        parts.some(({ subject = '', parties = [], since = 0 }) =>
          [subject, ...parties].some((id) => since < (kills.get(id) ?? 0)),
        )
          ? 'before_epoch'
          : undefined,
    },
  });
  let asked = 0;
  const approved = (details: readonly Detail[], by = 'acc_anna'): Approval => {
    asked += 1;
    return {
      id: `apv_${asked}`,
      state: 'approved',
      agent: 'agt_a',
      subject: 'acc_anna',
      resource: action().resource,
      action: action({ details }),
      risk: 'high',
      requires: { quorum: 1, isProvenAnew: false },
      votes: [{ account: by, at: clock.now(), assurance: strong(clock.now()) }],
    } as unknown as Approval;
  };
  const give = (approval: Approval, sum?: number, by = 'acc_anna') =>
    standing.give(by, approval, { uses: 10, seconds: DAY, ...(sum === undefined ? {} : { sum }) }, TYPES, 'req_1');
  const take = (details: readonly Detail[]) =>
    standing.take(
      { action: action({ details }), approvers: ['acc_anna', 'acc_owner'], types: TYPES, acr: undefined },
      'req_2',
    );
  return {
    clock,
    audit,
    standing,
    approved,
    give,
    take,
    kills,
    change: (id: string, more: Partial<Account>) => people.set(id, { ...(people.get(id) as Account), ...more }),
  };
};

describe('how much', () => {
  test.each([
    ['none counts', [reading], { isCounted: false }],
    ['one counts', [paying(4000)], { isCounted: true, amount: 4000 }],
    ['what does not count stands beside it', [reading, paying(4000)], { isCounted: true, amount: 4000 }],
    ['it says no amount', [paying(undefined)], { isCounted: true }],
    ['two currencies', [paying(4000), paying(1, { currency: 'USD' })], { isCounted: true }],
    ['no number to count with', [paying(2 ** 53)], { isCounted: true }],
  ])('%s', (_, details, worth) => {
    expect(worthOf({ details }, TYPES)).toEqual(worth);
  });

  test('AP-17 a detail that does not count beside a payment takes no limit from it', async () => {
    const { give, take, approved } = scene();
    await expect(give(approved([paying(100), reading]))).rejects.toMatchObject({
      code: 'invalid_field',
      field: '/sum',
    });
    await give(approved([paying(100), reading]), 500);
    expect(await take([paying(1_000_000), reading])).toBeUndefined();
    expect(await take([paying(300), reading])).toMatchObject({ uses: 1, sum: 300 });
    expect(await take([paying(201), reading])).toBeUndefined();
  });

  test('what counts and does not say how much, or in two units, is approved each time', async () => {
    const { give, take, approved, clock } = scene();
    for (const details of [[paying(undefined)], [paying(2 ** 53)], [paying(1), paying(1, { currency: 'USD' })]]) {
      const approval = approved(details);
      expect(isRememberable(approval, 'acc_anna', TYPES, clock.now())).toBe(false);
      await expect(give(approval)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(give(approval, 500)).rejects.toMatchObject({ code: 'forbidden' });
    }
    // One payment without an amount is all there is to pay.
    await give(approved([paying(100)]), 500);
    expect(await take([paying(undefined)])).toBeUndefined();
  });
});

describe('what it stands on', () => {
  const made = async () => {
    const all = scene();
    await all.give(all.approved([reading]));
    all.clock.advance(60);
    expect(await all.take([reading])).toMatchObject({ uses: 1 });
    return all;
  };

  test.each(['agt_a', 'acc_anna'])('LC-06 a kill of %s ends it for good, also one that was lifted', async (id) => {
    const { take, kills, standing } = await made();
    kills.set(id, START + 30);
    expect(await take([reading])).toBeUndefined();
    expect(await standing.ofAccount('acc_anna')).toEqual([]);
  });

  test.each([
    ['who gave it is disabled', { state: 'disabled' }],
    ['she was, and is enabled again', { tokensValidFrom: START + 30 }],
    ['all her sessions were ended, in one of which it was said', { sessionsValidFrom: START + 30 }],
  ] as const)('%s: it is not taken, and stands on no page', async (_, more) => {
    const { take, change, standing, audit } = await made();
    change('acc_anna', more);
    expect(await take([reading])).toBeUndefined();
    expect(await standing.ofAccount('acc_anna')).toEqual([]);
    expect(audit.types().filter((type) => type === 'standing_approval.used')).toHaveLength(1);
  });

  test('of the owner of the agent ends with the subject', async () => {
    const { give, take, approved, change, clock } = scene();
    await give(approved([reading], 'acc_owner'), undefined, 'acc_owner');
    clock.advance(60);
    expect(await take([reading])).toMatchObject({ account: 'acc_owner' });
    change('acc_anna', { tokensValidFrom: START + 30 });
    expect(await take([reading])).toBeUndefined();
  });

  test('one in effect does not block another one', async () => {
    const { give, take, approved, change, clock } = scene();
    await give(approved([reading], 'acc_owner'), undefined, 'acc_owner');
    clock.advance(1);
    await give(approved([reading]));
    clock.advance(60);
    change('acc_anna', { sessionsValidFrom: START + 30 });
    expect(await take([reading])).toMatchObject({ account: 'acc_owner' });
  });
});

describe('its end', () => {
  test('with the approval that it came from, once', async () => {
    const { give, take, approved, standing, audit } = scene();
    const approval = approved([reading]);
    await give(approval);
    expect(await standing.endGivenWith(approval.id, 'acc_anna', 'req_3')).toBe(true);
    expect(await standing.endGivenWith(approval.id, 'acc_anna', 'req_3')).toBe(false);
    expect(await standing.endGivenWith('apv_other', 'acc_anna', 'req_3')).toBe(false);
    expect(await take([reading])).toBeUndefined();
    expect(audit.events.filter(({ type }) => type === 'standing_approval.ended')).toMatchObject([
      { outcome: 'done', caller: 'acc_anna', request: 'req_3', target: { kind: 'standing_approval' } },
    ]);
  });

  test('two uses at once are two, and the audit log says that one came to nothing first (AP-02)', async () => {
    const { give, approved, take, audit } = scene();
    await give(approved([reading]));
    const uses = await Promise.all([take([reading]), take([reading])]);
    expect(uses.map((one) => one?.uses).sort()).toEqual([1, 2]);
    const used = audit.events.filter(({ type }) => type === 'standing_approval.used');
    expect(used.map(({ outcome, inputs }) => `${outcome} ${Number(inputs?.['uses'])}`)).toEqual([
      'done 1',
      'done 1',
      'refused 1',
      'done 2',
    ]);
  });

  test.each<[string, Partial<Account>, boolean]>([
    ['the second of the approval', { sessionsValidFrom: START }, true],
    ['the second after it', { sessionsValidFrom: START + 1 }, false],
    ['the second of the approval, for tokens', { tokensValidFrom: START }, true],
    ['the second after it, for tokens', { tokensValidFrom: START + 1 }, false],
  ])('an account whose sessions count from %s', async (_, more, isValid) => {
    const { give, approved, take, change } = scene();
    await give(approved([reading]));
    change('acc_anna', more);
    expect((await take([reading])) !== undefined).toBe(isValid);
  });

  test('after any number of ended ones, an active one is listed', async () => {
    const { give, approved, standing, clock } = scene();
    const first = await give(approved([paying(1)]), 5);
    for (let index = 0; index < 205; index += 1) {
      clock.advance(1);
      const { id } = await give(approved([reading]));
      await standing.end(id, 'acc_anna', 'req_3');
    }
    expect((await standing.ofAccount('acc_anna')).map(({ id }) => id)).toEqual([first.id]);
    clock.advance(DAY);
    expect(await standing.ofAccount('acc_anna')).toEqual([]);
  });
});
