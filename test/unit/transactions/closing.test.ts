/** How transactions end, over several nodes. Over HTTP: test/integration/transactions.test.ts. */
import { beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { TRANSACTIONS, type Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import { transactionClosing } from '../../../src/domain/authority/transactions/transaction-closing.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import type { KillEnd } from '../../../src/domain/ports/revocation.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const AGENT = { caller: 'agt_a', request: 'req_a' };
const OPEN: Transaction = {
  id: 'trn_a',
  ...{
    agent: 'agt_a',
    opener: 'agt_a',
    owner: 'acc_a',
    ownership: 0,
    trigger: 'event',
    state: 'open',
    slot: 'agt_a:0',
  },
  intent: { digest: 'd', source: 'stated_by_agent' },
  ...{ createdAt: START, updatedAt: START, expiresAt: START + 600, forgetAt: START + 9000 },
};

let documents: DocumentStore;
let clock: ReturnType<typeof standingClock>;
let audit: ReturnType<typeof recordingAudit>;
/** Kills and changes of owner, by agent. */
let ends: Map<string, KillEnd>;
/** How often a node looked for them. */
let looks: number;

beforeEach(async () => {
  documents = memoryDocumentStore('refused');
  clock = standingClock();
  audit = recordingAudit();
  ends = new Map();
  looks = 0;
  await documents.collection<Transaction>(TRANSACTIONS).insert(OPEN);
});

/** One node. The event is in the store when `append` resolves. */
const node = (append?: (write: () => Promise<void>) => Promise<void>) =>
  transactionClosing({
    transactions: documents.collection<Transaction>(TRANSACTIONS),
    documents,
    clock,
    audit: {
      append: awaitedAppend(async (event) => {
        const write = async () => {
          const receipt = await audit.append(event);
          const head = { sequence: receipt.sequence, hash: '' };
          const record = linkRecord('test', head, prepareEvent(event, clock.nowMillis()), 'test');
          await documents.collection<AuditRecord>(AUDIT_RECORDS).insert(record);
        };
        await (append ? append(write) : write());
        return { stream: 'test', sequence: 1, hash: '' };
      }),
    },
    revocation: {
      async ended([part]) {
        looks += 1;
        return ends.get(part?.parties?.[0] ?? '');
      },
    },
  });
const stored = async () => (await documents.collection<Transaction>(TRANSACTIONS).get('trn_a'))?.document;
const closedEvents = () => audit.of('transaction.closed');

test('a repeated close while the first one writes the event is refused for now, and says how long', async () => {
  let write: () => Promise<void> = async () => undefined;
  let goOn = (): void => undefined;
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const asked = Promise.withResolvers<void>();
  const first = node(async (work) => {
    write = work;
    asked.resolve();
    await waiting;
    await write();
  }).close('trn_a', 'agent', AGENT);
  await asked.promise;
  await expect(node().close('trn_a', 'owner', { caller: 'acc_a' })).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterSeconds: 30,
  });
  expect(closedEvents()).toEqual([]);
  goOn();
  expect((await first)?.document).toMatchObject({ state: 'closed', cause: 'agent' });
  expect((await node().close('trn_a', 'owner', { caller: 'acc_a' }))?.document.state).toBe('closed');
  expect(closedEvents()).toHaveLength(1);
});

test('a close that a failing log left without its event is finished by the next one, with the first cause', async () => {
  audit.state.failing = true;
  await expect(node().close('trn_a', 'agent', AGENT)).rejects.toMatchObject({ code: 'unavailable' });
  audit.state.failing = false;
  clock.move(31);
  expect((await node().close('trn_a', 'owner', { caller: 'acc_a' }))?.document).toMatchObject({
    state: 'closed',
    cause: 'agent',
  });
  expect(closedEvents()).toMatchObject([{ caller: 'agt_a', inputs: { cause: 'agent' } }]);
});

test('an event that is on record is not written again, also when much was refused after it', async () => {
  let isLost = true;
  const losing = node(async (write) => {
    await write();
    if (isLost) throw new Error('the process ended');
  });
  await expect(losing.close('trn_a', 'agent', AGENT)).rejects.toThrow('the process ended');
  isLost = false;
  for (let count = 0; count < 60; count += 1) {
    const event = { type: 'token.refused', outcome: 'refused', txn: 'trn_a' } as const;
    const head = { sequence: 100 + count, hash: '' };
    const record = linkRecord('test', head, prepareEvent(event, clock.nowMillis() + 1000 + count), 'test');
    await documents.collection<AuditRecord>(AUDIT_RECORDS).insert(record);
  }
  clock.move(31);
  await node().settle();
  expect((await stored())?.state).toBe('closed');
  expect(closedEvents()).toHaveLength(1);
});

test('two nodes that settle at once write the event of an unfinished closing once', async () => {
  audit.state.failing = true;
  await expect(node().close('trn_a', 'agent', AGENT)).rejects.toMatchObject({ code: 'unavailable' });
  audit.state.failing = false;
  clock.move(31);
  await Promise.all([node().settle(), node().settle()]);
  expect((await stored())?.state).toBe('closed');
  expect(closedEvents()).toHaveLength(1);
});

