import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { type AgentFacts, agentCard } from '../partials/agent-card.ts';
import { timeText } from '../time-text.ts';
import { offerWords as words } from '../words/account-offers.ts';

/** An agent that waits for the person to accept it. Its page in the console has the two answers. */
export type OfferedAgent = {
  readonly agent: AgentFacts;
  readonly href: string;
  /** It has no owner and does nothing. */
  readonly isOrphan: boolean;
  /** Epoch seconds until which they can accept it. */
  readonly until?: number;
};

/** The section of the account page; empty without such an agent. */
export const offers = (agents: readonly OfferedAgent[]): Html | false =>
  agents.length > 0 &&
  html`<section aria-labelledby="offers"><h2 id="offers">${words.title}</h2>
<p class="hint">${words.lead}</p>
${agents.map(
  ({ agent, href, isOrphan, until }) =>
    html`<article class="card"><div class="row">${agentCard(agent)}<p><a class="button primary" href="${href}">${words.look} <span class="unseen">${words.about(plainText(agent.name, 60))}</span></a></p></div>
${(isOrphan || until !== undefined) && html`<p class="hint">${isOrphan && words.orphan} ${until !== undefined && words.until(timeText(until))}</p>`}</article>`,
)}
</section>`;
