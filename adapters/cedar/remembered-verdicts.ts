import type {
  AskedResource,
  PolicyEntity,
  PolicyQuestion,
  PolicyRecord,
  PolicyValue,
  Verdict,
} from '../../src/domain/ports/policy-engine.ts';
import { isConstantJson } from '../../src/domain/ports/sorted-copy.ts';
import { type PolicyUse, placeOf } from './policy-use.ts';

type Base = Omit<PolicyQuestion, 'resource'>;

/** Returns the verdict on a question. Calls `decide` only where no cached verdict fits. */
export interface RememberedVerdicts {
  one(question: PolicyQuestion, entities: readonly PolicyEntity[], decide: () => Verdict): Verdict;

  /** The same for several resources: reads what they have in common once. */
  each(
    base: Base,
    entities: readonly PolicyEntity[],
    resources: readonly AskedResource[],
    decide: (resource: AskedResource) => Verdict,
  ): readonly Verdict[];
}

/** Verdicts of one set; the oldest is dropped first. */
const MOST_VERDICTS = 4_096;
/** Characters of a question; a longer one is decided each time. */
const LONGEST_QUESTION = 4_096;
/** As for the answers of parts: the author of the policies must not decide how much memory a verdict takes. */
const MOST_REASONS = 16;

/**
 * A cache of verdicts in front of the answers of parts (remembered-answers.ts), for a question that is asked again in the same words.
 * Finding the parts and the facts that each reads costs several times the comparison. A verdict follows from the policies and the
 * question alone. Two questions are the same if they differ only in numbers that no policy of the set reads or tells apart, such as
 * the second. All other facts are compared, even those that no policy reads: a fact that violates the schema is an error.
 */
export const rememberedVerdicts = (use: PolicyUse): RememberedVerdicts => {
  const verdicts = new Map<string, Verdict>();

  const remembered = (key: string, decide: () => Verdict): Verdict => {
    const known = verdicts.get(key);
    if (known) return known;
    const verdict = decide();
    // A failure may have another cause than the question.
    const isKept = verdict.errors.length === 0 && verdict.determining.length <= MOST_REASONS;
    if (!isKept || key.length > LONGEST_QUESTION) return verdict;
    if (verdicts.size >= MOST_VERDICTS) verdicts.delete(verdicts.keys().next().value as string);
    verdicts.set(key, verdict);
    return verdict;
  };

  return {
    one: (question, entities, decide) =>
      remembered(keyOf(use, question, entities) + JSON.stringify(question.resource), decide),
    each(base, entities, resources, decide) {
      const key = keyOf(use, base, entities);
      return resources.map((resource) =>
        remembered(key + JSON.stringify([referenceTo(resource.entity), factsOf(use, resource.more)]), () =>
          decide(resource),
        ),
      );
    },
  };
};

/** Of entities that never change, in the order in which they were first seen. */
const numbers = new WeakMap<PolicyEntity, number>();
let seen = 0;

/** What stands for an entity in a key: a number that no other entity has, or the entity itself. */
const referenceTo = (entity: PolicyEntity): number | PolicyEntity => {
  const known = numbers.get(entity);
  if (known !== undefined) return known;
  if (!isConstantJson(entity)) return entity;
  seen += 1;
  numbers.set(entity, seen);
  return seen;
};

const keyOf = (use: PolicyUse, { action, principal, context }: Base, entities: readonly PolicyEntity[]): string =>
  JSON.stringify([action, principal, factsOf(use, context), entities.map(referenceTo)]);

const factsOf = ({ context: used }: PolicyUse, context: PolicyRecord): readonly unknown[] => {
  const facts: unknown[] = [];
  for (const name in context) {
    const value = context[name];
    if (value === undefined) continue;
    const how = used === undefined ? 'whole' : used.get(name);
    if (how === undefined) facts.push(name, unread(value));
    else if (how === 'whole' || !isWhole(value)) facts.push(name, value);
    else facts.push(name, { place: placeOf(value, how) });
  }
  return facts;
};

const isWhole = (value: PolicyValue): value is number => Number.isSafeInteger(value);

/** Stands for any number that Cedar has, in a fact that no policy reads. No fact has this form. */
const ANY_NUMBER = { place: 'any' } as const;

const unread = (value: PolicyValue): unknown => {
  if (isWhole(value)) return ANY_NUMBER;
  if (typeof value !== 'object' || !('record' in value)) return value;
  const record: Record<string, unknown> = {};
  for (const name in value.record) record[name] = unreadMember(value.record, name);
  return { record };
};

const unreadMember = (record: PolicyRecord, name: string): unknown => {
  const value = record[name];
  return value === undefined ? undefined : unread(value);
};
