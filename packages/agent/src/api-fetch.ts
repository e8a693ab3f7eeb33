/**
 * `fetch` for APIs: attaches the token, with a DPoP proof if it is bound, and follows the challenges of an API (RFC 6750 §3, RFC 9449 §9,
 * RFC 9470 §3, RFC 9728 §5). Each kind of challenge is followed once for a request.
 */
import * as oidc from 'openid-client';
import { AgentStop } from './agent-stop.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { type Challenge, challengesIn } from './challenges.ts';
import { NEVER, timeLimited } from './clock.ts';
import { ConfigurationError } from './configuration-error.ts';
import { type Denial, denialOf, type Remedy, retryAfterOf } from './denial.ts';
import { type Fetch, smallJson } from './http-client.ts';
import { type Call, checkCall, checkTarget, type Target } from './requests.ts';
import { type Api, resourceMetadata } from './resource-metadata.ts';
import { LATE, newRun, type Run } from './run.ts';
import { isSafeUrl } from './safe-url.ts';
import type { Settings } from './settings.ts';
import type { Subject } from './subject.ts';
import type { Token } from './token.ts';
import type { Tokens } from './tokens.ts';

/** Which token a request to an API gets. */
export type FetchRequest = Target &
  Call & {
    /** On behalf of this person. Left out: the agent itself. */
    readonly subject?: Subject;
    /** Scopes that the API may ask for beyond `scopes`. Default: none. */
    readonly moreScopes?: readonly string[];
  };

export type ApiFetch = (url: string | URL, init?: RequestInit, request?: FetchRequest) => Promise<Response>;

/** A request that can be sent again. */
type Sendable = {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | null;
};

type Plan = {
  readonly resource: string;
  readonly scopes: readonly string[] | undefined;
  readonly subject: Subject | undefined;
};

type Sent = FetchRequest & { readonly method: string; readonly url: URL };

/** Kinds of refusals that are followed, each once for a request. */
type Kind = 'wait' | 'step_up' | 'scope' | 'discover' | 'renew';

type Refused = {
  readonly response: Response;
  readonly plan: Plan;
  readonly said: Said;
  readonly token: Token;
  readonly request: Sent;
  /** Time and signal of the whole call. */
  readonly run: Run;
};

/** What to send next, with this token if there is one. */
type Next = { readonly plan: Plan; readonly token?: Token };

const DEFAULT_PAUSE = 5;
/** Methods that have the same effect twice as once (RFC 9110 §9.2.2). */
const REPEATABLE = /^(?:GET|HEAD|OPTIONS|PUT|DELETE)$/;

const sendableOf = async (url: string | URL, init: RequestInit): Promise<Sendable> => {
  if (!isSafeUrl(String(url))) throw new ConfigurationError('url', 'give a URL with https, or with http on loopback');
  const request = new Request(url, { ...init, ...(init.body instanceof ReadableStream ? { duplex: 'half' } : {}) });
  const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  const headers = new Headers(request.headers);
  // Of the agent alone: a token of the program would be sent beside it, or in its place.
  headers.delete('authorization');
  headers.delete('dpop');
  return { url: new URL(url), method: request.method, headers, body: bytes };
};

const isWithin = (scopes: readonly string[], most: readonly string[]): boolean =>
  scopes.every((one) => most.includes(one));

/** What an API says, whether in a challenge or in the body (denial profile). */
type Said = {
  readonly error: string | undefined;
  readonly challenge: Challenge | undefined;
  readonly challenges: readonly Challenge[];
};

const saidBy = (response: Response): Said => {
  const challenges = challengesIn(response.headers.get('www-authenticate'));
  const challenge = challenges.find(({ parameters }) => parameters['error'] !== undefined);
  return { error: challenge?.parameters['error'], challenge, challenges };
};

/** Frees the connection. A body that does not end is not waited for. */
const discard = ({ body }: Response): void => {
  body?.cancel().catch(() => undefined);
};

const kindOf = (
  { status }: Response,
  { error }: Said,
  { isForOneAction }: Token,
  isOfOther: boolean,
): Kind | undefined => {
  if (status === 503 || status === 429) return 'wait';
  // For another token people would have to approve the action again.
  if (isForOneAction) return undefined;
  if (error === 'insufficient_user_authentication') return 'step_up';
  if (error === 'insufficient_scope') return 'scope';
  if (status !== 401) return undefined;
  return isOfOther ? 'discover' : 'renew';
};

