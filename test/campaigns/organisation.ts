/**
 * A simulated organisation of 30 days: agents with habits, honest bursts and mistakes, and takeovers of several kinds (organisation-takeovers.ts), in this process and with
 * a clock of its own. A violation is a kind of which less than four of five are contained within 60 s, less than nine of ten of all, an
 * act later than 60 s after its event, more than one false suspension in 1,000 agent-months, more than one honest request refused, or two that waited for a person,
 * in an agent-month because of a restriction, or a search for undeclared agents with less precision or recall than its goal. Time runs from the first act of a takeover, also where that is what the
 * honest agent does. Kinds that the figures mark `isAfterRules` are by another hand, which did not know the rules, and say how well it knows the attacks of others. Those
 * with `wasAfterRules` were that for former rules. The others are by the same hand as the rules: their figures say that the mechanism works.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { RecentRecord } from '../../src/domain/audit/recent-records.ts';
import { isToStore } from '../../src/domain/governance/held-counts.ts';
import { isRestricting } from '../../src/domain/governance/responses/response-rule.ts';
import type { Campaign, CampaignRun, Random } from './campaign.ts';
import { seededRandom } from './campaign.ts';
import { cpuMicros, microsOfReading } from './cpu.ts';
import { type Found, figuresOfSearch, searchedClients } from './organisation-clients.ts';
import { honestDay } from './organisation-days.ts';
import { organisationFates } from './organisation-fates.ts';
import { figuresByKind, figuresOf, MOST_SECONDS, type Outcome, victimOf } from './organisation-outcomes.ts';
import { RULES } from './organisation-rules.ts';
import { MOST_HELD, newServer, START } from './organisation-server.ts';
import { fitsKind, hostile, isLateKind, TAKEOVER_KINDS } from './organisation-takeovers.ts';
import { DAY, newWorker, type Work, type Worker } from './organisation-work.ts';

const DAYS = 30;
/** Takeovers begin when the agents have habits. */
const FIRST_TAKEOVER = 16;
const DEFAULT_AGENTS = 100;
const EACH_KIND = 5;
/** Clients that are no agents here, for each agent; a fifth of them are agents that no one declared. */
const CLIENTS_PER_AGENT = 1.5;
/** A server lets its rules act each second. Longer here, so that a run is short. */
const POLL_SECONDS = 10;
/** 2 % of what a token costs the server. */
const MOST_MICROS = 20;
const LEAST_SHARE = 0.8;
const LEAST_OF_ALL = 0.9;
const LEAST_PRECISION = 0.95;
const LEAST_RECALL = 0.9;
/** Of honest requests in a month of an agent: refused because of a restriction, and waiting for a person because of one. */
const MOST_REFUSED = 1;
const MOST_ASKED = 2;

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
  const server = await newServer(
    workers.map(({ id }) => id),
    RULES,
  );
  const takeovers = planned(workers, random);
  // Sequences of their own: what people answer changes nothing of what agents do.
  const fates = organisationFates(server, seededRandom(seed + 2 ** 31));
  let sequence = 0;
  let cpu = 0;
  const reading = microsOfReading();
  let [storedAt, unstored] = [0, 0];
  /** As often as a server stores its facts. */
  const isDue = (now: number): boolean =>
    isToStore({ changed: server.worker.changed(), records: unstored, seconds: now - storedAt }, MOST_HELD);

  const record = ({ at, caller, event, source }: Work): RecentRecord => {
    sequence += 1;
    return {
      ...{ id: `s:${sequence}`, stream: 's', sequence, at: at * 1000, hash: '', source },
      event: { outcome: 'granted', ...event, caller } as RecentRecord['event'],
    };
  };

  for (let day = 0; day < DAYS + 10; day += 1) {
    const begin = START / DAY + day;
    // Later days have only what a forgotten key does.
    const honest = day < DAYS ? workers.flatMap((worker) => honestDay(worker, begin, random)) : [];
    const attacked = takeovers
      .filter((one) => one.day === day)
      .map(({ kind, worker }) => {
        const at = (begin + ((worker.from + 2) % 24) / 24) * DAY;
        const work = hostile(kind, worker, Math.round(at), random);
        return { victim: victimOf(kind, worker, work), work };
      });
    fates.begin(attacked.map(({ victim }) => victim));
    const all = [...honest, ...attacked.flatMap(({ work }) => work)].sort((one, other) => one.at - other.at);
    let at = 0;
    while (at < all.length) {
      const until = (all[at]?.at ?? 0) + POLL_SECONDS;
      const some: Work[] = [];
      for (let next = all[at]; next && next.at < until; next = all[at]) {
        some.push(next);
        at += 1;
      }
      server.time.now = until;
      await fates.lift();
      const records: RecentRecord[] = [];
      for (const work of some) for (const done of await fates.of(work, all)) records.push(record(done));
      const before = cpuMicros();
      for (const one of records) server.worker.note(one);
      unstored += records.length;
      if (isDue(until)) {
        await server.worker.store();
        [storedAt, unstored] = [until, 0];
      } else await server.worker.evaluate();
      cpu += cpuMicros() - before - reading;
      for (const response of await server.newResponses())
        await fates.noteResponse(response, isRestricting(response.act));
    }
    fates.end();
    run.progress(`seed ${seed}, day ${day}, ${sequence} events, ${fates.figures.falseSuspensions} false`);
    await turn();
    if (run.isOver()) break;
  }
  return { outcomes: fates.outcomes, honest: fates.figures, events: sequence, cpu };
};