test('two nodes that settle at once close a transaction past its end once', async () => {
  clock.move(700);
  const closed = await Promise.all([node().settle(), node().settle()]);
  expect(closed.reduce((sum, one) => sum + one)).toBe(1);
  expect(closedEvents()).toHaveLength(1);
});

test('a close after the end keeps the end: cause, time and caller', async () => {
  clock.move(700);
  expect((await node().close('trn_a', 'agent', AGENT))?.document).toMatchObject({
    ...{ state: 'closed', cause: 'timeout', closedBy: 'system', closedAt: START + 600 },
  });
  expect(closedEvents()).toMatchObject([{ caller: 'system', inputs: { cause: 'timeout', closedAt: START + 600 } }]);
  expect(closedEvents()[0]).not.toHaveProperty('request');
});

test.each([
  ['kill', 'killed'],
  ['kill', 'before_epoch'],
  ['hand_over', 'handed_over'],
] as const)('a close after a %s has that cause (%s)', async (cause, end) => {
  ends.set('agt_a', end);
  expect((await node().close('trn_a', 'operator', { caller: 'acc_op' }))?.document).toMatchObject({
    cause,
    closedBy: 'system',
  });
  expect(closedEvents()).toMatchObject([{ caller: 'system', inputs: { cause } }]);
});

test('a transaction that is not over stays open', async () => {
  expect((await node().closeIfOver('trn_a'))?.document.state).toBe('open');
  expect(await node().settle()).toBe(0);
  expect(closedEvents()).toEqual([]);
});

test('after a kill of one agent only its transactions are looked at', async () => {
  await documents
    .collection<Transaction>(TRANSACTIONS)
    .insert({ ...OPEN, id: 'trn_b', agent: 'agt_b', slot: 'agt_b:0' });
  ends.set('agt_a', 'killed');
  ends.set('agt_b', 'killed');
  expect(await node().settle('agt_a')).toBe(1);
  expect(closedEvents()).toMatchObject([{ txn: 'trn_a' }]);
});

test('many calls at once are two runs', async () => {
  const one = node();
  await Promise.all(Array.from({ length: 20 }, () => one.settle()));
  expect(looks).toBe(2);
  await one.settle();
  expect(looks).toBe(3);
});

test('a transaction that is not there is none, however it is closed', async () => {
  expect([await node().close('trn_none', 'agent', AGENT), await node().closeIfOver('trn_none')]).toEqual([
    undefined,
    undefined,
  ]);
  expect(closedEvents()).toEqual([]);
});

test('calls of one node join the one that closes it, and one that left it open is followed by the next', async () => {
  const one = node();
  const [first, second] = await Promise.all([one.close('trn_a', 'agent', AGENT), one.close('trn_a', 'owner', AGENT)]);
  expect([first?.document.state, second?.document.state, second?.document.cause]).toEqual([
    'closed',
    'closed',
    'agent',
  ]);
  expect(closedEvents()).toHaveLength(1);
  await documents.collection<Transaction>(TRANSACTIONS).insert({ ...OPEN, id: 'trn_b', slot: 'agt_a:1' });
  const [open, closed] = await Promise.all([
    one.closeIfOver('trn_b'),
    one.close('trn_b', 'owner', { caller: 'acc_a' }),
  ]);
  expect([open?.document.state, closed?.document.state, closed?.document.closedBy]).toEqual([
    'open',
    'closed',
    'acc_a',
  ]);
});

test('a settlement counts what it closed, and goes on after one that another node closes at the same time', async () => {
  const collection = documents.collection<Transaction>(TRANSACTIONS);
  await collection.insert({ ...OPEN, id: 'trn_b', slot: 'agt_a:1' });
  audit.state.failing = true;
  await expect(node().close('trn_b', 'agent', AGENT)).rejects.toMatchObject({ code: 'unavailable' });
  audit.state.failing = false;
  const busy = await collection.get('trn_b');
  await collection.replace({ ...(busy?.document as Transaction), state: 'open' }, busy?.version ?? 0);
  clock.move(700);
  expect(await node().settle()).toBe(2);
  expect(await node().settle()).toBe(0);
  expect(closedEvents().map(({ txn }) => txn)).toHaveLength(2);
});

test('all unfinished closings are finished, page by page', async () => {
  const collection = documents.collection<Transaction>(TRANSACTIONS);
  await collection.insertMany(
    Array.from({ length: 405 }, (_, at) => ({
      ...OPEN,
      ...{ id: `trn_${at}`, slot: `trn_${at}`, state: 'closing', cause: 'agent', closedBy: 'agt_a', closedAt: START },
      ...{ createdAt: START + at, heldUntil: START - 1 },
    })) as never,
  );
  expect(await node().settle()).toBe(0);
  expect(closedEvents()).toHaveLength(405);
  expect(await collection.find({ where: { state: 'closing' }, limit: 500 })).toEqual([]);
});
