/** Which findings an agent, client or resource server has now. Reads nothing and changes nothing. */
import type { Agent } from '../clients/agents/agent.ts';
import type { Client } from '../clients/clients/client.ts';
import { exceptionsOf } from '../clients/clients/exceptions.ts';
import { type ClientActivity, NEW_NETWORK_SECONDS } from './client-activity.ts';
import type { Finding, FindingKind, FindingPart, FindingReason } from './finding.ts';
import { LEAST_SCORE, undeclaredSigns } from './undeclared-signs.ts';

const DAY = 86_400;
export const SOON_SECONDS = 30 * DAY;
export const VERY_SOON_SECONDS = 7 * DAY;
export const UNUSED_SECONDS = 30 * DAY;
/** How long an activity is known before a network can be new. */
const LEAST_HISTORY_SECONDS = 14 * DAY;
/** A client with more networks than these for longer than a week moves, and another one says nothing. */
const MOST_USUAL_NETWORKS = 8;
/** How long after its adoption a client may still be used. */
const ADOPTED_SECONDS = 30 * DAY;

/** A finding as it would be now. */
export type Observed = Pick<Finding, 'kind' | 'parts' | 'evidence' | 'endsAt' | 'countedFrom'>;

const observed = (
  kind: FindingKind,
  parts: readonly FindingPart[],
  { evidence = [], endsAt }: { readonly evidence?: readonly string[]; readonly endsAt?: number | undefined } = {},
): Observed => ({ kind, parts, evidence, ...(endsAt === undefined ? {} : { endsAt }) });

const one = (reason: FindingReason, points: number, value?: number): FindingPart => ({
  ...{ reason, points },
  ...(value === undefined ? {} : { value }),
});

const daysUntil = (at: number, now: number): number => Math.max(0, Math.floor((at - now) / DAY));

const endOf = ({ expiresAt, credentialsEndAt }: Agent): number | undefined => {
  const ends = [expiresAt, credentialsEndAt].filter((at) => at !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
};

/**
 * Tokens from another network than for weeks before. New networks do not make a client one that moves: a thief of its key could
 * otherwise hide by using many.
 */
const newNetworks = (activity: ClientActivity | undefined, now: number): readonly Observed[] => {
  if (!activity) return [];
  const { networks, firstAt: beganAt } = activity;
  const usual = networks.filter(({ firstAt }) => firstAt <= now - NEW_NETWORK_SECONDS);
  if (usual.length > MOST_USUAL_NETWORKS) return [];
  const fresh = networks.filter(
    ({ firstAt }) => firstAt > now - NEW_NETWORK_SECONDS && firstAt >= beganAt + LEAST_HISTORY_SECONDS,
  );
  if (fresh.length === 0) return [];
  return [observed('new_network', [one('new_network', 45, fresh.length)], { evidence: activity.evidence.slice(-3) })];
};

/** The findings of an agent. `effective`: as token requests see it. `lastUsedAt`: absent if it was never used. */
export const findingsOfAgent = (
  agent: Agent,
  {
    effective,
    lastUsedAt,
    activity,
    now,
  }: {
    readonly effective: Pick<Agent, 'state'> | undefined;
    readonly lastUsedAt: number | undefined;
    readonly activity: ClientActivity | undefined;
    readonly now: number;
  },
): readonly Observed[] => {
  const { state, acceptBy, hasSecret } = agent;
  if (state === 'retired') return [];
  if (state === 'pending') return [observed('pending', [one('not_accepted', 15)], { endsAt: acceptBy })];
  if (state === 'orphaned') {
    const offered = agent.transferTo === undefined ? [] : [one('offered', -30)];
    return [observed('orphaned', [one('no_owner', 80), ...offered], { endsAt: agent.transferBy })];
  }
  const found: Observed[] = [];
  if (hasSecret) found.push(observed('secrets', [one('standing_secret', 70)]));
  const end = endOf(agent);
  if (end !== undefined && end < now + SOON_SECONDS) {
    const points = end < now + VERY_SOON_SECONDS ? 60 : 50;
    found.push(observed('expiring', [one('ends_soon', points, daysUntil(end, now))], { endsAt: end }));
  }
  if (state !== 'active') return found;
  if (effective !== undefined && effective.state !== 'active')
    found.push(observed('stopped', [one('blocked', effective.state === 'orphaned' ? 80 : 45)]));
  const usedAt = Math.max(lastUsedAt ?? 0, agent.acceptedAt ?? 0, agent.createdAt);
  if (usedAt <= now - UNUSED_SECONDS)
    found.push(observed('unused', [one('not_used', 25, Math.floor((now - usedAt) / DAY))]));
  return [...found, ...newNetworks(activity, now)];
};

/** The findings of a client. `adopted`: when an agent was registered for it. */
export const findingsOfClient = (
  client: Client,
  {
    activity,
    adopted,
    now,
  }: { readonly activity: ClientActivity | undefined; readonly adopted: number | undefined; readonly now: number },
): readonly Observed[] => {
  if (client.state !== 'active') return [];
  const signs = undeclaredSigns(client, activity, now);
  const evidence = activity?.evidence ?? [];
  const found: Observed[] = [];
  if (adopted !== undefined && activity !== undefined && activity.lastAt > adopted + ADOPTED_SECONDS) {
    const days = Math.floor((activity.lastAt - adopted) / DAY);
    const parts = [...signs.filter(({ points }) => points > 0), one('used_after_adoption', 50, days)];
    found.push(observed('undeclared_agent', parts, { evidence }));
  } else if (signs.reduce((sum, { points }) => sum + points, 0) >= LEAST_SCORE) {
    found.push(observed('undeclared_agent', signs, { evidence }));
  }
  const lifted = exceptionsOf(client);
  if (lifted.length > 0)
    found.push(
      observed(
        'exceptions',
        lifted.map((exception) => one(exception, 45)),
      ),
    );
  if (client.tokenEndpointAuthMethod !== 'none') {
    const missing = [
      ...(client.owner === undefined ? [one('no_owner', 25)] : []),
      ...(client.purpose === undefined ? [one('no_purpose', 10)] : []),
    ];
    const rights = client.authority !== undefined || client.roles.length > 0 ? [one('own_rights', 15)] : [];
    if (missing.length > 0) found.push(observed('unowned_client', [...missing, ...rights]));
    found.push(...newNetworks(activity, now));
  }
  return found;
};

/** What a resource server or transmitter names and this server does not know, with the points of one finding. */
const POINTS_OF_UNKNOWN = { unknown_tokens: 30, unknown_subjects: 30 } as const;
export type UnknownKind = keyof typeof POINTS_OF_UNKNOWN;

/** The finding of a resource server or transmitter that named something unknown so many times since `countedFrom`. */
export const findingsOfReporter = (
  kind: UnknownKind,
  {
    count,
    countedFrom,
    evidence,
  }: { readonly count: number; readonly countedFrom: number; readonly evidence: readonly string[] },
): readonly Observed[] =>
  count === 0 ? [] : [{ ...observed(kind, [one(kind, POINTS_OF_UNKNOWN[kind], count)], { evidence }), countedFrom }];
