/** Languages of mails. The pages have the same languages (views/language.ts); a test checks this. */
export const LANGUAGES = ['en', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];
