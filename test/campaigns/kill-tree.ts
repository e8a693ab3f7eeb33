/**
 * One call ends a whole tree of tokens, five deep, while fifty creators go on making more of it over HTTP. Nothing of
 * it may live afterwards, whenever it was made. Each run has a tree of its own and ends it in another way. A token of
 * each row of the tree was exchanged over HTTP; the others are signed or stored beside it (node-inside.ts).
 */
import type { Identity } from '../support/agent-keys.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { figuresOf } from './figures.ts';
import { DEPTH, plantTree, type Tree, type TreeToken } from './kill-tree-seed.ts';
import { type NodeInside, startNodeInside } from './node-inside.ts';
import { startNodesOn } from './nodes-on.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';

const DEFAULT_RUNS = 9;
const DEFAULT_TOKENS = 10_000;
const CREATORS = 50;
/** Made by the creators before the call, so that they are in full swing. */
const IN_SWING = 60;
/** Asked about without pause over HTTP, from the call on, by so many at once. */
const WATCHERS = 3;
/** Asked about over HTTP at the end: of the tree, and the youngest that the creators got. */
const SAMPLE = 50;
const GOAL_MS = 1000;

type Way = (scene: Scene, tree: Tree) => Promise<Answer>;
const kill =
  (scope: string, id: (tree: Tree) => string): Way =>
  ({ management }, tree) =>
    management.call('POST', '/kills', { scope, id: id(tree), reason: 'campaign kill-tree' });

/** That of everything comes last: it ends what the next tree would be made with. */
const WAYS: Readonly<Record<string, Way>> = {
  'delegation revoked': ({ management }, { delegation }) =>
    management.call('POST', `/delegations/${delegation}/revoke`),
  'refresh token revoked': ({ calls, keyed }, { app, refreshToken }) => calls.revoke(keyed(app), refreshToken),
  'agent suspended': ({ management }, { root }) => management.call('POST', `/agents/${root.clientId}/suspend`),
  'delegation killed': kill('delegation', ({ delegation }) => delegation),
  'agent killed': kill('agent', ({ root }) => root.clientId),
  'account killed': kill('account', ({ accountId }) => accountId),
  'client killed': kill('client', ({ app }) => app.clientId),
  'owner killed': kill('owner', ({ ownerId }) => ownerId),
  'all killed': ({ management }) => management.call('POST', '/kills', { scope: 'all', reason: 'campaign kill-tree' }),
};
const LAST = 'all killed';

/** Makes children of tokens of the tree until it is told to end, and keeps all that come. */
const startCreators = (run: CampaignRun, scene: Scene, tree: Tree, parents: readonly TreeToken[]) => {
  const { calls, keyed } = scene;
  const made: TreeToken[] = [];
  const inSwing = Promise.withResolvers<void>();
  let refused = 0;
  let putOff = 0;
  let isOver = false;
  const creator = async (): Promise<void> => {
    // Once more after the answer to the call: of those under way then, some are late.
    for (let isLast = false; !isLast; ) {
      isLast = isOver;
      const parent = run.random.pick(parents);
      const agent = run.random.pick(tree.levels[parent.level + 1] as Identity[]);
      const { status, body } = await calls.exchange(keyed(agent), parent.token, tree.target.identifier);
      if (status === 200) {
        made.push({ token: String(body['access_token']), level: parent.level + 1 });
        if (made.length === IN_SWING) inSwing.resolve();
        if (isLast) run.violation('a creator got a token that it asked for after the answer');
      } else if (status === 503) putOff += 1;
      else refused += 1;
    }
  };
  const ended = Promise.all(Array.from({ length: CREATORS }, creator));
  return {
    made,
    inSwing: Promise.race([inSwing.promise, ended]),
    async end() {
      isOver = true;
      await ended;
      return { refused, putOff };
    },
  };
};

/** Asks about tokens of the tree over HTTP until told to end; answers when the last positive answer came. */
const startWatching = (run: CampaignRun, scene: Scene, tree: Tree, tokens: readonly TreeToken[]) => {
  let lastPositiveAt = 0;
  let isOver = false;
  const watcher = async (): Promise<void> => {
    while (!isOver) {
      const { status, body } = await scene.calls.introspect(tree.target.credential, run.random.pick(tokens).token);
      if (status !== 200 && status !== 503) run.violation(`introspection answered ${status}`);
      if (body['active'] === true) lastPositiveAt = performance.now();
    }
  };
  const ended = Promise.all(Array.from({ length: WATCHERS }, watcher));
  return async (): Promise<number> => {
    isOver = true;
    await ended;
    return lastPositiveAt;
  };
};

