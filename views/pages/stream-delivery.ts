import { isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { factList } from '../partials/console-list.ts';
import type { NamedLink } from '../partials/named-link.ts';
import { agoText, numberPhrase } from '../time-text.ts';
import { streamFailureText, streamRemedy, streamWords } from '../words/console-streams.ts';

export type StreamRow = {
  readonly id: string;
  readonly href: string;
  /** Its receiver. */
  readonly receiver: NamedLink;
  readonly method: keyof typeof streamWords.methods;
  readonly state: keyof typeof streamWords.states;
  /** Number of security events that are not acknowledged, and of audit records that are not read. */
  readonly waiting: number;
  readonly unread: number;
  readonly oldestAt?: number;
  readonly deliveredAt?: number;
  readonly failedAt?: number;
  /** One of our codes, or an error of RFC 8935 §2.4. */
  readonly failure?: string;
  readonly failureStatus?: number;
};

/** What its own page says of the delivery besides. */
export type StreamDelivery = StreamRow & {
  readonly setBy: keyof typeof streamWords.setters;
  readonly reason?: string;
  readonly delivered: number;
  readonly refused: number;
  readonly refusal?: { readonly error: string; readonly description?: string; readonly at: number };
  readonly failingSince?: number;
  readonly dueAt?: number;
  readonly node?: string;
};

export const waitingOf = ({ waiting, unread }: Pick<StreamRow, 'waiting' | 'unread'>): HtmlValue =>
  waiting + unread === 0
    ? streamWords.nothingWaits
    : html`${waiting > 0 && html`<span class="line">${streamWords.waits(numberPhrase(waiting))}</span>`}${
        unread > 0 && html`<span class="line">${streamWords.unread(unread, numberPhrase(unread))}</span>`
      }`;

export const oldestOf = ({ oldestAt }: StreamRow): HtmlValue => (oldestAt === undefined ? '–' : agoText(oldestAt));

export const successOf = ({ deliveredAt }: StreamRow): HtmlValue =>
  deliveredAt === undefined ? streamWords.never : agoText(deliveredAt);

/** What went wrong, in words, and the status of the response. */
const causeOf = ({ failure, failureStatus }: StreamRow): Html =>
  html`${
    failure !== undefined && (streamFailureText(failure) ?? html`<span class="long">${plainText(failure, 100)}</span>`)
  }${failureStatus !== undefined && ` (HTTP\u00a0${failureStatus})`}`;

const remedyOf = ({ failure }: StreamRow): HtmlValue => failure !== undefined && streamRemedy(failure);

export const failureOf = (stream: StreamRow): HtmlValue => {
  if (stream.failedAt === undefined) return '–';
  const remedy = remedyOf(stream);
  return html`${agoText(stream.failedAt)}${stream.failure !== undefined && ': '}${causeOf(stream)}${
    remedy && html`<span class="line hint">${remedy}</span>`
  }`;
};

/** How the deliveries of a stream go; first what stops them. */
export const streamDelivery = (stream: StreamDelivery): Html =>
  html`${
    stream.state === 'paused' &&
    stream.setBy === 'server' &&
    html`<div class="flash warning"><span>${streamWords.pausedByServer}</span></div>`
  }${
    stream.state === 'failing' &&
    html`<div class="flash warning"><span>${streamWords.failingLead(html`${causeOf(stream)}. ${remedyOf(stream)}`)}</span></div>`
  }${stream.state === 'unverified' && html`<div class="flash warning"><span>${streamWords.unverifiedLead}</span></div>`}
<section aria-labelledby="delivery" class="card"><h2 id="delivery">${streamWords.delivery}</h2>
${factList([
  [streamWords.waiting, waitingOf(stream)],
  stream.oldestAt !== undefined && [streamWords.oldest, oldestOf(stream)],
  [streamWords.last, successOf(stream)],
  stream.failedAt !== undefined && [
    streamWords.failure,
    stream.state === 'failing' ? agoText(stream.failedAt) : failureOf(stream),
  ],
  stream.failingSince !== undefined && [streamWords.failing, agoText(stream.failingSince)],
  stream.dueAt !== undefined && [streamWords.due, agoText(stream.dueAt)],
  [streamWords.acknowledged, numberPhrase(stream.delivered)],
  stream.refused > 0 && [streamWords.refused, numberPhrase(stream.refused)],
  stream.refusal && [
    streamWords.lastRefusal,
    html`${agoText(stream.refusal.at)}: <code>${plainText(stream.refusal.error, 100)}</code>${
      stream.refusal.description !== undefined &&
      html`<span class="line hint">${isolated(stream.refusal.description, 300)}</span>`
    }`,
  ],
  stream.state !== 'enabled' && stream.setBy !== 'receiver' && [streamWords.setBy, streamWords.setters[stream.setBy]],
  stream.reason !== undefined && [streamWords.reason, isolated(stream.reason, 200)],
  stream.node !== undefined && [streamWords.node, html`<code>${plainText(stream.node, 100)}</code>`],
])}</section>`;
