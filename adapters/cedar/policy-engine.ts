/**
 * The policy engine: Cedar, as WebAssembly in this process. Owns the schema, the starter set, the limits of a text
 * and the parsed sets; knows no store and no clock. Created by src/compose; called through the port. Evaluation
 * needs no deadline: the language has no loops, so the cost of a decision follows from the length of text and facts.
 * A text is checked and compiled in slices, between which the server answers other requests.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import {
  type CompiledPolicies,
  type PolicyEngine,
  type PolicyEntity,
  type PolicyQuestion,
  policiesRefused,
  policiesUnavailable,
  policyTextsInLine,
  type TakenBefore,
  type Verdict,
} from '../../src/domain/ports/policy-engine.ts';
import { ANNOTATIONS } from './annotations.ts';
import { cedar } from './cedar.ts';
import { type Checked, checkPolicies } from './check-policies.ts';
import { type FactsFit, factsFit, resolvedSchema } from './facts-fit.ts';
import { entityJson, nameJson, recordJson } from './facts-json.ts';
import { lookedAt } from './facts-used.ts';
import { nameSet, succeed } from './named-sets.ts';
import { headOf, questionOf, rulingOf } from './policy-head.ts';
import { type PolicyParts, policyParts, type ReadyPolicy } from './policy-parts.ts';
import { joinedUse, useOf } from './policy-use.ts';
import { PREPARED_FILE, type PreparedStarter, preparedFrom } from './prepared-starter.ts';
import { type Answer, type Asked, type RememberedAnswers, rememberedAnswers } from './remembered-answers.ts';
import { rememberedVerdicts } from './remembered-verdicts.ts';
import { inSlices, oneAfterAnother, portionsOf, type Slices } from './slices.ts';

const textOf = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** Parsed sets in the whole process at one time: the active one, and those in simulation. */
const MOST_READY = 1_000;

/**
 * Characters of the texts that one waits for: one of the longest, and some short ones. They take about two seconds, so that a
 * text which waits for them is checked before its request ends (5 s).
 */
const MOST_AHEAD = 640 * 1024;
/** Characters of a text that takes no turn: it is checked within milliseconds, and its result is remembered. */
const SHORT = 16_384;
/** What a text counts besides its length, so that few hundred wait. */
const FOR_A_TEXT = 1024;

let ready = 0;

const schemaText = (): string => {
  readText ??= textOf('agent.cedarschema');
  return readText;
};
let readText: string | undefined;

const starterText = (): string => {
  readStarter ??= textOf('starter.cedar');
  return readStarter;
};
let readStarter: string | undefined;

/** Read once in a process. */
const prepared = (): PreparedStarter | undefined => {
  readPrepared ??= { starter: preparedFrom(textOf(PREPARED_FILE), schemaText(), starterText()) };
  return readPrepared.starter;
};
let readPrepared: { readonly starter: PreparedStarter | undefined } | undefined;

/** Read once in a process, when the first set is compiled. Throws an Error when the schema does not parse. */
const schemaFacts = (): FactsFit => {
  known ??= factsFit(prepared()?.schema ?? resolvedSchema(schemaText()));
  return known;
};
let known: FactsFit | undefined;

/** The starter set was checked before, and without an error. All other texts are checked here. */
function* checked(text: string, before: TakenBefore | undefined): Slices<Checked> {
  const known = text === starterText() ? prepared()?.checked : undefined;
  return known ?? (yield* checkPolicies(text, schemaText(), before));
}

function* readyPolicies(policies: Checked['policies'], facts: FactsFit): Slices<readonly ReadyPolicy[]> {
  const all: ReadyPolicy[] = [];
  for (const portion of portionsOf(policies, ({ statement }) => statement.text)) {
    for (const { summary, statement, json } of portion) {
      const use = useOf([json]);
      const within = use.within && facts.within(use.within);
      const { id } = summary;
      all.push({ id, text: statement.text, head: headOf(json), ruling: rulingOf(json), use: { ...use, within } });
    }
    yield;
  }
  return all;
}

