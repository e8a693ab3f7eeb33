import { cellText, chosenName, isolated, longText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { type ApprovalFacts, deedLine, deeds, facts } from '../partials/approval-facts.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { choice, textArea } from '../partials/controls.ts';
import { passkeyForm } from '../partials/passkey-form.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { breakGlassWords as words } from '../words/break-glass.ts';

/** The state of a request that break-glass has approved or may approve. */
export type BreakGlassFacts = {
  readonly href: string;
  readonly approval: ApprovalFacts;
  readonly reason?: string;
  /** The person who requested break-glass, then the person who approved it. */
  readonly people: readonly { readonly name: string; readonly isYou: boolean; readonly at: number }[];
  /** Until then a second person can approve, epoch seconds. Absent: none is awaited. */
  readonly secondUntil?: number;
  readonly review?: 'open' | 'closed';
  readonly closed?: {
    readonly name: string;
    readonly at: number;
    readonly finding: 'justified' | 'unjustified';
    readonly note: string;
  };
};

export type BreakGlassListModel = ConsoleFrame & {
  readonly open: readonly BreakGlassFacts[];
  /** Break-glass requests that the viewer could approve; absent: the viewer lacks the role. */
  readonly waiting?: readonly BreakGlassFacts[];
  readonly closed: readonly BreakGlassFacts[];
  /** The requests that wait for approvers, and the people. Absent: not permitted to the viewer. */
  readonly requestsHref?: string;
  readonly peopleHref?: string;
};

export const breakGlassListPage = (model: BreakGlassListModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'approvals.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'break-glass'),
    body: html`<div class="page-head"><div class="row"><h1>${words.title}</h1>${model.requestsHref !== undefined && html`<a class="button plain" href="${model.requestsHref}">${words.openRequests}</a>`}</div><p class="lead">${words.lead}</p></div>
${model.waiting === undefined && html`<p class="flash">${words.needsRole}${model.peopleHref !== undefined && html` <a href="${model.peopleHref}">${words.people}</a>`}</p>`}
${
  model.waiting &&
  html`<section aria-labelledby="waiting"><h2 id="waiting">${words.waiting}</h2>
${model.waiting.length === 0 ? html`<p class="empty">${words.nothingWaits}</p>` : table(model.waiting)}</section>`
}
<section aria-labelledby="review"><h2 id="review">${words.toReview}</h2>
${model.open.length === 0 ? html`<p class="empty">${words.nothingToReview}</p>` : table(model.open)}</section>
<details class="fold"><summary>${words.how}</summary>
<ol class="how">${words.steps.map(({ title, text }) => html`<li class="card tight"><h3>${title}</h3><p class="hint">${text}</p></li>`)}</ol></details>
${model.closed.length > 0 && html`<section aria-labelledby="closed"><h2 id="closed">${words.looked}</h2>${table(model.closed)}</section>`}`,
  });

const table = (all: readonly BreakGlassFacts[]): Html => html`<div class="card flush"><table class="log">
<thead><tr><th scope="col">${words.what}</th><th scope="col">${words.who}</th><th scope="col">${words.why}</th><th scope="col">${words.when}</th></tr></thead>
<tbody>${all.map(
  ({
    href,
    approval,
    reason,
    people,
    review,
    closed,
  }) => html`<tr><td data-label="${words.what}"><a href="${href}">${deedLine(approval)}</a> <span class="hint">${chosenName(approval.agent.name)}</span></td>
<td data-label="${words.who}" class="names">${people.length === 0 ? '–' : people.map(({ name }, index) => html`${index > 0 && ', '}${isolated(name)}`)}</td>
<td data-label="${words.why}">${reason === undefined ? '–' : cellText(reason, 200)}${review === 'open' && html` <span class="tag warn">${words.toReview}</span>`}${closed && html` <span class="tag ${closed.finding === 'justified' ? 'good' : 'off'}">${words.findings[closed.finding]}</span>`}</td>
<td data-label="${words.when}">${agoText(people.at(-1)?.at ?? approval.askedAt)}</td></tr>`,
)}</tbody></table></div>`;

