import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { consumptionRegistry } from '../../../src/provider/seam/consumption-registry.ts';
import { nextTurn } from '../../../src/provider/seam/request-facts.ts';
import { START } from '../delegation/fakes.ts';

const LATER = START + 600;

/** A node, and the time in milliseconds; `node()` is another one at the same store. */
const scene = () => {
  let millis = START * 1000;
  const clock = { now: () => Math.floor(millis / 1000), nowMillis: () => millis };
  const documents = memoryDocumentStore('refused');
  return {
    node: () => consumptionRegistry({ documents, clock }),
    move(by: number): void {
      millis += by;
    },
    present: () => ({ arrivedAt: millis, turn: nextTurn() }),
  };
};

/** Uses the value up; `answered` sends the response. */
const used = async ({ consume }: ReturnType<typeof consumptionRegistry>) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  expect(await consume('code', LATER, promise)).toBe(true);
  const answered = async (): Promise<void> => {
    resolve();
    await promise;
    await Promise.resolve();
  };
  return { answered };
};

test('a presentation that began before the response to the winner is a race, and any later one a replay (decision D9)', async () => {
  const { node, present } = scene();
  const here = node();
  expect(await here.stateOf('code', present())).toBe('unused');
  const { answered } = await used(here);
  const turn = nextTurn();
  await answered();
  // The response took the next turn.
  expect(await here.stateOf('code', { ...present(), turn: turn + 1 })).toEqual({ usedAt: START });
  expect(await here.stateOf('code', present())).toEqual({ usedAt: START });
  expect(await here.stateOf('code', { ...present(), turn })).toBe('race');
});

test('after a race, what arrives within two seconds of the response belongs to it, and at two seconds it is a replay', async () => {
  const { node, move, present } = scene();
  const here = node();
  const { answered } = await used(here);
  expect(await here.stateOf('code', present())).toBe('race');
  await answered();
  move(1999);
  expect(await here.stateOf('code', present())).toBe('race');
  move(1);
  expect(await here.stateOf('code', present())).toEqual({ usedAt: START });
});

test('at another node a presentation is a race for four seconds after the mark', async () => {
  const { node, move, present } = scene();
  await used(node());
  const elsewhere = node();
  move(4000);
  expect(await elsewhere.stateOf('code', present())).toBe('race');
  move(1);
  expect(await elsewhere.stateOf('code', present())).toEqual({ usedAt: START });
});
