import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { riskWords, scopeWords } from '../words/scope.ts';

export type Risk = 'low' | 'medium' | 'high' | 'critical';

/** A scope of a resource server, in the text of its registration. */
export type ScopeItem = { readonly name: string; readonly description: string; readonly risk: Risk };

export type ResourceFacts = {
  /** The resource indicator, e.g. `https://calendar.example.com`. */
  readonly identifier: string;
  readonly name: string;
};

/** A scope that the person can switch off or on. The form field is `scope`, its value `scopeFieldValue(…)`. */
export type ScopeChoice = ScopeItem & {
  readonly checked: boolean;
  /** Not allowed before, on a page that also has what is. */
  readonly isNew?: true;
};

/** Value of the form field `scope`: the resource indicator, a space, the scope. Neither contains a space. */
export const scopeFieldValue = (resource: string, scope: string): string => `${resource} ${scope}`;

const ORDER: Readonly<Record<Risk, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** `isNew`: a returning person has not allowed it yet. */
export const riskBadge = (risk: Risk, isNew = false): Html =>
  html`${isNew && html`<span class="tag new">${scopeWords.isNew}</span> `}<span class="risk ${risk}">${riskWords[risk]}</span>`;

/** Checkboxes, the riskiest first. */
export const scopeChoices = (resource: string, scopes: readonly ScopeChoice[], idPrefix: string): Html =>
  boxes(
    'scope',
    scopes.map((scope) => ({ ...scope, value: scopeFieldValue(resource, scope.name) })),
    idPrefix,
  );

/** The same for wishes of an MCP server, in the form field `wish`. None is ticked. */
export const wishChoices = (scopes: readonly (ScopeItem & { readonly value: string })[], idPrefix: string): Html =>
  boxes(
    'wish',
    scopes.map((scope) => ({ ...scope, checked: false })),
    idPrefix,
  );

const boxes = (field: string, scopes: readonly (ScopeChoice & { readonly value: string })[], idPrefix: string): Html =>
  html`<ul class="choices">${byRisk(scopes).map((scope, index) => {
    const id = `${idPrefix}-${index}`;
    return html`<li class="${scope.risk}"><input type="checkbox" id="${id}" name="${field}" value="${scope.value}"${scope.checked && html` checked`}>
<label for="${id}"><span class="does">${described(scope)}</span>${isAlike(scope, scopes) && html` <code>${plainText(scope.name, 80)}</code>`}${isOff(scope) && html` <span class="hint">${scopeWords.ownDecision}</span>`}</label> <span class="marks">${riskBadge(scope.risk, scope.isNew)}</span></li>`;
  })}</ul>`;

const described = ({ name, description }: ScopeItem): string => plainText(description, 160) || plainText(name, 80);

/** Whether only the name tells a scope from another one of the list. */
const isAlike = (scope: ScopeItem, all: readonly ScopeItem[]): boolean =>
  all.some((other) => other.name !== scope.name && described(other) === described(scope));

/** A right of high or critical risk that the page does not tick. */
const isOff = ({ risk, checked }: ScopeChoice): boolean => !checked && (risk === 'high' || risk === 'critical');

/** Scopes to read, the riskiest first. */
export const scopeChips = (scopes: readonly ScopeItem[]): Html =>
  html`<ul class="chips">${byRisk(scopes).map(
    (scope) => html`<li class="${scope.risk}"><span>${described(scope)}</span> ${riskBadge(scope.risk)}</li>`,
  )}</ul>`;

/** The resource: its name, from the registration, and its host, which it cannot choose. */
export const resourceHeading = (resource: ResourceFacts): Html =>
  html`${scopeWords.at(isolated(resource.name))} <span class="where">${hostOf(resource.identifier)}</span>`;

/** Host of a resource indicator; the whole indicator if it has no host. */
export const hostOf = (identifier: string): string =>
  plainText((URL.canParse(identifier) && new URL(identifier).host) || identifier, 255);

const byRisk = <T extends ScopeItem>(scopes: readonly T[]): readonly T[] =>
  scopes.toSorted((one, other) => ORDER[one.risk] - ORDER[other.risk]);
