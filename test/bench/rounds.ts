/** All subjects side by side: each round starts them anew and measures case by case, one right after the other. */
import type { RunningSubject } from './bare-subject.ts';
import type { BenchCase } from './cases.ts';
import { connectionsOf, type Measured, measure } from './load.ts';
import type { Subject } from './subject.ts';

export type Figures = Record<string, Partial<Record<Subject['name'], Measured[]>>>;

export type Lengths = {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly isQuick: boolean;
  /** Default: CONNECTIONS, and fewer in a quick run. */
  readonly connections?: number;
};

/** Steps that a quick run prepares of a case. It measures once, without a warm-up. */
const QUICK_STEPS = 100;

/** Warms the case up, then measures it; how much to prepare follows from the warm-up. */
export const measureCase = async (one: BenchCase, subject: Subject, lengths: Lengths): Promise<Measured> => {
  const { isQuick, seconds, connections = connectionsOf(isQuick) } = lengths;
  if (isQuick) {
    const measured = await measure(subject.pid, one.prepare(subject, QUICK_STEPS), seconds, connections);
    return perPart(measured, one.perStep ?? 1);
  }
  return measureWindow(one, subject, lengths, await warmUp(one, subject, lengths));
};

/** Steps in a second, measured while the case warms up. */
export const warmUp = async (
  one: BenchCase,
  subject: Subject,
  { warmUpSeconds, isQuick, connections = connectionsOf(isQuick) }: Lengths,
): Promise<number> => {
  const step = one.prepare(subject, Math.ceil(6000 * warmUpSeconds));
  const { steps, seconds } = await measure(subject.pid, step, warmUpSeconds, connections);
  return steps / seconds;
};

/** One window of a warm case. `perSecond`: of its warm-up. */
export const measureWindow = async (
  one: BenchCase,
  subject: Subject,
  { seconds, isQuick, connections = connectionsOf(isQuick) }: Lengths,
  perSecond: number,
): Promise<Measured> => {
  const step = one.prepare(subject, Math.ceil(perSecond * seconds * 1.5) + 100);
  return perPart(await measure(subject.pid, step, seconds, connections), one.perStep ?? 1);
};

const perPart = ({ steps, cpuMicros, ...rest }: Measured, perStep: number): Measured => ({
  ...rest,
  steps: steps * perStep,
  cpuMicros: Math.round(cpuMicros / perStep),
});

/** The order of the subjects turns round every second time. */
export const round = async (
  figures: Figures,
  starts: readonly (() => Promise<RunningSubject>)[],
  cases: readonly BenchCase[],
  { index, ...lengths }: Lengths & { readonly index: number },
): Promise<void> => {
  const running: RunningSubject[] = [];
  try {
    for (const start of starts) running.push(await start());
    for (const one of cases) {
      const entry = figures[one.name] ?? {};
      figures[one.name] = entry;
      for (const { subject } of index % 2 === 1 ? running.toReversed() : running) {
        if (!one.isFor(subject)) continue;
        process.stderr.write(`round ${index + 1}: ${subject.name.padEnd(14)} ${one.name}\n`);
        const measured = await measureCase(one, subject, lengths);
        entry[subject.name] = [...(entry[subject.name] ?? []), measured];
      }
    }
  } finally {
    for (const { close } of running) await close();
  }
};
