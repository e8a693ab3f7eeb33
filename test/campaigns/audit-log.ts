/**
 * Whether `behalf audit verify` finds every change of an export. Each random change is verified on the smallest range that holds
 * it, and some on the whole export. Before that, the whole export verifies, with one thread and with more.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyThreads } from '../../src/cli/verify-thread-pool.ts';
import { CHECKPOINT_STREAM } from '../../src/domain/audit/audit-record.ts';
import type { Fault, Finding } from '../../src/domain/audit/findings.ts';
import { checkLines } from '../../src/domain/audit/line-check.ts';
import { type CheckLines, verifyChunks } from '../../src/domain/audit/verify-export.ts';
import { exportOpening, type Part, partCheck } from '../../src/domain/audit/verify-part.ts';
import { type LargeExport, largeExport } from './audit-log-export.ts';
import { type Edit, type Mutation, newMutation, placeOf } from './audit-log-mutations.ts';
import type { Campaign, CampaignRun } from './campaign.ts';

const DEFAULT_TRIALS = 2_000;
/** Events for each change, and their bounds. */
const EVENTS_PER_TRIAL = 10;
const LEAST_EVENTS = 20_000;
const MOST_EVENTS = 1_000_000;
/** One change of so many is verified on the whole export, too. */
const WHOLE_PART = 500;
/** A larger export is measured with more threads only. */
const EVENTS_ON_READER = 100_000;
const CHUNK = 1 << 20;

type Opened = ReturnType<ReturnType<typeof exportOpening>['opened']>;

/** The number of lines before the first record of a node. */
const firstRecord = (from: LargeExport): number => {
  let line = 1;
  while (placeOf(from.text(line))?.stream === CHECKPOINT_STREAM) line += 1;
  return line;
};

const opened = async (lines: Iterable<string>, key: string): Promise<Opened> => {
  const opening = exportOpening({ key });
  let number = 0;
  for (const text of lines) {
    number += 1;
    if (!(await opening.read(text, number)))
      throw { finding: 'unreadable', fault: 'no checkpoint', place: undefined } satisfies Fault;
  }
  return opening.opened();
};

/** The finding that an error is. Throws any other error. */
const findingOf = (error: unknown): Finding => {
  const { finding } = error as Partial<Fault>;
  if (finding === undefined) throw error;
  return finding;
};

const world = async (from: LargeExport) => {
  const first = firstRecord(from);
  const prefix = Array.from({ length: first }, (_, line) => from.text(line));
  const original = await opened(prefix, from.key);
  const head = from.text(from.lines - 1);
  const named = new Map<string, readonly number[]>();
  const namedOf = (stream: string): readonly number[] => {
    const known = named.get(stream) ?? [...original.chain.named(stream).keys()].sort((one, other) => one - other);
    named.set(stream, known);
    return known;
  };

  /** One line behind the next record that a checkpoint names, from the one in `line` on. */
  const windowEnd = (line: number): number => {
    const place = placeOf(from.text(line));
    if (!place) return from.lines - 1;
    const target = namedOf(place.stream).find((sequence) => sequence >= place.sequence) ?? place.sequence;
    return Math.min(line + target - place.sequence + 2, from.lines - 1);
  };

  /** The lines around an edit, up to where its range ends, with the edit. */
  function* windowOf({ at, remove, insert }: Edit): Generator<string> {
    if (at - 1 >= first) yield from.text(at - 1);
    yield* insert;
    const next = at + remove;
    const end = next >= from.lines - 1 ? from.lines - 1 : windowEnd(next);
    for (let line = next; line < end; line += 1) yield from.text(line);
  }

  const check = async (
    of: Opened,
    part: Part,
    lines: Iterable<string>,
    last: readonly string[],
  ): Promise<Finding | undefined> => {
    try {
      const reading = partCheck(of, part);
      for (const text of lines) await reading.read(text);
      for (const text of last) await reading.read(text);
      reading.end();
      return undefined;
    } catch (error) {
      return findingOf(error);
    }
  };

  /** The range of one record: that at a line, or the nearest before it. */
  const rangeAt = (line: number): Part => {
    const place = placeOf(from.text(Math.max(Math.min(line, from.lines - 2), first)));
    if (!place) throw new Error(`line ${line} has no place`);
    return { stream: place.stream, from: place.sequence, to: place.sequence };
  };

  return {
    first,
    /** The finding on the smallest ranges that hold the change; undefined when none finds it. */
    async find({ edits, line }: Mutation): Promise<Finding | undefined> {
      const shared = edits.filter(({ at }) => at < first);
      if (shared.length > 0) {
        const lines = prefix.flatMap((text, at) => {
          const edit = shared.find((one) => at >= one.at && at < one.at + one.remove);
          return edit ? (edit.at === at ? edit.insert : []) : [text];
        });
        try {
          const none = { at: first, remove: 0, insert: [] };
          return await check(await opened(lines, from.key), rangeAt(line), windowOf(none), [head]);
        } catch (error) {
          return findingOf(error);
        }
      }
      const ofHead = edits.find(({ at, remove }) => at + remove >= from.lines);
      for (const edit of edits) {
        const isOfHead = edit === ofHead && edit.at === from.lines - 1;
        const lines = isOfHead ? windowOf({ at: edit.at, remove: 0, insert: [] }) : windowOf(edit);
        const found = await check(original, rangeAt(edit.at), lines, ofHead ? (isOfHead ? edit.insert : []) : [head]);
        if (found) return found;
      }
      // A record between the last one of a stream and the first of the next: the range is its own, at both places.
      const [edit] = edits;
      if (!edit) return undefined;
      const own = [...windowOf({ at: line, remove: 0, insert: [] })].slice(1);
      const both = edit.at <= line ? [...edit.insert, ...own] : [...own, ...edit.insert];
      return check(original, rangeAt(line), both, [head]);
    },
    /** The same over unchanged lines, which nothing is wrong with. */
    clean: (line: number): Promise<Finding | undefined> =>
      check(original, rangeAt(line), windowOf({ at: line, remove: 0, insert: [] }), [head]),
  };
};

