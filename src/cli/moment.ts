import { systemClock } from '../../adapters/node/clock.ts';
import { usageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

const DAY_SECONDS = 86_400;
/** Days begin in UTC, as in the times that commands print. */
const DAYS_AGO: Readonly<Record<string, number>> = { today: 0, yesterday: 1 };

export const MOMENT_EXAMPLES = '30d, 12h, today, yesterday, 2026-10-01, 2026-10-01T12:00Z';

/** `30d` ago, the start of `today` or `yesterday`, or a date, as epoch seconds. Throws a usage error that names the option. */
export const momentOf = (option: string, value: string): number => {
  const now = systemClock.now();
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(value) ?? [];
  if (count !== undefined) return now - Number(count) * (UNITS[unit] ?? 0);
  const daysAgo = DAYS_AGO[value];
  if (daysAgo !== undefined) return now - (now % DAY_SECONDS) - daysAgo * DAY_SECONDS;
  const moment = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) throw usageError(`--${option} ${value} is no time.`, `Examples: ${MOMENT_EXAMPLES}`);
  return Math.floor(moment / 1000);
};
