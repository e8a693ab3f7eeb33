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

/** `isNew`: a returning person has not allowed it yet. */
export const riskBadge = (risk: Risk, isNew = false): Html =>
  html`${isNew && html`<span class="tag new">${scopeWords.isNew}</span> `}<span class="risk ${risk}">${riskWords[risk]}</span>`;

/** The resource: its name, from the registration, and its host, which it cannot choose. */
export const resourceHeading = (resource: ResourceFacts): Html =>
  html`${scopeWords.at(isolated(resource.name))} <span class="where">${hostOf(resource.identifier)}</span>`;

/** Host of a resource indicator; the whole indicator if it has no host. */
export const hostOf = (identifier: string): string =>
  plainText((URL.canParse(identifier) && new URL(identifier).host) || identifier, 255);
