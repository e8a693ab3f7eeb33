/**
 * Ceilings under load: three nodes on one data set give an agent tokens without pause and look at the ones it holds,
 * and its blueprint is tightened at a node that chance picks. From the bound on no token above the new ceilings counts
 * at any node: neither one from before, nor one that was asked for meanwhile or afterwards. What is below them goes on.
 */
import type { Identity } from '../support/agent-keys.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { EXCHANGE } from '../support/oauth-calls.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { figuresOf, rounded } from './figures.ts';
import { type Node, nodeClient } from './node-client.ts';
import { startNodesOn } from './nodes-on.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';

const DEFAULT_TRIALS = 1000;
const NODES = 3;
/** The bound of any end (docs/explanation/revocation.md), in milliseconds. */
const BOUND = 250;
/** Tokens there are before the blueprint is tightened, and answers awaited after it, at each node. */
const WARM = 2;
const AFTER = 3;
const LONG_SECONDS = 600;
const SHORT_SECONDS = 60;

/** A token as it was given. */
type Given = { readonly token: string; readonly scope: string; readonly seconds: number };

type Tightening = {
  readonly after: (scene: Scene) => object;
  /** Whether a token is more than the new ceilings let be made. */
  readonly isAbove: (given: Given) => boolean;
  /** Whether the agent is still given something. */
  readonly leaves: boolean;
  readonly delegated?: true;
};

const KINDS: Readonly<Record<string, Tightening>> = {
  'a scope less': {
    after: ({ jwt }) => ({ authority: { [jwt.identifier]: ['read'] } }),
    isAbove: ({ scope }) => scope.includes('write'),
    leaves: true,
  },
  'a scope less for a person': {
    after: ({ jwt }) => ({ authority: { [jwt.identifier]: ['read'] } }),
    isAbove: ({ scope }) => scope.includes('write'),
    leaves: true,
    delegated: true,
  },
  'shorter lives': {
    after: () => ({ max_access_token_seconds: SHORT_SECONDS }),
    isAbove: ({ seconds }) => seconds > SHORT_SECONDS,
    leaves: true,
  },
  'a grant type less': { after: () => ({ grant_types: [EXCHANGE] }), isAbove: () => true, leaves: false },
  'another environment': { after: () => ({ environments: ['production'] }), isAbove: () => true, leaves: false },
  'bound tokens': { after: () => ({ sender_constraint: 'dpop' }), isAbove: () => true, leaves: false },
};

