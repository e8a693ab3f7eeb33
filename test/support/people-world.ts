/** The pages for people over the stores of this run, with hand-written stand-ins for the ports oidc-provider implements. */

import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll } from '@jest/globals';
import Koa from 'koa';
import request from 'supertest';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { absences } from '../../src/domain/approvals/absences.ts';
import { newApprovalService } from '../../src/domain/approvals/approval-service.ts';
import { cascadeRevocation, endOfSignIn } from '../../src/domain/approvals/cascade-revocation.ts';
import { standingApprovals } from '../../src/domain/approvals/standing-approvals.ts';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { refusalBudget } from '../../src/domain/audit/refusal-budget.ts';
import { signInRefusals } from '../../src/domain/audit/sign-in-refusals.ts';
import { consentRegistry } from '../../src/domain/authority/consent/consent-registry.ts';
import { authorizer } from '../../src/domain/authority/decision/authorize.ts';
import { delegationRegistry } from '../../src/domain/authority/delegation/delegation-registry.ts';
import { delegationRequests } from '../../src/domain/authority/delegation/delegation-requests.ts';
import { grantUse } from '../../src/domain/authority/grants/grant-last-used.ts';
import { newGrantService } from '../../src/domain/authority/grants/grant-service.ts';
import { revocation } from '../../src/domain/authority/revocation/revocation.ts';
import { agentRegistry } from '../../src/domain/clients/agents/agent-registry.ts';
import { clientRegistry } from '../../src/domain/clients/clients/client-registry.ts';
import { dutyHolders } from '../../src/domain/clients/clients/duty-holders.ts';
import { accountLinks } from '../../src/domain/clients/peers/account-links.ts';
import type { Account } from '../../src/domain/identity/accounts/account.ts';
import { accountRegistry } from '../../src/domain/identity/accounts/account-registry.ts';
import { passwords } from '../../src/domain/identity/accounts/passwords.ts';
import { passwordSignIn } from '../../src/domain/identity/accounts/sign-in.ts';
import { factorRegistry } from '../../src/domain/identity/factors/factor-registry.ts';
import { passkeys } from '../../src/domain/identity/factors/passkeys.ts';
import { secondFactor } from '../../src/domain/identity/factors/second-factor.ts';
import { totpEnrolment } from '../../src/domain/identity/factors/totp-enrolment.ts';
import { groupRegistry } from '../../src/domain/identity/groups/group-registry.ts';
import { ownerNames } from '../../src/domain/identity/groups/owner-names.ts';
import { ownersOf } from '../../src/domain/identity/groups/owners.ts';
import { sessionIdOf } from '../../src/domain/identity/sessions/session.ts';
import type { SeenSession } from '../../src/domain/identity/sessions/session-records.ts';
import { type SessionRegistry, sessionRegistry } from '../../src/domain/identity/sessions/session-registry.ts';
import { signInMethods } from '../../src/domain/identity/upstream/sign-in-methods.ts';
import { upstreamLinks } from '../../src/domain/identity/upstream/upstream-links.ts';
import { upstreamRegistry } from '../../src/domain/identity/upstream/upstream-registry.ts';
import { upstreamSessions } from '../../src/domain/identity/upstream/upstream-sessions.ts';
import { upstreamSignIn } from '../../src/domain/identity/upstream/upstream-sign-in.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import { openRecords } from '../../src/domain/platform/rate-limits/open-records.ts';
import type { BrowserSessions, ConsentResult, Interaction, Interactions } from '../../src/domain/ports/interactions.ts';
import type { UpstreamClient, UpstreamIdentity, UpstreamRequest } from '../../src/domain/ports/upstream-client.ts';
import { resourceServerRegistry } from '../../src/domain/resources/resource-servers/resource-server-registry.ts';
import { type Assurance, SINGLE_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { DomainError } from '../../src/domain/vocabulary/errors.ts';
import type { PublicJwk } from '../../src/domain/vocabulary/json-web-keys.ts';
import { liveApprovals } from '../../src/http/account/approvals/live.ts';
import { accountRouter } from '../../src/http/account/router.ts';
import type { PeopleDeps } from '../../src/http/interaction/people-deps.ts';
import { interactionRouter } from '../../src/http/interaction/router.ts';
import { languageRouter } from '../../src/http/language.ts';
import { readerLanguage } from '../../src/http/middleware/language.ts';
import { beginState } from '../../src/http/request-state.ts';
import { fakeGrants } from './fake-grants.ts';
import { plainVotes } from './fake-votes.ts';
import { closeStores, openStores } from './shared-servers.ts';

afterAll(closeStores);

export const START = 1_800_000_000;
export const CALENDAR = 'https://calendar.example.com';
export const MAIL = 'https://mail.example.com';
export const REDIRECT_URI = 'https://app.example.com/callback';
export const PASSWORD = 'correct horse battery';
export const SYSTEM = { caller: 'system' };

export const LIMITS = { signInPerAccount: 5, signInPerSource: 20, signInWindowSeconds: 600 };

/** A clock that stands still until it is moved. */
export const standingClock = (start = START) => {
  let seconds = start;
  return {
    now: () => seconds,
    nowMillis: () => seconds * 1000,
    move(by: number): void {
      seconds += by;
    },
  };
};

/** Keeps what is appended; `failing` makes the next appends fail as a full disk would. */
export const recordingAudit = () => {
  const events: AuditEvent[] = [];
  const state = { failing: false };
  return {
    events,
    state,
    of: (type: AuditEvent['type']) => events.filter((event) => event.type === type),
    async append(event: AuditEvent) {
      if (state.failing) throw new DomainError('unavailable', 'The audit log cannot be written.');
      events.push(JSON.parse(JSON.stringify(event)) as AuditEvent);
      return { stream: 'test', sequence: events.length, hash: '' };
    },
    async list({ subject }: { readonly subject?: string }) {
      const entries = events
        .map((event, index) => ({
          id: `e${index}`,
          stream: 'test',
          sequence: index,
          at: START * 1000,
          hash: '',
          event,
        }))
        .filter(({ event }) => subject === undefined || event.subject === subject)
        .reverse();
      return { entries };
    },
  };
};

const cookies = (incoming: IncomingMessage): readonly string[] =>
  (incoming.headers.cookie ?? '').split(';').map((pair) => pair.trim());

export const newPublicKey = (): PublicJwk => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kty: 'EC',
  kid: 'one',
  alg: 'ES256',
  use: 'sig',
});

