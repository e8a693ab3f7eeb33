/**
 * What agents cost that wait: so many of them ask once in an interval, spread over it, while no approver decides. Counted are
 * what the server asks of its stores, of the ports and over the wire to MongoDB and Redis, and its CPU.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Identity } from '../support/agent-keys.ts';
import { AGENTS_EACH, type Asking, MOST_OPEN, startAsking, storeCalls } from './asking-subject.ts';
import { cpuMicrosOf, percentile } from './load.ts';
import { rounded, table } from './statistics.ts';
import { startStoreServers } from './store-servers.ts';

export type Pollers = {
  readonly store: 'sqlite' | 'mongodb-redis';
  readonly pollers: number;
  readonly intervalSeconds: number;
  readonly polls: number;
  /** Of one poller in a second: reads that the server asks of its store ports, of which most are answered from memory. */
  readonly asked: number;
  /** Of one poller in a second: reads that reach MongoDB and Redis, and all commands that do. */
  readonly reads?: number;
  readonly commands?: number;
  /** Microseconds of server CPU for one poll. */
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of one poll: calls of the store ports, and commands to the stores. */
  readonly calls: Readonly<Record<string, number>>;
  readonly wire?: Readonly<Record<string, number>>;
};

/** Of one poller in a second. */
const MOST_READS = 1;
const READS = /\.(?:get|getMany|find)$/;
const READ_COMMANDS = /^(?:find|aggregate|count|redis (?:get|mget|exists))\b/;
/** People are asked by so many at once while all is made ready. */
const AT_ONCE = 8;

export type PollersOptions = {
  readonly count: number;
  /** How long they poll, after a first interval that is not measured. */
  readonly seconds: number;
  readonly intervalSeconds: number;
  readonly core: number | undefined;
};

type Waiting = { readonly agent: Identity; readonly authReqId: string };

export const pollersOn = async (
  store: Pollers['store'],
  { count, seconds, intervalSeconds, core }: PollersOptions,
): Promise<Pollers> => {
  const servers = store === 'sqlite' ? undefined : await startStoreServers({ isCounted: true });
  try {
    const asking = await startAsking({ core, servers, pollIntervalSeconds: intervalSeconds });
    try {
      process.stderr.write(`pollers, ${store}: asking ${count} times\n`);
      const waiting = await questions(asking, count);
      process.stderr.write(`pollers, ${store}: polling for ${seconds} s\n`);
      await polling(asking, waiting, intervalSeconds, intervalSeconds);
      const before = await storeCalls(asking.metrics);
      const cpuBefore = await cpuMicrosOf(asking.pid);
      servers?.wire?.take();
      const latencies = await polling(asking, waiting, intervalSeconds, seconds);
      const wire = servers?.wire?.take();
      const cpu = (await cpuMicrosOf(asking.pid)) - cpuBefore;
      const after = await storeCalls(asking.metrics);
      const made = [...after].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const);
      const each = (calls: number): number => rounded(calls / count / seconds, 3);
      const sum = (some: readonly (readonly [string, number])[]): number => some.reduce((all, [, one]) => all + one, 0);
      const sorted = latencies.toSorted((one, other) => one - other);
      return {
        store,
        pollers: count,
        intervalSeconds,
        polls: latencies.length,
        asked: each(sum(made.filter(([name]) => READS.test(name)))),
        ...(wire
          ? {
              reads: each(sum(Object.entries(wire.commands).filter(([name]) => READ_COMMANDS.test(name)))),
              commands: each(sum(Object.entries(wire.commands))),
              wire: perPoll(Object.entries(wire.commands), latencies.length),
            }
          : {}),
        cpuMicros: Math.round(cpu / latencies.length),
        p50Ms: rounded(percentile(sorted, 0.5), 1),
        p99Ms: rounded(percentile(sorted, 0.99), 1),
        calls: perPoll(made, latencies.length),
      };
    } finally {
      await asking.close();
    }
  } finally {
    await servers?.remove();
  }
};

const perPoll = (counts: readonly (readonly [string, number])[], polls: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    counts
      .map(([name, count]) => [name, rounded(count / polls, 2)] as const)
      .filter(([, count]) => count >= 0.1)
      .sort(([, one], [, other]) => other - one),
  );

/** One for each poller, of as many people and agents as that takes. */
const questions = async (asking: Asking, count: number): Promise<readonly Waiting[]> => {
  const waiting: Waiting[] = [];
  for (let person = 0; person * AGENTS_EACH * MOST_OPEN < count; person += 1) {
    const asked = await asking.newPerson();
    const agents: Identity[] = [];
    for (let index = 0; index < AGENTS_EACH; index += 1) agents.push(await asking.newAgent(asked.id));
    const wishes = agents.flatMap((agent) =>
      Array.from({ length: MOST_OPEN }, (_, index) => ({ agent, amount: index + 1 })),
    );
    const left = wishes.slice(0, count - waiting.length);
    const worker = async (): Promise<void> => {
      for (let wish = left.pop(); wish; wish = left.pop()) {
        const { agent, amount } = wish;
        waiting.push({ agent, authReqId: await asking.ask(agent, asked, amount) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
  return waiting;
};

/** All of them ask for so long, each once in an interval. Answers how long each answer took. */
const polling = async (
  asking: Asking,
  waiting: readonly Waiting[],
  intervalSeconds: number,
  seconds: number,
): Promise<readonly number[]> => {
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1000;
  const poller = async ({ agent, authReqId }: Waiting, index: number): Promise<void> => {
    // In time even if the clock of the server is a little behind.
    const interval = intervalSeconds * 1000 + 50;
    await pause((index / waiting.length) * interval);
    while (performance.now() < end) {
      const from = performance.now();
      const { status, body } = await asking.poll(agent, authReqId);
      latencies.push(performance.now() - from);
      if (body['error'] !== 'authorization_pending' && body['error'] !== 'slow_down') {
        throw new Error(`a poll was answered ${status}: ${JSON.stringify(body)}`);
      }
      await pause(interval);
    }
  };
  await Promise.all(waiting.map(poller));
  return latencies;
};

export const pollersTable = (found: readonly Pollers[]): string => {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    table(
      [
        'store',
        'pollers',
        'polls',
        'reads /s each',
        'aim',
        'commands /s each',
        'asked of ports /s each',
        'µs a poll',
        'p50/p99 ms',
      ],
      found.map((one) => [
        one.store,
        one.pollers,
        one.polls,
        one.reads,
        one.reads === undefined ? undefined : MOST_READS,
        one.commands,
        one.asked,
        one.cpuMicros,
        `${one.p50Ms} / ${one.p99Ms}`,
      ]),
    ),
    ...found.flatMap(({ store, calls, wire }) => [
      '',
      `a poll, ${store}: ${list(calls)}`,
      ...(wire ? [`  commands: ${list(wire)}`] : []),
    ]),
  ].join('\n');
};
