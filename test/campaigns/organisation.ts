/**
 * A simulated organisation of 30 days: agents with habits, honest bursts and mistakes, and takeovers of several kinds (organisation-takeovers.ts), in this process and with
 * a clock of its own. A violation is a kind of which less than four of five are contained within 60 s, less than nine of ten of all, an
 * act later than 60 s after its event, more than one false suspension in 1,000 agent-months, or a search for undeclared agents with less
 * precision or recall than its goal. The rules and ten kinds of takeovers are by the same hand: their figures say that the mechanism
 * works. Kinds that the figures mark `isAfterRules` are by another hand, which did not know the rules, and say how well it knows the attacks of others.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import type { RecentRecord } from '../../src/domain/audit/recent-records.ts';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import { agentDocuments } from '../../src/domain/clients/agents/agent-documents.ts';
import { agentRestrictions } from '../../src/domain/clients/agents/agent-restrictions.ts';
import { isToStore, mostHeld } from '../../src/domain/governance/held-counts.ts';
import { storedFleet } from '../../src/domain/governance/responses/fleet-networks.ts';
import { RESPONSES, type Response } from '../../src/domain/governance/responses/response.ts';
import { responseActs } from '../../src/domain/governance/responses/response-acts.ts';
import { responseWorker } from '../../src/domain/governance/responses/response-worker.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import type { Campaign, CampaignRun, Random } from './campaign.ts';
import { seededRandom } from './campaign.ts';
import { cpuMicros, microsOfReading } from './cpu.ts';
import { type Found, figuresOfSearch, searchedClients } from './organisation-clients.ts';
import { RULES } from './organisation-rules.ts';
import {
  fitsKind,
  hostile,
  isAfterRules,
  isLateKind,
  TAKEOVER_KINDS,
  type TakeoverKind,
} from './organisation-takeovers.ts';
import { DAY, honestDay, newWorker, type Work, type Worker } from './organisation-work.ts';

const DAYS = 30;
/** Takeovers begin when the agents have habits. */
const FIRST_TAKEOVER = 16;
const DEFAULT_AGENTS = 100;
const EACH_KIND = 5;
/** Clients that are no agents here, for each agent; a fifth of them are agents that no one declared. */
const CLIENTS_PER_AGENT = 1.5;
/** A server lets its rules act each second. Longer here, so that a run is short. */
const POLL_SECONDS = 10;
const MOST_SECONDS = 60;
/** As on a server with 4 GiB of heap. */
const MOST_HELD = mostHeld(4 * 1024 ** 3);
/** 2 % of what a token costs the server. */
const MOST_MICROS = 20;
const LEAST_SHARE = 0.8;
const LEAST_OF_ALL = 0.9;
const LEAST_PRECISION = 0.95;
const LEAST_RECALL = 0.9;
/** An operator lifts a false suspension after so long. */
const LIFTED_SECONDS = 3600;
const START = 20_000 * DAY;

const agentOf = (id: string): Agent => ({
  ...{ id, name: id, owner: 'acc_1', purpose: 'Works', environment: 'production', state: 'active' },
  ...{ redirectUris: [], grantTypes: [], dpopBoundAccessTokens: false, resourceServers: [] },
  ...{ createdAt: START, updatedAt: START },
});

/** The server: its store, its clock, and the worker that keeps facts and lets rules act. */
const newServer = async (ids: readonly string[]) => {
  const documents = memoryDocumentStore();
  const time = { now: START };
  const clock = { now: () => time.now, nowMillis: () => time.now * 1000 };
  const agents = documents.collection<Agent>(AGENTS);
  await agents.insertMany(ids.map(agentOf));
  const responses = documents.collection<Response>(RESPONSES);
  const known = new Set<string>();
  let events = 0;
  const audit = {
    async append() {
      events += 1;
      return { stream: 's', sequence: events, hash: '' };
    },
  };
  const stateTo = (state: Agent['state']) => async (id: string) => {
    const found = await update(agents, id, (one) => ({ ...one, state, updatedAt: time.now }));
    if (!found) throw new Error(`no agent ${id}`);
    return found;
  };
  const acts = responseActs({
    ...{ documents, audit, clock, identifiers: randomIdentifiers },
    agents: {
      ...{ suspend: stateTo('suspended'), resume: stateTo('active') },
      ...agentRestrictions({
        ...{ documentsOf: agentDocuments({ documents, audit, clock }).documentsOf, clock },
        owners: { answersFor: async () => false, accountsSince: async () => [] },
      }),
    },
    approvals: { endAllOf: async () => undefined },
  });
  const worker = responseWorker({
    fleet: storedFleet(documents, (network) => network),
    ...{ documents, clock, acts, rules: { active: async () => RULES }, pause: async () => undefined },
    digestOf: (_, network) => network,
    mostHeld: MOST_HELD,
  });
  /** The responses since the last call. */
  const newResponses = async (): Promise<readonly Response[]> => {
    const order = { by: 'createdAt', direction: 'descending' } as const;
    const found = (await responses.find({ order, limit: 50 })).map(({ document }) => document);
    const fresh = found.filter(({ id }) => !known.has(id));
    for (const { id } of fresh) known.add(id);
    return fresh;
  };
  const stateOf = async (id: string) => (await agents.get(id))?.document.state;
  return { time, acts, worker, newResponses, stateOf };
};

