import { patternKey } from '../request/path-patterns.ts';
import { targetOf } from '../request/target.ts';
import type { Route } from './configuration.ts';

/** What is wrong with a member, and what to do. */
export type Finding = readonly [path: readonly (string | number)[], message: string, suggestion: string];

const isPattern = (path: string): boolean => {
  const segments = path.slice(1).split('/');
  return segments.every((segment, index) => {
    if (segment.includes('*')) return segment === '*' && index === segments.length - 1;
    return !segment.includes(':') || /^:[A-Za-z_][A-Za-z0-9_]*$/.test(segment);
  });
};

/** Checks a path pattern, at the place of its member. */
export const pathFindings = (path: string, at: readonly (string | number)[]): readonly Finding[] => {
  const target = targetOf(path);
  if (target.kind === 'refused') {
    return [[at, `No request can have this path: ${target.why}.`, 'Write the path as clients send it.']];
  }
  if (target.query !== '' || target.path !== path) {
    return [[at, 'This path is not in its normal form.', `Write ${target.path}.`]];
  }
  if (isPattern(path)) return [];
  return [[at, 'This is no path pattern.', 'A segment is a text, :name, or at the end *.']];
};

/** Checks the path patterns of all routes, and that a request has one route at most. */
export const routeProblems = (routes: readonly Route[]): readonly Finding[] => {
  const found = routes.flatMap(({ path }, index) => pathFindings(path, ['routes', index, 'path']));
  if (found.length > 0) return found;
  const known = new Map<
    string,
    { readonly index: number; readonly path: string; readonly methods: readonly string[] }
  >();
  return routes.flatMap(({ path, methods, scopes, public: isPublic }, index): readonly Finding[] => {
    const key = patternKey(path);
    const own: Finding[] = [];
    if (isPublic && scopes.length > 0) {
      own.push([['routes', index, 'public'], 'A public route has scopes.', 'Remove public, or the scopes.']);
    }
    for (const method of methods.length > 0 ? methods : ['*']) {
      const [same, all] = [known.get(`${method} ${key}`), method === '*' ? undefined : known.get(`* ${key}`)];
      const other = same ?? all ?? [...known.entries()].find(([one]) => method === '*' && one.endsWith(` ${key}`))?.[1];
      if (other) {
        own.push([
          ['routes', index, 'path'],
          `Route ${other.index} names the same requests. Servers may ignore case and a slash at the end.`,
          'Remove one, or give both other methods.',
        ]);
      }
      known.set(`${method} ${key}`, { index, path, methods });
    }
    return own;
  });
};
