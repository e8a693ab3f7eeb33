import { once } from 'node:events';
import { createServer, type Server, request as send } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { answerInTime } from '../../../src/http/request-deadline.ts';

let server: Server;
afterEach(() => void server.close());

const serving = async (late: (response: import('node:http').ServerResponse) => void): Promise<string> => {
  server = createServer((request, response) => {
    response.setHeader('X-Request-Id', 'req_1');
    answerInTime(request, response, 30);
    response.setHeader('Location', '/elsewhere');
    request.resume();
    request.on('end', () => late(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
};

test('FT-09 a request that is not answered in time is put off, and nothing of its answer leaves', async () => {
  let wrote: unknown;
  const url = await serving((response) => {
    setTimeout(() => {
      wrote = response.headersSent;
      response.end('too late');
    }, 120);
  });
  const answer = await fetch(url, { redirect: 'manual' });
  expect(answer.status).toBe(503);
  expect(Object.fromEntries(answer.headers)).toMatchObject({ 'retry-after': '1', 'x-request-id': 'req_1' });
  expect(answer.headers.get('location')).toBeNull();
  expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
  while (wrote === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(wrote).toBe(true);
});

test('FT-09 work that goes on after the deadline may set cookies and headers, and none of them leaves', async () => {
  let ended: unknown;
  const url = await serving((response) => {
    setTimeout(() => {
      try {
        expect(response.headersSent).toBe(true);
        response.setHeader('Set-Cookie', ['late=1']);
        response.appendHeader('Set-Cookie', 'late=2');
        response.setHeaders(new Map([['Location', '/late']]));
        response.removeHeader('Retry-After');
        ended = 'without an error';
      } catch (error) {
        ended = error;
      }
    }, 120);
  });
  const answer = await fetch(url, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect([...answer.headers.keys()]).not.toContain('set-cookie');
  while (ended === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ended).toBe('without an error');
});

test('an answer that has begun is left alone, and a body may take its time', async () => {
  const url = await serving((response) => {
    response.write('begun, ');
    setTimeout(() => response.end('done'), 80);
  });
  expect(await (await fetch(url)).text()).toBe('begun, done');
  const sending = send(url, { method: 'POST', headers: { 'content-length': '2' } });
  sending.write('a');
  setTimeout(() => sending.end('b'), 80);
  const [response] = (await once(sending, 'response')) as [import('node:http').IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.resume();
});
