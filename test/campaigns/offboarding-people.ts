/** How a person of the campaign `offboarding` joins and gets what they hold, and how each holding is tried. */
import { type Browser, newBrowser, type Page, walkAuthorization } from '../support/browser-flow.ts';
import { type Answer, CIBA, EXCHANGE } from '../support/oauth-calls.ts';
import { consentUrl, finishOnOurPages, REDIRECT_URI, type ResourceServerFacts } from '../support/scene.ts';
import type { Random } from './campaign.ts';
import type { Node } from './node-client.ts';
import { type Holding, type Life, NEW_LIFE } from './offboarding-model.ts';
import type { There } from './offboarding-provider.ts';
import { EXCHANGED_TOKEN_SECONDS, type OffboardingWorld, patiently, provisioned } from './offboarding-world.ts';

/** Whether it works there. Undefined: the node cannot say. */
type Trial = (node: Node) => Promise<boolean | undefined>;

export type Held = {
  readonly try: Trial;
  /** Trying it changes nothing, so it can be tried without pause. */
  readonly isWatched: boolean;
  /** It works once, or must not be tried often. */
  readonly isUsedUp?: boolean;
  /** Until then it works by itself; in milliseconds of `performance.now()`. */
  readonly until?: number;
};

/** It has not ended by itself. */
export const isInTime = ({ until = Number.POSITIVE_INFINITY }: Held): boolean => performance.now() < until;

export type Person = {
  readonly there: There;
  readonly id: string;
  username: string;
  readonly browser: Browser;
  readonly holds: Map<Holding, Held>;
  /** What the person held before they returned: none of it works again. */
  readonly former: readonly (readonly [Holding, Held])[];
  deputy?: Person;
  life: Life;
  /** Values that the directory set last. */
  readonly values: { title?: string; manager?: string };
  /** Goes up before and after each act about the person: an answer between two numbers says nothing. */
  turn: number;
};

