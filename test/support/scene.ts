/**
 * A small world on a fresh server, made through the management API as an operator would: a person,
 * two resource servers (one with JWT, one with opaque access tokens), an app the person signs in to
 * and two agents. What campaigns, bench and demo need beyond that they make themselves.
 */
import { type Identity, newKeyPair } from './agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, type Walk, walkAuthorization } from './browser-flow.ts';
import { type Management, managementFromKeyFile } from './management.ts';
import {
  type Answer,
  type Credential,
  DEVICE_CODE,
  discover,
  EXCHANGE,
  formOf,
  type OAuthCalls,
  oauthCalls,
} from './oauth-calls.ts';
import { newPkce } from './pkce.ts';

/** Settings under which a flood from one address is no attack: the tools here send all they have from one. */
export const WITHOUT_LIMITS: Readonly<Record<string, string>> = {
  BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '0',
  BEHALF__LIMITS__REQUESTSPERCLIENTPERMINUTE: '0',
  BEHALF__LIMITS__SIGNINPERACCOUNT: '10000',
  BEHALF__LIMITS__SIGNINPERSOURCE: '100000',
  BEHALF__LIMITS__DEVICEUSERCODEATTEMPTS: '1000',
  BEHALF__LIMITS__OPENREQUESTSPERNETWORK: '0',
  BEHALF__REGISTRATION__PERSOURCEPERHOUR: '0',
  BEHALF__REGISTRATION__PEROWNERPERHOUR: '0',
  BEHALF__REGISTRATION__OPENPERDAY: '0',
  BEHALF__LIMITS__OPENREQUESTSPERCLIENT: '0',
  BEHALF__AUDIT__REFUSALEVENTSPERDAY: '0',
  BEHALF__AUDIT__ANONYMOUSEVENTSPERDAY: '0',
  BEHALF__LOG__LEVEL: 'warn',
};

export const REDIRECT_URI = 'https://app.example.com/callback';

export type ResourceServerFacts = {
  readonly id: string;
  readonly identifier: string;
  /** How it introspects. */
  readonly credential: Credential;
};

export type Scene = Awaited<ReturnType<typeof makeScene>>;

export type SceneOptions = {
  /** Whether the app needs no consent page; default true. */
  readonly skipConsent?: boolean;
};

const keyed = (identity: Identity): Credential => ({ kind: 'key', identity });

