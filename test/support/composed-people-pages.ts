/** The pages for people, composed by src/compose, with stand-ins for the ports that oidc-provider implements. */
import { generateKeyPairSync } from 'node:crypto';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { brandOf } from '../../src/compose/brand.ts';
import { peoplePages } from '../../src/compose/people-pages.ts';
import { refusalsOf } from '../../src/compose/refusals.ts';
import { tokenServices } from '../../src/compose/token-services.ts';
import type { Interaction } from '../../src/domain/ports/interactions.ts';
import type { PublicJwk } from '../../src/domain/vocabulary/json-web-keys.ts';
import { accountRouter } from '../../src/http/account/router.ts';
import { interactionRouter } from '../../src/http/interaction/router.ts';
import { languageRouter } from '../../src/http/language.ts';
import { type ComposedServices, composeServices, PASSWORD, requestsTo, SYSTEM } from './composed-services.ts';
import { fakeGrants } from './fake-grants.ts';
import { fakeInteractions, fakeSessions, fakeUpstreamClient } from './oidc-stand-ins.ts';

export const CALENDAR = 'https://calendar.example.com';
export const MAIL = 'https://mail.example.com';
export const REDIRECT_URI = 'https://app.example.com/callback';

export const LIMITS = { signInPerAccount: 5, signInPerSource: 20, signInWindowSeconds: 600 };

const SETTINGS: Readonly<Record<string, string>> = {
  BEHALF__LIMITS__SIGNINPERACCOUNT: String(LIMITS.signInPerAccount),
  BEHALF__LIMITS__SIGNINPERSOURCE: String(LIMITS.signInPerSource),
  BEHALF__LIMITS__SIGNINWINDOWSECONDS: String(LIMITS.signInWindowSeconds),
  BEHALF__SESSIONS__TTLSECONDS: '3600',
  BEHALF__DELEGATION__MAXDEPTH: '4',
  BEHALF__DELEGATION__DEFAULTDURATIONSECONDS: String(30 * 86_400),
  BEHALF__DELEGATION__MAXDURATIONSECONDS: String(90 * 86_400),
  BEHALF__POLICY__ENFORCEMENT: 'off',
};

export const newPublicKey = (): PublicJwk => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kty: 'EC',
  kid: 'one',
  alg: 'ES256',
  use: 'sig',
});

export type PeoplePages = Awaited<ReturnType<typeof composePeoplePages>>;

export const composePeoplePages = async ({
  issuer,
  isPasswordOn = true,
}: {
  readonly issuer?: string;
  readonly isPasswordOn?: boolean;
} = {}) => {
  const grants = fakeGrants();
  const upstreamClient = fakeUpstreamClient();
  const made = await composeServices({
    ...(issuer === undefined ? {} : { issuer }),
    environment: { ...SETTINGS, BEHALF__PASSWORDS__SIGNIN: String(isPasswordOn) },
    grants: grants.port,
    upstreamClient: upstreamClient.port,
  });
  const { clock, audit, configuration, sessions, accounts, masterKey } = made;
  const interactions = fakeInteractions();
  const browserSessions = fakeSessions(clock, sessions, accounts);
  const { failedSignIns } = refusalsOf(made, configuration);
  /** Waits for the event, which the pages do not. */
  const refusals: typeof failedSignIns = {
    ...failedSignIns,
    note: (event) => failedSignIns.note(event).then(failedSignIns.drained),
  };
  const deps = peoplePages(made, configuration, {
    interactions: interactions.port,
    browserSessions: browserSessions.port,
    open: made.open,
    grants: grants.port,
    grantService: tokenServices(made, configuration, { grants: grants.port }).grantService,
    delegations: made.delegations,
    failedSignIns: refusals,
    brand: brandOf(configuration),
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
  });
  const { signIn, totpEnrolment } = deps;
  const http = requestsTo([interactionRouter(deps), languageRouter(deps), accountRouter(deps)], deps.readerLanguage.of);
  const scene = await settle(made);
  audit.events.length = 0;

  /** Puts a prompt into a browser; answers its number. */
  const prompt = (interaction: Partial<Interaction> & Pick<Interaction, 'prompt'>): string => {
    const uid = randomIdentifiers.newSecret().slice(0, 21);
    interactions.open.set(uid, {
      uid,
      clientId: scene.planner.id,
      redirectUri: REDIRECT_URI,
      openidScopes: ['openid'],
      resources: { [CALENDAR]: ['read', 'write'] },
      expiresAt: clock.now() + 600,
      ...interaction,
    });
    return uid;
  };

  return {
    ...{ ...made, ...scene, refusals, masterKey },
    ...{ interactions, browserSessions, grants, upstreamClient, deps, signIn, totpEnrolment, http, prompt },
  };
};

/** Two people, two resource servers, two agents and an app. */
const settle = async ({ clock, accounts, resourceServers, agents, clients }: ComposedServices) => {
  // People have been here for a day, so that a session can be older than now.
  clock.move(-86_400);
  const person = async (username: string, name: string, more: object = {}) =>
    (await accounts.create({ username, name, password: PASSWORD, ...more }, SYSTEM)).document;
  const ada = await person('ada', 'Ada Byron', { email: 'ada@example.com' });
  const bob = await person('bob', 'Bob Noyce');
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
  const newAgent = async (name: string) => {
    const keys = { jwks: { keys: [newPublicKey()] }, redirectUris: [REDIRECT_URI] };
    const about = { name, owner: bob.id, purpose: `${name} helps`, environment: 'production', ...keys } as const;
    return (await agents.create(about, SYSTEM)).document;
  };
  const planner = await newAgent('Planner');
  const booker = await newAgent('Booker');
  const app = { name: 'Wiki', redirectUris: [REDIRECT_URI], owner: bob.id };
  return { ada, bob, planner, booker, client: (await clients.create(app, SYSTEM)).document };
};
