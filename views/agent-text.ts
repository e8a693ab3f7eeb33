import { type Html, type HtmlValue, html, Phrase, phrase, type Text } from './html.ts';

/**
 * Makes text that an agent, client or other party chose safe to show on our page: one line, without control, bidi-override
 * and invisible characters. Keeps at most two combining marks on a letter, and at most `limit` characters. An ellipsis marks
 * a cut.
 */
export const plainText = (text: string, limit: number): string => {
  // Most texts are short and ASCII, and stay as they are.
  if (text.length <= limit && !OTHER_THAN_PLAIN.test(text)) return text;
  const clean = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}\u115F\u1160\u3164\uFFA0]|\u034F|\u17B4|\u17B5/gu, '')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .trim();
  const characters = [...clean];
  return characters.length > limit ? `${characters.slice(0, limit).join('').trimEnd()}…` : clean;
};

/** Anything but printable ASCII with single spaces between words. */
const OTHER_THAN_PLAIN = /[^ -~]| {2}|^ | $/;

/** A text of several sentences. The browser may break a word that is longer than a line. */
export const longText = (text: string, limit: number): readonly Html[] =>
  (plainText(text, limit).match(/\S{1,40}|\s+/gu) ?? []).map((part, index, parts) =>
    /\S{40}/u.test(part) && /^\S/u.test(parts[index + 1] ?? '') ? html`${part}<wbr>` : html`${part}`,
  );

/** The same for a text that may be a phrase. A phrase is ours and stays unchanged. */
export const anyText = (text: Text, limit: number): HtmlValue =>
  text instanceof Phrase ? text : plainText(text, limit);

/** A text that exists in English only, such as a protocol error. Marks it as English on a page of any language. */
export const englishText = (text: string, limit: number): Phrase => {
  const plain = plainText(text, limit);
  return phrase({ en: plain, de: html`<span lang="en">${plain}</span>` });
};

/** Whether a word of the text is so long that a narrow column may break it. Tables keep shorter words whole. */
export const hasLongWord = (text: string): boolean => /\S{21}/u.test(text);

/** A name that a party chose, isolated from our own text in both writing directions. */
export const chosenName = (name: string, limit = 60): Html => {
  const plain = plainText(name, limit);
  return html`<bdi class="${hasLongWord(plain) ? 'chosen long' : 'chosen'}">${plain || NO_NAME}</bdi>`;
};

const NO_NAME = phrase({ en: '(no name)', de: '(ohne Namen)' });

/** A name or id that is a fact (an owner, a resource server), isolated from our own text. */
export const isolated = (text: Text, limit = 60): Html => {
  const plain = anyText(text, limit);
  return typeof plain === 'string' && hasLongWord(plain)
    ? html`<bdi class="long">${plain}</bdi>`
    : html`<bdi>${plain}</bdi>`;
};

/** A text, marked where a narrow column may break its words. */
export const breakable = (text: string): HtmlValue =>
  hasLongWord(text) ? html`<span class="long">${text}</span>` : text;

/** Free text that a party chose, in a cell of a table. */
export const cellText = (text: string, limit: number): HtmlValue => breakable(plainText(text, limit));

/** A name that programs use, such as a username; ids are plain `code`. */
export const codeName = (text: string): Html => {
  const plain = plainText(text, 80);
  return hasLongWord(plain) ? html`<code>${plain}</code>` : html`<code class="short">${plain}</code>`;
};

/** The same for a name that may be a phrase of ours. */
export const anyName = (name: Text): HtmlValue => (name instanceof Phrase ? name : isolated(name));

/** Free text that a party chose, marked as theirs: after the facts and in quotation marks. */
export const chosenWords = (words: string, source: Text, limit = 280): Html | undefined => {
  const text = plainText(words, limit);
  return text === ''
    ? undefined
    : html`<figure class="words"><figcaption>${source}</figcaption><blockquote dir="auto">${phrase({ en: html`“${text}”`, de: html`„${text}“` })}</blockquote></figure>`;
};

/**
 * Whether a name contains characters that serve only to imitate another name: invisible or direction-changing characters,
 * piled-up marks, or look-alike letters of several alphabets (UTS 39 §5). Joiners are ordinary in emoji and in the scripts
 * that need them.
 */
export const isDeceptiveName = (name: string): boolean => {
  const withoutJoiners = name.replace(JOINED, '');
  return INVISIBLE.test(withoutJoiners) || LOOK_ALIKE.filter((script) => script.test(name)).length > 1;
};

const JOINED =
  /(?<=\p{Extended_Pictographic}\uFE0F?)\u200D|(?<=\p{Script=Arabic}|\p{Script=Devanagari}|\p{Script=Bengali}|\p{Script=Sinhala}|\p{M})[\u200C\u200D]/gu;
const INVISIBLE = /[\p{Cf}\p{Cc}\u115F\u1160\u3164\uFFA0]|\u034F|\p{M}{3}/u;
const LOOK_ALIKE: readonly RegExp[] = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];
