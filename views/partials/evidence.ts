import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { findingWords as words } from '../words/console-findings.ts';

type Proof = { readonly stream: string; readonly sequence: number; readonly href?: string };

/** Events of the audit log. Without a link: not permitted to the viewer. */
export type Evidence = readonly Proof[];

/** The events that prove something, then `more`. Prints nothing without events. */
export const evidenceCard = (evidence: Evidence, more?: Html): Html | undefined => {
  if (evidence.length === 0) return undefined;
  const isOfMany = new Set(evidence.map(({ stream }) => stream)).size > 1;
  return html`<section aria-labelledby="evidence" class="card"><h2 id="evidence">${words.evidence}</h2>
<ul class="plain-list">${evidence.map((one) => item(one, isOfMany))}</ul>${more}</section>`;
};

/** A number is one of its stream, which is that of a node: it needs the name only beside others. */
const item = ({ stream, sequence, href }: Proof, isOfMany: boolean): Html => {
  const text = words.event(sequence);
  return html`<li>${href === undefined ? text : html`<a href="${href}">${text}</a>`}${isOfMany && html` <code class="long">${plainText(stream, 60)}</code>`}</li>`;
};
