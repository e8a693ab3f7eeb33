/** The card about the polls of one trusted transmitter. */
import { isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { factList } from '../partials/console-list.ts';
import { agoText, durationPhrase, numberPhrase } from '../time-text.ts';
import { pollRemedy, pollWords as words } from '../words/console-transmitter-polls.ts';

export type PollsModel = {
  readonly url: string;
  /** 0: the transmitter may hold a poll. */
  readonly interval: number;
  readonly answeredAt?: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** `detail`: what a token endpoint said. */
  readonly failed?: {
    readonly failure: string;
    readonly status?: number;
    readonly detail?: string;
    readonly at: number;
  };
  /** Where the server requests access tokens, and as which client. Absent: a static token. */
  readonly tokens?: { readonly endpoint: string; readonly client: string };
  readonly failingSince?: number;
  readonly dueAt?: number;
  readonly node?: string;
};

export const pollsCard = ({ failed, failingSince, dueAt, node, ...polls }: PollsModel, never: Phrase): Html =>
  html`<section aria-labelledby="polls" class="card"><h2 id="polls">${words.title}</h2>
${failingSince !== undefined && failed && html`<div class="flash warning"><span>${words.failingLead(pollRemedy(failed.failure))}</span></div>`}
${factList([
  [words.url, isolated(polls.url, 400)],
  [words.every, polls.interval === 0 ? words.held : durationPhrase(polls.interval)],
  polls.tokens && [
    words.tokensFrom,
    html`${isolated(polls.tokens.endpoint, 400)}<span class="line hint">${words.asClient(isolated(polls.tokens.client, 200))}</span>`,
  ],
  [words.answered, polls.answeredAt === undefined ? never : agoText(polls.answeredAt)],
  [words.acknowledged, numberPhrase(polls.acknowledged)],
  polls.refused > 0 && [words.refused, numberPhrase(polls.refused)],
  failed && [
    words.failure,
    html`${agoText(failed.at)}: <code>${plainText(failed.failure, 100)}</code>${
      failed.detail !== undefined && html` <code>${plainText(failed.detail, 100)}</code>`
    }${failed.status !== undefined && ` (HTTP ${failed.status})`}`,
  ],
  failingSince !== undefined && [words.failing, agoText(failingSince)],
  failingSince !== undefined && dueAt !== undefined && [words.due, agoText(dueAt)],
  node !== undefined && [words.node, html`<code>${plainText(node, 100)}</code>`],
])}</section>`;
