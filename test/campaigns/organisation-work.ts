/**
 * The agents of a simulated organisation, and what they do: events of the audit log, by time. Takeovers (organisation-takeovers.ts) are written with the
 * same words, and honest days are in organisation-days.ts.
 */
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { Random } from './campaign.ts';
import { softwareOf } from './organisation-tools.ts';

export const DAY = 86_400;
export const HOUR = 3600;

/** One event of a caller at a time, epoch seconds. */
export type Work = {
  readonly at: number;
  readonly caller: string;
  readonly event: Partial<AuditEvent>;
  readonly source: string;
  /** The agent that an act of an operator is about: not every event names it. */
  readonly about?: string;
  /** It is the act of a thief or of a misled agent. */
  readonly isHostile?: true;
  /** It is what the attacker wants, and not a way to it. Where a takeover marks none of its acts, all are. */
  readonly isWanted?: true;
  /** A person approved it: it was not possible without. */
  readonly isApproved?: true;
};

/** Marks what the attacker wants. */
export const wanted = (work: Work): Work => ({ ...work, isWanted: true });

/** The habits of an agent. */
export type Worker = {
  readonly id: string;
  readonly apis: string[];
  /** The scopes that it asks for, by API, the usual one first. */
  readonly scopes: Record<string, readonly string[]>;
  /** Digest of what it runs with, if it shows that. */
  composition?: string | undefined;
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
  /** Agents that call it: one in ten works below others, three in ten of its tokens. */
  readonly callers: string[];
  /** It pauses for weeks. */
  readonly isDormant: boolean;
};

export const api = (index: number): string => `https://api-${index}.example`;
/** Networks of the organisation: agents share them. Now and then one is new. */
const NETWORKS = 24;
export const address = (random: Random): string => `10.1.${random.integer(NETWORKS)}.7`;
export const newAddress = (random: Random): string => `10.${2 + random.integer(200)}.${random.integer(250)}.7`;

/** Scopes of each API, with the risk that consent shows. */
export const SCOPES = [
  { name: 'read', risk: 'low' },
  { name: 'write', risk: 'medium' },
  ...(['export', 'pay', 'admin'] as const).map((name) => ({ name, risk: 'high' as const })),
] as const;
const HIGH = ['export', 'pay', 'admin'] as const;

/** Half read only, and one in seven APIs is used with a scope of high risk. */
export const usualScopes = (random: Random): readonly string[] => {
  const kind = random.next();
  if (kind < 0.5) return ['read'];
  return kind < 0.85 ? ['read', 'write'] : ['read', random.pick(HIGH)];
};

export const newComposition = (random: Random): string =>
  `sha256:${random.integer(2 ** 31)}-${random.integer(2 ** 31)}`;

const ownApis = (random: Random): Pick<Worker, 'apis' | 'scopes'> => {
  const apis = Array.from({ length: 1 + random.integer(4) }, () => api(random.integer(60)));
  return { apis, scopes: Object.fromEntries(apis.map((one) => [one, usualScopes(random)])) };
};

export const newWorker = (id: string, random: Random): Worker => ({
  id,
  ...ownApis(random),
  ...(random.chance(0.5) ? { composition: newComposition(random) } : {}),
  network: address(random),
  ...(random.chance(0.15) ? { second: address(random) } : {}),
  software: softwareOf(random),
  people: Array.from({ length: random.integer(20) }, () => `acc_${random.integer(5000)}`),
  isOpen: random.chance(0.15),
  ...(random.chance(0.25) ? { from: 0, hours: 24 } : { from: 6 + random.integer(6), hours: 6 + random.integer(6) }),
  rate: 1 + random.integer(6),
  asksApprovals: random.chance(0.3),
  callers: random.chance(0.1) ? Array.from({ length: 1 + random.integer(3) }, () => `agt_c${random.integer(50)}`) : [],
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

/** What it asks for at its own API; elsewhere, to read. */
const scopesAt = ({ scopes }: Worker, resource: string, random: Random): readonly string[] => {
  const usual = scopes[resource] ?? ['read'];
  return random.chance(0.7) ? usual.slice(0, 1) : usual;
};

/** It works below that agent. */
export const below = ({ id }: Worker, caller: string): Partial<AuditEvent> => {
  const iss = 'https://as.example';
  return {
    chain: { sub: id, iss, sub_profile: 'ai_agent', act: { sub: caller, iss, sub_profile: 'ai_agent' } },
  };
};

export const token = (worker: Worker, at: number, random: Random, more: Partial<AuditEvent> = {}): Work => {
  const source = sourceOf(worker, at, random);
  const software = softwareIn(worker, random);
  const resource = more.resource ?? random.pick(worker.apis);
  const { composition: digest } = worker;
  return {
    ...{ at, caller: worker.id, source },
    event: {
      ...{ type: 'token.issued', outcome: 'granted', grantType: 'client_credentials', resource },
      ...(worker.people.length > 0 && random.chance(0.7) ? { subject: personOf(worker, random) } : {}),
      scopeGiven: [...scopesAt(worker, resource, random)],
      ...(worker.callers.length > 0 && random.chance(0.3) ? below(worker, random.pick(worker.callers)) : {}),
      ...more,
      inputs: { software, ...(digest ? { composition: { digest, grade: 'declared' } } : {}), ...more.inputs },
    },
  };
};
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

/** A person denies what the agent asked for. */
export const denied = ({ id, network }: Worker, at: number): Work => ({
  ...{ at, caller: 'acc_approver', source: network },
  event: { type: 'approval.denied', outcome: 'done', agent: id, inputs: { channel: 'backchannel' } },
});

/** A person approves what the agent asked for so many seconds before. */
export const approved = (agent: string, at: number, seconds: number): Work => ({
  ...{ at, caller: 'acc_approver', source: '' },
  event: { type: 'approval.approved', outcome: 'done', agent, inputs: { channel: 'backchannel', seconds } },
});

export const times = (count: number, make: (index: number) => Work): Work[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Whether an act, by itself, is what this agent does: how fast it is, is not asked. */
export const isOfItsPast = (worker: Worker, { at, event, source }: Work): boolean => {
  const { type, resource = '', subject, scopeGiven = [], chain, inputs = {} } = event;
  if (type === 'token.refused') return false;
  if (chain !== undefined && !worker.callers.includes(chain.act?.sub ?? '')) return false;
  const hour = Math.floor(at / HOUR) % 24;
  if ((hour - worker.from + 24) % 24 >= worker.hours) return false;
  if (type !== 'token.issued') return true;
  const { network, second, next, software, nextSoftware, apis, scopes, isOpen, people } = worker;
  if (![network, second, next].includes(source)) return false;
  if (![...software, nextSoftware].includes(inputs['software'] as string)) return false;
  if (!apis.includes(resource) || !scopeGiven.every((scope) => scopes[resource]?.includes(scope))) return false;
  return subject === undefined || isOpen || people.includes(subject);
};
