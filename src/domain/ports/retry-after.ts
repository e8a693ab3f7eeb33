import type { EpochSeconds } from './clock.ts';

/** The longest time that another system can make this server wait, in seconds. */
const LONGEST_PAUSE_SECONDS = 3600;

/**
 * Seconds that a header Retry-After demands (RFC 9110 §10.2.3): a number of seconds or a date. At most one hour; 0 for a date that has
 * passed. Undefined: there is none, or it has another form.
 */
export const retryAfterOf = (header: string | undefined, now: EpochSeconds): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Math.min(Number(header), LONGEST_PAUSE_SECONDS);
  const at = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, Math.ceil(at / 1000) - now), LONGEST_PAUSE_SECONDS);
};