/** `seconds`: from its first act to its suspension; absent: it was not suspended. */
type Outcome = { readonly kind: TakeoverKind; readonly seconds?: number; readonly isNotified: boolean };

/** Of those that were contained, the median time from the first act; null: none was. */
const medianSeconds = (outcomes: readonly Outcome[]): number | null => {
  const seconds = outcomes.flatMap((one) => one.seconds ?? []).sort((one, other) => one - other);
  return seconds[Math.floor(seconds.length / 2)] ?? null;
};

/** The takeovers of one run, each of another agent, with the day on which it begins. */
const planned = (workers: readonly Worker[], random: Random) => {
  const free = new Set(workers);
  const taken = (fits: (worker: Worker) => boolean): Worker | undefined => {
    const fitting = [...free].filter(fits);
    const worker = fitting.length === 0 ? undefined : random.pick(fitting);
    if (worker) free.delete(worker);
    return worker;
  };
  return TAKEOVER_KINDS.flatMap((kind) =>
    Array.from({ length: EACH_KIND }, () => {
      const worker = taken((one) => fitsKind(kind, one));
      const day = isLateKind(kind) ? DAYS + 8 : FIRST_TAKEOVER + random.integer(DAYS - FIRST_TAKEOVER);
      return worker ? [{ kind, worker, day }] : [];
    }).flat(),
  );
};

const runOnce = async (run: CampaignRun, seed: number, count: number) => {
  const random = seededRandom(seed);
  const workers = Array.from({ length: count }, (_, index) => newWorker(`agt_${index}`, random));
  const server = await newServer(workers.map(({ id }) => id));
  const takeovers = planned(workers, random);
  const outcomes: Outcome[] = [];
  let sequence = 0;
  let falsely = 0;
  let cpu = 0;
  const reading = microsOfReading();
  let [latest, storedAt, unstored] = [0, 0, 0];
  /** As often as a server stores its facts. */
  const isDue = (now: number): boolean =>
    isToStore({ changed: server.worker.changed(), records: unstored, seconds: now - storedAt }, MOST_HELD);
  const liftAt = new Map<string, number>();

  const record = ({ at, caller, event, source }: Work): RecentRecord => {
    sequence += 1;
    return {
      ...{ id: `s:${sequence}`, stream: 's', sequence, at: at * 1000, hash: '', source },
      event: { outcome: 'granted', ...event, caller } as RecentRecord['event'],
    };
  };

  /** Lets a false suspension end, as an operator would. */
  const lifted = async (): Promise<void> => {
    for (const [id, at] of liftAt) {
      if (at > server.time.now) continue;
      liftAt.delete(id);
      await server.acts.lift(id, { caller: 'acc_operator' });
    }
  };

  for (let day = 0; day < DAYS + 10; day += 1) {
    const begin = START / DAY + day;
    // Later days have only what a forgotten key does.
    const honest = day < DAYS ? workers.flatMap((worker) => honestDay(worker, begin, random)) : [];
    const begun = takeovers.filter((one) => one.day === day);
    const attacked = begun.map(({ kind, worker }) => {
      const at = (begin + ((worker.from + 2) % 24) / 24) * DAY;
      return { kind, worker, work: hostile(kind, worker, Math.round(at), random) };
    });
    const victims = new Map(attacked.map((one) => [one.worker.id, { ...one, isNotified: false }]));
    const contained = new Set<string>();
    const all = [...honest, ...attacked.flatMap(({ work }) => work)].sort((one, other) => one.at - other.at);
    const firstAt = new Map<string, number>();
    let at = 0;
    while (at < all.length) {
      const until = (all[at]?.at ?? 0) + POLL_SECONDS;
      const some: Work[] = [];
      for (let next = all[at]; next && next.at < until; next = all[at]) {
        some.push(next);
        at += 1;
      }
      server.time.now = until;
      await lifted();
      const records: RecentRecord[] = [];
      for (const work of some) {
        // Nothing that a suspended agent holds works, and an operator ends a takeover before the agent works again.
        if ((work.isHostile && contained.has(work.caller)) || (await server.stateOf(work.caller)) !== 'active')
          continue;
        if (work.isHostile && !firstAt.has(work.caller)) firstAt.set(work.caller, work.at);
        records.push(record(work));
      }
      const before = cpuMicros();
      for (const one of records) server.worker.note(one);
      unstored += records.length;
      if (isDue(until)) {
        await server.worker.store();
        [storedAt, unstored] = [until, 0];
      } else await server.worker.evaluate();
      cpu += cpuMicros() - before - reading;
      for (const response of await server.newResponses()) {
        latest = Math.max(latest, response.createdAt - response.eventAt);
        const victim = victims.get(response.agent);
        const since = firstAt.get(response.agent);
        const isHostile = victim !== undefined && since !== undefined;
        if (response.state === 'notified') {
          if (isHostile) victim.isNotified = true;
        } else if (isHostile) {
          outcomes.push({ kind: victim.kind, seconds: until - since, isNotified: true });
          victims.delete(response.agent);
          contained.add(response.agent);
          await server.acts.lift(response.id, { caller: 'acc_operator' });
        } else {
          falsely += 1;
          liftAt.set(response.id, until + LIFTED_SECONDS);
        }
      }
    }
    for (const { kind, isNotified } of victims.values()) outcomes.push({ kind, isNotified });
    run.progress(`seed ${seed}, day ${day}, ${sequence} events, ${falsely} false`);
    await turn();
    if (run.isOver()) break;
  }
  return { outcomes, falsely, latest, events: sequence, cpu };
};

