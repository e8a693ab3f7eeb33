/**
 * A tool whose description changed, written after the rules of December 2, 2026 were frozen and without knowledge of them.
 *
 * The attacker runs an MCP server that the agent's developers connected months ago, and has nothing but the descriptions of its tools. They want a lasting way in: an
 * account or a webhook of their own at an API of the agent, for which `admin` is needed, or else its data by `export`. The new description says
 * that a call needs a check with these scopes first. So the agent asks for them, on its host, at APIs that it uses, for the person of its task. They
 * avoid new networks and new APIs. They cannot choose the pace: the text works once in each task that lists the tools, and the model
 * sometimes repeats what was refused. The attacker takes agents with too much authority: at least one API gives what the text asks for. Once they
 * have their account there, or the export, they do not need the agent for that API any more.
 */
import type { Random } from '../campaign.ts';
import { denial, HOUR, token, type Work, type Worker, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

const MOST_TASKS = 10;
const LONGEST_HOURS = 6;
/** How often a further API gives the agent a scope that it never used. */
const GRANTED = 0.25;
/** How often a model asks again for what was refused. */
const REPEATED = 0.4;
const ASKED = ['admin', 'export'] as const;

/** The scopes that each API gives, of those that the text asks for. */
const givenBy = ({ apis, scopes }: Worker, random: Random): ReadonlyMap<string, readonly string[]> => {
  const withTooMuch = random.pick(apis);
  const sure = random.pick(ASKED);
  return new Map(
    apis.map((one) => [
      one,
      ASKED.filter(
        (scope) =>
          (one === withTooMuch && scope === sure) || scopes[one]?.includes(scope) === true || random.chance(GRANTED),
      ),
    ]),
  );
};

/** Asks for one scope after the other until the API gives one. */
const askAt = (worker: Worker, begin: number, random: Random, task: { resource: string; given: readonly string[] }) => {
  const { resource, given } = task;
  const work: Work[] = [];
  let now = begin;
  for (const scope of ASKED) {
    if (given.includes(scope)) {
      work.push(wanted(token(worker, now, random, { resource, scopeGiven: [scope] })));
      break;
    }
    for (let attempts = random.chance(REPEATED) ? 2 : 1; attempts > 0; attempts -= 1) {
      work.push(denial(worker, now, { resource, scopeAsked: [scope] }));
      now += 4 + random.integer(12);
    }
  }
  return work;
};

export const poisonedTool: Takeover = {
  wasAfterRules: true,
  work(worker, at, random) {
    const given = givenBy(worker, random);
    const until = at + Math.min(worker.hours - 2, LONGEST_HOURS) * HOUR;
    const finished = new Set<string>();
    const work: Work[] = [];
    // Every API comes before one that refused comes again.
    const turns = [...new Set(worker.apis)];
    let now = at;
    for (let task = 0; task < MOST_TASKS && now < until && finished.size < turns.length; task += 1) {
      const resource = turns[task % turns.length] as string;
      // The task itself, in which the agent reads the list of tools.
      work.push(token(worker, now, random, { resource }));
      if (!finished.has(resource)) {
        const asked = askAt(worker, now + 5 + random.integer(25), random, {
          resource,
          given: given.get(resource) ?? [],
        });
        work.push(...asked);
        if (asked.some(({ isWanted }) => isWanted)) finished.add(resource);
      }
      now += Math.round((HOUR / worker.rate) * (0.3 + random.next()));
    }
    return work;
  },
};
