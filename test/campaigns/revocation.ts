/**
 * Time to deny: several nodes on one data set, one resource server introspecting at each of them without pause, and
 * something is ended at a node that chance picks. Measured is the time from the answer to that until the last
 * positive answer arrived anywhere; nothing may be granted to a stopped client, at any node, after it. With
 * `--redis-down` Redis is killed before the ends of a batch, and comes back after them.
 */
import { makeScene, type Scene } from '../support/scene.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { type Ending, endingsOf } from './endings.ts';
import { figuresOf, rounded } from './figures.ts';
import { type Node, nodeClient } from './node-client.ts';
import { type NodesOn, startNodesOn } from './nodes-on.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';

const DEFAULT_TRIALS = 200;
const NODES = 3;
/** What we promise (docs/explanation/revocation.md), in milliseconds. */
const GOALS = { usual: { p99: 50, max: 250 }, redisDown: { p99: 2000, max: 2000 } } as const;
/** Made ahead of each time that Redis goes down: it takes seconds to come back, and tokens live for ten minutes. */
const BATCH = 120;
/** Ends, before their times are compared with the goal. */
const ENOUGH_ENDS = 100;
/** Negative answers in a row, from each resource server, before it is believed. */
const ENOUGH = 3;

type Kind = Awaited<ReturnType<typeof endingsOf>>;
type Prepared = { readonly kind: string; readonly ending: Ending };

/**
 * Milliseconds from the answer to the ending until the last positive answer, at least 0; and until the last question
 * was sent that got one, 0 when it was sent before.
 */
const measure = async (
  run: CampaignRun,
  nodes: readonly Node[],
  { kind, ending }: Prepared,
): Promise<{ readonly answered: number; readonly asked: number }> => {
  const { token, credential } = ending;
  let endedAt = Number.POSITIVE_INFINITY;
  let lastPositive = 0;
  let lastAsked = 0;
  let isEnding = false;
  const hasBegun = nodes.map(() => Promise.withResolvers<void>());

  const resourceServer = async (node: Node, index: number): Promise<void> => {
    let negatives = 0;
    while (negatives < ENOUGH) {
      const sentAt = performance.now();
      const { status, body } = await node.oauth('/token/introspection', credential, { token });
      const now = performance.now();
      // Refused is denied: a busy machine may say so at any time.
      if (status !== 200 && status !== 503) {
        run.violation(`${kind}: introspection at node ${index} answered ${status}`);
        break;
      }
      if (body['active'] === true) {
        hasBegun[index]?.resolve();
        negatives = 0;
        lastPositive = Math.max(lastPositive, now);
        lastAsked = Math.max(lastAsked, sentAt);
      } else if (endedAt !== Number.POSITIVE_INFINITY) negatives += 1;
      else if (status === 200 && !isEnding) {
        run.violation(`${kind}: inactive at node ${index} before it was ended`);
        break;
      }
      if (now > endedAt + 5000) {
        run.violation(`${kind}: still active at node ${index} 5 s after it was ended`);
        break;
      }
    }
    hasBegun[index]?.resolve();
  };
  const asking = nodes.map(resourceServer);
  await Promise.all(hasBegun.map(({ promise }) => promise));
  const where = run.random.integer(nodes.length);
  isEnding = true;
  const answer = await ending.end(where);
  endedAt = performance.now();
  if (answer.status >= 300) run.violation(`${kind} at node ${where}: ${answer.status} ${answer.text.slice(0, 200)}`);
  const { again } = ending;
  const asked = again ? nodes.map(async (_, node) => ({ node, answer: await again(node) })) : [];
  for (const one of await Promise.all(asked)) {
    if (one.answer.status === 200) run.violation(`${kind}: node ${one.node} granted a token after it`);
  }
  await Promise.all(asking);
  return { answered: Math.max(0, lastPositive - endedAt), asked: Math.max(0, lastAsked - endedAt) };
};