/** The forms POST `csrf` to `action`, and `reason`, `credential`, or `finding` and `note` if the page asks for them. */
export type BreakGlassModel = ConsoleFrame & {
  readonly breakGlass: BreakGlassFacts;
  /** What the viewer can do. */
  readonly can:
    | { readonly kind: 'call' | 'agree'; readonly action: string; readonly csrf: string; readonly passkey?: string }
    | { readonly kind: 'review'; readonly action: string; readonly csrf: string }
    | { readonly kind: 'nothing'; readonly why?: keyof typeof words.whyNot };
  readonly values: { readonly reason: string; readonly finding: string; readonly note: string };
  readonly error?: Phrase;
};

/** What, where and who, as the approvers see it; then the reason, and what the viewer can do about it. */
export const breakGlassPage = (model: BreakGlassModel): Html => {
  const { breakGlass, can } = model;
  const isByPasskey = (can.kind === 'call' || can.kind === 'agree') && can.passkey !== undefined;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['decisions.css', 'approvals.css'],
    title: words.title,
    side: consoleNavigation(model, 'break-glass', false),
    ...(isByPasskey ? { script: 'passkeys.js' } : {}),
    body: html`<section class="card approval deciding">
<div class="page-head"><h1>${words.heading[headingOf(breakGlass)]}</h1>
${breakGlass.people.length > 0 && steps(breakGlass)}</div>
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
${breakGlass.reason !== undefined && said(breakGlass)}
${deeds(breakGlass.approval)}
${facts(breakGlass.approval, 'usual')}
<p class="hint"><a href="${model.basePath}/console/break-glass">${words.all}</a></p>
${action(model)}
</section>`,
  });
};

const headingOf = ({ review, people }: BreakGlassFacts): keyof typeof words.heading =>
  review ?? (people.length > 0 ? 'called' : 'none');

/** Who did what when, in order. */
const steps = ({ people, review, closed, secondUntil }: BreakGlassFacts): Html => {
  const [first, second] = people;
  return html`<p class="hint">${first && words.calledBy(isolated(first.name), timeText(first.at))} ${second && words.agreedBy(isolated(second.name), timeText(second.at))}${secondUntil !== undefined && words.secondUntil(timeText(secondUntil), agoText(secondUntil))}${
    review === 'open' && html` ${words.waitsForThird}`
  }${closed && html` ${words.closedBy(isolated(closed.name), timeText(closed.at), words.findings[closed.finding])}`}</p>`;
};

const said = ({ reason = '', closed }: BreakGlassFacts): Html =>
  html`<div class="flash warning" role="note"><p><strong>${words.reasonIs(longText(reason, 500))}</strong></p>
${closed && html`<p>${words.noteIs(longText(closed.note, 2000))}</p>`}</div>`;

const action = ({ can, values, basePath }: BreakGlassModel): Html | undefined => {
  switch (can.kind) {
    case 'review':
      return html`<h2>${words.review}</h2><p>${words.reviewLead}</p>
<form method="post" action="${can.action}" class="flat"><input type="hidden" name="csrf" value="${can.csrf}">
${choice({
  name: 'finding',
  label: words.findingField,
  value: values.finding,
  options: [
    { value: '', text: words.choose },
    { value: 'justified', text: words.findings.justified },
    { value: 'unjustified', text: words.findings.unjustified },
  ],
})}
${textArea({ name: 'note', label: words.noteField, hint: words.noteHint, value: values.note, rows: 4, maxLength: 2000 })}
<div class="actions stay">${submit({ text: words.close })}</div></form>`;
    case 'nothing':
      return can.why === undefined
        ? undefined
        : html`<div class="flash notice" role="note">${words.whyNot[can.why]}</div>`;
    default: {
      const isCall = can.kind === 'call';
      if (can.passkey === undefined) {
        return html`<div class="flash warning" role="note">${words.noPasskey(`${basePath}/account/security`)}</div>`;
      }
      return html`<p>${isCall ? words.callMeans : words.agreeMeans}</p>
<p class="hint" data-without-passkeys>${words.noScript}</p>
${passkeyForm({
  ...{ kind: 'get', isBar: true },
  action: can.action,
  options: can.passkey,
  button: isCall ? words.call : words.agree,
  look: 'primary',
  fields: html`<input type="hidden" name="csrf" value="${can.csrf}">${
    isCall &&
    textArea({
      name: 'reason',
      label: words.reasonField,
      hint: words.reasonHint,
      value: values.reason,
      rows: 3,
      maxLength: 500,
    })
  }`,
})}`;
    }
  }
};
