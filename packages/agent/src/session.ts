/** What a sign-in of a person gave the agent: an access token that is renewed as long as the refresh token is valid. */
import { AgentStop } from './agent-stop.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { NEVER } from './clock.ts';
import { currentKey } from './composition.ts';
import { ConfigurationError } from './configuration-error.ts';
import { type Target, targetParameters } from './requests.ts';
import type { Settings } from './settings.ts';
import type { Subject } from './subject.ts';
import type { Grant, Token } from './token.ts';

/** Stores a refresh token, before the tokens that came with it are used. */
export type KeepRefreshToken = (refreshToken: string) => unknown;

export interface Session {
  /** Claims of the ID token, which was checked; undefined for a session that was resumed. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** The subject of an exchange: the access token of the moment. */
  readonly subject: Subject;
  /** The newest refresh token, if there is one. */
  refreshToken(): string | undefined;
  /**
   * An access token that is valid for half a minute at least, and was given to what the agent runs with now. Callers at the same
   * time share one refresh. Rejects with AgentStop: `session_ended` without a refresh token, `hook_failed` if the composition cannot
   * be read, else `refused`. Its denial says whether the session ended or the server was away.
   */
  token(): Promise<Token>;
}

export type SessionStart = Partial<Grant> & { readonly target: Target; readonly keep: KeepRefreshToken | undefined };

type Renewed = Pick<Grant, 'token' | 'shown'>;

const MARGIN = 30;

/** Keeps the first refresh token, and rejects with ConfigurationError if there is neither a token nor a refresh token. */
export const sessionOf = async (
  settings: Settings,
  server: AuthorizationServer,
  start: SessionStart,
): Promise<Session> => {
  const { target, keep, claims } = start;
  const { clock, composition } = settings;
  /** `shown`: what the server saw when it gave the token. */
  let { token, refreshToken, shown } = start;
  if (token === undefined && !refreshToken) throw new ConfigurationError('refreshToken', 'give the refresh token');
  if (keep !== undefined && typeof keep !== 'function') throw new ConfigurationError('keep', 'give a function');
  if (token !== undefined && refreshToken !== undefined) await keep?.(refreshToken);

  const isFresh = ({ expiresAt }: Token): boolean => expiresAt === undefined || clock.now() < expiresAt - MARGIN;

  const refresh = async (): Promise<Renewed> => {
    if (refreshToken === undefined) throw new AgentStop('session_ended', { steps: [] });
    const parameters = { refresh_token: refreshToken, ...targetParameters(target, undefined) };
    // Once only: a refresh token that is sent twice ends the session, if the first answer was lost on its way.
    const answer = await server.token('refresh_token', parameters, NEVER);
    if (answer.kind === 'denied') throw new AgentStop('refused', { denial: answer.denial, steps: [] });
    const { grant } = answer;
    if (grant.refreshToken !== undefined && grant.refreshToken !== refreshToken) {
      refreshToken = grant.refreshToken;
      await keep?.(refreshToken);
    }
    ({ token, shown } = grant);
    return grant;
  };

  let underWay: Promise<Renewed> | undefined;
  const current = async (): Promise<Token> => {
    const now = await currentKey(composition);
    if (token && isFresh(token) && shown === now) return token;
    const shared = underWay;
    underWay ??= refresh().finally(() => {
      underWay = undefined;
    });
    const renewed = await underWay;
    // One that another caller began can have shown an earlier composition. Each round ends for the caller that began it.
    return shared && renewed.shown !== now ? current() : renewed.token;
  };

  return {
    claims,
    subject: { token: async () => (await current()).accessToken },
    refreshToken: () => refreshToken,
    token: current,
  };
};
