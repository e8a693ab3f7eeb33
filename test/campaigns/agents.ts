/**
 * A register of a million agents and clients beside one of a thousand, each behind a server of its own on SQLite. A violation is
 * what grows with the register: a start above three seconds, a p99 above twice that of the small one for the same
 * question, memory. The two are asked in turn, so that other load of the machine affects both.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../../config/data-folder.ts';
import { connectionsTo, rssMbOf } from '../bench/load.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { A_THOUSAND, asking, BOUNDED, type Place, questionsOf } from './agents-questions.ts';
import { type Planted, planOf, plant } from './agents-seed.ts';
import { plantClients } from './agents-seed-clients.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { figuresOf } from './figures.ts';

const SMALL = 1000;
const DEFAULT_AGENTS = 1_000_000;
/** Of each kind; the p99 of fewer than a hundred is their maximum. */
const DEFAULT_QUESTIONS = 300;
const STARTS = 3;
const LONGEST_START_MS = 3000;
const MOST_TIMES = 2;
/** A p99 that is so little longer says nothing about the register. */
const LEAST_MS = 2;
const MOST_MORE_MB = 96;

export const agents: Campaign = {
  name: 'agents',
  about: `a register of --agents, and as many clients (default ${DEFAULT_AGENTS}), beside one of ${SMALL}: start, look-ups, lists, searches, pages (--trials of each, default ${DEFAULT_QUESTIONS})`,
  async run(run) {
    const count = run.options.agents ?? DEFAULT_AGENTS;
    const places: Place[] = [];
    try {
      places.push(await placeOf(run, SMALL));
      places.push(await placeOf(run, count));
      const asked = await ask(run, places);
      const [small, large] = await Promise.all(places.map(factsOf));
      if (!small || !large) throw new Error('two places');
      if (large.slowestStartMs > LONGEST_START_MS)
        run.late(`a start with ${count} agents took ${large.slowestStartMs} ms`);
      if (large.rssMb > small.rssMb + MOST_MORE_MB)
        run.violation(`${large.rssMb} MB in memory with ${count} agents, ${small.rssMb} with ${SMALL}`);
      const figures = { trials: asked.trials, small, large, questions: asked.questions };
      run.finished(`sqlite, ${count}`, figures);
      return figures;
    } finally {
      for (const { close } of places) await close();
    }
  },
};

const placeOf = async (run: CampaignRun, count: number): Promise<Place> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-agents-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const server = await startServer({ dataFolder: folder, environment: WITHOUT_LIMITS }).catch(
    async (error: unknown) => {
      await removeFolder();
      throw error;
    },
  );
  const close = async (): Promise<void> => {
    await server.remove();
    await removeFolder();
  };
  try {
    const scene = await makeScene(server);
    const { id: blueprint } = await scene.management.createBlueprint({
      name: 'Blueprint',
      ceilings: { authority: { [scene.jwt.identifier]: ['read'] } },
    });
    await server.stop();
    const plan: Planted = planOf(scene, count, run.options.seed, blueprint);
    const { seconds } = await plant(folder, plan, (done) => run.progress(`${done} of ${count} agents written`));
    await plantClients(folder, plan, scene, (done) => run.progress(`${done} of ${count} clients written`));
    const { size } = await stat(dataFolder(folder).database);
    const startsMs: number[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      if (start > 0) await server.stop();
      startsMs.push(await server.restart());
    }
    const connections = connectionsTo(server.issuer);
    return {
      plan,
      scene: { ...scene, management: await managementFromKeyFile(server.administratorKeyFile) },
      blueprint,
      server,
      send: connections.send,
      written: { seconds: Math.round(seconds), fileMb: Math.round(size / 2 ** 20) },
      startsMs,
      rssAtStartMb: await rssMbOf(server.pid),
      close: async () => {
        connections.close();
        await close();
      },
    };
  } catch (error) {
    console.error(server.log().slice(-4000));
    await close();
    throw error;
  }
};

const ask = async (run: CampaignRun, places: readonly Place[]) => {
  const each = run.options.trials ?? DEFAULT_QUESTIONS;
  const askers = await Promise.all(places.map((place) => asking(place, run.random)));
  const names = Object.keys(questionsOf) as (keyof typeof questionsOf)[];
  const asked: Record<string, { readonly small: Spread; readonly large: Spread }> = {};
  let trials = 0;
  for (const name of names) {
    const taken: number[][] = places.map(() => []);
    for (let index = 0; index < each && !run.isOver(); index += 1) {
      for (const [at, question] of askers.entries()) {
        const milliseconds = await question(name);
        trials += 1;
        // The first ones compile statements and code.
        if (index >= each / 10) taken[at]?.push(milliseconds);
      }
      run.progress(`${name}: ${index} of ${each}`);
    }
    const [small, large] = taken.map(figuresOf);
    if (small && large && small.runs > 0) asked[name] = { small, large };
  }
  const questions = Object.entries(asked).map(([name, { small, large }]) => {
    const against = BOUNDED.includes(name) ? A_THOUSAND : name;
    const most = (asked[against]?.small ?? small).p99;
    if (large.p99 > MOST_TIMES * most && large.p99 > most + LEAST_MS)
      run.late(`${name}: p99 ${large.p99} ms; with ${SMALL} agents ${against} took ${most} ms`);
    const figures = { small, large, p50Times: times(large.p50, small.p50), p99Times: times(large.p99, small.p99) };
    return [name, figures] as const;
  });
  return { trials, questions: Object.fromEntries(questions) };
};

type Spread = ReturnType<typeof figuresOf>;

const times = (large: number, small: number): number => Math.round((100 * large) / small) / 100;

const factsOf = async ({ plan, server, written, startsMs, rssAtStartMb }: Place) => ({
  agents: plan.count,
  fileMb: written.fileMb,
  writtenInSeconds: written.seconds,
  startsMs: startsMs.map(Math.round),
  slowestStartMs: Math.round(Math.max(...startsMs)),
  rssAtStartMb,
  rssMb: await rssMbOf(server.pid),
});
