/** An indexed router finds the routes that the router itself finds, in the same order. */
import { describe, expect, test } from '@jest/globals';
import Router from '@koa/router';
import fc from 'fast-check';
import { indexedRouter } from '../../../src/http/indexed-router.ts';

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
