/** What becomes of each request of a simulated organisation: of honest ones, and of what attackers try. Counts both. */
import type { Response } from '../../src/domain/governance/responses/response.ts';
import type { Random } from './campaign.ts';
import { type How, noteAct, noteTry, type Outcome, outcomeOf, type Victim } from './organisation-outcomes.ts';
import type { newServer, Stop } from './organisation-server.ts';
import { approvesItself } from './organisation-takeovers.ts';
import { approved, DAY, HOUR, type Work } from './organisation-work.ts';

/** An operator lifts a false suspension after so long. */
const LIFTED_SECONDS = HOUR;
/** The same for a restriction, from the first honest request that it stops. One that stops none ends by itself. */
const RESTRICTION_SECONDS = 4 * HOUR;
/** A program repeats a refused request up to so often. */
const REPEATS = 3;
/** A person approves nearly all that an honest agent does. */
const APPROVED = 0.95;
const LONGEST_WAIT = 1800;
/** An attacker who approves what they made the agent ask: from, and less than so many seconds more. */
const ATTACKER_ANSWERS = { from: 8, more: 32 };
/** So many denials of a person within a day end the requests of the agent to them for a day, as on a server (approval-limits.ts). */
const DENIALS = 3;

const HOW_OF: Readonly<Record<Stop, How>> = {
  ...{ suspended: 'suspended', refused: 'narrowed', waits: 'asked' },
};
const HOW_OF_ACT = {
  ...({ narrow: 'narrowed', withhold: 'narrowed', approve: 'asked' } as const),
  ...({ suspend: 'suspended', contain: 'suspended' } as const),
};

/** A restriction that lasts. */
type Restricting = { readonly id: string; readonly at: number; readonly until: number; readonly how: How };

/** Whether this is an ask that held when the approval of an act at that time was asked for. */
const ANSWERED_SECONDS = 240;
const isOwnerAsked = ({ how, at: since }: Restricting, at: number): boolean =>
  how === 'asked' && since < at - ANSWERED_SECONDS;

