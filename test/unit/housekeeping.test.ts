import { expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { memoryBroadcast } from '../../adapters/memory/broadcast.ts';
import type { Configuration } from '../../config/configuration.ts';
import { housekeeping } from '../../src/housekeeping.ts';

const nothing = async (): Promise<void> => {};

test('a store that fails when the next change of keys is looked up does not end the process, and is asked again', async () => {
  jest.useFakeTimers();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  let asked = 0;
  const keeping = housekeeping({
    configuration: {
      audit: { checkpointSeconds: 60, refusalIntervalSeconds: 60, witnesses: { intervalSeconds: 1 } },
    } as Configuration,
    sweeper: { run: async () => 0, stop: () => undefined },
    ephemeral: {} as never,
    broadcast: memoryBroadcast(),
    clock: { now: () => 0, nowMillis: () => 0 },
    audit: { checkpoint: nothing },
    auditSearch: { poll: nothing },
    transparencyLog: { poll: nothing, cosign: nothing },
    measureLog: async () => undefined,
    refusals: { flush: nothing },
    keys: {
      version: async () => '',
      nextChangeIn: async () => {
        asked += 1;
        if (asked === 1) throw new Error('the store is away');
        return undefined;
      },
    },
    agents: {
      noteUses: nothing,
      keep: nothing,
      settleHandOvers: async () => {},
      settleSuccessions: async () => {},
      settleOffboardings: nothing,
      settleTransactions: nothing,
    },
    escalate: nothing,
    deliveryWorker: { poll: nothing, stop: nothing },
    sinkDelivery: { poll: nothing, stop: nothing },
    signalPush: { poll: nothing, stop: nothing },
    transmitterPolls: { poll: nothing, stop: nothing },
    provisioning: { poll: nothing, stop: nothing },
    discovery: { poll: nothing },
    reviews: { poll: nothing },
    measureSinks: nothing,
    oidcProvider: { reload: nothing, keysVersion: () => '' },
    kills: { poll: nothing },
    nodes: { beat: nothing, observe: nothing, problem: () => undefined },
    log: pino({ level: 'silent' }),
  });
  await jest.advanceTimersByTimeAsync(11_000);
  await keeping.stop();
  jest.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect({ asked, unhandled }).toEqual({ asked: 2, unhandled: [] });
});
