import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import type { PolicyQuestion, PolicyRecord } from '../../src/domain/ports/policy-engine.ts';
import { CONTEXT, describePolicyEngine, entitiesWith, QUESTION } from './policy-engine.contract.ts';

describePolicyEngine('Cedar', cedarPolicyEngine);

const engine = cedarPolicyEngine();
const PERMIT = 'permit (principal, action, resource)';
const when = (expression: string): string => `@id("a") permit (principal, action, resource) when { ${expression} };`;

/** Cedar is as it was: an instance whose stack overflowed would fail at everything from then on. */
const expectSound = async (): Promise<void> => {
  expect((await engine.check(engine.starter)).findings).toEqual([]);
};

describe('SC-07 hostile texts', () => {
  test.each([
    ['more than 512 KiB', ' '.repeat(512 * 1024 + 1)],
    ['more than 512 KiB of letters of two bytes', `"${'é'.repeat(300_000)}`],
    ['one policy without end', when(`[${'1,'.repeat(100_000)}1].contains(1)`)],
    ['more than 2,000 policies', `${when('true')}\n`.repeat(2_001)],
  ])('refuses %s before any of it is parsed', async (_, text) => {
    const { findings, policies } = await engine.check(text);
    expect(findings).toEqual([expect.objectContaining({ severity: 'error' })]);
    expect(policies).toEqual([]);
  });

  test.each([
    ['brackets', (n: number) => when(`${'('.repeat(n)}true${')'.repeat(n)}`)],
    ['lists', (n: number) => when(`${'['.repeat(n)}true${']'.repeat(n)} == [true]`)],
    ['records', (n: number) => when(`${'{a:'.repeat(n)}1${'}'.repeat(n)} == {a:1}`)],
    ['calls', (n: number) => when(`${'ip('.repeat(n)}"::1"${')'.repeat(n)}`)],
    ['negations', (n: number) => when(`${'!('.repeat(n)}true${')'.repeat(n)}`)],
    ['and', (n: number) => when(`true${' && true'.repeat(n)}`)],
    ['or', (n: number) => when(`true${' || true'.repeat(n)}`)],
    ['sums', (n: number) => when(`1${' + 1'.repeat(n)} == 3`)],
    ['members', (n: number) => when(`context${'.a'.repeat(n)}`)],
    ['members by text', (n: number) => when(`context${'["a"]'.repeat(n)}`)],
    ['methods', (n: number) => when(`context.actors${'.contains(1)'.repeat(n)}`)],
    ['choices', (n: number) => when(`${'if true then true else '.repeat(n)}true`)],
    ['choices in conditions', (n: number) => when(`${'if '.repeat(n)}true${' then true else true'.repeat(n)}`)],
    ['conditions', (n: number) => `@id("a") permit (principal, action, resource) ${'when { true } '.repeat(n)};`],
    [
      'brackets behind a comment that ended with a carriage return',
      (n: number) => `// \r${when(`${'('.repeat(n)}true${')'.repeat(n)}`)}`,
    ],
    [
      'brackets in two policies without a semicolon',
      (n: number) => `permit (${'('.repeat(n)} permit ${')'.repeat(n)};`,
    ],
  ])('refuses %s that nest too deeply', async (_, make) => {
    expect((await engine.check(make(1_000))).findings).toEqual([
      expect.objectContaining({ severity: 'error', message: expect.stringMatching(/nests too deeply|at most 16/) }),
    ]);
    await expectSound();
  });

  test.each([
    ['a name of many parts', when(`principal == ${'A::'.repeat(4_000)}"x"`)],
    ['annotations', `${Array.from({ length: 1_300 }, (_, at) => `@a${at}("x")`).join(' ')} ${when('true')}`],
    ['a list', when(`[${'1,'.repeat(8_000)}1].contains(context.hour)`)],
    ['alternatives', when(Array.from({ length: 60 }, (_, at) => `context.route == "r${at}"`).join(' || '))],
    ['a pattern', when(`context.route like "${'a*'.repeat(8_000)}b"`)],
    ['broken text', when('"\\u{110000}" == "\\q"')],
  ])('takes or refuses %s as long as a policy may be, and goes on', async (_, text) => {
    await engine.check(text);
    await expectSound();
  });

  test('SC-07 an expression at the limit, of any kinds, is checked, made ready and decided', async () => {
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'max', maxDepth: 60 },
        fc.constantFrom(
          'context.delegated',
          'context.bound',
          'context.route like "a*"',
          'principal in Blueprint::"bpt_b"',
        ),
        tie('expression').map((inner) => `(${inner})`),
        tie('expression').map((inner) => `!(${inner})`),
        tie('expression').map((inner) => `[${inner}, false].contains(true)`),
        tie('expression').map((inner) => `{a: ${inner}}["a"]`),
        tie('expression').map((inner) => `(if ${inner} then true else false)`),
        fc
          .tuple(tie('expression'), fc.integer({ min: 1, max: 60 }))
          .map(([inner, n]) => `(${inner})${' && context.consented'.repeat(n)}`),
        fc
          .tuple(tie('expression'), fc.integer({ min: 1, max: 60 }))
          .map(([inner, n]) => `${'context.bound || '.repeat(n)}(${inner})`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const { findings } = await engine.check(when(text));
        const [first] = findings.filter(({ severity }) => severity === 'error');
        if (first) return /nests too deeply|at most 16/.test(first.message);
        const set = await engine.compile(when(text));
        const { errors } = set.decide(QUESTION, entitiesWith('low'));
        set.release();
        return errors.length === 0;
      }),
      { numRuns: 60 },
    );
    await expectSound();
  });

  test('warnings leave no policy out: what stands behind any number of them is read, and counts', async () => {
    const permits = Array.from({ length: 60 }, (_, index) => `@id("p${index}") @note("x") ${PERMIT};`);
    const text = [...permits, '@id("never") forbid (principal, action, resource);'].join('\n');
    const { findings, policies } = await engine.check(text);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(policies.map(({ id }) => id)).toContain('never');
    const compiled = await engine.compile(text);
    expect(compiled.decide(QUESTION, entitiesWith('low')).effect).toBe('deny');
    compiled.release();
    const broken = await engine.check(
      [...permits, '@id("broken") forbid (principal, action, resource) when {'].join('\n'),
    );
    expect(broken.findings[0]).toMatchObject({ severity: 'error' });
  });

  test('findings are few, and short', async () => {
    const text = `permit (principal, action, resource) when { ${'x'.repeat(10_000)} };\n`.repeat(45);
    const { findings } = await engine.check(text);
    expect(findings.length).toBeLessThanOrEqual(50);
    expect(findings.filter(({ message }) => message.length > 300)).toEqual([]);
  });
});

