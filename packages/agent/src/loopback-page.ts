/** What the browser shows after a sign-in. The page loads nothing, runs nothing, and no other page may frame it. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** How the sign-in ended; `nothing` answers a request that is not part of it. */
export type Ending = 'signed_in' | 'refused' | 'failed' | 'nothing';
export type Language = 'en' | 'de';

/** Title and text. */
const WORDS: Readonly<Record<Ending, Readonly<Record<Language, readonly [title: string, text: string]>>>> = {
  signed_in: {
    en: ['You are signed in', 'You can close this window and return to the program.'],
    de: ['Sie sind angemeldet', 'Sie können dieses Fenster schließen und zum Programm zurückkehren.'],
  },
  refused: {
    en: ['You are not signed in', 'The sign-in was refused. The program has received nothing.'],
    de: ['Sie sind nicht angemeldet', 'Die Anmeldung wurde abgelehnt. Das Programm hat nichts erhalten.'],
  },
  failed: {
    en: ['The sign-in failed', 'Return to the program. It says what went wrong.'],
    de: ['Die Anmeldung ist fehlgeschlagen', 'Kehren Sie zum Programm zurück. Es nennt den Grund.'],
  },
  nothing: {
    en: ['Page not found', 'A program waits here for the end of a sign-in.'],
    de: ['Seite nicht gefunden', 'Ein Programm wartet hier auf das Ende einer Anmeldung.'],
  },
};

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100svh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{max-width:26rem;padding:2rem 1.25rem;text-align:center}
svg{width:3rem;height:3rem;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.signed_in svg{color:light-dark(#15803d,#4ade80)}
.refused svg,.failed svg{color:light-dark(#b42318,#fca5a5)}
h1{font-size:1.375rem;line-height:1.3;margin:.75rem 0 .5rem;text-wrap:balance}
p{margin:0;text-wrap:balance}
`;

const MARKS: Readonly<Record<Ending, string>> = {
  signed_in: 'M8 12.5l2.8 2.8L16 9.5',
  refused: 'M9 9l6 6M15 9l-6 6',
  failed: 'M12 7.5v5.5M12 16.2v.1',
  nothing: 'M8.5 12h7',
};

// The style is part of the page, because this process answers one request. Its digest allows it, and no other style.
const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64');

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  connection: 'close',
} as const;

/** German if it is what `Accept-Language` names first, else English. */
export const languageOf = (accepted: string | undefined): Language => (/^\s*de\b/i.test(accepted ?? '') ? 'de' : 'en');

/** Sends the page: 200, or 404 for `nothing`. */
export const sendPage = (response: ServerResponse, ending: Ending, language: Language): void => {
  const [title, text] = WORDS[ending][language];
  response.writeHead(ending === 'nothing' ? 404 : 200, HEADERS);
  response.end(
    `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style><main class="${ending}"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="${MARKS[ending]}"/></svg><h1>${title}</h1><p>${text}</p></main></html>`,
  );
};
