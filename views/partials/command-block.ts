import { type Html, html, type Phrase } from '../html.ts';
import { copyButton } from './copy-button.ts';
import { sourceLine } from './policy-text.ts';

const LONGEST_LINE = 390;

/** Text to copy: commands, settings or code. It needs commands.css, and copy.js for its button. `name`: for screen readers. */
export const commandBlock = (text: string, name: Phrase): Html =>
  html`<div class="command">${copyButton(text, name)}<pre tabindex="0" role="region" aria-label="${name}"><code>${text
    .split('\n')
    .map((line) => sourceLine(line, LONGEST_LINE))
    .join('\n')}</code></pre></div>`;
