import { isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { consentFactWords as words } from '../words/consent.ts';
import type { ConsentModel, SiteFacts } from './consent-model.ts';

/** The site that stands for an app without a registration. */
export const siteOf = ({ requester }: ConsentModel): SiteFacts | undefined =>
  requester.kind === 'client' ? requester.site : undefined;

/** `host` is empty for a scheme of a program. */
export const targetOf = (redirectUri: string): { readonly protocol: string; readonly host: string } => {
  if (!URL.canParse(redirectUri)) return { protocol: redirectUri, host: '' };
  const { protocol, host } = new URL(redirectUri);
  return { protocol, host: protocol === 'https:' || protocol === 'http:' ? host : '' };
};

export const isLoopback = (host: string): boolean => /^(localhost|127(\.[0-9]+){3}|\[::1\])(:[0-9]+)?$/.test(host);

/** The host with a muted colour for all but its registrable domain; uniform if that is unknown. */
export const emphasised = (host: string, registrable: string | undefined): Html =>
  registrable !== undefined && host !== registrable && host.endsWith(`.${registrable}`)
    ? html`<span class="sub">${breakable(host.slice(0, -registrable.length))}</span><span class="whole">${breakable(registrable)}</span>`
    : breakable(host);

/** Beside the ASCII host, never in its place: letters can look alike (DR-09). */
export const ownLetters = (host: string | undefined): Html | undefined =>
  host === undefined ? undefined : html` <span class="hint">(${words.inItsOwnLetters(isolated(host))})</span>`;

/** The browser may break it after each dot, so that the end of a long host stays visible. */
const breakable = (host: string): Html => html`${host.split(/(?<=\.)/).map((label) => html`${label}<wbr>`)}`;
