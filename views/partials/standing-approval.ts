import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import { standingWords as words } from '../words/approvals.ts';
import { scopeWords } from '../words/scope.ts';
import { type ApprovalFacts, deedLine } from './approval-facts.ts';
import { choice } from './controls.ts';
import { field } from './field.ts';
import { submit } from './submit.ts';

/**
 * The standing approval that the approver can add to one approval. The form POSTs `csrf`, `uses`, `seconds` and, with an
 * amount, `sum` to `action`.
 */
export type RememberOffer = {
  readonly action: string;
  readonly csrf: string;
  /** Amount of this action, if it has one. */
  readonly amount?: number;
  /** The typed values after an error, and the error. */
  readonly values?: Readonly<Record<'uses' | 'seconds' | 'sum', string>>;
  readonly errors?: { readonly [field in 'uses' | 'seconds' | 'sum']?: Phrase };
};

/** A standing approval in its current state. */
export type StandingFacts = {
  readonly approval: ApprovalFacts;
  readonly uses: number;
  readonly mostUses: number;
  readonly sum?: { readonly spent: number; readonly most: number };
  /** Epoch seconds. */
  readonly until: number;
  /** Ends it; POSTs `csrf`. */
  readonly endAction: string;
  readonly csrf: string;
};

/** Collapsed: a person who does not want it has nothing to do. After an error it is open, with the typed values. */
export const rememberForm = ({
  action,
  csrf,
  amount,
  values = { uses: '3', seconds: '86400', sum: String((amount ?? 0) * 3) },
  errors = {},
}: RememberOffer): Html => {
  const first = (['uses', 'seconds', 'sum'] as const).find((name) => errors[name] !== undefined);
  const wholeNumber = (name: 'uses' | 'sum', label: Phrase, hint: Phrase, maxLength: number): Html =>
    field({
      name,
      label,
      hint,
      value: values[name],
      autocomplete: 'off',
      maxLength,
      inputMode: 'numeric',
      ...(errors[name] === undefined ? {} : { error: errors[name] }),
      ...(first === name ? { autofocus: true } : {}),
    });
  return html`<details class="remember"${first !== undefined && html` open`}><summary>${words.alsoNext}</summary>
<p class="hint">${words.theSame(amount !== undefined)}</p>
<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">
${wholeNumber('uses', words.howMany, words.oneToHundred, 3)}
${choice({
  name: 'seconds',
  label: words.howLong,
  value: values.seconds,
  options: [3_600, 86_400, 604_800, 2_592_000].map((seconds) => ({
    value: String(seconds),
    text: durationPhrase(seconds),
  })),
  ...(errors.seconds === undefined ? {} : { error: errors.seconds }),
})}
${amount !== undefined && wholeNumber('sum', words.sum, words.unit(amount), 15)}
<div class="actions">${submit({ text: words.approveThese, kind: 'plain' })}</div></form></details>`;
};

/** The active ones, each with its end. */
export const standingList = (
  standing: readonly StandingFacts[],
): Html => html`<section aria-labelledby="standing"><h2 id="standing">${words.title}</h2>
${standing.map(
  ({ approval, uses, mostUses, sum, until, endAction, csrf }) => html`<article class="card ask ${approval.risk}">
<h3>${deedLine(approval)}</h3>
<p class="facts"><span>${scopeWords.at(isolated(approval.resource.name))}</span> <span>${words.by(chosenName(approval.agent.name))}</span></p>
<p class="hint">${words.used(uses, mostUses, sum)} ${words.until(timeText(until))}</p>
<form method="post" action="${endAction}"><input type="hidden" name="csrf" value="${csrf}"><div class="actions">${submit({ text: words.end, kind: 'danger' })}</div></form>
</article>`,
)}</section>`;
