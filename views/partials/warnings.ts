import { type Html, html } from '../html.ts';
import { consentWords, type Warning } from '../words/consent.ts';

/** All warnings in one line, which unfolds to their whole text. */
export const foldedWarnings = (all: readonly Warning[]): Html | undefined =>
  all.length === 0
    ? undefined
    : html`<div class="warnings" role="note" aria-label="${consentWords.beforeYouDecide}"><details><summary>${all.map(
        ({ line }) => html`<span class="warning">${line}</span> `,
      )}</summary><ul>${all.map(({ text }) => html`<li>${text}</li>`)}</ul></details></div>`;