const oneRun = async (run: CampaignRun, scene: Scene, inside: NodeInside, way: string, wanted: number) => {
  const target = run.random.pick([scene.jwt, scene.opaque]);
  const tree = await plantTree(scene, target);
  const tokens = [...tree.rows, ...(await inside.more(tree.rows, Math.max(0, wanted - tree.rows.length)))];
  // Some of each row: all of a row are alike.
  const some = tokens.filter((_, index) => index % 10 === 0);
  const before = (await inside.alive(some)).length;
  if (before !== some.length)
    run.violation(`${way}: ${some.length - before} of ${some.length} were dead before the call`);
  await scene.management.accessToken();

  const parents = tokens.filter(({ level }) => level < DEPTH - 1);
  const creators = startCreators(run, scene, tree, parents);
  const endWatch = startWatching(run, scene, tree, tokens);
  await creators.inSwing;
  await new Promise((resolve) => setTimeout(resolve, run.random.integer(200)));
  const begin = performance.now();
  const answer = await (WAYS[way] as Way)(scene, tree);
  const answeredMs = performance.now() - begin;
  if (answer.status >= 300) run.violation(`${way}: answered ${answer.status} ${answer.text.slice(0, 200)}`);
  // Racers that were under way have all come home.
  const { refused, putOff } = await creators.end();
  const lastPositiveMs = Math.max(0, (await endWatch()) - begin);
  if (answeredMs > GOAL_MS) run.late(`${way}: the call took ${Math.round(answeredMs)} ms`);
  if (lastPositiveMs > GOAL_MS) run.late(`${way}: a token was active ${Math.round(lastPositiveMs)} ms after the call`);

  const survivors = await inside.alive([...tokens, ...creators.made]);
  for (const { level } of survivors) run.violation(`${way}: a token on level ${level + 1} survived`);
  const sample = [...creators.made.slice(-SAMPLE), ...Array.from({ length: SAMPLE }, () => run.random.pick(tokens))];
  for (const { token } of sample) {
    const { status, body } = await patiently(() => scene.calls.introspect(target.credential, token));
    if (status !== 200 || body['active'] !== false)
      run.violation(`${way}: over HTTP a token is ${status} ${body['active']}`);
  }
  return {
    answeredMs,
    lastPositiveMs,
    refused,
    putOff,
    tokens: tokens.length,
    raced: creators.made.length,
    survivors: survivors.length,
  };
};

/** A machine that is busy with all this may answer 503. */
const patiently = async (ask: () => Promise<Answer>): Promise<Answer> => {
  let answer = await ask();
  for (let again = 0; again < 5 && answer.status === 503; again += 1) answer = await ask();
  return answer;
};

type Run = Awaited<ReturnType<typeof oneRun>>;

const on = async (run: CampaignRun, stores: ServerStores): Promise<Figures> => {
  const trials = run.options.trials ?? DEFAULT_RUNS;
  const wanted = run.options.tokens ?? DEFAULT_TOKENS;
  const runs: Record<string, Run[]> = {};
  let done = 0;
  let name: string = stores;
  // A server of its own for each way once: the last one ends everything on it.
  while (done < trials && !run.isOver()) {
    const nodesOn = await startNodesOn(stores, 1);
    name = nodesOn.name;
    const inside = await startNodeInside(nodesOn).catch(async (error: Error) => {
      await nodesOn.remove();
      throw error;
    });
    try {
      const scene = await makeScene(nodesOn);
      const order = shuffled(
        run,
        Object.keys(WAYS).filter((way) => way !== LAST),
      );
      for (const way of [...order, LAST]) {
        if (done === trials || run.isOver()) break;
        runs[way] = [...(runs[way] ?? []), await oneRun(run, scene, inside, way, wanted)];
        done += 1;
        run.progress(`${done} of ${trials} trees on ${name}`);
      }
    } catch (error) {
      throw new Error(`${(error as Error).stack}\nserver log:\n${nodesOn.log()}`, { cause: error });
    } finally {
      await inside.close();
      await nodesOn.remove();
    }
  }
  const all = Object.values(runs).flat();
  const figures = {
    trials: done,
    stores: name,
    tokens: sum(all, 'tokens'),
    raced: sum(all, 'raced'),
    refusedToCreators: sum(all, 'refused'),
    putOffCreators: sum(all, 'putOff'),
    survivors: sum(all, 'survivors'),
    all: measuredOf(all),
    ways: Object.fromEntries(Object.entries(runs).map(([way, of]) => [way, measuredOf(of)])),
  };
  run.finished(stores, figures);
  return figures;
};

/** In milliseconds from the call on. */
const measuredOf = (runs: readonly Run[]) => ({
  answered: figuresOf(runs.map(({ answeredMs }) => answeredMs)),
  lastPositive: figuresOf(runs.map(({ lastPositiveMs }) => lastPositiveMs)),
  survivors: sum(runs, 'survivors'),
});

const sum = (runs: readonly Run[], member: 'tokens' | 'raced' | 'refused' | 'putOff' | 'survivors'): number =>
  runs.reduce((total, one) => total + one[member], 0);

const shuffled = <T>({ random }: CampaignRun, list: readonly T[]): readonly T[] => {
  const rest = [...list];
  return list.map(() => rest.splice(random.integer(rest.length), 1)[0] as T);
};

export const killTree: Campaign = {
  name: 'kill-tree',
  about: `a tree of delegated tokens, ${DEPTH} deep, ends with one call while ${CREATORS} creators go on (--trials trees on each of --stores, default ${DEFAULT_RUNS} on sqlite; --tokens in each, default ${DEFAULT_TOKENS})`,
  async run(run) {
    const where: Record<string, Figures> = {};
    const named = chosen(run, SERVER_STORES);
    for (const stores of run.options.stores ? named : (['sqlite'] as const)) where[stores] = await on(run, stores);
    return { trials: Object.values(where).reduce((total, { trials }) => total + trials, 0), where };
  },
};
