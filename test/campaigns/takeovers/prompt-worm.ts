/**
 * A prompt that copies itself, written after the rules of December 1, 2026 were frozen and without knowledge of them.
 *
 * The attacker has nothing but a mail to one person whose mail the agent works on. They want the data of as many people as possible, and not to be
 * there while it happens. The text makes the agent read what it may read for this person, and send itself to contacts who use the same agent. So
 * all is done by the agent, on its host, at its usual APIs, for people who allowed it, as fast as a model answers. It begins with one person and grows with each
 * generation, when the agent comes to the mail of the next ones. The attacker does not steer the pace: a worm that waits loses against the first
 * person who reports the mail.
 */
import type { Random } from '../campaign.ts';
import { HOUR, times, token, type Work, type Worker } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

/** Then the mail was reported, or each contact has it. */
const MOST_PEOPLE = 60;
const LONGEST = 4 * HOUR;

/** A contact who uses the agent: one whom it serves often, or a colleague whom it has not served lately. */
const contactOf = ({ isOpen, people }: Worker, random: Random): string => {
  if (isOpen) return `acc_${random.integer(5000)}`;
  return random.chance(2 / 3) ? random.pick(people) : `acc_${5000 + random.integer(5000)}`;
};

export const promptWorm: Takeover = {
  wasAfterRules: true,
  work(worker, at, random) {
    const first = contactOf(worker, random);
    const infected = new Set([first]);
    const waiting = [{ subject: first, begin: at }];
    const work: Work[] = [];
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { subject, begin } = next;
      const pace = 6 + random.integer(20);
      // Mail, contacts and, for most, the API through which it sends itself.
      work.push(...times(2 + random.integer(2), (index) => token(worker, begin + index * pace, random, { subject })));
      const reached = Array.from({ length: 1 + random.integer(3) }, () => contactOf(worker, random));
      for (const contact of reached) {
        // The agent looks for new mail every few minutes, and some wait for a person to open it.
        const later = begin + 60 + random.integer(15 * 60);
        if (infected.has(contact) || infected.size >= MOST_PEOPLE || later > at + LONGEST) continue;
        infected.add(contact);
        waiting.push({ subject: contact, begin: later });
      }
    }
    return work;
  },
  fits: ({ isDormant, isOpen, people }) => !isDormant && (isOpen || people.length >= 3),
};
