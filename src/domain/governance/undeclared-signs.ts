/**
 * The signs that a client is an agent that was not registered as one. No single sign is enough. Each has its points, so that a
 * reader sees why a client was found.
 */
import type { Client } from '../clients/clients/client.ts';
import { isDocumentId } from '../clients/clients/metadata-document.ts';
import type { ActivityDay, ClientActivity } from './client-activity.ts';
import type { FindingPart, FindingReason } from './finding.ts';

const DAY = 86_400;
/** A client with fewer points is not found. */
export const LEAST_SCORE = 50;
/** Unattended tokens before anything is said about a client. */
const LEAST_TOKENS = 5;
/** Nine of ten tokens without a person. */
const UNATTENDED_SHARE = 0.9;
/** From so many on, half of the points and all of them. */
const SOME_PEOPLE = 5;
const MANY_PEOPLE = 10;
const SOME_RIGHTS = 3;
const MANY_RIGHTS = 5;
const LEAST_BURST = 60;
/** People sleep. */
const LEAST_HOURS = 20;
const LEAST_INTERVALS = 6;
/** Part of the intervals that are even. Of random ones, one in ten is. */
const EVEN_SHARE = 0.5;
const LEAST_WITHOUT_TRANSACTION = 20;

/** Words of agents, models and their frameworks, as whole words of a name. */
const AGENT_WORDS: ReadonlySet<string> = new Set(
  `agent agents agentic ai assistant autogpt autogen autonomous autopilot bot bots chatgpt claude codex copilot crewai cursor
  deepseek devin gemini gpt langchain langgraph llama llamaindex llm mcp mistral openai orchestrator`.split(/\s+/),
);

/** The words of a name, in lower case; camel case counts as several words. */
const wordsOf = (name: string): readonly string[] =>
  name
    .slice(0, 200)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');

type Counter = 'attended' | 'unattended' | 'declared' | 'refreshed' | 'intervals' | 'even';
const sum = (days: readonly ActivityDay[], of: Counter): number =>
  days.reduce((total, day) => total + (day[of] ?? 0), 0);

const bits = (hours: number): number => {
  let count = 0;
  for (let rest = hours; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/** What the signs of an activity depend on, beside the registration: another text means that other signs are possible. */
export const signsOfActivity = (activity: ClientActivity, now: number): string => {
  const days = daysIn(activity, now);
  const [attended, unattended] = [sum(days, 'attended'), sum(days, 'unattended')];
  if (unattended < LEAST_TOKENS) return '';
  return [
    ...[unattended >= UNATTENDED_SHARE * (attended + unattended), sum(days, 'refreshed') === unattended],
    ...signsOf(activity, days, now).map(({ reason, points }) => `${reason} ${points}`),
  ].join();
};

type Named = Pick<
  Client,
  'id' | 'name' | 'owner' | 'purpose' | 'expiresAt' | 'applicationType' | 'tokenEndpointAuthMethod' | 'corsOrigins'
>;

/** What the registration says. */
const signsOfRegistration = (client: Named): readonly FindingPart[] => {
  const { id, name, owner, purpose = '', expiresAt } = client;
  const parts: FindingPart[] = [];
  if ([name, purpose].some((text) => wordsOf(text).some((word) => AGENT_WORDS.has(word))))
    parts.push({ reason: 'agent_name', points: 25 });
  if (isDocumentId(id)) parts.push({ reason: 'metadata_document', points: 20 });
  else if (expiresAt !== undefined && owner === undefined) parts.push({ reason: 'unclaimed_registration', points: 20 });
  return parts;
};

/** An app that an operator registered, and that each person has on a device of theirs: they may be there when it refreshes. */
const isAppOfPeople = (client: Named): boolean =>
  client.tokenEndpointAuthMethod === 'none' &&
  (client.applicationType === 'native' || client.corsOrigins.length > 0) &&
  !isDocumentId(client.id) &&
  !(client.expiresAt !== undefined && client.owner === undefined);

/** Nothing, half of the points or all of them. */
const graded = (reason: FindingReason, value: number, some: number, many: number): readonly FindingPart[] =>
  value < some ? [] : [{ reason, points: value < many ? 10 : 20, value }];

/** Times at which it gets tokens. A timer gets them in all hours, and is no agent for that. */
const signsOfTimes = (days: readonly ActivityDay[]): readonly FindingPart[] => {
  const parts: FindingPart[] = [];
  const peak = Math.max(...days.map((day) => day.peak));
  if (peak >= LEAST_BURST) parts.push({ reason: 'burst', points: 15, value: peak });
  const intervals = sum(days, 'intervals');
  const even = sum(days, 'even') / Math.max(1, intervals);
  const hours = Math.max(...days.map((day) => bits(day.hours)));
  if (intervals >= LEAST_INTERVALS && even >= EVEN_SHARE)
    parts.push({ reason: 'even_intervals', points: -15, value: Math.round(even * 100) });
  else if (hours >= LEAST_HOURS) parts.push({ reason: 'machine_hours', points: 20, value: hours });
  return parts;
};

const daysIn = ({ days }: ClientActivity, now: number): readonly ActivityDay[] => {
  const today = Math.floor(now / DAY);
  return days.filter(({ day }) => day > today - 28);
};

/** For whom and for what it gets tokens, and when. */
const signsOf = ({ people }: ClientActivity, days: readonly ActivityDay[], now: number): readonly FindingPart[] => {
  const absent = people.filter(
    ({ unattendedAt = 0, attendedAt = 0 }) => unattendedAt > now - DAY && attendedAt < unattendedAt - DAY,
  ).length;
  const unattended = sum(days, 'unattended');
  return [
    ...graded('many_people', absent, SOME_PEOPLE, MANY_PEOPLE),
    ...graded('many_rights', Math.max(...days.map(({ rights = 0 }) => rights)), SOME_RIGHTS, MANY_RIGHTS),
    ...signsOfTimes(days),
    ...(unattended >= LEAST_WITHOUT_TRANSACTION && sum(days, 'declared') === 0
      ? [{ reason: 'no_transaction', points: 5, value: unattended } as const]
      : []),
  ];
};

/**
 * The signs at this time. Empty until the client got some tokens without a person: a registration alone is no sign, so that
 * self-registrations of a stranger make no findings.
 */
export const undeclaredSigns = (
  client: Named,
  activity: ClientActivity | undefined,
  now: number,
): readonly FindingPart[] => {
  if (!activity) return [];
  const days = daysIn(activity, now);
  const [attended, unattended] = [sum(days, 'attended'), sum(days, 'unattended')];
  if (unattended < LEAST_TOKENS) return [];
  const parts: FindingPart[] = [];
  const isAlone = unattended >= UNATTENDED_SHARE * (attended + unattended);
  if (isAlone) parts.push({ reason: 'no_person', points: 25, value: unattended });
  parts.push(...signsOfRegistration(client));
  parts.push(...signsOf(activity, days, now));
  if (isAppOfPeople(client) && sum(days, 'refreshed') === unattended)
    parts.push({ reason: 'app_of_people', points: -20 });
  if (client.owner !== undefined && client.purpose !== undefined) parts.push({ reason: 'claimed', points: -15 });
  return parts;
};
