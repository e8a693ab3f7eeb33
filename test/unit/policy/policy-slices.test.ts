/** A text of policies is checked and compiled in slices, between which other requests run. */
import { afterEach, expect, test } from '@jest/globals';
import { cedar } from '../../../adapters/cedar/cedar.ts';
import { cedarPolicyEngine } from '../../../adapters/cedar/policy-engine.ts';
import { oneAfterAnother, portionsOf } from '../../../adapters/cedar/slices.ts';

/** Characters of one slice, and those of the longest policy, which is never cut. */
const OF_A_SLICE = 16 * 1024;
const OF_A_POLICY = 16 * 1024;

const { policyToJson, validate, preparsePolicySet } = cedar();
afterEach(() => {
  Object.assign(cedar(), { policyToJson, validate, preparsePolicySet });
});

/** `length`: characters of each policy. All apply to any resource, so that all are prepared. */
const policies = (count: number, length: number): string =>
  Array.from({ length: count }, (_, at) => {
    const head = `@id("p${at}") permit (principal is Agent, action == Action::"act", resource) when { context.route != "`;
    return `${head}${'x'.repeat(Math.max(1, length - head.length - 5))}" };`;
  }).join('\n');

type SomePolicies = Readonly<Record<string, string>>;
const charactersOf = (texts: SomePolicies): number => Object.values(texts).reduce((sum, { length }) => sum + length, 0);

/** What Cedar is given between two pauses, in characters, for each slice in which it is given some. */
const observed = () => {
  const slices: Record<'read' | 'validated' | 'prepared', number>[] = [];
  const now = { read: 0, validated: 0, prepared: 0 };
  let pauses = 0;
  Object.assign(cedar(), {
    policyToJson(text: string) {
      now.read += text.length;
      return policyToJson(text);
    },
    validate(call: { readonly policies: { readonly staticPolicies: SomePolicies } }) {
      now.validated += charactersOf(call.policies.staticPolicies);
      return validate(call as never);
    },
    preparsePolicySet(name: string, set: { readonly staticPolicies: SomePolicies }) {
      now.prepared += charactersOf(set.staticPolicies);
      return preparsePolicySet(name, set as never);
    },
  });
  const end = (): void => {
    if (now.read + now.validated + now.prepared > 0) slices.push({ ...now });
    Object.assign(now, { read: 0, validated: 0, prepared: 0 });
  };
  const engine = cedarPolicyEngine(async () => {
    pauses += 1;
    end();
  });
  return { engine, slices, end, pauses: () => pauses };
};

test.each([
  ['500 policies', policies(500, 200)],
  ['12 long ones', policies(12, 16_000)],
])(
  '%s are checked and compiled in slices, each with one kind of work on a bounded part of the text',
  async (_, text) => {
    const { engine, slices, end, pauses } = observed();
    const { findings } = await engine.check(text);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    (await engine.compile(text)).release();
    end();
    // The whole text was read and validated, twice, and prepared once; nothing of it at once.
    const whole = text.split('\n').join('').length;
    const sum = (kind: 'read' | 'validated' | 'prepared') => slices.reduce((all, slice) => all + slice[kind], 0);
    expect(['read', 'validated', 'prepared'].map((kind) => sum(kind as 'read'))).toEqual([2 * whole, 2 * whole, whole]);
    for (const slice of slices) {
      const kinds = Object.values(slice).filter((characters) => characters > 0);
      expect(kinds).toHaveLength(1);
      expect(Math.max(...kinds)).toBeLessThanOrEqual(OF_A_SLICE + OF_A_POLICY);
    }
    expect(pauses()).toBeGreaterThanOrEqual(slices.length - 1);
  },
);

