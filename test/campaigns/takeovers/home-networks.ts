/**
 * The mailboxes of chosen people, read through home networks, written on December 2, 2026 without knowledge of the rules, and added after they were frozen.
 *
 * The attacker is a group that works for a state. They want to know for months what a few people of the organisation write: its lawyers, its leaders, and those who
 * search for intruders. They have the image of the agent with its key, from the backup of a developer. So they run the program of the agent as it is, and
 * sign its assertions and DPoP proofs: that tokens are bound to this key does not stop them. They hide where they are behind proxies in homes: an address serves one
 * mailbox and is never used again. They keep to the hours of the agent and are no faster than it is, at one API that it uses, to read. They
 * ask for no one who did not allow the agent: some use it daily, others allowed it once and are not served lately. They begin with the most important mailbox, as each
 * may be the last.
 */
import type { Random } from '../campaign.ts';
import { HOUR, token, type Work, type Worker, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

const LONGEST_HOURS = 5;

const home = (random: Random): string =>
  `${80 + random.integer(14)}.${random.integer(256)}.${random.integer(256)}.${1 + random.integer(254)}`;

/** People whose mailboxes they want. */
const chosenOf = ({ isOpen, people }: Worker, random: Random): readonly string[] => {
  const chosen = Array.from({ length: 6 + random.integer(10) }, () => {
    if (isOpen) return `acc_${random.integer(5000)}`;
    return random.chance(0.5) ? random.pick(people) : `acc_${5000 + random.integer(5000)}`;
  });
  return [...new Set(chosen)];
};

export const throughHomeNetworks: Takeover = {
  isAfterRules: true,
  work({ next: _, second: __, extra: ___, ...worker }, at, random) {
    const image = { ...worker, nextSoftware: undefined, callers: [] };
    const mail = random.pick(worker.apis);
    const until = at + Math.min(worker.hours - 2, LONGEST_HOURS) * HOUR;
    const work: Work[] = [];
    let now = at;
    for (const subject of chosenOf(worker, random)) {
      if (now >= until) break;
      const reader = { ...image, network: home(random) };
      // Parts of the mailbox, while the proxy keeps the address.
      for (let parts = 1 + random.integer(3); parts > 0; parts -= 1) {
        work.push(wanted(token(reader, now, random, { resource: mail, subject, scopeGiven: ['read'] })));
        now += 30 + random.integer(90);
      }
      now += Math.round((HOUR / worker.rate) * (1.5 + random.next()));
    }
    return work;
  },
  fits: ({ isDormant, isOpen, people }) => !isDormant && (isOpen || people.length >= 3),
};
