/**
 * A router whose modules are loaded with the first request below its path, or before that by `load`. A start need not wait for pages that
 * nearly all requests do without.
 */
import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { indexedRoutes } from './indexed-router.ts';

export interface LazyRouter {
  readonly routes: Middleware;

  /** Loads it, if that has not begun. A failed attempt is made again by the next caller. */
  load(): Promise<void>;
}

/**
 * `below`: the first path segments of its routes, with a slash in front. `make`: imports the modules and returns the router. Throws a
 * TypeError when it is loaded and has a route elsewhere, which no request would reach.
 */
export const lazyRouter = (below: readonly string[], make: () => Promise<Router>): LazyRouter => {
  let made: Promise<Middleware> | undefined;

  const isBelow = (path: string): boolean => {
    const lower = path.toLowerCase();
    return below.some((one) => lower === one || lower.startsWith(`${one}/`));
  };

  const madeNow = async (): Promise<Middleware> => {
    const router = await make();
    for (const { path, methods } of router.stack) {
      if (methods.length > 0 && !isBelow(String(path))) throw new TypeError(`the route ${path} is elsewhere`);
    }
    return indexedRoutes(router);
  };
  const loaded = (): Promise<Middleware> => {
    made ??= madeNow().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };

  return {
    routes: (ctx, next) => (isBelow(ctx.path) ? loaded().then((routes) => routes(ctx, next)) : next()),
    async load(): Promise<void> {
      await loaded();
    },
  };
};
