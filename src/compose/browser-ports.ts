/** The ports that oidc-provider implements for the pages for people: its prompts, and its sessions. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import type { BrowserSessions, Interactions } from '../domain/ports/interactions.ts';
import { browserSessions, interactions } from '../provider/interactions/interactions.ts';
import { cookieNames } from '../provider/seam/cookies.ts';
import type { Services } from './services.ts';

export interface BrowserPorts {
  /** The prompts that oidc-provider waits for. */
  readonly interactions: Interactions;
  /** The sessions of oidc-provider that browsers hold. */
  readonly browserSessions: BrowserSessions;
}

export const browserPorts = (
  { clock, identifiers, masterKey, sessions }: Pick<Services, 'clock' | 'identifiers' | 'masterKey' | 'sessions'>,
  { issuer }: Pick<Configuration, 'issuer'>,
  requests: Pick<Parameters<typeof interactions>[0], 'provider' | 'consumptions' | 'state'>,
): BrowserPorts => {
  const seam = { ...requests, clock, identifiers, masterKey, issuer, sessions, cookies: cookieNames(issuer) };
  return { interactions: interactions(seam), browserSessions: browserSessions(seam) };
};
