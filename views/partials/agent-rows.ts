import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { agoText, timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { agentListWords as words } from '../words/console-agents.ts';
import { bulkWords } from '../words/console-bulk.ts';
import { listWords } from '../words/lists.ts';
import { type AgentFacts, environmentTag, verifiedTag } from './agent-card.ts';
import { type AgentState, stateTag } from './agent-state.ts';

/** An agent in a list. */
export type AgentRow = AgentFacts & {
  readonly ownerName: string;
  readonly href: string;
  readonly state: AgentState;
  /** Active in the registry but blocked: by its blueprint, for lack of an owner, or in an emergency. */
  readonly isStopped: boolean;
  /** Epoch second; absent: never. */
  readonly lastUsedAt?: number;
};

/** Heads that are links, by what the server can sort by. Both sort in ascending order. */
type Sorts = Readonly<Record<'name' | 'lastUse', { readonly href: string; readonly isIt: boolean }>>;

const head = (title: Phrase, sort?: Sorts[keyof Sorts], after?: Html | false): Html =>
  sort === undefined
    ? html`<th scope="col">${title}${after}</th>`
    : html`<th scope="col"${sort.isIt && html` aria-sort="ascending"`}><a href="${sort.href}">${title}</a>${after}</th>`;

type AgentColumns = {
  readonly at?: Phrase;
  readonly sorts?: Sorts;
  readonly form?: string;
  /** A last column, with what to do about an agent. */
  readonly act?: (row: AgentRow) => Html;
};

/**
 * Agents as a table; on a phone one below the other. `at`: another time than the last use, such as the end. `form`: id of the
 * form that sends the ids of the ticked agents as `id`; without it there are no boxes to tick.
 */
export const agentRows = (
  rows: readonly (AgentRow & { readonly at?: number })[],
  { at, sorts, form, act }: AgentColumns = {},
): Html => html`<div class="card flush"><table class="log agents">
<thead><tr>${head(agentWords.agent, sorts?.name, form !== undefined && PICK_ALL)}<th scope="col">${words.state}</th><th scope="col">${words.environment}</th><th scope="col">${words.owner}</th>${head(at ?? words.lastUse, sorts?.lastUse)}${act && html`<th scope="col"><span class="unseen">${words.act}</span></th>`}</tr></thead>
<tbody>${rows.map(
  (row) =>
    html`<tr><td data-label="${agentWords.agent}" class="who-is">${form !== undefined && pick(form, row)}<a href="${row.href}">${chosenName(row.name)}</a> ${row.isVerified && verifiedTag}<code>${plainText(row.id, 80)}</code></td><td data-label="${words.state}">${stateTag(row.state, row.isStopped)}</td><td data-label="${words.environment}">${environmentTag(row.environment)}</td><td data-label="${words.owner}">${isolated(row.ownerName)}</td><td data-label="${at ?? words.lastUse}">${at === undefined ? lastUse(row.lastUsedAt) : row.at === undefined ? '–' : timeText(row.at)}</td>${act && html`<td class="acts">${act(row)}</td>`}</tr>`,
)}</tbody></table></div>`;

/** Ticks all rows, by copy.js; without scripts a browser hides it. The form does not send it. */
const PICK_ALL = html`<label class="pick"><input type="checkbox" data-pick-all><span class="unseen">${bulkWords.chooseAll}</span></label>`;

const pick = (form: string, { id, name }: AgentRow): Html =>
  html`<label class="pick"><input type="checkbox" name="id" value="${id}" form="${form}"><span class="unseen">${bulkWords.choose(chosenName(name))}</span></label>`;

export const lastUse = (at: number | undefined): HtmlValue => (at === undefined ? listWords.never : agoText(at));