test('other work runs meanwhile: what each turn of the loop starts runs between the slices', async () => {
  let turns = 0;
  let isDone = false;
  const turn = (): void => {
    turns += 1;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await cedarPolicyEngine().check(policies(300, 400));
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(2 * Math.floor((300 * 400) / OF_A_SLICE));
});

test('two texts that are checked at once are read as each of them alone', async () => {
  const engine = cedarPolicyEngine();
  const texts = [policies(150, 900), `${policies(120, 1_000)}\n@id("p1") permit (principal, action, resource);`];
  // The second one does not wait for its turn, so that their slices alternate.
  const check = (at: number) => engine.check(texts[at] ?? '', { isAwaited: at === 1 });
  const alone = [await check(0), await check(1)];
  expect(await Promise.all([check(0), check(1)])).toEqual(alone);
  expect(alone[1]?.findings).toContainEqual(expect.objectContaining({ severity: 'error', line: 121 }));
});

test('errors and warnings of all slices are found, by line, errors first', async () => {
  const wrong = (id: string): string =>
    `@id("${id}") permit (principal is Agent, action == Action::"act", resource) when { context.nope == 1 };`;
  const never = '@id("never") permit (principal is Account, action == Action::"act", resource);';
  const text = [never, policies(60, 900), wrong('first'), policies(1, 10).replace('p0', 'q0'), wrong('last')].join(
    '\n',
  );
  const { findings } = await cedarPolicyEngine().check(text);
  expect(findings.map(({ severity, policy, line }) => [severity, policy, line]).slice(0, 3)).toEqual([
    ['error', 'first', 62],
    ['error', 'last', 64],
    ['warning', 'never', 1],
  ]);
});

test('a portion ends with the policy that fills it, and a longer one than that stands alone', () => {
  const lengths = [100, 20_000, 100, 15_000, 2_000, 1];
  const portions = portionsOf(lengths, (length) => 'x'.repeat(length));
  expect(portions).toEqual([[100, 20_000], [100, 15_000, 2_000], [1]]);
  expect(portionsOf([1, 2, 3], String, 2)).toEqual([[1, 2], [3]]);
  expect(portionsOf([], String)).toEqual([]);
});

test('long texts are checked one after the other; short ones and the active set wait for none of them', async () => {
  const engine = cedarPolicyEngine();
  const done: string[] = [];
  const noted = (name: string) => () => void done.push(name);
  await Promise.all([
    engine.check(policies(150, 900)).then(noted('long')),
    engine.check(policies(20, 900)).then(noted('less long')),
    engine.check(policies(2, 100)).then(noted('short')),
    engine.compile(policies(40, 900), { wasTaken: true, isAwaited: true }).then((set) => {
      set.release();
      noted('active')();
    }),
  ]);
  expect(done).toEqual(['short', 'active', 'long', 'less long']);
});

test('a set is compiled whole before the next text is begun, also one that is stored', async () => {
  for (const how of [{}, { wasTaken: true }]) {
    const engine = cedarPolicyEngine();
    const done: string[] = [];
    const compiled = async (name: string, text: string): Promise<void> => {
      (await engine.compile(text, how)).release();
      done.push(name);
    };
    const checked = async (): Promise<void> => {
      await engine.check(policies(20, 900));
      done.push('checked');
    };
    await Promise.all([compiled('long', policies(150, 900)), compiled('less long', policies(21, 900)), checked()]);
    expect(done).toEqual(['long', 'less long', 'checked']);
  }
});

test('behind more than 640 KiB of texts the next is refused before it is begun; a short one and the active set are not', async () => {
  const held = Promise.withResolvers<void>();
  let pauses = 0;
  const engine = cedarPolicyEngine(() => {
    pauses += 1;
    return held.promise;
  });
  const long = policies(500, 1_000);
  const ahead = [engine.check(long), engine.check(long)];
  const refusal = { code: 'unavailable', reason: 'policy_texts_in_line', retryAfterSeconds: 2 };
  await expect(engine.check(policies(20, 900))).rejects.toMatchObject(refusal);
  await expect(engine.compile(policies(20, 900), { wasTaken: true })).rejects.toMatchObject(refusal);
  expect(pauses).toBe(1);
  const active = engine.compile(policies(20, 900), { wasTaken: true, isAwaited: true });
  const short = engine.check(policies(5, 137));
  await new Promise((resolve) => setImmediate(resolve));
  expect(pauses).toBe(3);
  held.reject(new Error('stopped'));
  await Promise.all([...ahead, active, short].map((one) => expect(one).rejects.toThrow('stopped')));
  // There is room again: the next text is begun.
  await expect(engine.check(long)).rejects.toThrow('stopped');
});

test('work that fails, fails alone, and the next begins after it', async () => {
  const line = oneAfterAnother(1, () => new RangeError('full'));
  const inTurn = <T>(work: () => Promise<T>) => line(1, work);
  const begun: number[] = [];
  const failing = inTurn(async () => {
    begun.push(1);
    await new Promise((resolve) => setImmediate(resolve));
    begun.push(2);
    throw new TypeError('fault');
  });
  const next = inTurn(async () => begun.push(3));
  await expect(failing).rejects.toThrow('fault');
  expect([await next, begun]).toEqual([3, [1, 2, 3]]);
});
