import type { IncomingMessage } from 'node:http';
import { firstLanguage, isLanguage, type Language, preferredTags } from '../../../views/language.ts';
import { type OwnCookie, ownCookie } from '../interaction/own-cookie.ts';

/**
 * In which language a reader gets our pages: the one chosen on a page of ours, otherwise the first we have of those the
 * app asked for (`ui_locales`, OpenID Connect Core §3.1.2.1), otherwise of those the browser prefers, otherwise English.
 */
export type ReaderLanguage = {
  of(request: IncomingMessage, uiLocales?: string): Language;
  /** Remembers a choice in this browser, for a year. */
  choose(ctx: Parameters<OwnCookie['write']>[0], language: Language): void;
};

export const readerLanguage = (issuer: string): ReaderLanguage => {
  const cookie = ownCookie(issuer, 'behalf_language', YEAR);
  return {
    of(request, uiLocales = '') {
      const chosen = cookie.read({ req: request });
      if (isLanguage(chosen)) return chosen;
      return (
        firstLanguage(uiLocales.split(' ')) ??
        firstLanguage(preferredTags(request.headers['accept-language'] ?? '')) ??
        'en'
      );
    },
    choose: (ctx, language) => cookie.write(ctx, language),
  };
};

const YEAR = 31_536_000;
