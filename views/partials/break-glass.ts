import { longText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { glassWords as words } from '../words/break-glass.ts';

/** That something is, or was, let happen in an emergency, for whoever is asked about it. */
export type GlassNote = { readonly reason: string; readonly isBroken: boolean; readonly href: string };

export const glassNote = ({ reason, isBroken, href }: GlassNote): Html =>
  html`<div class="flash warning" role="note"><strong>${isBroken ? words.noteBroken : words.noteCalled}</strong> ${words.reasonIs(longText(reason, 500))} <a href="${href}">${words.more}</a></div>`;
