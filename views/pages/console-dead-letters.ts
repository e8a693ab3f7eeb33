import { cellText, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { type Column, type ListModel, listPage, postButton } from '../partials/console-list.ts';
import { submit } from '../partials/submit.ts';
import { agoText, secondText, timeText } from '../time-text.ts';
import { failureText, deadLetterWords as words } from '../words/console-dead-letters.ts';
import { listWords } from '../words/lists.ts';
import { notificationText } from '../words/notification-kinds.ts';

export type DeadLetterAttempt = { readonly at: number; readonly failure: string; readonly status?: number };

export type DeadLetterRow = {
  readonly id: string;
  readonly kind: string;
  readonly channel: keyof typeof words.channels;
  /** Name of the endpoint or person, or an id. */
  readonly recipient: string;
  readonly recipientHref?: string;
  readonly attempts: number;
  readonly failure: string;
  /** The HTTP status that the recipient answered. */
  readonly status?: number;
  /** Its failed attempts, oldest first. */
  readonly history: readonly DeadLetterAttempt[];
  readonly createdAt: number;
  readonly forgetAt: number;
  /** POSTs `csrf` there; absent: not permitted to the viewer. */
  readonly againAction?: string;
};

/** With few rows, the page has room for all their attempts. */
const FEW = 3;

const columns = ({ csrf }: Pick<DeadLettersModel, 'csrf'>, mayRetry: boolean): readonly Column<DeadLetterRow>[] => [
  {
    title: words.notification,
    cell: ({ kind, id }) =>
      html`<strong class="long">${notificationText(kind) ?? plainText(kind, 80)}</strong> <code class="line">${plainText(id, 100)}</code>`,
  },
  {
    title: words.recipient,
    cell: ({ recipient, recipientHref, channel }) =>
      html`${
        recipientHref === undefined
          ? html`<span class="name">${isolated(recipient, 100)}</span>`
          : html`<a class="name" href="${recipientHref}">${isolated(recipient, 100)}</a>`
      } <span class="line hint">${words.channels[channel]}</span>`,
  },
  {
    title: words.failure,
    cell: (row) => html`${failed(row)} <span class="line hint">${words.attempts(row.attempts)}</span>`,
  },
  {
    title: words.due,
    cell: ({ createdAt, forgetAt }) =>
      html`${agoText(createdAt)} <span class="line hint">${words.until(timeText(forgetAt))}</span>`,
  },
  ...(mayRetry
    ? [{ title: words.again, isActions: true as const, cell: (row: DeadLetterRow) => againButton(row, csrf) }]
    : []),
];

const failed = ({ failure, status }: { readonly failure: string; readonly status?: number }): Html =>
  html`${status !== undefined && html`<span class="tag off">${words.httpStatus(status)}</span> `}<span class="long">${failureText(failure) ?? plainText(failure, 200)}</span>`;

/** Each attempt with its time, folded, over the whole width. Attempts from before the server kept them have none. */
const history = ({ attempts, history: tries, id }: DeadLetterRow, isOpen: boolean): Html | undefined =>
  tries.length === 0
    ? undefined
    : html`<details class="tries"${isOpen && html` open`}><summary>${words.allAttempts(tries.length)}<span class="unseen"> ${plainText(id, 100)}</span></summary>
${tries.length > attempts && html`<p class="hint">${words.alsoBefore}</p>`}
<table><thead><tr><th scope="col">${words.time}</th><th scope="col">${words.status}</th><th scope="col">${words.answer}</th></tr></thead>
<tbody>${tries
        .toReversed()
        .map(
          ({ at, status, failure }) =>
            html`<tr><td>${secondText(at)}</td><td>${status === undefined ? '–' : html`<span class="tag off">${words.httpStatus(status)}</span>`}</td><td>${failureText(failure) ?? cellText(failure, 200)}</td></tr>`,
        )}</tbody></table></details>`;

const againButton = ({ againAction, kind, recipient }: DeadLetterRow, csrf: string): Html | undefined =>
  againAction === undefined
    ? undefined
    : postButton(
        againAction,
        csrf,
        submit({ text: words.again, kind: 'plain', about: html`${plainText(kind, 80)}, ${plainText(recipient, 60)}` }),
      );

export type DeadLettersModel = ListModel<DeadLetterRow> & {
  /** Sends all of them again: POSTs `csrf` there. Absent: not permitted to the viewer, or there are none. */
  readonly allAction?: string;
};

export const deadLettersPage = (model: DeadLettersModel): Html =>
  listPage(model, {
    ...{ place: 'dead-letters', title: words.title, lead: words.lead, none: words.none },
    columns: columns(
      model,
      model.rows.some(({ againAction }) => againAction !== undefined),
    ),
    below: (row) => history(row, model.rows.length <= FEW),
    pagesLabel: listWords.pagesOf.deadLetters,
    ...(model.allAction === undefined
      ? {}
      : { action: postButton(model.allAction, model.csrf, submit({ text: words.allAgain, kind: 'primary' })) }),
  });
