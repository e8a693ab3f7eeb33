/** Implements the interaction and browser-session ports over oidc-provider. */
import { createHash } from 'node:crypto';
import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import { sessionIdOf } from '../../domain/identity/sessions/session.ts';
import type { SessionRegistry } from '../../domain/identity/sessions/session-registry.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { interactionRefusal } from '../../domain/ports/interaction-refusals.ts';
import type { BrowserSessions, Exchange, Interaction, Interactions } from '../../domain/ports/interactions.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import { makeGrant } from '../grants/grant-creation.ts';
import { transactionMember } from '../requests/request-transaction.ts';
import { ACR_CHECK, AGE_CHECK } from '../requests/step-up.ts';
import { ACCOUNT_PAGES_CLIENT } from '../seam/account-pages-client.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { type CookieNames, SESSION_COOKIE } from '../seam/cookies.ts';
import { duringExchange } from '../seam/current-exchange.ts';
import { outOfProvider } from '../seam/oauth-errors.ts';
import { factsOf } from '../seam/request-facts.ts';
import { answerOf } from '../seam/token-request-unit.ts';
import type { BrowserState } from './browser-state.ts';
import type { PromptDetails } from './interaction-policy.ts';
import { answerMarks } from './kept-by-browser.ts';
import { LOGIN_INTERACTION } from './seen-sessions.ts';

type Deps = {
  /** The current oidc-provider, which is built anew when keys change. */
  readonly provider: () => Provider;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly consumptions: Pick<ConsumptionRegistry, 'consumeAll' | 'isConsumed' | 'release'>;
  readonly state: BrowserState;
  readonly masterKey: MasterKey;
  readonly issuer: string;
  readonly cookies: CookieNames;
  readonly sessions: Pick<SessionRegistry, 'note' | 'end'>;
};

type ProviderInteraction = Awaited<ReturnType<Provider['interactionDetails']>>;

const SIGNED = { signed: true } as const;

