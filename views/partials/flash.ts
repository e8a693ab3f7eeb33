import { anyText } from '../agent-text.ts';
import { type Html, html, phrase, type Text } from '../html.ts';

/** A message about what was just done. `text` is ours. */
export type FlashMessage = { readonly kind: 'success' | 'notice' | 'warning' | 'error'; readonly text: Text };

const PREFIX = {
  success: phrase({ en: 'Done', de: 'Erledigt' }),
  notice: phrase({ en: 'Note', de: 'Hinweis' }),
  warning: phrase({ en: 'Careful', de: 'Vorsicht' }),
  error: phrase({ en: 'Not done', de: 'Nicht geschehen' }),
} as const;

export const flash = ({ kind, text }: FlashMessage): Html =>
  html`<div class="flash ${kind}" role="${kind === 'error' ? 'alert' : 'status'}"><strong>${PREFIX[kind]}.</strong> <span>${anyText(text, 300)}</span></div>`;
