/** Requests to the authorization server, by openid-client. Each answers a grant or a denial, so that one place decides what to do. */
import * as oidc from 'openid-client';
import { abortable, NEVER } from './clock.ts';
import { withShown } from './composition.ts';
import { authenticationOf } from './credential.ts';
import { approvalAsked, type Denial, denialOf, ownDenial, retryAfterOf } from './denial.ts';
import { guardedFetch, smallJson } from './http-client.ts';
import type { Settings } from './settings.ts';
import type { Grant, Token } from './token.ts';

/** A parameter that is undefined is left out. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export type Answer =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | { readonly kind: 'denied'; readonly denial: Denial };

/** What openid-client needs for a request of its own. */
export type Connection = { readonly configuration: oidc.Configuration; readonly dpop: oidc.DPoPHandle | undefined };

/** A grant as the response has it. */
export type ResponseGrant = Omit<Grant, 'shown'>;

export interface AuthorizationServer {
  /** Asks the token endpoint. Rejects only if the signal aborts, or with ConfigurationError. */
  token(grantType: string, parameters: Parameters, signal: AbortSignal): Promise<Answer>;
  /** Asks people by CIBA. The denial of the answer has the remedy `approval`, as that of an exchange has. */
  backchannel(parameters: Parameters, signal: AbortSignal): Promise<Answer>;
  /** Any request of openid-client: its grant, or what it was refused with. */
  ask(work: (connection: Connection) => Promise<ResponseGrant>, signal: AbortSignal): Promise<Answer>;
  /** Metadata and client, fetched when they are first needed. Rejects as openid-client does. */
  connection(): Promise<Connection>;
}

export const definedIn = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined));

const isList = (value: unknown): value is Token['authorizationDetails'] => Array.isArray(value);

/** The grant of a token response. `requested` is the scope where the response names none (RFC 6749 §5.1). */
export const grantOf = (
  response: oidc.TokenEndpointResponse & Partial<oidc.TokenEndpointResponseHelpers>,
  requested: string | undefined,
  now: number,
): ResponseGrant => {
  const { access_token: accessToken, token_type: type, scope = requested, expires_in: seconds } = response;
  const { authorization_details: details, refresh_token: refreshToken } = response;
  return {
    token: {
      accessToken,
      type: type.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
      scopes: scope?.split(' ').filter(Boolean) ?? [],
      authorizationDetails: isList(details) ? details : [],
      expiresAt: seconds === undefined ? undefined : Math.floor(now) + seconds,
      isForOneAction: false,
    },
    refreshToken,
    claims: response.claims?.(),
  };
};

/** Causes of a failure, outermost first. */
const causesOf = (error: unknown): readonly unknown[] => {
  const found: unknown[] = [];
  for (let one = error; one !== undefined && found.length < 8; one = (one as Error | undefined)?.cause) found.push(one);
  return found;
};

/** No answer, or not in time. `fetch` throws TypeError for both a failed connection and a forbidden one: the text differs. */
const isUnreachable = (causes: readonly unknown[]): boolean =>
  causes.some((one) => {
    const { name, message } = (one ?? {}) as Partial<Error>;
    return message === 'fetch failed' || message === 'terminated' || name === 'TimeoutError' || name === 'AbortError';
  });

