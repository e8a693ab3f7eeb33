import { type Html, html, type Phrase, phrase, type View } from './html.ts';
import { LANGUAGES, type Language } from './language.ts';

/** A moment (epoch seconds) as UTC text that machines can read too: `25 Nov 2026, 12:58 UTC`. */
export const timeText = (epochSeconds: number): Html =>
  html`<time datetime="${iso(epochSeconds)}">${({ language }: View) => momentText(epochSeconds, language)}</time>`;

/**
 * The same moment as the reader counts it: `2 min ago`, with the exact time as the title. A moment more than two weeks away is
 * a date.
 */
export const agoText = (epochSeconds: number): Html =>
  html`<time datetime="${iso(epochSeconds)}" title="${secondPhrase(epochSeconds)}">${({ language, now }: View) =>
    now === undefined
      ? momentText(epochSeconds, language)
      : relativeText(epochSeconds - now, epochSeconds, language)}</time>`;

const relativeText = (away: number, epochSeconds: number, language: Language): string => {
  const seconds = Math.abs(away);
  if (seconds < MINUTE) return JUST_NOW[language];
  if (seconds >= 14 * DAY_SECONDS) return DATE[language].format(epochSeconds * 1000);
  const [size, unit] =
    seconds < HOUR_SECONDS
      ? ([MINUTE, 'minute'] as const)
      : seconds < DAY_SECONDS
        ? ([HOUR_SECONDS, 'hour'] as const)
        : ([DAY_SECONDS, 'day'] as const);
  return RELATIVE[language].format(Math.trunc(away / size), unit);
};

/** The same moment to the second, for the audit log: `25 Nov, 12:58:03`. The title has the year, and that it is UTC. */
export const secondText = (epochSeconds: number): Html =>
  html`<time datetime="${iso(epochSeconds)}" title="${secondPhrase(epochSeconds)}">${phrase(
    inEach(
      (language) => `${DAY[language].format(epochSeconds * 1000)}, ${CLOCK[language].format(epochSeconds * 1000)}`,
    ),
  )}</time>`;

/** The day of a moment in UTC: `25 Nov 2026`. The title has the time. */
export const dayText = (epochSeconds: number): Html =>
  html`<time datetime="${iso(epochSeconds)}" title="${secondPhrase(epochSeconds)}">${phrase(inEach((language) => DATE[language].format(epochSeconds * 1000)))}</time>`;

/** The same moment to the second with its year: `25 Nov 2026, 12:58:03 UTC`. */
export const fullSecondText = (epochSeconds: number): Html =>
  html`<time datetime="${iso(epochSeconds)}" title="${secondPhrase(epochSeconds)}">${secondPhrase(epochSeconds)}</time>`;

/** The same moment as the clock of its day in UTC: `12:58`. The title has the day. */
export const clockText = (epochSeconds: number): Html =>
  html`<time datetime="${iso(epochSeconds)}" title="${secondPhrase(epochSeconds)}">${hourPhrase(epochSeconds)}</time>`;

/** The beginning of the day of a moment in UTC, epoch seconds. */
export const dayStart = (epochSeconds: number): number => epochSeconds - (epochSeconds % DAY_SECONDS);

/** A day in UTC as the heading of what happened on it: `Today`, `Yesterday`, else `25 Nov 2026`. */
export const dayHeading = (epochSeconds: number): Html => {
  const day = dayStart(epochSeconds);
  return html`${({ language, now }: View) => {
    const away = now === undefined ? undefined : (dayStart(now) - day) / DAY_SECONDS;
    return NEAR_DAYS[language][away ?? -1] ?? DATE[language].format(day * 1000);
  }}`;
};

const secondPhrase = (epochSeconds: number): Phrase =>
  phrase(
    inEach(
      (language) => `${DATE[language].format(epochSeconds * 1000)}, ${CLOCK[language].format(epochSeconds * 1000)} UTC`,
    ),
  );

/** The same without markup. */
const momentPhrase = (epochSeconds: number): Phrase => phrase(inEach((language) => momentText(epochSeconds, language)));

export const momentText = (epochSeconds: number, language: Language = 'en'): string =>
  `${MOMENT[language].format(epochSeconds * 1000).replace(' at ', ', ')} UTC`;

/**
 * A moment that is near, as seen at `now`: `in 9 min`. Its exact time is in `title`; local-times.js shows it in the time
 * zone of the reader.
 */
export const nearTime = (epochSeconds: number, now: number): Html =>
  html`<time datetime="${iso(epochSeconds)}" title="${momentPhrase(epochSeconds)}" data-near>${phrase(
    inEach((language) => nearText(Math.max(0, epochSeconds - now), language)),
  )}</time>`;

