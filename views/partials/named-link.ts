import { isolated } from '../agent-text.ts';
import { type HtmlValue, html } from '../html.ts';

/** The name of an object, and its page. Without `href`: the viewer may not open one. */
export type NamedLink = { readonly name: string; readonly href?: string };

export const linkedName = ({ name, href }: NamedLink): HtmlValue =>
  href === undefined ? isolated(name, 100) : html`<a href="${href}">${isolated(name, 100)}</a>`;