/** What a person may hold besides an app's tokens: all of it takes too long for everyone. */
export type Wishes = {
  readonly hasAgent: boolean;
  readonly owns: boolean;
  readonly isAsked: boolean;
  readonly hasDecided: boolean;
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ALLOWED = 'openid offline_access read write';

const text = ({ status, body, text: all }: Answer, member: string): string => {
  const value = body[member];
  if (typeof value !== 'string') throw new Error(`no ${member}: ${status} ${all}`);
  return value;
};

const onwardOf = ({ url, status, headers, text: shown }: Page): string => {
  const href = /^0; url=(.+)$/.exec(headers.get('refresh') ?? '')?.[1];
  if (href === undefined) throw new Error(`${url} (${status}) goes nowhere: ${shown.slice(0, 300)}`);
  return href;
};

/** From an authorization URL to the code, through the provider of the person. Throws when no code comes. */
export const codeOf = async (
  { provider, scene }: OffboardingWorld,
  browser: Browser,
  there: There,
  url: string,
): Promise<string> => {
  let page = await browser.open(url);
  const form = page.forms.find(({ buttons }) => buttons.some((button) => button.text.includes('Works')));
  if (form) {
    const href = onwardOf(await browser.submit(page, form));
    const back = await browser.open(provider.signIn(href, there));
    page = back.headers.has('refresh') ? await browser.open(new URL(onwardOf(back), scene.issuer).href) : back;
  }
  return scene.codeFrom(page.left ?? (await walkAuthorization(browser, page)));
};

const introspected =
  (server: ResourceServerFacts, token: string): Trial =>
  async (node) => {
    const { status, body } = await node.oauth('/token/introspection', server.credential, { token });
    return status === 200 ? body['active'] === true : undefined;
  };

/** A request for a token: given, refused, or the node cannot say. */
const given =
  (ask: (node: Node) => Promise<Answer>): Trial =>
  async (node) => {
    const { status } = await ask(node);
    return status === 200 ? true : status < 500 ? false : undefined;
  };

const signedIn =
  (issuer: string, browser: Browser): Trial =>
  async (node) => {
    const cookie = browser.jar.header(new URL(`${issuer}/account`));
    const { status, text: shown } = await node.call('GET', '/account', '', { cookie, accept: 'text/html' });
    return status >= 500 ? undefined : status === 200 && shown.includes('/account/sign-out');
  };

/** Requests of agents live for ten minutes, and an agent has five to fetch what was approved. */
const [ASKED_MS, APPROVED_MS] = [560_000, 270_000];
const EXCHANGED_MS = (EXCHANGED_TOKEN_SECONDS - 20) * 1000;
const WAITING: readonly unknown[] = ['authorization_pending', 'slow_down'];

/** The tokens of the two apps; `keep` sets a holding. */
const signInToApps = async (
  world: OffboardingWorld,
  person: Pick<Person, 'there' | 'browser' | 'holds'>,
): Promise<string> => {
  const { scene, attended } = world;
  const { jwt, opaque, app, keyed, calls, issuer } = scene;
  const { browser, there, holds } = person;
  const redeemed = async (identity: typeof app, parameters: Record<string, string | readonly string[]>, at: string) => {
    const request = scene.authorizationRequest(identity, parameters);
    const code = await codeOf(world, browser, there, request.url);
    return calls.token(keyed(identity), {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: at,
    });
  };
  const resource = [jwt.identifier, opaque.identifier];
  const first = await redeemed(app, { scope: ALLOWED, resource, prompt: 'consent' }, opaque.identifier);
  holds.set('session', { try: signedIn(issuer, browser), isWatched: true });
  const subject = text(first, 'access_token');
  holds.set('opaque', { try: introspected(opaque, subject), isWatched: true });
  let refresh = text(first, 'refresh_token');
  const refreshed = (node: Node): Promise<Answer> =>
    node.oauth('/token', keyed(app), {
      grant_type: 'refresh_token',
      refresh_token: refresh,
      resource: jwt.identifier,
    });
  const second = await world.steady(refreshed);
  refresh = text(second, 'refresh_token');
  holds.set('refresh', { try: given(refreshed), isWatched: false, isUsedUp: true });
  holds.set('jwt', { try: introspected(jwt, text(second, 'access_token')), isWatched: true });
  const kiosk = await redeemed(attended, { scope: 'openid read', resource: jwt.identifier }, jwt.identifier);
  holds.set('attended', { try: introspected(jwt, text(kiosk, 'access_token')), isWatched: true });
  return subject;
};

/** The delegation to the agent, the tokens that come of it, and what the agent asks. */
const delegate = async (
  world: OffboardingWorld,
  random: Random,
  person: Pick<Person, 'browser' | 'holds' | 'username'>,
  subject: string,
  { isAsked, hasDecided }: Wishes,
): Promise<void> => {
  const { scene, agent, subAgent } = world;
  const { keyed, calls } = scene;
  const { browser, holds, username } = person;
  const target = random.pick([scene.jwt, scene.opaque]);
  const url = consentUrl(await calls.exchange(keyed(agent), subject, target.identifier));
  // An attempt before may have consented.
  if (url !== undefined) {
    await finishOnOurPages(browser, await browser.open(url), {
      consent: {
        check: (name, value) => (name === 'delegable_to' && value === subAgent.clientId ? true : undefined),
        set: { delegable_depth: '1' },
      },
    });
  }
  const exchange = (by: typeof agent, token: string, scope: string) => (node: Node) =>
    node.oauth('/token', keyed(by), {
      grant_type: EXCHANGE,
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: target.identifier,
      scope,
    });
  const exchanged = async (by: typeof agent, token: string, scope: string): Promise<string> =>
    text(await world.steady(exchange(by, token, scope)), 'access_token');
  const until = performance.now() + EXCHANGED_MS;
  const ofToken = (token: string): Held => ({ try: introspected(target, token), isWatched: true, until });
  const delegated = await exchanged(agent, subject, 'read');
  holds.set('delegated', ofToken(delegated));
  holds.set('redelegated', ofToken(await exchanged(subAgent, delegated, 'read')));
  holds.set('staff', ofToken(await exchanged(agent, subject, 'write')));
  holds.set('exchange', { try: given(exchange(agent, subject, 'read')), isWatched: false });
  const { pathname } = new URL(calls.endpoints.backchannel);
  const ask = async (): Promise<(node: Node) => Promise<Answer>> => {
    const parameters = { scope: 'openid read', resource: target.identifier, login_hint: username };
    const asked = await world.steady((node) => node.oauth(pathname, keyed(agent), parameters));
    const auth_req_id = text(asked, 'auth_req_id');
    return (node) => node.oauth('/token', keyed(agent), { grant_type: CIBA, auth_req_id });
  };
  if (hasDecided) {
    const poll = await ask();
    const end = performance.now() + APPROVED_MS;
    await approve(scene.issuer, browser);
    holds.set('approved', { try: given(poll), isWatched: false, isUsedUp: true, until: end });
  }
  if (!isAsked) return;
  const poll = await ask();
  holds.set('question', {
    async try(node) {
      const { status, body } = await poll(node);
      return status >= 500 ? undefined : WAITING.includes(body['error']);
    },
    isWatched: false,
    isUsedUp: true,
    until: performance.now() + ASKED_MS,
  });
};

/** Approves what waits for the person: an attempt before may have left a request. */
const approve = async (issuer: string, browser: Browser): Promise<void> => {
  const inbox = await browser.open(`${issuer}/account/approvals`);
  const paths = new Set(inbox.html.match(/\/account\/approvals\/apv_[a-z0-9]+/g) ?? []);
  if (paths.size === 0) throw new Error(`nothing to approve: ${inbox.text.slice(0, 300)}`);
  for (const path of paths) await approveAt(browser, `${issuer}${path}`);
};

const approveAt = async (browser: Browser, url: string): Promise<void> => {
  const page = await browser.open(url);
  const form = page.forms.find(({ buttons, fields }) =>
    [...buttons, ...fields].some(({ name, value }) => name === 'decision' && value === 'approve'),
  );
  if (!form) throw new Error(`nothing to approve with: ${page.text.slice(0, 300)}`);
  const isButton = form.buttons.some(({ name }) => name === 'decision');
  const done = await browser.submit(page, form, isButton ? { button: /decision=approve/ } : {});
  if (done.status >= 400) throw new Error(`not approved: ${done.status} ${done.text.slice(0, 300)}`);
};

const own = async ({ scene, steady }: OffboardingWorld, { id, holds }: Pick<Person, 'id' | 'holds'>): Promise<void> => {
  const agent = await scene.newAgent(`Agent of ${id}`, id);
  const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  const ask = (node: Node): Promise<Answer> => node.oauth('/token', scene.keyed(agent), asked);
  const token = text(await steady(ask), 'access_token');
  holds.set('owned', { try: introspected(scene.jwt, token), isWatched: true });
  holds.set('ownedAgain', { try: given(ask), isWatched: false });
};

/** The person says who decides while they are away. */
export const appoint = async ({ scene }: OffboardingWorld, person: Person, deputy: Person): Promise<void> => {
  const { issuer, management } = scene;
  const page = await person.browser.open(`${issuer}/account/away/new`);
  const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'deputy'));
  if (!form) throw new Error(`no form for an absence: ${page.status} ${page.text.slice(0, 300)}`);
  const until = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  await person.browser.submit(page, form, { set: { deputy: deputy.username, until } });
  const { body } = await management.call('GET', `/absences?account=${person.id}`);
  const [absence] = (body['items'] ?? []) as readonly { readonly id: string }[];
  if (!absence) throw new Error(`no absence of ${person.username}`);
  person.deputy = deputy;
  person.holds.set('absence', {
    async try(node) {
      const token = await management.accessToken();
      const { status, body: found } = await node.read(`/absences/${absence.id}`, token);
      return status >= 500 ? undefined : found['counts'] === true;
    },
    isWatched: false,
  });
};

