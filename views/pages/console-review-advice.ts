import { isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { type Column, table } from '../partials/console-list.ts';
import { riskBadge, type ScopeItem } from '../partials/scope-list.ts';
import { agoText, dayPhrase, timeText } from '../time-text.ts';
import { reviewItemWords as words } from '../words/console-reviews.ts';
import { reviewedScopeWords as scopeWords } from '../words/reviewed-scopes.ts';

/** Scopes of one item that a page shows. */
export const MOST_SCOPES = 50;

type Item = {
  readonly personName: string;
  readonly state: keyof typeof words.states;
  readonly isInEffect: boolean;
  readonly undoRefusedAt?: number;
  readonly offer?: keyof typeof words.offers;
  readonly advice?: keyof typeof words.advice;
  readonly scope: readonly string[];
  readonly unusedScopes: readonly string[];
  readonly unusedFrom: number;
};

/** What a reviewer reads before the facts of an item: what happened to it, and what its use suggests. */
export const beforeFacts = (item: Item): HtmlValue => {
  const { isInEffect, undoRefusedAt, offer, state } = item;
  if (!isInEffect) return html`<p class="lead">${words.outstanding}</p>`;
  if (undoRefusedAt !== undefined && state === 'ended')
    return html`<p class="notice">${words.undoRefused(timeText(undoRefusedAt))}</p>`;
  const isBack = state === 'open' && (offer === 'withdrawn' || offer === 'lapsed');
  return [
    state === 'open' && html`<p class="lead">${scopeWords.asked(isolated(item.personName, 80))}</p>`,
    isBack && html`<p class="notice">${words.offerBack}</p>`,
    advised(item),
  ];
};

const advised = ({ advice, unusedFrom, unusedScopes, scope }: Item): Html | undefined =>
  advice === undefined
    ? undefined
    : html`<div class="flash warning"><span>${words.advice[advice](dayPhrase(unusedFrom), unusedScopes.length, scope.length)}</span></div>`;

type Use = Pick<Item, 'scope' | 'unusedScopes' | 'unusedFrom'> & { readonly lastUsedAt?: number };

/** When it was last used, and how many scopes were not. Of what was not used at all, one line says all. */
export const usedText = ({ lastUsedAt, unusedScopes, unusedFrom, scope }: Use): HtmlValue => {
  const last = lastUsedAt === undefined ? words.notSince(dayPhrase(unusedFrom)) : agoText(lastUsedAt);
  if (lastUsedAt === undefined && unusedScopes.length === scope.length) return last;
  return html`${last}<span class="line hint">${
    unusedScopes.length === 0 ? words.allUsed : words.unusedOf(unusedScopes.length, scope.length, dayPhrase(unusedFrom))
  }</span>`;
};

type Reviewed = {
  readonly apiName: string;
  /** As the API declares them. */
  readonly declared: readonly ScopeItem[];
  readonly state: keyof typeof words.states;
} & Pick<Item, 'scope' | 'unusedScopes' | 'unusedFrom'>;

/** What the decision is about. */
export const reviewedScopes = (item: Reviewed): Html => {
  const title = item.state === 'open' ? scopeWords.heldAt : scopeWords.reviewedAt;
  return html`<section aria-labelledby="held"><h2 id="held">${title(isolated(item.apiName, 100))}</h2>
${table(scopeColumns(item), item.scope.slice(0, MOST_SCOPES), 'held')}</section>`;
};

/** What each scope allows, its risk, and whether it was used. The API may have dropped a scope since. */
const scopeColumns = ({ declared, unusedScopes, unusedFrom }: Reviewed): readonly Column<string>[] => {
  const byName = new Map(declared.map((one) => [one.name, one]));
  const unused = new Set(unusedScopes);
  return [
    {
      title: scopeWords.scope,
      cell: (name) => {
        const description = plainText(byName.get(name)?.description ?? '', 120);
        const code = html`<code>${plainText(name, 80)}</code>`;
        return description === '' ? code : html`${description}<span class="line hint">${code}</span>`;
      },
    },
    {
      title: scopeWords.risk,
      cell: (name) => {
        const risk = byName.get(name)?.risk;
        return risk === undefined ? '–' : riskBadge(risk);
      },
    },
    {
      title: scopeWords.use,
      cell: (name) => (unused.has(name) ? words.notSince : scopeWords.usedAfter)(timeText(unusedFrom)),
    },
  ];
};
