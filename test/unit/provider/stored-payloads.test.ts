import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { Collection } from '../../../src/domain/ports/document-store.ts';
import { sealedPayloads, wholeWriter } from '../../../src/provider/seam/stored-payloads.ts';

type Session = { readonly id: string; readonly by: number };

const world = () => {
  const sessions = memoryDocumentStore('refused').collection<Session>({ name: 'sessions', indexes: [] });
  const state = { writes: 0, isFailing: false };
  const counting: Collection<Session> = {
    ...sessions,
    async get(id) {
      // As over a network: others get their turn.
      await new Promise((resolve) => setImmediate(resolve));
      return sessions.get(id);
    },
    async insert(document) {
      state.writes += 1;
      if (state.isFailing) throw new Error('the store is away');
      return sessions.insert(document);
    },
    async replace(document, version) {
      state.writes += 1;
      return sessions.replace(document, version);
    },
  };
  const held = async (id: string) => (await sessions.get(id))?.document.by;
  return { put: wholeWriter(counting), state, held };
};

describe('writing whole models', () => {
  test('of 64 at once the last one is stored when any of them has been answered, after two writes', async () => {
    const { put, state, held } = world();
    await Promise.all(
      Array.from({ length: 64 }, async (_, by) => {
        await put({ id: 'one', by });
        if (by > 0) expect(await held('one')).toBe(63);
      }),
    );
    expect(state.writes).toBe(2);
    await put({ id: 'one', by: 64 });
    expect(await held('one')).toBe(64);
  });

  test('writers of different documents do not wait for each other', async () => {
    const { put, state, held } = world();
    await Promise.all(['one', 'two', 'three'].map((id, by) => put({ id, by })));
    expect([await held('one'), await held('two'), await held('three'), state.writes]).toEqual([0, 1, 2, 3]);
  });

  test('a failed write fails for every caller that waits for it, and for no other', async () => {
    const { put, state, held } = world();
    state.isFailing = true;
    const results = await Promise.allSettled([0, 1, 2].map((by) => put({ id: 'one', by })));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(state.writes).toBe(2);
    state.isFailing = false;
    await put({ id: 'one', by: 3 });
    expect(await held('one')).toBe(3);
  });
});

describe('what a stored document holds sealed', () => {
  const key = masterKey(Buffer.alloc(32, 1));
  const sealedSession = (text: string) => Object.freeze({ id: 'Session:1', sealed: key.seal('Session', text) });
  const opening = () => {
    const contexts: string[] = [];
    const unreadable: string[] = [];
    const counting = {
      ...key,
      open(context: string, sealed: string) {
        contexts.push(context);
        return key.open(context, sealed);
      },
    };
    const { payloadIn } = sealedPayloads({ masterKey: counting, onUnreadable: (model) => unreadable.push(model) });
    return { contexts, unreadable, payloadIn };
  };

  test('is opened once, and each caller has a payload of its own', () => {
    const { payloadIn, contexts } = opening();
    const document = sealedSession('{"uid":"a","list":[1]}');
    const [one, other] = [payloadIn('Session', document), payloadIn('Session', document)];
    expect([one, other]).toEqual([
      { uid: 'a', list: [1] },
      { uid: 'a', list: [1] },
    ]);
    Object.assign(one ?? {}, { list: [2] });
    expect([other?.['list'], payloadIn('Session', document)?.['list']]).toEqual([[1], [1]]);
    expect(contexts).toEqual(['Session']);
  });

  test('is opened anew in the document of a change', () => {
    const { payloadIn } = opening();
    expect(payloadIn('Session', sealedSession('{"uid":"a"}'))).toEqual({ uid: 'a' });
    expect(payloadIn('Session', sealedSession('{"uid":"b"}'))).toEqual({ uid: 'b' });
  });

  test('is reported each time when it cannot be read', () => {
    const { payloadIn, unreadable } = opening();
    const document = { sealed: 'damaged' };
    expect([payloadIn('Session', document), payloadIn('Session', document)]).toEqual([undefined, undefined]);
    expect(unreadable).toEqual(['Session', 'Session']);
    expect(payloadIn('Session', {})).toBeUndefined();
  });
});
