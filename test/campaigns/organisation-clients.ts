/**
 * Clients of a simulated organisation that are no registered agents: apps and services of many kinds, and agents that no one declared.
 * What they do was written from how such software works, before any run, and not from the points of the findings.
 */

import type { Client } from '../../src/domain/clients/clients/client.ts';
import { type ClientActivity, type SeenToken, withTokens } from '../../src/domain/governance/client-activity.ts';
import { findingsOfClient } from '../../src/domain/governance/examination.ts';
import type { Random } from './campaign.ts';
import { DAY } from './organisation-work.ts';

const HOUR = 3600;
const DAYS = 30;
/** As often as the server looks at what changed. */
const POLL_SECONDS = 10;

type Token = { readonly at: number; readonly grantType: string; readonly subject?: string; readonly txn?: string };
type Software = {
  readonly isAgent: boolean;
  /** Words of names that such software has. */
  readonly names: readonly string[];
  /** How many of 100 have an owner and a purpose. */
  readonly claimed: number;
  readonly isDocument?: true;
  /** The tokens of one day, in any order. */
  readonly day: (begin: number, random: Random, people: readonly string[]) => readonly Token[];
};

const CODE = 'authorization_code';
const REFRESH = 'refresh_token';
const OWN = 'client_credentials';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const many = (count: number, make: (index: number) => Token): Token[] =>
  Array.from({ length: count }, (_, at) => make(at));
const isWeekend = (begin: number): boolean => [2, 3].includes(Math.floor(begin / DAY) % 7);
const office = (begin: number, random: Random): number => begin + 7 * HOUR + random.integer(10 * HOUR);

/** A person signs in and works for some hours; the app refreshes as long as they do. */
const session = (begin: number, random: Random, subject: string, every: number): readonly Token[] => {
  const from = office(begin, random);
  const length = 1800 + random.integer(4 * HOUR);
  const refreshes = many(Math.floor(length / every), (index) => ({
    ...{ at: from + (index + 1) * every + random.integer(120), grantType: REFRESH, subject },
  }));
  return [{ at: from, grantType: CODE, subject }, ...refreshes];
};

/** Every kind of software, with how often it is there. */
const SOFTWARE: Readonly<Record<string, Software & { readonly share: number }>> = {
  'web app': {
    ...{ isAgent: false, share: 26, claimed: 80, names: ['Wiki', 'Time sheets', 'Travel portal', 'Intranet', 'Shop'] },
    day: (begin, random, people) =>
      isWeekend(begin)
        ? []
        : people.filter(() => random.chance(0.5)).flatMap((one) => session(begin, random, one, HOUR)),
  },
  'single page app': {
    ...{ isAgent: false, share: 10, claimed: 80, names: ['Planner board', 'Room booking', 'Dashboard'] },
    day: (begin, random, people) =>
      isWeekend(begin)
        ? []
        : people.filter(() => random.chance(0.4)).flatMap((one) => session(begin, random, one, 600)),
  },
  'mobile app': {
    ...{ isAgent: false, share: 8, claimed: 80, names: ['Field service', 'Expenses mobile', 'Mail for phones'] },
    day: (begin, random, people) =>
      people.flatMap((subject) => [
        ...(random.chance(0.05) ? [{ at: office(begin, random), grantType: CODE, subject }] : []),
        ...many(1 + random.integer(6), () => ({
          at: begin + 6 * HOUR + random.integer(17 * HOUR),
          grantType: REFRESH,
          subject,
        })),
      ]),
  },
  'nightly job': {
    ...{
      isAgent: false,
      share: 14,
      claimed: 85,
      names: ['Ledger export', 'Backup', 'Payroll transfer', 'Data warehouse load'],
    },
    day: (begin, random) =>
      many(2 + random.integer(12), (index) => ({
        at: begin + 2 * HOUR + index * 420 + random.integer(200),
        grantType: OWN,
      })),
  },
  'back end': {
    ...{
      isAgent: false,
      share: 18,
      claimed: 85,
      names: ['Order service', 'Pricing', 'Stock sync', 'Invoice printing'],
    },
    day: (begin, random) => many(10 + random.integer(30), () => ({ at: office(begin, random), grantType: OWN })),
  },
  monitoring: {
    ...{ isAgent: false, share: 4, claimed: 90, names: ['Uptime probe', 'Metrics collector'] },
    day: (begin, random) => many(288, (index) => ({ at: begin + index * 300 + random.integer(4), grantType: OWN })),
  },
  'assistant for many': {
    ...{ isAgent: true, share: 5, claimed: 20, names: ['Helpdesk assistant', 'Ask HR', 'Meeting copilot', 'Answers'] },
    day: (begin, random, people) =>
      people.flatMap((subject) =>
        many(random.integer(4), () => ({ at: office(begin, random), grantType: EXCHANGE, subject })),
      ),
  },
  'loop without end': {
    ...{
      isAgent: true,
      share: 5,
      claimed: 20,
      names: ['Inbox triage', 'Lead research agent', 'Ticket worker', 'Crawler GPT'],
    },
    day: (begin, random) => many(96 + random.integer(200), () => ({ at: begin + random.integer(DAY), grantType: OWN })),
  },
  'coding agent': {
    ...{ isAgent: true, share: 4, claimed: 10, names: ['Code agent', 'Repo bot', 'devtools', 'Claude runner'] },
    day: (begin, random, people) => {
      const subject = people[0] ?? 'acc_0';
      const starts = Array.from({ length: random.integer(5) }, () => office(begin, random));
      return starts.flatMap((at) =>
        many(20 + random.integer(80), (index) => ({ at: at + index, grantType: EXCHANGE, subject })),
      );
    },
  },
  'MCP client': {
    ...{
      isAgent: true,
      share: 4,
      claimed: 0,
      isDocument: true,
      names: ['Desktop assistant', 'Chat with tools', 'MCP host'],
    },
    day: (begin, random, people) =>
      people
        .slice(0, 3)
        .flatMap((subject) => [
          ...(random.chance(0.03) ? [{ at: office(begin, random), grantType: CODE, subject }] : []),
          ...many(3 + random.integer(20), () => ({ at: office(begin, random), grantType: REFRESH, subject })),
        ]),
  },
  'scheduled agent': {
    ...{ isAgent: true, share: 2, claimed: 20, names: ['Report agent', 'Morning briefing', 'Compliance LLM'] },
    day: (begin, random, people) =>
      many(6 + random.integer(10), (index) => ({
        ...{ at: begin + 5 * HOUR + index * 60 + random.integer(20), grantType: EXCHANGE },
        subject: people[index % Math.max(1, people.length)] ?? 'acc_0',
      })),
  },
};

