import { anyName, anyText, chosenName, isolated, plainText } from '../agent-text.ts';
import { runsOf } from '../event-runs.ts';
import { type Html, html, type Phrase, type Text } from '../html.ts';
import { lastUse } from '../partials/agent-rows.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { eventRun } from '../partials/event-run.ts';
import { actionLink, type ObjectLink } from '../partials/object-page.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { agentFactWords as words } from '../words/console-agent.ts';
import { agentListWords as lists } from '../words/console-agents.ts';
import { rotationWords } from '../words/credential-rotation.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type CredentialModel = {
  readonly id: string;
  readonly name?: string;
  /** The kind of credential. */
  readonly kind: Phrase;
  readonly state: 'active' | 'suspended' | 'expired';
  readonly facts: readonly (readonly [name: Text, value: string])[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly lastUsedAt?: number;
  readonly isAllowed: boolean;
  /** Id of the credential with the newer keys: a rotation replaced these. */
  readonly replacedBy?: string;
  /** Absent: not permitted to the viewer, or there is nothing to do. */
  readonly actions?: {
    readonly stop?: string;
    readonly resume?: string;
    /** The page that rotates its keys. */
    readonly rotate?: string;
    readonly remove: string;
  };
};

/** An instance of the agent. */
export type InstanceModel = {
  readonly id: string;
  readonly name?: string;
  readonly state: 'active' | 'over_limit' | 'expired' | 'ended';
  readonly lastUsedAt: number;
  /** When it expires unless use renews it. */
  readonly expiresAt: number;
  /** Absent: there is nothing to end, or the viewer may not end it. */
  readonly endAction?: string;
};

export type TimelineEntry = {
  readonly at: number;
  readonly what: Phrase;
  readonly outcome: 'granted' | 'refused' | 'done';
  readonly who?: Text;
  readonly where?: string;
  /** Our code for the check that failed. */
  readonly note?: string;
  readonly txn?: string;
  /** The page of the transaction; absent: not permitted to the viewer. */
  readonly txnHref?: string;
};

export type AgentFactsModel = ConsoleFrame & {
  readonly credentials: readonly CredentialModel[];
  /** The newest ones. Absent: not permitted to the viewer. */
  readonly instances?: readonly InstanceModel[];
  /** Absent: not permitted to the viewer. */
  readonly timeline?: readonly TimelineEntry[];
  readonly timelinePages: Pagination;
  /** Its events in the audit log. Absent: not permitted to the viewer. */
  readonly auditLogHref?: string;
  /** Pages that add a credential. Empty: the viewer may add none. */
  readonly credentialLinks: readonly ObjectLink[];
};

/** Its credentials. */
export const credentials = ({
  credentials: all,
  credentialLinks: links,
  csrf,
}: AgentFactsModel): Html => html`<section aria-labelledby="credentials"><div class="row"><h2 id="credentials">${words.credentials}</h2>${
  links.length > 0 &&
  html`<p>${links.map(({ href, text }, index) => html`${index > 0 && ' · '}<a href="${href}">${text}</a>`)}</p>`
}</div>
${
  all.length === 0 ? html`<p class="empty">${words.nothingToProve}</p>` : all.map((one) => credential(one, csrf))
}</section>`;

/** Its state. Replaced keys that still work say when they end. */
const credentialTag = ({ isAllowed, state, replacedBy, expiresAt }: CredentialModel): Html => {
  if (isAllowed && state === 'active' && replacedBy !== undefined && expiresAt !== undefined) {
    return html`<span class="tag warn">${rotationWords.ends(agoText(expiresAt))}</span>`;
  }
  const look = isAllowed && state === 'active' ? 'good' : 'off';
  return html`<span class="tag ${look}">${isAllowed ? words.credentialStates[state] : words.notAllowed}</span>`;
};

const credential = (
  one: CredentialModel,
  csrf: string,
): Html => html`<article class="card tight"><div class="row"><h3>${one.name === undefined ? one.kind : chosenName(one.name)}</h3>
${credentialTag(one)}</div>
${!one.isAllowed && html`<p class="hint">${words.wayNotAllowed}</p>`}
<dl class="facts small">
${one.name !== undefined && html`<div><dt>${words.way}</dt><dd>${one.kind}</dd></div>`}
${one.facts.map(([name, value]) => html`<div><dt>${anyText(name, 60)}</dt><dd>${isolated(value, 255)}</dd></div>`)}
<div><dt>${words.since}</dt><dd>${timeText(one.createdAt)}</dd></div>
<div><dt>${words.ends}</dt><dd>${one.expiresAt === undefined ? words.notByItself : timeText(one.expiresAt)}</dd></div>
${one.lastUsedAt !== undefined && html`<div><dt>${lists.lastUse}</dt><dd>${lastUse(one.lastUsedAt)}</dd></div>`}
${one.replacedBy !== undefined && html`<div><dt>${rotationWords.replacedBy}</dt><dd><code>${plainText(one.replacedBy, 80)}</code></dd></div>`}
<div><dt>${words.id}</dt><dd><code>${plainText(one.id, 80)}</code></dd></div>
</dl>${one.actions && credentialButtons(one, one.actions, csrf)}</article>`;

