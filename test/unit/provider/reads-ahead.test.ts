/** Reads that a request begins before it needs them. */
import { expect, test } from '@jest/globals';
import { beginRead, takeRead } from '../../../src/provider/seam/reads-ahead.ts';
import { begunRequest } from './begun-request.ts';

const NOW = 1_800_000_000_000;

test('an answer is taken once, by its name and in its request alone', async () => {
  const [request, other] = [begunRequest(), begunRequest()];
  beginRead(request, 'token', NOW, async () => 'begun');
  const taken = (of: typeof request, name: string) => takeRead(of, name, NOW, async () => 'read');
  expect(await taken(other, 'token')).toBe('read');
  expect(await taken(request, 'delegation')).toBe('read');
  expect(await taken(request, 'token')).toBe('begun');
  expect(await taken(request, 'token')).toBe('read');
});

test('a read of one name begins once', async () => {
  const request = begunRequest();
  let begun = 0;
  const read = async () => {
    begun += 1;
    return begun;
  };
  for (let time = 0; time < 3; time += 1) beginRead(request, 'token', NOW, read);
  expect(await takeRead(request, 'token', NOW, read)).toBe(1);
  expect(begun).toBe(1);
});

test.each([
  [0, 'begun'],
  [199, 'begun'],
  [200, 'read'],
  [-1, 'read'],
])('an answer that began %d ms ago is %s', async (age, expected) => {
  const request = begunRequest();
  beginRead(request, 'token', NOW, async () => 'begun');
  expect(await takeRead(request, 'token', NOW + age, async () => 'read')).toBe(expected);
});

test('a read that failed fails only for who takes it', async () => {
  const [taking, ending] = [begunRequest(), begunRequest()];
  for (const request of [taking, ending]) beginRead(request, 'token', NOW, () => Promise.reject(new Error('gone')));
  await new Promise(setImmediate);
  await expect(takeRead(taking, 'token', NOW, async () => 'read')).rejects.toThrow('gone');
});
