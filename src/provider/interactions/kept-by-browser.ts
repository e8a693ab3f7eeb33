/**
 * The models that an unauthenticated request creates: the prompt (oidc-provider's Interaction), and a session without a
 * signed-in user. They are sealed in a cookie of the browser (browser-state.ts). A model that is too long for a cookie goes
 * to the store, within the budgets of open requests. An account's answer is consumed durably, so that a kept cookie cannot
 * answer twice.
 */
import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { OpenRecords } from '../../domain/platform/rate-limits/open-records.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import type { CookieNames } from '../seam/cookies.ts';
import type { Exchange } from '../seam/current-exchange.ts';
import { exchangeNow } from '../seam/current-exchange.ts';
import { factsOf } from '../seam/request-facts.ts';
import type { Payload, SealedPayloads } from '../seam/stored-payloads.ts';
import { answerOf } from '../seam/token-request-unit.ts';
import { type BrowserState, IN_STORE, type StateCookie } from './browser-state.ts';

/** Records outlive their expiry by the clock tolerance of oidc-provider. */
const GRACE_SECONDS = 15;

export interface KeptByBrowser {
  /** Interactions before an account is known. */
  readonly interactions: {
    /** The answer on the route that continues the request; the prompt on all others. */
    find(uid: string): Promise<Payload | undefined>;
    write(uid: string, payload: Payload, seconds: number): Promise<void>;
    /**
     * Uses the answer up when the request continues. Throws SessionNotFound for a second time. An answer without an account
     * leads to no code and is not marked.
     */
    destroy(uid: string): Promise<void>;
  };

  /** Sessions without an account. */
  readonly guests: {
    find(id: string): Promise<Payload | undefined>;
    /** Keeps no session that holds only its id. */
    write(id: string, payload: Payload, seconds: number): Promise<void>;
    /** Removes what the browser of this request keeps, if anything. */
    drop(): void;
  };
}

