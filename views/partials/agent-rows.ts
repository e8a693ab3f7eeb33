import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { AgentRow } from '../pages/console-model.ts';
import { timeText } from '../time-text.ts';
import { environmentTag, verifiedTag } from './agent-card.ts';
import { stateTag } from './agent-state.ts';

/** Agents as a table, on a phone one below the other. `at`: another time than that of the last use, such as when it ends. */
export const agentRows = (
  rows: readonly (AgentRow & { readonly at?: number })[],
  at?: string,
): Html => html`<div class="card flush"><table class="log agents">
<thead><tr><th scope="col">Agent</th><th scope="col">State</th><th scope="col">Environment</th><th scope="col">Owner</th><th scope="col">${at ?? 'Last use'}</th></tr></thead>
<tbody>${rows.map(
  (row) =>
    html`<tr><td data-label="Agent" class="who-is"><a href="${row.href}">${chosenName(row.name)}</a> ${row.isVerified && verifiedTag}<code>${plainText(row.id, 80)}</code></td><td data-label="State">${stateTag(row.state, row.isStopped)}</td><td data-label="Environment">${environmentTag(row.environment)}</td><td data-label="Owner">${isolated(row.ownerName)}</td><td data-label="${at ?? 'Last use'}">${at === undefined ? lastUse(row.lastUsedAt) : row.at === undefined ? '–' : timeText(row.at)}</td></tr>`,
)}</tbody></table></div>`;

export const lastUse = (at: number | undefined): Html | string => (at === undefined ? 'never' : timeText(at));
