/** How values look to people: relative times, names in place of ids, and colours. Tables and details of commands use it. */
import type { Terminal } from './terminal.ts';

export type Look = {
  /** Columns of the terminal; absent: lines may have any length. */
  readonly width?: number;
  readonly hasColors?: boolean;
  /** Epoch seconds. Times are shown relative to it; absent: exact, in UTC. */
  readonly now?: number;
  /** Names by id. */
  readonly names?: ReadonlyMap<string, string>;
};

/** The look on this terminal. `isExact`: with exact times. */
export const lookOn = (
  { columns, hasColors }: Pick<Terminal, 'columns' | 'hasColors'>,
  { now, isExact }: { readonly now: number; readonly isExact: boolean },
): Look => ({
  ...(columns === undefined ? {} : { width: columns }),
  ...(hasColors ? { hasColors } : {}),
  ...(columns === undefined || isExact ? {} : { now }),
});

const TIME = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC' });

/** A time in epoch seconds as `2026-11-25 12:58:00Z`; any other value unchanged. */
export const timeText = (value: unknown): unknown =>
  typeof value === 'number' ? `${TIME.format(value * 1000)}Z` : value;

const STEPS = [
  { unit: 'd', seconds: 86_400, from: 2 * 86_400 },
  { unit: 'h', seconds: 3600, from: 2 * 3600 },
  { unit: 'min', seconds: 60, from: 60 },
  { unit: 's', seconds: 1, from: 1 },
] as const;

/** Days after which a date says more than a count of days. */
const FURTHEST_SECONDS = 30 * 86_400;

/** `5 min ago`, `in 3 h`, or the day of a time that is further away. Any value but a number stays as it is. */
export const relativeText = (value: unknown, now: number): unknown => {
  if (typeof value !== 'number') return value;
  const distance = Math.abs(Math.round(value - now));
  if (distance > FURTHEST_SECONDS) return TIME.format(value * 1000).slice(0, 10);
  const step = STEPS.find(({ from }) => distance >= from);
  if (!step) return 'now';
  const count = `${Math.floor(distance / step.seconds)} ${step.unit}`;
  return value > now ? `in ${count}` : `${count} ago`;
};

/** For details of one object: the exact time, and on a terminal also the relative one. */
export const bothTimes = (value: unknown, { now }: Look): unknown =>
  typeof value !== 'number' || now === undefined ? timeText(value) : `${timeText(value)} (${relativeText(value, now)})`;

type Color = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'alarm';
/** SGR parameters (ECMA-48 §8.3.117). */
const CODES: Readonly<Record<Color, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  alarm: '1;31',
};

const WORDS: Readonly<Record<Exclude<Color, 'bold'>, readonly string[]>> = {
  green: ['active', 'approved', 'redeemed', 'granted', 'current', 'next', 'verified', 'justified'],
  yellow: ['pending', 'draft', 'orphaned', 'proposed', 'medium', 'open', 'approved, not used', 'unverified'],
  red: ['suspended', 'refused', 'denied', 'disabled', 'revoked', 'high', 'failed', 'compromised', 'unjustified'],
  alarm: ['critical'],
  dim: ['retired', 'expired', 'over', 'cancelled', 'deprecated', 'ended', 'lifted', 'void', 'low', 'former'],
};
const COLOR_OF = new Map(
  Object.entries(WORDS).flatMap(([color, words]) => words.map((word) => [word, color as Color] as const)),
);

/** The text in the color. The text has no control characters of its own. */
export const painted = (text: string, color: Color | undefined, { hasColors }: Look): string =>
  hasColors && color !== undefined && text !== '' ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;

/** The color of a state, an outcome or a risk. */
export const colorOf = (word: string): Color | undefined => COLOR_OF.get(word);
