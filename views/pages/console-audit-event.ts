import { anyName, hasLongWord, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { choice, type Option } from '../partials/controls.ts';
import { actionLink } from '../partials/object-page.ts';
import { sourceText } from '../partials/policy-text.ts';
import { submit } from '../partials/submit.ts';
import { secondText } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { auditEventWords as words } from '../words/console-audit-event.ts';
import { type AuditRow, memberList, outcomeTag } from './console-audit.ts';

export type ExplainedScope = {
  readonly scope: string;
  readonly was: 'granted' | 'refused';
  /** The layer that refused it. */
  readonly wasBy?: string;
  readonly says: 'permit' | 'forbid' | 'none';
  readonly policies: readonly string[];
  readonly reasons: readonly string[];
  readonly needs: readonly string[];
};

export type Explanation = {
  /** False: no question to policies was recorded. */
  readonly isRecorded: boolean;
  readonly decidedBy?: number;
  readonly decidedHref?: string;
  /** The version that this explanation evaluates. */
  readonly by?: number;
  readonly scopes: readonly ExplainedScope[];
  readonly sources: readonly { readonly id: string; readonly line: number; readonly text: string }[];
  /** Other versions, of which one is asked by GET. */
  readonly versions: readonly Option[];
};

/** A personal value of an event that the viewer may erase. */
export type ErasableValue = { readonly name: string; readonly href: string };

export type AuditEventModel = ConsoleFrame & {
  readonly event: Pick<AuditRow, 'type' | 'outcome' | 'at' | 'members' | 'who' | 'where' | 'error' | 'workHref'>;
  /** Path of this page. */
  readonly path: string;
  readonly auditHref: string;
  /** Absent: the viewer may not see policies, or the event is not a decision. */
  readonly why?: Explanation;
  /** Empty: there are none, or the viewer may erase none. */
  readonly erasable: readonly ErasableValue[];
};

export const auditEventPage = (model: AuditEventModel): Html => {
  const { event, why } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'auditLog', false),
    body: html`<div class="page-head"><h1>${eventPhrase(event.type)}</h1>
<p class="facts">${outcomeTag(event.outcome)} ${secondText(event.at)}${event.who !== undefined && html` · ${anyName(event.who)}`}${event.where !== undefined && html` · ${isolated(event.where, 120)}`}${event.error !== undefined && html` <code>${plainText(event.error, 80)}</code>`}</p>
<p><a href="${model.auditHref}">${words.back}</a>${event.workHref !== undefined && html` · <a href="${event.workHref}">${words.transaction}</a>`}</p></div>
${why && explained(why, model.path)}
<section class="card" aria-labelledby="members"><h2 id="members">${words.members}</h2>${memberList(event.members)}</section>
${
  model.erasable.length > 0 &&
  html`<section class="card" aria-labelledby="personal"><h2 id="personal">${words.personal}</h2>
<p class="hint">${words.personalHint}</p>
<div class="actions">${model.erasable.map(({ name, href }) => actionLink({ text: words.eraseValue(plainText(name, 40)), href, kind: 'danger' }, ''))}</div></section>`
}`,
  });
};

const explained = (why: Explanation, path: string): Html => {
  const { isRecorded, decidedBy, by, scopes, sources } = why;
  const isOther = by !== undefined && decidedBy !== undefined && by !== decidedBy;
  const decided: HtmlValue =
    why.decidedHref === undefined ? decidedBy : html`<a href="${why.decidedHref}">${decidedBy}</a>`;
  return html`<section aria-labelledby="why"><h2 id="why">${isOther ? words.whyWith(by) : words.why}</h2>
${
  isRecorded
    ? html`<p class="lead">${isOther ? words.otherVersion(by, decided) : decidedBy !== undefined && words.decidedBy(decided)}</p>
${table(COLUMNS, scopes, 'why')}
${sources.map(({ id, line, text }) => html`<figure class="card"><figcaption><code>${plainText(id, 100)}</code> <span class="hint">${words.line(line)}</span></figcaption>${sourceText(text, words.text(plainText(id, 100)))}</figure>`)}`
    : html`<p class="empty">${words.notRecorded}</p>`
}
${isRecorded && why.versions.length > 1 && otherVersions(why, path)}</section>`;
};

const otherVersions = ({ versions, by }: Explanation, path: string): Html =>
  html`<form method="get" action="${path}" class="filters few" role="search" aria-labelledby="why">${choice({ name: 'policy', label: words.compare, value: by === undefined ? '' : String(by), options: versions })}
<div class="actions">${submit({ text: words.ask, kind: 'plain' })}</div></form>`;

const WAS = { granted: 'good', refused: 'off' } as const;
const SAYS = { permit: 'good', forbid: 'off', none: 'off' } as const;

/** What policies say is needed besides. */
const needed = (names: string): Html =>
  html` <span class="${hasLongWord(names) ? 'hint long' : 'hint'}">${words.needs(names)}</span>`;

const OF_POLICIES: readonly (string | undefined)[] = ['policy', 'approval'];

/** Whether the policies say something else than then. What another layer refused, they had permitted. */
const differs = ({ wasBy, says, needs }: ExplainedScope): boolean =>
  (says === 'permit' && needs.length === 0) === OF_POLICIES.includes(wasBy);

const COLUMNS: readonly Column<ExplainedScope>[] = [
  { title: words.scope, cell: ({ scope }) => html`<code>${plainText(scope, 120)}</code>` },
  {
    title: words.was,
    cell: ({ was, wasBy }) =>
      html`<span class="tag ${WAS[was]}">${words[was]}</span>${wasBy !== undefined && html` <code>${plainText(wasBy, 40)}</code>`}`,
  },
  {
    title: words.says,
    cell: (one): HtmlValue => [
      html`<span class="tag ${SAYS[one.says]}">${words[one.says]}</span>`,
      differs(one) && html` <span class="tag warn">${words.differs}</span>`,
      one.needs.length > 0 && needed(one.needs.map((need) => plainText(need, 40)).join(', ')),
      one.reasons.slice(0, 5).map((reason: Text) => html` <span class="hint">${isolated(reason, 200)}</span>`),
    ],
  },
  {
    title: words.by,
    cell: ({ policies }) =>
      policies.length === 0 ? '–' : policies.slice(0, 10).map((id) => html`<code>${plainText(id, 100)}</code> `),
  },
];
