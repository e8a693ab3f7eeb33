import { describe, expect, test } from '@jest/globals';
import { changeMarks } from '../../../adapters/mongodb/change-marks.ts';
import { markModes } from '../../../adapters/mongodb/mark-modes.ts';
import { type CommonMark, type MarkMode, markedDocument } from '../../../adapters/mongodb/mark-states.ts';
import { isStoreUnavailable, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { type Cluster, newCluster } from '../../simulation/cluster.ts';
import { type Link, simulatedDriver } from '../../simulation/driver.ts';
import { MARKS } from '../../simulation/node.ts';
import type { VirtualTime } from '../../simulation/virtual-time.ts';

/** Milliseconds of a message. */
const DELAY = 2;
const NEAR: Link = { delay: () => DELAY, isCutOff: () => false, runsFrom: () => 0 };
const DOCUMENT = { kind: 'delegations', id: 'dlg_0' } as const;
const OF_DOCUMENT = markedDocument('delegations', DOCUMENT.id);
const SECOND = 1000;
const BEGIN = 1_796_083_200;
const unavailable = new StoreUnavailable('gone');

/** The marks of one process. `clocks`: its stopwatch and its clock, in seconds since the history began. */
const marksOf = (
  { time, servers }: Cluster,
  link: Link = NEAR,
  { elapsed = () => time.now() / SECOND, now = elapsed }: { elapsed?: () => number; now?: () => number } = {},
) => {
  const { database, run } = simulatedDriver({
    ...{ time, servers, link, deadlineMilliseconds: SECOND, onOperation: () => undefined },
  });
  return changeMarks({ database, run, elapsed, now: () => BEGIN + now(), isNew: false });
};

/** Runs a history without chance, in which `node` has read the document. */
const within = async (
  mode: MarkMode,
  work: (cluster: Cluster, value: () => Promise<number | undefined>) => Promise<void>,
): Promise<void> => {
  const cluster = newCluster(2, () => 1, mode);
  const node = cluster.newNode(NEAR, 0);
  const { delegations } = node.collections;
  const value = async () => (await node.request(() => delegations.get(DOCUMENT.id))).result?.document.value;
  await cluster.time.run(async () => {
    expect(await value()).toBe(1);
    await work(cluster, value);
  });
};
const commonOf = ({ servers }: Cluster) => servers.held(MARKS, 'common') as unknown as CommonMark;
/** Takes the writes of the marks to the servers. */
const settle = (time: VirtualTime): Promise<void> => time.sleep(20 * DELAY);

describe('a change', () => {
  const write = (calls: string[]) => async () => {
    calls.push('written');
  };

  test.each<{ mode: MarkMode }>([{ mode: 'common' }, { mode: 'partitions' }])(
    'that cannot be announced is not made ($mode)',
    ({ mode }) =>
      within(mode, async (cluster) => {
        const calls: string[] = [];
        const silent = { ...NEAR, delay: () => undefined };
        const error = await marksOf(cluster, silent)
          .change([OF_DOCUMENT], write(calls), isStoreUnavailable)
          .catch((thrown: unknown) => thrown);
        expect(isStoreUnavailable(error)).toBe(true);
        expect(calls).toEqual([]);
      }),
  );

  test('that was announced and then held up too long is not made', () =>
    within('common', async (cluster) => {
      const { time } = cluster;
      const calls: string[] = [];
      // The process stands still after its announcement was sent.
      const stops = { ...NEAR, runsFrom: () => 11 * SECOND };
      const error = await marksOf(cluster, stops)
        .change([OF_DOCUMENT], write(calls), isStoreUnavailable)
        .catch((thrown: unknown) => thrown);
      expect(isStoreUnavailable(error)).toBe(true);
      expect(calls).toEqual([]);
      await settle(time);
      expect(commonOf(cluster).open).toEqual([]);
    }));

  test('whose outcome is not known stays open, and one that was refused is over', () =>
    within('common', async (cluster) => {
      const marks = marksOf(cluster);
      const fails = (error: Error) =>
        marks.change([OF_DOCUMENT], () => Promise.reject(error), isStoreUnavailable).catch((thrown: unknown) => thrown);
      const refused = new Error('taken');
      expect(await fails(refused)).toBe(refused);
      await settle(cluster.time);
      expect((await marks.common())?.open).toEqual([]);
      expect((await marks.partition(OF_DOCUMENT.partition)).open).toEqual([]);
      expect(await fails(unavailable)).toBe(unavailable);
      await settle(cluster.time);
      expect((await marks.common())?.open).toHaveLength(1);
      expect((await marks.partition(OF_DOCUMENT.partition)).open).toHaveLength(1);
    }));

  test('of more documents than 64 is announced as one of every document', () =>
    within('common', async (cluster, value) => {
      const documents = Array.from({ length: 300 }, (_, at) => markedDocument('epochs', `many${at}`));
      await marksOf(cluster).change(documents, async () => undefined, isStoreUnavailable);
      expect(commonOf(cluster).recent.filter((change) => change.endsWith('********'))).toHaveLength(1);
      expect(await value()).toBe(1);
    }));

  test.each<{ mode: MarkMode }>([{ mode: 'common' }, { mode: 'partitions' }])(
    'that is written when others have given it up is seen once it is acknowledged ($mode)',
    ({ mode }) =>
      within(mode, async (cluster, value) => {
        const { delegations } = cluster.newNode(NEAR, 0).collections;
        const before = (await delegations.get(DOCUMENT.id))?.document.value;
        await marksOf(cluster).change([OF_DOCUMENT], late(cluster, value), isStoreUnavailable);
        expect([before, await value()]).toEqual([1, 2]);
      }),
  );

  test('that is written, and cannot be announced again at first, is announced once more before its caller gets the error', () =>
    within('common', async (cluster, value) => {
      const { time } = cluster;
      let isLost = false;
      const marks = marksOf(cluster, { ...NEAR, delay: () => (isLost ? undefined : DELAY) });
      const slow = async (): Promise<void> => {
        await late(cluster, value)();
        isLost = true;
        time.at(time.now() + 0.9 * SECOND, () => {
          isLost = false;
        });
      };
      // As when the driver found no primary.
      const isUnknown = () => false;
      const error = await marks.change([OF_DOCUMENT], slow, isUnknown).catch((thrown: unknown) => thrown);
      expect(isStoreUnavailable(error)).toBe(true);
      expect(await value()).toBe(2);
    }));

  const STANDS_STILL = () => 0;
  test.each<{ mode: MarkMode }>([{ mode: 'common' }, { mode: 'partitions' }])(
    'of a machine that was suspended meanwhile is seen once it is acknowledged, if its clock went on ($mode)',
    ({ mode }) =>
      within(mode, async (cluster, value) => {
        const marks = marksOf(cluster, NEAR, { elapsed: STANDS_STILL, now: () => cluster.time.now() / SECOND });
        await marks.change([OF_DOCUMENT], late(cluster, value), isStoreUnavailable);
        expect(await value()).toBe(2);
      }),
  );

  test.each<{ mode: MarkMode }>([{ mode: 'common' }, { mode: 'partitions' }])(
    'of a machine that was suspended meanwhile is seen once it is ended, if its clock stood still ($mode)',
    ({ mode }) =>
      within(mode, async (cluster, value) => {
        const marks = marksOf(cluster, NEAR, { elapsed: STANDS_STILL });
        await marks.change([OF_DOCUMENT], late(cluster, value), isStoreUnavailable);
        await settle(cluster.time);
        expect(await value()).toBe(2);
        await settle(cluster.time);
        expect(commonOf(cluster).open).toEqual([]);
      }),
  );
});

/** A write that takes so long that another process gives the change up meanwhile, and remembers what it reads. */
const late = (cluster: Cluster, value: () => Promise<number | undefined>) => async (): Promise<void> => {
  for (let second = 0; second < 65; second += 1) {
    await cluster.time.sleep(SECOND);
    expect(await value()).toBe(1);
  }
  await rawReplace(cluster, 2);
};

/** The write of a process, without a mark. */
const rawReplace = async ({ time, servers }: Cluster, value: number): Promise<void> => {
  const { database } = simulatedDriver({
    ...{ time, servers, link: NEAR, deadlineMilliseconds: SECOND, onOperation: () => undefined },
  });
  const row = servers.held('delegations', DOCUMENT.id) as Readonly<Record<string, unknown>>;
  const { _id, ...rest }: Readonly<Record<string, unknown>> = row;
  const changed = { ...rest, body: JSON.stringify({ id: DOCUMENT.id, value }), version: value };
  await database.collection<{ _id: string }>('delegations').replaceOne({ _id: DOCUMENT.id }, changed as never);
};

describe('the common mark', () => {
  test('is not relied on while a change may be under way that only its partition shows', () =>
    within('partitions', async (cluster, value) => {
      const { time } = cluster;
      await time.sleep(58 * SECOND);
      const slow = async (): Promise<void> => {
        while (commonOf(cluster).mode !== 'collecting') {
          await time.sleep(SECOND);
          await value();
        }
        for (let second = 0; second < 5; second += 1) {
          await time.sleep(SECOND);
          await value();
        }
        await rawReplace(cluster, 2);
      };
      await marksOf(cluster).change([OF_DOCUMENT], slow, isStoreUnavailable);
      expect(await value()).toBe(2);
    }));

  test('is relied on again when changes have been few for long enough, and shows each change from then on', () =>
    within('partitions', async (cluster, value) => {
      const { time } = cluster;
      const modes = new Set<MarkMode>();
      const node = cluster.newNode(NEAR, 0);
      for (let second = 0; second < 160; second += 1) {
        await time.sleep(SECOND);
        await value();
        modes.add(commonOf(cluster).mode);
        await cluster.change(node, DOCUMENT, false);
        expect(await value()).toBe(second + 2);
      }
      expect([...modes]).toEqual(['partitions', 'collecting', 'common']);
    }));

  test('is left when changes are many', () =>
    within('common', async (cluster, value) => {
      const { time } = cluster;
      const node = cluster.newNode(NEAR, 0);
      // The first seconds show that they are not few, so that the mark keeps more of them.
      for (let round = 0; round < 30; round += 1) {
        await Promise.all(
          Array.from({ length: 10 }, () => cluster.change(node, { kind: 'delegations', id: 'dlg_1' }, false)),
        );
        await time.sleep(100);
        expect(await value()).toBe(1);
      }
      expect(commonOf(cluster).mode).toBe('common');
      for (let round = 0; round < 30; round += 1) {
        await Promise.all(
          Array.from({ length: 30 }, () => cluster.change(node, { kind: 'delegations', id: 'dlg_1' }, false)),
        );
        expect(await value()).toBe(1);
      }
      await settle(time);
      expect(commonOf(cluster).mode).toBe('partitions');
      await cluster.change(node, DOCUMENT, false);
      expect(await value()).toBe(2);
    }));
});

describe('the mode of the common mark', () => {
  const at = (mode: MarkMode, since: string, recent: readonly string[] = ['first']): CommonMark => ({
    ...{ generation: 'g', mode, since, open: [], recent },
  });
  const names = (from: number, count = 256) => Array.from({ length: count }, (_, index) => `change ${from + index}`);

  test('follows 256 changes within a second, and not fewer', () => {
    let now = 0;
    const modes = markModes(() => now);
    expect(modes.observe(at('common', 'a', names(0)))).toBeUndefined();
    now = 0.5;
    expect(modes.observe(at('common', 'a', names(255)))).toBeUndefined();
    now = 0.9;
    expect(modes.observe(at('common', 'a', names(256)))).toBe('partitions');
    now = 1.6;
    expect(modes.observe(at('common', 'a', names(999)))).toBeUndefined();
  });

  test('keeps 32 changes while they are few', () => {
    let now = 0;
    const modes = markModes(() => now);
    modes.observe(at('common', 'a', names(0, 32)));
    expect(modes.recentLimit()).toBe(256);
    now = 2;
    modes.observe(at('common', 'a', names(16, 32)));
    expect(modes.recentLimit()).toBe(32);
    now = 4;
    modes.observe(at('common', 'a', names(33, 32)));
    expect(modes.recentLimit()).toBe(256);
    now = 6;
    modes.observe(at('common', 'a', names(100, 32)));
    expect(modes.recentLimit()).toBe(256);
    now = 8;
    modes.observe(at('common', 'a', names(103, 32)));
    expect(modes.recentLimit()).toBe(32);
  });

  test('is tried again after a minute, for 90 s, unless changes are many', () => {
    let now = 0;
    const modes = markModes(() => now);
    expect(modes.observe(at('partitions', 'a'))).toBeUndefined();
    now = 60;
    expect(modes.observe(at('partitions', 'a'))).toBe('collecting');
    expect(modes.observe(at('collecting', 'b', ['b']))).toBeUndefined();
    now = 60.5;
    expect(modes.observe(at('collecting', 'b', names(0)))).toBe('partitions');
    now = 149;
    expect(modes.observe(at('collecting', 'b', names(0)))).toBeUndefined();
    now = 150;
    expect(modes.observe(at('collecting', 'b', names(0)))).toBe('common');
  });
});
