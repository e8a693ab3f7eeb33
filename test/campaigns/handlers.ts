/**
 * Our own handlers against oidc-provider alone: the same random requests to two servers over the same data. A violation is
 * any difference in status, headers, body or audit events, or in how often a refusal was counted, and any answer with 5xx.
 */
import type { Campaign, CampaignRun } from './campaign.ts';
import { areAlike, countsOf, outcomeAt } from './handlers-answers.ts';
import { requestsTo, written } from './handlers-requests.ts';
import { handlersWorld } from './handlers-world.ts';

const DEFAULT_REQUESTS = 5_000;
const PARALLEL = 8;
/** Tokens live for 600 seconds, and those made of them for 300. */
const WORLD_MILLISECONDS = 200_000;

type Sums = { trials: number; answeredByOwnHandlers: number; readonly statuses: Record<string, number> };

/** Sends requests until the tokens of a new world are no longer live for long. */
const inOneWorld = async (run: CampaignRun, requests: number, figures: Sums): Promise<void> => {
  const world = await handlersWorld();
  const { own, other } = world;
  const end = performance.now() + WORLD_MILLISECONDS;
  let answered = 0;
  try {
    const grammar = requestsTo(world, run.random);
    const host = new URL(world.issuer).host;
    const one = async (): Promise<void> => {
      while (figures.trials < requests && !run.isOver() && performance.now() < end) {
        const index = figures.trials;
        figures.trials += 1;
        const described = grammar.next();
        const [here, there] = [await written(described, host), await written(described, host)];
        for (let turn = described.isRepeated ? 0 : 1; turn < 2; turn += 1) {
          const answer = await outcomeAt(own, here, described.isFromProxy);
          const expected = await outcomeAt(other, there, described.isFromProxy);
          answered += 1;
          figures.statuses[answer.status] = (figures.statuses[answer.status] ?? 0) + 1;
          if (areAlike(answer, expected) && !answer.status.startsWith('5')) continue;
          const text = Buffer.concat(here).toString('latin1').slice(0, 1500);
          run.violation(
            `request ${index}:\n${text}\n own      ${answer.compared} ${answer.lives}\n expected ${expected.compared} ${expected.lives}`,
          );
        }
        run.progress(`${figures.trials} of ${requests} requests`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, one));
    figures.answeredByOwnHandlers += answered - world.reachedProvider();
  } finally {
    await world.close();
  }
  const [counts, expected] = [countsOf(own), countsOf(other)];
  for (const name of new Set([...Object.keys(counts), ...Object.keys(expected)])) {
    if (counts[name] === expected[name]) continue;
    run.violation(`counted as ${name}: ${counts[name]} by the own handlers, ${expected[name]} by oidc-provider`);
  }
};

export const handlers: Campaign = {
  name: 'handlers',
  about: `own handlers of introspection, client credentials, exchange and refresh against oidc-provider (--trials requests, default ${DEFAULT_REQUESTS})`,
  async run(run) {
    const requests = run.options.trials ?? DEFAULT_REQUESTS;
    const figures = { trials: 0, answeredByOwnHandlers: 0, statuses: {} as Record<string, number> };
    while (figures.trials < requests && !run.isOver()) await inOneWorld(run, requests, figures);
    run.finished('memory', figures);
    return figures;
  },
};
