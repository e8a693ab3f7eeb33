/** What honest agents of a simulated organisation do on a day, and what changes about them. */
import type { Random } from './campaign.ts';
import { widening } from './organisation-blueprints.ts';
import { otherSoftware } from './organisation-tools.ts';
import {
  address,
  api,
  approval,
  approved,
  DAY,
  denial,
  denied,
  HOUR,
  newAddress,
  newComposition,
  times,
  token,
  usualScopes,
  type Work,
  type Worker,
} from './organisation-work.ts';

/** What changes where and with what it runs. Happens to the worker as of this day. */
const renewed = (worker: Worker, day: number, random: Random): void => {
  // Its new version works everywhere.
  worker.network = worker.next ?? worker.network;
  if (worker.nextSoftware) worker.software = [worker.nextSoftware, ...worker.software.slice(1)];
  [worker.next, worker.nextSoftware, worker.extra] = [undefined, undefined, undefined];
  /** `share`: how many have the new version for a day beside the old one. */
  const begin = (change: { readonly next?: string; readonly nextSoftware?: string }, share: number): void => {
    Object.assign(worker, change);
    if (!random.chance(share)) {
      worker.network = worker.next ?? worker.network;
      if (worker.nextSoftware) worker.software = [worker.nextSoftware, ...worker.software.slice(1)];
      [worker.next, worker.nextSoftware] = [undefined, undefined];
    }
  };
  // It moves to another network, and one in ten gets another library or version of its language on this occasion.
  if (random.chance(0.003)) {
    const next = random.chance(0.05) ? newAddress(random) : address(random);
    begin({ next, ...(random.chance(0.1) ? { nextSoftware: otherSoftware(worker.software, random) } : {}) }, 0.2);
  } else if (random.chance(0.004)) {
    // A release with another library, or version of its language: where it is, replica by replica.
    begin({ nextSoftware: otherSoftware(worker.software, random) }, 0.5);
  }
  // It is scaled out for some hours, nearly always to where others work already.
  if (random.chance(0.003)) {
    const from = day * DAY + ((worker.from + random.integer(worker.hours)) % 24) * HOUR;
    const network = random.chance(0.01) ? newAddress(random) : address(random);
    worker.extra = { network, from, until: from + (1 + random.integer(6)) * HOUR };
  }
};

/** One task: a token, or one in four times some for the same person, one after the other as a model answers. */
const task = (worker: Worker, at: number, most: number, random: Random): readonly Work[] => {
  const first = token(worker, at, random);
  const { subject } = first.event;
  if (subject === undefined || !random.chance(0.25)) return [first];
  const pace = 5 + random.integer(21);
  const more = Math.min(most - 1, 1 + random.integer(3));
  return [first, ...times(more, (index) => token(worker, at + (index + 1) * pace, random, { subject }))];
};

/** It asks a person. Of ten, one is denied and one not answered, and of those one in three is asked once more. */
const asked = (worker: Worker, at: number, random: Random): readonly Work[] => {
  const work: Work[] = [approval(worker, at)];
  if (!random.chance(0.2)) {
    // Drawn from the time, and not from the sequence: the days of a seed stay what they were. People of one in five agents may answer at once.
    const seconds = (Number(worker.id.slice(-1)) % 5 === 0 ? 5 : 60) + ((at * 7919) % 1200);
    return [...work, approved(worker.id, at + seconds, seconds)];
  }
  const answered = at + 60 + random.integer(1200);
  if (random.chance(0.5)) work.push(denied(worker, answered));
  if (random.chance(1 / 3)) work.push(approval(worker, answered + 30 + random.integer(300)));
  return work;
};

const ADMINISTRATOR = { caller: 'acc_admin', source: '10.0.0.1' };

const countRights = ({ apis, scopes }: Worker): number =>
  apis.length + Object.values(scopes).reduce((sum, some) => sum + some.length, 0);

/**
 * A new version: another prompt or other tools, and now and then one more API, or one more scope of an API that it has. Gives what an administrator does for
 * that before the agent begins to work at `at`.
 */
const grown = (worker: Worker, at: number, random: Random): readonly Work[] => {
  const before = countRights(worker);
  if (worker.composition && random.chance(0.04)) worker.composition = newComposition(random);
  if (random.chance(0.005)) {
    const added = api(60 + random.integer(20));
    worker.apis.push(added);
    worker.scopes[added] = usualScopes(random);
  }
  // Another agent begins to call it.
  if (worker.callers.length > 0 && random.chance(0.01)) worker.callers.push(`agt_c${random.integer(50)}`);
  if (random.chance(0.004)) {
    const known = random.pick(worker.apis);
    const scope = random.chance(0.8) ? 'write' : random.pick(['export', 'pay', 'admin']);
    worker.scopes[known] = [...new Set([...(worker.scopes[known] ?? ['read']), scope])];
  }
  return countRights(worker) > before ? widening(worker, ADMINISTRATOR, at, 0) : [];
};

/** An honest day: its usual hours, and now and then a burst, a mistake, another API or another network. */
export const honestDay = (worker: Worker, day: number, random: Random): readonly Work[] => {
  const start = day * DAY;
  if (worker.isDormant && day % 20 > 1) return [];
  renewed(worker, day, random);
  const work: Work[] = [...grown(worker, start + worker.from * HOUR, random)];
  // It is late, for once.
  const hours = worker.hours + (random.chance(0.01) ? 1 : 0);
  for (let hour = 0; hour < hours; hour += 1) {
    const begin = start + ((worker.from + hour) % 24) * HOUR;
    const count = Math.round(worker.rate * (0.5 + random.next()));
    for (let left = count; left > 0; ) {
      const some = task(worker, begin + random.integer(HOUR), left, random);
      work.push(...some);
      left -= some.length;
    }
    if (worker.asksApprovals && random.chance(0.1)) work.push(...asked(worker, begin + random.integer(HOUR), random));
  }
  const usual = start + ((worker.from + 1) % 24) * HOUR;
  // The end of the month, or a backlog: as fast as its model answers.
  if (random.chance(0.01)) {
    const pace = 5 + random.integer(26);
    work.push(...times(20 + random.integer(40), (at) => token(worker, usual + at * pace, random)));
  }
  // A policy changed, and its program tries again what it always asks for.
  if (random.chance(0.01)) {
    const pace = 1 + random.integer(30);
    const refused = random.chance(0.5) ? worker.apis : worker.apis.slice(0, 1);
    const wants = (index: number) => ({ resource: refused[index % refused.length] ?? '', scopeAsked: ['read'] });
    work.push(...times(3 + random.integer(8), (index) => denial(worker, usual + index * pace, wants(index))));
  }
  // An incident at night: people are called.
  if (worker.asksApprovals && random.chance(0.001)) {
    const night = start + ((worker.from + worker.hours + 3) % 24) * HOUR;
    work.push(...times(1 + random.integer(3), () => approval(worker, night + random.integer(HOUR))));
  }
  // Another team uses it from today on: one person after the other.
  if (worker.people.length > 0 && random.chance(0.002)) {
    const team = Array.from({ length: 5 + random.integer(16) }, () => `acc_${5000 + random.integer(5000)}`);
    work.push(...team.map((subject) => token(worker, usual + random.integer(4 * HOUR), random, { subject })));
    worker.people.push(...team);
  }
  return work;
};
