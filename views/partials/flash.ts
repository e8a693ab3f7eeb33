import { anyText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layoutWords } from '../words/layout.ts';

/** A message about the last action. `text` is ours. */
export type FlashMessage = { readonly kind: 'success' | 'notice' | 'warning' | 'error'; readonly text: Text };

export const flash = ({ kind, text }: FlashMessage): Html =>
  html`<div class="flash ${kind}" role="${kind === 'error' ? 'alert' : 'status'}"><strong>${layoutWords.flash[kind]}.</strong> <span>${anyText(text, 300)}</span></div>`;
