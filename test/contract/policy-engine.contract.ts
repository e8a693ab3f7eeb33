import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type {
  CompiledPolicies,
  EntityType,
  PolicyEngine,
  PolicyEntity,
  PolicyQuestion,
  PolicyRecord,
} from '../../src/domain/ports/policy-engine.ts';

const name = (type: EntityType, id: string) => ({ type, id });
const AGENT = name('Agent', 'agt_1');
const SCOPE = name('Scope', 'https://api.example read');
const SERVER = name('ResourceServer', 'rs_1');
const PERSON = name('Account', 'acc_1');

/** Everything the schema demands of an agent that acts for a person. */
export const CONTEXT: PolicyRecord = {
  route: 'token_exchange',
  now: 1_700_000_000,
  hour: 12,
  weekday: 2,
  subject: { entity: PERSON },
  delegated: true,
  depth: 1,
  actors: [{ entity: AGENT }],
  consented: true,
  bound: false,
};

export const QUESTION: PolicyQuestion = { action: 'act', principal: AGENT, resource: SCOPE, context: CONTEXT };

/** The rows of an agent, a scope of this risk, its server and a person. */
export const entitiesWith = (risk: string, management = false): readonly PolicyEntity[] => [
  {
    name: AGENT,
    attributes: { environment: 'production', owner: 'acc_1', verified: true },
    parents: [name('Blueprint', 'bpt_1')],
  },
  { name: SCOPE, attributes: { name: 'read', risk, server: { entity: SERVER } }, parents: [SERVER] },
  { name: SERVER, attributes: { identifier: 'https://api.example', management }, parents: [] },
  { name: PERSON, attributes: { enabled: true }, parents: [name('Group', 'grp_1')] },
];

const ENTITIES = entitiesWith('low');
const policy = (id: string, head: string, when?: string): string =>
  `@id("${id}") ${head} (principal, action == Action::"act", resource)${when ? ` when { ${when} }` : ''};\n`;
const PERMIT = policy('all', 'permit', 'context.now > 0');

