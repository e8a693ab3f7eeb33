import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';

/** A message about what was just done. `text` is ours, plain. */
export type FlashMessage = { readonly kind: 'success' | 'notice' | 'warning' | 'error'; readonly text: string };

const PREFIX = { success: 'Done', notice: 'Note', warning: 'Careful', error: 'Not done' } as const;

export const flash = ({ kind, text }: FlashMessage): Html =>
  html`<div class="flash ${kind}" role="${kind === 'error' ? 'alert' : 'status'}"><strong>${PREFIX[kind]}.</strong> <span>${plainText(text, 300)}</span></div>`;
