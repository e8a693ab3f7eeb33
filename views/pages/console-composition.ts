/** The composition of an agent on its page, what differs from the one before, and the decision about another one. */
import { isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { compositionWords as words } from '../words/console-composition.ts';

/** One difference. `from` and `to`: digests, or names where there are none. Absent: it was not there, or is not. */
export type CompositionChangeModel = {
  readonly member: 'model' | 'prompt' | 'tool' | 'whole';
  readonly name?: string;
  readonly from?: string;
  readonly to?: string;
};

export type CompositionModel = {
  readonly version: number;
  readonly digest: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly tools: readonly string[];
  readonly isAttested: boolean;
  readonly declaredAt: number;
  /** When the agent, which shows its composition, asked without one. */
  readonly omittedAt?: number;
  /** Differences from the version before. */
  readonly changes: readonly CompositionChangeModel[];
};

/** A composition about which the owner has to decide. */
export type CompositionDriftModel = {
  readonly digest: string;
  readonly isAttested: boolean;
  readonly action: 'approve' | 'suspend';
  readonly noticedAt: number;
  readonly changes: readonly CompositionChangeModel[];
  /** Absent: the viewer may only read. */
  readonly decide?: { readonly approve: string; readonly reject: string };
};

/** Shown on the page; the API has all. */
const MOST = 20;

export const compositionFact = (
  made: CompositionModel,
): Html => html`${words.declared(made.version, timeText(made.declaredAt))}
<span class="line">${made.isAttested ? words.attested : words.declaredOnly}</span>
${made.omittedAt !== undefined && html`<span class="line">${words.omitted(timeText(made.omittedAt))}</span>`}
${made.model !== undefined && html`<span class="line">${words.model(isolated(made.model, 200))}</span>`}${
  made.prompt !== undefined && html`<span class="line">${words.prompt(isolated(made.prompt, 200))}</span>`
}${
  made.tools.length > 0 &&
  html`<span class="line">${words.tools(
    made.tools.slice(0, MOST).map((tool, index) => html`${index > 0 && ', '}${isolated(tool)}`),
    made.tools.length <= MOST,
  )}</span>`
}<code class="line">${plainText(made.digest, 80)}</code>${
  made.changes.length > 0 &&
  html`<details><summary>${words.differs}</summary><dl class="facts">${changeFacts(made.changes)}</dl></details>`
}`;

export const compositionDrift = (
  drift: CompositionDriftModel,
  csrf: string,
  about: string,
): Html => html`<section aria-labelledby="drift" class="card"><h2 id="drift">${words.other}</h2>
<p>${words.noticed(timeText(drift.noticedAt))} ${words.followed[drift.action]}</p>
<dl class="facts">${changeFacts(drift.changes)}
${fact(words.grade, drift.isAttested ? words.attested : words.declaredOnly)}
${fact(words.digest, html`<code>${plainText(drift.digest, 80)}</code>`)}</dl>
${
  drift.decide &&
  html`<div class="actions">${button(drift.decide.approve, csrf, drift.digest, submit({ text: words.approve, about }))}${button(
    drift.decide.reject,
    csrf,
    drift.digest,
    submit({ text: words.reject, kind: 'plain', about }),
  )}</div>`
}</section>`;

const button = (action: string, csrf: string, digest: string, shown: Html): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="digest" value="${digest}">${shown}</form>`;

const changeFacts = (changes: readonly CompositionChangeModel[]): HtmlValue => [
  changes.slice(0, MOST).map((change) => fact(nameOf(change), differenceOf(change))),
  changes.length > MOST && fact(words.more, words.moreChanges(changes.length - MOST)),
];

const nameOf = ({ member, name }: CompositionChangeModel): HtmlValue =>
  member === 'tool' && name !== undefined ? words.tool(isolated(name, 200)) : words.members[member];

/** Characters of a value that stands in a line with another one. */
const SHORT = 40;

const differenceOf = ({ name, from, to }: CompositionChangeModel): HtmlValue => {
  // A tool without a digest is known by its name, which stands beside it.
  const code = (value: string): HtmlValue =>
    value !== name && html`<code${value.length > SHORT && html` class="line"`}>${plainText(value, 300)}</code>`;
  if (from === undefined) return to === undefined ? '' : html`${words.added} ${code(to)}`;
  return to === undefined ? html`${words.removed} ${code(from)}` : html`${code(from)} ${words.became} ${code(to)}`;
};

const fact = (name: HtmlValue, value: HtmlValue): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
