import { plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { agoText } from '../time-text.ts';
import { accountAppWords, narrowingWords as words } from '../words/account.ts';
import { wordOf } from '../words/word-of.ts';
import type { DetailChoice } from './detail-list.ts';
import { heldRights, type Right, rightChoices } from './rights-list.ts';
import { type ResourceFacts, resourceHeading, type ScopeItem } from './scope-list.ts';
import { submit } from './submit.ts';
import { tickList } from './tick-list.ts';

/** A right that a person allowed, or that a request names, and why the agent or app cannot use it at present. */
export type StoppedRight = { readonly what: Right; readonly why: Phrase };

/** POSTs `csrf` with the right to remove: `scope` as `scopeFieldValue` has it, `detail` by its id, `openid` by its name. */
export type Narrowing = {
  readonly action: string;
  readonly resources: readonly {
    readonly resource: ResourceFacts;
    readonly scopes: readonly ScopeItem[];
    readonly details?: readonly DetailChoice[];
  }[];
  readonly openidScopes?: readonly string[];
};

/** Allowed rights that are blocked at present, by the reason. */
export const stoppedRights = (stopped: readonly StoppedRight[] | undefined): Html | undefined =>
  stopped === undefined || stopped.length === 0
    ? undefined
    : html`<div class="stopped">${[...Map.groupBy(stopped, ({ why }) => why)].map(
        ([why, some]) => html`<p>${words.stopped(why)}</p>${heldRights(some.map(({ what }) => what))}`,
      )}</div>`;

export const lastUsed = (usedAt: number | undefined): Phrase =>
  usedAt === undefined ? words.neverUsed : words.used(agoText(usedAt));

/** The form that removes single rights. It preselects none. `id` is unique on the page. */
export const narrowingForm = (
  narrowing: Narrowing | undefined,
  {
    id,
    csrf,
    about,
    whole,
  }: {
    readonly id: string;
    readonly csrf: string;
    readonly about: HtmlValue;
    /** The form that ends all of it, after that of single rights. */
    readonly whole?: Html | undefined;
  },
): Html | undefined => {
  if (narrowing === undefined) return undefined;
  const { action, resources, openidScopes = [] } = narrowing;
  return html`<details><summary>${words.takeAway}<span class="unseen"> ${about}</span></summary>
<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">
<p class="hint">${words.whatHappens}</p>
${resources.map(
  ({ resource, scopes, details }, index) =>
    html`<fieldset><legend>${resourceHeading(resource)}</legend>${rightChoices(
      {
        identifier: resource.identifier,
        scopes: scopes.map((scope) => ({ ...scope, checked: false })),
        details,
      },
      `${id}-${index}`,
    )}</fieldset>`,
)}
${
  openidScopes.length > 0 &&
  html`<fieldset><legend>${words.knowledge}</legend>${tickList(
    openidScopes.map((name, index) => ({
      ...{ id: `${id}-o${index}`, name: 'openid', value: name, isChecked: false },
      label: html`<span class="does">${wordOf(accountAppWords.knows, name) ?? plainText(name, 80)}</span>`,
    })),
  )}</fieldset>`
}
<p>${submit({ text: words.takeThese, kind: 'danger', about })}</p></form>${whole}</details>`;
};
