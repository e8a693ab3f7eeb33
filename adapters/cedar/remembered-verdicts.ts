import { hash } from 'node:crypto';
import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Verdict } from '../../src/domain/ports/policy-engine.ts';
import type { Use } from './context-use.ts';

/** A question in Cedar's words. */
export type Asked = {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Readonly<Record<string, CedarValueJson>>;
  readonly entities: readonly EntityJson[];
};

/** Verdicts of one set, some 10 MB; the one that came first goes first. */
const MOST_VERDICTS = 32_768;
/** Characters of a question; a longer one is evaluated each time. */
const LONGEST_QUESTION = 8_192;

/**
 * A verdict follows from the set and the question alone, so the same question has the same verdict. The same is one
 * that differs at most in what no policy of the set can notice: facts that none looks at, and numbers that lie between the
 * same two of those they are compared with, such as the hour. `used` are the facts that are looked at; undefined: all.
 */
export const rememberedVerdicts = (used: ReadonlyMap<string, Use> | undefined) => {
  const verdicts = new Map<string, Verdict>();

  const keyOf = ({ principal, action, resource, context, entities }: Asked): string => {
    // Of the others only that they are there and of which kind: one that does not fit the schema is an error.
    const facts = Object.entries(context).map(([name, value]) => {
      const use = used === undefined ? 'whole' : used.get(name);
      if (use === undefined) return [name, kindOf(value)];
      return use === 'whole' || typeof value !== 'number' ? [name, value] : [name, ...placeOf(value, use)];
    });
    return JSON.stringify([principal, action, resource, facts, entities]);
  };

  return (asked: Asked, evaluate: () => Verdict): Verdict => {
    const text = keyOf(asked);
    if (text.length > LONGEST_QUESTION) return evaluate();
    const key = hash('sha256', text, 'base64url');
    const known = verdicts.get(key);
    if (known) return known;
    const verdict = evaluate();
    // What failed may have failed for want of something else than the question.
    if (verdict.errors.length > 0) return verdict;
    if (verdicts.size >= MOST_VERDICTS) verdicts.delete(verdicts.keys().next().value as string);
    verdicts.set(key, verdict);
    return verdict;
  };
};

/** Between which of these a number lies, and whether it is one of them. */
const placeOf = (value: number, among: readonly number[]): readonly [string, number, boolean] => [
  'place',
  among.filter((one) => one < value).length,
  among.includes(value),
];

/** Deep enough for what the schema knows of facts: a record of lists. */
const kindOf = (value: CedarValueJson): unknown => {
  if (typeof value !== 'object' || value === null) return typeof value;
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(kindOf(item))))].sort();
  if ('__entity' in value) return (value['__entity'] as TypeAndId).type;
  // Whether a text is an address, only Cedar knows.
  if ('__extn' in value) return value;
  return Object.entries(value).map(([name, member]) => [name, kindOf(member)]);
};
