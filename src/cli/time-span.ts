import { usageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90s`, `15m`, `1h` or `7d`, or of a bare number. Throws a usage error that names the option. */
export const timeSpan = (option: string, text: string): number => {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (digits === undefined) throw usageError(`--${option} ${text} is no time.`, 'Examples: 90s, 15m, 1h, 7d.');
  return Number(digits) * (UNITS[unit] ?? 1);
};
