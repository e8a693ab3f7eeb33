/** What a race is, and how often each is run. */
import type { CampaignRun } from './campaign.ts';

/** Uses of one thing at once. */
export const PARALLEL = 64;

export type Race = {
  readonly name: string;
  /**
   * Makes one new one-time thing, fires PARALLEL uses at once, and answers what is wrong with the
   * outcome, or undefined when all is well.
   */
  trial(): Promise<string | undefined>;
};

/** Runs `trials` of every race. Answers how many trials there were, by name. */
export const runRaces = async (
  run: CampaignRun,
  where: string,
  races: readonly Race[],
  trials: number,
): Promise<Record<string, number>> => {
  const done: Record<string, number> = {};
  for (const race of races) {
    for (let trial = 0; trial < trials && !run.isOver(); trial += 1) {
      const wrong = await race.trial().catch((error: Error) => `failed: ${error.stack ?? error.message}`);
      if (wrong !== undefined) run.violation(`${where}, ${race.name}, trial ${trial + 1}: ${wrong}`);
      done[race.name] = trial + 1;
      run.progress(`${where}, ${race.name} ${trial + 1} of ${trials}`);
    }
  }
  return done;
};
