/**
 * A primary that was replaced and goes on, over real servers: a node that still reaches it says yes to nothing that was ended at the new
 * one. Its heartbeats are not confirmed by a standby any more, and the new one acknowledges nothing before they are over.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PartitionWorld, partitionWorld } from '../campaigns/partition-world.ts';

let world: PartitionWorld;
beforeAll(async () => {
  world = await partitionWorld();
}, 600_000);
afterAll(() => world.remove(), 120_000);

describe.each([
  ['goes on', false],
  ['was stopped over the promotion', true],
])('FT-03 a node that still reaches the old primary and %s', (_what, isStopped) => {
  test.each(['revoke an opaque token', 'kill an agent'])(
    'answers 503, and no yes after the new primary acknowledged: %s',
    async (kind) => {
      await world.granting();
      const ending = await world.endings[kind]?.();
      if (!ending) throw new Error(`no ${kind}`);
      const { wrong, after, acknowledged, refusal } = await world.trial(ending, isStopped);
      expect([wrong, Object.keys(after)]).toEqual([0, ['503']]);
      expect(JSON.parse(refusal)).toEqual({
        error: 'temporarily_unavailable',
        error_description: expect.stringContaining('synchronous_standby_names'),
      });
      expect(acknowledged).toBeGreaterThan(1000);
    },
    300_000,
  );
});
