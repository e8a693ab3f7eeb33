import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { findingWords as words } from '../words/console-findings.ts';

type Proof = { readonly stream: string; readonly sequence: number; readonly href?: string };

/** Events of the audit log. Without a link: not permitted to the viewer. */
export type Evidence = readonly Proof[];

/** The events that prove something. Prints nothing without any. */
export const evidenceCard = (evidence: Evidence): Html | undefined => {
  if (evidence.length === 0) return undefined;
  return html`<section aria-labelledby="evidence" class="card"><h2 id="evidence">${words.evidence}</h2>
<ul class="plain-list">${evidence.map(item)}</ul></section>`;
};

const item = ({ stream, sequence, href }: Proof): Html => {
  const text = words.event(sequence);
  return html`<li>${href === undefined ? text : html`<a href="${href}">${text}</a>`} <code class="long">${plainText(stream, 60)}</code></li>`;
};
