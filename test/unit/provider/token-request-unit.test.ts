/** In which order a token request uses up its credential and stores what follows it, and what is left when it fails. */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { DocumentConflict, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { consumptionRegistry } from '../../../src/provider/seam/consumption-registry.ts';
import { CONSUMPTIONS, type Consumption } from '../../../src/provider/seam/records.ts';
import { nextTurn } from '../../../src/provider/seam/request-facts.ts';
import type { TokenRequestUnit } from '../../../src/provider/seam/request-state.ts';
import { settle } from '../../../src/provider/seam/token-request-unit.ts';

const context = { res: new EventEmitter() as unknown as ServerResponse };

/** What happens in a settled unit, in order. `consumed`: what the registry says of each value. */
const run = async (
  consumed: Readonly<Record<string, () => Promise<boolean>>>,
  {
    audit = async () => undefined,
    store = async () => undefined,
    claims = [],
  }: {
    readonly audit?: () => Promise<void>;
    readonly store?: () => Promise<void>;
    readonly claims?: TokenRequestUnit['claims'];
  } = {},
) => {
  const did: string[] = [];
  const unit: TokenRequestUnit = {
    seen: new Map(),
    consumptions: Object.keys(consumed).map((id) => ({ id, expiresAt: 1 })),
    claims,
    writes: [
      {
        async store() {
          did.push('store');
          await store();
          did.push('stored');
        },
        async drop() {
          did.push('drop');
        },
      },
    ],
    settleWhenStored: undefined,
    settled: false,
  };
  const consumptions = {
    async consume(id: string) {
      did.push(`use ${id}`);
      const isFirst = await consumed[id]?.();
      did.push(`${id} ${isFirst ? 'won' : 'lost'}`);
      return isFirst === true;
    },
  };
  const outcome = await settle(context, unit, {
    async appendEvent() {
      did.push('audit');
      await audit();
      did.push('recorded');
      return false;
    },
    check: async () => undefined,
    consumptions: consumptions as never,
    isTransactional: false,
  }).then(
    () => 'settled',
    (error: Error) => error,
  );
  return { did, unit, outcome };
};

const won = async (): Promise<boolean> => true;
const lost = async (): Promise<boolean> => false;
const isBroken = async (): Promise<never> => {
  throw new StoreUnavailable('no store');
};

test('the event is durable before anything is used up, and the store gets the use before the successor (D12)', async () => {
  const { did, unit, outcome } = await run({ code: won });
  expect(did.slice(0, 4)).toEqual(['audit', 'recorded', 'use code', 'store']);
  expect([outcome, unit.settled]).toEqual(['settled', true]);
  expect(did).not.toContain('drop');
});

test('nothing is used up and nothing stored when the event cannot be recorded (invariant 5)', async () => {
  const { did, outcome } = await run({ code: won }, { audit: isBroken });
  expect(did).toEqual(['audit']);
  expect(outcome).toBeInstanceOf(StoreUnavailable);
});

test('a request that loses the race removes its successor, and says invalid_grant (RFC 6749 §5.2)', async () => {
  const { did, unit, outcome } = await run({ code: lost });
  expect(did.at(-1)).toBe('drop');
  expect(did).toContain('stored');
  expect(outcome).toMatchObject({ error: 'invalid_grant' });
  expect(unit.settled).toBe(false);
});

test('the successor is removed after a slow write, not during it', async () => {
  let finish = (): void => undefined;
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const running = run({ code: lost }, { store: () => slow });
  await new Promise(setImmediate);
  finish();
  expect((await running).did.slice(-2)).toEqual(['stored', 'drop']);
});

test('with an unknown outcome of the use, the successor is removed and the store error is the answer (invariant 10)', async () => {
  const { did, outcome } = await run({ code: isBroken });
  expect(did.at(-1)).toBe('drop');
  expect(outcome).toBeInstanceOf(StoreUnavailable);
});

test('a successor that cannot be stored fails the request', async () => {
  expect((await run({ code: won }, { store: isBroken })).outcome).toBeInstanceOf(StoreUnavailable);
});

test('of several values each is used up alone, and the successor is stored with the last one', async () => {
  const { did } = await run({ approval: won, code: won });
  expect(did.slice(2, 6)).toEqual(['use approval', 'approval won', 'use code', 'store']);
  const second = await run({ approval: lost, code: won });
  expect(second.did.slice(2)).toEqual(['use approval', 'approval lost']);
  expect((await run({ code: won }, { claims: [lost] })).did.slice(2)).toEqual([]);
});

/** What happens in a unit whose store commits everything together, in order. */
const runTogether = async ({
  append = async () => true,
  check = async () => undefined,
  hasClaim = true,
  isPlain = true,
  isTransactional = true,
}: {
  readonly append?: () => Promise<boolean>;
  readonly check?: () => Promise<void>;
  readonly hasClaim?: boolean;
  readonly isPlain?: boolean;
  readonly isTransactional?: boolean;
} = {}) => {
  const did: string[] = [];
  const note = (what: string) => (): void => void did.push(what);
  const documentOf = (id: string) => ({ collection: 'some', document: { id } });
  const unit: TokenRequestUnit = {
    seen: new Map(),
    consumptions: hasClaim ? [{ id: 'code', expiresAt: 1 }] : [],
    claims: [],
    writes: [
      {
        store: async () => note('store')(),
        drop: async () => note('drop')(),
        ...(isPlain ? { insertion: async () => documentOf('made') } : {}),
      },
    ],
    settleWhenStored: undefined,
    settled: false,
  };
  const consumptions = {
    begin: () => ({ insertion: documentOf('mark'), won: note('won'), lost: note('lost'), failed: note('failed') }),
    consume: async () => did.push('consume') > 0,
    release: async (ids: readonly string[]) => void did.push(`release ${ids}`),
  };
  let together: unknown;
  const outcome = await settle(context, unit, {
    async appendEvent(given) {
      together = given;
      did.push('append');
      return append();
    },
    async check() {
      did.push('check');
      await check();
    },
    consumptions: consumptions as never,
    isTransactional,
  }).then(
    () => 'settled',
    (error: Error) => error,
  );
  return { did, unit, outcome, together };
};

test('the mark, the event and the successor are one transaction where the store can, and nothing is stored again (decision 55)', async () => {
  const { did, unit, outcome, together } = await runTogether();
  expect(together).toEqual({
    claim: { collection: 'some', document: { id: 'mark' } },
    writes: [{ collection: 'some', document: { id: 'made' } }],
  });
  expect([did, outcome, unit.settled]).toEqual([['append', 'check', 'won'], 'settled', true]);
  expect((await runTogether({ hasClaim: false })).did).toEqual(['append', 'check']);
});

test('a taken mark is a lost race, which says invalid_grant and leaves nothing to remove (decision D9)', async () => {
  const append = async (): Promise<never> => {
    throw new DocumentConflict('taken');
  };
  const { did, unit, outcome } = await runTogether({ append });
  expect([did, unit.settled]).toEqual([['append', 'lost'], false]);
  expect(outcome).toMatchObject({ error: 'invalid_grant' });
});

test('a refusal after the commit removes the successor and gives the credential back (decision D12)', async () => {
  const check = async (): Promise<never> => {
    throw new Error('killed');
  };
  const { did, unit, outcome } = await runTogether({ check });
  expect([did, unit.settled]).toEqual([['append', 'check', 'drop', 'release code', 'failed'], false]);
  expect(outcome).toMatchObject({ message: 'killed' });
});

test('a credential that cannot be given back stays used, and a later try of the client ends no family (decisions D9 and D12)', async () => {
  const documents = memoryDocumentStore('refused');
  let millis = 1_790_000_000_000;
  let isFull = false;
  const marks = documents.collection<Consumption>(CONSUMPTIONS);
  const clock = { now: () => Math.floor(millis / 1000), nowMillis: () => millis };
  const full = async (): Promise<never> => {
    throw new StoreUnavailable('full', { reason: 'no_space' });
  };
  const consumptions = consumptionRegistry({
    documents: {
      ...documents,
      collection: (declaration) => {
        const collection = documents.collection<never>(declaration);
        return { ...collection, take: (id: string) => (isFull ? full() : collection.take(id)) } as never;
      },
    },
    clock,
  });
  const unit: TokenRequestUnit = {
    ...{ seen: new Map(), claims: [], writes: [], settleWhenStored: undefined, settled: false },
    consumptions: [{ id: 'RefreshToken:x', expiresAt: clock.now() + 600 }],
  };
  const refused = settle(context, unit, {
    consumptions,
    isTransactional: true,
    async appendEvent(together) {
      await marks.insert(together?.claim?.document as Consumption);
      return true;
    },
    async check() {
      isFull = true;
      return full();
    },
  });
  await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
  context.res.emit('finish');
  await new Promise(setImmediate);
  millis += 30_000;
  const presentation = { arrivedAt: millis, turn: nextTurn() };
  expect(await consumptions.stateOf('RefreshToken:x', presentation)).toBe('race');
});

test('after a failed commit the outcome of the use is unknown here, and no part follows (invariant 10)', async () => {
  const { did, outcome } = await runTogether({ append: isBroken });
  expect(did).toEqual(['append', 'failed']);
  expect(outcome).toBeInstanceOf(StoreUnavailable);
});

test('a store that wrote the event only, or a write that is no insertion, leaves the order of decision 9', async () => {
  const alone = await runTogether({ append: async () => false });
  expect([alone.did, alone.outcome]).toEqual([['append', 'failed', 'check', 'consume', 'store'], 'settled']);
  const other = await runTogether({ append: async () => false, isPlain: false });
  expect([other.did, other.together]).toEqual([['append', 'check', 'consume', 'store'], undefined]);
});

test('where the log has no transactions, no part of one is prepared', async () => {
  const { did, outcome, together } = await runTogether({ append: async () => false, isTransactional: false });
  expect([did, outcome, together]).toEqual([['append', 'check', 'consume', 'store'], 'settled', undefined]);
});

test('a request that is settled has nothing left to do', async () => {
  const unit: TokenRequestUnit = {
    ...{ seen: new Map(), claims: [], consumptions: [], writes: [], settleWhenStored: undefined, settled: true },
  };
  const unused = () => Promise.reject(new Error('it is settled'));
  const parts = { appendEvent: unused, check: unused, consumptions: {} as never, isTransactional: false };
  expect(await settle(context, unit, parts)).toBeUndefined();
});
