import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { agentRows } from '../partials/agent-rows.ts';
import { type ConsoleFrame, consoleTabs } from '../partials/console-frame.ts';
import type { Finding, FindingKind } from './console-model.ts';

export type FindingsModel = ConsoleFrame & {
  readonly findings: readonly Finding[];
  /** Ends and stops were looked for among so many of the newest agents only. */
  readonly countedOnly?: number;
};

type Words = {
  readonly title: string;
  /** After a number. */
  readonly short: string;
  readonly meaning: string;
  /** Heading of the time that is shown, where there is one. */
  readonly at?: string;
};

export const FINDING_WORDS: Readonly<Record<FindingKind, Words>> = {
  orphaned: {
    title: 'Nobody answers for them',
    short: 'orphaned',
    meaning: 'The owner is gone. Frozen until a new owner accepts.',
  },
  secrets: {
    title: 'Standing secrets',
    short: 'with a standing secret',
    meaning: 'A secret that can be copied. Give it a key or a workload identity.',
  },
  expiring: {
    title: 'About to end',
    short: 'about to end',
    meaning: 'The agent, or something it proves itself with, ends within 30 days.',
    at: 'Ends',
  },
  stopped: {
    title: 'Active, and still nothing works',
    short: 'stopped',
    meaning: 'Held back by a blueprint or by an emergency stop.',
  },
  pending: {
    title: 'Not accepted yet',
    short: 'not accepted yet',
    meaning: 'Retired by themselves when nobody accepts in time.',
    at: 'Until',
  },
  unused: {
    title: 'Not used for 30 days',
    short: 'not used for 30 days',
    meaning: 'What nobody needs should be retired.',
  },
};

export const nothingFound = html`<p class="empty">Nothing needs you: every agent that was looked at has an owner, is used, and is far from its end.</p>`;

export const findingsPage = (model: FindingsModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Findings',
    width: 'wide',
    body: html`<div class="page-head"><h1>Findings</h1>
<p class="lead">What is worth a look, the most urgent first.</p>
${consoleTabs(model, 'findings')}</div>
${model.countedOnly !== undefined && html`<p class="hint">Ends and stops are looked for among the newest ${model.countedOnly} agents.</p>`}
${model.findings.length === 0 && nothingFound}
${model.findings.map(finding)}`,
  });

const finding = ({ kind, agents, moreHref }: Finding): Html => {
  const { title, meaning, at } = FINDING_WORDS[kind];
  return html`<section aria-labelledby="${kind}"><div class="page-head"><h2 id="${kind}">${title}</h2><p class="hint">${meaning}</p></div>
${agentRows(agents, at)}
${moreHref !== undefined && html`<p><a href="${moreHref}">All of them</a></p>`}</section>`;
};
