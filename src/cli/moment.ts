import { systemClock } from '../../adapters/node/clock.ts';
import { usageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `30d` ago, or a date, as epoch seconds. Throws a usage error that names the option. */
export const momentOf = (option: string, value: string): number => {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(value) ?? [];
  if (count !== undefined) return systemClock.now() - Number(count) * (UNITS[unit] ?? 0);
  const moment = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) throw usageError(`--${option} ${value} is no time.`, 'Examples: 30d, 12h, 2026-10-01');
  return Math.floor(moment / 1000);
};
