/** What the agents of a simulated organisation do: events of the audit log, by time. Takeovers (organisation-takeovers.ts) are written with the same words. */
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { Random } from './campaign.ts';
import { otherSoftware, softwareOf } from './organisation-tools.ts';

export const DAY = 86_400;
export const HOUR = 3600;

/** One event of a caller at a time, epoch seconds. */
export type Work = {
  readonly at: number;
  readonly caller: string;
  readonly event: Partial<AuditEvent>;
  readonly source: string;
  /** It is the act of a thief or of a misled agent. */
  readonly isHostile?: true;
};

/** The habits of an agent. */
export type Worker = {
  readonly id: string;
  readonly apis: readonly string[];
  network: string;
  /** Another replica of it always works there. */
  readonly second?: string;
  /** The network from which its new version works already, beside the old one. */
  next?: string | undefined;
  /** A further replica, while there is much to do. */
  extra?: { readonly network: string; readonly from: number; readonly until: number } | undefined;
  /** The software that asks for its tokens, as far as the server tells it apart: nearly always the first. */
  software: readonly string[];
  /** Software of its new version, which works already beside the old one. */
  nextSoftware?: string | undefined;
  readonly people: string[];
  /** It serves anyone who comes. */
  readonly isOpen: boolean;
  /** UTC hours in which it works. */
  readonly from: number;
  readonly hours: number;
  /** Tokens in an hour of work. */
  readonly rate: number;
  readonly asksApprovals: boolean;
  /** It pauses for weeks. */
  readonly isDormant: boolean;
};

export const api = (index: number): string => `https://api-${index}.example`;
/** Networks of the organisation: agents share them. Now and then one is new. */
const NETWORKS = 24;
export const address = (random: Random): string => `10.1.${random.integer(NETWORKS)}.7`;
const newAddress = (random: Random): string => `10.${2 + random.integer(200)}.${random.integer(250)}.7`;

export const newWorker = (id: string, random: Random): Worker => ({
  id,
  apis: Array.from({ length: 1 + random.integer(4) }, () => api(random.integer(60))),
  network: address(random),
  ...(random.chance(0.15) ? { second: address(random) } : {}),
  software: softwareOf(random),
  people: Array.from({ length: random.integer(20) }, () => `acc_${random.integer(5000)}`),
  isOpen: random.chance(0.15),
  ...(random.chance(0.25) ? { from: 0, hours: 24 } : { from: 6 + random.integer(6), hours: 6 + random.integer(6) }),
  rate: 1 + random.integer(6),
  asksApprovals: random.chance(0.3),
  isDormant: random.chance(0.08),
});

const personOf = ({ isOpen, people }: Worker, random: Random): string =>
  isOpen ? `acc_${random.integer(5000)}` : random.pick(people);

/** Where one request comes from. */
const sourceOf = ({ network, second, next, extra }: Worker, at: number, random: Random): string => {
  if (extra && at >= extra.from && at < extra.until && random.chance(0.3)) return extra.network;
  return random.chance(0.5) ? (next ?? second ?? network) : network;
};

const softwareIn = ({ software, nextSoftware }: Worker, random: Random): string | undefined => {
  if (nextSoftware && random.chance(0.5)) return nextSoftware;
  return software.length > 1 && random.chance(0.1) ? random.pick(software) : software[0];
};

export const token = (worker: Worker, at: number, random: Random, more: Partial<AuditEvent> = {}): Work => ({
  ...{ at, caller: worker.id, source: sourceOf(worker, at, random) },
  event: {
    inputs: { software: softwareIn(worker, random) },
    ...{
      type: 'token.issued',
      outcome: 'granted',
      grantType: 'client_credentials',
      resource: random.pick(worker.apis),
    },
    ...(worker.people.length > 0 && random.chance(0.7) ? { subject: personOf(worker, random) } : {}),
    ...more,
  },
});
/** A refused request has what it asked for. */
export const denial = (
  { id, network }: Worker,
  at: number,
  asked: { resource: string; scopeAsked: string[] },
): Work => ({
  ...{ at, caller: id, source: network },
  event: {
    ...{ type: 'token.refused', outcome: 'refused', ...asked },
    denial: { id: 'dny_1', layer: 'policy', reason: 'forbidden' },
  },
});
export const approval = ({ id, network }: Worker, at: number): Work => ({
  ...{ at, caller: id, source: network, event: { type: 'approval.requested', outcome: 'done' } },
});

export const times = (count: number, make: (index: number) => Work): Work[] =>
  Array.from({ length: count }, (_, at) => make(at));

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

/** An honest day: its usual hours, and now and then a burst, a mistake, another API or another network. */
export const honestDay = (worker: Worker, day: number, random: Random): readonly Work[] => {
  const start = day * DAY;
  if (worker.isDormant && day % 20 > 1) return [];
  renewed(worker, day, random);
  const work: Work[] = [];
  // It is late, for once.
  const hours = worker.hours + (random.chance(0.01) ? 1 : 0);
  for (let hour = 0; hour < hours; hour += 1) {
    const begin = start + ((worker.from + hour) % 24) * HOUR;
    const count = Math.round(worker.rate * (0.5 + random.next()));
    work.push(...times(count, () => token(worker, begin + random.integer(HOUR), random)));
    if (worker.asksApprovals && random.chance(0.1)) work.push(approval(worker, begin + random.integer(HOUR)));
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
    const asked = (index: number) => ({ resource: refused[index % refused.length] ?? '', scopeAsked: ['read'] });
    work.push(...times(3 + random.integer(8), (index) => denial(worker, usual + index * pace, asked(index))));
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
  // A new version uses one more API.
  if (random.chance(0.005)) work.push(token(worker, usual, random, { resource: api(60 + random.integer(20)) }));
  return work;
};
