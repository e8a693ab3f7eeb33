import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { consumptionRegistry } from '../../../src/provider/seam/consumption-registry.ts';
import { CONSUMPTIONS, type Consumption } from '../../../src/provider/seam/records.ts';
import { nextTurn } from '../../../src/provider/seam/request-facts.ts';
import { START } from '../delegation/fakes.ts';

const LATER = START + 600;

/** A node, and the time in milliseconds; `node()` is another one at the same store. */
const scene = () => {
  let millis = START * 1000;
  const clock = { now: () => Math.floor(millis / 1000), nowMillis: () => millis };
  const documents = memoryDocumentStore('refused');
  return {
    marks: documents.collection<Consumption>(CONSUMPTIONS),
    node: () => consumptionRegistry({ documents, clock }),
    move(by: number): void {
      millis += by;
    },
    present: () => ({ arrivedAt: millis, turn: nextTurn() }),
  };
};

const turn = () => new Promise(setImmediate);

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

describe('of two uses that began here, the one whose mark is stored decides', () => {
  /** Two uses that have begun, of which the second has its mark stored. `answered` sends its response. */
  const second = async (world: ReturnType<typeof scene>) => {
    const here = world.node();
    const [first, winner] = [here.begin('code', LATER), here.begin('code', LATER)];
    await world.marks.insert(winner.insertion.document as Consumption);
    const { promise, resolve } = Promise.withResolvers<void>();
    const answered = async (): Promise<void> => {
      resolve();
      await turn();
    };
    return { here, first, winner, promise, answered };
  };

  test.each(['lost', 'failed'] as const)(
    'what comes before its response is a race, though the first %s long before; what comes later is a replay (decision D9)',
    async (outcome) => {
      for (const isFirstSooner of [true, false]) {
        const world = scene();
        const { here, first, winner, promise, answered } = await second(world);
        if (isFirstSooner) first[outcome]();
        winner.won(promise);
        if (!isFirstSooner) first[outcome]();
        world.move(5000);
        expect(await here.stateOf('code', world.present())).toBe('race');
        await answered();
        world.move(2000);
        expect(await here.stateOf('code', world.present())).toEqual({ usedAt: START });
      }
    },
  );

  test('without a race, a presentation right after its response is a replay, though the first failed', async () => {
    const world = scene();
    const { here, first, winner, promise, answered } = await second(world);
    first.failed();
    winner.won(promise);
    await answered();
    world.move(1);
    expect(await here.stateOf('code', world.present())).toEqual({ usedAt: START });
  });

  test('when both lose, the burst of the winner elsewhere ends two seconds after the last of them', async () => {
    const world = scene();
    const here = world.node();
    const [first, other] = [here.begin('code', LATER), here.begin('code', LATER)];
    await used(world.node());
    first.lost();
    world.move(5000);
    expect(await here.stateOf('code', world.present())).toBe('race');
    other.lost();
    world.move(1999);
    expect(await here.stateOf('code', world.present())).toBe('race');
    world.move(1);
    expect(await here.stateOf('code', world.present())).toEqual({ usedAt: START });
  });

  test('a value given back is unused, and its next winner is remembered as the first was', async () => {
    const world = scene();
    const { here, first, winner, promise, answered } = await second(world);
    await here.release(['code']);
    winner.failed();
    expect(await here.stateOf('code', world.present())).toBe('unused');
    await world.marks.insert(first.insertion.document as Consumption);
    first.won(promise);
    world.move(5000);
    expect(await here.stateOf('code', world.present())).toBe('race');
    await answered();
    world.move(2000);
    expect(await here.stateOf('code', world.present())).toEqual({ usedAt: START });
  });
});
