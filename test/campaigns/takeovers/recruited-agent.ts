/**
 * An agent that another agent recruits, written on December 2, 2026 without knowledge of the rules, and added after they were frozen.
 *
 * The attacker may write a ticket, and no more. They want records that they may not read, and a right for an account of their own. The text of the ticket
 * misleads the agent that sorts tickets, which may do little itself. It finds in the directory an agent that may do more, and re-delegates the work to it, for the
 * employee who opened the ticket. So the recruited agent is honest and on its host, with its own program and APIs. All that differs is for whom it works and who calls
 * it: an agent that always calls it, where the directory offers one, and else an agent that never did. Its answers go into the ticket, where the attacker
 * reads them. Each employee who opens the ticket begins all of it again, as fast as models answer; the attacker does not choose when. They need no right that the
 * recruited agent lacks, so nothing is refused.
 */
import type { Random } from '../campaign.ts';
import { below, HOUR, token, type Work, type Worker, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

const LONGEST_HOURS = 5;
/** How often an employee who opens the ticket is one whom the recruited agent serves too. */
const SERVED = 1 / 3;

/** The agent that sorts tickets. */
const recruiterOf = ({ callers }: Worker, random: Random): string =>
  callers.length > 0 && random.chance(0.5) ? random.pick(callers) : `agt_t${random.integer(50)}`;

/** An employee who opens the ticket. */
const employeeOf = ({ people }: Worker, random: Random): string =>
  people.length > 0 && random.chance(SERVED) ? random.pick(people) : `acc_${random.integer(10_000)}`;

export const recruitedAgent: Takeover = {
  isAfterRules: true,
  work(worker, at, random) {
    const called = below(worker, recruiterOf(worker, random));
    const until = at + Math.min(worker.hours - 2, LONGEST_HOURS) * HOUR;
    // With the most that it may: the text asks for a change, where the agent may change anything.
    const changeable = worker.apis.filter((one) => (worker.scopes[one]?.length ?? 0) > 1);
    const target = random.pick(changeable.length > 0 ? changeable : worker.apis);
    const work: Work[] = [];
    let now = at;
    for (let opened = 3 + random.integer(4); opened > 0 && now < until; opened -= 1) {
      const task = { ...called, subject: employeeOf(worker, random) };
      const step = (resource: string, scope: string): Work => {
        const made = token(worker, now, random, { ...task, resource, scopeGiven: [scope] });
        now += 5 + random.integer(21);
        return made;
      };
      // It looks up what there is, and then reads it.
      work.push(step(target, 'read'));
      for (let reads = 2 + random.integer(3); reads > 0; reads -= 1)
        work.push(wanted(step(random.pick(worker.apis), 'read')));
      if (changeable.length > 0) work.push(wanted(step(target, worker.scopes[target]?.at(-1) ?? 'read')));
      now += 10 * 60 + random.integer(50 * 60);
    }
    return work;
  },
};
