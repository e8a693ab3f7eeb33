/**
 * What a mutation changes: one guard of one line. Found by patterns, since the formatter gives every guard one shape. A
 * mutation that does not parse or compile is no mutation; the runner draws another.
 */

export type Mutation = {
  /** From the root. */
  readonly path: string;
  /** From one. */
  readonly line: number;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
};

type Operator = {
  readonly name: string;
  readonly pattern: RegExp;
  readonly replace: (match: RegExpExecArray) => string;
};

/** Each pattern takes the whole line, so that an operator changes its first match alone. */
const OPERATORS: readonly Operator[] = [
  {
    name: 'skip a refusal',
    pattern: /^(\s*)if \((.+)\) throw (.+)$/,
    replace: ([, indent, condition, thrown]) => `${indent}if (false && (${condition})) throw ${thrown}`,
  },
  {
    name: 'skip an early answer',
    pattern: /^(\s*)if \((.+)\) return((?: \S.*)?;)$/,
    replace: ([, indent, condition, answer]) => `${indent}if (false && (${condition})) return${answer}`,
  },
  {
    name: 'skip a block',
    pattern: /^(\s*)if \((.+)\) \{$/,
    replace: ([, indent, condition]) => `${indent}if (false && (${condition})) {`,
  },
  { name: '=== becomes !==', pattern: /^(.*?) === (.*)$/, replace: ([, left, right]) => `${left} !== ${right}` },
  { name: '!== becomes ===', pattern: /^(.*?) !== (.*)$/, replace: ([, left, right]) => `${left} === ${right}` },
  { name: '<= becomes >', pattern: /^(.*?) <= (.*)$/, replace: ([, left, right]) => `${left} > ${right}` },
  { name: '>= becomes <', pattern: /^(.*?) >= (.*)$/, replace: ([, left, right]) => `${left} < ${right}` },
  { name: '&& becomes ||', pattern: /^(.*?) && (.*)$/, replace: ([, left, right]) => `${left} || ${right}` },
  { name: '|| becomes &&', pattern: /^(.*?) \|\| (.*)$/, replace: ([, left, right]) => `${left} && ${right}` },
  {
    name: 'every becomes some',
    pattern: /^(.*?)\.every\((.*)$/,
    replace: ([, left, right]) => `${left}.some(${right}`,
  },
  {
    name: 'some becomes every',
    pattern: /^(.*?)\.some\((.*)$/,
    replace: ([, left, right]) => `${left}.every(${right}`,
  },
  {
    name: 'do not wait for the audit event',
    pattern: /^(\s*)await ((?:deps\.)?audit\.append\(.*)$/,
    replace: ([, indent, call]) => `${indent}void ${call}`,
  },
  { name: 'a limit one higher', pattern: /^(.*?) < (.*)$/, replace: ([, left, right]) => `${left} <= ${right}` },
  {
    name: 'Math.min becomes Math.max',
    pattern: /^(.*?)Math\.min\((.*)$/,
    replace: ([, left, right]) => `${left}Math.max(${right}`,
  },
];

/** Lines that hold no guard: comments, imports, declarations of types, texts. */
const isNoGuard = (line: string): boolean =>
  /^\s*(?:\/\/|\*|\/\*|import |export type |type |readonly |\| )/.test(line) || /^\s*['"`]/.test(line);

/** Mutations that change how often the code tries or reads, and no answer. */
const CHANGES_NOTHING: readonly (readonly [operator: string, line: RegExp])[] = [
  // One more attempt against concurrent writers, one more page of those that a constant bounds, or one more slice, an empty one.
  ['a limit one higher', /for \(let (?:attempt|pass) = /],
  [
    'a limit one higher',
    /for \(let \w+ = 0; \w+ < (?:[A-Z_]+; \w+ \+= (?:1|[A-Z_]+)|[\w.]+\.length; \w+ \+= [A-Z_]+)\)/,
  ],
  // Ids, names and keys that are compared for an order differ; of equal ones no order is promised.
  ['a limit one higher', / < [\w.]+ \? -?1 : -?1/],
  // One more read, which finds an empty page.
  ['|| becomes &&', /page\.length < PAGE \|\| !last/],
];

export const isEquivalent = ({ operator, before }: Mutation): boolean =>
  CHANGES_NOTHING.some(([name, line]) => name === operator && line.test(before));

/** Every mutation of a file, in the order of its lines. */
export const mutationsOf = (path: string, text: string): readonly Mutation[] =>
  text.split('\n').flatMap((before, index) => {
    if (isNoGuard(before)) return [];
    return OPERATORS.flatMap(({ name, pattern, replace }) => {
      const match = pattern.exec(before);
      return match === null ? [] : [{ path, line: index + 1, operator: name, before, after: replace(match) }];
    });
  });
