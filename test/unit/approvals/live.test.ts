import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { Context } from 'koa';
import { memoryBroadcast } from '../../../adapters/memory/broadcast.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { changeBroadcast } from '../../../src/domain/platform/cluster/change-broadcast.ts';
import { liveApprovals } from '../../../src/http/account/approvals/live.ts';
import { until } from '../../support/until.ts';

const contextOf = () => {
  // Like a connection: what the client does not read waits.
  const res = new PassThrough({ readableHighWaterMark: 64, writableHighWaterMark: 64 });
  const ctx = { res, set: () => undefined } as unknown as Context;
  const read = (): string => String(res.read() ?? '');
  return { ctx, res, read };
};

const ADA = { session: 'one', account: 'acc_ada' };

describe('hints to open pages', () => {
  test('go to those concerned, and end with the session, on a broadcast or at a heartbeat', async () => {
    const live = liveApprovals({ heartbeatMilliseconds: 5 });
    const [ada, bob, gone] = [contextOf(), contextOf(), contextOf()];
    let isLive = true;
    live.open(ada.ctx, ADA, async () => true);
    live.open(bob.ctx, { session: 'two', account: 'acc_bob' }, async () => {
      throw new Error('the store is away');
    });
    live.open(gone.ctx, { session: 'three', account: 'acc_ada' }, async () => isLive);
    live.tell(['acc_ada', 'acc_nobody']);
    expect(ada.read()).toBe('retry: 3000\n\nevent: changed\ndata: approvals\n\n');
    await until(() => bob.res.writableEnded);
    expect(bob.read()).toBe('retry: 3000\n\n');
    isLive = false;
    await until(() => gone.res.writableEnded);
    await until(() => ada.read().includes(': still here'));
    live.endSession('one');
    await until(() => ada.res.writableEnded);
    live.tell(['acc_ada']);
    live.close();
    live.close();
  });

  test('nothing is written to one that ended while it was asked whether its session goes on', async () => {
    const live = liveApprovals();
    const { ctx, res, read } = contextOf();
    const errors: unknown[] = [];
    res.on('error', (error) => errors.push(error));
    let answer: (isLive: boolean) => void = () => undefined;
    const answered = new Promise<boolean>((resolve) => {
      answer = resolve;
    });
    live.open(ctx, ADA, () => answered);
    live.look([ADA.account]);
    live.endSession(ADA.session);
    answer(true);
    await answered;
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([]);
    expect(read()).toBe('retry: 3000\n\n');
    live.close();
  });

  test('a page that does not read is ended, and one that was closed makes room', () => {
    const live = liveApprovals();
    const pages = [contextOf(), contextOf(), contextOf(), contextOf(), contextOf()];
    const open = (page: (typeof pages)[number] | undefined) => page && live.open(page.ctx, ADA, async () => true);
    for (const page of pages.slice(0, 4)) open(page);
    expect(() => open(pages[4])).toThrow(expect.objectContaining({ code: 'too_many_requests' }));
    pages[0]?.ctx.res.emit('close');
    open(pages[4]);
    for (let told = 0; told < 2000; told += 1) live.tell(['acc_ada']);
    expect(pages.slice(1).map(({ res }) => res.writableEnded)).toEqual([true, true, true, true]);
    live.close();
  });

  test('are there for five thousand pages, and no more', () => {
    const live = liveApprovals();
    const res = { write: () => true, end: () => undefined, once: () => undefined, writableLength: 0 };
    const open = (page: number) =>
      live.open({ res, set: () => undefined } as never, { session: `${page}`, account: 'acc_ada' }, async () => true);
    for (let page = 0; page < 5000; page += 1) open(page);
    expect(() => open(5000)).toThrow(expect.objectContaining({ code: 'unavailable' }));
    live.endSession('7');
    open(5000);
    live.close();
  });

  test('reach the pages of other nodes, which learn whom it concerns and nothing else', async () => {
    const hub = new Set<never>() as never;
    const broadcasts = [memoryBroadcast(hub), memoryBroadcast(hub)] as const;
    const said: string[] = [];
    broadcasts[1].subscribe('approvals', (message) => said.push(message));
    const heard: (readonly (readonly string[])[])[] = [];
    const nodes = broadcasts.map((broadcast, index) => {
      const notifications = changeBroadcast(broadcast, randomIdentifiers, 'approvals');
      notifications.hear((accounts) => heard.push([[String(index)], accounts]));
      return notifications;
    });
    await nodes[0]?.tell(['acc_ada', 'acc_bob']);
    await broadcasts[0].publish('approvals', 'x'.repeat(100_000));
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([[['1'], ['acc_ada', 'acc_bob']]]);
    expect(said[0]).toMatch(/^[\w-]+ acc_ada,acc_bob$/);
  });
});
