/** Which policies a simulation and a replay evaluate, that they free them, and what a replay records. */
import { expect, test } from '@jest/globals';
import { policyTrials } from '../../../src/domain/authority/policy/policy-simulations.ts';
import { recordingAudit } from '../../support/recording-audit.ts';

const NOW = 1_800_000_000;
const WEEK = 7 * 86_400;
const BY = { caller: 'acc_admin', request: 'req_1', source: '192.0.2.1' };

const scene = ({ active = 3 as number | null, isFailing = false } = {}) => {
  const did: unknown[] = [];
  const audit = recordingAudit();
  const listed: object[] = [];
  const policies = (name: string) => ({ name, release: () => did.push(`free ${name}`) });
  const simulate = (kind: string) => async (_: object, set: unknown) => {
    did.push([kind, set]);
    if (isFailing) throw new TypeError('fault');
    return { kind };
  };
  const trials = policyTrials({
    registry: {
      get: async (id: string) => (id === '2' ? { document: { text: 'two', version: 2 }, version: 1 } : undefined),
    },
    active: {
      current: async () => (active === null ? undefined : { version: active, policies: policies('active') }),
    },
    engine: {
      async compile(text: string, options?: object) {
        did.push(['compile', text, ...(options ? [options] : [])]);
        return policies(text);
      },
    },
    simulator: { simulate: simulate('decision') },
    useSimulator: { simulate: simulate('use') },
    audit: {
      append: audit.append,
      async list(filters: object) {
        listed.push(filters);
        return { entries: [] };
      },
    },
    clock: { now: () => NOW },
    isEnforced: true,
  } as never);
  const replay = async (asked: object = {}, by: object = BY) => {
    const steps = trials.replay(asked, by as never);
    const first = await steps.next();
    return { steps, first };
  };
  const whole = async (asked: object = {}, by: object = BY) => {
    const { steps, first } = await replay(asked, by);
    for (let step = first; !step.done; ) step = await steps.next();
  };
  return { trials, did, audit, listed, replay, whole };
};

const ACTIVE = { policies: expect.objectContaining({ name: 'active' }), version: 3 };

test.each([{}, { policy: 'active' }, { policy: '3' }])('%j is the active set, which stays', async (tried) => {
  const { trials, did } = scene();
  expect(await trials.simulate({} as never, tried)).toStrictEqual({ kind: 'decision', isEnforced: true, version: 3 });
  expect(did).toEqual([['decision', ACTIVE]]);
});

test('the use of an action is simulated as such; without an active set there is none', async () => {
  const { trials, did } = scene({ active: null });
  expect(await trials.simulate({ action: 'read' } as never, {})).toStrictEqual({ kind: 'use', isEnforced: true });
  expect(did).toEqual([['use', undefined]]);
  await expect(trials.simulate({} as never, { policy: 'undefined-1' })).rejects.toMatchObject({ field: '/policy' });
});

test('a stored set and a text are compiled for this alone, and freed even after a fault', async () => {
  for (const isFailing of [false, true]) {
    const { trials, did } = scene({ isFailing });
    const outcomes = await Promise.allSettled([trials.simulate({} as never, { policy: '2' })]);
    expect(outcomes[0].status).toBe(isFailing ? 'rejected' : 'fulfilled');
    const set = { policies: expect.objectContaining({ name: 'two' }), version: 2 };
    expect(did).toEqual([['compile', 'two', { wasTaken: true }], ['decision', set], 'free two']);
  }
  const { trials, did } = scene();
  expect(await trials.simulate({} as never, { text: 'draft' })).not.toHaveProperty('version');
  expect(did).toEqual([['compile', 'draft'], ['decision', { policies: expect.anything(), version: 0 }], 'free draft']);
});

test('a set that does not exist, and a set beside a text, are refused', async () => {
  const { trials, did, whole } = scene();
  await expect(trials.simulate({} as never, { policy: '9' })).rejects.toMatchObject({
    code: 'invalid_field',
    field: '/policy',
  });
  const both = { policy: '2', text: 'draft' };
  await expect(trials.simulate({} as never, both)).rejects.toMatchObject({ field: '/text' });
  await expect(whole(both)).rejects.toMatchObject({ field: '/text' });
  expect(did).toEqual([]);
});

test('a replay records first what it reads', async () => {
  const { whole, audit, listed } = scene();
  await whole();
  const common = { type: 'policy.replayed', outcome: 'done', caller: 'acc_admin' };
  expect(audit.events[0]).toStrictEqual({
    ...common,
    inputs: { version: 3, since: NOW - WEEK, until: NOW },
    request: 'req_1',
    personal: { source: '192.0.2.1' },
  });
  expect(listed[0]).toMatchObject({ fromMillis: (NOW - WEEK) * 1000, toMillis: NOW * 1000 + 999 });
  await whole(
    { text: 'draft', since: NOW - 5, until: NOW - 5, agent: 'agt_1', transaction: 'txn_1' },
    { caller: 'acc_admin' },
  );
  const inputs = { draft: true, since: NOW - 5, until: NOW - 5, agent: 'agt_1', transaction: 'txn_1' };
  expect(audit.events[1]).toStrictEqual({ ...common, inputs });
});

test.each<[object, boolean]>([
  [{ since: NOW - 366 * 86_400 }, true],
  [{ since: NOW - 366 * 86_400 - 1 }, false],
  [{ since: NOW }, true],
  [{ since: NOW + 1 }, false],
  [{ until: 5, since: 6 }, false],
])('a replay of %j is possible: %s', async (asked, isPossible) => {
  const { whole, audit } = scene();
  if (isPossible) await whole(asked);
  else await expect(whole(asked)).rejects.toMatchObject({ field: '/since' });
  expect(audit.events).toHaveLength(isPossible ? 1 : 0);
});

test('one replay runs at a time, and leaves nothing when its reader stops', async () => {
  const { replay, whole, did } = scene();
  const { steps, first } = await replay({ text: 'draft' });
  expect(first.value).toMatchObject({ read: 0, changed: 0, share: 0 });
  await expect(whole()).rejects.toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 30 });
  await steps.return(undefined as never);
  expect(did).toEqual([['compile', 'draft'], 'free draft']);
  await whole();
});

test('without an active set there is nothing to replay', async () => {
  const { whole, audit } = scene({ active: null });
  await expect(whole()).rejects.toMatchObject({ reason: 'policies_inactive' });
  await expect(whole()).rejects.toMatchObject({ reason: 'policies_inactive' });
  expect(audit.events).toEqual([]);
});
