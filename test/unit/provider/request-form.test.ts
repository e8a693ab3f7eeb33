/** Which forms our own handlers read; all else is left to oidc-provider as it came. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { announcedForm, formBytes, formOf } from '../../../src/provider/own-handlers/request-form.ts';

const TYPE = 'application/x-www-form-urlencoded';

const announced = (headers: Readonly<Record<string, string>>, method = 'POST') =>
  announcedForm({ method, headers: { 'content-type': TYPE, 'content-length': '12', ...headers } } as never);

/** A request of which this has arrived. */
const requestWith = (arrived: string, { isComplete = true } = {}): IncomingMessage => {
  const request = new Readable({ read: () => undefined });
  request.push(Buffer.from(arrived));
  return Object.assign(request, { complete: isComplete }) as never;
};

describe('the length of a form', () => {
  test('is what the head announces', () => {
    expect(announced({})).toBe(12);
    expect(announced({ 'content-type': `${TYPE}; charset=UTF-8` })).toBe(12);
    expect(announced({ 'content-length': '32768' })).toBe(32_768);
  });

  test.each([
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': `${TYPE}; charset=latin1` }],
    [{ 'content-length': '0' }],
    [{ 'content-length': '32769' }],
    [{ 'content-length': '1e3' }],
    [{ origin: 'https://app.example' }],
    [{ 'transfer-encoding': 'chunked' }],
    [{ 'content-encoding': 'gzip' }],
    [{ expect: '100-continue' }],
    [{ 'oauth-client-attestation': 'a' }],
  ])('is not understood with %j', (headers) => {
    expect(announced(headers)).toBeUndefined();
  });

  test('is not understood of another method', () => {
    expect(announced({}, 'GET')).toBeUndefined();
  });
});

describe('the bytes of a form', () => {
  test('are read when all of them are there', async () => {
    expect(String(await formBytes(requestWith('grant_type=a'), 12))).toBe('grant_type=a');
  });

  test('are waited for during one turn of the event loop', async () => {
    const request = requestWith('grant_type=a', { isComplete: false });
    const bytes = formBytes(request, 12);
    Object.assign(request, { complete: true });
    expect(String(await bytes)).toBe('grant_type=a');
  });

  test('of requests that arrived together are read in one callback, in their order', async () => {
    const requests = ['first', 'other'].map((text) => requestWith(text, { isComplete: false }));
    const order: string[] = [];
    const all = requests.map(async (request) => {
      order.push(String(await formBytes(request, 5)));
      process.nextTick(() => order.push('tick'));
    });
    for (const request of requests) Object.assign(request, { complete: true });
    await Promise.all(all);
    await new Promise(setImmediate);
    expect(order).toEqual(['first', 'other', 'tick', 'tick']);
  });

  test.each([
    ['the rest is still to come', 'grant', { isComplete: false }],
    ['fewer are there than were announced', 'grant', {}],
    ['more are there than were announced', 'grant_type=a&b=c', {}],
    ['all are there, and the request goes on', 'grant_type=a', { isComplete: false }],
  ])('stay in the request when %s', async (_, arrived, options) => {
    const request = requestWith(arrived, options);
    expect(await formBytes(request, 12)).toBeUndefined();
    expect(String(request.read())).toBe(arrived);
  });
});

describe('the values of a form', () => {
  const NAMES = new Set(['token', 'scope']);
  const read = (text: string) => formOf(Buffer.from(text), NAMES);

  test('are decoded', () => {
    expect(read('token=a%2Bb&scope=x+y')).toEqual({ token: 'a+b', scope: 'x y' });
  });

  test.each([
    ['another name', 'token=a&client_id=b'],
    ['a name twice', 'token=a&token=b'],
    ['no value', 'token='],
    ['no name', '=a'],
    ['no sign between them', 'token'],
    ['an empty pair', 'token=a&'],
    ['a broken escape', 'token=%zz'],
    ['a byte that is no printable ASCII', 'token=ä'],
    ['more pairs than are read', Array.from({ length: 17 }, (_, at) => `token=${at}`).join('&')],
  ])('are not understood with %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });
});
