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
  /** Whether the providers at which people sign in are there to be read. */
  readonly seesSignIn?: boolean;
};

export type ConsolePlace = 'overview' | 'agents' | 'findings' | 'register' | 'policies' | 'sign-in';

const PLACES: readonly (readonly [ConsolePlace, path: string, text: string])[] = [
  ['overview', '/console', 'Overview'],
  ['agents', '/console/agents', 'Agents'],
  ['findings', '/console/findings', 'Findings'],
  ['register', '/console/agents/new', 'Register'],
  ['policies', '/console/policy', 'Policies'],
  ['sign-in', '/console/sign-in', 'Sign-in'],
];

const isSeen = (place: ConsolePlace, { seesPolicies, seesSignIn }: ConsoleFrame): boolean =>
  place === 'policies' ? seesPolicies === true : place !== 'sign-in' || seesSignIn === true;

/** Where one is in the console, and where else one can go. `here`: the page itself, not one below it. */
export const consoleTabs = (frame: ConsoleFrame, place: ConsolePlace, here = true): Html =>
  html`<nav class="tabs" aria-label="Console">${PLACES.filter(([name]) => isSeen(name, frame)).map(
    ([name, path, text]) =>
      html`<a href="${frame.basePath}${path}"${name === place && (here ? html` aria-current="page"` : html` aria-current="true"`)}>${text}</a>`,
  )}</nav>`;
