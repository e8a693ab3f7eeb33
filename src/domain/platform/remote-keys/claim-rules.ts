/**
 * Rules on the claims of a workload token: which tokens of an issuer belong to the agent. Owns what a pattern
 * matches and which patterns are refused. Does not know issuers, keys or agents. Called by workload-identity.ts and
 * where a credential is registered.
 */
import { pointerStep } from '../../vocabulary/json-pointer.ts';
import { raise } from '../../vocabulary/refusals.ts';
import { claimRuleRefusal } from './claim-rule-refusals.ts';

/**
 * The required text. In `like` each `*` matches one or more characters within one part: it never crosses a
 * separator.
 */
export type TextRule = { readonly equals: string } | { readonly one_of: readonly string[] } | { readonly like: string };

/**
 * The required value of a claim. `contains`: the claim is a list that holds the text. The others need a single
 * value.
 */
export type ClaimRule = TextRule | { readonly contains: string };

/** By name of the claim, or by JSON pointer (RFC 6901) when it begins with `/`. All of them must hold. */
export type ClaimRules = Readonly<Record<string, ClaimRule>>;

export type Claims = Readonly<Record<string, unknown>>;

const MOST_RULES = 20;
const LONGEST = 512;

/** Whether the text matches the rule. `separators`: characters that divide a subject of this issuer into parts. */
export const fitsText = (rule: TextRule, text: string, separators: string): boolean => {
  if ('equals' in rule) return text === rule.equals;
  if ('one_of' in rule) return rule.one_of.includes(text);
  const wanted = partsOf(rule.like, separators);
  const given = partsOf(text, separators);
  return wanted.length === given.length && wanted.every((part, index) => fitsPart(part, given[index] ?? ''));
};

/** The name of the first claim that violates its rule. */
export const firstUnfit = (rules: ClaimRules, claims: Claims, separators: string): string | undefined =>
  Object.entries(rules).find(([name, rule]) => !fitsClaim(rule, claimAt(claims, name), separators))?.[0];

const fitsClaim = (rule: ClaimRule, value: unknown, separators: string): boolean => {
  if ('contains' in rule) return Array.isArray(value) && value.includes(rule.contains);
  // A list that holds the text does not match: that needs `contains`.
  if (typeof value === 'string') return fitsText(rule, value, separators);
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) {
    return !('like' in rule) && fitsText(rule, String(value), separators);
  }
  return false;
};

const claimAt = (claims: Claims, name: string): unknown => {
  if (!name.startsWith('/')) return Object.hasOwn(claims, name) ? claims[name] : undefined;
  let value: unknown = claims;
  for (const token of name.slice(1).split('/')) {
    const member = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = Reflect.get(value, member);
  }
  return value;
};

/** Parts and the separators between them, alternating. */
const partsOf = (text: string, separators: string): readonly string[] => {
  const parts = [''];
  for (const character of text) {
    if (separators.includes(character)) parts.push(character, '');
    else parts[parts.length - 1] += character;
  }
  return parts;
};

const fitsPart = (pattern: string, text: string): boolean => {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === text;
  const [before, behind] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length > before.length + behind.length && text.startsWith(before) && text.endsWith(behind);
};

/** The rule as it is stored. Throws 'invalid_field' below `field`. */
export const checkTextRule = (value: unknown, field: string, separators: string): TextRule => {
  const [name, wanted] = soleMember(value, field);
  if (name === 'equals') return { equals: checkedText(wanted, `${field}/equals`) };
  if (name === 'one_of') {
    if (!Array.isArray(wanted) || wanted.length < 1 || wanted.length > MOST_RULES) {
      throw claimRuleRefusal('claim_values_wrong', { field: `${field}/one_of`, params: { most: MOST_RULES } });
    }
    return { one_of: wanted.map((one: unknown, index) => checkedText(one, `${field}/one_of/${index}`)) };
  }
  if (name === 'like') return { like: checkedPattern(wanted, `${field}/like`, separators) };
  throw claimRuleRefusal('claim_rule_kind_unknown', { field });
};

/** The same for rules on claims. */
export const checkClaimRules = (value: unknown, field: string, separators: string): ClaimRules => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw claimRuleRefusal('claim_rules_not_object', { field });
  }
  const entries = Object.entries(value);
  if (entries.length > MOST_RULES) {
    throw claimRuleRefusal('claim_rules_exceeded', { field, params: { most: MOST_RULES } });
  }
  return Object.fromEntries(
    entries.map(([name, rule]) => {
      const at = `${field}/${pointerStep(name)}`;
      if (name === '' || name.length > 200) throw claimRuleRefusal('claim_name_malformed', { field: at });
      const [kind, wanted] = soleMember(rule, at);
      if (kind === 'contains') return [name, { contains: checkedText(wanted, `${at}/contains`) }] as const;
      return [name, checkTextRule(rule, at, separators)] as const;
    }),
  );
};

const soleMember = (value: unknown, field: string): readonly [string, unknown] => {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const [first] = entries;
  if (first === undefined || entries.length > 1) {
    throw claimRuleRefusal('claim_rule_malformed', { field });
  }
  return first;
};

const checkedText = (value: unknown, field: string): string =>
  typeof value === 'string' && value.length >= 1 && value.length <= LONGEST
    ? value
    : raise(claimRuleRefusal('claim_value_malformed', { field, params: { most: LONGEST } }));

/** A pattern must restrict the tokens it matches: it needs text at its start and between two stars. */
const checkedPattern = (value: unknown, field: string, separators: string): string => {
  const text = checkedText(value, field);
  const parts = partsOf(text, separators);
  if (!text.includes('*')) throw claimRuleRefusal('claim_pattern_without_star', { field });
  if ((parts[0] ?? '').includes('*')) {
    throw claimRuleRefusal('claim_pattern_without_start', { field });
  }
  if (parts.some((part) => part.indexOf('*') !== part.lastIndexOf('*'))) {
    throw claimRuleRefusal('claim_pattern_too_wide', { field, params: { separators: [...separators].join(' ') } });
  }
  return text;
};
