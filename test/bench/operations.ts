/**
 * What one request asks of the stores: calls of the store ports by collection, from the server's metrics, and what
 * goes over the wire to MongoDB and Redis. One request after the other; the median of many, since what the server
 * does in the background falls into a few of them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { storeCalls } from './asking-subject.ts';
import { startBehalf } from './behalf-subject.ts';
import type { BenchCase } from './cases.ts';
import { median, rounded, table } from './statistics.ts';
import { type StoreServers, startStoreServers } from './store-servers.ts';
import type { Subject } from './subject.ts';
import type { WireCounter } from './wire-count.ts';

export type Operations = {
  readonly case: string;
  /** Times that the request waits for MongoDB or Redis. */
  readonly roundTrips: number;
  /** The same for a token that this process has not seen before. */
  readonly firstRoundTrips: number;
  /** Commands to both of them. */
  readonly commands: number;
  readonly byCommand: Readonly<Record<string, number>>;
  /** While many documents change, so that a request reads the marks of partitions. */
  readonly whileManyChange: { readonly roundTrips: number; readonly commands: number; readonly marks: number };
  /** Calls of the store ports, whether or not they reach a server. */
  readonly calls: Readonly<Record<string, number>>;
};

/** Round trips that a request may take at most. */
const MOST_ROUND_TRIPS: Readonly<Record<string, number>> = {
  'exchange, opaque to JWT': 4,
  'refresh, JWT': 6,
  'introspection, opaque': 1,
  'introspection, JWT': 1,
};

/** What the server does after an answer, such as an event that no request waits for. */
const SETTLE_MS = 8;
/** As many as a subject has tokens, so that each has been seen. */
const WARM_UP = 34;
const QUICK_WARM_UP = 8;

export const operationsOf = async (
  cases: readonly BenchCase[],
  requests: number,
  isQuick: boolean,
): Promise<readonly Operations[]> => {
  const servers = await startStoreServers({ isCounted: true });
  const { wire } = servers;
  try {
    if (!wire) throw new Error('nothing counts');
    const { subject, close } = await startBehalf(undefined, { name: 'mongodb-redis', servers, isQuick });
    try {
      const counted: Operations[] = [];
      for (const one of cases.filter(({ isFor }) => isFor(subject))) {
        process.stderr.write(`store operations: ${one.name}\n`);
        // One of several parts counts enough for a proof.
        const isLong = isQuick && one.perStep !== undefined;
        const warmUp = isQuick ? QUICK_WARM_UP : WARM_UP;
        counted.push(await countCase(one, { subject, wire, servers }, isLong ? 1 : requests, isLong ? 3 : warmUp));
      }
      return counted;
    } finally {
      await close();
    }
  } finally {
    await servers.remove();
  }
};

type Counting = { readonly subject: Subject; readonly wire: WireCounter; readonly servers: StoreServers };
type Step = ReturnType<BenchCase['prepare']>;

/** What so many requests asked for, one after the other. */
const countRequests = async (step: Step, wire: WireCounter, requests: number) => {
  const roundTrips: number[] = [];
  const commands: number[] = [];
  const names = new Map<string, number[]>();
  for (let index = 0; index < requests; index += 1) {
    wire.take();
    await step(0)?.();
    await pause(SETTLE_MS);
    const counted = wire.take();
    roundTrips.push(counted.roundTrips.length);
    commands.push(Object.values(counted.commands).reduce((sum, each) => sum + each, 0));
    for (const [name, count] of Object.entries(counted.commands)) names.set(name, [...(names.get(name) ?? []), count]);
  }
  return { roundTrips, commands, names };
};

const countCase = async (
  one: BenchCase,
  { subject, wire, servers }: Counting,
  requests: number,
  warmUp: number,
): Promise<Operations> => {
  const step = one.prepare(subject, 2 * (requests + warmUp));
  const { roundTrips: first } = await countRequests(step, wire, warmUp);
  const before = await storeCalls(String(subject.metrics));
  const { roundTrips, commands, names } = await countRequests(step, wire, requests);
  const after = await storeCalls(String(subject.metrics));
  const calls = [...after].map(([name, count]) => [name, (count - (before.get(name) ?? 0)) / requests] as const);
  const isOfTheRequest = ([, count]: readonly [string, number]): boolean => count >= 0.5;
  await servers.setMarkMode('partitions');
  await countRequests(step, wire, warmUp);
  const many = await countRequests(step, wire, requests);
  await servers.setMarkMode('common');
  return {
    case: one.name,
    whileManyChange: {
      roundTrips: median(many.roundTrips),
      commands: median(many.commands),
      marks: median(many.names.get('find behalf_changes') ?? [0]),
    },
    roundTrips: median(roundTrips),
    // The very first ones also connect and read what all have in common.
    firstRoundTrips: median(first.slice(2, 8)),
    commands: median(commands),
    byCommand: Object.fromEntries(
      [...names]
        .map(([name, each]) => [name, rounded(each.reduce((sum, one) => sum + one, 0) / requests, 1)] as const)
        .filter(isOfTheRequest),
    ),
    calls: Object.fromEntries(calls.filter(isOfTheRequest).map(([name, count]) => [name, rounded(count, 1)] as const)),
  };
};

export const operationsTable = (counted: readonly Operations[]): string => {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    table(
      ['for one request', 'round trips', 'aim', 'with a new token', 'commands', 'while many change', 'commands'],
      counted.map((one) => [
        ...[one.case, one.roundTrips, MOST_ROUND_TRIPS[one.case], one.firstRoundTrips, one.commands],
        ...[one.whileManyChange.roundTrips, one.whileManyChange.commands],
      ]),
    ),
    ...counted.flatMap((one) => [
      '',
      `${one.case}: ${list(one.byCommand)}`,
      `  calls of the ports: ${list(one.calls)}`,
    ]),
  ].join('\n');
};
