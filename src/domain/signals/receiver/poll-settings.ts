/** The settings of a transmitter that is polled: its URL, the token that is bound to it, and how often. */
import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import { checkReachable } from '../../platform/remote-keys/operator-urls.ts';
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import type { Transmitter } from './transmitter.ts';
import { transmitterRefusal } from './transmitter-refusals.ts';

export type PollInput = {
  /** Null: the transmitter pushes. */
  readonly pollUrl?: string | null;
  /** The bearer token. */
  readonly pollToken?: string;
  /** Seconds between two polls; 0: the transmitter may hold each one (long polling). Default 0. */
  readonly pollSeconds?: number;
};

export type PollSettings = Pick<Transmitter, 'delivery' | 'pollUrl' | 'pollToken' | 'pollSeconds'>;

const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** The sealing context of the token. An editor of the store who changes the URL cannot send the token there. */
const contextOf = (id: string, url: string): string => `trusted-transmitter/${id} ${url}`;

type Deps = { readonly masterKey: Pick<MasterKey, 'seal'>; readonly checkUrl: TrustedFetch['check'] };

/** The settings after a change. Throws 'invalid_field'. Another URL needs its token in the same change. */
export const pollSettings = (
  { masterKey, checkUrl }: Deps,
  id: string,
  { pollUrl, pollToken, pollSeconds }: PollInput,
  before: PollSettings,
): PollSettings => {
  const url = pollUrl === undefined ? before.pollUrl : (pollUrl ?? undefined);
  if (url === undefined) {
    const isOff = pollUrl === null && pollToken === undefined;
    if (!isOff && (pollToken !== undefined || pollSeconds !== undefined))
      throw transmitterRefusal('transmitter_poll_url_missing', { field: '/poll_url' });
    return {};
  }
  if (url !== before.pollUrl)
    checkReachable(url, '/poll_url', checkUrl, { purpose: 'upstreamProviders', isByRole: true });
  const kept = url === before.pollUrl ? before.pollToken : undefined;
  if (pollToken === undefined && kept === undefined)
    throw transmitterRefusal('transmitter_poll_token_missing', { field: '/poll_token' });
  if (pollToken !== undefined && !TOKEN.test(pollToken))
    throw transmitterRefusal('transmitter_poll_token_malformed', { field: '/poll_token' });
  const sealed = pollToken === undefined ? kept : masterKey.seal(contextOf(id, url), pollToken);
  return {
    ...{ delivery: 'poll', pollUrl: url, pollSeconds: pollSeconds ?? before.pollSeconds ?? 0 },
    ...(sealed === undefined ? {} : { pollToken: sealed }),
  };
};

/** The opened token. Undefined: there is none, or it cannot be read. */
export const pollTokenOf = (
  masterKey: Pick<MasterKey, 'open'>,
  { id, pollUrl, pollToken }: Transmitter,
): string | undefined =>
  pollUrl === undefined || pollToken === undefined
    ? undefined
    : openedOrNothing(masterKey, contextOf(id, pollUrl), pollToken);

/** The transmitter with its token sealed anew. Undefined: nothing has to change. */
export const withTokenSealedAnew = (masterKey: MasterKey, transmitter: Transmitter): Transmitter | undefined => {
  const { id, pollUrl, pollToken } = transmitter;
  if (pollUrl === undefined || pollToken === undefined) return undefined;
  const context = contextOf(id, pollUrl);
  if (!masterKey.isSealedWithOther(context, pollToken)) return undefined;
  // One that cannot be read fails the polls, and needs to fail nothing else.
  const token = openedOrNothing(masterKey, context, pollToken);
  return token === undefined ? undefined : { ...transmitter, pollToken: masterKey.seal(context, token) };
};
