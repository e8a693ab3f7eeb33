/**
 * Payments for which people are pressed, written after the rules of December 1, 2026 were frozen and without knowledge of them.
 *
 * The attacker sent invoices with hidden instructions to an agent that asks people before it pays. They want money, and need a person's approval for each
 * payment. So the agent asks while people are at work and busy, for one small invoice after the other, and asks again with another reason when
 * they deny it or do not answer: the way in which people were made to confirm sign-ins that were not theirs. There are pauses between invoices, because
 * approvers who talk to each other end it. It is the agent itself, on its host, for the people and APIs it always has. What is approved is fetched
 * as one token, with the grant type that all tokens have in this simulation.
 */
import { approval, denied, token, type Work, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

/** How often one more request makes a person approve, and how often a person denies it otherwise. */
const APPROVED = 0.2;
const DENIED = 0.5;

export const pressedForPayments: Takeover = {
  wasAfterRules: true,
  work(worker, at, random) {
    // It reads the mail with the first invoice.
    const work: Work[] = [token(worker, at, random)];
    let now = at + 10 + random.integer(30);
    for (let invoices = 3 + random.integer(4); invoices > 0; invoices -= 1) {
      for (let requests = 2 + random.integer(4); requests > 0; requests -= 1) {
        work.push(approval(worker, now));
        now += 60 + random.integer(181);
        if (random.chance(APPROVED)) {
          work.push(wanted({ ...token(worker, now, random), isApproved: true }));
          break;
        }
        if (random.chance(DENIED)) work.push(denied(worker, now));
      }
      now += 5 * 60 + random.integer(15 * 60);
    }
    return work;
  },
  fits: ({ isDormant, asksApprovals }) => !isDormant && asksApprovals,
};
