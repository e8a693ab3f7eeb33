/**
 * `fetch` for APIs: attaches the token, with a DPoP proof if it is bound, and follows the challenges of an API (RFC 6750 §3, RFC 9449 §9,
 * RFC 9470 §3, RFC 9728 §5). Each kind of challenge is followed once for a request.
 */
import * as oidc from 'openid-client';
import { AgentStop } from './agent-stop.ts';
import { discard, isWithin, REPEATABLE, type Said, type Sendable, saidBy, sendableOf } from './api-request.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { NEVER, timeLimited } from './clock.ts';
import { type Denial, denialOf, type Page, type Remedy, retryAfterOf } from './denial.ts';
import { type Fetch, smallJson } from './http-client.ts';
import { isDecided, isPageOf, PAGE_PACE } from './pages.ts';
import { type Call, checkCall, checkTarget, type Target } from './requests.ts';
import { type Api, resourceMetadata } from './resource-metadata.ts';
import { LATE, newRun, type Run } from './run.ts';
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

/** A page on which the person confirms. Until then the request is sent again with the same token. */
type Confirming = { readonly url: string; readonly until: number };

/** What to send next, with this token if there is one. */
type Next = { readonly plan: Plan; readonly token?: Token; readonly confirming?: Confirming };

const DEFAULT_PAUSE = 5;

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

  /** A page of the server, as the body of a refusal names it. A page elsewhere is not shown to the person. */
  const pageIn = ({ remedies }: Denial): Page | undefined => {
    const found = remedies.find((one) => one.kind === 'step_up');
    return found?.page && isPageOf(new URL(settings.issuer).origin, found.page) ? found.page : undefined;
  };

  /** What to send after a new sign-in of the person; undefined if the program has no hook, or declines. */
  const steppedUp = async ({ plan, token, said, response, request, run }: Refused): Promise<Next | undefined> => {
    const onStepUp = request.hooks?.onStepUp ?? settings.hooks.onStepUp;
    if (!onStepUp || plan.subject === undefined) return undefined;
    const { acr_values: acr, max_age: age } = said.challenge?.parameters ?? {};
    const denial = await denialIn(response, said, run.signal);
    run.refused(denial);
    const acrValues = acr?.split(' ').filter(Boolean) ?? [];
    const maxAge = age !== undefined && /^\d{1,9}$/.test(age) ? Number(age) : undefined;
    const page = pageIn(denial);
    const remedy: Remedy = { kind: 'step_up', acrValues, maxAge, page };
    const ask = (signal: AbortSignal) => onStepUp({ acrValues, maxAge, page, denial, signal });
    const until = run.now() + (page?.expiresIn ?? 0);
    const subject = await run.hooked(ask, run.deadline - run.now(), remedy);
    if (subject === LATE) throw run.stop('out_of_time', remedy);
    if (subject === true && page) return { plan, token, confirming: { url: page.url, until } };
    return typeof subject === 'boolean' || subject === undefined ? undefined : { plan: { ...plan, subject } };
  };

  /** Whether the person may still confirm on the page that the program gave them: then waits a while. */
  const isConfirming = async ({ url, until }: Confirming, { response, said, run }: Refused): Promise<boolean> => {
    const denial = await denialIn(response, said, run.signal);
    const page = pageIn(denial);
    if (!page || isDecided(page, url, until - run.now()) || run.now() + PAGE_PACE > until) return false;
    run.refused(denial);
    const [remedy] = denial.remedies;
    if (remedy) await run.sleep(PAGE_PACE, remedy);
    return true;
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
    step_up: steppedUp,
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
        if (kind === undefined) return response;
        const request = { ...call, method: sendable.method, url: sendable.url };
        const refused = { response, plan, said, token, request, run };
        if (kind === 'step_up' && next.confirming && (await isConfirming(next.confirming, refused))) {
          discard(response);
          next = { ...next, token };
          continue;
        }
        if (followed.has(kind)) return response;
        const after = await followers[kind](refused);
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
