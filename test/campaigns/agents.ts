/**
 * A register of a million agents beside one of a thousand, each behind a server of its own on SQLite. A violation is
 * what grows with the register: a start above three seconds, a p99 above twice that of the small one for the same
 * question, memory. The two are asked in turn, so that whatever else the machine does happens to both.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../../config/data-folder.ts';
import { connectionsTo, rssMbOf } from '../bench/load.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { type Planted, planOf, plant } from './agents-plant.ts';
import { asking, type Place, questionsOf } from './agents-questions.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { figuresOf, rounded } from './figures.ts';

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
  about: `a register of --agents (default ${DEFAULT_AGENTS}) beside one of ${SMALL}: start, look-ups, lists, searches, pages (--trials of each, default ${DEFAULT_QUESTIONS})`,
  async run(run) {
    const count = run.options.agents ?? DEFAULT_AGENTS;
    const places: Place[] = [];
    try {
      places.push(await placeOf(run, SMALL), await placeOf(run, count));
      const asked = await ask(run, places);
      const [small, large] = await Promise.all(places.map(factsOf));
      if (!small || !large) throw new Error('two places');
      if (large.slowestStartMs > LONGEST_START_MS)
        run.violation(`a start with ${count} agents took ${large.slowestStartMs} ms`);
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
  const server = await startServer({ dataFolder: folder, environment: WITHOUT_LIMITS });
  const close = async (): Promise<void> => {
    await server.remove();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const scene = await makeScene(server);
    const made = await scene.management.call('POST', '/blueprints', {
      name: 'Blueprint',
      purpose: 'Limits',
      ceilings: { authority: { [scene.jwt.identifier]: ['read'] } },
    });
    const blueprint = String(made.body['id']);
    const etag = { 'if-match': String(made.headers.get('etag')) };
    await scene.management.call('POST', `/blueprints/${blueprint}/activate`, {}, etag);
    await server.stop();
    const plan: Planted = planOf(scene, count, run.options.seed, blueprint);
    const { seconds } = await plant(folder, plan, (done) => run.progress(`${done} of ${count} agents written`));
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
  const questions: Record<string, unknown> = {};
  let trials = 0;
  for (const name of Object.keys(questionsOf)) {
    const times: number[][] = places.map(() => []);
    for (let index = 0; index < each && !run.isOver(); index += 1) {
      for (const [at, ask] of askers.entries()) {
        const milliseconds = await ask(name as keyof typeof questionsOf);
        trials += 1;
        // The first ones compile statements and code.
        if (index >= each / 10) times[at]?.push(milliseconds);
      }
      run.progress(`${name}: ${index} of ${each}`);
    }
    const [small, large] = times.map(figuresOf);
    if (!small || !large) continue;
    questions[name] = {
      small,
      large,
      p50Times: rounded(large.p50 / small.p50),
      p99Times: rounded(large.p99 / small.p99),
    };
    if (large.p99 > MOST_TIMES * small.p99 && large.p99 > small.p99 + LEAST_MS)
      run.violation(`${name}: p99 ${large.p99} ms, with ${SMALL} agents ${small.p99} ms`);
  }
  return { trials, questions };
};

const factsOf = async ({ plan, server, written, startsMs, rssAtStartMb }: Place) => ({
  agents: plan.count,
  fileMb: written.fileMb,
  writtenInSeconds: written.seconds,
  startsMs: startsMs.map(Math.round),
  slowestStartMs: Math.round(Math.max(...startsMs)),
  rssAtStartMb,
  rssMb: await rssMbOf(server.pid),
});