export const interactions = (deps: Deps): Interactions => {
  const { provider, clock, consumptions, masterKey } = deps;

  const sessionOf = (exchange: Exchange) =>
    within(exchange, () => provider().Session.get(provider().createContext(exchange.request, exchange.response)));

  /**
   * The prompt of this browser, whose session must be live and its own (AP-12, WB-11). As `interactionDetails` of oidc-provider, which
   * would find the session by its uid and then not know whose it is. `prompt`: the prompt at which this browser must be.
   */
  const open = async (exchange: Exchange, uid: string, prompt?: 'login' | 'consent'): Promise<ProviderInteraction> => {
    const current = provider();
    const { cookies } = current.createContext(exchange.request, exchange.response);
    const isNamed = cookies.get(deps.cookies.interaction, SIGNED) === uid;
    const found = isNamed ? await within(exchange, () => current.Interaction.find(uid)) : undefined;
    if (found?.uid !== uid || found.exp <= clock.now()) throw gone();
    if (prompt !== undefined && found.prompt.name !== prompt) throw gone();
    if (!found.session) return found;
    const id = cookies.get(deps.cookies.session, SIGNED);
    const session = id === undefined ? undefined : await within(exchange, () => current.Session.find(id));
    if (session?.uid !== found.session.uid || session.accountId !== found.session.accountId) throw gone();
    return found;
  };

  /**
   * Runs `answer` for exactly one of all answers that accounts give to a prompt, on any node, permanently. If it throws, the
   * next answer may run. An answer without a signed-in account (`account` is undefined) is not marked: it leads to no code,
   * and sending it again equals a new attempt.
   */
  const once = async <T>(
    { response }: Exchange,
    found: ProviderInteraction,
    account: string | undefined,
    answer: () => Promise<T>,
  ): Promise<T> => {
    const marks = answerMarks(masterKey, found.uid);
    const isFirst = account
      ? await consumptions.consumeAll(marks, found.exp + KEPT_SECONDS, answerOf(response))
      : !(await consumptions.isConsumed(marks));
    if (!isFirst) throw interactionRefusal('interaction_answered');
    try {
      return await answer();
    } catch (error) {
      // If the release fails as well, the page stays answered and the user starts again.
      if (account) await consumptions.release(marks).catch(() => undefined);
      throw error;
    }
  };

  const finish = async (
    exchange: Exchange,
    found: ProviderInteraction,
    result: InteractionResults,
  ): Promise<string> => {
    found.result = 'error' in result ? result : { ...found.lastSubmission, ...result };
    await within(exchange, () => found.persist());
    return found.returnTo;
  };

  /**
   * Ends the session of another account, so that oidc-provider need not ask about signing out during a sign-in. That
   * account's answers to this request do not apply to the new account.
   */
  const endOther = async (exchange: Exchange, found: ProviderInteraction, account: string): Promise<void> => {
    const session = await sessionOf(exchange);
    if (session.accountId === undefined || session.accountId === account) return;
    const { id: request, source } = factsOf(exchange.request);
    const by = { caller: session.accountId, request, source };
    await deps.sessions.end(sessionIdOf(session.uid), by, 'other_account');
    Object.assign(found, { session: undefined, lastSubmission: undefined });
    await session.destroy();
    dropSessionCookie(provider(), exchange, deps.cookies);
  };

  return outOfProvider<Interactions>({
    async get(exchange, uid): Promise<Interaction> {
      const found = await open(exchange, uid);
      const details = found.prompt.details as unknown as PromptDetails;
      const text = (name: string): string | undefined =>
        typeof found.params[name] === 'string' ? (found.params[name] as string) : undefined;
      const redirectUri = text('redirect_uri');
      const loginHint = text('login_hint');
      const uiLocales = text('ui_locales');
      return {
        uid,
        prompt: found.prompt.name === 'consent' ? 'consent' : 'login',
        ...(found.session?.accountId === undefined ? {} : { account: found.session.accountId }),
        ...(lacksFactor(found) ? { lacksFactor: true } : {}),
        ...(found.prompt.reasons.some((reason) => FRESH.has(reason)) ? { isFresh: true } : {}),
        clientId: String(text('client_id')),
        ...(redirectUri === undefined ? {} : { redirectUri }),
        ...(loginHint === undefined ? {} : { loginHint }),
        ...(uiLocales === undefined ? {} : { uiLocales }),
        openidScopes: details.openidScopes ?? [],
        resources: details.resources ?? {},
        ...(details.details === undefined ? {} : { details: details.details }),
        ...(details.userCode === undefined ? {} : { userCode: details.userCode }),
        ...(details.requestedActor === undefined ? {} : { requestedActor: details.requestedActor }),
        ...(text('transaction') ? { txn: text('transaction') as string } : {}),
        ...(details.isDefaultScope ? { isDefaultScope: true as const } : {}),
        expiresAt: found.exp,
      };
    },

    async finishSignIn(exchange, uid, account, { acr, amr, authTime }) {
      const found = await open(exchange, uid, 'login');
      // The time of the sign-in, not of the browser's return: an end of the sessions in between also ends this one.
      const facts = { accountId: account, ts: authTime, amr: [...amr], ...(acr ? { acr } : {}) };
      // When the session is stored, the current interaction may already be that of the consent.
      const login = { ...facts, remember: true, [LOGIN_INTERACTION]: uid };
      return once(exchange, found, account, async () => {
        await endOther(exchange, found, account);
        return finish(exchange, found, { login });
      });
    },

    async finishConsent(exchange, uid, decide) {
      const found = await open(exchange, uid, 'consent');
      const account = found.session?.accountId;
      if (account === undefined) throw gone();
      const details = found.prompt.details as unknown as PromptDetails;
      return once(exchange, found, account, async () => {
        const grant = makeGrant(provider(), deps, {
          account,
          clientId: String(found.params['client_id']),
          asked: {
            openidScopes: details.openidScopes ?? [],
            resources: details.resources ?? {},
            ...(details.details === undefined ? {} : { details: details.details }),
          },
          given: await decide(),
          sessionUid: details.userCode === undefined ? found.session?.uid : undefined,
          ...transactionMember(found.params),
        });
        const grantId = await grant.save();
        return finish(exchange, found, { consent: { grantId } });
      });
    },

    async refuse(exchange, uid, error, description, decide) {
      const found = await open(exchange, uid);
      return once(exchange, found, found.session?.accountId, async () => {
        await decide?.();
        return finish(exchange, found, { error, error_description: description });
      });
    },

    async restart(exchange, uid) {
      const found = await open(exchange, uid);
      if (found.deviceCode !== undefined) throw gone();
      return once(exchange, found, found.session?.accountId, async () => {
        const { login_hint: _, prompt, ...params } = found.params;
        const asked = typeof prompt === 'string' ? prompt.split(' ') : [];
        // oidc-provider continues with these parameters. A new request would leave a pushed one (RFC 9126) unused.
        Object.assign(found, {
          params: { ...params, prompt: [...new Set([...asked, 'login'])].join(' ') },
          result: {},
        });
        await within(exchange, () => found.persist());
        return found.returnTo;
      });
    },
  });
};

