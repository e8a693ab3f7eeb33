import { hash } from 'node:crypto';
import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { type PolicyUse, placeOf } from './policy-use.ts';

/** A question in Cedar's format. */
export type Asked = {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
};

/** The answer of some policies to a question. */
export type Answer = {
  /** Ids of the permits of an `allow`, or the forbids of a `deny`. */
  readonly effect: 'allow' | 'deny';
  readonly reasons: readonly string[];
  readonly errors: readonly string[];
};

/**
 * Answers a question to the part of this number. It calls `evaluate` only where no cached answer fits; `asked` holds only facts
 * that the part uses.
 */
export type RememberedAnswers = (part: number, use: PolicyUse, asked: Asked, evaluate: () => Answer) => Answer;

/** Answers of one set; the oldest is dropped first. */
const MOST_ANSWERS = 32_768;
/** Characters of a question; a longer one is evaluated each time. */
const LONGEST_QUESTION = 8_192;
/**
 * An answer that names more policies is not cached: otherwise the author of the policies would decide how much
 * memory it takes.
 */
const MOST_REASONS = 16;

/**
 * A cache of answers. An answer follows from the policies and the question alone, so the same question has the same
 * answer. Two questions are the same if they differ only in what none of these policies can notice. That is: facts
 * that none reads, which are left out already, and numbers between the same two compared ones, such as the hour.
 */
export const rememberedAnswers = (): RememberedAnswers => {
  const answers = new Map<string, Answer>();

  return (part, use, asked, evaluate) => {
    const text = keyOf(part, use, asked);
    if (text.length > LONGEST_QUESTION) return evaluate();
    const key = hash('sha256', text, 'base64url');
    const known = answers.get(key);
    if (known) return known;
    const answer = evaluate();
    // A failure may have another cause than the question.
    if (answer.errors.length > 0 || answer.reasons.length > MOST_REASONS) return answer;
    if (answers.size >= MOST_ANSWERS) answers.delete(answers.keys().next().value as string);
    answers.set(key, answer);
    return answer;
  };
};

const keyOf = (
  part: number,
  { context: used }: PolicyUse,
  { principal, action, resource, context, entities }: Asked,
) => {
  const facts = Object.entries(context).map(([name, value]) => {
    const use = used?.get(name) ?? 'whole';
    return use === 'whole' || typeof value !== 'number' ? [name, value] : [name, ...placeOf(value, use)];
  });
  return JSON.stringify([part, principal, action.id, resource, facts, entities]);
};