/** A user of the directory, linked to the person at the provider, without anything else yet. */
export const join = async (
  world: OffboardingWorld,
  { there, username, former = [] }: Pick<Person, 'there' | 'username'> & Partial<Pick<Person, 'former'>>,
): Promise<Person> => {
  const id = await provisioned(world, username);
  const link = { upstream: world.upstream, subject: there.sub, account: id };
  await patiently(async (attempt) => {
    const { status, text: all } = await world.scene.management.call('POST', '/upstream-links', link);
    // A conflict says that an attempt before made it.
    if (status !== 201 && (status !== 409 || attempt === 1)) throw new Error(`no link: ${status} ${all}`);
  });
  const browser = newBrowser(world.scene.issuer);
  return { there, id, username, browser, holds: new Map(), former, life: NEW_LIFE, values: {}, turn: 0 };
};

/** The person, who is in the group of the staff, signs in and gets what they hold. */
export const equip = async (world: OffboardingWorld, random: Random, person: Person, wishes: Wishes): Promise<void> => {
  person.browser.jar.clear();
  person.holds.clear();
  const subject = await signInToApps(world, person);
  if (wishes.hasAgent) await delegate(world, random, person, subject, wishes);
  if (wishes.owns) await own(world, person);
};

/** A request to a node as its transmitter, or the provider of the person, sends it. */
export const sent = {
  event: (node: Node, authorization: string, token: string): Promise<Answer> =>
    node.call('POST', '/signals/events', token, { 'content-type': 'application/secevent+jwt', authorization }),
  revocation: (node: Node, authorization: string, subject: object): Promise<Answer> =>
    node.json('/signals/revocations', { sub_id: subject }, { authorization }),
  logout: (node: Node, token: string): Promise<Answer> =>
    node.call('POST', '/upstream/logout', new URLSearchParams({ logout_token: token }).toString(), FORM),
} as const;
