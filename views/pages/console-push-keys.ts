/** The keys with which this server authenticates to push services: their list, and the revocation of one. */
import { plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, factList, table } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { actionLink } from '../partials/object-page.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import { timeText } from '../time-text.ts';
import { keyWords, pushKeyWords as words } from '../words/console-settings.ts';
import { registerWords } from '../words/registries.ts';

export type PushKeyRow = {
  readonly id: string;
  readonly state: keyof typeof words.states;
  readonly createdAt: number;
  /** Confirmation page; absent: not permitted to the viewer. */
  readonly revokeHref?: string;
};

export type PushKeysModel = {
  /** Newest first. Empty: no browser asked for one yet. */
  readonly rows: readonly PushKeyRow[];
  /** Confirmation page; absent: not permitted to the viewer. */
  readonly rotateHref?: string;
};

const LOOKS = { given: 'good', kept: 'still' } as const;

const stateTag = ({ state }: PushKeyRow): Html => html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`;

const COLUMNS: readonly Column<PushKeyRow>[] = [
  { title: keyWords.key, cell: ({ id }) => html`<code>${plainText(id, 100)}</code>` },
  { title: registerWords.state, cell: stateTag },
  { title: registerWords.made, cell: ({ createdAt }) => timeText(createdAt) },
];

const REVOKE: Column<PushKeyRow> = {
  title: keyWords.revoke,
  isActions: true,
  cell: ({ revokeHref, id }) =>
    revokeHref !== undefined && actionLink({ text: keyWords.revoke, href: revokeHref }, plainText(id, 100)),
};

export const pushKeysSection = ({ rows, rotateHref }: PushKeysModel): Html =>
  html`<section aria-labelledby="push-keys"><div class="row"><h2 id="push-keys">${words.title}</h2>${
    rotateHref !== undefined && actionLink({ text: words.rotate, href: rotateHref }, '')
  }</div>
<p class="hint">${words.lead}</p>
${
  rows.length === 0
    ? html`<p class="empty">${words.none}</p>`
    : table(rows.some(({ revokeHref }) => revokeHref !== undefined) ? [...COLUMNS, REVOKE] : COLUMNS, rows, 'push-keys')
}</section>`;

/** The form POSTs `csrf`. */
export const rotatePushKeyPage = (
  frame: ConsoleFrame,
  { action, cancelHref }: { readonly action: string; readonly cancelHref: string },
): Html =>
  confirmPage(frame, {
    ...{ place: 'keys', title: words.rotate, question: words.rotateAsked, lead: words.rotateLead },
    ...{ button: words.rotate, kind: 'primary', action, cancelHref },
  });

export type RevokePushKeyModel = {
  readonly key: PushKeyRow;
  readonly action: string;
  readonly cancelHref: string;
  readonly reason: { readonly value: string; readonly error?: Text };
  readonly typed: TypedConfirmation;
};

/** The form POSTs `csrf`, `reason` and `confirm`. */
export const revokePushKeyPage = (frame: ConsoleFrame, model: RevokePushKeyModel): Html => {
  const { key, reason } = model;
  return confirmPage(frame, {
    ...{ place: 'keys', title: words.revokeTitle, question: words.revokeAsked, lead: words.revokeLead },
    more: factList([
      [registerWords.state, stateTag(key)],
      [registerWords.made, timeText(key.createdAt)],
    ]),
    isNarrow: true,
    fields: textArea({
      ...{ name: 'reason', label: keyWords.reason, hint: keyWords.reasonHint, rows: 2, maxLength: 500 },
      ...reason,
    }),
    ...{ typed: model.typed, button: keyWords.revokeNow, action: model.action, cancelHref: model.cancelHref },
  });
};
