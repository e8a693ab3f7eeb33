import { longText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { breakGlassWords as words } from '../words/break-glass.ts';

/** Marks an approval with break-glass, now or in the past, for its approvers. */
export type BreakGlassNote = { readonly reason: string; readonly isBreakGlass: boolean; readonly href: string };

export const breakGlassNote = ({ reason, isBreakGlass, href }: BreakGlassNote): Html =>
  html`<div class="flash warning" role="note"><strong>${isBreakGlass ? words.noteBroken : words.noteCalled}</strong> ${words.reasonIs(longText(reason, 500))} <a href="${href}">${words.more}</a></div>`;