export const apiFetch = (settings: Settings, server: AuthorizationServer, tokens: Tokens): ApiFetch => {
  const { clock, bounds } = settings;
  const metadata = resourceMetadata(settings);

  /** Sends a request. openid-client makes the DPoP proof, and repeats it with the nonce of the API. Redirects are not followed. */
  const send = async (
    { url, method, headers, body }: Sendable,
    token: Token | undefined,
    signal: AbortSignal,
  ): Promise<Response> => {
    const fetchIt: Fetch = (to, init) => settings.fetch(to, { ...init, redirect: 'manual', signal });
    if (!token) return fetchIt(url.href, { method, headers, body });
    const { configuration, dpop } = await server.connection();
    // Of its own: a stream of the API may outlast the time limit for the authorization server.
    const own = new oidc.Configuration(configuration.serverMetadata(), settings.clientId, undefined, oidc.None());
    own[oidc.customFetch] = fetchIt as oidc.CustomFetch;
    own.timeout = 0;
    if (url.protocol === 'http:') oidc.allowInsecureRequests(own);
    const options = token.type === 'DPoP' && dpop ? { DPoP: dpop } : {};
    try {
      return await oidc.fetchProtectedResource(
        own,
        token.accessToken,
        url,
        method,
        body,
        new Headers(headers),
        options,
      );
    } catch (error) {
      if (error instanceof oidc.WWWAuthenticateChallengeError) return error.response;
      if (signal.aborted) throw signal.reason;
      throw error;
    }
  };

  const tokenFor = ({ resource, scopes, subject }: Plan, request: FetchRequest): Promise<Token> => {
    const { authorizationDetails, signal, hooks } = request;
    const target = {
      resource,
      ...(scopes === undefined ? {} : { scopes }),
      ...(authorizationDetails === undefined ? {} : { authorizationDetails }),
    };
    const call = { ...(signal ? { signal } : {}), ...(hooks ? { hooks } : {}) };
    return subject === undefined ? tokens.own(target, call) : tokens.exchange({ ...target, subject }, call);
  };

  /** What a refusal says in its body, as far as that arrives within the time limit of one request. */
  const denialIn = async (response: Response, { error }: Said, signal: AbortSignal): Promise<Denial> => {
    const body = await smallJson(response.clone(), timeLimited(signal, settings.timeout));
    const members = typeof body === 'object' ? body : undefined;
    const after = retryAfterOf(response.headers.get('retry-after'), clock.now());
    return denialOf(response.status, { ...(error === undefined ? {} : { error }), ...members }, after);
  };

  /** The plan after a new sign-in of the person; undefined if the program has no hook, or declines. */
  const steppedUp = async ({ plan, said, response, request, run }: Refused): Promise<Plan | undefined> => {
    const onStepUp = request.hooks?.onStepUp ?? settings.hooks.onStepUp;
    if (!onStepUp || plan.subject === undefined) return undefined;
    const { acr_values: acr, max_age: age } = said.challenge?.parameters ?? {};
    const denial = await denialIn(response, said, run.signal);
    run.refused(denial);
    const acrValues = acr?.split(' ').filter(Boolean) ?? [];
    const maxAge = age !== undefined && /^\d{1,9}$/.test(age) ? Number(age) : undefined;
    const remedy: Remedy = { kind: 'step_up', acrValues, maxAge };
    const ask = (signal: AbortSignal) => onStepUp({ acrValues, maxAge, denial, signal });
    const subject = await run.hooked(ask, run.deadline - run.now(), remedy);
    if (subject === LATE) throw run.stop('out_of_time', remedy);
    return subject === false || subject === undefined ? undefined : { ...plan, subject };
  };

  /** The plan with the scopes that the API asks for, if the program allows them. */
  const widened = (plan: Plan, said: Said, { moreScopes = [] }: FetchRequest): Plan | undefined => {
    const { scopes } = plan;
    const asked = said.challenge?.parameters['scope']?.split(' ').filter(Boolean) ?? [];
    if (scopes === undefined || asked.length === 0 || isWithin(asked, scopes)) return undefined;
    if (!isWithin(asked, [...scopes, ...moreScopes])) return undefined;
    return { ...plan, scopes: [...new Set([...scopes, ...asked])] };
  };

  /** Waits until the request can be sent again. False if it may have had an effect, the wait is too long, or the program declines. */
  const waited = async ({ response, said, request, run }: Refused): Promise<boolean> => {
    const { status } = response;
    const denial = await denialIn(response, said, run.signal);
    // The package for APIs answers so when it could not check the token: the request was not let through.
    const isRepeatable = REPEATABLE.test(request.method) || denial.layer === 'resource_server';
    const { retryAfter } = denial;
    if (status === 503 && (!isRepeatable || retryAfter === undefined)) return false;
    const seconds = Math.max(1, retryAfter ?? DEFAULT_PAUSE);
    if (run.now() + seconds > run.deadline) return false;
    run.refused(denial);
    const onWait = request.hooks?.onWait ?? settings.hooks.onWait;
    const remedy: Remedy = { kind: 'wait', until: run.now() + seconds };
    if (onWait) {
      const answer = await run.hooked(
        (signal) => onWait({ seconds, denial, signal }),
        run.deadline - run.now(),
        remedy,
      );
      if (answer === LATE) throw run.stop('out_of_time', remedy);
      if (answer === false) return false;
    }
    await run.sleep(seconds, remedy);
    return true;
  };

  const planFor = (api: Api, { scopes, subject }: FetchRequest): Plan => {
    return { resource: api.resource, scopes: scopes ?? api.scopes, subject };
  };

  /** How each kind of refusal is followed. Undefined: the answer is for the program. */
  const followers: Readonly<Record<Kind, (refused: Refused) => Promise<Next | undefined>>> = {
    // The same token: that of an approved action is for this request, and there is no second one.
    wait: async (refused) => ((await waited(refused)) ? { plan: refused.plan, token: refused.token } : undefined),
    async step_up(refused) {
      const after = await steppedUp(refused);
      return after && { plan: after };
    },
    async scope({ plan, said, request }) {
      const after = widened(plan, said, request);
      return after && { plan: after };
    },
    async discover({ said, request, run }) {
      const api = await metadata.find(request.url, said.challenges, run.signal);
      return api && { plan: planFor(api, request) };
    },
    async renew({ plan, token }) {
      tokens.forget(token);
      return { plan };
    },
  };

  /** The API of a request that names none: known from before, or asked without a token. */
  const planned = async (sendable: Sendable, request: FetchRequest, signal: AbortSignal): Promise<Plan | Response> => {
    const { resource, scopes, subject } = request;
    if (resource !== undefined) return { resource, scopes, subject };
    const known = metadata.known(sendable.url);
    if (known) return planFor(known, request);
    const response = await send(sendable, undefined, signal);
    if (response.status !== 401) return response;
    const found = await metadata.find(sendable.url, saidBy(response).challenges, signal);
    if (!found) return response;
    discard(response);
    return planFor(found, request);
  };

  return async (url, init = {}, request = {}) => {
    checkTarget(request);
    checkCall(request);
    const signal = request.signal ?? init.signal ?? NEVER;
    const sendable = await sendableOf(url, init);
    const call = { ...request, signal };
    const run = newRun(bounds, clock, signal);
    try {
      const first = await planned(sendable, call, signal);
      if (first instanceof Response) return first;
      const followed = new Set<Kind>();
      for (let next: Next = { plan: first }; ; ) {
        const { plan } = next;
        const token = next.token ?? (await tokenFor(plan, call));
        const response = await send(sendable, token, signal);
        const said = saidBy(response);
        const isOfOther = call.resource === undefined && metadata.isOther(plan.resource, said.challenges);
        const kind = kindOf(response, said, token, isOfOther);
        if (kind === undefined || followed.has(kind)) return response;
        const request = { ...call, method: sendable.method, url: sendable.url };
        const after = await followers[kind]({ response, plan, said, token, request, run });
        if (!after) return response;
        discard(response);
        followed.add(kind);
        next = after;
      }
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw new AgentStop('aborted', { steps: [], cause: error });
      throw error;
    }
  };
};
