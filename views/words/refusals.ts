import { englishText, plainText } from '../agent-text.ts';
import { html, type Phrase, phrase } from '../html.ts';
import { AWAY_GERMAN } from './absences.ts';
import { BREAK_GLASS_GERMAN } from './break-glass.ts';
import { CONSOLE_GERMAN } from './console-refusals.ts';
import { TRIAL_GERMAN } from './console-simulate.ts';
import { TRIAL_USE_GERMAN } from './console-simulate-use.ts';
import { LAYERS_GERMAN } from './decision-layers.ts';
import { PEOPLE_REFUSALS } from './refusals-people.ts';

/**
 * English message of a DomainError → the same in German. `{}` stands for a changing part, in both; where a part is a word of
 * its own language, a function gives the whole sentence.
 */
export const GERMAN: Readonly<Record<string, string | ((part: string) => string)>> = {
  'This cannot be answered right now.': 'Das lässt sich im Augenblick nicht beantworten.',
  'This form did not come from a page of this server, or is too old. Open the page again.':
    'Dieses Formular kam nicht von einer Seite dieses Servers oder ist zu alt. Öffnen Sie die Seite noch einmal.',
  'The policies of this server do not allow this.': 'Die Richtlinien dieses Servers lassen das nicht zu.',
  'There are no pages in this language.': 'In dieser Sprache gibt es keine Seiten.',
  ...AWAY_GERMAN,
  ...BREAK_GLASS_GERMAN,
  ...CONSOLE_GERMAN,
  ...PEOPLE_REFUSALS,
  ...LAYERS_GERMAN,
  ...TRIAL_GERMAN,
  ...TRIAL_USE_GERMAN,
};

/**
 * The text of a domain refusal for a person. Its message is English, as the API answers it; messages that people see on pages
 * have a German sentence here, by the message (a test checks that each of them still exists). Any other message is introduced
 * in German and stays as it is.
 */
export const refusalPhrase = (message: string): Phrase => {
  const known = germanOf(message);
  return phrase({
    en: englishText(message, MOST),
    de: known ?? html`Der Server sagt dazu: ${englishText(message, MOST)}`,
  });
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
