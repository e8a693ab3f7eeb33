import { type Html, html, type Text } from '../html.ts';
import { sourceLine } from './policy-text.ts';

/** More than details can have (RFC 9396 §2, at most 8 KB). */
const LONGEST = 40_000;

/** The details of a request as raw text, so that a person can read everything that they decide about. */
export const rawText = (lines: readonly string[], label: Text): Html =>
  html`<div class="source" tabindex="0" role="region" aria-label="${label}"><ul>${lines.map(
    (line) => html`<li><code>${pieces(sourceLine(line, LONGEST))}</code></li>`,
  )}</ul></div>`;

const pieces = (line: string): readonly Html[] => (line.match(/.{1,60}/gsu) ?? []).map((piece) => html`${piece}<wbr>`);
