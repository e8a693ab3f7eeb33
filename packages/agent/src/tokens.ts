/** Tokens for an API: of the agent itself, on behalf of a person, and of an approved action. */
import { AgentStop } from './agent-stop.ts';
import type { Answer, AuthorizationServer } from './authorization-server.ts';
import { abortable, NEVER } from './clock.ts';
import { currentKey } from './composition.ts';
import { ConfigurationError } from './configuration-error.ts';
import { CIBA } from './denial.ts';
import { follow } from './follower.ts';
import type { Port, Wanted } from './port.ts';
import {
  type ApprovalRequest,
  type Call,
  checkCall,
  checkTarget,
  checkTransaction,
  type ExchangeRequest,
  type Target,
  targetParameters,
} from './requests.ts';
import type { Settings } from './settings.ts';
import { subjectTokenOf } from './subject.ts';
import type { Grant, Token } from './token.ts';
import { tokenCache } from './token-cache.ts';

export interface Tokens {
  /** Rejects with AgentStop; with ConfigurationError for a mistake in the call. */
  own(target: Target, call: Call): Promise<Token>;
  /** Rejects as `own` does. */
  exchange(request: ExchangeRequest, call: Call): Promise<Token>;
  /** Rejects as `own` does. Each call asks people. */
  approval(request: ApprovalRequest, call: Call): Promise<Token>;
  forget(token: Pick<Token, 'accessToken'>): void;
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The grant of a poll is for one action. */
const forOneAction = (answer: Answer): Answer =>
  answer.kind === 'denied'
    ? answer
    : { kind: 'granted', grant: { ...answer.grant, token: { ...answer.grant.token, isForOneAction: true } } };

/** The parameters of a request by CIBA (§7.1), which needs `openid`. */
const backchannelParameters = (
  { loginHint, idTokenHint, bindingMessage, expiry, ...target }: ApprovalRequest,
  scopes: readonly string[] | undefined,
  pingToken: string | undefined,
) => ({
  ...targetParameters(target, [...new Set(['openid', ...(scopes ?? [])])]),
  login_hint: loginHint,
  id_token_hint: idTokenHint,
  binding_message: bindingMessage,
  requested_expiry: expiry === undefined ? undefined : String(expiry),
  client_notification_token: pingToken,
});

export const tokensOf = (settings: Settings, server: AuthorizationServer): Tokens => {
  const { bounds, clock, pings } = settings;
  const cache = tokenCache(settings.cachedTokens, clock);

  const portOf = (ask: Port['ask']): Port => ({
    origin: new URL(settings.issuer).origin,
    ask,
    poll: async (authReqId, signal) => forOneAction(await server.token(CIBA, { auth_req_id: authReqId }, signal)),
    async tokenEndpoint() {
      const { configuration } = await server.connection();
      return String(configuration.serverMetadata().token_endpoint);
    },
    pinged: pings && ((authReqId, signal) => pings.arrived(authReqId, signal)),
  });

  /** One grant, by remedies if need be. */
  const obtained = (ask: Port['ask'], wanted: Wanted, { hooks }: Call) => {
    const all = { ...settings.hooks, ...hooks };
    return (signal: AbortSignal): Promise<Grant> => follow(portOf(ask), wanted, { hooks: all, bounds, clock, signal });
  };

  /** From the cache or a request that is under way. A call with hooks of its own shares neither. */
  const shared = async (
    identity: readonly unknown[],
    call: Call,
    obtain: (signal: AbortSignal) => Promise<Grant>,
  ): Promise<Token> => {
    const { signal = NEVER, hooks } = call;
    const keyFor = (shown: string | undefined): string => JSON.stringify([...identity, shown ?? null]);
    try {
      if (hooks) return (await obtain(signal)).token;
      // A token that the server gave to another composition is not used: it has not seen what the agent runs with now.
      const key = keyFor(await abortable(currentKey(settings.composition), signal));
      return await cache.get(key, signal, async (own) => {
        // The agent may have changed while people decided: the last assertion counts.
        const { token, shown } = await obtain(own);
        return { key: keyFor(shown), token };
      });
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw new AgentStop('aborted', { steps: [], cause: error });
      throw error;
    }
  };

  return {
    async own(target, call) {
      checkTarget(target);
      checkCall(call);
      const ask: Port['ask'] = ({ scopes }, signal) =>
        server.token('client_credentials', targetParameters(target, scopes), signal);
      return shared(['own', target], call, obtained(ask, { scopes: target.scopes, subject: undefined }, call));
    },
    async exchange({ subject: given, transaction, ...target }, call) {
      checkTarget(target);
      checkTransaction(transaction);
      checkCall(call);
      const subject = await subjectTokenOf(given);
      const ask: Port['ask'] = ({ scopes, subject: current = subject }, signal) => {
        const { token, type } = current;
        const subjectParameters = { subject_token: token, subject_token_type: type };
        return server.token(
          EXCHANGE,
          { ...subjectParameters, transaction, ...targetParameters(target, scopes) },
          signal,
        );
      };
      const identity = ['exchange', subject, target, ...(transaction === undefined ? [] : [transaction])];
      return shared(identity, call, obtained(ask, { scopes: target.scopes, subject }, call));
    },
    async approval(request, call) {
      checkTarget(request);
      checkCall(call);
      if ((request.loginHint === undefined) === (request.idTokenHint === undefined)) {
        throw new ConfigurationError('loginHint', 'give either loginHint or idTokenHint');
      }
      const ask: Port['ask'] = ({ scopes }, signal) =>
        server.backchannel(backchannelParameters(request, scopes, pings?.token), signal);
      const obtain = obtained(ask, { scopes: request.scopes, subject: undefined }, call);
      return (await obtain(call.signal ?? NEVER)).token;
    },
    forget: ({ accessToken }) => cache.forget(accessToken),
  };
};