/** How long marks outlive their subject: longer than the maximum clock difference of two nodes. */
const KEPT_SECONDS = 60;

/** Runs `work` with the prompt that the browser of this exchange keeps. */
const within = <R>({ request, response }: Exchange, work: () => R): R =>
  duringExchange({ req: request, res: response }, work);

/** Reasons of a prompt for which an existing session is not enough. */
const FRESH: ReadonlySet<string> = new Set(['login_prompt', 'max_age', AGE_CHECK]);

/** Whether the signed-in user lacks only the required authentication class (step-up.ts). */
const lacksFactor = ({ prompt, session }: ProviderInteraction): boolean =>
  prompt.name === 'login' &&
  session?.accountId !== undefined &&
  prompt.reasons.length === 1 &&
  prompt.reasons[0] === ACR_CHECK;

const gone = (): DomainError => interactionRefusal('interaction_over');

const dropSessionCookie = (provider: Provider, { request, response }: Exchange, cookies: CookieNames): void => {
  const context = provider.createContext(request, response);
  context.cookies.secure = context.secure;
  context.cookies.set(cookies.session, null, { ...SESSION_COOKIE });
};

const SIGN_IN_SECONDS = 3600;

export const browserSessions = (deps: Omit<Deps, 'consumptions' | 'clock'>): BrowserSessions => {
  const { provider, state: states, issuer, cookies, sessions } = deps;
  const path = `${new URL(issuer).pathname.replace(/\/$/, '')}/account`;
  const cookie = { name: cookies.signIn, path };
  const contextOf = ({ request, response }: Exchange) => provider().createContext(request, response);

  return outOfProvider<BrowserSessions>({
    async current(exchange) {
      const session = await provider().Session.get(contextOf(exchange));
      if (session.accountId === undefined || session.transient) return undefined;
      const { uid, accountId: account, acr, amr = [], loginTs: authTime = 0 } = session;
      const id = sessionIdOf(uid);
      sessions.note(id, factsOf(exchange.request).source);
      return { id, account, assurance: { ...(acr === undefined ? {} : { acr }), amr: [...amr], authTime } };
    },

    async signInUrl(exchange, returnTo, how) {
      if (!/^\/(?![/\\])/.test(returnTo)) throw new TypeError('returnTo is a path on our origin');
      const state = deps.identifiers.newSecret();
      const at = { req: exchange.request, res: exchange.response };
      // The path may hold a handle (decision D14). If it is too long for a cookie, keeps it without its query.
      const [page = '/'] = returnTo.split('?', 1);
      const isKept = [returnTo, page, '/account'].some((to) =>
        states.keep(at, cookie, `sign-in ${state}`, { returnTo: to }, SIGN_IN_SECONDS),
      );
      if (!isKept) throw new TypeError('a path of ours fits into a cookie');
      const query = new URLSearchParams({
        client_id: ACCOUNT_PAGES_CLIENT.client_id,
        redirect_uri: `${issuer}/account/signed-in`,
        response_type: 'code',
        scope: 'openid',
        state,
        // The code is never redeemed: the pages use only the session that the sign-in began.
        code_challenge: createHash('sha256').update(deps.identifiers.newSecret()).digest('base64url'),
        code_challenge_method: 'S256',
        ...(how === 'anew' ? { prompt: 'login' } : {}),
      });
      return `${issuer}/auth?${query}`;
    },

    async finishSignIn(exchange, query) {
      const at = { req: exchange.request, res: exchange.response };
      const state = query.get('state') ?? '';
      const kept = states.opened(states.valueOf(at, cookies.signIn), `sign-in ${state}`);
      states.drop(at, cookie);
      if (kept === undefined) throw interactionRefusal('resumed_in_other_browser');
      return String(kept['returnTo']);
    },

    async end(exchange) {
      const session = await provider().Session.get(contextOf(exchange));
      if (session.accountId !== undefined) await session.destroy();
      dropSessionCookie(provider(), exchange, cookies);
    },
  });
};
