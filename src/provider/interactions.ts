/** The interaction and browser-session ports over the engine. */
import { createHash } from 'node:crypto';
import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import { DomainError } from '../domain/errors.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import type { BrowserSessions, Exchange, Interaction, Interactions } from '../domain/ports/interactions.ts';
import type { MasterKey } from '../domain/secrets/master-key.ts';
import { ACCOUNT_PAGES_CLIENT } from './account-pages-client.ts';
import type { CookieNames } from './cookies.ts';
import type { PromptDetails } from './interaction-policy.ts';
import { makeLease } from './lease-maker.ts';

type Deps = {
  /** The engine now; it is built anew when keys change. */
  readonly provider: () => Provider;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly cookies: CookieNames;
};

type EngineInteraction = Awaited<ReturnType<Provider['interactionDetails']>>;

export const interactions = (deps: Deps): Interactions => {
  const { provider, clock, ephemeral } = deps;

  const open = async ({ request, response }: Exchange, uid: string): Promise<EngineInteraction> => {
    let found: EngineInteraction;
    try {
      found = await provider().interactionDetails(request, response);
    } catch (error) {
      if ((error as { error?: string }).error !== 'invalid_request') throw error;
      throw gone();
    }
    if (found.uid !== uid || found.exp <= clock.now()) throw gone();
    return found;
  };

  const finish = async (exchange: Exchange, uid: string, result: InteractionResults): Promise<string> => {
    if (!(await ephemeral.claim(`interaction:${deps.masterKey.digest('interaction', uid)}`, 3600))) {
      throw new DomainError('conflict', 'this page was already answered');
    }
    return provider().interactionResult(exchange.request, exchange.response, result);
  };

  return {
    async get(exchange, uid): Promise<Interaction> {
      const found = await open(exchange, uid);
      const details = found.prompt.details as unknown as PromptDetails;
      const text = (name: string): string | undefined =>
        typeof found.params[name] === 'string' ? (found.params[name] as string) : undefined;
      const redirectUri = text('redirect_uri');
      const loginHint = text('login_hint');
      return {
        uid,
        prompt: found.prompt.name === 'consent' ? 'consent' : 'login',
        ...(found.session?.accountId === undefined ? {} : { account: found.session.accountId }),
        clientId: String(text('client_id')),
        ...(redirectUri === undefined ? {} : { redirectUri }),
        ...(loginHint === undefined ? {} : { loginHint }),
        openidScopes: details.openidScopes ?? [],
        resources: details.resources ?? {},
        ...(details.userCode === undefined ? {} : { userCode: details.userCode }),
        expiresAt: found.exp,
      };
    },

    async finishSignIn(exchange, uid, account) {
      await open(exchange, uid);
      return finish(exchange, uid, { login: { accountId: account, amr: ['pwd'], remember: true } });
    },

    async finishConsent(exchange, uid, result) {
      const found = await open(exchange, uid);
      const account = found.session?.accountId;
      if (account === undefined) throw gone();
      const details = found.prompt.details as unknown as PromptDetails;
      const grant = makeLease(provider(), deps, {
        account,
        clientId: String(found.params['client_id']),
        asked: { openidScopes: details.openidScopes ?? [], resources: details.resources ?? {} },
        given: result,
      });
      const grantId = await grant.save();
      return finish(exchange, uid, { consent: { grantId } });
    },

    async refuse(exchange, uid, error, description) {
      await open(exchange, uid);
      return finish(exchange, uid, { error, error_description: description });
    },
  };
};

const gone = (): DomainError =>
  new DomainError('not_found', 'this page is over, or belongs to another browser; start again where you came from');

const SIGN_IN_SECONDS = 3600;

export const browserSessions = (deps: Deps): BrowserSessions => {
  const { provider, ephemeral, masterKey, issuer, cookies } = deps;
  const path = `${new URL(issuer).pathname.replace(/\/$/, '')}/account`;
  const options = { httpOnly: true, sameSite: 'lax', signed: false, path, overwrite: true } as const;
  const key = (state: string): string => `sign-in:${masterKey.digest('sign-in', state)}`;
  const contextOf = ({ request, response }: Exchange) => provider().createContext(request, response);

  return {
    async current(exchange) {
      const session = await provider().Session.get(contextOf(exchange));
      if (session.accountId === undefined || session.transient) return undefined;
      return { id: session.uid, account: session.accountId, signedInAt: session.loginTs ?? 0 };
    },

    async signInUrl(exchange, returnTo) {
      if (!/^\/(?![/\\])/.test(returnTo)) throw new TypeError('returnTo is a path on our origin');
      const state = deps.identifiers.newSecret();
      await ephemeral.set(key(state), returnTo, SIGN_IN_SECONDS);
      const context = contextOf(exchange);
      context.cookies.secure = context.secure;
      context.cookies.set(cookies.signIn, state, options);
      const query = new URLSearchParams({
        client_id: ACCOUNT_PAGES_CLIENT.client_id,
        redirect_uri: `${issuer}/account/signed-in`,
        response_type: 'code',
        scope: 'openid',
        state,
        // The code is never redeemed: what counts is the session that the sign-in began.
        code_challenge: createHash('sha256').update(deps.identifiers.newSecret()).digest('base64url'),
        code_challenge_method: 'S256',
      });
      return `${issuer}/auth?${query}`;
    },

    async finishSignIn(exchange, query) {
      const context = contextOf(exchange);
      context.cookies.secure = context.secure;
      const state = query.get('state');
      const started = state !== null && context.cookies.get(cookies.signIn, { signed: false }) === state;
      context.cookies.set(cookies.signIn, null, options);
      const returnTo = started ? await ephemeral.take(key(state)) : undefined;
      if (returnTo === undefined)
        throw new DomainError('invalid_request', 'this sign-in was not started in this browser');
      return returnTo;
    },

    async end(exchange) {
      const context = contextOf(exchange);
      const session = await provider().Session.get(context);
      if (session.accountId !== undefined) await session.destroy();
      context.cookies.secure = context.secure;
      context.cookies.set(cookies.session, null, { ...options, path: '/', signed: true });
    },
  };
};
