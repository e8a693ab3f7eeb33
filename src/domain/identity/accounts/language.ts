/** Languages of mails. The pages have the same ones (views/language.ts); a test holds that. */
export const LANGUAGES = ['en', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];
