/**
 * 64 uses of every one-time thing at the same moment: exactly one wins, and what it won works
 * afterwards (decision D9). At the ports of every adapter, and over HTTP against servers on them.
 */
import { type Campaign, chosen, type Figures } from './campaign.ts';
import { PARALLEL } from './race.ts';
import { ADAPTERS, adapterRaces } from './races-at-stores.ts';
import { httpRaces } from './races-over-http.ts';

/** In all on one adapter, and in all on one server. */
const TRIALS = { adapter: 20_000, http: 200 };
/** On which stores, and in how many processes. */
const TRACKS = [
  ['http:memory:1', 'memory', 1],
  ['http:sqlite:1', 'sqlite', 1],
  ['http:sqlite:3', 'sqlite', 3],
  ['http:mongodb+redis:1', 'mongodb+redis', 1],
  ['http:mongodb+redis:3', 'mongodb+redis', 3],
  ['http:postgresql:1', 'postgresql', 1],
  ['http:postgresql:3', 'postgresql', 3],
] as const;

export const races: Campaign = {
  name: 'races',
  about: `${PARALLEL} parallel uses of each one-time thing: one winner, whose token works (--trials in all for each of --stores; default ${TRIALS.adapter} on an adapter, ${TRIALS.http} over HTTP)`,
  async run(run) {
    const names = chosen(run, [...ADAPTERS, ...TRACKS.map(([name]) => name)]);
    const where: Record<string, Figures> = {};
    for (const adapter of ADAPTERS) {
      if (names.includes(adapter)) {
        Object.assign(where, await adapterRaces(run, adapter, run.options.trials ?? TRIALS.adapter));
      }
    }
    for (const [name, store, nodes] of TRACKS) {
      if (names.includes(name)) {
        Object.assign(where, await httpRaces(run, store, nodes, run.options.trials ?? TRIALS.http));
      }
    }
    return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
  },
};