/** Rounded down, so that the person has at least the time that it says. */
const nearText = (seconds: number, language: Language): string => {
  const { size, name } = NEAR.find((one) => Math.abs(seconds) >= 2 * one.size) ?? {
    size: MINUTE,
    name: 'minute' as const,
  };
  return RELATIVE[language].format(Math.trunc(seconds / size), name);
};

/** A duration in the largest whole unit: `1 hour`, `7 days`. */
export const durationPhrase = (seconds: number): Phrase =>
  phrase(inEach((language) => durationText(seconds, language)));

export const durationText = (seconds: number, language: Language = 'en'): string => {
  const { unit, size } = UNITS.find((one) => seconds / one.size >= 1 && seconds % one.size === 0) ?? SECOND;
  const count = seconds / size;
  // Every language writes few digits alike.
  const digits = count < 1000 ? String(count) : NUMBER[language].format(count);
  return `${digits} ${unit[language][count === 1 ? 0 : 1]}`;
};

/**
 * The bound of whole days in UTC: `25 Nov 2026`. A last day has the moment of its end. local-times.js shows the moment in the
 * time zone of the reader, where that is not UTC.
 */
export const dayBound = (epochSeconds: number, isEnd = false): Html =>
  html`<time datetime="${iso(epochSeconds)}" data-day>${phrase(inEach((language) => DATE[language].format((isEnd ? epochSeconds - 1 : epochSeconds) * 1000)))}</time>`;

/** A day without its year: `25 Nov`. */
export const dayPhrase = (epochSeconds: number): Phrase =>
  phrase(inEach((language) => DAY[language].format(epochSeconds * 1000)));

/** An hour of a day in UTC: `14:00`. */
export const hourPhrase = (epochSeconds: number): Phrase =>
  phrase(inEach((language) => HOUR[language].format(epochSeconds * 1000)));

/** A number as it is written in each language. */
export const numberPhrase = (value: number): Phrase => phrase(inEach((language) => NUMBER[language].format(value)));

const inEach = <T>(make: (language: Language) => T): Readonly<Record<Language, T>> =>
  Object.fromEntries(LANGUAGES.map((language) => [language, make(language)])) as Record<Language, T>;

const REGION: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };

// Creating a formatter costs more than using it a thousand times.
const MOMENT = inEach(
  (language) => new Intl.DateTimeFormat(REGION[language], { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
);
const DAY = inEach(
  (language) => new Intl.DateTimeFormat(REGION[language], { day: 'numeric', month: 'short', timeZone: 'UTC' }),
);
const HOUR = inEach(
  (language) => new Intl.DateTimeFormat(REGION[language], { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }),
);
const DATE = inEach((language) => new Intl.DateTimeFormat(REGION[language], { dateStyle: 'medium', timeZone: 'UTC' }));
const CLOCK = inEach((language) => new Intl.DateTimeFormat(REGION[language], { timeStyle: 'medium', timeZone: 'UTC' }));
const RELATIVE = inEach((language) => new Intl.RelativeTimeFormat(REGION[language], { style: 'short' }));
const JUST_NOW: Readonly<Record<Language, string>> = { en: 'just now', de: 'gerade eben' };
const [MINUTE, HOUR_SECONDS, DAY_SECONDS] = [60, 3600, 86_400];
const NEAR_DAYS: Readonly<Record<Language, readonly string[]>> = {
  en: ['Today', 'Yesterday'],
  de: ['Heute', 'Gestern'],
};
/** Unit of the time that is left, from that many seconds on. */
const NEAR = [
  { size: DAY_SECONDS, name: 'day' },
  { size: HOUR_SECONDS, name: 'hour' },
] as const;
const NUMBER = inEach((language) => new Intl.NumberFormat(REGION[language]));

type Unit = { readonly size: number; readonly unit: Readonly<Record<Language, readonly [one: string, many: string]>> };

const SECOND: Unit = { size: 1, unit: { en: ['second', 'seconds'], de: ['Sekunde', 'Sekunden'] } };
const UNITS: readonly Unit[] = [
  { size: 86_400, unit: { en: ['day', 'days'], de: ['Tag', 'Tage'] } },
  { size: 3_600, unit: { en: ['hour', 'hours'], de: ['Stunde', 'Stunden'] } },
  { size: 60, unit: { en: ['minute', 'minutes'], de: ['Minute', 'Minuten'] } },
];

/** Sweden writes `2026-12-31 23:59:59`. */
const ISO = new Intl.DateTimeFormat('sv-SE', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

/** RFC 3339 without fractions. By a format, so that no code here can read the present time. */
const iso = (epochSeconds: number): string => `${ISO.format(epochSeconds * 1000).replace(' ', 'T')}Z`;