const credentialButtons = (
  { name, id, replacedBy }: CredentialModel,
  { stop, resume, rotate, remove }: NonNullable<CredentialModel['actions']>,
  csrf: string,
): Html => {
  const about = plainText(name ?? id, 80);
  const post = (action: string, button: Html): Html =>
    html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${button}</form>`;
  return html`<div class="actions">
${rotate !== undefined && actionLink({ text: rotationWords.rotate, href: rotate }, about)}
${stop !== undefined && post(stop, submit({ text: words.stop, kind: 'plain', about }))}
${resume !== undefined && post(resume, submit({ text: words.letCount, kind: 'plain', about }))}
${post(remove, submit({ text: replacedBy === undefined ? words.remove : rotationWords.endNow, kind: 'danger', about }))}
</div>`;
};

const LOOKS = { active: 'good', over_limit: 'off', expired: 'gone', ended: 'gone' } as const;

/** Its instances, if there are any. */
export const instances = ({ instances: all = [], csrf }: AgentFactsModel): Html | undefined =>
  all.length === 0
    ? undefined
    : html`<section aria-labelledby="instances"><h2 id="instances">${words.instances}</h2>
<p class="hint">${words.instancesHint}</p>
<div class="card flush"><table class="log">
<thead><tr><th scope="col">${words.copy}</th><th scope="col">${lists.state}</th><th scope="col">${lists.lastUse}</th><th scope="col">${words.over}</th><th scope="col">${words.end}</th></tr></thead>
<tbody>${all.map((one) => instance(one, csrf))}</tbody></table></div></section>`;

const instance = (one: InstanceModel, csrf: string): Html => {
  return html`<tr><td data-label="${words.copy}" class="who-is">${one.name === undefined ? words.noName : chosenName(one.name)} <code>${plainText(one.id, 80)}</code></td><td data-label="${lists.state}"><span class="tag ${LOOKS[one.state]}">${words.instanceStates[one.state]}</span></td><td data-label="${lists.lastUse}">${agoText(one.lastUsedAt)}</td><td data-label="${words.over}">${timeText(one.expiresAt)}</td><td data-label="${words.end}">${
    one.endAction === undefined
      ? '–'
      : html`<form method="post" action="${one.endAction}" class="inline"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.end, kind: 'danger', about: plainText(one.name ?? one.id, 60) })}</form>`
  }</td></tr>`;
};

/** Events by the agent and about it. */
export const timeline = (model: AgentFactsModel): Html | undefined =>
  model.timeline &&
  html`<section aria-labelledby="timeline"><div class="row"><h2 id="timeline">${words.timeline}</h2>${
    model.auditLogHref !== undefined && html`<a href="${model.auditLogHref}">${registerWords.inTheAuditLog}</a>`
  }</div>
${
  model.timeline.length === 0
    ? html`<p class="empty">${words.nothingYet}</p>`
    : html`<div class="card flush"><table class="log">
<thead><tr><th scope="col">${words.when}</th><th scope="col">${words.what}</th><th scope="col">${words.who}</th><th scope="col">${words.where}</th></tr></thead>
<tbody>${runsOf(model.timeline, ({ what, outcome, who, where, note }) => [what, outcome, who, where, note]).map(
        ([entry, ...more]) =>
          html`<tr><td data-label="${words.when}">${agoText(entry.at)}</td><td data-label="${words.what}">${eventRun(html`<span class="outcome ${entry.outcome}">${entry.what}</span>${entry.note !== undefined && html` <code>${plainText(entry.note, 120)}</code>`}`, [entry, ...more])}</td><td data-label="${words.who}">${
            entry.who === undefined ? '–' : anyName(entry.who)
          }</td><td data-label="${words.where}">${entry.where === undefined ? '–' : isolated(entry.where)}${more.length === 0 && entry.txn !== undefined && html` ${entry.txnHref === undefined ? html`<code>${plainText(entry.txn, 80)}</code>` : html`<a href="${entry.txnHref}"><code>${plainText(entry.txn, 80)}</code></a>`}`}</td></tr>`,
      )}</tbody></table></div>`
}
${pagination(model.timelinePages, listWords.pagesOf.timeline)}</section>`;
