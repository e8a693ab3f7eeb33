/**
 * The parts of RFC 8628 that oidc-provider leaves open: a limit on guesses of user codes (§5.1, finding V19), and the polling
 * interval in the response (§3.2). A code in a link is not submitted automatically (§5.4).
 */
import Provider from 'oidc-provider';
import type { Configuration } from '../../../config/configuration.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import { boundedCounts } from '../../domain/platform/rate-limits/bounded-counts.ts';
import { networkCounts } from '../../domain/platform/rate-limits/network-counts.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { SESSION_COOKIE } from '../seam/cookies.ts';
import type { ProviderPages } from '../seam/pages.ts';
import type { RefusalCounter } from '../seam/refusal-counter.ts';
import { factsOf } from '../seam/request-facts.ts';
import { requestState } from '../seam/request-state.ts';

const GUESS_WINDOW_SECONDS = 600;
/** Matches like oidc-provider's router: in any case, with or without a slash at the end. */
const VERIFICATION = /^\/device\/?$/i;

/** The form of a user code; `*` stands for one character. */
export const USER_CODE_MASK = '****-****';

/** A user code as the device shows it, derived from its stored form. */
export const shownUserCode = (stored: string): string => {
  const characters = [...stored];
  return USER_CODE_MASK.replaceAll('*', () => characters.shift() ?? '');
};

export const deviceAuthorization = (
  provider: Provider,
  deps: {
    readonly configuration: Configuration;
    readonly ephemeral: EphemeralStore;
    readonly masterKey: MasterKey;
    readonly clock: Pick<Clock, 'now'>;
    readonly pages: ProviderPages;
    readonly refusals: RefusalCounter;
  },
): void => {
  const { configuration, masterKey } = deps;

  /** Counts the attempt before it looks the code up. Uncounts a correct code, so that an office can connect all its devices. */
  const guesses = networkCounts(
    boundedCounts(deps),
    (network) => `user-code:${masterKey.digest('user-code', network)}`,
    {
      limit: configuration.limits.deviceUserCodeAttempts,
      window: GUESS_WINDOW_SECONDS,
    },
  );

  beginLateSessions(provider, configuration.sessions.ttlSeconds);

  provider.use(async (ctx, next) => {
    const atVerification = VERIFICATION.test(ctx.path);
    if (atVerification && ctx.method === 'GET' && ctx.query['user_code'] !== undefined) {
      // Shown in the form, for the person to compare and send. Opening the link never sends it.
      requestState(ctx).userCode = String(ctx.query['user_code']).slice(0, 40);
      ctx.query = {};
    }
    if (atVerification && ctx.method === 'POST') {
      const { source, id } = factsOf(ctx.req);
      if ((await guesses.take(source)) > 0) {
        ctx.status = 429;
        ctx.set('Retry-After', String(GUESS_WINDOW_SECONDS));
        const error_description = 'too many user codes were tried from here; wait and try again';
        const out = { error: 'slow_down', error_description };
        ctx.body = out;
        if (ctx.accepts('json', 'html') === 'json') return;
        await deps.refusals.note(source, out.error, id);
        await deps.pages.error(ctx, out, new Error(error_description));
        return;
      }
    }
    await next();
    const isRight = ctx['oidc']?.entities.DeviceCode !== undefined;
    if (atVerification && ctx.method === 'POST' && isRight) await guesses.giveBack(factsOf(ctx.req).source);
    if (ctx['oidc']?.route === 'device_authorization' && ctx.status === 200) {
      ctx.body = { ...(ctx.body as object), interval: configuration.tokens.devicePollIntervalSeconds };
    }
  });
};

/**
 * A failed device page shows its form again, with a token in the session, even if there is no session yet. oidc-provider then
 * finds nothing to save and fails (finding V9). This begins the session.
 */
const beginLateSessions = (provider: Provider, ttlSeconds: number): void => {
  const prototype = provider.Session.prototype as unknown as {
    readonly id: string;
    readonly exp?: number;
    save(ttl: number): Promise<string>;
    persist(): Promise<string>;
  };
  const { persist } = prototype;
  prototype.persist = async function begun() {
    if (this.exp !== undefined) return persist.call(this);
    const cookies = Provider.ctx?.oidc.cookies;
    cookies?.set(provider.cookieName('session'), this.id, SESSION_COOKIE);
    return this.save(ttlSeconds);
  };
};
