/**
 * One call ends a whole tree: a person's delegation is handed on from agent to agent, five deep, as thousands of tokens;
 * fifty creators go on making more while it is ended at its root. Nothing of it may live afterwards, whenever it was made.
 */
import type { Identity } from '../support/agent-keys.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign, CampaignRun } from './campaign.ts';

const DEFAULT_TOKENS = 10_000;
const CREATORS = 50;
const DEPTH = 5;
/** Agents on each level but the first. */
const BREADTH = 3;
/** Of the tree, asked about right after the call. */
const SAMPLE = 50;
const GOAL_MS = 1000;

type Made = { readonly token: string; readonly level: number; readonly agent: Identity };

/** The agents by level, and the root of the tree in the hands of the first. */
const plantTree = async (scene: Scene) => {
  const { calls, keyed, jwt, opaque, management } = scene;
  const levels: Identity[][] = [];
  for (let level = 0; level < DEPTH; level += 1) {
    levels.push(
      await Promise.all(
        Array.from({ length: level === 0 ? 1 : BREADTH }, (_, index) => scene.newAgent(`Agent ${level}.${index}`)),
      ),
    );
  }
  const root = levels[0]?.[0] as Identity;
  const hearers = new Set(levels.slice(1).flatMap((agents) => agents.map(({ clientId }) => clientId)));
  const subject = String((await scene.newTokens(opaque.identifier, 'openid read'))['access_token']);
  const asked = await calls.exchange(keyed(root), subject, jwt.identifier);
  const denial = asked.body['denial'] as { remedies?: { url?: string }[] } | undefined;
  const page = await scene.browser.open(String(denial?.remedies?.[0]?.url));
  await scene.walkConsent(page, {
    consent: {
      check: (name, value) => (name === 'pass_on' && hearers.has(value) ? true : undefined),
      set: { pass_on_depth: String(DEPTH - 1) },
    },
  });
  const first = await calls.exchange(keyed(root), subject, jwt.identifier);
  if (first.status !== 200) throw new Error(`no root: ${first.status} ${first.text}`);
  const { body } = await management.listDelegations(`?actor=${root.clientId}&live=true`);
  const [row] = body['items'] as { id: string }[];
  return { levels, root, row: String(row?.id), first: String(first.body['access_token']) };
};

type Tree = Awaited<ReturnType<typeof plantTree>>;

/** Makes children of tokens made before until `wanted` are there, goes on until it is stopped, and keeps all. */
const grow = (run: CampaignRun, scene: Scene, tree: Tree, wanted: number) => {
  const { calls, keyed, jwt } = scene;
  const made: Made[] = [{ token: tree.first, level: 0, agent: tree.root }];
  /** Those that can still have children. */
  const inner: Made[] = [...made];
  const enough = Promise.withResolvers<void>();
  let isStopped = false;
  let refused = 0;

  const creator = async (): Promise<void> => {
    while (!isStopped) {
      const parent = run.random.pick(inner);
      const agent = run.random.pick(tree.levels[parent.level + 1] as Identity[]);
      const { status, body, text } = await calls.exchange(keyed(agent), parent.token, jwt.identifier);
      if (status === 200) {
        const child = { token: String(body['access_token']), level: parent.level + 1, agent };
        made.push(child);
        // Most of the wanted are leaves anyway; a bounded choice keeps the tree bushy.
        if (child.level < DEPTH - 1 && inner.length < 2000) inner.push(child);
        if (made.length === wanted) enough.resolve();
        run.progress(`${made.length} of ${wanted} tokens`);
      } else if (status === 503) run.violation(`a creator was put off: ${text.slice(0, 200)}`);
      else refused += 1;
      if (run.isOver()) enough.resolve();
    }
  };
  const creators = Array.from({ length: CREATORS }, creator);
  creators.push(enough.promise);
  return {
    made,
    enough: enough.promise,
    async stop(): Promise<number> {
      isStopped = true;
      await Promise.all(creators);
      return refused;
    },
  };
};

/** Ids that answer active, asked twenty at a time. */
const alive = async (scene: Scene, tokens: readonly Made[], run?: CampaignRun): Promise<readonly Made[]> => {
  const found: Made[] = [];
  let next = 0;
  const ask = async (): Promise<void> => {
    for (let at = next++; at < tokens.length; at = next++) {
      const one = tokens[at] as Made;
      const { status, body } = await scene.calls.introspect(scene.jwt.credential, one.token);
      if (status !== 200) throw new Error(`introspection answered ${status}`);
      if (body['active'] === true) found.push(one);
      run?.progress(`${at + 1} of ${tokens.length} asked about`);
    }
  };
  await Promise.all(Array.from({ length: 20 }, ask));
  return found;
};

export const killTree: Campaign = {
  name: 'kill-tree',
  about: `a tree of delegated tokens, ${DEPTH} deep, ends with one call while ${CREATORS} creators go on (--trials tokens, default ${DEFAULT_TOKENS})`,
  async run(run) {
    const wanted = run.options.trials ?? DEFAULT_TOKENS;
    const server = await startServer({ environment: WITHOUT_LIMITS });
    try {
      const scene = await makeScene(server);
      const tree = await plantTree(scene);
      const { management } = scene;
      const growing = grow(run, scene, tree, wanted);
      await growing.enough;
      const sample = Array.from({ length: SAMPLE }, () => run.random.pick(growing.made));
      const before = (await alive(scene, sample)).length;
      if (before !== SAMPLE) run.violation(`${SAMPLE - before} of ${SAMPLE} were dead before the call`);

      const isRevocation = run.random.chance(0.5);
      const how = isRevocation ? 'revocation of the root' : 'kill of the first agent';
      const body = { scope: 'agent', id: tree.root.clientId, reason: 'campaign kill-tree' };
      await management.accessToken();
      const begin = performance.now();
      const answer = isRevocation
        ? await management.call('POST', `/delegations/${tree.row}/revoke`)
        : await management.call('POST', '/kills', body);
      const answeredMs = performance.now() - begin;
      if (answer.status >= 300) run.violation(`the call was answered ${answer.status} ${answer.text.slice(0, 200)}`);
      const left = (await alive(scene, sample)).length;
      const sampleDeadMs = performance.now() - begin;
      if (left > 0) run.violation(`${left} of ${SAMPLE} lived after the answer`);
      if (answeredMs > GOAL_MS) run.violation(`the call took ${Math.round(answeredMs)} ms`);

      // Racers that were under way have all come home.
      const refused = await growing.stop();
      const survivors = await alive(scene, growing.made, run);
      for (const { level, agent } of survivors)
        run.violation(`a token of ${agent.clientId} on level ${level} survived`);
      const levels = Object.fromEntries(
        tree.levels.map((_, level) => [level + 1, growing.made.filter((one) => one.level === level).length]),
      );
      return {
        trials: growing.made.length,
        how,
        store: 'sqlite',
        answeredMs: Math.round(answeredMs),
        sampleDeadMs: Math.round(sampleDeadMs),
        refusedToCreators: refused,
        survivors: survivors.length,
        levels,
      };
    } catch (error) {
      throw new Error(`${(error as Error).stack}\nserver log:\n${server.log().slice(-4000)}`, { cause: error });
    } finally {
      await server.remove();
    }
  },
};
