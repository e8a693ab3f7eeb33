/**
 * Lets a router try only those of its routes that can match. @koa/router tries every route of every router for each request: a call of the
 * management API tried several hundred patterns, a tenth of the registration of an agent. A router none of whose routes can match is
 * passed over.
 */
import Router from '@koa/router';
import type { Middleware } from 'koa';

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

/** Whether a route can begin with a segment, in lower case. True for all when one of the routes begins with a parameter or a pattern. */
const beginningsOf = ({ stack }: Router): ((segment: string) => boolean) => {
  const firsts = stack
    .filter(({ methods }) => methods.length > 0)
    .map(({ path }) => (path === '/' ? '' : plainHead(path)[0]));
  const known = new Set(firsts);
  return known.has(undefined) ? () => true : (segment) => known.has(segment);
};

/** The same router as one middleware, with its answer to other methods. Call it after all routes are registered. */
export const indexedRoutes = (router: Router): Middleware => {
  const [routes, allowed] = [
    indexedRouter(router).routes(),
    router.allowedMethods(),
  ] as unknown as readonly Middleware[];
  if (!routes || !allowed) throw new TypeError('a router has both');
  const begins = beginningsOf(router);
  return (ctx, next) => {
    const [, first = ''] = ctx.path.split('/', 2);
    return begins(first.toLowerCase()) ? routes(ctx, async () => allowed(ctx, next)) : next();
  };
};
