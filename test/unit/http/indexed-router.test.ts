/** An indexed router finds the routes that the router itself finds, in the same order. */
import { describe, expect, test } from '@jest/globals';
import Router from '@koa/router';
import fc from 'fast-check';
import Koa, { type Context } from 'koa';
import request from 'supertest';
import { indexedRouter, indexedRoutes } from '../../../src/http/indexed-router.ts';

const ROUTES = [
  '/',
  '/console',
  '/console/agents',
  '/console/agents/:id',
  '/console/agents/:id/keys/:key',
  '/console/:noun/:id',
  '/console/agents/new',
  '/Console/Upper',
  '/api/v1/agents',
  '/api/v1/agents/:id',
  '/api/v1/agents/:id/suspension',
  '/api/v1/groups/:id{/members}',
  '/api/v1/{*rest}',
  '/:any',
  '/files/{*path}',
  '/a.b/c-d/e_f/g~h',
];

const routerOf = (options: ConstructorParameters<typeof Router>[0]): Router => {
  const router = new Router(options);
  router.use(async (_ctx, next) => next());
  router.use('/console', async (_ctx, next) => next());
  for (const [at, path] of ROUTES.entries())
    router.register(path, at % 3 === 0 ? ['GET', 'POST'] : ['GET'], async () => {});
  router.get(/^\/by-pattern\/\d+$/, async () => {});
  return router;
};

const segment = fc.oneof(
  fc.constantFrom('console', 'Console', 'CONSOLE', 'agents', 'new', 'api', 'v1', 'groups', 'members', 'files', 'upper'),
  fc.constantFrom(
    '',
    'a.b',
    'c-d',
    'e_f',
    'g~h',
    'by-pattern',
    '12',
    'suspension',
    'agt_1',
    '%2F',
    'c%6Fnsole',
    'ä',
    '..',
  ),
  fc.string({ maxLength: 4 }),
);
const paths = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`);

describe.each([
  ['by default', {}],
  ['sensitive and strict', { sensitive: true, strict: true }],
  ['with a prefix', { prefix: '/console' }],
])('%s', (_how, options) => {
  test('finds the same routes for any path and method', () => {
    const plain = routerOf(options);
    const indexed = indexedRouter(routerOf(options));
    const found = (router: Router, path: string, method: string) => {
      const { path: layers, pathAndMethod, route } = router.match(path, method);
      return [
        layers.map((layer) => router.stack.indexOf(layer)),
        pathAndMethod.map((layer) => router.stack.indexOf(layer)),
        route,
      ];
    };
    fc.assert(
      fc.property(paths, fc.constantFrom('GET', 'get', 'POST', 'DELETE'), (path, method) => {
        expect(found(indexed, path, method)).toEqual(found(plain, path, method));
      }),
      { numRuns: 3000 },
    );
    for (const path of [...ROUTES, ...ROUTES.map((one) => `/console${one}`)].map((one) =>
      one.replaceAll(/[:{}*]/g, ''),
    ))
      expect(found(indexed, path, 'GET')).toEqual(found(plain, path, 'GET'));
  });
});

test('tries few of many routes', () => {
  const router = new Router({ prefix: '/api/v1' });
  for (let at = 0; at < 300; at += 1) router.get(`/noun${at}/:id`, async () => {});
  const indexed = indexedRouter(router);
  let tried = 0;
  for (const layer of router.stack) {
    const { match } = layer;
    layer.match = (path) => {
      tried += 1;
      return match.call(layer, path);
    };
  }
  expect(indexed.match('/api/v1/noun7/a', 'GET').route).toBe(true);
  expect(tried).toBe(1);
  // More paths than there are lists kept for.
  for (let at = 0; at < 1500; at += 1) expect(indexed.match(`/api/v1/noun${at}/a`, 'GET').route).toBe(at < 300);
});

describe('as one middleware', () => {
  /** Whether the router looks for a route of this path at all. */
  const looking = (router: Router) => {
    const routes = indexedRoutes(router);
    const { match } = router;
    let looked = false;
    router.match = (path, method) => {
      looked = true;
      return match(path, method);
    };
    return async (path: string): Promise<boolean> => {
      looked = false;
      await routes({ path, method: 'GET', host: 'localhost', request: {} } as unknown as Context, async () => {});
      return looked;
    };
  };

  const withRoutes = (...routes: readonly string[]): Router => {
    const router = new Router();
    router.use(async (_ctx, next) => next());
    for (const path of routes) router.get(path, async () => {});
    return router;
  };

  test('looks for no route of a path that none of its routes begins like', async () => {
    const looks = looking(withRoutes('/', '/console/:id', '/api/v1/agents'));
    for (const path of ['/', '/console', '/CONSOLE/a', '/api', '/api/v1/agents/']) expect(await looks(path)).toBe(true);
    for (const path of ['/consoles', '/account/console', '/v1/api', '/a']) expect(await looks(path)).toBe(false);
  });

  test.each(['/:any', '/a{/b}', '/{*rest}', '/a:b'])('looks for a route of each path when one is %s', async (route) => {
    const looks = looking(withRoutes('/console', route));
    for (const path of ['/', '/console', '/other/a']) expect(await looks(path)).toBe(true);
  });

  test('finds the routes that the router finds', async () => {
    const plain = withRoutes(...ROUTES.filter((path) => path !== '/:any'));
    const looks = looking(withRoutes(...ROUTES.filter((path) => path !== '/:any')));
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        if (plain.match(path, 'GET').path.some(({ methods }) => methods.length > 0))
          expect(await looks(path)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('answers another method with those that there are, and leaves other paths to the next', async () => {
    const app = new Koa();
    app.use(indexedRoutes(withRoutes('/console')));
    app.use((ctx) => {
      if (ctx.path !== '/console') ctx.body = 'next';
    });
    const other = await request(app.callback()).post('/console');
    expect(other.status).toBe(405);
    expect(other.headers['allow']).toBe('HEAD, GET');
    expect((await request(app.callback()).post('/account')).text).toBe('next');
  });
});
