import { type Html, type HtmlValue, html } from '../html.ts';
import { agoText, dayPhrase, timeText } from '../time-text.ts';
import { reviewItemWords as words } from '../words/console-reviews.ts';

type Item = {
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
  return [isBack && html`<p class="notice">${words.offerBack}</p>`, advised(item)];
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
