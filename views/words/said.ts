import { englishText, plainText } from '../agent-text.ts';
import { type Phrase, phrase } from '../html.ts';
import { TRIAL_GERMAN } from './console-simulate.ts';
import { TRIAL_USE_GERMAN } from './console-simulate-use.ts';
import { LAYERS_GERMAN } from './decision-layers.ts';

const GERMAN: Readonly<Record<string, string | ((part: string) => string)>> = {
  ...LAYERS_GERMAN,
  ...TRIAL_GERMAN,
  ...TRIAL_USE_GERMAN,
};

/** The same for any other sentence of the domain: an unknown one stays as it is. */
export const saidPhrase = (sentence: string): Phrase =>
  phrase({ en: englishText(sentence, MOST), de: germanOf(sentence) ?? englishText(sentence, MOST) });

const MOST = 400;

const germanOf = (message: string): string | undefined => {
  const text = plainText(message, MOST);
  const exact = Object.hasOwn(GERMAN, text) ? GERMAN[text] : undefined;
  if (typeof exact === 'string') return exact;
  for (const [template, german] of TEMPLATES) {
    const parts = changingParts(template, text);
    if (parts && typeof german === 'function') return german(parts[0] ?? '');
    if (parts)
      return String(german)
        .split('{}')
        .reduce((all, fixed, index) => `${all}${parts[index - 1] ?? ''}${fixed}`);
  }
  return undefined;
};

const TEMPLATES = Object.entries(GERMAN).filter(([template]) => template.includes('{}'));

/** The values of `{}` in the template; undefined when the text does not match it. */
const changingParts = (template: string, text: string): readonly string[] | undefined => {
  const [first = '', ...fixed] = template.split('{}');
  if (!text.startsWith(first)) return undefined;
  const parts: string[] = [];
  let at = first.length;
  for (const [index, next] of fixed.entries()) {
    const isLast = index === fixed.length - 1;
    const end = isLast ? text.length - next.length : text.indexOf(next, at);
    if (end < at || !text.startsWith(next, end)) return undefined;
    parts.push(text.slice(at, end));
    at = end + next.length;
  }
  return parts;
};