describe('verdicts that are answered again', () => {
  const rows = entitiesWith('medium');
  const expressions = [
    'context.delegated',
    'context.consented',
    'context.hour > 11',
    'context.depth == 2',
    'context has subject && context.subject in Group::"grp_1"',
    'context has assurance && context.assurance.amr.contains("pwd")',
    'context has approval && context.approval.approvers > 1',
    'context has source && context.source.isLoopback()',
    'context.actors.contains(Agent::"agt_1")',
    'context.route == "consent"',
    'context["now"] > 1700000000',
    '{"now": 1}.now == context.weekday',
    '1700000001 <= context.now',
    'context.now != 1700000001 && !(context.now < 1700000000)',
    'context.now + 1 > 1700000001',
    'context.now == 9007199254740993 || context.now - 1 == 1700000000',
    'context.weekday < context.depth',
    'resource.risk == "medium"',
    'principal in Blueprint::"bpt_1"',
  ];
  const context = fc.record(
    {
      route: fc.constantFrom('consent', 'token_exchange'),
      now: fc.integer({ min: 1_699_999_999, max: 1_700_000_002 }),
      hour: fc.constantFrom(11, 12),
      weekday: fc.constantFrom(1, 2),
      delegated: fc.boolean(),
      depth: fc.constantFrom(1, 2),
      actors: fc.constantFrom([], [{ entity: { type: 'Agent' as const, id: 'agt_1' } }]),
      consented: fc.boolean(),
      bound: fc.boolean(),
      subject: fc.constantFrom({ entity: { type: 'Account' as const, id: 'acc_1' } }),
      assurance: fc.record({
        record: fc.record({ acr: fc.constant('a'), amr: fc.constantFrom(['pwd'], ['otp']), age: fc.nat(2) }),
      }),
      approval: fc.record({ record: fc.record({ id: fc.constant('apr'), approvers: fc.constantFrom(1, 2) }) }),
      source: fc.constantFrom({ network: '127.0.0.1' }, { network: '10.0.0.1' }),
    },
    { requiredKeys: ['route', 'now', 'hour', 'weekday', 'delegated', 'depth', 'actors', 'consented', 'bound'] },
  );
  const questionOf = (facts: PolicyRecord): PolicyQuestion => ({ ...QUESTION, context: facts });

  test('are those of the same question asked for the first time', async () => {
    const policies = fc.uniqueArray(fc.tuple(fc.constantFrom('permit', 'forbid'), fc.constantFrom(...expressions)), {
      minLength: 1,
      maxLength: 4,
      selector: ([, expression]) => expression,
    });
    await fc.assert(
      fc.asyncProperty(policies, context, context, async (chosen, base, other) => {
        // One fact changes at a time, so that nothing else tells two questions apart.
        const facts = [base, ...Object.entries(other).map(([name, value]) => ({ ...base, [name]: value })), base];
        const text = chosen.map(
          ([effect, e], at) => `@id("p${at}") ${effect} (principal, action == Action::"act", resource) when { ${e} };`,
        );
        const asked = await engine.compile(text.join('\n'));
        for (const [at, one] of facts.entries()) {
          // With a row that no policy reads, the question is another one.
          const unrelated = { name: { type: 'Group' as const, id: `grp_${at}` }, attributes: {}, parents: [] };
          const expected = asked.decide(questionOf(one), [...rows, unrelated]);
          expect(expected.errors).toEqual([]);
          expect(asked.decide(questionOf(one), rows)).toEqual(expected);
        }
        asked.release();
      }),
      { numRuns: 60 },
    );
  });

  test('are not those of another entity, and never those of a request with a fact that does not fit', async () => {
    const set = await engine.compile(
      '@id("a") permit (principal, action == Action::"act", resource) when { resource.risk == "medium" };',
    );
    expect(set.decide(QUESTION, rows)).toMatchObject({ effect: 'allow' });
    expect(set.decide(QUESTION, entitiesWith('high'))).toMatchObject({ effect: 'deny', errors: [] });
    expect(set.decide(questionOf({ ...CONTEXT, now: 1_700_000_001 }), rows)).toMatchObject({ effect: 'allow' });
    const assurance = (age: number) => ({ assurance: { record: { acr: 'a', amr: ['pwd'], age } } });
    for (const age of [1, 2]) {
      expect(set.decide(questionOf({ ...CONTEXT, ...assurance(age) }), rows)).toMatchObject({ effect: 'allow' });
    }
    for (const wrong of [
      { hour: '12' },
      { other: 1 },
      { now: undefined },
      { now: 1.5 },
      { now: 2 ** 53 },
      { assurance: { record: { acr: 'a', amr: ['pwd'], age: 1.5 } } },
      { actors: ['agt_1'] },
      { source: { network: 'x' } },
    ]) {
      expect(set.decide(questionOf({ ...CONTEXT, ...wrong }), rows)).toMatchObject({
        effect: 'deny',
        errors: [expect.anything()],
      });
    }
    expect(set.decide(QUESTION, rows)).toMatchObject({ effect: 'allow' });
    set.release();
    expect(set.decide(QUESTION, rows)).toMatchObject({ effect: 'deny' });
  });
});

