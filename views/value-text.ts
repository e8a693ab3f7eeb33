/** Values of authorization details as people write them: money, days, moments. */
import type { Language } from './language.ts';

const REGION: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };

/**
 * `value`, a whole number in the smallest unit, in the currency: `EUR 185.00`, `185,00 EUR`. The code and not a sign: several
 * currencies share one. `digits` of ISO 4217, because those of Intl are others for some currencies.
 */
export const moneyText = (value: string, currency: string, digits: number, language: Language): string => {
  const sign = value.startsWith('-') ? '-' : '';
  const figures = value.replace('-', '').padStart(digits + 1, '0');
  const whole = figures.slice(0, figures.length - digits);
  const decimal = digits === 0 ? whole : `${whole}.${figures.slice(-digits)}`;
  // As text: a number would be rounded beyond 2^53.
  return moneyFormat(currency, digits, language)
    .format(`${sign}${decimal}` as `${number}`)
    .replaceAll('\u00a0', ' ');
};

/** Each takes longer to make than a page. Those of the currencies that pages showed last are kept. */
const moneyFormats = new Map<string, Intl.NumberFormat>();
const MONEY_FORMATS = 100;

const moneyFormat = (currency: string, digits: number, language: Language): Intl.NumberFormat => {
  const key = `${language} ${currency} ${digits}`;
  const known = moneyFormats.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(REGION[language], {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const [oldest] = moneyFormats.keys();
  if (moneyFormats.size >= MONEY_FORMATS && oldest !== undefined) moneyFormats.delete(oldest);
  moneyFormats.set(key, format);
  return format;
};

/** `2026-12-31` as `31 December 2026`, `31. Dezember 2026`. */
export const dayText = (value: string, language: Language): string =>
  DAY[language].format(new Date(`${value}T00:00:00Z`));

/** An RFC 3339 time as a time of UTC, with seconds where it has some. */
export const timeOfDayText = (value: string, language: Language): string => {
  const at = new Date(value);
  const format = at.getTime() % 60_000 === 0 ? MINUTE : SECOND;
  return `${format[language].format(at).replace(' at ', ', ').replace(' um ', ', ')} UTC`;
};

const formats = (options: Intl.DateTimeFormatOptions): Readonly<Record<Language, Intl.DateTimeFormat>> => ({
  en: new Intl.DateTimeFormat(REGION.en, { ...options, timeZone: 'UTC' }),
  de: new Intl.DateTimeFormat(REGION.de, { ...options, timeZone: 'UTC' }),
});
const DAY = formats({ dateStyle: 'long' });
const MINUTE = formats({ dateStyle: 'long', timeStyle: 'short' });
const SECOND = formats({ dateStyle: 'long', timeStyle: 'medium' });
