/**
 * The signs that a client is an agent that was not registered as one. No single sign is enough. Each has its points, so that a
 * reader sees why a client was found.
 */
import type { Client } from '../clients/clients/client.ts';
import { isDocumentId } from '../clients/clients/metadata-document.ts';
import type { ActivityDay, ClientActivity } from './client-activity.ts';
import type { FindingPart } from './finding.ts';

const DAY = 86_400;
/** A client with fewer points is not found. */
export const LEAST_SCORE = 50;
/** Unattended tokens before anything is said about a client. */
const LEAST_TOKENS = 5;
/** Nine of ten tokens without a person. */
const UNATTENDED_SHARE = 0.9;
const LEAST_PEOPLE = 10;
const LEAST_BURST = 60;
/** People sleep. */
const LEAST_HOURS = 20;
const LEAST_INTERVALS = 6;
/** Standard deviation of the intervals, as a part of their mean. */
const MOST_VARIATION = 0.1;
const LEAST_INTERVAL_SECONDS = 20;
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

const sum = (days: readonly ActivityDay[], of: 'attended' | 'unattended' | 'declared'): number =>
  days.reduce((total, day) => total + day[of], 0);

const bits = (hours: number): number => {
  let count = 0;
  for (let rest = hours; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/** The mean of even intervals, in seconds; undefined: they vary. */
const evenInterval = (times: readonly number[]): number | undefined => {
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  if (gaps.length < LEAST_INTERVALS) return undefined;
  const mean = gaps.reduce((total, gap) => total + gap, 0) / gaps.length;
  if (mean < LEAST_INTERVAL_SECONDS) return undefined;
  const variance = gaps.reduce((total, gap) => total + (gap - mean) ** 2, 0) / gaps.length;
  return Math.sqrt(variance) <= MOST_VARIATION * mean ? Math.round(mean) : undefined;
};

/**
 * The signs at this time. Empty until the client got some tokens without a person: a registration alone is no sign, so that
 * self-registrations of a stranger make no findings.
 */
export const undeclaredSigns = (
  client: Pick<Client, 'id' | 'name' | 'owner' | 'purpose' | 'expiresAt'>,
  activity: ClientActivity | undefined,
  now: number,
): readonly FindingPart[] => {
  if (!activity) return [];
  const today = Math.floor(now / DAY);
  const days = activity.days.filter(({ day }) => day > today - 28);
  const [attended, unattended] = [sum(days, 'attended'), sum(days, 'unattended')];
  if (unattended < LEAST_TOKENS) return [];
  const parts: FindingPart[] = [];
  const isAlone = unattended >= UNATTENDED_SHARE * (attended + unattended);
  if (isAlone) parts.push({ reason: 'no_person', points: 25, value: unattended });
  if (wordsOf(client.name).some((word) => AGENT_WORDS.has(word))) parts.push({ reason: 'agent_name', points: 25 });
  if (isDocumentId(client.id)) parts.push({ reason: 'metadata_document', points: 15 });
  else if (client.expiresAt !== undefined && client.owner === undefined)
    parts.push({ reason: 'unclaimed_registration', points: 15 });
  const absent = activity.people.filter(
    ({ unattendedAt = 0, attendedAt = 0 }) => unattendedAt > now - DAY && attendedAt < unattendedAt - DAY,
  ).length;
  if (absent >= LEAST_PEOPLE) parts.push({ reason: 'many_people', points: 20, value: absent });
  const peak = Math.max(...days.map((day) => day.peak));
  if (peak >= LEAST_BURST) parts.push({ reason: 'burst', points: 15, value: peak });
  const hours = Math.max(...days.map((day) => bits(day.hours)));
  if (hours >= LEAST_HOURS) parts.push({ reason: 'machine_hours', points: 20, value: hours });
  const interval = activity.series.map(({ at }) => evenInterval(at)).find((mean) => mean !== undefined);
  if (interval !== undefined) parts.push({ reason: 'even_intervals', points: 15, value: interval });
  if (unattended >= LEAST_WITHOUT_TRANSACTION && sum(days, 'declared') === 0)
    parts.push({ reason: 'no_transaction', points: 10, value: unattended });
  if (client.owner !== undefined && client.purpose !== undefined) parts.push({ reason: 'claimed', points: -25 });
  return parts;
};
