/**
 * Software of a simulated organisation that is no registered agent: apps and services of many kinds, and agents that no one declared. Each
 * kind has the registration, rights and tokens that such software has at this server, and not what its detection looks for. Clients use no
 * token exchange, because the server permits it to registered agents only: an undeclared agent refreshes what people allowed
 * it, redeems assertions about them (RFC 7523), or acts in its own name.
 */
import type { Client } from '../../src/domain/clients/clients/client.ts';
import type { Random } from './campaign.ts';
import { DAY } from './organisation-work.ts';

const HOUR = 3600;

export type Token = { readonly at: number; readonly grantType: string; readonly subject?: string };

type Registration = Pick<Client, 'applicationType' | 'tokenEndpointAuthMethod' | 'grantTypes' | 'corsOrigins'>;

export type Software = {
  readonly isAgent: boolean;
  /** How many of 100 clients are of this kind. */
  readonly share: number;
  /** Words of names that such software has. */
  readonly names: readonly string[];
  /** How many of 100 have an owner and a purpose, and what the purpose says. */
  readonly claimed: number;
  readonly purposes: readonly string[];
  readonly registered: Registration;
  /** How it came to be known here, if not by an operator. */
  readonly from?: 'document' | 'document or itself';
  /** Least and most sets of an API and scopes among which each token has one. */
  readonly rights: readonly [number, number];
  /** Least and most people. */
  readonly people: readonly [number, number];
  /** The tokens of one day, in any order. */
  readonly day: (begin: number, random: Random, people: readonly string[]) => readonly Token[];
};

const CODE = 'authorization_code';
const REFRESH = 'refresh_token';
const OWN = 'client_credentials';
const ASSERTION = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const BROWSER: Registration = {
  ...{ applicationType: 'web', tokenEndpointAuthMethod: 'none', grantTypes: [CODE, REFRESH] },
  corsOrigins: ['https://app.example'],
};
const NATIVE: Registration = { ...BROWSER, applicationType: 'native', corsOrigins: [] };
const WEB: Registration = {
  ...{ applicationType: 'web', tokenEndpointAuthMethod: 'private_key_jwt', grantTypes: [CODE, REFRESH] },
  corsOrigins: [],
};
const SERVICE: Registration = { ...WEB, grantTypes: [OWN] };
const OF_DOMAIN: Registration = { ...WEB, grantTypes: [ASSERTION] };

const many = (count: number, make: (index: number) => Token): Token[] =>
  Array.from({ length: count }, (_, at) => make(at));
const isWeekend = (begin: number): boolean => [2, 3].includes(Math.floor(begin / DAY) % 7);
const office = (begin: number, random: Random): number => begin + 7 * HOUR + random.integer(10 * HOUR);
const own = (at: number): Token => ({ at, grantType: OWN });

/** A person signs in and works for some hours; the app refreshes as long as they do. */
const session = (begin: number, random: Random, subject: string, every: number): readonly Token[] => {
  const from = office(begin, random);
  const length = 1800 + random.integer(4 * HOUR);
  const refreshes = many(Math.floor(length / every), (index) => ({
    ...{ at: from + (index + 1) * every + random.integer(120), grantType: REFRESH, subject },
  }));
  return [{ at: from, grantType: CODE, subject }, ...refreshes];
};

/** People who come on a working day, each with one session. */
const sessions =
  (coming: number, every: number): Software['day'] =>
  (begin, random, people) =>
    isWeekend(begin)
      ? []
      : people.filter(() => random.chance(coming)).flatMap((one) => session(begin, random, one, every));

