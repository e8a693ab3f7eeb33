/** How an agent opens a transaction, and who confirms its intent. Over HTTP: test/integration/transactions.test.ts. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { OVER_FIRST } from '../../../src/domain/audit/audit-event.ts';
import type { NewTransaction } from '../../../src/domain/authority/transactions/read-transaction.ts';
import {
  asItStands,
  KEPT_SECONDS,
  MOST_OPEN,
  MOST_PARTICIPANTS,
  shownSource,
  sourceOf,
  TRANSACTIONS,
  type Transaction,
  transactionFacts,
  vouchedIntentOf,
} from '../../../src/domain/authority/transactions/transaction.ts';
import {
  type TransactionRegistry,
  transactionRegistry,
} from '../../../src/domain/authority/transactions/transaction-registry.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import type { Part } from '../../../src/domain/ports/revocation.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { agent } from '../token-exchange/fakes.ts';

const BY = { caller: 'agt_a', request: 'req_a', source: '192.0.2.1' };
const SYSTEM = { caller: 'agt_a' };
const DIGEST = 'A'.repeat(43);
const TRACE = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
const PLAIN: NewTransaction = { trigger: 'event', intent: 'Pay the rent' };

let documents: DocumentStore;
let clock: ReturnType<typeof standingClock>;
let audit: ReturnType<typeof recordingAudit>;
let registry: TransactionRegistry;
let isOver: (part: Part) => boolean;

beforeEach(() => {
  documents = memoryDocumentStore('refused');
  clock = standingClock();
  audit = recordingAudit();
  isOver = () => false;
  registry = transactionRegistry({
    ...{ documents, clock, audit, identifiers: countedIdentifiers() },
    revocation: { ended: async (parts: readonly Part[]) => (parts.some(isOver) ? 'killed' : undefined) },
  });
});

const open = async (wanted: Partial<NewTransaction> = {}, of = agent('agt_a'), by: object = BY) =>
  (await registry.open({ ...PLAIN, ...wanted }, of, by as typeof BY)).document;
const stored = () => documents.collection<Transaction>(TRANSACTIONS);
const refused = (reason: string, more: object = {}) => expect.objectContaining({ reason, ...more });

describe('opening', () => {
  test('keeps what the agent states, and says it in the audit log without the text', async () => {
    const of = agent('agt_a', { ownership: 2, composition: { digest: 'c' } as never });
    const participants = ['acc_b', 'acc_a'];
    const opened = await open({ invoker: 'schedule-7', traceparent: TRACE, participants, expiresIn: 600 }, of);
    const { salt = '' } = opened.intent;
    const digest = createHash('sha256').update(`${salt}Pay the rent`).digest('base64url');
    expect(opened).toEqual({
      ...{ id: expect.stringMatching(/^trn_/), agent: 'agt_a', owner: 'acc_owner', ownership: 2, trigger: 'event' },
      ...{
        invoker: 'schedule-7',
        traceparent: TRACE,
        participants: ['acc_a', 'acc_b'],
        composition: 'c',
        state: 'open',
      },
      intent: { text: 'Pay the rent', salt: expect.stringMatching(/^secret/), digest, source: 'stated_by_agent' },
      ...{ createdAt: START, updatedAt: START, expiresAt: START + 600, forgetAt: START + 600 + KEPT_SECONDS },
      opener: 'agt_a',
      slot: expect.stringMatching(/^agt_a:\d{1,2}$/),
    });
    expect(audit.events).toEqual([
      {
        ...{ type: 'transaction.opened', outcome: 'done', txn: opened.id, agent: 'agt_a', owner: 'acc_owner' },
        ...{ caller: 'agt_a', request: 'req_a', target: { kind: 'transaction', id: opened.id } },
        inputs: {
          ...{ trigger: 'event', intent: digest, source: 'stated_by_agent', participants: ['acc_a', 'acc_b'] },
          ...{ composition: 'c', traceparent: TRACE, expiresAt: START + 600 },
        },
        personal: { source: '192.0.2.1', message: 'Pay the rent', invoker: 'schedule-7' },
      },
    ]);
  });

  test('keeps a digest alone, and states no member that the agent left out', async () => {
    const opened = await open({ intent: undefined, intentDigest: DIGEST } as never, agent('agt_a'), SYSTEM);
    expect(opened.intent).toEqual({ digest: DIGEST, source: 'stated_by_agent' });
    for (const absent of ['invoker', 'traceparent', 'participants', 'composition']) {
      expect(opened).not.toHaveProperty(absent);
    }
    const [event] = audit.of('transaction.opened');
    expect(event?.inputs).toEqual({
      trigger: 'event',
      intent: DIGEST,
      source: 'stated_by_agent',
      expiresAt: START + 3600,
    });
    for (const absent of ['request', 'personal']) expect(event).not.toHaveProperty(absent);
  });

  test.each([
    [1, 60],
    [60, 60],
    [undefined, 3600],
    [86_400, 86_400],
    [86_401, 86_400],
  ])('for %s seconds lasts %s', async (expiresIn, seconds) => {
    const opened = await open(expiresIn === undefined ? {} : { expiresIn });
    expect(opened.expiresAt - START).toBe(seconds);
  });

  test.each<[string, string, Partial<Record<keyof NewTransaction, unknown>>, string]>([
    ['no intent', 'transaction_intent_missing', { intent: undefined }, '/intent'],
    ['two intents', 'transaction_intent_missing', { intentDigest: DIGEST }, '/intent'],
    ['a short digest', 'transaction_digest_malformed', { intent: undefined, intentDigest: 'A' }, '/intent_digest'],
    [
      'a digest of other characters',
      'transaction_digest_malformed',
      { intent: undefined, intentDigest: '='.repeat(43) },
      '/intent_digest',
    ],
    ['an empty invoker', 'transaction_invoker_malformed', { invoker: '' }, '/invoker'],
    ['a space in the invoker', 'transaction_invoker_malformed', { invoker: 'a b' }, '/invoker'],
    ['a long invoker', 'transaction_invoker_malformed', { invoker: 'a'.repeat(201) }, '/invoker'],
    [
      'another version of a trace',
      'transaction_traceparent_malformed',
      { traceparent: TRACE.replace('00-', '01-') },
      '/traceparent',
    ],
    [
      'a trace of zeros',
      'transaction_traceparent_malformed',
      { traceparent: TRACE.replace(/1/, '0').replaceAll('1', '0') },
      '/traceparent',
    ],
    ['one participant', 'transaction_participants_malformed', { participants: ['acc_a'] }, '/participants'],
    [
      'a participant twice',
      'transaction_participants_malformed',
      { participants: ['acc_a', 'acc_b', 'acc_a'] },
      '/participants',
    ],
    [
      'a participant that is no account',
      'transaction_participants_malformed',
      { participants: ['acc_a', 'agt_b'] },
      '/participants',
    ],
    [
      'too many participants',
      'transaction_participants_malformed',
      { participants: Array.from({ length: MOST_PARTICIPANTS + 1 }, (_, place) => `acc_${place}`) },
      '/participants',
    ],
  ])('with %s is refused, and nothing is stored', async (_, reason, wanted, field) => {
    await expect(open(wanted as never)).rejects.toEqual(refused(reason, { code: 'invalid_field', field }));
    expect([await stored().find({}), audit.events]).toEqual([[], []]);
  });

  test('with as much as is allowed is accepted', async () => {
    const participants = Array.from({ length: MOST_PARTICIPANTS }, (_, place) => `acc_${place}`);
    const opened = await open({ invoker: 'a'.repeat(200), participants, intent: 'x'.repeat(280) });
    expect(opened.participants).toHaveLength(MOST_PARTICIPANTS);
    await expect(open({ intent: 'x'.repeat(281) })).rejects.toMatchObject({ code: 'invalid_field', field: '/intent' });
  });

  test('by an agent that is not active is refused', async () => {
    const disabled = agent('agt_a', { state: 'disabled' } as never);
    await expect(open({}, disabled)).rejects.toEqual(refused('transaction_agent_not_active', { code: 'forbidden' }));
    expect(audit.events).toEqual([]);
  });

  test('is possible as often as an agent has slots; another agent has its own, and an end frees one', async () => {
    for (let one = 0; one < MOST_OPEN; one += 1) await open({ expiresIn: 60 + one });
    expect(new Set((await stored().find({ limit: MOST_OPEN })).map(({ document }) => document.slot)).size).toBe(
      MOST_OPEN,
    );
    await expect(open()).rejects.toEqual(refused('transactions_exceeded', { code: 'conflict' }));
    expect(audit.events).toHaveLength(MOST_OPEN);
    await open({}, agent('agt_b'));
    clock.move(59);
    await expect(open()).rejects.toEqual(refused('transactions_exceeded'));
    clock.move(1);
    expect((await open()).slot).toMatch(/^agt_a:/);
  });

  test('that cannot be stored says in the audit log that it came to nothing', async () => {
    const collection = documents.collection;
    const broken = transactionRegistry({
      documents: {
        ...documents,
        collection: ((of: never) => ({
          ...collection(of),
          insert: () => Promise.reject(new Error('the disk is full')),
        })) as never,
      },
      ...{ clock, audit, identifiers: countedIdentifiers(), revocation: { ended: async () => undefined } },
    });
    await expect(broken.open(PLAIN, agent('agt_a'), BY)).rejects.toThrow('the disk is full');
    const [intended, nothing] = audit.of('transaction.opened');
    expect(nothing).toEqual({ ...intended, ...OVER_FIRST });
  });

  test('changes nothing while the audit log cannot be written', async () => {
    audit.state.failing = true;
    await expect(open()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await stored().find({})).toEqual([]);
  });
});

describe('one that is open', () => {
  test('is live until its end, and is read as closed from then on', async () => {
    const { id } = await open({ expiresIn: 60 });
    clock.move(59);
    expect((await registry.live(id))?.id).toBe(id);
    expect((await registry.get(id))?.document.state).toBe('open');
    clock.move(1);
    expect(await registry.live(id)).toBeUndefined();
    expect((await registry.get(id))?.document).toMatchObject({
      ...{ state: 'closed', cause: 'timeout', closedBy: 'system', closedAt: START + 60 },
    });
    expect([await registry.live('trn_none'), await registry.get('trn_none')]).toEqual([undefined, undefined]);
  });

  test('stands as it is stored once it is closed, and as closed while it is being closed', async () => {
    const opened = await open({ expiresIn: 60 });
    const closed = { ...opened, state: 'closed', cause: 'agent' } as const;
    expect(asItStands(closed, START + 100)).toBe(closed);
    expect(asItStands({ ...closed, state: 'closing' }, START)).toEqual(closed);
    expect(asItStands(opened, START + 59)).toBe(opened);
  });

  test('is named by its agent alone, until it ends or a kill ends it', async () => {
    const { id } = await open({ expiresIn: 60 }, agent('agt_a', { ownership: 1 }));
    expect(await registry.named('agt_a', id)).toMatchObject({ id });
    expect(await registry.named('agt_b', id)).toBe('unknown');
    expect(await registry.named('agt_a', 'trn_none')).toBe('unknown');
    isOver = ({ parties, since, ownership }) => parties?.[0] === 'agt_a' && since === START && ownership === 1;
    expect(await registry.named('agt_a', id)).toBe('ended');
    isOver = () => false;
    clock.move(60);
    expect(await registry.named('agt_a', id)).toBe('ended');
  });

  test('is listed page by page, newest first; open ones alone on request', async () => {
    const first = await open({ expiresIn: 60 });
    clock.move(1);
    const second = await open({}, agent('agt_b'));
    clock.move(1);
    const third = await open();
    const idsOf = async (query?: Parameters<TransactionRegistry['list']>[0]) => {
      const { items, next } = await registry.list(query);
      return { ids: items.map(({ document }) => document.id), next };
    };
    const all = [third.id, second.id, first.id];
    expect(await idsOf()).toEqual({ ids: all, next: undefined });
    expect(await idsOf({ limit: 3 })).toEqual({ ids: all, next: undefined });
    const { ids, next } = await idsOf({ limit: 2 });
    expect(ids).toEqual(all.slice(0, 2));
    expect(await idsOf({ limit: 2, after: next as never })).toEqual({ ids: [first.id], next: undefined });
    expect((await idsOf({ agent: 'agt_a' })).ids).toEqual([third.id, first.id]);
    expect((await idsOf({ among: [{ agent: 'agt_b' }, { owner: 'acc_owner' }] })).ids).toEqual(all);
    clock.move(58);
    expect((await idsOf({ isOpen: true })).ids).toEqual([third.id, second.id]);
    expect((await idsOf({ isOpen: false })).ids).toEqual(all);
  });
});

describe('the intent', () => {
  const confirm = async (person: string, wanted: Partial<NewTransaction> = {}, by: object = BY) => {
    const { id, intent } = await open(wanted);
    return { id, isConfirmed: await registry.confirmIntent(id, person, intent.digest, by as typeof BY) };
  };
  const confirmed = () => audit.of('transaction.intent_confirmed');
  const storedOne = async (id: string): Promise<Transaction> => {
    const found = await stored().get(id);
    if (!found) throw new Error(`there is no ${id}`);
    return found.document;
  };

  test('is confirmed by a person once, however often they confirm', async () => {
    const { id, isConfirmed } = await confirm('acc_a');
    expect(isConfirmed).toBe(true);
    const { intent, updatedAt } = await storedOne(id);
    expect([intent.confirmedBy, updatedAt]).toEqual([['acc_a'], START]);
    clock.move(5);
    expect(await registry.confirmIntent(id, 'acc_a', intent.digest, BY)).toBe(true);
    expect(confirmed()).toEqual([
      {
        ...{ type: 'transaction.intent_confirmed', outcome: 'done', txn: id, agent: 'agt_a', owner: 'acc_owner' },
        ...{ subject: 'acc_a', caller: 'agt_a', request: 'req_a', personal: { source: '192.0.2.1' } },
        ...{ target: { kind: 'transaction', id }, inputs: { intent: intent.digest, source: 'stated_by_agent' } },
      },
    ]);
    expect(await registry.confirmIntent(id, 'acc_b', intent.digest, SYSTEM)).toBe(true);
    expect((await stored().get(id))?.document).toMatchObject({
      updatedAt: START + 5,
      intent: { confirmedBy: ['acc_a', 'acc_b'] },
    });
    for (const absent of ['request', 'personal']) expect(confirmed()[1]).not.toHaveProperty(absent);
  });

  test('is confirmed neither by its digest alone, nor by a person of another transaction, nor after its end', async () => {
    expect((await confirm('acc_a', { intent: undefined, intentDigest: DIGEST } as never)).isConfirmed).toBe(false);
    expect((await confirm('acc_c', { participants: ['acc_a', 'acc_b'] })).isConfirmed).toBe(false);
    expect((await confirm('acc_a', { participants: ['acc_a', 'acc_b'] })).isConfirmed).toBe(true);
    const { id, intent } = await open({ expiresIn: 60 });
    expect(await registry.confirmIntent(id, 'acc_a', DIGEST, BY)).toBe(false);
    expect(await registry.confirmIntent('trn_none', 'acc_a', intent.digest, BY)).toBe(false);
    clock.move(60);
    expect(await registry.confirmIntent(id, 'acc_a', intent.digest, BY)).toBe(false);
    expect(confirmed()).toHaveLength(1);
  });

  test('is confirmed by no more people than can take part', async () => {
    const { id, intent } = await open();
    for (let place = 0; place < MOST_PARTICIPANTS; place += 1) {
      expect(await registry.confirmIntent(id, `acc_${place}`, intent.digest, BY)).toBe(true);
    }
    expect(await registry.confirmIntent(id, 'acc_more', intent.digest, BY)).toBe(false);
    expect(await registry.confirmIntent(id, 'acc_0', intent.digest, BY)).toBe(true);
    expect(confirmed()).toHaveLength(MOST_PARTICIPANTS);
  });

  test('that ends while it is being confirmed is not confirmed, and the audit log says so', async () => {
    const { id, intent } = await open();
    const { append } = audit;
    audit.append = (event) => {
      if (event.type !== 'transaction.intent_confirmed') return append(event);
      return append(event).then(async (receipt) => {
        const found = await stored().get(id);
        if (found?.document.state === 'open')
          await stored().replace({ ...found.document, state: 'closed' }, found.version);
        return receipt;
      }) as never;
    };
    registry = transactionRegistry({
      ...{ documents, clock, audit, identifiers: countedIdentifiers(), revocation: { ended: async () => undefined } },
    });
    expect(await registry.confirmIntent(id, 'acc_a', intent.digest, BY)).toBe(false);
    const [first, second] = confirmed();
    expect(second).toEqual({ ...first, ...OVER_FIRST });
    expect((await stored().get(id))?.document.intent).not.toHaveProperty('confirmedBy');
  });

  test('counts as confirmed for the person who did, and as a whole when each participant did', async () => {
    const opened = await open({ participants: ['acc_a', 'acc_b'] });
    const by = (...confirmedBy: string[]): Transaction => ({ ...opened, intent: { ...opened.intent, confirmedBy } });
    const [stated, vouched] = ['stated_by_agent', 'confirmed_by_person'];
    expect([sourceOf(opened), sourceOf(by('acc_a')), sourceOf(by('acc_a', 'acc_b'))]).toEqual([
      stated,
      stated,
      vouched,
    ]);
    expect(transactionFacts(by('acc_a'), 'acc_a')).toMatchObject({ source: vouched, participants: 2 });
    expect(transactionFacts(by('acc_a'), 'acc_b').source).toBe(stated);
    expect(transactionFacts(by('acc_a'), undefined).source).toBe(stated);
    const ofOne = await open();
    expect(transactionFacts(ofOne, 'acc_a')).toEqual({ trigger: 'event', intent: ofOne.intent.digest, source: stated });
    expect(sourceOf({ ...ofOne, intent: { ...ofOne.intent, confirmedBy: ['acc_a'] } })).toBe(vouched);
  });

  const TYPED = 'Pay only the rent of June';
  const type = (id: string, person: string, digest: string, text = TYPED) =>
    registry.typeIntent(id, person, { digest, text }, BY);

  test('is replaced by what a person types, under a digest of its own; policies see that for tokens of this person alone', async () => {
    const { id, intent } = await open();
    expect(await type(id, 'acc_a', intent.digest)).toBe(true);
    const typed = await storedOne(id);
    const { salt = '', digest } = typed.intent;
    expect(salt).not.toBe(intent.salt);
    expect(digest).toBe(createHash('sha256').update(`${salt}${TYPED}`).digest('base64url'));
    expect(typed.intent).toEqual({
      ...{ text: TYPED, salt, digest, source: 'stated_by_agent', typedBy: 'acc_a', confirmedBy: ['acc_a'] },
      statedDigest: intent.digest,
    });
    expect(audit.of('transaction.intent_typed')).toEqual([
      {
        ...{ type: 'transaction.intent_typed', outcome: 'done', txn: id, agent: 'agt_a', owner: 'acc_owner' },
        ...{ subject: 'acc_a', caller: 'agt_a', request: 'req_a', target: { kind: 'transaction', id } },
        personal: { source: '192.0.2.1', message: TYPED },
        inputs: { intent: digest, replaces: intent.digest, source: 'typed_by_person' },
      },
    ]);
    expect([sourceOf(typed), transactionFacts(typed, 'acc_a').source]).toEqual(['typed_by_person', 'typed_by_person']);
    expect(transactionFacts(typed, 'acc_a').intent).toBe(digest);
    expect(vouchedIntentOf(typed)).toEqual({ source: 'typed_by_person', digest });
    // The agent never stated these words: where it vouches, it is for its own.
    for (const other of ['acc_b', undefined]) {
      expect(transactionFacts(typed, other)).toMatchObject({ source: 'stated_by_agent', intent: intent.digest });
    }
    const ofSeveral = { ...typed, participants: ['acc_a', 'acc_b'] };
    expect(vouchedIntentOf(ofSeveral)).toEqual({ source: 'stated_by_agent', digest: intent.digest });
    expect([shownSource(typed, 'acc_a'), shownSource(typed, 'acc_b')]).toEqual(['typed_by_person', 'typed_by_other']);
    expect(shownSource({ intent }, 'acc_b')).toBe('stated_by_agent');
    // Another person reads that text and confirms it; then no person replaces it.
    expect(await registry.confirmIntent(id, 'acc_b', digest, BY)).toBe(true);
    const confirmedToo = await storedOne(id);
    expect(transactionFacts(confirmedToo, 'acc_b')).toMatchObject({ source: 'confirmed_by_person', intent: digest });
    expect(shownSource(confirmedToo, 'acc_b')).toBe('confirmed_by_person');
    expect(await type(id, 'acc_a', digest, 'Something else')).toBe(false);
    expect(await type(id, 'acc_b', digest, 'Something else')).toBe(false);
    expect((await storedOne(id)).intent.text).toBe(TYPED);
    expect(audit.of('transaction.intent_typed')).toHaveLength(1);
  });

  test.each(['Pay the rent', 'pay  the RENT.', '“Pay the rent!”', 'Ｐａｙ the rent'])(
    'that was there before is confirmed and not typed: %s',
    async (text) => {
      const { id, intent } = await open();
      expect(await type(id, 'acc_a', intent.digest, text)).toBe(true);
      const { intent: stored, ...one } = await storedOne(id);
      expect(stored).toEqual({ ...intent, confirmedBy: ['acc_a'] });
      expect(sourceOf({ ...one, intent: stored })).toBe('confirmed_by_person');
      expect([audit.of('transaction.intent_typed'), confirmed().length]).toEqual([[], 1]);
    },
  );

  test.each([
    ['Pay 1050 EUR', 'Pay 10.50 EUR'],
    ['Pay 10 $', 'Pay 10 €'],
    ['Move it by 5 hours', 'Move it by -5 hours'],
    ['Rooms 12', 'Rooms 1 2'],
    ['Pay 5', 'Pay 5 %'],
    ['बिल का भुगतान', 'बिल की भुगतान'],
  ])('that the person corrects is theirs: %s becomes %s', async (intent, text) => {
    const { id, intent: stated } = await open({ intent });
    expect(await type(id, 'acc_a', stated.digest, text)).toBe(true);
    expect((await storedOne(id)).intent).toMatchObject({ text, typedBy: 'acc_a' });
    expect(confirmed()).toEqual([]);
  });

  test('is typed neither over another text than the person saw, nor by others, nor after its end, nor unreadably', async () => {
    const { id, intent } = await open({ participants: ['acc_a', 'acc_b'], expiresIn: 60 });
    expect(await type(id, 'acc_a', DIGEST)).toBe(false);
    expect(await type(id, 'acc_c', intent.digest)).toBe(false);
    await expect(type(id, 'acc_a', intent.digest, 'Pay\u200b')).rejects.toMatchObject({
      ...{ code: 'invalid_field', field: 'own_intent' },
    });
    await expect(type(id, 'acc_a', intent.digest, 'x'.repeat(281))).rejects.toMatchObject({ field: 'own_intent' });
    // Of several people at once, one.
    const both = await Promise.all([type(id, 'acc_a', intent.digest), type(id, 'acc_b', intent.digest, 'Pay nothing')]);
    expect(both.filter(Boolean)).toHaveLength(1);
    const stored = await storedOne(id);
    expect([stored.intent.confirmedBy, sourceOf(stored)]).toEqual([[stored.intent.typedBy], 'stated_by_agent']);
    clock.move(60);
    expect(await type(id, stored.intent.typedBy ?? '', stored.intent.digest, 'Later')).toBe(false);
    expect((await open({ intent: undefined, intentDigest: DIGEST } as never)).intent.digest).toBe(DIGEST);
  });

  test('of a transaction that an app opens for an agent is stated by the app, and takes no place of the agent', async () => {
    const open = async (of = 'app_a') =>
      (await registry.open({ trigger: 'person', intent: 'Pay' }, agent('agt_a'), BY, of)).document;
    const first = await open();
    expect(first).toMatchObject({ agent: 'agt_a', opener: 'app_a', intent: { source: 'stated_by_app' } });
    expect([sourceOf(first), transactionFacts(first, 'acc_a').source]).toEqual(['stated_by_app', 'stated_by_app']);
    for (let count = 1; count < 100; count += 1) await open();
    await expect(open()).rejects.toMatchObject({ reason: 'transactions_exceeded' });
    await open('app_b');
    expect((await registry.open({ trigger: 'person', intent: 'Pay' }, agent('agt_a'), BY)).document.slot).toMatch(
      /^agt_a:/,
    );
    for (const client of ['agt_a', 'app_a']) expect(await registry.named(client, first.id)).toEqual(first);
    for (const client of ['agt_b', 'app_b']) expect(await registry.named(client, first.id)).toBe('unknown');
    const { items } = await registry.list({ among: [{ opener: 'app_b' }] });
    expect(items).toHaveLength(1);
    // An app that was killed vouches for nothing any more.
    isOver = ({ parties = [] }) => parties.includes('app_a');
    expect(await registry.named('agt_a', first.id)).toBe('ended');
    expect(await registry.settle()).toBe(100);
    expect(await storedOne(first.id)).toMatchObject({ state: 'closed', cause: 'kill' });
  });
});
