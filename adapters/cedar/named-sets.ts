/** Policies in the form that Cedar keeps: parsed under a name, for this process. */
import type { CheckParseAnswer } from '@cedar-policy/cedar-wasm/nodejs';
import { cedar } from './cedar.ts';

// Cedar keeps sets under names until the process ends. A name that is free again holds an empty set.
const free: string[] = [];
let named = 0;

/** Parses policies, texts by id, and returns the name of their set. Throws when they do not parse. */
export const nameSet = (texts: Readonly<Record<string, string>>): string => {
  const name = free.pop() ?? `set-${++named}`;
  const prepared = cedar().preparsePolicySet(name, { staticPolicies: texts });
  if (prepared.type === 'failure') freeSet(name);
  succeed(prepared);
  return name;
};

export const freeSet = (name: string): void => {
  cedar().preparsePolicySet(name, { staticPolicies: {} });
  free.push(name);
};

export const succeed = (answer: CheckParseAnswer): void => {
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
};
