import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { requestBodies } from '../../src/gateway/request/request-body.ts';

/** A request whose body the test writes. */
const requestOf = () => {
  const stream = new PassThrough();
  const request = Object.assign(stream, { headers: { 'transfer-encoding': 'chunked' } }) as unknown as IncomingMessage;
  return { stream, request };
};

test('the bound of all bodies has room again once a request ends, even if its body still arrives', async () => {
  const bodies = requestBodies({ bodyBytes: 10, bufferedBytes: 10 });
  const first = requestOf();
  const body = bodies.of(first.request);
  const read = body.read();
  body.release();
  first.stream.end('12345678');
  await read;
  const second = requestOf();
  const other = bodies.of(second.request);
  second.stream.end('12345678');
  expect((await other.read()).toString()).toBe('12345678');
});

test('a body that finds no room is refused with 503, and one beyond its own bound with 413', async () => {
  const bodies = requestBodies({ bodyBytes: 8, bufferedBytes: 10 });
  const [first, second, third] = [requestOf(), requestOf(), requestOf()];
  first.stream.end('1234567');
  await bodies.of(first.request).read();
  second.stream.end('1234567');
  await expect(bodies.of(second.request).read()).rejects.toMatchObject({ status: 503, reason: 'gateway_busy' });
  third.stream.end('123456789');
  await expect(bodies.of(third.request).read()).rejects.toMatchObject({ status: 413, reason: 'body_too_large' });
});
