/** What the agents and clients of a simulated organisation do in a day, honest and taken over: events of the audit log, by time. */
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { Random } from './campaign.ts';

export const DAY = 86_400;
const HOUR = 3600;

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
  /** The network from which its new version works already, beside the old one. */
  next?: string | undefined;
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

const SCOPES = ['read', 'write', 'admin', 'export'];
const CHAIN_ISSUER = 'https://as.example';
const api = (index: number): string => `https://api-${index}.example`;
/** Networks of the organisation: agents share them. Now and then one is new. */
const NETWORKS = 24;
const address = (random: Random): string => `10.1.${random.integer(NETWORKS)}.7`;
const newAddress = (random: Random): string => `10.${2 + random.integer(200)}.${random.integer(250)}.7`;
const foreign = (random: Random): string => `198.${random.integer(200)}.${random.integer(250)}.9`;

export const newWorker = (id: string, random: Random): Worker => ({
  id,
  apis: Array.from({ length: 1 + random.integer(4) }, () => api(random.integer(60))),
  network: address(random),
  people: Array.from({ length: random.integer(20) }, () => `acc_${random.integer(5000)}`),
  isOpen: random.chance(0.15),
  ...(random.chance(0.25) ? { from: 0, hours: 24 } : { from: 6 + random.integer(6), hours: 6 + random.integer(6) }),
  rate: 1 + random.integer(6),
  asksApprovals: random.chance(0.3),
  isDormant: random.chance(0.08),
});

const personOf = ({ isOpen, people }: Worker, random: Random): string =>
  isOpen ? `acc_${random.integer(5000)}` : random.pick(people);

const token = (worker: Worker, at: number, random: Random, more: Partial<AuditEvent> = {}): Work => ({
  ...{ at, caller: worker.id, source: worker.next && random.chance(0.5) ? worker.next : worker.network },
  event: {
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
const denial = ({ id, network }: Worker, at: number, asked: { resource: string; scopeAsked: string[] }): Work => ({
  ...{ at, caller: id, source: network },
  event: {
    ...{ type: 'token.refused', outcome: 'refused', ...asked },
    denial: { id: 'dny_1', layer: 'policy', reason: 'forbidden' },
  },
});
const approval = ({ id, network }: Worker, at: number): Work => ({
  ...{ at, caller: id, source: network, event: { type: 'approval.requested', outcome: 'done' } },
});

const times = (count: number, make: (index: number) => Work): Work[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** An honest day: its usual hours, and now and then a burst, a mistake, another API or another network. */
export const honestDay = (worker: Worker, day: number, random: Random): readonly Work[] => {
  const start = day * DAY;
  if (worker.isDormant && day % 20 > 1) return [];
  // Its new version works everywhere.
  if (worker.next) {
    worker.network = worker.next;
    worker.next = undefined;
  }
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
  // It moves to another network.
  if (random.chance(0.003)) {
    const network = random.chance(0.05) ? newAddress(random) : address(random);
    // One in five has a new version there for a day beside the old one.
    if (random.chance(0.2)) worker.next = network;
    else worker.network = network;
  }
  return work;
};

type Takeover = (worker: Worker, at: number, random: Random) => readonly Work[];
const abroad = ({ next: _, ...worker }: Worker, random: Random): Worker => ({ ...worker, network: foreign(random) });

/** What a thief, or an agent that was misled, does from a time on. Ten kinds. */
export const TAKEOVERS = {
  'stolen key, other APIs': (worker, at, random) => {
    const thief = abroad(worker, random);
    return times(20, (index) => token(thief, at + index * 15, random, { resource: api(80 + (index % 4)) }));
  },
  'stolen key, much of the usual': (worker, at, random) => {
    const thief = abroad(worker, random);
    return times(200, (index) => token(thief, at + index * 4, random));
  },
  'stolen key, as usual': (worker, at, random) => {
    const thief = abroad(worker, random);
    return times(4, (index) => token(thief, at + index * 400, random));
  },
  'tries what it may not': (worker, at, random) =>
    times(40, (index) =>
      denial(worker, at + index * 5, { resource: api(random.integer(80)), scopeAsked: [random.pick(SCOPES)] }),
    ),
  'misled to other APIs': (worker, at, random) =>
    times(30, (index) => token(worker, at + index * 20, random, { resource: api(80 + (index % 6)) })),
  'reads about many people': (worker, at, random) =>
    times(60, (index) => token(worker, at + index * 10, random, { subject: `acc_x${at}_${index}` })),
  'mass export': (worker, at, random) => times(400, (index) => token(worker, at + index * 2, random)),
  'asks people at night': (worker, at) => {
    const night = at - (at % DAY) + ((worker.from + worker.hours + 3) % 24) * HOUR;
    return times(12, (index) => approval(worker, night + index * 30));
  },
  'other chains of agents': (worker, at, random) =>
    times(12, (index) => {
      const inner = { sub: `agt_y${index}`, iss: CHAIN_ISSUER, sub_profile: 'ai_agent' } as const;
      const chain = { sub: worker.id, iss: CHAIN_ISSUER, sub_profile: 'ai_agent', act: inner } as const;
      return token(worker, at + index * 20, random, { chain, resource: api(80 + (index % 2)) });
    }),
  'forgotten key': (worker, at, random) => {
    const thief = abroad(worker, random);
    return times(10, (index) => token(thief, at + index * 30, random));
  },
} as const satisfies Record<string, Takeover>;
export type TakeoverKind = keyof typeof TAKEOVERS;
export const TAKEOVER_KINDS = Object.keys(TAKEOVERS) as readonly TakeoverKind[];

export const hostile = (kind: TakeoverKind, worker: Worker, at: number, random: Random): readonly Work[] =>
  TAKEOVERS[kind](worker, at, random).map((work) => ({ ...work, isHostile: true }));
