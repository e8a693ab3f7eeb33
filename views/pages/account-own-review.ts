import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { AgentFacts } from '../partials/agent-card.ts';
import { heldRights } from '../partials/rights-list.ts';
import { type ResourceFacts, resourceHeading, type ScopeItem, scopeFieldValue } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { accountAgentWords } from '../words/account.ts';
import { ownReviewWords as words } from '../words/account-own-review.ts';

/** What an agent holds of the person and does not use. Each form POSTs `csrf`; that of `narrowAction` also `scope`, once for each. */
export type AskedAgent = {
  readonly agent: AgentFacts;
  readonly resource: ResourceFacts;
  /** Scopes that no token carried for a quarter. */
  readonly unused: readonly ScopeItem[];
  /** When the person allowed it, and when a token came from it last; absent: never. Epoch seconds. */
  readonly since: number;
  readonly usedAt?: number;
  readonly keepAction: string;
  /** Absent: there is nothing else that it would keep. */
  readonly narrowAction?: string;
  readonly revokeAction: string;
};

/** The section of the account page; empty without a question. */
export const ownReview = (asked: readonly AskedAgent[], csrf: string): Html | false =>
  asked.length > 0 &&
  html`<section aria-labelledby="still-right"><h2 id="still-right">${words.title}</h2>
<p class="hint">${words.lead}</p>
${asked.map((one) => question(one, csrf))}
</section>`;

const question = (asked: AskedAgent, csrf: string): Html => {
  const { agent, resource, unused, since, usedAt, keepAction, narrowAction, revokeAction } = asked;
  const about = accountAgentWords.what(plainText(agent.name, 60), plainText(resource.name, 60));
  const form = (action: string, button: Html, fields?: readonly Html[]): Html =>
    html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${fields}${button}</form>`;
  return html`<article class="card"><h3>${chosenName(agent.name)}</h3>
<p>${resourceHeading(resource)}</p>
<p class="hint">${words.allowed(timeText(since))} ${usedAt === undefined ? words.neverUsed : words.lastUsed(timeText(usedAt))}</p>
${unused.length > 0 && html`<p>${words.unused}</p>${heldRights(unused)}`}
<div class="actions">${form(keepAction, submit({ text: words.keep, kind: 'plain', about }))}
${
  narrowAction !== undefined &&
  form(
    narrowAction,
    submit({ text: words.narrow, kind: 'primary', about }),
    unused.map(
      ({ name }) => html`<input type="hidden" name="scope" value="${scopeFieldValue(resource.identifier, name)}">`,
    ),
  )
}
${form(revokeAction, submit({ text: words.end, kind: 'danger', about }))}</div></article>`;
};