const on = async (run: CampaignRun, stores: ServerStores): Promise<Figures> => {
  const { isRedisDown } = run.options;
  const goal = isRedisDown ? GOALS.redisDown : GOALS.usual;
  const trials = run.options.trials ?? DEFAULT_TRIALS;
  const nodesOn = await startNodesOn(stores, NODES);
  const { issuer, redis, administratorKeyFile } = nodesOn;
  const nodes = nodesOn.servers.map((server) => nodeClient(server.port, issuer));
  const times: Record<string, number[]> = {};
  let done = 0;
  let askedAfter = 0;
  const end = async (prepared: Prepared): Promise<void> => {
    const { kind } = prepared;
    const { answered, asked } = await measure(run, nodes, prepared);
    times[kind] = [...(times[kind] ?? []), answered];
    if (asked > 0) askedAfter += 1;
    if (asked > goal.max) run.late(`${kind}: a question ${rounded(asked)} ms after the end got a positive answer`);
    // How long answers are under way says something of an idle machine only, and of enough of them.
    else if (answered > goal.max && trials >= ENOUGH_ENDS)
      run.late(`${kind}: the last positive answer came ${rounded(answered)} ms after`);
    done += 1;
    run.progress(`${done} of ${trials} ends on ${nodesOn.name}`);
  };
  try {
    const scene = await makeScene({ issuer, administratorKeyFile });
    const kinds = Object.entries(await endingsOf(scene, nodes)) as [string, Kind[keyof Kind]][];
    let next = 0;
    const prepare = async (): Promise<Prepared> => {
      const [kind, make] = kinds[next++ % kinds.length] as (typeof kinds)[number];
      // Making one is not what is measured: a busy machine may put it off.
      for (let attempt = 1; ; attempt += 1) {
        try {
          return { kind, ending: await make() };
        } catch (error) {
          if (attempt === 5) throw error;
        }
      }
    };
    while (done < trials && !run.isOver()) {
      if (!isRedisDown || !redis) {
        await end(await prepare());
        continue;
      }
      const batch: Prepared[] = [];
      while (batch.length < Math.min(BATCH, trials - done)) batch.push(await prepare());
      await redis.kill();
      for (const prepared of batch) await end(prepared);
      await redis.restart();
      if (done < trials) await untilGranting(nodesOn, nodes, scene);
    }
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver logs:\n${nodesOn.log()}`, { cause: error });
  } finally {
    for (const node of nodes) node.close();
    await nodesOn.remove();
  }
  const all = figuresOf(Object.values(times).flat());
  if (all.p99 > goal.p99 && all.runs >= ENOUGH_ENDS) run.late(`p99 is ${all.p99} ms, more than ${goal.p99} ms`);
  const milliseconds = Object.fromEntries(Object.entries(times).map(([kind, of]) => [kind, figuresOf(of)]));
  const figures = {
    trials: done,
    nodes: NODES,
    stores: nodesOn.name,
    isRedisDown,
    askedAfter,
    milliseconds: { all, ...milliseconds },
  };
  run.finished(isRedisDown ? `${stores}, Redis down` : stores, figures);
  return figures;
};

/** Assertions are refused for some seconds after Redis has forgotten which were used. */
const untilGranting = async ({ log }: NodesOn, nodes: readonly Node[], { keyed, agent, jwt }: Scene): Promise<void> => {
  const end = performance.now() + 60_000;
  for (const node of nodes) {
    for (;;) {
      const asked = { grant_type: 'client_credentials', resource: jwt.identifier };
      const { status, text } = await node.oauth('/token', keyed(agent), asked);
      if (status === 200) break;
      if (performance.now() > end)
        throw new Error(`nothing is granted a minute after Redis came back: ${text}\n${log()}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};

export const revocation: Campaign = {
  name: 'revocation',
  about: `${NODES} nodes, ${NODES} resource servers: time from the answer to an end to the last positive answer (--trials ends on each of --stores, default ${DEFAULT_TRIALS}; --redis-down)`,
  async run(run) {
    const names = chosen(run, SERVER_STORES).filter((stores) => !run.options.isRedisDown || stores === 'mongodb+redis');
    if (names.length === 0) throw new Error('--redis-down is for --stores mongodb+redis');
    const where: Record<string, Figures> = {};
    for (const stores of names) where[stores] = await on(run, stores);
    return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
  },
};
