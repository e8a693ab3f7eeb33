/**
 * A person's delegation, handed on from agent to agent, five deep: the rows of the tree, with one token for each, as
 * clients get them over HTTP. Everything is made anew for each tree, because what was killed does not come back.
 */
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, type Walk, walkAuthorization } from '../support/browser-flow.ts';
import { type Answer, EXCHANGE, formOf } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { consentUrl, finishOnOurPages, REDIRECT_URI, type ResourceServerFacts, type Scene } from '../support/scene.ts';

export const DEPTH = 5;
/** Agents on each level but the first. */
const BREADTH = 3;
/** Exchanges at the same time. */
const AT_ONCE = 8;

export type TreeToken = { readonly token: string; readonly level: number };
export type Tree = Awaited<ReturnType<typeof plantTree>>;

let trees = 0;

const text = (answer: Answer, member: string): string => {
  const value = answer.body[member];
  if (typeof value !== 'string') throw new Error(`no ${member}: ${answer.status} ${answer.text}`);
  return value;
};

export const plantTree = async (scene: Scene, target: ResourceServerFacts) => {
  const { calls, keyed, management, jwt, opaque, issuer } = scene;
  trees += 1;
  const number = trees;
  const person = { username: `person-${number}`, password: 'a long enough pass phrase' };
  const account = await management.createAccount({ ...person, name: `Person ${number}` });
  const owner = await management.createAccount({ username: `owner-${number}`, name: `Owner ${number}` });
  const newClient = async (kind: 'createClient' | 'createAgent', facts: object): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await management[kind]({ jwks: { keys: [key.publicJwk] }, ...facts });
    return { clientId: made.id, key };
  };
  const app = await newClient('createClient', {
    name: `Desk ${number}`,
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  const newAgent = (level: number, index: number): Promise<Identity> =>
    newClient('createAgent', {
      name: `Agent ${number}.${level}.${index}`,
      owner: owner.id,
      purpose: 'Hands on',
      environment: 'test',
      grant_types: [EXCHANGE],
      resource_servers: [jwt.id, opaque.id],
    });
  const levels = await Promise.all(
    Array.from({ length: DEPTH }, (_, level) =>
      Promise.all(Array.from({ length: level === 0 ? 1 : BREADTH }, (_, index) => newAgent(level, index))),
    ),
  );
  const root = levels[0]?.[0] as Identity;
  const hearers = new Set(levels.slice(1).flatMap((agents) => agents.map(({ clientId }) => clientId)));

  // The person signs in to the app, at one of the two services or the other.
  const browser = newBrowser(issuer);
  const at = target === jwt ? opaque : jwt;
  const pkce = newPkce();
  const left = await walkAuthorization(
    browser,
    `${calls.endpoints.authorization}?${formOf({
      client_id: app.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
      scope: 'openid offline_access read',
      resource: [jwt.identifier, opaque.identifier],
    })}`,
    { person },
  );
  const tokens = await calls.token(keyed(app), {
    grant_type: 'authorization_code',
    code: left.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: pkce.verifier,
    resource: at.identifier,
  });
  const subject = text(tokens, 'access_token');

  // The person allows the first agent, and that it hands on to all others.
  const allowing: Walk = {
    person,
    consent: {
      check: (name, value) => (name === 'delegable_to' && hearers.has(value) ? true : undefined),
      set: { delegable_depth: String(DEPTH - 1) },
    },
  };
  const asked = await calls.exchange(keyed(root), subject, target.identifier);
  const url = consentUrl(asked);
  if (url === undefined) throw new Error(`expected consent_required: ${asked.status} ${asked.text}`);
  await finishOnOurPages(browser, await browser.open(url), allowing);

  const exchanged = async (agent: Identity, token: string): Promise<string> =>
    text(await calls.exchange(keyed(agent), token, target.identifier), 'access_token');
  const rows: TreeToken[] = [{ token: await exchanged(root, subject), level: 0 }];
  for (let level = 1; level < DEPTH; level += 1) {
    const parents = rows.filter((one) => one.level === level - 1);
    const hops = parents.flatMap(({ token }) => (levels[level] ?? []).map((agent) => ({ agent, token })));
    while (hops.length > 0) {
      const some = hops.splice(0, AT_ONCE);
      const made = await Promise.all(some.map(({ agent, token }) => exchanged(agent, token)));
      rows.push(...made.map((token) => ({ token, level })));
    }
  }
  const { body } = await management.listDelegations(`?subject=${account.id}&actor=${root.clientId}&live=true`);
  const [first] = body['items'] as { id: string }[];
  return {
    target,
    accountId: account.id,
    ownerId: owner.id,
    app,
    refreshToken: text(tokens, 'refresh_token'),
    levels,
    root,
    /** Id of the row of the person's consent. */
    delegation: String(first?.id),
    /** One token for each row of the tree. */
    rows,
  };
};
