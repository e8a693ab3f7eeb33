/** Formats a value of a detail. A value that does not fit its formatter is shown unchanged. */
import type { JsonValue } from '../../vocabulary/detail-type.ts';
import type { Formatter } from './display-template.ts';

export type ValueFormat =
  | { readonly kind: 'money'; readonly currency: string; readonly digits: number }
  | { readonly kind: 'date' | 'iban' };

/** Decimal digits of currencies that do not have two (ISO 4217). Intl differs: it writes IQD without decimals. */
const DIGITS: Readonly<Record<string, number>> = {
  ...digitsOf(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...digitsOf(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...digitsOf(4, 'CLF UYW'),
};
function digitsOf(digits: number, codes: string): Readonly<Record<string, number>> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, digits]));
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
/** Currency codes without a minor unit: metals, funds, tests. */
const WITHOUT_UNIT = /^(?:X(?:AG|AU|BA|BB|BC|BD|DR|PD|PT|SU|TS|UA|XX))$/;

/** Decimal digits of a currency (ISO 4217). Undefined when the code names no currency with a minor unit. */
export const currencyDigits = (code: string): number | undefined =>
  CURRENCIES.has(code) && !WITHOUT_UNIT.test(code) ? (Object.hasOwn(DIGITS, code) ? DIGITS[code] : 2) : undefined;

/** `other` is the value of the second member that the formatter names. */
export const valueFormat = (
  formatter: Formatter | undefined,
  value: JsonValue,
  other: JsonValue | undefined,
): ValueFormat | undefined => {
  switch (formatter) {
    case 'money': {
      const digits = typeof other === 'string' ? currencyDigits(other) : undefined;
      if (digits === undefined || !Number.isSafeInteger(value)) return undefined;
      return { kind: 'money', currency: String(other), digits };
    }
    case 'date':
      return typeof value === 'string' && isTime(value) ? { kind: 'date' } : undefined;
    case 'iban':
      return typeof value === 'string' && isIban(value) ? { kind: 'iban' } : undefined;
    default:
      return undefined;
  }
};

const TIME = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.0{1,9})?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Whether it is an existing day or moment, without fractions of a second, which would be lost. */
const isTime = (value: string): boolean => {
  const [, day] = TIME.exec(value) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(value))) return false;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
};

/** ISO 13616: length, letters and check digits. */
const isIban = (value: string): boolean => {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(value)) return false;
  const figures = [...value.slice(4), ...value.slice(0, 4)].map((letter) => Number.parseInt(letter, 36)).join('');
  let rest = 0;
  for (const figure of figures) rest = (rest * 10 + Number(figure)) % 97;
  return rest === 1;
};