export const keptByBrowser = (deps: {
  readonly state: BrowserState;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
  readonly consumptions: ConsumptionRegistry;
  readonly cookies: CookieNames;
  /** Path of the issuer, without a slash at the end. */
  readonly basePath: string;
  readonly openedPayload: SealedPayloads['openedPayload'];
  readonly open: OpenRecords;
}): KeptByBrowser => {
  const { state, ephemeral, masterKey, consumptions, cookies, basePath } = deps;
  const pathOf = (uid: string): string => `${basePath}/interaction/${uid}`;
  const guestCookie: StateCookie = { name: cookies.guest, path: '/' };

  const keysOf = (kind: string, id: string): readonly string[] =>
    masterKey.digests(kind, id).map((digest) => `${kind}:${digest}`);

  const stored = async (kind: string, id: string): Promise<Payload | undefined> => {
    for (const key of keysOf(kind, id)) {
      const payload = deps.openedPayload(kind, await ephemeral.get(key));
      if (payload) return payload;
    }
    return undefined;
  };

  const keep = async (
    cookie: StateCookie,
    { kind, context, id }: { readonly kind: string; readonly context: string; readonly id: string },
    payload: Payload,
    seconds: number,
  ): Promise<void> => {
    const exchange = exchangeNow();
    if (!exchange) throw new TypeError(`a ${kind} is kept by the browser of a request`);
    if (state.keep(exchange, cookie, context, payload, seconds)) return;
    const [key = ''] = keysOf(kind, id);
    const sealed = masterKey.seal(kind, JSON.stringify(payload));
    const { source } = factsOf(exchange.req);
    await deps.open.set('prompt', { [key]: sealed }, source, seconds + GRACE_SECONDS);
    state.keepNotice(exchange, cookie, seconds);
  };

  const found = async (
    exchange: Exchange,
    name: string,
    { kind, context, id }: { readonly kind: string; readonly context: string; readonly id: string },
  ): Promise<Payload | undefined> => {
    const value = state.valueOf(exchange, name);
    return value === IN_STORE ? stored(kind, id) : state.opened(value, context);
  };

  /** An answer and its prompt have different contexts, so that neither is accepted for the other. */
  const promptOf = (uid: string, isAnswered: boolean) => ({
    kind: 'Interaction',
    context: `Interaction ${isAnswered ? 'answered' : 'asked'} ${uid}`,
    id: uid,
  });
  const guestOf = (id: string) => ({ kind: 'Guest', context: `Guest ${id}`, id });

  return {
    interactions: {
      /** The answer on the route that continues the request; the prompt on all others. */
      async find(uid: string): Promise<Payload | undefined> {
        const exchange = exchangeNow();
        const isAnswered = isResuming(Provider.ctx);
        const name = isAnswered ? cookies.resumeState : cookies.interactionState;
        return exchange && found(exchange, name, promptOf(uid, isAnswered));
      },

      async write(uid: string, payload: Payload, seconds: number): Promise<void> {
        const isAnswered = payload['result'] !== undefined;
        const cookie = isAnswered
          ? { name: cookies.resumeState, path: new URL(String(payload['returnTo'])).pathname }
          : { name: cookies.interactionState, path: pathOf(uid) };
        await keep(cookie, promptOf(uid, isAnswered), payload, Math.max(1, seconds));
      },

      /**
       * Uses the answer up when the request continues. Throws SessionNotFound for a second time. An answer without an account
       * leads to no code and is not marked.
       */
      async destroy(uid: string): Promise<void> {
        const context = Provider.ctx;
        const answered = context?.oidc.entities.Interaction;
        if (!context || !answered) return;
        const { result, exp, returnTo } = answered;
        const isByAccount = result?.login !== undefined || context.oidc.session?.accountId !== undefined;
        if (isByAccount) raisePriority('authenticated');
        const marks = resumeMarks(masterKey, uid);
        if (isByAccount && !(await consumptions.consumeAll(marks, exp + GRACE_SECONDS, answerOf(context.res)))) {
          throw new errors.SessionNotFound('authorization request was already answered');
        }
        if (state.valueOf(context, cookies.resumeState) === IN_STORE) {
          for (const key of keysOf('Interaction', uid)) await deps.open.drop('prompt', key);
        }
        state.drop(context, { name: cookies.resumeState, path: new URL(returnTo).pathname });
        state.drop(context, { name: cookies.interactionState, path: pathOf(uid) });
      },
    },

    guests: {
      async find(id: string): Promise<Payload | undefined> {
        const exchange = exchangeNow();
        return exchange && found(exchange, cookies.guest, guestOf(id));
      },

      /** Keeps no session that holds only its id. */
      async write(id: string, payload: Payload, seconds: number): Promise<void> {
        if (payload['state'] === undefined) this.drop();
        else await keep(guestCookie, guestOf(id), payload, Math.max(1, seconds));
      },

      /** Removes what the browser of this request keeps, if anything. */
      drop(): void {
        const exchange = exchangeNow();
        if (exchange && state.valueOf(exchange, cookies.guest) !== undefined) state.drop(exchange, guestCookie);
      },
    },
  };
};

/**
 * Marks that a prompt was answered, in the same order on all nodes. `resumeMarks` mark that the request continued with the
 * answer.
 */
export const answerMarks = (masterKey: Pick<MasterKey, 'ordered'>, uid: string): readonly string[] =>
  masterKey.ordered('interaction', uid).map((digest) => `interaction:${digest}`);

const resumeMarks = (masterKey: Pick<MasterKey, 'ordered'>, uid: string): readonly string[] =>
  masterKey.ordered('interaction-resumed', uid).map((digest) => `interaction-resumed:${digest}`);

const isResuming = (context: KoaContextWithOIDC | undefined): boolean =>
  context?.oidc?.route.endsWith('resume') === true;