/** What every policy engine promises. */
export const describePolicyEngine = (of: string, make: () => PolicyEngine): void => {
  describe(`policy engine: ${of}`, () => {
    let engine: PolicyEngine;
    const open: CompiledPolicies[] = [];
    const compiled = async (text: string): Promise<CompiledPolicies> => {
      const set = await engine.compile(text);
      open.push(set);
      return set;
    };
    beforeEach(() => {
      engine = make();
    });
    afterEach(() => {
      for (const set of open.splice(0)) set.release();
    });
    const decide = async (text: string, question: Partial<PolicyQuestion> = {}, entities = ENTITIES) =>
      (await compiled(text)).decide({ ...QUESTION, ...question }, entities);
    const errorsOf = async (text: string) =>
      (await engine.check(text)).findings.filter(({ severity }) => severity === 'error');

    describe('SC-04 every error is a deny', () => {
      test('an empty set permits nothing', async () => {
        expect(await decide('')).toEqual({ effect: 'deny', determining: [], errors: [] });
        expect(await decide('// only a comment')).toMatchObject({ effect: 'deny' });
      });

      test('SC-04 a text that does not parse is not accepted as a set', async () => {
        await expect(engine.compile('@id("a") permit (principal, action, resource) when { == };')).rejects.toEqual(
          expect.objectContaining({ code: 'invalid_field', field: '/text' }),
        );
      });

      test('SC-04 an entity that is missing is an error, even where no policy reads it', async () => {
        for (const missing of [AGENT, SCOPE]) {
          const rows = ENTITIES.filter((entity) => entity.name !== missing);
          const verdict = await decide(PERMIT, {}, rows);
          expect(verdict).toMatchObject({ effect: 'deny', determining: [] });
          expect(verdict.errors).not.toEqual([]);
        }
      });

      test('SC-04 an entity with a missing parent is an error where a policy reads it', async () => {
        const verdict = await decide(
          policy('reads', 'permit', '!resource.server.management'),
          {},
          ENTITIES.filter((entity) => entity.name !== SERVER),
        );
        expect(verdict).toMatchObject({ effect: 'deny', errors: [expect.stringContaining('reads')] });
      });

      test('SC-04 an attribute that is missing is an error', async () => {
        const { hour: _, ...context } = CONTEXT;
        expect(await decide(PERMIT, { context })).toMatchObject({ effect: 'deny', errors: [expect.anything()] });
        const withoutRisk = ENTITIES.map((entity) => (entity.name === SCOPE ? { ...entity, attributes: {} } : entity));
        expect(await decide(PERMIT, {}, withoutRisk)).toMatchObject({ effect: 'deny', errors: [expect.anything()] });
      });

      test('SC-04 a fact of another type, an unknown fact, or a number that is not whole is an error', async () => {
        for (const wrong of [{ hour: '12' }, { other: 1 }, { now: 1.5 }, { now: 2 ** 60 }, { now: Number.NaN }]) {
          const verdict = await decide(PERMIT, { context: { ...CONTEXT, ...wrong } });
          expect(verdict).toMatchObject({ effect: 'deny', determining: [] });
          expect(verdict.errors).not.toEqual([]);
        }
      });

      test('SC-04 a forbid that cannot be evaluated denies, and so does a permit', async () => {
        const overflow = 'context.now * 9000000000000000000 > 0';
        for (const effect of ['forbid', 'permit']) {
          const verdict = await decide(PERMIT + policy('fails', effect, overflow));
          expect(verdict).toMatchObject({ effect: 'deny', determining: [] });
          expect(verdict.errors).toEqual([expect.stringContaining('fails')]);
        }
      });

      test('SC-04 a set that was released decides nothing, also when another took its place', async () => {
        const set = await engine.compile(PERMIT);
        set.release();
        set.release();
        await compiled(PERMIT);
        expect(set.decide(QUESTION, ENTITIES)).toMatchObject({ effect: 'deny', errors: [expect.anything()] });
      });
    });

    test('allows what a policy permits, and names all that do', async () => {
      expect(
        await decide(PERMIT + policy('also', 'permit', 'context.consented') + policy('not', 'permit', 'context.bound')),
      ).toEqual({
        effect: 'allow',
        determining: ['all', 'also'],
        errors: [],
      });
    });

    test('a forbid wins over every permit, and is named', async () => {
      expect(await decide(PERMIT + policy('never', 'forbid', 'context.depth >= 1'))).toEqual({
        effect: 'deny',
        determining: ['never'],
        errors: [],
      });
    });

    test('knows what an entity is in, records, sets, addresses and what is left out', async () => {
      const when = [
        'principal in Blueprint::"bpt_1"',
        'context has subject && context.subject in Group::"grp_1"',
        'context.actors.contains(Agent::"agt_1")',
        'context has assurance && context.assurance.amr.contains("pwd") && context.assurance.age < 60',
        'context has source && context.source.isInRange(ip("10.0.0.0/8"))',
        '!(context has approval)',
      ].join(' && ');
      const context: PolicyRecord = {
        ...CONTEXT,
        assurance: { record: { acr: 'a', amr: ['pwd'], age: 30 } },
        source: { network: '10.1.2.3' },
        approval: undefined,
      };
      expect(await decide(policy('all', 'permit', when), { context })).toMatchObject({ effect: 'allow' });
    });

    test('sets that are ready at once do not mix, and a place is used again', async () => {
      const first = await compiled(policy('first', 'permit', 'context.now > 0'));
      for (let round = 0; round < 50; round += 1) (await engine.compile(PERMIT)).release();
      const second = await compiled(policy('second', 'permit', 'context.now > 0'));
      expect(first.decide(QUESTION, ENTITIES).determining).toEqual(['first']);
      expect(second.decide(QUESTION, ENTITIES).determining).toEqual(['second']);
    });

    test('says what stands beside each policy', async () => {
      const text = '@id("a") @reason("Why; \\"so\\".") @max_seconds("300") forbid (principal, action, resource);';
      const summary = { id: 'a', effect: 'forbid', annotations: { id: 'a', reason: 'Why; "so".', max_seconds: '300' } };
      expect((await engine.check(text)).policies).toEqual([summary]);
      expect((await compiled(text)).policies.get('a')).toEqual(summary);
    });

    test('names the line of every policy that does not parse', async () => {
      const text = `${PERMIT}\n// é\n@id("b")\npermit (principal, action, resource)\nwhen { "é" == };\n@id("c") allow (principal, action, resource);\n`;
      expect((await errorsOf(text)).map(({ line }) => line)).toEqual([6, 7]);
      await expect(engine.compile(text)).rejects.toThrow(/^Line 6: /);
    });

    test('names line and policy of what the schema does not know', async () => {
      const [finding, ...others] = await errorsOf(`${PERMIT}${policy('b', 'permit', '\n  context.nope == 1')}`);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ policy: 'b', line: 3, message: expect.stringContaining('nope') });
    });

    test.each([
      ['no @id', 'permit (principal, action, resource);'],
      ['an unreadable @id', '@id("A b") permit (principal, action, resource);'],
      ['the same @id twice', `${PERMIT}${PERMIT}`],
      ['an approval that is not "required"', '@id("a") @approval("maybe") permit (principal, action, resource);'],
      ['an age that is no number', '@id("a") @max_age("5m") permit (principal, action, resource);'],
      ['an age of nothing', '@id("a") @max_age permit (principal, action, resource);'],
      ['seconds below one', '@id("a") @max_seconds("0") permit (principal, action, resource);'],
      [
        'an escalation without further approvers',
        '@id("a") @approvers("owner") @escalate_after("60") permit (principal, action, resource);',
      ],
      [
        'an escalation at no time',
        '@id("a") @approvers("owner") @escalate_to("subject") permit (principal, action, resource);',
      ],
      [
        'an escalation without first approvers',
        '@id("a") @escalate_after("60") @escalate_to("owner") permit (principal, action, resource);',
      ],
      [
        'an escalation after no number of seconds',
        '@id("a") @approvers("owner") @escalate_after("soon") @escalate_to("subject") permit (principal, action, resource);',
      ],
      [
        'an invalid name among the excluded approvers',
        '@id("a") @approvers_except("anna") permit (principal, action, resource);',
      ],
      ['a reason of two lines', '@id("a") @reason("one\\ntwo") permit (principal, action, resource);'],
      ['a template', '@id("a") permit (principal == ?principal, action, resource);'],
      ['a text that does not end', '@id("a) permit (principal, action, resource);'],
      ['a policy that does not end', '@id("a") permit (principal, action, resource)'],
      ['a character of no policy', '@id("a")\u00a0permit (principal, action, resource);'],
    ])('refuses %s', async (_, text) => {
      expect(await errorsOf(text)).toEqual([expect.objectContaining({ line: expect.any(Number) })]);
    });

    test.each([
      [
        'a policy that can never apply',
        '@id("a") permit (principal is Account, action == Action::"act", resource);',
        /never apply/,
      ],
      ['a permit for all principals', '@id("a") permit (principal, action, resource);', /without any condition/],
      ['an unknown annotation', `@note("x") ${PERMIT}`, /@note/],
      [
        'an approval of what is no token',
        '@id("a") @approval("required") permit (principal is Client, action == Action::"administer", resource);',
        /Permits nothing/,
      ],
      [
        'a limit of what is no token',
        '@id("a") @max_uses("1") permit (principal is Client, action == Action::"register", resource);',
        /@max_uses has no effect/,
      ],
      [
        'a limit on a forbid',
        `${PERMIT}@id("a") @max_uses("1") forbid (principal, action, resource);`,
        /@max_uses has no effect/,
      ],
      ['a set that permits no agent to act', '', /no agent or client gets a token/],
      [
        'a set under which no administrator could activate another one',
        '@id("a") permit (principal is Agent, action == Action::"act", resource) when { context.bound };',
        /no token for the management API/,
      ],
      [
        'a set under which no user may administer',
        '@id("a") permit (principal, action in [Action::"act", Action::"register"], resource) when { context.bound };',
        /No policy permits `administer`.*rollback --local/,
      ],
      [
        'a set under which nothing is registered',
        '@id("a") permit (principal, action in [Action::"act", Action::"administer"], resource) when { context.bound };',
        /No policy permits `register`/,
      ],
    ])('warns of %s', async (_, text, message) => {
      const { findings } = await engine.check(text);
      expect(findings).toContainEqual(
        expect.objectContaining({ severity: 'warning', message: expect.stringMatching(message) }),
      );
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    });

    test('the starter set has neither error nor warning, and a reason for each policy', async () => {
      const { findings, policies } = await engine.check(engine.starter);
      expect(findings).toEqual([]);
      expect(policies.filter(({ annotations }) => !annotations['reason'])).toEqual([]);
    });
  });
};
