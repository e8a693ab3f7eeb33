import { type Html, html } from '../html.ts';
import type { PageFrame } from '../layout.ts';

/** Part of the model of every page below `/console`. */
export type ConsoleFrame = PageFrame & {
  /** Value of the field `csrf` in its forms. */
  readonly csrf: string;
  /** Whether all agents are there to be seen, not only one's own. */
  readonly seesAll: boolean;
  /** Whether policies are there to be read. */
  readonly seesPolicies?: boolean;
  /** Whether the approvals of everybody are there to be seen. */
  readonly seesApprovals?: boolean;
};

export type ConsolePlace = 'overview' | 'agents' | 'findings' | 'register' | 'policies' | 'approvals';

const PLACES: readonly (readonly [ConsolePlace, path: string, text: string])[] = [
  ['overview', '/console', 'Overview'],
  ['agents', '/console/agents', 'Agents'],
  ['findings', '/console/findings', 'Findings'],
  ['register', '/console/agents/new', 'Register'],
  ['policies', '/console/policy', 'Policies'],
  ['approvals', '/console/approvals', 'Approvals'],
];

/** Where one is in the console, and where else one can go. `here`: the page itself, not one below it. */
export const consoleTabs = (
  { basePath, seesPolicies, seesApprovals }: ConsoleFrame,
  place: ConsolePlace,
  here = true,
): Html =>
  html`<nav class="tabs" aria-label="Console">${PLACES.filter(
    ([name]) => (name !== 'policies' || seesPolicies) && (name !== 'approvals' || seesApprovals),
  ).map(
    ([name, path, text]) =>
      html`<a href="${basePath}${path}"${name === place && (here ? html` aria-current="page"` : html` aria-current="true"`)}>${text}</a>`,
  )}</nav>`;
