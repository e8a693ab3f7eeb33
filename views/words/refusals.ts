import { englishText } from '../agent-text.ts';
import { html, type Phrase, phrase } from '../html.ts';

/**
 * What a refusal of the domain says to a person. Its message is English, as the API answers it; those that people meet
 * on pages have a sentence in German here, by the message (a test sees that each of them is still said). Any other is
 * introduced in German and stands as it is.
 */
export const refusalPhrase = (message: string): Phrase => {
  const known = GERMAN[message];
  return phrase({
    en: englishText(message, MOST),
    de: known ?? html`Der Server sagt dazu: ${englishText(message, MOST)}`,
  });
};

const MOST = 400;

/** English message of a DomainError → the same in German. */
export const GERMAN: Readonly<Record<string, string>> = {
  'This cannot be answered right now.': 'Das lässt sich im Augenblick nicht beantworten.',
  'This form did not come from a page of this server, or is too old. Open the page again.':
    'Dieses Formular kam nicht von einer Seite dieses Servers oder ist zu alt. Öffnen Sie die Seite noch einmal.',
};
