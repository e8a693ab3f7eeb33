import type { IncomingMessage } from 'node:http';
import { firstLanguage, isLanguage, type Language, preferredTags } from '../../../views/language.ts';
import { single } from './form-body.ts';
import { formRefusal } from './form-refusals.ts';
import { type OwnCookie, ownCookie } from './own-cookie.ts';

/**
 * The language of our pages for a reader. The first one that exists, in this order: the choice in this browser; the first
 * supported language that the app asked for (`ui_locales`, OpenID Connect Core §3.1.2.1); the person's choice elsewhere; the
 * first supported language that the browser prefers; English.
 */
export type ReaderLanguage = {
  of(request: IncomingMessage, uiLocales?: string, own?: Language): Language;
  /** Stores a choice in this browser, for a year. */
  choose(ctx: Parameters<OwnCookie['write']>[0], language: Language): void;
};

export const readerLanguage = (issuer: string): ReaderLanguage => {
  const cookie = ownCookie(issuer, 'behalf_language', YEAR);
  return {
    of(request, uiLocales = '', own) {
      const chosen = cookie.read({ req: request });
      if (isLanguage(chosen)) return chosen;
      return (
        firstLanguage(uiLocales.split(' ')) ??
        own ??
        firstLanguage(preferredTags(request.headers['accept-language'] ?? '')) ??
        'en'
      );
    },
    choose: (ctx, language) => cookie.write(ctx, language),
  };
};

/** The field `language` of a form. Throws DomainError 'invalid_field' for an unsupported language. */
export const readLanguage = (form: URLSearchParams): Language => {
  const language = single(form, 'language');
  if (isLanguage(language)) return language;
  throw formRefusal('language_unsupported', { field: 'language' });
};

const YEAR = 31_536_000;
