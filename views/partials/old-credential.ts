import { type Html, html } from '../html.ts';
import { timeText } from '../time-text.ts';
import { rotationWords as words } from '../words/credential-rotation.ts';
import { postButton } from './console-list.ts';
import { submit } from './submit.ts';

/** The credential that a rotation replaced. */
export type OldCredential = {
  /** Epoch seconds until which it works beside the new one. Absent: it has ended. */
  readonly until?: number;
  /** POSTs `csrf`, and ends it. Absent: it has ended. */
  readonly endAction?: string;
};

/** Says until when the old credential works, and what ending it early does. Then the main button `next`, and the one that ends it. */
export const oldCredential = (
  { until, endAction }: OldCredential,
  { of, next, csrf }: { readonly of: keyof typeof words.old; readonly next: Html; readonly csrf: string },
): Html => {
  const { until: works, ended, end, afterEnd } = words.old[of];
  const button = endAction !== undefined && postButton(endAction, csrf, submit({ text: end, kind: 'danger' }));
  return html`<p>${until === undefined ? ended : works(timeText(until))}${button && html` ${afterEnd}`}</p>
<div class="actions">${next} ${button}</div>`;
};
