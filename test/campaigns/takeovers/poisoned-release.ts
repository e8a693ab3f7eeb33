/**
 * A release with a malicious dependency, written after the rules of December 2, 2026 were frozen and without knowledge of them.
 *
 * The attacker published a version of a library that wraps the model's tools, and a bot merged the update. Their code runs in the process of the agent, and
 * takes tokens through the functions of the agent itself: same host, same program. Where the agent shows what it runs with, that digest is new, as after any
 * release; the code is not written for this server and does not lie about it. Instances of the version before work beside it. They want the data
 * of the people whom the agent serves, to sell it, and send each token away to be used at once. Tokens live for minutes, so the code comes again and
 * again: each time for the next person, at each API that the agent is configured for, with all its scopes there. They avoid refusals, new APIs and new people,
 * which alert; they avoid hours in which the agent does not work, and a burst. The first token only tells them that the code arrived where
 * there is a key, and not in a pipeline.
 */
import type { Random } from '../campaign.ts';
import { HOUR, newComposition, token, type Work, type Worker, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

const MOST_ROUNDS = 24;
const LONGEST_HOURS = 5;
/** People whom an agent that serves anyone has in its memory. */
const REMEMBERED = 20;

/** The people whom it serves, in some order. */
const peopleOf = ({ isOpen, people }: Worker, random: Random): readonly string[] => {
  const all = isOpen ? Array.from({ length: REMEMBERED }, () => `acc_${random.integer(5000)}`) : people;
  const from = random.integer(Math.max(all.length, 1));
  return [...all.slice(from), ...all.slice(0, from)];
};

export const poisonedRelease: Takeover = {
  wasAfterRules: true,
  work(worker, at, random) {
    const released = { ...worker, ...(worker.composition ? { composition: newComposition(random) } : {}) };
    const people = peopleOf(worker, random);
    const apis = [...new Set(worker.apis)];
    const until = at + Math.min(worker.hours - 2, LONGEST_HOURS) * HOUR;
    const work: Work[] = [token(released, at, random)];
    let now = at + 5 * 60 + random.integer(15 * 60);
    for (let round = 0; round < MOST_ROUNDS && now < until; round += 1) {
      const subject = people.length > 0 ? { subject: people[round % people.length] as string } : {};
      for (const resource of apis) {
        const scopeGiven = [...(worker.scopes[resource] ?? ['read'])];
        work.push(wanted(token(released, now, random, { resource, scopeGiven, ...subject })));
        now += 1 + random.integer(3);
      }
      now += 10 * 60 + random.integer(10 * 60);
    }
    return work;
  },
};
