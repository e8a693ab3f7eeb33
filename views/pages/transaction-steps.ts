/** The tokens of a transaction as a waterfall: each with its life on one axis of time, and the calls that were reported. */
import { anyName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { factList } from '../partials/console-list.ts';
import { secondText, timeText } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { transactionWords as words } from '../words/console-transaction.ts';

export type ShownCall = {
  /** Epoch seconds. */
  readonly time?: number;
  readonly what: string;
  readonly outcome: string;
  readonly server: string;
};

export type ShownStep = {
  readonly token: string;
  readonly agent: Text;
  readonly agentHref?: string;
  readonly api: string;
  readonly scope: readonly string[];
  /** Epoch seconds. */
  readonly at: number;
  readonly expiresAt: number;
  readonly ended?: { readonly at: number; readonly by: string };
  /** 0: not exchanged for another token of this page. */
  readonly depth: number;
  readonly grade: keyof (typeof words)['grades'];
  readonly calls: readonly ShownCall[];
  /** Reports that the page leaves out. */
  readonly moreCalls: number;
  readonly maxUses?: number;
  readonly policy?: { readonly version: number; readonly href?: string };
  readonly delegationHref?: string;
  readonly approvalHref?: string;
  /** Why it was allowed: the page of its event. */
  readonly whyHref?: string;
};

/** Units of the picture, which is as wide as its column. */
const WIDTH = 1000;
const HEIGHT = 20;
const LEAST = 6;
const DEEPEST = 4;
const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;
const LOOKS = { confirmed: 'good', unreported: 'still', contradicted: 'warn', unauthorized: 'off' } as const;

/** `endedAt`: when the transaction ended, or now. `elapsed`: time since its first token, as text. */
export const stepWaterfall = (
  steps: readonly ShownStep[],
  endedAt: number,
  elapsed: (milliseconds: number) => Text,
): Html => {
  const first = Math.min(...steps.map(({ at }) => at));
  const endOf = (step: ShownStep): number => Math.min(step.ended?.at ?? step.expiresAt, Math.max(endedAt, step.at));
  const times = steps.flatMap((step) => [endOf(step), ...step.calls.flatMap(({ time }) => time ?? [])]);
  const span = Math.max(1, ...times.map((time) => time - first));
  const x = (time: number): number => Math.round((Math.min(Math.max(time - first, 0), span) / span) * WIDTH);
  return html`<div class="waterfall-axis" aria-hidden="true">${TICKS.map((part) => html`<span>${elapsed(span * part * 1000)}</span>`)}</div>
<ol class="waterfall">${steps.map(
    (step, index) =>
      html`<li id="step-${index}"><details><summary><span class="who depth-${Math.min(step.depth, DEEPEST)}"><strong>${anyName(step.agent)}</strong> <span class="hint">${isolated(step.api, 60)}</span></span>
<svg class="life" viewbox="0 0 ${WIDTH} ${HEIGHT}" preserveaspectratio="none" aria-hidden="true">${TICKS.slice(1, -1).map((part) => html`<path class="tick" d="M${WIDTH * part} 0V${HEIGHT}"></path>`)}<rect class="${step.grade}" x="${Math.min(x(step.at), WIDTH - LEAST)}" y="5" width="${Math.max(x(endOf(step)) - x(step.at), LEAST)}" height="10"></rect>${step.calls.map(
        ({ time, outcome }) =>
          time !== undefined &&
          html`<rect class="call${outcome === 'refused' && ' refused'}" x="${Math.min(Math.max(x(time) - 2, 0), WIDTH - 4)}" y="1" width="4" height="18"></rect>`,
      )}</svg>
<span class="grade"><span class="tag ${LOOKS[step.grade]}">${words.grades[step.grade]}</span></span></summary>
${factsOf(step)}</details></li>`,
  )}</ol>`;
};

const factsOf = (step: ShownStep): Html => {
  const { agent, agentHref, scope, at, expiresAt, ended, maxUses, calls, moreCalls } = step;
  return factList([
    agentHref !== undefined && [words.agent, html`<a href="${agentHref}">${anyName(agent)}</a>`],
    [words.scope, scope.slice(0, 30).map((name) => html`<code>${plainText(name, 80)}</code> `)],
    [words.allowedBy, allowedBy(step)],
    [words.issued, secondText(at)],
    ended === undefined
      ? [words.expires, secondText(expiresAt)]
      : [words.endedEarly, html`${secondText(ended.at)} · ${eventPhrase(ended.by)}`],
    maxUses !== undefined && [words.uses, words.calls(maxUses)],
    calls.length > 0 && [
      words.reported,
      html`<ul class="plain">${calls.map(
        ({ time, what, outcome, server }) =>
          html`<li>${time !== undefined && html`${timeText(time)} `}<code>${plainText(what, 80)}</code> ${isolated(outcome, 40)} <span class="hint">${isolated(server, 60)}</span></li>`,
      )}${moreCalls > 0 && html`<li class="hint">${words.moreCalls(moreCalls)}</li>`}</ul>`,
    ],
    [words.token, html`<code>${plainText(step.token, 80)}</code>`],
  ]);
};

/** What the token rests on, as links that the viewer may follow. */
const allowedBy = ({ policy, delegationHref, approvalHref, whyHref }: ShownStep): HtmlValue => {
  const linked = (href: string | undefined, text: HtmlValue): Html | undefined =>
    href === undefined ? undefined : html`<a href="${href}">${text}</a>`;
  const parts = [
    policy &&
      (linked(whyHref ?? policy.href, words.policyVersion(policy.version)) ?? words.policyVersion(policy.version)),
    linked(delegationHref, words.theDelegation),
    linked(approvalHref, words.theApproval),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? '–' : parts.map((part, index) => [index > 0 && ' · ', part]);
};
