/** The settings of a transmitter that is polled: its URL, the token or the client that is bound to it, and how often. */
import { type MasterKey, openedOrNothing, sealedAnew } from '../../platform/crypto/master-key.ts';
import { checkReachable } from '../../platform/remote-keys/operator-urls.ts';
import { clientSealedAnew, type PollTokenDeps, type PollTokenInput, pollTokenClient } from './poll-token-client.ts';
import type { Transmitter } from './transmitter.ts';
import { transmitterRefusal } from './transmitter-refusals.ts';

export type PollInput = PollTokenInput & {
  /** Null: the transmitter pushes. */
  readonly pollUrl?: string | null;
  /** The bearer token. It takes the place of a client. */
  readonly pollToken?: string;
  /** Seconds between two polls; 0: the transmitter may hold each one (long polling). Default 0. */
  readonly pollSeconds?: number;
};

const INPUTS: ReadonlySet<string> = new Set<keyof PollInput>([
  ...(['pollUrl', 'pollToken', 'pollSeconds', 'pollTokenEndpoint', 'pollClientId'] as const),
  ...(['pollClientAuthentication', 'pollClientSecret', 'pollClientAudience', 'pollScope', 'pollResource'] as const),
]);

/** The members about polls, and the others. */
export const withoutPolls = <T extends PollInput>(
  given: T,
): { readonly poll: PollInput; readonly others: Omit<T, keyof PollInput> } => {
  const entries = Object.entries(given).filter(([, member]) => member !== undefined);
  const [poll, others] = [true, false].map((isPoll) =>
    Object.fromEntries(entries.filter(([name]) => INPUTS.has(name) === isPoll)),
  );
  return { poll: poll as PollInput, others: others as Omit<T, keyof PollInput> };
};

export type PollSettings = Pick<Transmitter, 'delivery' | 'pollUrl' | 'pollToken' | 'pollTokenClient' | 'pollSeconds'>;

const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** The sealing context of the token. An editor of the store who changes the URL cannot send the token there. */
const contextOf = (id: string, url: string): string => `trusted-transmitter/${id} ${url}`;

/** The settings after a change. Throws 'invalid_field'. Another URL needs its token, or the secret of its client, in the same change. */
export const pollSettings = (
  deps: PollTokenDeps,
  id: string,
  { pollUrl, pollToken, pollSeconds, ...client }: PollInput,
  before: PollSettings,
): PollSettings => {
  const url = pollUrl === undefined ? before.pollUrl : (pollUrl ?? undefined);
  if (url === undefined) {
    const isNeeded = pollToken !== undefined || Object.values(client).some((member) => (member ?? null) !== null);
    if (isNeeded || (pollUrl === undefined && pollSeconds !== undefined))
      throw transmitterRefusal('transmitter_poll_url_missing', { field: '/poll_url' });
    return {};
  }
  if (url !== before.pollUrl)
    checkReachable(url, '/poll_url', deps.checkUrl, { purpose: 'upstreamProviders', isByRole: true });
  if (typeof client.pollTokenEndpoint === 'string' && pollToken !== undefined)
    throw transmitterRefusal('transmitter_poll_credentials_both', { field: '/poll_token' });
  const { pollTokenClient: _, ...rest } = before;
  const tokenClient = pollTokenClient(deps, { id, pollUrl: url }, client, pollToken === undefined ? before : rest);
  return {
    ...{ delivery: 'poll', pollUrl: url, pollSeconds: pollSeconds ?? before.pollSeconds ?? 0 },
    ...(tokenClient ? { pollTokenClient: tokenClient } : sealedToken(deps, id, url, pollToken, before)),
  };
};

const sealedToken = (
  { masterKey }: PollTokenDeps,
  id: string,
  url: string,
  pollToken: string | undefined,
  before: PollSettings,
): Required<Pick<PollSettings, 'pollToken'>> => {
  const at = { field: '/poll_token' };
  if (pollToken !== undefined) {
    if (!TOKEN.test(pollToken)) throw transmitterRefusal('transmitter_poll_token_malformed', at);
    return { pollToken: masterKey.seal(contextOf(id, url), pollToken) };
  }
  const kept = url === before.pollUrl ? before.pollToken : undefined;
  if (kept === undefined) throw transmitterRefusal('transmitter_poll_token_missing', at);
  return { pollToken: kept };
};

/** The opened token. Undefined: there is none, or it cannot be read. */
export const pollTokenOf = (
  masterKey: Pick<MasterKey, 'open'>,
  { id, pollUrl, pollToken }: Transmitter,
): string | undefined =>
  pollUrl === undefined || pollToken === undefined
    ? undefined
    : openedOrNothing(masterKey, contextOf(id, pollUrl), pollToken);

/** The transmitter with its token, or the secret of its client, sealed anew. Undefined: nothing has to change. */
export const withTokenSealedAnew = (masterKey: MasterKey, transmitter: Transmitter): Transmitter | undefined => {
  const { id, pollUrl, pollToken } = transmitter;
  const client = clientSealedAnew(masterKey, transmitter);
  if (client) return { ...transmitter, pollTokenClient: client };
  if (pollUrl === undefined || pollToken === undefined) return undefined;
  const token = sealedAnew(masterKey, contextOf(id, pollUrl), pollToken);
  return token === undefined ? undefined : { ...transmitter, pollToken: token };
};
