/** Figures of the rounds as they are shown and written down. */
import type { AuthorityMicros } from './authority-check.ts';
import { CASES, CLIENT_CREDENTIALS } from './cases.ts';
import type { Measured } from './load.ts';
import type { Operations } from './operations.ts';
import type { Figures } from './rounds.ts';
import { cpuOf, median, ratioOf, rounded, table, throughputOf } from './statistics.ts';
import type { Subject } from './subject.ts';

const SHOWN = ['bare', 'behalf', 'mongodb-redis', 'memory'] as const satisfies readonly Subject['name'][];

type Row = {
  readonly case: string;
  /** The case of bare oidc-provider it stands against. */
  readonly against: string;
  /** Microseconds of CPU for one request, by subject; 'behalf' is on SQLite. */
  readonly cpuMicros: Readonly<Record<string, number>>;
  /** CPU of ours on SQLite to the bare one's. */
  readonly ratio: number | undefined;
  /** CPU of ours on the other stores to that on SQLite. */
  readonly mongodbRedisToSqlite: number | undefined;
  readonly memoryToSqlite: number | undefined;
  readonly p50Ms: Readonly<Record<string, number>>;
  readonly p99Ms: Readonly<Record<string, number>>;
  readonly rssMb: Readonly<Record<string, number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly perSecond: Readonly<Record<string, number>>;
};

export const rowsOf = (figures: Figures): readonly Row[] =>
  CASES.filter(({ name }) => figures[name] !== undefined).map((one) => {
    const found = { ...figures[one.name], bare: figures[one.against]?.bare };
    const each = (of: (measured: readonly Measured[]) => number): Readonly<Record<string, number>> =>
      Object.fromEntries(SHOWN.flatMap((name) => (found[name] ? [[name, of(found[name])] as const] : [])));
    const middle = (member: keyof Measured) => each((measured) => median(measured.map((value) => value[member])));
    return {
      case: one.name,
      against: one.against,
      cpuMicros: middle('cpuMicros'),
      ratio: ratioOf(found.behalf, found.bare, cpuOf),
      mongodbRedisToSqlite: ratioOf(found['mongodb-redis'], found.behalf, cpuOf),
      memoryToSqlite: ratioOf(found.memory, found.behalf, cpuOf),
      p50Ms: middle('p50Ms'),
      p99Ms: middle('p99Ms'),
      rssMb: middle('rssMb'),
      requests: each((measured) => measured.reduce((sum, { steps }) => sum + steps, 0)),
      perSecond: each((measured) => Math.round(median(measured.map(throughputOf)))),
    };
  });

export const rowsTable = (rows: readonly Row[]): string =>
  table(
    [
      'case',
      '/s',
      ...['bare µs', 'SQLite µs', '× bare', 'MongoDB+Redis µs', '× SQLite', 'memory µs', '× SQLite'],
      ...['p50/p99 ms', 'RSS MB'],
    ],
    rows.map((row) => [
      row.case,
      row.perSecond['behalf'],
      row.cpuMicros['bare'],
      row.cpuMicros['behalf'],
      row.ratio,
      row.cpuMicros['mongodb-redis'],
      row.mongodbRedisToSqlite,
      row.cpuMicros['memory'],
      row.memoryToSqlite,
      `${row.p50Ms['behalf']} / ${row.p99Ms['behalf']}`,
      row.rssMb['behalf'],
    ]),
  );

/** What the durable audit log and the access log cost. */
export const variantsOf = (figures: Figures) =>
  Object.entries(figures).map(([name, { behalf, 'memory-audit': memory, logging }]) => ({
    case: name,
    /** Of the throughput with the audit log in memory, what is left with the durable one. */
    durableAuditThroughput: ratioOf(behalf, memory, throughputOf),
    durableAuditCpu: ratioOf(behalf, memory, cpuOf),
    accessLogCpu: ratioOf(logging, behalf, cpuOf),
  }));

export const variantsText = (one: ReturnType<typeof variantsOf>[number]): string =>
  `${one.case}: with a durable audit log in place of one in memory, throughput × ${one.durableAuditThroughput}, CPU × ${one.durableAuditCpu}; with the access log on, CPU × ${one.accessLogCpu}`;

/** What it takes to find out what an agent may do, as a share of a token it gets for itself on SQLite. */
export const authorityShare = (micros: AuthorityMicros, figures: Figures) => {
  const request = median((figures[CLIENT_CREDENTIALS]?.behalf ?? []).map(cpuOf));
  return {
    /** While neither the agent nor its blueprint changes. */
    micros: rounded(micros.unchanged),
    /** As in the first request after a change. */
    changedMicros: rounded(micros.changed),
    clientCredentialsMicros: request,
    percent: rounded((100 * micros.unchanged) / request, 1),
    changedPercent: rounded((100 * micros.changed) / request, 1),
  };
};

export const authorityText = (share: ReturnType<typeof authorityShare>): string =>
  `Effective authority computation: ${share.micros} µs, ${share.percent} % of client credentials; after a change ${share.changedMicros} µs, ${share.changedPercent} %`;

/** Of an exchange on SQLite, what goes into asking for kills and epochs. */
export const epochShare = (micros: number, operations: readonly Operations[], figures: Figures) => {
  const name = CASES.find(({ hasVariants }) => hasVariants)?.name ?? '';
  const questions = operations.find((one) => one.case === name)?.calls['epochs.getMany'] ?? 0;
  const exchange = median((figures[name]?.behalf ?? []).map(cpuOf));
  return {
    micros: rounded(micros),
    questions,
    exchangeMicros: exchange,
    percent: rounded((100 * micros * questions) / exchange, 1),
  };
};
