/** What a race is, and how often each is run. */
import type { CampaignRun, Figures } from './campaign.ts';

/** Uses of one thing at once. */
export const PARALLEL = 64;

export type Race = {
  /** The kind of one-time thing. */
  readonly name: string;
  /**
   * Makes one new one-time thing, fires PARALLEL uses at once, and answers what is wrong with the
   * outcome, or undefined when all is well.
   */
  trial(): Promise<string | undefined>;
};

/** Runs `trials` in all, the kinds in turn. Answers how many of each kind there were. */
export const runRaces = async (
  run: CampaignRun,
  where: string,
  races: readonly Race[],
  trials: number,
): Promise<Figures> => {
  const byKind: Record<string, number> = Object.fromEntries(races.map(({ name }) => [name, 0]));
  let done = 0;
  for (; done < trials && !run.isOver(); done += 1) {
    const race = races[done % races.length];
    if (!race) break;
    const wrong = await race.trial().catch((error: Error) => `failed: ${error.stack ?? error.message}`);
    if (wrong !== undefined) run.violation(`${where}, ${race.name}, trial ${done + 1}: ${wrong}`);
    byKind[race.name] = (byKind[race.name] ?? 0) + 1;
    run.progress(`${where}, ${done + 1} of ${trials} trials`);
  }
  return { trials: done, parallel: PARALLEL, kinds: races.length, byKind };
};
