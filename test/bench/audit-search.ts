/**
 * `node test/bench/audit-search.ts --events 10000000`: searches in a large audit log on SQLite, with the pages of the file
 * evicted from the memory of the system before each one. Fills a database through the chain of the audit log, adds the
 * search index, and measures. `--database FILE` keeps it for another run. Linux, with `python3` for posix_fadvise.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import {
  AUDIT_RECORDS,
  type AuditRecord,
  linkRecord,
  prepareEvent,
  recordId,
} from '../../src/domain/audit/audit-record.ts';
import { type AuditFilters, listEvents } from '../../src/domain/audit/list-events.ts';
import { auditSearch } from '../../src/domain/audit/search/audit-search.ts';
import { transactionSteps } from '../../src/domain/authority/transactions/transaction-steps.ts';
import { agentId, eventAt, LARGE_TRANSACTION, personId, resourceOf, toolOf } from './audit-search-events.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '3000000' },
    searches: { type: 'string', default: '40' },
    database: { type: 'string' },
    to: { type: 'string' },
  },
});
const events = Number(values.events);
const rounds = Number(values.searches);
const folder = values.database === undefined ? mkdtempSync(join(tmpdir(), 'behalf-search-')) : dirname(values.database);
const file = values.database ?? join(folder, 'audit.db');
const START = 1_760_000_000_000;
const STEP = Math.max(1, Math.floor((395 * 86_400_000) / events));
const GROUP = 4000;
/** Tokens of the large transaction. */
const TOKENS = 10_000;
const LARGE_EVERY = Math.max(1, Math.floor(events / TOKENS));

const database = openSqlite({ file });
const documents = sqliteDocumentStore(database);
const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
const search = auditSearch({ documents, pause: () => turn(), nowMillis: () => Date.now() });
const said = (text: string): void => void process.stderr.write(`${text}\n`);

const fill = async (): Promise<void> => {
  const order = { by: 'sequence', direction: 'descending' } as const;
  let head = (await records.find({ where: { stream: 'nod_a' }, order, limit: 1 }))[0]?.document;
  if ((head?.sequence ?? 0) >= events) return;
  // Built afterwards, in one go for each: a fill of ten million events takes a third of the time.
  const indexes = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'c_audit_records' AND name GLOB 'i_*'")
    .all() as unknown as readonly (readonly [string, string])[];
  const later = indexes.filter(([, sql]) => !sql.startsWith('CREATE UNIQUE'));
  database.prepare('PRAGMA cache_size = -400000').all();
  for (const [name] of later) database.define(() => database.prepare(`DROP INDEX "${name}"`).run());
  let group: AuditRecord[] = [];
  for (let index = head?.sequence ?? 0; index < events; index += 1) {
    head = linkRecord('nod_a', head, prepareEvent(eventAt(index, LARGE_EVERY), START + index * STEP), 'w');
    group.push(head);
    if (group.length < GROUP && index < events - 1) continue;
    await records.insertMany(group);
    group = [];
    if ((index + 1) % 250_000 < GROUP) said(`${index + 1} events`);
  }
  for (const [name, sql] of later) {
    database.define(() => database.prepare(sql).run());
    said(`index ${name}`);
  }
  database.prepare('PRAGMA cache_size = -16000').all();
};

/** Evicts the database from the page cache of the system. */
const evictor = () => {
  const program =
    'import os,sys\nfor line in sys.stdin:\n for f in line.split():\n  d=os.open(f,os.O_RDONLY);os.fdatasync(d);os.posix_fadvise(d,0,0,os.POSIX_FADV_DONTNEED);os.close(d)\n print("done",flush=True)\n';
  const child = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  return {
    evict: async (): Promise<void> => {
      const done = once(lines, 'line');
      child.stdin.write(`${file} ${file}-wal\n`);
      await done;
    },
    stop: () => child.stdin.end(),
  };
};

