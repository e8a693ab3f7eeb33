import { type Html, html } from './html.ts';

/** A moment (epoch seconds) as UTC text that machines can read too: `25 Nov 2026, 12:58 UTC`. */
export const timeText = (epochSeconds: number): Html =>
  html`<time datetime="${iso(epochSeconds)}">${momentText(epochSeconds)}</time>`;

/** The same without markup. */
export const momentText = (epochSeconds: number): string =>
  `${new Intl.DateTimeFormat('en-GB', FORMAT).format(epochSeconds * 1000).replace(' at ', ', ')} UTC`;

/** A length of time in the largest whole unit: `1 hour`, `7 days`. */
export const durationText = (seconds: number): string => {
  for (const [unit, size] of UNITS) {
    const count = seconds / size;
    if (count >= 1 && Number.isInteger(count)) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return `${seconds} seconds`;
};

const FORMAT = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const;

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** RFC 3339 without fractions. Written out, so that nothing here can ask for the present time. */
const iso = (epochSeconds: number): string => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }).formatToParts(epochSeconds * 1000);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}Z`;
};
