import { anyText, isolated } from '../agent-text.ts';
import { type Html, html, type Phrase, type Text } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { field } from '../partials/field.ts';
import { type Item, itemList } from '../partials/item-list.ts';
import { submit } from '../partials/submit.ts';
import { dayBound, timeText } from '../time-text.ts';
import { awayWords as words } from '../words/absences.ts';

export type ShownAbsence = {
  /** The other person: the deputy, or the absent approver. */
  readonly name: string;
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
  readonly state: keyof (typeof words)['states'];
  /** POSTs `csrf` there to end the absence; absent: there is nothing to end. */
  readonly endAction?: string;
};

export type AwayModel = PageFrame & {
  readonly csrf: string;
  readonly newHref: string;
  /** Newest first. */
  readonly mine: readonly ShownAbsence[];
  readonly theirs: readonly ShownAbsence[];
};

/** Who decides for the person, and for whom the person decides. */
export const awayPage = (model: AwayModel): Html =>
  layout({
    frame: model,
    style: 'account.css',
    script: 'local-times.js',
    title: words.title,
    side: accountNavigation(model, 'away'),
    width: 'wide',
    body: html`<div class="page-head"><div class="row"><h1>${words.title}</h1><a class="button primary" href="${model.newHref}">${words.name}</a></div>
<p class="lead">${words.lead}</p></div>
<section aria-labelledby="mine"><h2 id="mine">${words.mine}</h2>
${model.mine.length === 0 ? html`<p class="empty">${words.none}</p>` : list(model.mine, model.csrf)}
<p class="hint">${words.ends}</p></section>
${
  model.theirs.length > 0 &&
  html`<section aria-labelledby="theirs"><h2 id="theirs">${words.theirs}</h2><p class="hint">${words.theirsLead}</p>${list(model.theirs, model.csrf)}</section>`
}`,
  });

const list = (all: readonly ShownAbsence[], csrf: string): Html =>
  itemList(
    all.map(
      ({ name, from, until, state, endAction }): Item => ({
        icon: 'person',
        title: isolated(name),
        tags: html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`,
        facts: [timesOf(from, until)],
        acts:
          endAction !== undefined &&
          html`<form method="post" action="${endAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.end, kind: 'danger', about: words.endAbout(isolated(name)) })}</form>`,
      }),
    ),
  );

const DAY = 86_400;

/** Whole days as days: they end at midnight UTC. Less than one has its times. */
const timesOf = (from: number, until: number): Phrase =>
  until % DAY === 0 && from <= until - DAY
    ? words.days(dayBound(from), dayBound(until, true))
    : words.between(timeText(from), timeText(until));

const LOOKS: Readonly<Partial<Record<ShownAbsence['state'], string>>> = { current: 'good', planned: 'warn' };

/** The form POSTs `csrf`, `deputy` (a username), `from` and `until` (days) to `action`. */
export type NewAwayModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly backHref: string;
  readonly values: { readonly deputy: string; readonly from: string; readonly until: string };
  /** Former deputies, to choose from. */
  readonly known: readonly { readonly username: string; readonly name: string }[];
  readonly errors: { readonly deputy?: Text; readonly from?: Text; readonly until?: Text };
  readonly error?: Text;
};

export const newAwayPage = (model: NewAwayModel): Html =>
  layout({
    frame: model,
    title: words.newTitle,
    side: accountNavigation(model, 'away', false),
    body: html`<section class="card"><h1>${words.newTitle}</h1><p class="lead">${words.newLead}</p>
${model.error !== undefined && html`<div class="flash error" role="alert">${anyText(model.error, 300)}</div>`}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({ name: 'deputy', label: words.username, autocomplete: 'off', maxLength: 128, ...(model.known.length > 0 ? { offers: model.known.map(({ username, name }) => ({ value: username, text: name })) } : {}), ...filled(model, 'deputy') })}
${field({ name: 'from', type: 'date', label: words.firstDay, autocomplete: 'off', maxLength: 10, ...filled(model, 'from') })}
${field({ name: 'until', type: 'date', label: words.lastDay, hint: words.daysHint, autocomplete: 'off', maxLength: 10, ...filled(model, 'until') })}
<div class="actions">${submit({ text: words.save })} <a class="button plain" href="${model.backHref}">${words.cancel}</a></div>
</form></section>`,
  });

const filled = ({ values, errors }: NewAwayModel, name: 'deputy' | 'from' | 'until') => ({
  value: values[name],
  ...(errors[name] === undefined ? {} : { error: errors[name] }),
});
