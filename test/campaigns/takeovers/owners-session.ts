/**
 * The session of an owner, written after the rules of December 2, 2026 were frozen and without knowledge of them.
 *
 * The attacker bought what malware copied from the browser of a person: the sessions at the chat of the agent and at the pages where this person approves
 * what it asks. They want money. So they tell the agent what to pay, and approve each request themselves: no one else is asked. The agent works on its
 * host, with its own program, at an API where it always has a scope of the most risk that it has, for this person. First they look at what can be paid; then comes one payment to
 * see whether it passes, and others, with the time between that it takes to read an answer and to type. They avoid a request that the person
 * sees and denies. So two of three wait until the person is away, after the hours of the agent. The others do not, because a copied session may end.
 */
import type { Random } from '../campaign.ts';
import { approval, HOUR, token, type Work, type Worker, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

const WAITS_FOR_THE_NIGHT = 2 / 3;
/** From little risk to much. */
const RISK = ['read', 'write', 'export', 'admin', 'pay'];

/** The API with the riskiest scope that the agent has, and that scope. */
const bestOf = ({ apis, scopes }: Worker): { resource: string; scopeGiven: string[] } => {
  const all = apis.flatMap((resource) => (scopes[resource] ?? []).map((scope) => ({ resource, scope })));
  const [{ resource, scope } = { resource: apis[0] as string, scope: 'read' }] = all.toSorted(
    (one, other) => RISK.indexOf(other.scope) - RISK.indexOf(one.scope),
  );
  return { resource, scopeGiven: [scope] };
};

/** The person whose browser it was, if the agent works for people. */
const victimOf = ({ isOpen, people }: Worker, random: Random): { subject?: string } => {
  if (isOpen) return { subject: `acc_${random.integer(5000)}` };
  return people.length > 0 ? { subject: random.pick(people) } : {};
};

const beginOf = ({ hours }: Worker, at: number, random: Random): number => {
  if (!random.chance(WAITS_FOR_THE_NIGHT)) return at;
  // The agent began two hours ago. One that works all day is used some time in the night of the person.
  const away = hours < 24 ? hours - 2 : 10;
  return at + (away + 1) * HOUR + random.integer(3 * HOUR);
};

export const fromOwnersSession: Takeover = {
  wasAfterRules: true,
  approvesItself: true,
  work(worker, at, random) {
    const victim = victimOf(worker, random);
    const best = bestOf(worker);
    const work: Work[] = [];
    let now = beginOf(worker, at, random);
    for (let looks = 2 + random.integer(3); looks > 0; looks -= 1) {
      work.push(token(worker, now, random, victim));
      now += 40 + random.integer(120);
    }
    for (let payments = 4 + random.integer(6); payments > 0; payments -= 1) {
      work.push(approval(worker, now));
      now += 8 + random.integer(32);
      work.push(wanted({ ...token(worker, now, random, { ...best, ...victim }), isApproved: true }));
      now += 90 + random.integer(300);
    }
    return work;
  },
  fits: ({ isDormant, asksApprovals }) => !isDormant && asksApprovals,
};