/** One blueprint and its agent, and how that asks for a token at a node. */
const prepare = async (scene: Scene, delegated: boolean) => {
  const { management, jwt, opaque, keyed } = scene;
  const made = async (path: string, body: object, headers = {}): Promise<Answer> => {
    const answer = await management.call('POST', path, body, headers);
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const created = await made('/blueprints', {
    name: `Campaign ${++blueprints}`,
    purpose: 'Is tightened under load',
    ceilings: { max_access_token_seconds: LONG_SECONDS },
  });
  const id = String(created.body['id']);
  await made(`/blueprints/${id}/activate`, {}, { 'if-match': String(created.headers.get('etag')) });
  const agent: Identity = await scene.newAgent('Under load');
  const read = await management.call('GET', `/agents/${agent.clientId}`);
  const under = { blueprint: id };
  const etag = { 'if-match': String(read.headers.get('etag')) };
  const changed = await management.call('PATCH', `/agents/${agent.clientId}`, under, etag);
  if (changed.status !== 200) throw new Error(`the agent was not put under it: ${changed.text}`);
  if (!delegated) {
    const asked = { grant_type: 'client_credentials', resource: jwt.identifier };
    return { id, ask: (node: Node) => node.oauth('/token', keyed(agent), asked) };
  }
  const subject = String((await scene.newTokens(opaque.identifier, 'openid read write'))['access_token']);
  await scene.consentToAgent(agent, subject, jwt.identifier);
  const asked = {
    grant_type: EXCHANGE,
    subject_token: subject,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: jwt.identifier,
  };
  return { id, ask: (node: Node) => node.oauth('/token', keyed(agent), asked) };
};

let blueprints = 0;

/** Milliseconds from the answer to the last positive answer about a token above the new ceilings, at least 0. */
const measure = async (run: CampaignRun, scene: Scene, nodes: readonly Node[], kind: string, how: Tightening) => {
  const { id, ask } = await prepare(scene, how.delegated ?? false);
  const { management, jwt } = scene;
  const given: Given[] = [];
  let tightenedAt = Number.POSITIVE_INFINITY;
  let lastPositive = 0;
  /** From when on refusals are no surprise, where nothing is left to give. */
  let isTightening = false;
  let isOver = false;
  const warm = nodes.map(() => Promise.withResolvers<void>());
  const settled = nodes.map(() => Promise.withResolvers<void>());

  /** Asks for tokens at a node; what was asked for after the answer must be below the new ceilings. */
  const asking = async (node: Node, index: number): Promise<void> => {
    for (let before = 0, after = 0; !isOver; ) {
      const sentAt = performance.now();
      const { status, body, text } = await ask(node);
      const isAfter = sentAt > tightenedAt;
      if (status === 200) {
        const one = {
          token: String(body['access_token']),
          scope: String(body['scope']),
          seconds: Number(body['expires_in']),
        };
        given.push(one);
        if (isAfter && sentAt > tightenedAt + BOUND && how.isAbove(one)) {
          run.violation(`${kind}: node ${index} gave ${one.scope} for ${one.seconds} s after the bound`);
        }
      } else if (status >= 500 || !isTightening || how.leaves) {
        run.violation(`${kind}: node ${index} answered ${status} ${text.slice(0, 200)}`);
      }
      if (isAfter) after += 1;
      else before += 1;
      if (before >= WARM) warm[index]?.resolve();
      if (after >= AFTER) settled[index]?.resolve();
    }
  };
  /** Looks at what is held, at a node, as a resource server does. */
  const looking = async (node: Node, index: number): Promise<void> => {
    while (!isOver) {
      const one = given[run.random.integer(Math.max(1, given.length))];
      if (!one) {
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      const { status, body } = await node.oauth('/token/introspection', jwt.credential, { token: one.token });
      const now = performance.now();
      if (status !== 200) run.violation(`${kind}: introspection at node ${index} answered ${status}`);
      else if (body['active'] === true && how.isAbove(one)) lastPositive = Math.max(lastPositive, now);
    }
  };
  const load = nodes.flatMap((node, index) => [asking(node, index), looking(node, index)]);
  await Promise.race([Promise.all(warm.map(({ promise }) => promise)), Promise.all(load)]);

  const drafted = await management.call('GET', `/blueprints/${id}`);
  const ceilings = { max_access_token_seconds: LONG_SECONDS, ...how.after(scene) };
  const etag = { 'if-match': String(drafted.headers.get('etag')) };
  const draft = await management.call('PATCH', `/blueprints/${id}`, { ceilings }, etag);
  const where = run.random.integer(nodes.length);
  isTightening = true;
  const answer = await (nodes[where] as Node).manage(
    `/blueprints/${id}/activate`,
    await management.accessToken(),
    {},
    { 'if-match': String(draft.headers.get('etag')) },
  );
  tightenedAt = performance.now();
  if (answer.status !== 200) run.violation(`${kind} at node ${where}: ${answer.status} ${answer.text.slice(0, 200)}`);
  await Promise.race([Promise.all(settled.map(({ promise }) => promise)), Promise.all(load)]);
  isOver = true;
  await Promise.all(load);
  const sinceMs = performance.now() - tightenedAt;
  if (sinceMs < BOUND) await new Promise((resolve) => setTimeout(resolve, BOUND - sinceMs));

  // Every token there ever was, at every node.
  let below = 0;
  for (const [index, node] of nodes.entries()) {
    for (const one of given) {
      const { body } = await node.oauth('/token/introspection', jwt.credential, { token: one.token });
      if (!how.isAbove(one) && body['active'] === true) below += 1;
      if (how.isAbove(one) && body['active'] === true) {
        run.violation(`${kind}: ${one.scope} for ${one.seconds} s still counts at node ${index}`);
      }
    }
  }
  if (how.leaves && below === 0) run.violation(`${kind}: nothing was given below the new ceilings`);
  return { milliseconds: Math.max(0, lastPositive - tightenedAt), tokens: given.length };
};

const on = async (run: CampaignRun, stores: ServerStores): Promise<Figures> => {
  const trials = run.options.trials ?? DEFAULT_TRIALS;
  const nodesOn = await startNodesOn(stores, NODES);
  const { issuer, administratorKeyFile } = nodesOn;
  const nodes = nodesOn.servers.map((server) => nodeClient(server.port, issuer));
  const times: Record<string, number[]> = {};
  let done = 0;
  let tokens = 0;
  try {
    const scene = await makeScene({ issuer, administratorKeyFile });
    const kinds = Object.entries(KINDS);
    while (done < trials && !run.isOver()) {
      const [kind, how] = kinds[done % kinds.length] as (typeof kinds)[number];
      const one = await measure(run, scene, nodes, kind, how);
      times[kind] = [...(times[kind] ?? []), one.milliseconds];
      if (one.milliseconds > BOUND) {
        run.late(`${kind}: the last positive answer came ${rounded(one.milliseconds)} ms after`);
      }
      tokens += one.tokens;
      done += 1;
      run.progress(`${done} of ${trials} tightenings on ${nodesOn.name}`);
    }
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver logs:\n${nodesOn.log()}`, { cause: error });
  } finally {
    for (const node of nodes) node.close();
    await nodesOn.remove();
  }
  const figures = {
    trials: done,
    nodes: NODES,
    stores: nodesOn.name,
    tokens,
    milliseconds: {
      all: figuresOf(Object.values(times).flat()),
      ...Object.fromEntries(Object.entries(times).map(([kind, of]) => [kind, figuresOf(of)])),
    },
  };
  run.finished(stores, figures);
  return figures;
};

export const ceilings: Campaign = {
  name: 'ceilings',
  about: `${NODES} nodes giving tokens under load: a blueprint is tightened, and no token above it counts after the bound (--trials on each of --stores, default ${DEFAULT_TRIALS} on sqlite)`,
  async run(run) {
    const names = run.options.stores ? chosen(run, SERVER_STORES) : (['sqlite'] as const);
    const where: Record<string, Figures> = {};
    for (const stores of names) where[stores] = await on(run, stores);
    return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
  },
};
