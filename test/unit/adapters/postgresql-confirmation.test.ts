import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  CONFIRMED_MILLISECONDS,
  type Confirmation,
  confirmation,
  HOLD_MILLISECONDS,
  type ServerFacts,
  STANDALONE_MILLISECONDS,
} from '../../../adapters/postgresql/confirmation.ts';
import { isStoreUnavailable } from '../../../src/domain/ports/document-store.ts';

let monotonic: number;
let wall: number;
let node: Confirmation;
beforeEach(() => {
  monotonic = 5000;
  wall = 1_700_000_000_000;
  node = confirmation({ monotonic: () => monotonic, wall: () => wall });
});
const UNANSWERED = expect.stringContaining('has answered no heartbeat');
const pass = (milliseconds: number): void => {
  monotonic += milliseconds;
  wall += milliseconds;
};
const server = (more: Partial<ServerFacts> = {}): ServerFacts => ({
  system: '7',
  timeline: 1,
  isSynchronous: true,
  ...more,
});
/** On a synchronous primary, after the hold of its start, with a heartbeat that took `took`. */
const begun = (took = 0): number => {
  const epoch = node.saw(server());
  pass(HOLD_MILLISECONDS);
  beat(epoch, took);
  return epoch;
};
const beat = (epoch: number, took = 0): void => {
  const sent = node.beat();
  pass(took);
  node.confirmed(sent, epoch);
};

describe('a heartbeat that a standby confirmed', () => {
  test('FT-03 counts for one second from the moment before it was sent', () => {
    begun(300);
    expect(node.problem()).toBeUndefined();
    pass(CONFIRMED_MILLISECONDS - 301);
    expect(node.problem()).toBeUndefined();
    pass(1);
    expect(node.problem()).toContain('synchronous_standby_names');
  });

  test('FT-03 counts not at all when its confirmation came later than that', () => {
    begun(CONFIRMED_MILLISECONDS);
    expect(node.problem()).toContain('confirmed a heartbeat');
  });

  test.each(['monotonic', 'wall'])(
    'FT-03 is over when only the %s clock went on, as after a stop or a sleep',
    (clock) => {
      begun();
      if (clock === 'wall') wall += CONFIRMED_MILLISECONDS;
      else monotonic += CONFIRMED_MILLISECONDS;
      expect(node.problem()).toBeDefined();
    },
  );

  test('FT-03 is not lengthened by a clock that is set back', () => {
    begun();
    wall -= 60_000;
    monotonic += CONFIRMED_MILLISECONDS;
    expect(node.problem()).toBeDefined();
  });

  test('FT-03 of an earlier server counts no more', () => {
    const before = begun();
    node.saw(server({ timeline: 2 }));
    pass(HOLD_MILLISECONDS);
    beat(before);
    expect(node.problem()).toContain('confirmed a heartbeat');
  });
});

describe('the reason that a heartbeat failed', () => {
  const REASON = 'grant it EXECUTE';

  test.each([true, false])('is the problem when none counts any more, with a standby: %s', (isSynchronous) => {
    const epoch = node.saw(server({ isSynchronous }));
    pass(HOLD_MILLISECONDS);
    node.failed(REASON);
    expect(node.problem()).toBe(REASON);
    node.failed(undefined);
    expect(node.problem()).not.toBe(REASON);
    node.failed(REASON);
    if (isSynchronous) beat(epoch);
    else node.answered(node.beat(), epoch, false);
    expect(node.problem()).toBeUndefined();
    pass(STANDALONE_MILLISECONDS);
    expect(node.problem()).toEqual(expect.not.stringContaining(REASON));
  });

  test('is not that of another server', () => {
    begun();
    node.failed(REASON);
    node.saw(server({ timeline: 2 }));
    pass(HOLD_MILLISECONDS);
    expect(node.problem()).toContain('confirmed a heartbeat');
  });
});

describe('a confirmation that is late', () => {
  test('is waited for, and not when it is missing for longer', async () => {
    const epoch = begun();
    pass(CONFIRMED_MILLISECONDS);
    const waited = node.retry();
    beat(epoch);
    await waited;
    expect(node.problem()).toBeUndefined();
    pass(2 * CONFIRMED_MILLISECONDS + 1);
    // At once: no clock of this test goes on.
    await node.retry();
    expect(node.problem()).toContain('confirmed a heartbeat');
  });

  test('FT-03 shortens nothing when an earlier heartbeat is answered after a later one', () => {
    const epoch = begun();
    const earlier = node.beat();
    pass(300);
    const later = node.beat();
    node.confirmed(later, epoch);
    node.confirmed(earlier, epoch);
    pass(CONFIRMED_MILLISECONDS - 1);
    expect(node.problem()).toBeUndefined();
  });
});