const HONEST: Readonly<Record<string, Software>> = {
  'web app': {
    ...{ isAgent: false, share: 22, claimed: 80, registered: WEB, rights: [1, 3], people: [1, 120] },
    // The people at a call centre, and those who sell insurance, are agents too.
    names: ['Wiki', 'Time sheets', 'Travel portal', 'Intranet', 'Shop', 'Agent desktop', 'Insurance agents'],
    purposes: ['Shows the wiki', 'Plans travel', 'Screens of the call centre'],
    day: sessions(0.5, HOUR),
  },
  'single page app': {
    ...{ isAgent: false, share: 10, claimed: 80, registered: BROWSER, rights: [1, 4], people: [1, 80] },
    ...{ names: ['Planner board', 'Room booking', 'Dashboard', 'Chatbot statistics'], purposes: ['Books rooms'] },
    day: sessions(0.4, 600),
  },
  'mobile app': {
    ...{ isAgent: false, share: 8, claimed: 80, registered: NATIVE, rights: [1, 3], people: [1, 60] },
    ...{ names: ['Field service', 'Expenses mobile', 'Mail for phones'], purposes: ['Work orders on phones'] },
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
  'app with a document': {
    ...{ isAgent: false, share: 3, claimed: 0, registered: BROWSER, from: 'document', rights: [1, 2] },
    ...{ people: [1, 20], names: ['Reading list', 'Photo album', 'Club calendar'], purposes: [] },
    day: sessions(0.4, HOUR),
  },
  'app of another domain': {
    ...{ isAgent: false, share: 3, claimed: 70, registered: OF_DOMAIN, rights: [1, 2], people: [1, 25] },
    ...{ names: ['Supplier portal', 'Signature service'], purposes: ['Orders of suppliers'] },
    // Its people signed in elsewhere, and work there: an assertion for each quarter of an hour of work.
    day: (begin, random, people) =>
      isWeekend(begin)
        ? []
        : people
            .filter(() => random.chance(0.3))
            .flatMap((subject) => {
              const from = office(begin, random);
              return many(1 + random.integer(6), (index) => ({
                at: from + index * 900,
                grantType: ASSERTION,
                subject,
              }));
            }),
  },
  'sync for people': {
    ...{ isAgent: false, share: 3, claimed: 85, registered: WEB, rights: [1, 1], people: [2, 25] },
    ...{ names: ['Calendar sync', 'Contacts connector', 'Mail archive'], purposes: ['Copies calendars'] },
    // Each person has a time of their own in each hour.
    day: (begin, random, people) =>
      people.flatMap((subject, place) =>
        many(24, (index) => ({
          ...{ at: begin + index * HOUR + ((place * 137) % 3000) + random.integer(20), grantType: REFRESH, subject },
        })),
      ),
  },
  'nightly job': {
    ...{ isAgent: false, share: 12, claimed: 85, registered: SERVICE, rights: [1, 3], people: [0, 0] },
    names: ['Ledger export', 'Backup', 'Payroll transfer', 'Data warehouse load'],
    purposes: ['Exports the ledger', 'Loads the warehouse'],
    day: (begin, random) =>
      many(2 + random.integer(12), (at) => own(begin + 2 * HOUR + at * 420 + random.integer(200))),
  },
  'back end': {
    ...{ isAgent: false, share: 14, claimed: 85, registered: SERVICE, rights: [1, 3], people: [0, 0] },
    ...{ names: ['Order service', 'Pricing', 'Stock sync', 'Invoice printing'], purposes: ['Prices of orders'] },
    day: (begin, random) => many(10 + random.integer(30), () => own(office(begin, random))),
  },
  'back end of a shop': {
    ...{ isAgent: false, share: 4, claimed: 85, registered: SERVICE, rights: [1, 3], people: [0, 0] },
    ...{ names: ['Checkout', 'Payments', 'Delivery tracking'], purposes: ['Takes payments'] },
    // It keeps each token for its lifetime of ten minutes, and asks for the next one when a customer comes: at night, seldom.
    day: (begin, random) => {
      const tokens: Token[] = [];
      for (let at = begin; at < begin + DAY; ) {
        const hour = Math.floor((at - begin) / HOUR);
        at += 590 + random.integer(hour < 6 ? 3000 : 60);
        tokens.push(own(at));
      }
      return tokens;
    },
  },
  monitoring: {
    ...{ isAgent: false, share: 4, claimed: 90, registered: SERVICE, rights: [1, 8], people: [0, 0] },
    ...{ names: ['Uptime probe', 'Metrics collector'], purposes: ['Probes APIs'] },
    day: (begin, random) => many(288, (index) => own(begin + index * 300 + random.integer(4))),
  },
};

const AGENTS: Readonly<Record<string, Software>> = {
  'assistant for many': {
    ...{ isAgent: true, share: 5, claimed: 20, registered: WEB, rights: [2, 8], people: [3, 25] },
    names: ['Helpdesk assistant', 'Ask HR', 'Meeting copilot', 'Answers'],
    purposes: ['Answers questions of employees', 'AI assistant for meetings'],
    day: (begin, random, people) =>
      people.flatMap((subject) => [
        ...(random.chance(0.03) ? [{ at: office(begin, random), grantType: CODE, subject }] : []),
        ...many(random.integer(4), () => ({ at: office(begin, random), grantType: REFRESH, subject })),
      ]),
  },
  'loop without end': {
    ...{ isAgent: true, share: 5, claimed: 20, registered: SERVICE, rights: [2, 8], people: [0, 0] },
    names: ['Inbox triage', 'Lead research agent', 'Ticket worker', 'Crawler GPT'],
    purposes: ['Sorts tickets', 'Finds customers with an LLM'],
    day: (begin, random) => many(96 + random.integer(200), () => own(begin + random.integer(DAY))),
  },
  'coding agent': {
    ...{ isAgent: true, share: 4, claimed: 10, registered: OF_DOMAIN, rights: [2, 6], people: [1, 3] },
    names: ['Code agent', 'Repo bot', 'devtools', 'Claude runner'],
    purposes: ['Changes code', 'Coding agent of the platform team'],
    day: (begin, random, people) => {
      const starts = Array.from({ length: random.integer(5) }, () => office(begin, random));
      return starts.flatMap((at) => {
        const subject = random.pick(people);
        return many(20 + random.integer(80), (index) => ({ at: at + index, grantType: ASSERTION, subject }));
      });
    },
  },
  'MCP client': {
    ...{ isAgent: true, share: 4, claimed: 0, registered: NATIVE, from: 'document or itself', rights: [1, 5] },
    ...{ people: [1, 3], names: ['Desktop assistant', 'Chat with tools', 'MCP host'], purposes: [] },
    day: (begin, random, people) =>
      people.flatMap((subject) => [
        ...(random.chance(0.03) ? [{ at: office(begin, random), grantType: CODE, subject }] : []),
        ...many(3 + random.integer(20), () => ({ at: office(begin, random), grantType: REFRESH, subject })),
      ]),
  },
  'scheduled agent': {
    ...{ isAgent: true, share: 2, claimed: 20, registered: WEB, rights: [2, 6], people: [1, 25] },
    names: ['Report agent', 'Morning briefing', 'Compliance LLM'],
    purposes: ['Writes the morning report', 'Summaries by a language model'],
    day: (begin, random, people) =>
      many(6 + random.integer(10), (index) => ({
        ...{ at: begin + 5 * HOUR + index * 60 + random.integer(20), grantType: REFRESH },
        subject: people[index % people.length] ?? 'acc_0',
      })),
  },
};

/** Every kind of software. */
export const SOFTWARE: Readonly<Record<string, Software>> = { ...HONEST, ...AGENTS };