export const makeScene = async (
  server: { readonly issuer: string; readonly administratorKeyFile: string },
  options: SceneOptions = {},
) => {
  const { issuer } = server;
  const management: Management = await managementFromKeyFile(server.administratorKeyFile);
  const calls: OAuthCalls = oauthCalls(await discover(issuer));

  const resourceServer = async (name: string, format: 'jwt' | 'opaque'): Promise<ResourceServerFacts> => {
    const identifier = `https://${name}.example.com`;
    const made = await management.createResourceServer({
      identifier,
      name: `The ${name} service`,
      scopes: [
        { name: 'read', description: 'See what is there', risk: 'low' },
        { name: 'write', description: 'Add and change', risk: 'medium' },
        { name: 'delete', description: 'Remove for good', risk: 'high' },
      ],
      access_token_format: format,
      access_token_ttl_seconds: 600,
      introspection_auth_method: 'client_secret_basic',
    });
    return {
      id: made.id,
      identifier,
      credential: { kind: 'basic', clientId: made.id, secret: String(made['client_secret'] ?? made['secret']) },
    };
  };
  const jwt = await resourceServer('calendar', 'jwt');
  const opaque = await resourceServer('files', 'opaque');

  const person: Person = { username: 'ada', password: 'a long enough pass phrase' };
  const account = await management.createAccount({ username: person.username, name: 'Ada', password: person.password });

  const appKey = await newKeyPair();
  const app = await management.createClient({
    name: 'Desk',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [appKey.publicJwk] },
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI],
    skip_consent: options.skipConsent ?? true,
  });

  /** An agent of the person's that may act for itself at the JWT service and exchange what reaches the opaque one. */
  const newAgent = async (
    name: string,
    owner: string = account.id,
    scopes: readonly string[] = ['read', 'write'],
  ): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await management.createAgent({
      name,
      owner,
      purpose: 'Keeps things in order',
      environment: 'test',
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE],
      resource_servers: [jwt.id, opaque.id],
      authority: { [jwt.identifier]: scopes, [opaque.identifier]: scopes },
    });
    return { clientId: made.id, key };
  };
  const agent = await newAgent('Secretary');
  const appIdentity: Identity = { clientId: app.id, key: appKey };

  let browser: Browser = newBrowser(issuer);

  /** An authorization URL and what redeems its code. */
  const authorizationRequest = (
    identity: Identity,
    parameters: Readonly<Record<string, string | readonly string[]>>,
  ) => {
    const pkce = newPkce();
    const all = {
      client_id: identity.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
      ...parameters,
    };
    return { url: `${calls.endpoints.authorization}?${formOf(all)}`, parameters: all, verifier: pkce.verifier };
  };

  const codeFrom = (left: URL): string => {
    const code = left.searchParams.get('code');
    if (code === null) throw new Error(`no code: ${left.search}`);
    return code;
  };

  const scene = {
    issuer,
    management,
    calls,
    jwt,
    opaque,
    person,
    accountId: account.id,
    app: appIdentity,
    agent,
    newAgent,
    keyed,
    authorizationRequest,
    codeFrom,
    /** The person's browser; kept signed in. */
    get browser(): Browser {
      return browser;
    },
    /** Goes on with another one, such as the copy that won a race. */
    useBrowser(other: Browser): void {
      browser = other;
    },
    /** From an authorization URL or page to the redirect target, as the person. */
    walk: (from: string | Page, walk: Walk = {}): Promise<URL> => walkAuthorization(browser, from, { person, ...walk }),
    /** A fresh code of the app, whose grant holds the scope at both resource servers, and the parameters that redeem it. */
    async newCode(
      resource: string,
      scope = 'openid offline_access read write',
      identity: Identity = appIdentity,
    ): Promise<Record<string, string>> {
      const request = authorizationRequest(identity, { scope, resource: [jwt.identifier, opaque.identifier] });
      const left = await scene.walk(request.url);
      return {
        grant_type: 'authorization_code',
        code: codeFrom(left),
        redirect_uri: REDIRECT_URI,
        code_verifier: request.verifier,
        resource,
      };
    },
    /** Tokens of the person's sign-in to the app, good at `resource`. */
    async newTokens(resource: string, scope?: string): Promise<Answer['body']> {
      const answer = await calls.token(keyed(appIdentity), await scene.newCode(resource, scope));
      if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    /** Makes `identity` the person's agent at `target`: asks, and the person allows it on the page behind consent_required. */
    async consentToAgent(identity: Identity, subjectToken: string, target: string): Promise<void> {
      const asked = await calls.exchange(keyed(identity), subjectToken, target);
      if (asked.status === 200) return;
      const url = consentUrl(asked);
      if (url === undefined) throw new Error(`expected consent_required: ${asked.status} ${asked.text}`);
      const page = await browser.open(url);
      const last = await scene.walkConsent(page);
      if (last.status >= 400) throw new Error(`not allowed: ${last.status} ${last.text.slice(0, 500)}`);
    },
    /** Signs in when asked and allows what the page asks; answers the last page. */
    async walkConsent(page: Page, walk: Walk = {}): Promise<Page> {
      return finishOnOurPages(browser, page, { person, ...walk });
    },
  };
  return scene;
};

/** The page an agent hands to the person, from a consent_required answer. */
export const consentUrl = (answer: Answer): string | undefined => {
  const denial = answer.body['denial'] as { remedies?: { kind: string; url?: string }[] } | undefined;
  const remedy = denial?.remedies?.find(({ kind }) => kind === 'consent')?.url;
  const plain = answer.body['consent_uri'] ?? answer.body['consent_url'];
  return remedy ?? (typeof plain === 'string' ? plain : undefined);
};

/** As `walkAuthorization`, for a page that ends on our own origin. */
export const finishOnOurPages = async (browser: Browser, from: Page, walk: Walk): Promise<Page> => {
  let last = from;
  try {
    await walkAuthorization(browser, from, {
      ...walk,
      onPage(page) {
        last = page;
        walk.onPage?.(page);
      },
    });
  } catch (error) {
    if (!/^ended on/.test((error as Error).message)) throw error;
  }
  return last;
};