/** The prompts of oidc-provider: a cookie `interaction` names the one a browser is in. */
const fakeInteractions = () => {
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
const fakeSessions = (
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
const fakeUpstreamClient = () => {
  const requests: UpstreamRequest[] = [];
  const state: { identity?: UpstreamIdentity; failure?: Error; endFailure?: Error } = {};
  const port: UpstreamClient = {
    async authorizationUrl({ issuer }, request) {
      requests.push(request);
      return `${issuer}/authorize?state=${request.state}`;
    },
    async identify() {
      if (state.failure || !state.identity) throw state.failure ?? new Error('nobody signed in there');
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

export type PeopleWorld = Awaited<ReturnType<typeof peopleWorld>>;

export const peopleWorld = async ({
  issuer = 'https://id.example.com',
  isPasswordOn = true,
}: {
  readonly issuer?: string;
  readonly isPasswordOn?: boolean;
} = {}) => {
  const clock = standingClock();
  const { documents, ephemeral } = await openStores(clock);
  const audit = recordingAudit();
  const identifiers = randomIdentifiers;
  const key = masterKey(Buffer.alloc(32, 7));
  const base = { documents, clock, identifiers, audit };
  const settings = {
    argon2MemoryKib: 64,
    argon2Passes: 1,
    argon2Parallelism: 1,
    concurrency: 4,
    queueLimit: 5000,
    minimumLength: 8,
  };
  const hashing = passwords(settings);
  const accounts = accountRegistry({
    ...base,
    ownerNames: ownerNames(base),
    passwords: hashing,
    sessions: { ending: (id, isOver, but) => registry.ending(id, isOver, but) },
  });
  const accountExists = async (id: string) => (await accounts.get(id))?.document.state === 'active';
  const digestSecret = (secret: string) => key.digest('client_secret', secret);
  const resourceServers = resourceServerRegistry({ ...base, digestSecret, issuer, dutyHolderOf: dutyHolders(base) });
  const groups = groupRegistry({ ...base, accounts });
  const owners = ownersOf({ accounts, groups });
  const agents = agentRegistry({ ...base, owners, resourceServers });
  const clients = clientRegistry({ ...base, digestSecret, accountExists, resourceServers });
  const standing = standingApprovals({ ...base, accounts, revocation: revocation({ documents }) });
  const delegationsHeld = delegationRegistry({ ...base, issuer, maxDepth: 4 });
  const delegations = { ...delegationsHeld, ...cascadeRevocation(delegationsHeld, standing) };
  const requests = delegationRequests({ ephemeral, clock, identifiers, masterKey: key, issuer, ttlSeconds: 600 });
  const authorize = authorizer({ identifiers, managementApi: `${issuer}/api/v1` });
  const consents = consentRegistry({
    documents,
    clock,
    audit,
    accounts,
    clients,
    agents,
    resourceServers,
    delegations,
    authorize,
    settings: { defaultDurationSeconds: 30 * 86_400, maxDurationSeconds: 90 * 86_400, maxDepth: 4 },
  });
  const factors = factorRegistry({ ...base, masterKey: key });
  const written = signInRefusals({
    ...{ append: audit.append, clock, ephemeral, intervalSeconds: 60 },
    budget: refusalBudget({ ephemeral, clock, perDay: 0 }),
    later: (work) => work(),
  });
  /** Waits for the event, which the pages do not. */
  const refusals = {
    note: async (event: Parameters<typeof written.note>[0]) => written.note(event).then(written.drained),
  };
  const signingIn = { ...base, refusals, accounts, factors, ephemeral, masterKey: key, limits: LIMITS };
  const keysOfPeople = passkeys({ ...signingIn, issuer });
  const signIn = passwordSignIn({ ...signingIn, passwords: hashing, isOn: isPasswordOn });
  const upstreams = upstreamRegistry({ ...base, masterKey: key, checkUrl: () => undefined, issuer, isPasswordOn });
  const upstreamClient = fakeUpstreamClient();
  const registry = sessionRegistry({ ...base, accounts, revocation: revocation({ documents }) });
  const upstreamEnds = upstreamSessions({
    ...{ ...signingIn, upstreams, client: upstreamClient.port, issuer },
    sessions: registry,
    sessionSeconds: 3600,
  });
  const links = upstreamLinks({
    ...{ ...base, upstreams, accounts },
    endSessions: async ({ upstream, subject }, by, keep) =>
      void (await upstreamEnds.endAll(
        { provider: upstream, subject },
        { until: clock.now(), by, how: 'disconnected', ...(keep === undefined ? {} : { keep }) },
      )),
  });
  const there = { upstreams, links, client: upstreamClient.port };
  const interactions = fakeInteractions();
  const sessions = fakeSessions(clock, registry, accounts);
  const grants = fakeGrants();
  const uses = grantUse({ documents, clock, longestSeconds: 86_400 });
  const service = newApprovalService({
    ...signingIn,
    votes: plainVotes((id) => service.get(id)),
    permits: async () => undefined,
    emergency: {
      accounts,
      chainOwners: { of: async ({ owner }) => [owner] },
      resolve: { leftOut: async () => [] },
    },
    settings: { ttlSeconds: 600, redeemSeconds: 300, mostOpen: 5, mostOpenPerApprover: 20, perHour: 30 },
  });
  const peers = { get: async () => undefined };
  const { pathname } = new URL(issuer);
  const deps: PeopleDeps = {
    issuer,
    basePath: pathname === '/' ? '' : pathname,
    readerLanguage: readerLanguage(issuer),
    interactions: interactions.port,
    browserSessions: sessions.port,
    sessions: registry,
    grants: grants.port,
    grantService: newGrantService({ grants: grants.port, consents, audit, ending: endOfSignIn(standing, delegations) }),
    uses,
    authorize,
    accounts,
    groups: { get: async () => undefined },
    ownerNames: ownerNames(base),
    clients,
    agents,
    resourceServers,
    delegations,
    delegationRequests: requests,
    peers,
    accountLinks: accountLinks({ documents, clock, identifiers, audit, peers, accounts }),
    consents,
    signIn,
    secondFactor: secondFactor({ ...signingIn, passkeys: keysOfPeople }),
    passkeys: keysOfPeople,
    upstream: {
      providers: upstreams,
      signIn: upstreamSignIn({
        ...{ ...signingIn, ...there, issuer, clockToleranceSeconds: 5, ownerNames: ownerNames(base) },
        open: openRecords({
          ...{ ephemeral, clock, onEvicted: () => undefined, processes: () => 1 },
          limits: { openRequestsPerNetwork: 256, openRequestsPerClient: 4096, openRequests: 16_384 },
        }),
      }),
      sessions: upstreamEnds,
      signInMethods: signInMethods({ ...base, accounts, factors, links, upstreams, isPasswordOn }),
      newBrowser: identifiers.newSecret,
    },
    isPasswordOn,
    factors,
    totpEnrolment: totpEnrolment({ ...signingIn, issuerName: 'Behalf' }),
    approvals: {
      service,
      absences: absences({
        ...base,
        accounts,
        revocation: { ended: async () => undefined },
        isSure: factors.mayChange,
      }),
      standing,
      live: liveApprovals({ heartbeatMilliseconds: 3_600_000 }),
      clock,
    },
    masterKey: key,
    audit,
    countRefusal: async ({ reason, request: id, source }) => {
      await audit.append({
        type: 'request.refused',
        outcome: 'refused',
        request: id,
        count: 1,
        inputs: { reason },
        personal: { source },
      });
    },
    passwordMinimumLength: settings.minimumLength,
  };

  const app = new Koa();
  app.silent = true;
  app.use((ctx, next) => {
    const facts = { id: 'req_test', source: ctx.get('test-source') || '192.0.2.1' };
    beginState(ctx, facts, deps.readerLanguage.of(ctx.req));
    return next();
  });
  app.use(interactionRouter(deps).routes());
  app.use(languageRouter(deps).routes());
  app.use(accountRouter(deps).routes());
  const http = request(app.callback());

  // People have been here for a day, so that a session can be older than now.
  clock.move(-86_400);
  const ada = (
    await accounts.create({ username: 'ada', name: 'Ada Byron', email: 'ada@example.com', password: PASSWORD }, SYSTEM)
  ).document;
  const bob = (await accounts.create({ username: 'bob', name: 'Bob Noyce', password: PASSWORD }, SYSTEM)).document;
  clock.move(86_400);
  for (const [identifier, name] of [
    [CALENDAR, 'Calendar'],
    [MAIL, 'Mail'],
  ] as const) {
    await resourceServers.create(
      {
        identifier,
        name,
        scopes: [
          { name: 'read', description: `Read your ${name.toLowerCase()}`, risk: 'low' },
          { name: 'write', description: `Change your ${name.toLowerCase()}`, risk: 'high' },
        ],
      },
      SYSTEM,
    );
  }
  const newAgent = async (name: string) =>
    (
      await agents.create(
        {
          name,
          owner: bob.id,
          purpose: `${name} helps`,
          environment: 'production',
          jwks: { keys: [newPublicKey()] },
          redirectUris: [REDIRECT_URI],
        },
        SYSTEM,
      )
    ).document;
  const planner = await newAgent('Planner');
  const booker = await newAgent('Booker');
  const app1 = (await clients.create({ name: 'Wiki', redirectUris: [REDIRECT_URI], owner: bob.id }, SYSTEM)).document;
  audit.events.length = 0;

  /** Puts a prompt into a browser; answers its number. */
  const prompt = (interaction: Partial<Interaction> & Pick<Interaction, 'prompt'>): string => {
    const uid = randomIdentifiers.newSecret().slice(0, 21);
    interactions.open.set(uid, {
      uid,
      clientId: planner.id,
      redirectUri: REDIRECT_URI,
      openidScopes: ['openid'],
      resources: { [CALENDAR]: ['read', 'write'] },
      expiresAt: clock.now() + 600,
      ...interaction,
    });
    return uid;
  };

  return {
    ...{
      clock,
      documents,
      ephemeral,
      audit,
      refusals,
      key,
      accounts,
      agents,
      clients,
      resourceServers,
      delegations,
      requests,
    },
    ...{
      consents,
      upstreams,
      links,
      upstreamClient,
      factors,
      totpEnrolment: deps.totpEnrolment,
      signIn,
      registry,
      upstreamEnds,
      interactions,
      sessions,
      grants,
      uses,
      deps,
      service,
      http,
      ada,
      bob,
      planner,
      booker,
      client: app1,
      prompt,
    },
  };
};
