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
  /** Whether the providers at which people sign in are there to be read. */
  readonly seesSignIn?: boolean;
};

export type ConsolePlace = 'overview' | 'agents' | 'findings' | 'register' | 'policies' | 'approvals' | 'sign-in';

const PLACES: readonly (readonly [ConsolePlace, path: string, text: string])[] = [
  ['overview', '/console', 'Overview'],
  ['agents', '/console/agents', 'Agents'],
  ['findings', '/console/findings', 'Findings'],
  ['register', '/console/agents/new', 'Register'],
  ['policies', '/console/policy', 'Policies'],
  ['approvals', '/console/approvals', 'Approvals'],
  ['sign-in', '/console/sign-in', 'Sign-in'],
];

/** Places that are not for everybody, with what says for whom. */
const ASKED_FOR: Partial<Record<ConsolePlace, 'seesPolicies' | 'seesApprovals' | 'seesSignIn'>> = {
  policies: 'seesPolicies',
  approvals: 'seesApprovals',
  'sign-in': 'seesSignIn',
};

const isSeen = (place: ConsolePlace, frame: ConsoleFrame): boolean => {
  const asked = ASKED_FOR[place];
  return asked === undefined || frame[asked] === true;
};

/** Where one is in the console, and where else one can go. `here`: the page itself, not one below it. */
export const consoleTabs = (frame: ConsoleFrame, place: ConsolePlace, here = true): Html =>
  html`<nav class="tabs" aria-label="Console">${PLACES.filter(([name]) => isSeen(name, frame)).map(
    ([name, path, text]) =>
      html`<a href="${frame.basePath}${path}"${name === place && (here ? html` aria-current="page"` : html` aria-current="true"`)}>${text}</a>`,
  )}</nav>`;
