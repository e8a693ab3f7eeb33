import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { secondText } from '../time-text.ts';
import { listWords as words } from '../words/lists.ts';

/** An event, or one that repeated: how often, and each time when the reader unfolds it. */
export const eventRun = (what: Html, run: readonly { readonly at: number; readonly txn?: string }[]): Html =>
  run.length === 1
    ? what
    : html`<details class="run"><summary>${what} ${words.times(run.length)}</summary><ul class="plain-list">${run.map(
        ({ at, txn }) =>
          html`<li>${secondText(at)}${txn !== undefined && html` <code>${plainText(txn, 80)}</code>`}</li>`,
      )}</ul></details>`;
