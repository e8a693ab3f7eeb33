/** Lines that are answered as they are made (src/http/line-answer.ts). */
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { Context } from 'koa';
import { sendLines } from '../../../src/http/line-answer.ts';

const answer = () => {
  const seen = { failures: [] as unknown[], isCut: false, hasEnded: false };
  const destroy = (): void => {
    seen.isCut = true;
  };
  const ctx = { status: 404, body: undefined, type: '', res: { destroy } };
  const send = (lines: () => AsyncGenerator<string>): Promise<void> => {
    const made = async function* () {
      try {
        yield* lines();
      } finally {
        seen.hasEnded = true;
      }
    };
    const failed = (error: unknown): void => void seen.failures.push(error);
    return sendLines(ctx as unknown as Context, made(), { end: '\r\n', type: 'text/csv', failed });
  };
  return { seen, ctx, send, body: () => ctx.body as unknown as Readable };
};

describe('lines', () => {
  test('are sent one after the other, each with its end; there may be none', async () => {
    const some = answer();
    await some.send(async function* () {
      yield 'a';
      yield 'b';
    });
    expect([some.ctx.status, some.ctx.type, await text(some.body())]).toEqual([200, 'text/csv', 'a\r\nb\r\n']);
    const none = answer();
    await none.send(async function* () {});
    expect([none.ctx.status, await text(none.body())]).toEqual([200, '']);
  });

  test('whose first cannot be made are a refusal, and nothing is sent', async () => {
    const { ctx, send, seen } = answer();
    const broken = new Error('no store');
    // biome-ignore lint/correctness/useYield: it fails before it comes to that
    const lines = async function* (): AsyncGenerator<string> {
      throw broken;
    };
    await expect(send(lines)).rejects.toBe(broken);
    expect([ctx.status, ctx.body, seen.isCut, seen.failures]).toEqual([404, undefined, false, []]);
  });

  test('of which a later one fails do not look whole: the failure is logged, and the connection breaks off', async () => {
    const { body, send, seen } = answer();
    const broken = new Error('no store');
    await send(async function* () {
      yield 'a';
      throw broken;
    });
    await expect(text(body())).rejects.toBe(broken);
    expect(seen).toEqual({ failures: [broken], isCut: true, hasEnded: true });
  });

  test('that no client reads hold nothing', async () => {
    const { body, send, seen } = answer();
    await send(async function* () {
      yield 'a';
      yield 'b';
    });
    const closed = new Promise((resolve) => body().once('close', resolve));
    body().destroy();
    await closed;
    await new Promise(setImmediate);
    expect([seen.hasEnded, seen.failures]).toEqual([true, []]);
  });
});
