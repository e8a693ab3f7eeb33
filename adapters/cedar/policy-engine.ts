/**
 * The policy engine: Cedar, as WebAssembly in this process. Owns the schema, the starter set, the limits of a text and
 * the sets that are ready to decide; knows no store and no clock. Made by src/compose; called through the port.
 * Evaluation needs no deadline: the language has no loops, so a decision costs what the text and the facts are long.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuthorizationAnswer,
  type CheckParseAnswer,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import {
  type CompiledPolicies,
  type PolicyEngine,
  type PolicyEntity,
  type PolicyQuestion,
  policiesRefused,
  policiesUnavailable,
  type Verdict,
} from '../../src/domain/ports/policy-engine.ts';
import { checkPolicies } from './check-policies.ts';
import { contextUse } from './context-use.ts';
import { entityJson, nameJson, recordJson } from './facts-json.ts';
import { rememberedVerdicts } from './remembered-verdicts.ts';

const textOf = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** Under which name Cedar keeps the schema for this process. */
const SCHEMA = 'behalf';

/** Sets that are ready at once, over the whole process: the one in force, and those that are being tried. */
const MOST_READY = 1_000;

// Cedar keeps sets under names until the process ends; a name that is free again holds an empty set.
const free: string[] = [];
let named = 0;

const takeName = (): string => {
  const name = free.pop();
  if (name !== undefined) return name;
  if (named === MOST_READY) throw policiesUnavailable('too many policy sets are in use at once');
  named += 1;
  return `set-${named}`;
};

const giveBack = (name: string): void => {
  preparsePolicySet(name, { staticPolicies: {} });
  free.push(name);
};

export const cedarPolicyEngine = (): PolicyEngine => {
  const schema = textOf('agent.cedarschema');
  const starter = textOf('starter.cedar');
  succeed(preparseSchema(SCHEMA, schema));

  return {
    schema,
    starter,
    check: (text) => checkPolicies(text, schema).check,

    compile(text): CompiledPolicies {
      const { check, policies } = checkPolicies(text, schema);
      if (check.findings.some(({ severity }) => severity === 'error')) throw policiesRefused(check.findings);
      const name = takeName();
      const staticPolicies = Object.fromEntries(policies.map(({ summary, statement }) => [summary.id, statement.text]));
      const prepared = preparsePolicySet(name, { staticPolicies });
      if (prepared.type === 'failure') giveBack(name);
      succeed(prepared);
      const remembered = rememberedVerdicts(contextUse(policies.map(({ json }) => json)));
      let isReleased = false;
      return {
        policies: new Map(policies.map(({ summary }) => [summary.id, summary])),
        decide: (question, entities) =>
          isReleased ? failed('This set was released.') : decide(name, remembered, question, entities),
        release() {
          if (!isReleased) giveBack(name);
          isReleased = true;
        },
      };
    },
  };
};

const succeed = (answer: CheckParseAnswer): void => {
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
};

const failed = (...errors: readonly string[]): Verdict => ({ effect: 'deny', determining: [], errors });

const decide = (
  set: string,
  remembered: ReturnType<typeof rememberedVerdicts>,
  question: PolicyQuestion,
  entities: readonly PolicyEntity[],
): Verdict => {
  // To Cedar an entity without a row is one without attributes: a policy that asks for none would not notice.
  for (const { type, id } of [question.principal, question.resource]) {
    const isThere = entities.some(({ name }) => name.type === type && name.id === id);
    if (!isThere) return failed(`There is no row for ${type} ${id}.`);
  }
  try {
    const asked = {
      principal: nameJson(question.principal),
      action: { type: 'Action', id: question.action },
      resource: nameJson(question.resource),
      context: recordJson(question.context),
      entities: entities.map(entityJson),
    };
    return remembered(asked, () =>
      verdictOf(
        statefulIsAuthorized({
          ...asked,
          preparsedSchemaName: SCHEMA,
          validateRequest: true,
          preparsedPolicySetId: set,
        }),
      ),
    );
  } catch (error) {
    return failed(String((error as Error).message ?? error));
  }
};

const verdictOf = (answer: AuthorizationAnswer): Verdict => {
  if (answer.type === 'failure') return failed(...answer.errors.map(({ message }) => message));
  const { decision, diagnostics } = answer.response;
  // Cedar leaves out a policy it cannot evaluate. A forbid that is left out would be as good as a permit.
  const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`).sort();
  if (decision === 'allow' && errors.length > 0) return failed(...errors);
  return { effect: decision, determining: diagnostics.reason.toSorted(), errors };
};
