/** Ports that oidc-provider or a provider elsewhere implements, in memory. fake-grants.ts has the grants. */
import type { IncomingMessage } from 'node:http';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import type { Account } from '../../src/domain/identity/accounts/account.ts';
import { sessionIdOf } from '../../src/domain/identity/sessions/session.ts';
import type { SeenSession } from '../../src/domain/identity/sessions/session-records.ts';
import type { SessionRegistry } from '../../src/domain/identity/sessions/session-registry.ts';
import type { BrowserSessions, ConsentResult, Interaction, Interactions } from '../../src/domain/ports/interactions.ts';
import type { UpstreamClient, UpstreamIdentity, UpstreamRequest } from '../../src/domain/ports/upstream-client.ts';
import { type Assurance, SINGLE_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { DomainError } from '../../src/domain/vocabulary/errors.ts';

const cookies = (incoming: IncomingMessage): readonly string[] =>
  (incoming.headers.cookie ?? '').split(';').map((pair) => pair.trim());

/** The prompts of oidc-provider: a cookie `interaction` names the one a browser is in. */
export const fakeInteractions = () => {
  const open = new Map<string, Interaction>();
  const assurances: Assurance[] = [];
  const finished: { uid: string; with: string | ConsentResult | 'refused' | 'restarted' }[] = [];
  const busy = new Set<string>();
  const of = (incoming: IncomingMessage, uid: string): Interaction => {
    const found = open.get(uid);
    if (!found || !cookies(incoming).includes(`interaction=${uid}`)) {
      throw new DomainError('not_found', 'There is no such request.');
    }
    return found;
  };
  const finish = (incoming: IncomingMessage, uid: string, result: string | ConsentResult | 'refused'): string => {
    of(incoming, uid);
    if (finished.some((one) => one.uid === uid)) throw new DomainError('conflict', 'This was decided already.');
    finished.push({ uid, with: result });
    return `https://id.example.com/auth/${uid}`;
  };
  const once = async (incoming: IncomingMessage, uid: string, answer: () => Promise<string>): Promise<string> => {
    of(incoming, uid);
    if (busy.has(uid)) throw new DomainError('conflict', 'This was decided already.');
    busy.add(uid);
    try {
      return await answer();
    } catch (error) {
      busy.delete(uid);
      throw error;
    }
  };
  const port: Interactions = {
    get: async ({ request: incoming }, uid) => of(incoming, uid),
    async finishSignIn({ request: incoming }, uid, account, assurance) {
      assurances.push(assurance);
      return finish(incoming, uid, account);
    },
    finishConsent: async ({ request: incoming }, uid, decide) =>
      await once(incoming, uid, async () => finish(incoming, uid, await decide())),
    refuse: async ({ request: incoming }, uid, _error, _description, decide) =>
      await once(incoming, uid, async () => {
        await decide?.();
        return finish(incoming, uid, 'refused');
      }),
    restart: async ({ request: incoming }, uid) => finish(incoming, uid, 'restarted'),
  };
  return { port, open, finished, assurances };
};

/** Sessions: a cookie `session` names one, and its row says whether it counts. */
export const fakeSessions = (
  clock: { now(): number },
  registry: SessionRegistry,
  accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> },
) => {
  const live = new Map<string, { account: string; assurance: Assurance }>();
  const kept = new Map<string, Promise<void>>();
  const idOf = (incoming: IncomingMessage): string =>
    cookies(incoming)
      .find((pair) => pair.startsWith('session='))
      ?.slice(8) ?? '';
  const port: BrowserSessions = {
    async current({ request: incoming }) {
      const uid = idOf(incoming);
      await kept.get(uid);
      const found = live.get(uid);
      const account = found && (await accounts.get(found.account))?.document;
      if (!account || !(await registry.isLive(sessionIdOf(uid), account, found.assurance.authTime))) return undefined;
      return { id: sessionIdOf(uid), ...found };
    },
    signInUrl: async (_, returnTo, how) =>
      `https://id.example.com/auth?return=${encodeURIComponent(returnTo)}${how === undefined ? '' : `&how=${how}`}`,
    async finishSignIn(_, query) {
      const back = query.get('state');
      if (!back) throw new DomainError('invalid_request', 'This browser did not start a sign-in.');
      return back;
    },
    async end({ request: incoming }) {
      live.delete(idOf(incoming));
    },
  };
  /** Answers the value of the cookie. */
  const start = (account: string, more: Partial<Assurance> & Partial<Omit<SeenSession, 'acr'>> = {}): string => {
    const uid = randomIdentifiers.newSecret();
    const assurance = { acr: SINGLE_FACTOR, amr: ['pwd'], authTime: clock.now(), ...more };
    live.set(uid, { account, assurance });
    kept.set(uid, registry.keep({ apps: [], until: clock.now() + 3600, ...assurance, uid, account }));
    return uid;
  };
  return { port, live, start, settled: () => Promise.all(kept.values()) };
};

/** Providers of which every answer is as the test says. */
export const fakeUpstreamClient = () => {
  const requests: UpstreamRequest[] = [];
  const state: { identity?: UpstreamIdentity; failure?: Error; endFailure?: Error } = {};
  const port: UpstreamClient = {
    async authorizationUrl({ issuer }, request) {
      requests.push(request);
      return `${issuer}/authorize?state=${request.state}`;
    },
    async identify() {
      if (state.failure || !state.identity) throw state.failure ?? new Error('no user signed in there');
      return state.identity;
    },
    async endSessionUrl({ issuer }, { state: value }) {
      if (state.endFailure) throw state.endFailure;
      return `${issuer}/end?state=${value}`;
    },
    keysUrl: async ({ issuer }) => `${issuer}/jwks`,
  };
  return { port, requests, state };
};
