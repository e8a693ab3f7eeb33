/** A set is asked in parts, about some of its facts. Here the same is asked of Cedar itself: all policies, all facts, the schema. */
import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { entityJson, nameJson, recordJson } from '../../adapters/cedar/facts-json.ts';
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { statementsOf } from '../../adapters/cedar/policy-text.ts';
import { inSlices } from '../../adapters/cedar/slices.ts';
import type {
  CompiledPolicies,
  EntityType,
  PolicyEntity,
  PolicyQuestion,
  PolicyRecord,
  PolicyValue,
  Verdict,
} from '../../src/domain/ports/policy-engine.ts';
import { constantJson } from '../../src/domain/ports/sorted-copy.ts';
import { fitting, policy, question, rows } from './policy-questions.ts';

const engine = cedarPolicyEngine();
preparseSchema('whole', engine.schema);

/** The verdict as the port has it, of one call with everything. */
const whole = async (
  text: string,
  { principal, action, resource, context }: PolicyQuestion,
  rows: readonly PolicyEntity[],
) => {
  const read = await inSlices(statementsOf(text), async () => undefined);
  const statements = read.statements.map((one) => [/@id\("([^"]+)"\)/.exec(one.text)?.[1], one.text]);
  expect(preparsePolicySet('whole', { staticPolicies: Object.fromEntries(statements) })).toEqual({ type: 'success' });
  const failed = (...errors: readonly string[]): Verdict => ({ effect: 'deny', determining: [], errors });
  for (const { type, id } of [principal, resource]) {
    if (!rows.some(({ name }) => name.type === type && name.id === id))
      return failed(`There is no row for ${type} ${id}.`);
  }
  try {
    const answer = statefulIsAuthorized({
      principal: nameJson(principal),
      action: { type: 'Action', id: action },
      resource: nameJson(resource),
      context: recordJson(context),
      entities: rows.map(entityJson),
      preparsedSchemaName: 'whole',
      validateRequest: true,
      preparsedPolicySetId: 'whole',
    });
    if (answer.type === 'failure') return failed(...answer.errors.map(({ message }) => message));
    const { decision, diagnostics } = answer.response;
    const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`).sort();
    if (decision === 'allow' && errors.length > 0) return failed(...errors);
    return { effect: decision, determining: diagnostics.reason.toSorted(), errors } satisfies Verdict;
  } catch (error) {
    return failed(String((error as Error).message));
  }
};

/** Checked once, since that takes longer than all the rest. */
const valid: string[] = [];
for (const each of fc.sample(policy, { numRuns: 500, seed: 13 })) {
  const { findings } = await engine.check(`@id("a") ${each};`);
  if (findings.every(({ severity }) => severity !== 'error')) valid.push(each);
}
const policies = fc
  .array(fc.constantFrom(...valid), { minLength: 1, maxLength: 14, size: 'max' })
  .map((all) => all.map((each, index) => `@id("p${index}") ${each};`).join('\n'));

/** What may be wrong with facts, one thing at a time. */
type Fault = (facts: { context: PolicyRecord; rows: readonly PolicyEntity[] }) => {
  context: PolicyRecord;
  rows: readonly PolicyEntity[];
};
const inContext =
  (change: Readonly<Record<string, PolicyValue | undefined>>): Fault =>
  ({ context: facts, rows: all }) => ({ context: { ...facts, ...change }, rows: all });
const inRows =
  (of: EntityType, change: (row: PolicyEntity) => PolicyEntity): Fault =>
  ({ context: facts, rows: all }) => ({
    context: facts,
    rows: all.map((row) => (row.name.type === of ? change(row) : row)),
  });
const FAULTS: Readonly<Record<string, Fault>> = {
  'a number as text': inContext({ hour: '12' }),
  'a text as number': inContext({ route: 1 }),
  'an unknown fact': inContext({ other: true }),
  'a fact that is missing': inContext({ depth: undefined }),
  'another number': inContext({ now: 1.5 }),
  'no address': inContext({ source: { network: 'x' } }),
  'an address in another form': inContext({ source: { network: '010.0.0.1' } }),
  'an address with a zone': inContext({ source: { network: 'fe80::1%eth0' } }),
  'no address at all': inContext({ source: '10.0.0.1' }),
  'an entity of another type': inContext({ subject: { entity: { type: 'Agent', id: 'agt_1' } } }),
  'a list of texts': inContext({ actors: ['agt_1'] }),
  'a record that lacks a member': inContext({ assurance: { record: { acr: 'a', amr: [] } } }),
  'a record with another member': inContext({ approval: { record: { id: 'a', approvers: 1, more: 1 } } }),
  'half of a character': inContext({ route: '\ud800' }),
  'an unknown attribute': inRows('Agent', (row) => ({ ...row, attributes: { ...row.attributes, more: 1 } })),
  'an attribute that is missing': inRows('Scope', (row) => ({ ...row, attributes: { name: 'read' } })),
  'an attribute of another type': inRows('Account', (row) => ({ ...row, attributes: { enabled: 'yes' } })),
  'a parent of another type': inRows('Scope', (row) => ({ ...row, parents: [{ type: 'Blueprint', id: 'bpt_1' }] })),
  'a row twice': ({ context: facts, rows: all }) => ({ context: facts, rows: [...all, ...all.slice(0, 1)] }),
  'a row twice, and another one': ({ context: facts, rows: all }) => ({
    context: facts,
    rows: [...all, ...all.slice(-1).map((row) => ({ ...row, attributes: { ...row.attributes, risk: 'medium' } }))],
  }),
};

/** Of several rows that do not fit, Cedar names any. */
const told = ({ errors, ...verdict }: Verdict) => ({ ...verdict, isError: errors.length > 0 });

/** The verdicts on one resource, with part of the context of its own; then with entities that decisions share. */
const inPieces = (
  { decideEach }: CompiledPolicies,
  { resource, context: { consented, ...shared }, ...rest }: PolicyQuestion,
  all: readonly PolicyEntity[],
): readonly Verdict[] | undefined => {
  const isResource = ({ name }: PolicyEntity): boolean => name.type === resource.type && name.id === resource.id;
  const entity = all.find(isResource);
  // Then the resource has no row, which only a whole question can lack.
  if (!entity) return undefined;
  const others = all.filter((row) => !isResource(row));
  return [(row: PolicyEntity) => row, constantJson].flatMap((of) =>
    decideEach({ ...rest, context: shared }, others.map(of), [{ entity: of(entity), more: { consented } }]),
  );
};

describe('SC-04 SC-07 a set in parts', () => {
  test('says what the whole says', async () => {
    const effects = { allow: 0, deny: 0, errors: 0, forbidden: 0, pieces: 0 };
    await fc.assert(
      fc.asyncProperty(
        policies,
        fc.array(fc.tuple(fitting, rows), { minLength: 1, maxLength: 20, size: 'max' }),
        async (set, asked) => {
          const compiled = await engine.compile(set);
          try {
            for (const [each, all] of asked) {
              const verdict = compiled.decide(each, all);
              expect([set, each, verdict]).toEqual([set, each, await whole(set, each, all)]);
              const pieces = inPieces(compiled, each, all);
              if (pieces) expect([set, each, ...pieces]).toEqual([set, each, verdict, verdict]);
              if (pieces) effects.pieces += 1;
              effects[verdict.effect] += 1;
              if (verdict.errors.length > 0) effects.errors += 1;
              if (verdict.effect === 'deny' && verdict.determining.length > 0) effects.forbidden += 1;
            }
          } finally {
            compiled.release();
          }
        },
      ),
      { numRuns: 150, seed: 13 },
    );
    // It must have met all of them.
    expect(Math.min(...Object.values(effects))).toBeGreaterThan(25);
  });

  test.each(Object.entries(FAULTS))('says of %s what the whole says', async (_, fault) => {
    await fc.assert(
      fc.asyncProperty(policies, question, rows, async (set, each, all) => {
        const compiled = await engine.compile(set);
        try {
          const wrong = fault({ context: each.context, rows: all });
          const broken = { ...each, context: wrong.context };
          expect([set, told(compiled.decide(broken, wrong.rows))]).toEqual([
            set,
            told(await whole(set, broken, wrong.rows)),
          ]);
        } finally {
          compiled.release();
        }
      }),
      { numRuns: 8, seed: 13 },
    );
  });
});
