/** What the clients of the crash campaign write down, and what they need besides. */
import { type Browser, newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import type { Credential } from '../support/oauth-calls.ts';
import type { Scene } from '../support/scene.ts';

export type TokenKind = 'AccessToken' | 'ClientCredentials';

/** A one-time thing whose use was answered, or sent and never answered. */
export type Use = {
  readonly what: string;
  /** Milliseconds of this process's clock: when it was answered, or sent. */
  readonly at: number;
  /** Uses it once more. 'over': refused as it must be. 'works': it was used. Else what was answered in place of both. */
  readonly again: () => Promise<string>;
};

export type Ledger = {
  /** Access tokens that arrived whole. `kind` is oidc-provider's model of an opaque one. */
  readonly received: { readonly token: string; readonly kind: TokenKind }[];
  /** Used with an answer: must be over. */
  readonly used: Use[];
  /** Sent, and the server ended before the answer: may work once more, or not at all. */
  readonly inDoubt: Use[];
  /** Answers no client should ever see, load or kill. */
  readonly unexpected: string[];
  requests: number;
  answers: number;
};

export const newLedger = (): Ledger => ({
  received: [],
  used: [],
  inDoubt: [],
  unexpected: [],
  requests: 0,
  answers: 0,
});

/** The people of the load, each with a browser: writers of one session would wait for each other. */
const PEOPLE = 8;

/** What a load at a rate needs besides the scene. */
export type LoadClients = {
  /** Has a secret, which costs the sender of the load no signature. */
  readonly backEnd: Credential;
  /** Signed in, PEOPLE of them. */
  readonly browsers: readonly Browser[];
  /** Refresh tokens that were received and not used yet, by browser: they must outlive a kill. */
  readonly held: Map<Browser, string>;
};

export const loadClients = async (scene: Scene): Promise<LoadClients> => {
  const { management, jwt, opaque, app } = scene;
  const made = await management.createClient({
    name: 'Back end',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    authority: { [jwt.identifier]: ['read'], [opaque.identifier]: ['read'] },
  });
  const browsers: Browser[] = [];
  for (let person = 0; person < PEOPLE; person += 1) {
    const browser = newBrowser(scene.issuer);
    const scope = 'openid offline_access read write';
    const request = scene.authorizationRequest(app, { scope, resource: [jwt.identifier, opaque.identifier] });
    await walkAuthorization(browser, request.url, { person: scene.person });
    browsers.push(browser);
  }
  return {
    backEnd: { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) },
    browsers,
    held: new Map(),
  };
};

/** Resolves so often that there are `rate` a second; what a slow server has missed is not made up for. */
export const paced = (rate: number | undefined): (() => Promise<void>) => {
  if (rate === undefined) return async () => undefined;
  const gap = 1000 / rate;
  let next = performance.now();
  return async () => {
    const now = performance.now();
    next = Math.max(next + gap, now - 50);
    if (next > now) await new Promise((done) => setTimeout(done, next - now));
  };
};
