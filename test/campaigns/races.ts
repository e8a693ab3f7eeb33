/**
 * 64 uses of every one-time thing at the same moment: exactly one wins, and what it won works
 * afterwards (decision D9). At the ports of both stores, and over HTTP against a server on each of them.
 */
import type { Campaign } from './campaign.ts';
import { PARALLEL } from './race.ts';
import { adapterRaces } from './races-at-stores.ts';
import { httpRaces } from './races-over-http.ts';

const DEFAULT_TRIALS = 200;
/** Where they are run over HTTP, and in how many processes. */
const TRACKS = [
  ['memory', 1],
  ['sqlite', 1],
  ['sqlite', 3],
  ['mongodb + redis', 1],
  ['mongodb + redis', 3],
] as const;

export const races: Campaign = {
  name: 'races',
  about: `${PARALLEL} parallel uses of each one-time thing: one winner, whose token works (--trials each, default ${DEFAULT_TRIALS})`,
  async run(run) {
    const trials = run.options.trials ?? DEFAULT_TRIALS;
    const byStore: Record<string, Record<string, number>> = {};
    for (const store of ['memory', 'sqlite'] as const) {
      byStore[`${store} adapter`] = await adapterRaces(run, store, trials);
    }
    for (const [store, workers] of TRACKS) Object.assign(byStore, await httpRaces(run, store, trials, workers));
    const all = Object.values(byStore).flatMap((counts) => Object.values(counts));
    return { trials: all.reduce((sum, count) => sum + count, 0), parallel: PARALLEL, byStore };
  },
};