const rounded = (value: number): number => Math.round(value * 100) / 100;

export const organisation: Campaign = {
  name: 'organisation',
  about: `response rules in a simulated organisation of ${DAYS} days (--trials seeds, default 1; --agents, default ${DEFAULT_AGENTS})`,
  async run(run) {
    const seeds = run.options.trials ?? 1;
    const count = run.options.agents ?? DEFAULT_AGENTS;
    const outcomes: Outcome[] = [];
    const searched: Found[] = [];
    const honest = { falseSuspensions: 0, falseNarrowings: 0, falseAsks: 0, refused: 0, asked: 0, latest: 0 };
    let [events, cpu] = [0, 0];
    for (let index = 0; index < seeds && !run.isOver(); index += 1) {
      const one = await runOnce(run, run.options.seed + index, count);
      outcomes.push(...one.outcomes);
      // A sequence of its own: the takeovers of a seed stay what they were.
      const random = seededRandom(run.options.seed + index + 2 ** 32);
      searched.push(...searchedClients(Math.round(count * CLIENTS_PER_AGENT), START, random));
      for (const figure of ['falseSuspensions', 'falseNarrowings', 'falseAsks', 'refused', 'asked'] as const)
        honest[figure] += one.honest[figure];
      honest.latest = Math.max(honest.latest, one.honest.latest);
      events += one.events;
      cpu += one.cpu;
    }
    const months = count * seeds;
    const all = figuresOf(outcomes);
    const byKind = figuresByKind(outcomes);
    for (const [kind, some] of byKind)
      if (some.containedWithin60s < LEAST_SHARE * some.takeovers)
        run.violation(`${kind}: ${some.containedWithin60s} of ${some.takeovers} contained within ${MOST_SECONDS} s`);
    if (all.containedWithin60s < LEAST_OF_ALL * all.takeovers)
      run.violation(`${all.containedWithin60s} of ${all.takeovers} takeovers contained within ${MOST_SECONDS} s`);
    if (honest.latest > MOST_SECONDS) run.violation(`an act ${honest.latest} s after its event`);
    const perThousand = (honest.falseSuspensions / months) * 1000;
    if (perThousand > 1) run.violation(`${honest.falseSuspensions} false suspensions in ${months} agent-months`);
    const [refused, asked] = [rounded(honest.refused / months), rounded(honest.asked / months)];
    if (refused > MOST_REFUSED) run.violation(`${refused} honest requests refused in an agent-month`);
    if (asked > MOST_ASKED) run.violation(`${asked} honest requests waited for a person in an agent-month`);
    const discovery = figuresOfSearch(searched);
    if (discovery.precision < LEAST_PRECISION) run.violation(`precision ${discovery.precision} of undeclared agents`);
    if (discovery.recall < LEAST_RECALL) run.violation(`recall ${discovery.recall} of undeclared agents`);
    const micros = Math.round(cpu / Math.max(1, events));
    if (micros > MOST_MICROS) run.late(`${micros} µs of CPU for each event`);
    const figures = {
      ...{ trials: seeds, agents: count, events, ...all, latestActSeconds: honest.latest },
      ...{ falseSuspensions: honest.falseSuspensions, falsePerThousandAgentMonths: Math.round(perThousand * 10) / 10 },
      falseNarrowings: honest.falseNarrowings,
      falseAsks: honest.falseAsks,
      refusedHonestRequestsPerAgentMonth: refused,
      askedHonestRequestsPerAgentMonth: asked,
      microsecondsOfCpuPerEvent: micros,
      byKind: Object.fromEntries(byKind),
      discovery,
    };
    run.finished('memory', figures);
    return figures;
  },
};
