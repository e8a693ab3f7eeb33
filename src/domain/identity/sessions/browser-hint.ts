/** A pattern and its label. The first match wins, since most browsers also name the browsers they are based on. */
type Rule = readonly [RegExp, string];

const FAMILIES: readonly Rule[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPX|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly Rule[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows NT\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** The rest of a longer header is ignored. */
const LONGEST = 400;

const wordOf = (rules: readonly Rule[], text: string): string | undefined =>
  rules.find(([rule]) => rule.test(text))?.[1];

/** The browser family and system that a browser claims, in our own names. */
export type BrowserHint = { readonly family?: string; readonly system?: string };

/**
 * The browser family and system that a `User-Agent` claims. Only a hint for the user: the header itself is never
 * stored or shown. Undefined for an unknown browser.
 */
export const browserHint = (userAgent: string | undefined): BrowserHint | undefined => {
  const text = (userAgent ?? '').slice(0, LONGEST);
  const family = wordOf(FAMILIES, text);
  const system = wordOf(SYSTEMS, text);
  if (family === undefined && system === undefined) return undefined;
  return { ...(family === undefined ? {} : { family }), ...(system === undefined ? {} : { system }) };
};
