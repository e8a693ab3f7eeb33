/** All subjects side by side: each round starts them anew and measures case by case, one right after the other. */
import type { RunningSubject } from './bare-subject.ts';
import type { BenchCase, Subject } from './cases.ts';
import { connectionsOf, type Measured, measure } from './load.ts';

export type Figures = Record<string, Partial<Record<Subject['name'], Measured[]>>>;

export type Lengths = {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly isQuick: boolean;
  /** Default: CONNECTIONS, and fewer in a quick run. */
  readonly connections?: number;
};

/** Steps that a quick run prepares of a case. It measures once, without a warm-up. */
const QUICK_STEPS = 400;

/** Warms the case up, then measures it; how much to prepare follows from the warm-up. */
export const measureCase = async (one: BenchCase, subject: Subject, lengths: Lengths): Promise<Measured> => {
  const { seconds, warmUpSeconds, isQuick, connections = connectionsOf(isQuick) } = lengths;
  const { perStep = 1 } = one;
  if (isQuick) {
    return perPart(await measure(subject.pid, one.prepare(subject, QUICK_STEPS), seconds, connections), perStep);
  }
  const warm = await measure(
    subject.pid,
    one.prepare(subject, Math.ceil(6000 * warmUpSeconds)),
    warmUpSeconds,
    connections,
  );
  const count = Math.ceil((warm.steps / warm.seconds) * seconds * 1.5) + 100;
  return perPart(await measure(subject.pid, one.prepare(subject, count), seconds, connections), perStep);
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
