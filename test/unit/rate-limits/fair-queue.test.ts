import { describe, expect, test } from '@jest/globals';
import { fairQueue } from '../../../src/domain/platform/rate-limits/fair-queue.ts';

/** A queue whose tasks end one after the other when told, and what became of each. */
const queueOf = (concurrency: number, limit: number) => {
  const run = fairQueue(concurrency, limit, () => new Error('full'));
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  return {
    begun,
    send: (path: readonly string[], name = path.join('/')): Promise<string> =>
      run(path, async () => {
        begun.push(name);
        await new Promise<void>((resolve) => ends.push(resolve));
        return name;
      }).catch((error: Error) => error.message),
    /** Ends what runs until nothing runs any more. */
    async drain(): Promise<void> {
      for (;;) {
        const running = ends.splice(0);
        if (running.length === 0) return;
        for (const end of running) end();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
};

describe('LG-06 a queue in which groups take turns', () => {
  test('two groups that fill it keep out no third one', async () => {
    const { send, begun, drain } = queueOf(1, 10);
    const flood = Array.from({ length: 100 }, (_, index) => send([index % 2 === 0 ? 'a' : 'b'], `flood ${index}`));
    const honest = ['c', 'd', 'e'].map((group) => send([group]));
    await drain();
    expect(await Promise.all(honest)).toEqual(['c', 'd', 'e']);
    // One runs, ten wait: of these three are honest.
    expect((await Promise.all(flood)).filter((one) => one !== 'full')).toHaveLength(8);
    // Of the 8, at most one turn of each flooding group comes between.
    expect(begun.indexOf('e')).toBeLessThanOrEqual(5);
  });

  test('members of one group share its turns alike', async () => {
    const { send, begun, drain } = queueOf(1, 100);
    const all = [send(['x', '1'], 'first')];
    for (let index = 0; index < 20; index += 1) all.push(send(['x', '1'], 'many'));
    all.push(send(['x', '2'], 'neighbour'), send(['y', '1'], 'other'));
    await drain();
    await Promise.all(all);
    expect(begun.slice(0, 5)).toEqual(['first', 'many', 'other', 'neighbour', 'many']);
  });

  test('one group alone has all of it, in order of arrival, and what is beyond is refused', async () => {
    const { send, begun, drain } = queueOf(2, 3);
    const all = Array.from({ length: 7 }, (_, index) => send(['a'], String(index)));
    await drain();
    expect(await Promise.all(all)).toEqual(['0', '1', '2', '3', '4', 'full', 'full']);
    expect(begun).toEqual(['0', '1', '2', '3', '4']);
  });

  test('nothing waits where the limit is 0, and a task that fails frees its slot', async () => {
    const run = fairQueue(1, 0, () => new Error('full'));
    const first = run(['a'], async () => {
      throw new Error('broken');
    });
    await expect(run(['b'], async () => 'second')).rejects.toThrow('full');
    await expect(first).rejects.toThrow('broken');
    expect(await run(['c'], async () => 'third')).toBe('third');
  });
});