const set = await engine.compile(engine.starter);

describe('the starter set', () => {
  const decide = (
    risk: string,
    context: PolicyRecord = {},
    question: Partial<PolicyQuestion> = {},
    management = false,
  ) =>
    set.decide({ ...QUESTION, context: { ...CONTEXT, ...context }, ...question }, [
      ...entitiesWith(risk, management),
      { name: { type: 'Client', id: 'app_1' }, attributes: { document: false, verified: false }, parents: [] },
    ]);
  const obligations = (id: string | undefined) => {
    const { id: _, reason: __, ...rest } = set.policies.get(id ?? '')?.annotations ?? {};
    return rest;
  };
  const app = { principal: { type: 'Client', id: 'app_1' } } as const;
  const server = { type: 'ResourceServer', id: 'rs_1' } as const;

  test('an agent uses low risk', () => {
    expect(decide('low', { consented: false })).toMatchObject({ effect: 'allow', determining: ['agents-low-risk'] });
  });

  test('an agent uses medium risk for a person who named the scope, or for itself', () => {
    expect(decide('medium', { consented: false })).toMatchObject({ effect: 'deny', determining: [], errors: [] });
    expect(decide('medium')).toMatchObject({ effect: 'allow', determining: ['agents-medium-risk'] });
    expect(decide('medium', { consented: false, delegated: false, subject: undefined })).toMatchObject({
      effect: 'allow',
    });
  });

  test('high risk needs an approval', () => {
    const { effect, determining } = decide('high');
    expect(effect).toBe('allow');
    expect(determining.map(obligations)).toEqual([{ approval: 'required' }]);
  });

  test('critical risk needs two approvers and fresh strong authentication', () => {
    const approved = (approvers: number) => ({ approval: { record: { id: 'apr_1', approvers } } });
    for (const context of [{}, approved(1)]) {
      expect(decide('critical', context)).toMatchObject({ effect: 'deny', determining: ['critical-needs-two-people'] });
    }
    expect(obligations('critical-needs-two-people')).toEqual({ approval: 'required' });
    const { effect, determining } = decide('critical', approved(2));
    expect(effect).toBe('allow');
    expect(determining.map(obligations)).toEqual([
      { approval: 'required', acr: 'urn:behalf:acr:multi-factor', max_age: '300' },
    ]);
  });

  test('an agent is given a delegation of any risk', () => {
    for (const risk of ['low', 'medium', 'high', 'critical']) {
      expect(decide(risk, { consented: false }, { action: 'delegate' })).toMatchObject({ effect: 'allow', errors: [] });
    }
  });

  test('an application that is not an agent acts and is delegated as before there were policies', () => {
    for (const action of ['act', 'delegate'] as const) {
      for (const risk of ['low', 'medium', 'high', 'critical']) {
        expect(decide(risk, { consented: false }, { ...app, action }, true)).toEqual({
          effect: 'allow',
          determining: ['apps-act'],
          errors: [],
        });
      }
    }
  });

  const call = { operation: 'createGroup', scope: 'groups:write', risk: 'critical' };
  const registered = { kind: 'agent', via: 'management', change: false, owner: 'acc_1', environment: 'production' };
  const asked = [
    ['administer', call],
    ['register', { ...registered, credentials: ['jwks'], roles: [] }],
  ] as const;

  test('no agent administers this server nor registers others, nor uses its API', () => {
    for (const [action, context] of asked) {
      expect(decide('low', context, { action, resource: server })).toMatchObject({
        effect: 'deny',
        determining: ['no-agent-administers'],
      });
    }
    for (const action of ['act', 'delegate'] as const) {
      expect(decide('low', {}, { action }, true)).toMatchObject({
        effect: 'deny',
        determining: ['no-agent-at-management'],
      });
    }
  });

  test('people and applications administer, register and approve, where roles let them', () => {
    const person = { principal: { type: 'Account', id: 'acc_1' } } as const;
    for (const principal of [app, person]) {
      for (const [action, context] of asked) {
        expect(decide('low', context, { ...principal, action, resource: server })).toMatchObject({
          effect: 'allow',
          determining: ['apps-and-people-administer'],
        });
      }
    }
    const yes = { risk: 'high', scopes: ['read'], owner: false, self: true, deputy: false, consent: false };
    const asking = { ...yes, agent: { entity: { type: 'Agent', id: 'agt_1' } } } as const;
    expect(decide('high', asking, { ...person, action: 'approve' })).toMatchObject({ effect: 'allow' });
  });
});

test('the policies of the guide can be uploaded as they are', async () => {
  const guide = readFileSync(new URL('../../docs/reference/policy.md', import.meta.url), 'utf8');
  const texts = [...guide.matchAll(/```\n(@id[\s\S]*?)```/g)].map(([, text = '']) => text.replaceAll('…', '1'));
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect((await engine.check(`${engine.starter}\n${text}`)).findings).toEqual([]);
});
