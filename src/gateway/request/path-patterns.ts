/** Which pattern names a path. The most specific one decides; the order in the file does not matter. */

export interface PathPatterns {
  /**
   * Index of the most specific pattern that names a normalised path. `ambiguous`: a server that ignores case, a slash at the end or a format
   * such as `.json` would find another one.
   */
  find(path: string): number | 'ambiguous' | undefined;
}

type Segments = readonly string[];

const REST = '*';
const isName = (segment: string): boolean => segment.startsWith(':');

const segmentsOf = (path: string): Segments => path.slice(1).split('/');

/** 0 for a text, 1 for a name, 2 for the rest: the order of specificity. */
const kindOf = (segment: string | undefined): number => {
  if (segment === undefined || segment === REST) return 2;
  return isName(segment) ? 1 : 0;
};

/** Most specific first. */
const compareSpecificity = (one: string, other: string): number => {
  const [mine, its] = [segmentsOf(one), segmentsOf(other)];
  for (let index = 0; index < Math.max(mine.length, its.length); index += 1) {
    const difference = kindOf(mine[index]) - kindOf(its[index]);
    if (difference !== 0) return difference;
  }
  return its.length - mine.length;
};

const doesName = (pattern: Segments, path: Segments): boolean => {
  const hasRest = pattern.at(-1) === REST;
  if (hasRest ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every((segment, index) => {
    if (hasRest && index === pattern.length - 1) return path[index] !== '';
    return isName(segment) ? path[index] !== '' : segment === path[index];
  });
};

/** As a server that ignores case and a slash at the end reads a path. */
const folded = (path: string): string => {
  const plain = decodeURIComponent(path).normalize('NFKC').toLowerCase();
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
};

const foldedPattern = (pattern: string): string =>
  folded(pattern)
    .split('/')
    .map((segment) => (isName(segment) ? ':' : segment))
    .join('/');

/** The format behind a path, which some servers leave out of it. */
const FORMAT = /(?<=[^/])\.[a-z0-9]{1,8}$/;

/** A form that two patterns share if and only if no lenient server could tell their paths apart. */
export const patternKey = foldedPattern;

/** Such a path is its own folded form. */
const IS_FOLDED = /^\/(?:[a-z0-9\-._~!$&'()*+,=:@/]*[a-z0-9\-._~!$&'()*+,=:@])?$/;

/** Clients choose paths: only so many are remembered, and no longer ones. */
const [MOST_REMEMBERED, LONGEST_REMEMBERED] = [1000, 200];

/** `patterns` are normalised paths with `:name` and `*` segments. */
export const pathPatterns = (patterns: readonly string[]): PathPatterns => {
  const known = new Map<string, number | 'ambiguous'>();
  const order = patterns
    .map((_, index) => index)
    .sort((one, other) => compareSpecificity(String(patterns[one]), String(patterns[other])));
  const exact = patterns.map(segmentsOf);
  const lenient = patterns.map((pattern) => segmentsOf(foldedPattern(pattern)));
  const firstIn = (table: readonly Segments[], path: Segments): number | undefined =>
    order.find((index) => doesName(table[index] ?? [], path));
  const isMoreSpecific = (one: number, other: number | undefined): boolean =>
    other === undefined || compareSpecificity(String(patterns[one]), String(patterns[other])) < 0;
  const find = (path: string): number | 'ambiguous' | undefined => {
    const found = firstIn(exact, segmentsOf(path));
    const plain = IS_FOLDED.test(path) ? path : folded(path);
    if (firstIn(lenient, segmentsOf(plain)) !== found) return 'ambiguous';
    if (!FORMAT.test(plain)) return found;
    const without = firstIn(lenient, segmentsOf(plain.replace(FORMAT, '')));
    return without !== undefined && isMoreSpecific(without, found) ? 'ambiguous' : found;
  };
  return {
    find(path) {
      const before = known.get(path);
      if (before !== undefined) return before;
      const found = find(path);
      if (found !== undefined && known.size < MOST_REMEMBERED && path.length <= LONGEST_REMEMBERED)
        known.set(path, found);
      return found;
    },
  };
};
