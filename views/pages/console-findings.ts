import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { agentRows } from '../partials/agent-rows.ts';
import { type ConsoleFrame, consoleTabs } from '../partials/console-frame.ts';
import { numberPhrase } from '../time-text.ts';
import { findingWords as words } from '../words/console-agents.ts';
import type { Finding } from './console-model.ts';

export type FindingsModel = ConsoleFrame & {
  readonly findings: readonly Finding[];
  /** Ends and stops were looked for among so many of the newest agents only. */
  readonly countedOnly?: number;
};

export const nothingFound = html`<p class="empty">${words.nothing}</p>`;

export const findingsPage = (model: FindingsModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: words.title,
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${consoleTabs(model, 'findings')}</div>
${model.countedOnly !== undefined && html`<p class="hint">${words.countedOnly(numberPhrase(model.countedOnly))}</p>`}
${model.findings.length === 0 && nothingFound}
${model.findings.map(finding)}`,
  });

/** `at`: heading of the time that is shown, where there is one. */
type Kind = { readonly title: Phrase; readonly meaning: Phrase; readonly at?: Phrase };

const finding = ({ kind, agents, moreHref }: Finding): Html => {
  const { title, meaning, at }: Kind = words.kinds[kind];
  return html`<section aria-labelledby="${kind}"><div class="page-head"><h2 id="${kind}">${title}</h2><p class="hint">${meaning}</p></div>
${agentRows(agents, at)}
${moreHref !== undefined && html`<p><a href="${moreHref}">${words.allOfThem}</a></p>`}</section>`;
};
