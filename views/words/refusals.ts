import { englishText, plainText } from '../agent-text.ts';
import { html, type Phrase, phrase } from '../html.ts';

/** Words of one reason: `{name}` stands for the parameter of that name. A function where the sentence depends on a parameter. */
export type German = string | ((params: { readonly [name: string]: string }) => string);

export type GermanWords = { readonly [reason: string]: German };

/**
 * The text of a refusal for a person. Clients and programs read `message`, in English. A refusal without German words has a
 * German introduction and keeps its English text.
 */
export const refusalWords = (message: string, german: string | undefined): Phrase =>
  phrase({
    en: englishText(message, MOST),
    de: german === undefined ? html`Der Server sagt dazu: ${englishText(message, MOST)}` : plainText(german, MOST),
  });

/** The same for a sentence that is no refusal. */
export const statementWords = (text: string, german: string | undefined): Phrase =>
  phrase({
    en: englishText(text, MOST),
    de: german === undefined ? englishText(text, MOST) : plainText(german, MOST),
  });

const MOST = 400;