/** What a failure of the library means. Rethrows what is a mistake of the program. */
const denialIn = async (error: unknown, now: number): Promise<Denial> => {
  if (error instanceof oidc.ResponseBodyError) {
    return denialOf(error.status, error.cause, retryAfterOf(error.response.headers.get('retry-after'), now));
  }
  if (error instanceof oidc.WWWAuthenticateChallengeError) {
    const { status, response } = error;
    return denialOf(status, await smallJson(response, NEVER), retryAfterOf(response.headers.get('retry-after'), now));
  }
  if (error instanceof oidc.AuthorizationResponseError) {
    return denialOf(400, Object.fromEntries(error.cause), undefined);
  }
  const causes = causesOf(error);
  // A mistake of the program, or a hook that failed.
  const own = causes.find((one) => /^(?:ConfigurationError|AgentStop)$/.test(String((one as Error | undefined)?.name)));
  if (own) throw own;
  const answer = causes.find((one) => one instanceof Response);
  if (answer) {
    // The library reads no body of a 5xx, which can have a denial too.
    return denialOf(
      answer.status,
      await smallJson(answer, NEVER),
      retryAfterOf(answer.headers.get('retry-after'), now),
    );
  }
  if (isUnreachable(causes)) {
    return ownDenial('server_unreachable', 'The authorization server did not answer.', 'temporarily_unavailable');
  }
  const said = causes.map((one) => String((one as Error)?.message ?? one)).join(': ');
  return ownDenial('answer_malformed', `The answer of the authorization server cannot be used: ${said}`);
};

/** After this time the metadata are fetched again; where that fails, again after a minute. */
const FRESH_SECONDS = 3600;
const RETRY_SECONDS = 60;

export const authorizationServer = (settings: Settings): AuthorizationServer => {
  const { clock, dpopKey } = settings;
  const fetchIt = guardedFetch(settings.fetch);
  let known: { readonly connection: Promise<Connection>; readonly at: number } | undefined;

  const connect = async (): Promise<Connection> => {
    const configuration = await oidc.discovery(
      new URL(settings.issuer),
      settings.clientId,
      undefined,
      authenticationOf(settings.credential, settings.composition),
      {
        [oidc.customFetch]: fetchIt as oidc.CustomFetch,
        timeout: settings.timeout,
        // The guarded fetch allows http on loopback only.
        execute: [
          // The signature of an ID token is checked, also of one from the token endpoint (OpenID Connect Core §3.1.3.7).
          oidc.enableNonRepudiationChecks,
          ...(settings.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
        ],
      },
    );
    const dpop = dpopKey && oidc.getDPoPHandle(configuration, dpopKey);
    return { configuration, dpop };
  };

  const connection = (): Promise<Connection> => {
    const before = known;
    if (before && clock.now() - before.at < FRESH_SECONDS) return before.connection;
    const connecting = connect().catch((error: unknown) => {
      // Endpoints rarely move, and tokens that are kept can be used while the server is away.
      known = before && { ...before, at: clock.now() - FRESH_SECONDS + RETRY_SECONDS };
      if (!before) throw error;
      return before.connection;
    });
    known = { connection: connecting, at: clock.now() };
    return connecting;
  };

  /** A token that is not bound must not be used as if it were. */
  const checked = (grant: Grant): Answer => {
    if (!dpopKey || grant.token.type === 'DPoP') return { kind: 'granted', grant };
    return {
      kind: 'denied',
      denial: ownDenial('token_unbound', 'The server gave a token that is not bound to the DPoP key.'),
    };
  };

  const attempt = async (work: (connection: Connection) => Promise<Answer>, signal: AbortSignal): Promise<Answer> => {
    try {
      return await abortable(connection().then(work), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { kind: 'denied', denial: await denialIn(error, clock.now()) };
    }
  };
  const ask: AuthorizationServer['ask'] = (work, signal) =>
    withShown((shown) => attempt(async (connected) => checked({ ...(await work(connected)), shown: shown() }), signal));

  return {
    ask,
    connection,
    backchannel: (parameters, signal) =>
      attempt(async ({ configuration }) => {
        const asked = await oidc.initiateBackchannelAuthentication(configuration, definedIn(parameters));
        const endpoint = configuration.serverMetadata().token_endpoint;
        return { kind: 'denied', denial: approvalAsked({ ...asked, endpoint }) };
      }, signal),
    token: (grantType, parameters, signal) =>
      ask(async ({ configuration, dpop }) => {
        const options = dpop ? { DPoP: dpop } : {};
        const given = definedIn(parameters);
        const response = await oidc.genericGrantRequest(configuration, grantType, given, options);
        return grantOf(response, parameters['scope'], clock.now());
      }, signal),
  };
};