export const organisation: Campaign = {
  name: 'organisation',
  about: `response rules in a simulated organisation of ${DAYS} days (--trials seeds, default 1; --agents, default ${DEFAULT_AGENTS})`,
  async run(run) {
    const seeds = run.options.trials ?? 1;
    const count = run.options.agents ?? DEFAULT_AGENTS;
    const outcomes: Outcome[] = [];
    const searched: Found[] = [];
    let [falsely, events, cpu, latest] = [0, 0, 0, 0];
    for (let index = 0; index < seeds && !run.isOver(); index += 1) {
      const one = await runOnce(run, run.options.seed + index, count);
      outcomes.push(...one.outcomes);
      // A sequence of its own: the takeovers of a seed stay what they were.
      const random = seededRandom(run.options.seed + index + 2 ** 32);
      searched.push(...searchedClients(Math.round(count * CLIENTS_PER_AGENT), START, random));
      falsely += one.falsely;
      events += one.events;
      cpu += one.cpu;
      latest = Math.max(latest, one.latest);
    }
    const contained = (some: readonly Outcome[]) => some.filter(({ seconds }) => seconds !== undefined).length;
    const byKind = Object.fromEntries(
      TAKEOVER_KINDS.map((kind) => {
        const some = outcomes.filter((one) => one.kind === kind);
        const noticed = some.filter(({ isNotified }) => isNotified).length;
        const ended = contained(some);
        const soon = some.filter(({ seconds = Number.POSITIVE_INFINITY }) => seconds <= MOST_SECONDS).length;
        if (soon < LEAST_SHARE * some.length)
          run.violation(`${kind}: ${soon} of ${some.length} contained within ${MOST_SECONDS} s`);
        const mark = isAfterRules(kind) ? { isAfterRules: true } : {};
        const figures = { takeovers: some.length, noticed, contained: ended, containedWithin60s: soon };
        return [kind, { ...mark, ...figures, medianSecondsFromFirstAct: medianSeconds(some) }];
      }),
    );
    const all = contained(outcomes);
    if (latest > MOST_SECONDS) run.violation(`an act ${latest} s after its event`);
    const perThousand = (falsely / (count * seeds)) * 1000;
    if (perThousand > 1) run.violation(`${falsely} false suspensions in ${count * seeds} agent-months`);
    const discovery = figuresOfSearch(searched);
    if (discovery.precision < LEAST_PRECISION) run.violation(`precision ${discovery.precision} of undeclared agents`);
    if (discovery.recall < LEAST_RECALL) run.violation(`recall ${discovery.recall} of undeclared agents`);
    const micros = Math.round(cpu / Math.max(1, events));
    if (micros > MOST_MICROS) run.late(`${micros} µs of CPU for each event`);
    const soonEnough = outcomes.filter(({ seconds = Number.POSITIVE_INFINITY }) => seconds <= MOST_SECONDS).length;
    if (soonEnough < LEAST_OF_ALL * outcomes.length)
      run.violation(`${soonEnough} of ${outcomes.length} takeovers contained within ${MOST_SECONDS} s`);
    const figures = {
      ...{ trials: seeds, agents: count, events, takeovers: outcomes.length, contained: all },
      containedWithin60s: soonEnough,
      medianSecondsFromFirstAct: medianSeconds(outcomes),
      ...{ latestActSeconds: latest, falseSuspensions: falsely, byKind },
      falsePerThousandAgentMonths: Math.round(perThousand * 10) / 10,
      microsecondsOfCpuPerEvent: micros,
      discovery,
    };
    run.finished('memory', figures);
    return figures;
  },
};
