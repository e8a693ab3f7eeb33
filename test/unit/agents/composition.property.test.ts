import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  canonicalComposition,
  compositionChanges,
  type GivenComposition,
  isSameComposition,
} from '../../../src/domain/clients/agents/composition.ts';
import { canonicalJson } from '../../../src/domain/vocabulary/canonical-json.ts';
import { compositionIn } from '../../../src/provider/client-authentication/composition-claim.ts';
import { newAgent, registryWorld } from '../registries/registry-world.ts';

const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/);
const name = fc.stringMatching(/^[a-z][a-z0-9_./-]{0,20}$/);

type Full = {
  readonly model: string;
  readonly modelDigest: string;
  readonly prompt: string;
  readonly promptDigest: string;
  readonly toolDigests: Readonly<Record<string, string>>;
};

const full: fc.Arbitrary<Full> = fc.record({
  model: name,
  modelDigest: digest,
  prompt: name,
  promptDigest: digest,
  toolDigests: fc.dictionary(name, digest, { minKeys: 1, maxKeys: 8, noNullPrototype: true }),
});

type Drift = { readonly before: Full; readonly after: Full; readonly says: Readonly<Record<string, unknown>> };

/** One member changed at random, and what the owner must read about it. */
const drift: fc.Arbitrary<Drift> = fc
  .tuple(full, fc.constantFrom('model', 'prompt', 'changed', 'added', 'removed'), digest, name, fc.nat())
  .map(([before, kind, other, fresh, at]): Drift => {
    const names = Object.keys(before.toolDigests).sort();
    const tool = names[at % names.length] as string;
    const { [tool]: was = '', ...others } = before.toolDigests;
    const named = (member: 'model' | 'prompt', to: string) => ({
      member,
      from: `${before[member]} ${before[`${member}Digest`]}`,
      to: `${before[member]} ${to}`,
    });
    switch (kind) {
      case 'model':
        return { before, after: { ...before, modelDigest: other }, says: named('model', other) };
      case 'prompt':
        return { before, after: { ...before, promptDigest: other }, says: named('prompt', other) };
      case 'changed':
        return {
          before,
          after: { ...before, toolDigests: { ...others, [tool]: other } },
          says: { member: 'tool', name: tool, from: was, to: other },
        };
      case 'added':
        return {
          before,
          after: { ...before, toolDigests: { ...before.toolDigests, [`new-${fresh}`]: other } },
          says: { member: 'tool', name: `new-${fresh}`, to: other },
        };
      default:
        return { before, after: { ...before, toolDigests: others }, says: { member: 'tool', name: tool, from: was } };
    }
  });

const shuffled = (composition: Full, seed: number): GivenComposition => {
  const turn = <T>(list: readonly T[]): readonly T[] => {
    const at = seed % Math.max(1, list.length);
    return [...list.slice(at), ...list.slice(0, at)].reverse();
  };
  const toolDigests = Object.fromEntries(turn(Object.entries(composition.toolDigests)));
  return Object.fromEntries(
    turn(Object.entries({ ...composition, toolDigests, tools: turn(Object.keys(toolDigests)) })),
  ) as GivenComposition;
};

describe('the canonical form of a composition', () => {
  test('10,000 random drifts: each is noticed, with the one member that differs', () => {
    fc.assert(
      fc.property(drift, ({ before, after, says }) => {
        const [one, other] = [canonicalComposition(before), canonicalComposition(after)];
        // What the agent presents may name the digest alone.
        const isNoticed = [other, { digest: other.digest }].every((shown) => !isSameComposition(one, shown));
        return isNoticed && canonicalJson(compositionChanges(one, other)) === canonicalJson([says]);
      }),
      { numRuns: 10_000, seed: 21 },
    );
  });

  test('10,000 reorderings of members and tools: none is drift', () => {
    fc.assert(
      fc.property(full, fc.nat(), (composition, seed) => {
        const [one, other] = [canonicalComposition(composition), canonicalComposition(shuffled(composition, seed))];
        const isSame = one.digest === other.digest && isSameComposition(one, other);
        return isSame && compositionChanges(one, other).length === 0;
      }),
      { numRuns: 10_000, seed: 21 },
    );
  });

  test('a digest alone identifies what was declared in full, and another one is drift of the whole', () => {
    const declared = canonicalComposition({ model: 'm-1', tools: ['b', 'a', 'b'] });
    expect(declared.tools).toEqual(['a', 'b']);
    expect(isSameComposition(declared, canonicalComposition({ digest: declared.digest }))).toBe(true);
    const other = canonicalComposition({ digest: `sha256:${'1'.repeat(64)}` });
    expect(compositionChanges(canonicalComposition({ digest: declared.digest }), other)).toEqual([
      { member: 'whole', from: declared.digest, to: other.digest },
    ]);
  });

  test('the digest is the SHA-256 of the canonical JSON of the members (RFC 8785)', () => {
    // printf '%s' '{"model":"m-1","tools":["a","b"]}' | sha256sum
    expect(canonicalComposition({ model: 'm-1', tools: ['b', 'a'] }).digest).toBe(
      'sha256:22a630dacdc106a5ac4c0f37a08c6764616d5001d2590e0f6bb10f79dd049d53',
    );
  });
});

describe('the claim of an assertion or attestation', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['no object', 'sha256:1'],
    ['a list', []],
    ['nothing', {}],
    ['an unknown member', { model: 'm', memory: 'x' }],
    ['a digest that is none', { digest: 'sha256:1' }],
    ['tools that are no names', { tools: [1] }],
    ['digests of tools that are none', { tool_digests: { a: 'x' } }],
    ['a digest that is not that of its members', { digest: `sha256:${'0'.repeat(64)}`, model: 'm' }],
    ['more than 200 tools', { tools: Array.from({ length: 201 }, (_, index) => `t${index}`) }],
  ];
  test.each(wrong)('is refused: %s', (_, composition) => {
    expect(compositionIn({ composition })).toEqual(expect.stringMatching(/^composition/));
  });

  test('is read in the canonical form', () => {
    expect(compositionIn({})).toBeUndefined();
    const found = compositionIn({ composition: { model: 'm-1', tools: ['b', 'a'] } });
    expect(found).toEqual(canonicalComposition({ model: 'm-1', tools: ['a', 'b'] }));
  });
});

describe('the registry', () => {
  const BY_AGENT = (id: string) => ({ caller: id, request: 'req_2' });

  test('notices 200 drifts with one event each, and writes nothing for 200 reorderings', async () => {
    const { agents, events } = registryWorld();
    const { document } = await agents.create(newAgent(), { caller: 'acc_owner', account: 'acc_owner' });
    const noticed = (): number => events.filter(({ type }) => type === 'agent.composition_drifted').length;
    let at = 0;
    await fc.assert(
      fc.asyncProperty(drift, fc.nat(), async ({ before, after }, seed) => {
        const present = async (composition: Full | GivenComposition): Promise<void> => {
          const { document: agent } = (await agents.get(document.id)) as NonNullable<
            Awaited<ReturnType<typeof agents.get>>
          >;
          const presented = { composition: canonicalComposition(composition), grade: 'declared' } as const;
          expect(await agents.noticeComposition(agent, presented, BY_AGENT(agent.id))).toBe('current');
        };
        await present(before);
        at = noticed();
        await present(shuffled(before, seed));
        expect(noticed()).toBe(at);
        await present(after);
        expect(noticed()).toBe(at + 1);
      }),
      { numRuns: 200, seed: 21, endOnFailure: true },
    );
  });
});
