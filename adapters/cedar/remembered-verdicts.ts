import type {
  PolicyEntity,
  PolicyQuestion,
  PolicyRecord,
  PolicyValue,
  Verdict,
} from '../../src/domain/ports/policy-engine.ts';
import { type PolicyUse, placeOf } from './policy-use.ts';

/** Returns the verdict on a question. Calls `decide` only where no cached verdict fits. */
export type RememberedVerdicts = (
  question: PolicyQuestion,
  entities: readonly PolicyEntity[],
  decide: () => Verdict,
) => Verdict;

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

  return (question, entities, decide) => {
    const key = keyOf(use, question, entities);
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
};

const keyOf = (
  { context: used }: PolicyUse,
  { action, principal, resource, context }: PolicyQuestion,
  entities: readonly PolicyEntity[],
): string => {
  const facts: unknown[] = [];
  for (const name in context) {
    const value = context[name];
    if (value === undefined) continue;
    const how = used === undefined ? 'whole' : used.get(name);
    if (how === undefined) facts.push(name, unread(value));
    else if (how === 'whole' || !isWhole(value)) facts.push(name, value);
    else facts.push(name, { place: placeOf(value, how) });
  }
  return JSON.stringify([action, principal, resource, facts, entities]);
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