/** Each takes the number of the round, so that no search repeats one that is in a cache. */
const SEARCHES: Readonly<Record<string, (round: number) => AuditFilters>> = {
  'newest, no condition': () => ({}),
  'one agent': (round) => ({ agent: agentId(round * 7) }),
  'one person': (round) => ({ subject: personId(round * 131) }),
  'one API': (round) => ({ resource: resourceOf(round % 150) }),
  'agent and type': (round) => ({ agent: agentId(round * 11), type: 'token.refused' }),
  'agent and person': (round) => ({ agent: agentId(1 + round), subject: personId(round * 17) }),
  'agent and API': (round) => ({ agent: agentId(1 + round * 3), resource: resourceOf(75 + (round % 75)) }),
  'person and outcome': (round) => ({ subject: personId(round * 211), outcome: 'refused' }),
  'API and outcome': (round) => ({ resource: resourceOf(round % 150), outcome: 'refused' }),
  'rare type and agent': (round) => ({ type: 'agent.suspended', agent: agentId(round * 5) }),
  words: (round) => ({ words: ['ledger', toolOf(round * 9).split('.')[1] ?? ''] }),
  'word and person': (round) => ({ words: ['approval'], subject: personId(round * 301) }),
  'two frequent ones that never meet': (round) =>
    round % 2 === 0
      ? { agent: agentId(0), resource: resourceOf(75 + (round % 75)) }
      : { type: 'token.issued', outcome: 'refused', fromMillis: round },
  'agent, person and type in a month': (round) => {
    const fromMillis = START + (round % 12) * 30 * 86_400_000;
    return {
      ...{ agent: agentId(0), subject: personId(round), type: 'token.issued' },
      ...{ fromMillis, toMillis: fromMillis + 30 * 86_400_000 },
    };
  },
  'second page of two conditions': (round) => ({
    ...{ agent: agentId(0), outcome: 'refused' },
    after: { value: START + Math.floor((events * STEP * (round + 1)) / (rounds + 2)), id: 'nod_a:0' },
  }),
};

const quantile = (sorted: readonly number[], part: number): number =>
  Math.round((sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0) * 10) / 10;

const began = performance.now();
await fill();
const filled = performance.now();
let indexed = 0;
const cpu = process.cpuUsage();
for (let added = await search.poll(1000); added > 0; added = await search.poll(1000)) {
  indexed += added;
  if (indexed % 262_144 < added) said(`${indexed} indexed`);
}
const { user, system } = process.cpuUsage(cpu);
const built = performance.now();
const { evict, stop } = evictor();
/** Milliseconds; those of the CPU, and the blocks that were read, say what a search costs on a machine without other work. */
type Row = { search: string; found: number; p50: number; p99: number; most: number; cpu: number; blocksRead: number };
const measured = async (name: string, read: (round: number) => Promise<number>) => {
  const times: number[] = [];
  let found = 0;
  let [cpuMicros, blocks] = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    await evict();
    const [used, before] = [process.cpuUsage(), process.resourceUsage().fsRead];
    const from = performance.now();
    found += await read(round);
    times.push(performance.now() - from);
    const spent = process.cpuUsage(used);
    cpuMicros += spent.user + spent.system;
    blocks += process.resourceUsage().fsRead - before;
  }
  times.sort((one, other) => one - other);
  const row: Row = {
    ...{ search: name, found, p50: quantile(times, 0.5), p99: quantile(times, 0.99), most: quantile(times, 1) },
    cpu: Math.round(cpuMicros / rounds / 100) / 10,
    blocksRead: Math.round(blocks / rounds),
  };
  said(JSON.stringify(row));
  return { row, times };
};

const rows: Row[] = [];
const all: number[] = [];
for (const [name, filtersOf] of Object.entries(SEARCHES)) {
  const { row, times } = await measured(
    name,
    async (round) => (await listEvents(records, { ...filtersOf(round), limit: 50 }, search)).entries.length,
  );
  rows.push(row);
  all.push(...times);
}

/** What the page of a transaction reads: 50 of its tokens, and its first 100 events. */
const steps = transactionSteps({ documents });
const transaction = await measured(`page of a transaction with ${TOKENS} tokens`, async (round) => {
  const index = Math.floor(((TOKENS - 50) * round) / rounds) * LARGE_EVERY;
  const after = { value: START + index * STEP, id: recordId('nod_a', index + 1) };
  const page = await steps.page(LARGE_TRANSACTION, { limit: 50, endedAt: Math.floor(START / 1000) + 4e7, after });
  const listed = await listEvents(records, { txn: LARGE_TRANSACTION, limit: 100, direction: 'ascending' }, search);
  return page.items.length + listed.entries.length;
});
all.sort((one, other) => one - other);
stop();
await documents.close();
const result = {
  events,
  rounds,
  load: loadavg().map((one) => Math.round(one)),
  bytes: statSync(file).size,
  fillSeconds: Math.round((filled - began) / 1000),
  indexed,
  indexSeconds: Math.round((built - filled) / 1000),
  indexMicrosPerEvent: indexed === 0 ? undefined : Math.round((user + system) / indexed),
  all: { p50: quantile(all, 0.5), p99: quantile(all, 0.99), most: quantile(all, 1) },
  /** The aim is 200 ms. */
  transaction: transaction.row,
  residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  rows,
};
if (values.to !== undefined) writeFileSync(values.to, `${JSON.stringify(result, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
if (values.database === undefined) rmSync(folder, { recursive: true });
