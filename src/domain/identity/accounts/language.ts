/** Languages that people read. The pages have the same (views/language.ts): a test sees to it. */
export const LANGUAGES = ['en', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];
