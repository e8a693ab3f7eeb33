/** Languages of the pages and mails. A further one does not compile until every phrase has it. */
export const LANGUAGES = ['en', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];

/** The name of each language in itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

export const isLanguage = (text: unknown): text is Language => LANGUAGES.includes(text as Language);

/**
 * The first supported language among those that the user prefers, best first: BCP 47 tags such as those of `ui_locales`
 * (OpenID Connect Core §3.1.2.1) or of `preferredTags`. `de-AT` selects `de` (RFC 4647 §3.4). Undefined: none is supported.
 */
export const firstLanguage = (tags: readonly string[]): Language | undefined =>
  tags.map((tag) => tag.toLowerCase().split('-', 1)[0]).find(isLanguage);

/** The tags of an Accept-Language header (RFC 9110 §12.5.4), best first. Leaves out unreadable parts. */
export const preferredTags = (header: string): readonly string[] =>
  header
    .slice(0, MOST_CHARACTERS)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ tag, weight }) => /^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/i.test(tag) && weight > 0 && weight <= 1)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);

const MOST_CHARACTERS = 500;