describe('a promotion', () => {
  test('is waited for to the end of its hold, though heartbeats of the new server are confirmed meanwhile', async () => {
    let offset = 0;
    const late = confirmation({ monotonic: () => offset + performance.now(), wall: () => offset + Date.now() });
    const epoch = late.saw(server({ timeline: 2 }));
    // A part of a millisecond is left in any case.
    offset = HOLD_MILLISECONDS - 20.5;
    const waited = late.retry();
    late.confirmed(late.beat(), epoch);
    await waited;
    expect(late.held()).toBe(0);
  });

  test('FT-03 is followed by a hold of that second and the clock error, and then by heartbeats of the new server', () => {
    const before = begun();
    const epoch = node.saw(server({ timeline: 2 }));
    expect([epoch, node.epoch()]).toEqual([before + 1, before + 1]);
    beat(epoch);
    expect(node.problem()).toContain('was promoted');
    pass(HOLD_MILLISECONDS - 1);
    beat(epoch);
    expect([node.problem(), node.held()]).toEqual([expect.stringContaining('was promoted'), 1]);
    pass(1);
    expect([node.problem(), node.held()]).toEqual([undefined, 0]);
  });

  test('FT-03 a server on an older timeline of the cluster is refused, and changes nothing', () => {
    node.saw(server({ timeline: 2 }));
    pass(HOLD_MILLISECONDS);
    beat(node.epoch());
    let thrown: unknown;
    try {
      node.saw(server({ timeline: 1 }));
    } catch (error) {
      thrown = error;
    }
    expect(isStoreUnavailable(thrown)).toBe(true);
    expect((thrown as Error).message).toContain('stop the old primary');
    expect([node.epoch(), node.problem()]).toEqual([1, undefined]);
  });

  test('is held for without a standby of its own, too, and by a process that starts after it', () => {
    begun();
    node.saw(server({ timeline: 2, isSynchronous: false }));
    expect(node.problem()).toContain('was promoted');
    pass(HOLD_MILLISECONDS);
    node.answered(node.beat(), node.epoch(), false);
    expect(node.problem()).toBeUndefined();
    const later = confirmation({ monotonic: () => monotonic, wall: () => wall });
    later.saw(server({ timeline: 2, isSynchronous: false }));
    expect(later.held()).toBe(HOLD_MILLISECONDS);
  });

  test('of another cluster is one, with any timeline', () => {
    const before = begun();
    expect(node.saw(server({ system: '8' }))).toBe(before + 1);
    expect(node.problem()).toContain('was promoted');
  });
});

describe('without a synchronous standby', () => {
  test('FT-03 a server that was never promoted needs no hold, and a heartbeat within the last ten seconds', () => {
    const epoch = node.saw(server({ isSynchronous: false }));
    expect([node.held(), node.problem(), node.isKept()]).toEqual([0, UNANSWERED, false]);
    node.answered(node.beat(), epoch, false);
    pass(STANDALONE_MILLISECONDS - 1);
    expect(node.problem()).toBeUndefined();
    pass(1);
    expect(node.problem()).toEqual(UNANSWERED);
    node.answered(node.beat(), epoch, false);
    expect(node.problem()).toBeUndefined();
  });

  test('a heartbeat that is a little late is waited for', async () => {
    const epoch = node.saw(server({ isSynchronous: false }));
    node.answered(node.beat(), epoch, false);
    pass(STANDALONE_MILLISECONDS);
    const waited = node.retry();
    node.answered(node.beat(), epoch, false);
    await waited;
    expect(node.problem()).toBeUndefined();
  });

  test('FT-03 a server that got one while this process stood still is not answered from before it confirms', () => {
    const epoch = node.saw(server({ isSynchronous: false }));
    node.answered(node.beat(), epoch, false);
    pass(STANDALONE_MILLISECONDS);
    node.answered(node.beat(), epoch, true);
    expect(node.problem()).toContain('confirmed a heartbeat');
    beat(epoch);
    expect(node.problem()).toBeUndefined();
  });

  test('a server that gets one is answered from without a gap, and needs its confirmation from then on', () => {
    const epoch = node.saw(server({ isSynchronous: false }));
    node.answered(node.beat(), epoch, false);
    pass(STANDALONE_MILLISECONDS - 1);
    node.answered(node.beat(), epoch, true);
    expect([node.problem(), node.isKept()]).toEqual([undefined, true]);
    pass(CONFIRMED_MILLISECONDS - 1);
    node.answered(node.beat(), epoch, true);
    pass(1);
    expect(node.problem()).toContain('confirmed a heartbeat');
    node.answered(node.beat(), epoch, false);
    expect(node.problem()).toBeUndefined();
  });

  test('FT-03 an answer that an earlier heartbeat gets late does not undo what a later one has learned', () => {
    const epoch = node.saw(server({ isSynchronous: false }));
    node.answered(node.beat(), epoch, false);
    const earlier = node.beat();
    pass(1);
    node.answered(node.beat(), epoch, true);
    pass(CONFIRMED_MILLISECONDS);
    node.answered(earlier, epoch, false);
    expect(node.problem()).toContain('confirmed a heartbeat');
    node.answered(node.beat(), epoch, true);
    expect(node.problem()).toContain('confirmed a heartbeat');
  });

  test('nor where the server keeps its timeline from the user: no promotion is noticed, and it says so', () => {
    const hidden = server({ system: undefined, timeline: undefined });
    const epoch = node.saw(hidden);
    beat(epoch);
    expect([node.saw(hidden), node.held(), node.problem(), node.isKept()]).toEqual([epoch, 0, undefined, false]);
  });
});
