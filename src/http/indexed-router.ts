/**
 * Lets a router try only those of its routes that can match. @koa/router tries every route of every router for each request: a call of the
 * management API tried several hundred patterns, a tenth of the registration of an agent.
 */
import Router from '@koa/router';

type Layers = Router['stack'];
type Match = Pick<Router, 'match'>['match'];

/** Segments of a path that are compared. */
const DEPTH = 3;
/** A segment without parameters. */
const PLAIN = /^[\w.~-]+$/;
/** Lists of routes that are kept; a path for which there is none gets its list anew. */
const MOST_KEPT = 1_000;

/** The first segments of a route, in lower case; any path may stand in place of those after its first parameter. */
const plainHead = (path: string | RegExp): readonly string[] => {
  const [start, ...segments] = typeof path === 'string' ? path.toLowerCase().split('/') : [];
  if (start !== '') return [];
  const end = segments.findIndex((segment) => !PLAIN.test(segment));
  return (end === -1 ? segments : segments.slice(0, end)).slice(0, DEPTH);
};

/** The same router. Call it after all routes are registered. Which route answers, and in which order, stays the same. */
export const indexedRouter = (router: Router): Router => {
  const { stack } = router;
  const heads = stack.map(({ path }) => plainHead(path));
  const known = new Set(heads.flat());
  const kept = new Map<string, Layers>();

  /** Routes whose first segments are those of the path, as far as they are fixed. */
  const candidates = (path: string): Layers => {
    const segments = path
      .toLowerCase()
      .split('/', DEPTH + 1)
      .slice(1);
    // No fixed segment is like it, so that all of these have one list.
    const key = segments.map((segment) => (known.has(segment) ? segment : '')).join('/');
    const found = kept.get(key);
    if (found) return found;
    const layers = stack.filter((_, at) => heads[at]?.every((segment, place) => segment === segments[place]));
    if (kept.size < MOST_KEPT) kept.set(key, layers);
    return layers;
  };

  const match: Match = (path, method) =>
    Router.prototype.match.call({ stack: candidates(path) } as Router, path, method);
  return Object.assign(router, { match });
};