async function* changed(from: LargeExport, edits: readonly Edit[]): AsyncGenerator<Uint8Array | string> {
  let line = 0;
  const copy = async function* (end: number): AsyncGenerator<Uint8Array> {
    const [start, stop] = [from.offset(line), from.offset(end)];
    if (stop > start) yield* createReadStream(from.file, { start, end: stop - 1, highWaterMark: CHUNK });
  };
  for (const { at, remove, insert } of edits) {
    yield* copy(at);
    for (const text of insert) yield `${text}\n`;
    line = at + remove;
  }
  yield* copy(from.lines);
}

const measured = async (run: CampaignRun, from: LargeExport, check: CheckLines, ahead: number, records: number) => {
  const [begin, before] = [performance.now(), process.cpuUsage()];
  const verdict = await verifyChunks(changed(from, []), { key: from.key }, check, ahead);
  if (!verdict.ok) run.violation(`an unchanged export does not verify: ${verdict.problem}`);
  const { user, system } = process.cpuUsage(before);
  return {
    recordsPerSecond: Math.round(records / ((performance.now() - begin) / 1000)),
    recordsPerCpuSecond: Math.round(records / ((user + system) / 1e6)),
  };
};

export const auditLog: Campaign = {
  name: 'audit-log',
  about:
    'changes an export at random: the verifier finds each on the smallest range that holds it (a trial is a change)',
  async run(run) {
    const trials = run.options.trials ?? DEFAULT_TRIALS;
    const events = run.options.tokens ?? Math.min(Math.max(trials * EVENTS_PER_TRIAL, LEAST_EVENTS), MOST_EVENTS);
    const folder = await mkdtemp(join(tmpdir(), 'behalf-audit-log-'));
    const from = await largeExport(folder, events, run);
    const cores = Math.max(2, availableParallelism());
    const pools = [verifyThreads(1), verifyThreads(cores)] as const;
    try {
      const { first, find, clean } = await world(from);
      const records = from.lines - 2;
      const context = { from, random: run.random, first };
      const speeds = {
        ...(events > EVENTS_ON_READER
          ? {}
          : { 'on the thread of the reader': await measured(run, from, checkLines, 1, records) }),
        'one more thread': await measured(run, from, pools[0].check, pools[0].ahead, records),
        [`${cores} more threads`]: await measured(run, from, pools[1].check, pools[1].ahead, records),
      };
      for (let n = 0; n < 200; n += 1) {
        const line = first + run.random.integer(from.lines - 1 - first);
        const wrong = await clean(line);
        if (wrong) run.violation(`an unchanged range at line ${line} does not verify: ${wrong}`);
      }

      const findings: Record<string, number> = {};
      const kinds: Record<string, number> = {};
      let done = 0;
      for (; done < trials && !run.isOver(); done += 1) {
        const mutation = newMutation(context, false);
        const finding = await find(mutation);
        if (!finding) run.violation(`not found on its range: ${JSON.stringify(mutation).slice(0, 2000)}`);
        else findings[finding] = (findings[finding] ?? 0) + 1;
        kinds[mutation.kind] = (kinds[mutation.kind] ?? 0) + 1;
        run.progress(`${done} of ${trials} changes`);
      }
      const wholes = Math.max(1, Math.round(trials / WHOLE_PART));
      let onWhole = 0;
      for (; onWhole < wholes && !run.isOver(); onWhole += 1) {
        const mutation = newMutation(context, true);
        const verdict = await verifyChunks(
          changed(from, mutation.edits),
          { key: from.key },
          pools[1].check,
          pools[1].ahead,
        );
        if (verdict.ok) run.violation(`not found on the whole: ${JSON.stringify(mutation).slice(0, 2000)}`);
        run.progress(`${onWhole} of ${wholes} changes on the whole export`);
      }
      const figures = {
        trials: done,
        records,
        megabytes: Math.round(from.bytes / 1e6),
        onWhole,
        speeds,
        findings,
        kinds,
      };
      run.finished(`${events} events`, figures);
      return figures;
    } finally {
      await Promise.all(pools.map((pool) => pool.close()));
      from.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