export const organisationFates = (
  server: Pick<Awaited<ReturnType<typeof newServer>>, 'time' | 'stopsOf' | 'lift'>,
  random: Random,
) => {
  const outcomes: Outcome[] = [];
  const figures = { falseSuspensions: 0, falseNarrowings: 0, falseAsks: 0, refused: 0, asked: 0, latest: 0 };
  const victims = new Map<string, Victim>();
  /** Victims whose takeover is over for today: an operator ended it. */
  const ended = new Set<string>();
  const liftAt = new Map<string, number>();
  const restricting = new Map<string, Restricting[]>();
  /** Until when a person is asked, by request. */
  const pending = new Map<string, number>();
  const denials = new Map<string, number[]>();
  /** When the agent last asked for an approval. */
  const requestedAt = new Map<string, number>();

  const lastingOf = (agent: string): readonly Restricting[] =>
    (restricting.get(agent) ?? []).filter(({ until }) => until > server.time.now);

  const liftLater = (agent: string, after: number): void => {
    for (const { id } of lastingOf(agent)) if (!liftAt.has(id)) liftAt.set(id, server.time.now + after);
  };

  const isMuted = (agent: string, at: number): boolean =>
    (denials.get(agent) ?? []).filter((one) => one > at - DAY).length >= DENIALS;

  const insert = (all: Work[], work: Work): void => {
    let place = all.length;
    while (place > 0 && (all[place - 1]?.at ?? 0) > work.at) place -= 1;
    all.splice(place, 0, work);
  };

  const refusal = ({ event: { resource, subject, scopeGiven }, ...work }: Work): Work => ({
    ...work,
    event: {
      ...{ type: 'token.refused', outcome: 'refused', grantType: 'client_credentials' },
      ...(resource === undefined ? {} : { resource }),
      ...(subject === undefined ? {} : { subject }),
      ...(scopeGiven === undefined ? {} : { scopeAsked: scopeGiven }),
      denial: { id: 'dny_1', layer: 'response', reason: 'narrowed_by_response' },
    },
  });
  const question = (work: Work): Work => ({ ...work, event: { type: 'approval.requested', outcome: 'done' } });

  /** Inserts into `all` what people answer to a request that waits. When they do, epoch seconds. */
  const answer = (work: Work, all: Work[], isByAttacker: boolean): number => {
    const { from, more } = isByAttacker ? ATTACKER_ANSWERS : { from: 60, more: LONGEST_WAIT };
    const at = work.at + from + random.integer(more);
    if (work.isHostile && !isByAttacker) insert(all, { ...work, ...denialOf(work.caller, at) });
    else if (isByAttacker || random.chance(APPROVED)) insert(all, { ...work, at, isApproved: true });
    return at;
  };

  /** The events that the request leaves in the log. What a person answers comes later, into `all`. */
  const ofAgent = async (work: Work, all: Work[]): Promise<readonly Work[]> => {
    const { caller, at, event, isHostile = false } = work;
    const victim = isHostile ? victims.get(caller) : undefined;
    if (isHostile && (!victim || ended.has(caller))) return [];
    const isAsking = event.type === 'approval.requested' || (isHostile && work.isApproved === true);
    const stops = await server.stopsOf(work, caller);
    const fate = stops[0] ?? 'passes';
    const isByAttacker = victim !== undefined && approvesItself(victim.kind);
    // What a restricted agent asks for, its owner approves as well as the person whom the attacker persuades.
    const isWithOwner = fate === 'passes' && work.isApproved && lastingOf(caller).some((one) => isOwnerAsked(one, at));
    if (victim && isWithOwner && !isByAttacker) {
      noteAct(victim, work, ['asked']);
      return [];
    }
    const isQuiet = fate === 'passes' && isAsking && isMuted(caller, at);
    if (victim && fate === 'waits' && isByAttacker) noteTry(victim, work);
    // Who approves it themselves is not stopped by an ask.
    else if (victim) {
      const all = stops.filter((stop) => !(isByAttacker && stop === 'waits')).map((stop) => HOW_OF[stop]);
      noteAct(victim, work, isQuiet ? ['muted'] : all);
    }
    if (fate === 'suspended' || isQuiet) return [];
    if (isAsking && !work.isApproved && fate === 'passes') requestedAt.set(caller, at);
    if (fate === 'passes' && work.isApproved) return [approved(caller, at, at - (requestedAt.get(caller) ?? at)), work];
    if (fate === 'passes') return [work];
    // The server merges identical requests for an approval.
    const key = [caller, event.resource, event.subject, ...(event.scopeGiven ?? [])].join(' ');
    if (fate === 'waits' && (pending.get(key) ?? 0) > at) return [];
    if (!victims.has(caller)) {
      figures[fate === 'refused' ? 'refused' : 'asked'] += 1;
      liftLater(caller, RESTRICTION_SECONDS);
    }
    if (fate === 'refused') return Array.from({ length: 1 + random.integer(REPEATS) }, () => refusal(work));
    requestedAt.set(caller, at);
    pending.set(key, answer(work, all, isByAttacker));
    return [question(work)];
  };

  const denialOf = (agent: string, at: number): Work => ({
    ...{ at, caller: 'acc_owner', source: '10.0.0.1' },
    event: { type: 'approval.denied', outcome: 'done', agent, inputs: { channel: 'backchannel' } },
  });

  return {
    outcomes,
    figures,

    /** A day begins, with these takeovers. */
    begin(some: readonly Victim[]): void {
      for (const victim of some) {
        victims.set(victim.worker.id, victim);
        for (const { at, how } of lastingOf(victim.worker.id)) victim.stops.push({ at, how });
      }
    },

    /** The events of one request or answer. May insert later ones into `all`. */
    async of(work: Work, all: Work[]): Promise<readonly Work[]> {
      const agent = work.about ?? work.event.agent;
      if (agent === undefined) return ofAgent(work, all);
      // What people do about an agent: no restriction of the agent stops that.
      if (work.isHostile && ended.has(agent)) return [];
      const victim = victims.get(agent);
      if (work.event.type !== 'approval.denied') {
        if (work.isHostile && victim) noteTry(victim, work);
        return [work];
      }
      denials.set(agent, [...(denials.get(agent) ?? []).slice(1 - DENIALS), work.at]);
      if (isMuted(agent, work.at)) victim?.stops.push({ at: work.at, how: 'muted' });
      return [work];
    },

    async noteResponse(response: Response, isRestriction: boolean): Promise<void> {
      const { agent, act, state, createdAt, eventAt, id, until = 0 } = response;
      figures.latest = Math.max(figures.latest, createdAt - eventAt);
      const victim = victims.get(agent);
      const isHostile = victim?.firstAt !== undefined && !ended.has(agent);
      if (victim && isHostile) victim.isNotified = true;
      if (state !== 'open' || act === 'notify') return;
      const how = HOW_OF_ACT[act];
      if (isRestriction) restricting.set(agent, [...lastingOf(agent), { id, at: createdAt, until, how }]);
      if (victim && (isHostile || isRestriction)) victim.stops.push({ at: createdAt, how });
      if (isHostile) {
        // An operator ends the takeover before the agent works again.
        if (isRestriction) return;
        ended.add(agent);
        await server.lift(id);
        liftLater(agent, 0);
      } else if (isRestriction) figures[how === 'narrowed' ? 'falseNarrowings' : 'falseAsks'] += 1;
      else {
        figures.falseSuspensions += 1;
        liftAt.set(id, server.time.now + LIFTED_SECONDS);
      }
    },

    /** Lets false suspensions and restrictions end, as an operator would, and those of takeovers that are over. */
    async lift(): Promise<void> {
      for (const [id, at] of liftAt) {
        if (at > server.time.now) continue;
        liftAt.delete(id);
        await server.lift(id);
      }
    },

    /** The day is over, and with it its takeovers. */
    end(): void {
      for (const [agent, victim] of victims) {
        outcomes.push(outcomeOf(victim));
        liftLater(agent, 0);
      }
      victims.clear();
      pending.clear();
      ended.clear();
    },
  };
};
