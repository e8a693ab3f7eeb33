/**
 * Which facts of the context a set of policies looks at, so that a verdict can be answered again for a question that
 * differs in others only. Called by policy-engine.ts when a set is made ready.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** Names of attributes of `context`; undefined: it is looked at as a whole. */
export const contextUse = (policies: readonly PolicyJson[]): ReadonlySet<string> | undefined => {
  const used = new Set<string>();
  const isWhole = policies.some(({ conditions }) => conditions.some(({ body }) => !collect(body, used)));
  return isWhole ? undefined : used;
};

/** Answers false where `context` stands for itself. Looks into whatever is there, so that no kind of expression is missed. */
const collect = (expression: unknown, used: Set<string>): boolean => {
  if (typeof expression !== 'object' || expression === null) return true;
  if (isContext(expression)) return false;
  for (const [kind, inner] of Object.entries(expression)) {
    const { left, attr } = (typeof inner === 'object' && inner !== null ? inner : {}) as {
      readonly left?: unknown;
      readonly attr?: unknown;
    };
    if ((kind === '.' || kind === 'has') && isContext(left)) {
      // `has` may name a path.
      const name: unknown = Array.isArray(attr) ? attr[0] : attr;
      if (typeof name !== 'string') return false;
      used.add(name);
    } else if (!collect(inner, used)) return false;
  }
  return true;
};

const isContext = (expression: unknown): boolean =>
  typeof expression === 'object' && expression !== null && Reflect.get(expression, 'Var') === 'context';
