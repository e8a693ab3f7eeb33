/**
 * What the engine leaves open of RFC 8628: a limit on guesses of user codes (§5.1, finding V19), the
 * polling interval in the answer (§3.2), and no automatic submission of a code that came in a link (§5.4).
 */
import type Provider from 'oidc-provider';
import type { Configuration } from '../../config/configuration.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { MasterKey } from '../domain/secrets/master-key.ts';
import type { EnginePages } from './engine-pages.ts';
import { factsOf } from './request-facts.ts';

const GUESS_WINDOW_SECONDS = 600;

export const deviceAuthorization = (
  provider: Provider,
  deps: {
    readonly configuration: Configuration;
    readonly ephemeral: EphemeralStore;
    readonly masterKey: MasterKey;
    readonly pages: EnginePages;
  },
): void => {
  const { configuration, ephemeral, masterKey } = deps;

  /** Counted before the code is looked up, so that parallel guesses cannot pass the limit. */
  const mayGuess = async (source: string): Promise<boolean> => {
    const count = await ephemeral.count(`user-code:${masterKey.digest('user-code', source)}`, GUESS_WINDOW_SECONDS);
    return count <= configuration.limits.deviceUserCodeAttempts;
  };

  provider.use(async (ctx, next) => {
    const { pathname } = new URL(ctx.url, 'http://localhost');
    const atVerification = pathname.replace(/\/$/, '').toLowerCase() === '/device';
    if (atVerification && ctx.method === 'GET' && ctx.query['user_code'] !== undefined) {
      // Shown in the form for the person to compare and send; never sent by opening a link.
      ctx.state['userCode'] = String(ctx.query['user_code']).slice(0, 40);
      ctx.query = {};
    }
    if (atVerification && ctx.method === 'POST') {
      if (!(await mayGuess(factsOf(ctx.req).source))) {
        ctx.status = 429;
        ctx.set('Retry-After', String(GUESS_WINDOW_SECONDS));
        ctx.type = 'json';
        ctx.body = {
          error: 'slow_down',
          error_description: 'too many user codes were tried from here; wait and try again',
        };
        return;
      }
    }
    await next();
    if (ctx['oidc']?.route === 'device_authorization' && ctx.status === 200) {
      ctx.body = { ...(ctx.body as object), interval: configuration.tokens.devicePollIntervalSeconds };
    }
  });
};
