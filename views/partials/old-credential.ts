import { type Html, html } from '../html.ts';
import { timeText } from '../time-text.ts';
import { rotationWords as words } from '../words/credential-rotation.ts';
import { submit } from './submit.ts';

/** The credential that a rotation replaced. */
export type OldCredential = {
  /** Epoch seconds until which it works beside the new one. Absent: it has ended. */
  readonly until?: number;
  /** POSTs `csrf`, and ends it. Absent: it has ended. */
  readonly endAction?: string;
};

/** Says until when the old credential works, with the button that ends it early. */
export const oldCredential = ({ until, endAction }: OldCredential, csrf: string): Html =>
  until === undefined
    ? html`<p>${words.oldEnded}</p>`
    : html`<p>${words.oldUntil(timeText(until))}</p>${
        endAction !== undefined &&
        html`<form method="post" action="${endAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.endOld, kind: 'danger' })}</form>`
      }`;
