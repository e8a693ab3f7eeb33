/** A router that is loaded late answers as one that was there from the start. */
import { expect, test } from '@jest/globals';
import Router from '@koa/router';
import Koa from 'koa';
import request from 'supertest';
import { lazyRouter } from '../../../src/http/lazy-router.ts';

const pages = (): Router => {
  const router = new Router();
  router.get('/console', (ctx) => {
    ctx.body = 'overview';
  });
  router.get('/console/agents/:id', (ctx) => {
    ctx.body = `agent ${ctx.params['id']}`;
  });
  return router;
};

/** Counts how often the router was made. `fail`: that many attempts fail. */
const served = (fail = 0) => {
  let count = 0;
  const lazy = lazyRouter(['/console'], async () => {
    count += 1;
    if (count <= fail) throw new Error('a module is missing');
    return pages();
  });
  const app = new Koa();
  app.silent = true;
  app.use(lazy.routes);
  app.use((ctx) => {
    if (!/^\/console(?:\/|$)/i.test(ctx.path)) ctx.body = 'others';
  });
  return { lazy, count: () => count, server: app.callback() };
};

test('loads with the first request below its path, once for all that wait, and not for others', async () => {
  const { server, count } = served();
  for (const path of ['/', '/consoles', '/account/console', '/token']) {
    expect((await request(server).get(path)).text).toBe('others');
  }
  expect(count()).toBe(0);
  const answers = await Promise.all(
    ['/console', '/console/agents/a', '/CONSOLE'].map((path) => request(server).get(path)),
  );
  expect(answers.map(({ text }) => text)).toEqual(['overview', 'agent a', 'overview']);
  expect(count()).toBe(1);
});

test('answers an unknown path below with 404, and another method with 405 and Allow (RFC 9110 §15.5.6)', async () => {
  const { server } = served();
  expect((await request(server).get('/console/nothing')).status).toBe(404);
  const { status, headers } = await request(server).delete('/console');
  expect([status, headers['allow']]).toEqual([405, 'HEAD, GET']);
});

test('load makes it ready before any request', async () => {
  const { lazy, server, count } = served();
  await Promise.all([lazy.load(), lazy.load()]);
  expect((await request(server).get('/console')).text).toBe('overview');
  expect(count()).toBe(1);
});

test('a route that no request would reach is an error', async () => {
  const { load } = lazyRouter(['/account'], async () => pages());
  await expect(load()).rejects.toThrow('the route /console is elsewhere');
});

test('a failed attempt fails that request, and the next one loads it', async () => {
  const { lazy, server, count } = served(2);
  await expect(lazy.load()).rejects.toThrow('a module is missing');
  expect((await request(server).get('/console')).status).toBe(500);
  expect((await request(server).get('/console')).text).toBe('overview');
  expect(count()).toBe(3);
});