type Kind = keyof typeof SOFTWARE;
type Simulated = { readonly kind: Kind; readonly client: Client; readonly people: readonly string[] };

/** What was found of one client. `seconds`: from its first token to the finding. */
export type Found = { readonly kind: Kind; readonly isAgent: boolean; readonly seconds?: number };

/** `count` clients, of each kind as many as its share says, and three for each kind at least. */
const newClients = (count: number, start: number, random: Random): readonly Simulated[] => {
  const total = Object.values(SOFTWARE).reduce((sum, { share }) => sum + share, 0);
  return Object.entries(SOFTWARE).flatMap(([kind, software]) =>
    Array.from({ length: Math.max(3, Math.round((count * software.share) / total)) }, (_, index): Simulated => {
      const id = software.isDocument ? `https://${kind.length}-${index}.example/client` : `app_${kind}_${index}`;
      const isClaimed = random.chance(software.claimed / 100);
      const client = {
        ...{ id, name: random.pick(software.names), state: 'active', tokenEndpointAuthMethod: 'private_key_jwt' },
        ...(isClaimed ? { owner: 'acc_1', purpose: 'Works' } : {}),
        ...{ roles: [], createdAt: start, updatedAt: start },
      } as unknown as Client;
      const people = Array.from({ length: 1 + random.integer(25) }, () => `acc_${random.integer(3000)}`);
      return { kind, client, people };
    }),
  );
};

/** Whether and when a client is found in 30 days: its tokens go through the functions of the server, at each poll that has some. */
const foundOf = ({ kind, client, people }: Simulated, start: number, random: Random): Found => {
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
        seen.push({ ...token, id: `s:${sequence}`, stream: 's', sequence, network: 'usual' });
      }
      activity = withTokens(client.id, activity, seen);
      const isFound = findingsOfClient(client, { activity, adopted: undefined, now: until }).some(
        (one) => one.kind === 'undeclared_agent',
      );
      if (isFound) return { kind, isAgent, seconds: until - (firstAt ?? until) };
    }
  }
  return { kind, isAgent };
};

export const searchedClients = (count: number, start: number, random: Random): readonly Found[] =>
  newClients(count, start, random).map((one) => foundOf(one, start, random));

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
  };
};
