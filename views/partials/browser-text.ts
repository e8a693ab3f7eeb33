import type { Text } from '../html.ts';
import { sessionWords as words } from '../words/sessions.ts';

/** What a browser claims to be, in our own names. */
export type ShownBrowserHint = { readonly family?: string; readonly system?: string };

/** Such as `Firefox on Android`. */
export const browserText = ({ family, system }: ShownBrowserHint = {}): Text =>
  family !== undefined && system !== undefined
    ? words.browserOn(family, system)
    : (family ?? system ?? words.unknownBrowser);
