/**
 * Clients of a simulated organisation that are no registered agents: apps and services of many kinds, and agents that no one declared.
 * What they do (organisation-software.ts) was written from how such software works, and not from the points of the findings.
 */

import type { Client } from '../../src/domain/clients/clients/client.ts';
import { type ClientActivity, type SeenToken, withTokens } from '../../src/domain/governance/client-activity.ts';
import { findingsOfClient } from '../../src/domain/governance/examination.ts';
import type { FindingPart } from '../../src/domain/governance/finding.ts';
import { undeclaredSigns } from '../../src/domain/governance/undeclared-signs.ts';
import type { Random } from './campaign.ts';
import { SOFTWARE, type Software } from './organisation-software.ts';
import { DAY } from './organisation-work.ts';

const DAYS = 30;
/** A small server looks each second at what changed, a busy one each minute. */
const POLL_SECONDS = 10;
/** Of wrong answers, the most frequent so many are listed. */
const MOST_WRONG = 40;

type Right = Pick<SeenToken, 'resource' | 'scope'>;
type Simulated = {
  readonly kind: string;
  readonly client: Client;
  readonly people: readonly string[];
  readonly rights: readonly Right[];
};

/** What was found of one client. `seconds`: from its first token to the finding. `signs`: then, or in the end. */
export type Found = {
  readonly kind: string;
  readonly isAgent: boolean;
  readonly seconds?: number;
  readonly signs: readonly string[];
};

const written = (parts: readonly FindingPart[]): readonly string[] =>
  parts.map(({ reason, points }) => `${reason} ${points}`);

const between = ([least, most]: readonly [number, number], random: Random): number =>
  least + random.integer(most - least + 1);

const newClient = (kind: string, software: Software, index: number, start: number, random: Random): Simulated => {
  const { names, claimed, purposes, registered, from } = software;
  const isDocument = from === 'document' || (from === 'document or itself' && random.chance(0.5));
  const isOwn = from === 'document or itself' && !isDocument;
  const client = {
    ...registered,
    ...{ id: isDocument ? `https://${kind.length}-${index}.example/client` : `app_${kind}_${index}` },
    ...{ name: random.pick(names), state: 'active' },
    ...(random.chance(claimed / 100) ? { owner: 'acc_1', purpose: random.pick(purposes) } : {}),
    ...(isOwn ? { expiresAt: start + 90 * DAY } : {}),
    ...{ redirectUris: [], roles: [], createdAt: start, updatedAt: start },
  } as unknown as Client;
  const people = Array.from({ length: between(software.people, random) }, () => `acc_${random.integer(3000)}`);
  const rights = Array.from({ length: between(software.rights, random) }, () => ({
    ...{ resource: `https://api-${random.integer(60)}.example`, scope: [random.pick(['read', 'write', 'list'])] },
  }));
  return { kind, client, people, rights };
};

/** `count` clients, of each kind as many as its share says, and three for each kind at least. */
const newClients = (count: number, start: number, random: Random): readonly Simulated[] => {
  const total = Object.values(SOFTWARE).reduce((sum, { share }) => sum + share, 0);
  return Object.entries(SOFTWARE).flatMap(([kind, software]) =>
    Array.from({ length: Math.max(3, Math.round((count * software.share) / total)) }, (_, index) =>
      newClient(kind, software, index, start, random),
    ),
  );
};

/** Whether and when a client is found in 30 days: its tokens go through the functions of the server, at each poll that has some. */
const foundOf = ({ kind, client, people, rights }: Simulated, start: number, random: Random): Found => {
  const software = SOFTWARE[kind];
  const isAgent = software?.isAgent === true;
  let activity: ClientActivity | undefined;
  let sequence = 0;
  let firstAt: number | undefined;
  for (let day = 0; day < DAYS; day += 1) {
    const tokens = [...(software?.day(start + day * DAY, random, people) ?? [])].sort(
      (one, other) => one.at - other.at,
    );
    for (let next = 0; next < tokens.length; ) {
      const until = (tokens[next]?.at ?? 0) + POLL_SECONDS;
      firstAt ??= tokens[next]?.at;
      const seen: SeenToken[] = [];
      for (let token = tokens[next]; token && token.at < until; token = tokens[next]) {
        next += 1;
        sequence += 1;
        seen.push({ ...token, ...random.pick(rights), id: `s:${sequence}`, stream: 's', sequence, network: 'usual' });
      }
      activity = withTokens(client.id, activity, seen);
      const found = findingsOfClient(client, { activity, adopted: undefined, now: until }).find(
        (one) => one.kind === 'undeclared_agent',
      );
      if (found) return { kind, isAgent, seconds: until - (firstAt ?? until), signs: written(found.parts) };
    }
  }
  return { kind, isAgent, signs: written(undeclaredSigns(client, activity, start + DAYS * DAY - 1)) };
};

export const searchedClients = (count: number, start: number, random: Random): readonly Found[] =>
  newClients(count, start, random).map((one) => foundOf(one, start, random));

/** How often each kind was found or missed wrongly with the same signs, the most frequent first. */
const counted = (wrong: readonly Found[]): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const { kind, signs } of wrong) {
    const key = `${kind}: ${signs.join(', ')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one).slice(0, MOST_WRONG));
};

/** Precision and recall over all, and how many of each kind were found. */
export const figuresOfSearch = (all: readonly Found[]) => {
  const found = all.filter(({ seconds }) => seconds !== undefined);
  const right = found.filter(({ isAgent }) => isAgent).length;
  const agents = all.filter(({ isAgent }) => isAgent).length;
  const share = (part: number, whole: number): number => Math.round((part / Math.max(1, whole)) * 1000) / 1000;
  const kinds = Object.keys(SOFTWARE).map((kind) => {
    const some = all.filter((one) => one.kind === kind);
    return [kind, { clients: some.length, found: some.filter(({ seconds }) => seconds !== undefined).length }] as const;
  });
  return {
    ...{ clients: all.length, undeclaredAgents: agents, found: found.length },
    ...{ precision: share(right, found.length), recall: share(right, agents), byKind: Object.fromEntries(kinds) },
    wrong: counted(all.filter(({ isAgent, seconds }) => isAgent !== (seconds !== undefined))),
  };
};