/** The name under which Cedar keeps the schema for this process. Few questions need it: it is parsed at the first of them. */
const schemaName = (): string => {
  if (!isParsed) succeed(cedar().preparseSchema(SCHEMA, schemaText()));
  isParsed = true;
  return SCHEMA;
};
const SCHEMA = 'behalf';
let isParsed = false;

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** `pause`: lets other requests run between two slices of work. Default: all that is ready. */
export const cedarPolicyEngine = (pause: () => Promise<void> = turn): PolicyEngine => {
  const schema = schemaText();
  const starter = starterText();
  const line = oneAfterAnother(MOST_AHEAD, policyTextsInLine);

  /**
   * Long texts take turns from the first slice to the last, so that any number of them at once needs the memory of one. A full
   * line refuses no short one.
   */
  const inTurn = <T>(text: string, before: TakenBefore | undefined, work: () => Promise<T>): Promise<T> =>
    before?.isAwaited || text.length <= SHORT ? work() : line(text.length + FOR_A_TEXT, work);

  const checkedNow = (text: string, before: TakenBefore | undefined): Promise<Checked> =>
    inSlices(checked(text, before), pause);

  const compiled = async (text: string, before: TakenBefore | undefined): Promise<CompiledPolicies> => {
    const { check, policies } = await checkedNow(text, before);
    if (check.findings.some(({ severity }) => severity === 'error')) throw policiesRefused(check.findings);
    const facts = schemaFacts();
    const parts = policyParts(await inSlices(readyPolicies(policies, facts), pause));
    if (ready === MOST_READY) throw policiesUnavailable('too many policy sets are in use at once');
    ready += 1;
    try {
      await inSlices(parts.makeReady(), pause);
    } catch (error) {
      ready -= 1;
      throw error;
    }
    const remembered = rememberedAnswers();
    const verdicts = rememberedVerdicts(joinedUse(parts.all.map(({ use }) => use)));
    let isReleased = false;
    return {
      policies: new Map(policies.map(({ summary }) => [summary.id, summary])),
      decide: (question, entities) =>
        isReleased
          ? failed(RELEASED)
          : verdicts.one(question, entities, () => decide(parts, facts, remembered, question, entities)),
      decideEach: (question, entities, resources) =>
        isReleased
          ? resources.map(() => failed(RELEASED))
          : verdicts.each(question, entities, resources, ({ entity, more }) => {
              const asked = { ...question, resource: entity.name, context: { ...question.context, ...more } };
              return decide(parts, facts, remembered, asked, [...entities, entity]);
            }),
      release() {
        if (isReleased) return;
        isReleased = true;
        ready -= 1;
        parts.release();
      },
    };
  };

  return {
    schema,
    starter,
    annotations: ANNOTATIONS,
    check: async (text, before) => (await inTurn(text, before, () => checkedNow(text, before))).check,
    compile: (text, before) => inTurn(text, before, () => compiled(text, before)),
  };
};

const RELEASED = 'This set was released.';

const failed = (...errors: readonly string[]): Verdict => ({ effect: 'deny', determining: [], errors });

const decide = (
  parts: PolicyParts,
  facts: FactsFit,
  remembered: RememberedAnswers,
  question: PolicyQuestion,
  entities: readonly PolicyEntity[],
): Verdict => {
  // Cedar treats an unknown entity as one without attributes: a policy that reads no attribute would not notice.
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
    return verdictOf(answersOf(parts, facts, remembered, asked));
  } catch (error) {
    return failed(String((error as Error).message ?? error));
  }
};

/**
 * The answers of all parts that can apply. Facts that are sure to match the schema are passed without it, and only
 * those that a part reads. All other facts are passed to every policy unchanged, and Cedar reports what is wrong
 * with them.
 */
const answersOf = (
  parts: PolicyParts,
  facts: FactsFit,
  remembered: RememberedAnswers,
  asked: Asked,
): readonly Answer[] => {
  if (!facts.fits(asked)) {
    const checked = { ...asked, preparsedSchemaName: schemaName(), validateRequest: true };
    const names = parts.all.length === 0 ? [emptySet()] : parts.all.map((part) => part.name());
    return names.map((name) => answerOf({ ...checked, preparsedPolicySetId: name }));
  }
  return parts.of(questionOf(asked)).map(({ part, answer }) => {
    if (answer) return answer;
    const told = lookedAt(asked, part.use);
    return remembered(part.number, part.use, told, () =>
      answerOf({ ...told, validateRequest: false, preparsedPolicySetId: part.name() }),
    );
  });
};

let empty: string | undefined;

/** Facts that violate the schema are errors even where no policy reads them. */
const emptySet = (): string => {
  empty ??= nameSet({});
  return empty;
};

const answerOf = (call: StatefulAuthorizationCall): Answer => {
  const answer = cedar().statefulIsAuthorized(call);
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
  return { effect: decision, reasons: diagnostics.reason, errors };
};

/**
 * The verdict of all parts together. A forbid in one part wins over the permits of all, and an error in one part
 * fails the whole.
 */
const verdictOf = (answers: readonly Answer[]): Verdict => {
  const of = (wanted: Answer['effect']): readonly string[] =>
    answers.flatMap(({ effect, reasons }) => (effect === wanted ? reasons : [])).sort();
  const [permits, forbids] = [of('allow'), of('deny')];
  const errors = answers.flatMap((answer) => answer.errors).sort();
  if (forbids.length > 0) return { effect: 'deny', determining: forbids, errors };
  // Cedar leaves out a policy it cannot evaluate. A forbid that is left out would act like a permit.
  if (permits.length > 0 && errors.length > 0) return failed(...errors);
  return { effect: permits.length > 0 ? 'allow' : 'deny', determining: permits, errors };
};
