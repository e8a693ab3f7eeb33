/**
 * An access review of many delegations on three nodes that are killed: while the items are made, and while people decide, some of them at once
 * about the same item. Nothing may be lost, and no item may be decided twice.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../support/oauth-calls.ts';
import type { Campaign, CampaignRun, Figures } from './campaign.ts';
import { figuresOf } from './figures.ts';
import type { Node } from './node-client.ts';
import { bodyOf, NODES, type ReviewsWorld, startReviewsWorld } from './reviews-world.ts';

const DEFAULT_TRIALS = 1000;
/** Items for each kill. */
const ITEMS_OF_KILL = 50;
/** Requests at the same time. */
const AT_ONCE = 4;
/** Of a review of 100,000 delegations, with the time until a node takes over. */
const LONGEST_PREPARED_MS = 60_000;
const PREPARED_WITHIN_MS = 300_000;
const SETTLES_WITHIN_MS = 60_000;
const PATIENCE_MS = 60_000;
/** Of an item: two people decide at once. */
const RACE = 0.1;

type Decision = 'keep' | 'narrow' | 'end';
const STATES = { keep: 'kept', narrow: 'narrowed', end: 'ended' } as const;

type Item = { readonly id: string; readonly delegation: string };

export const reviews: Campaign = {
  name: 'reviews',
  about: `an access review on ${NODES} nodes: --trials items are decided (default ${DEFAULT_TRIALS}) of --agents delegations (default as many), with a kill for each ${ITEMS_OF_KILL}`,
  async run(run) {
    const trials = run.options.trials ?? DEFAULT_TRIALS;
    const world = await startReviewsWorld(Math.max(trials, run.options.agents ?? 0));
    try {
      const figures = await reviewed(run, world, trials);
      run.finished(world.name, figures);
      return figures;
    } catch (error) {
      throw new Error(`${(error as Error).stack}\nserver logs:\n${world.log()}`, { cause: error });
    } finally {
      await world.close();
    }
  },
};

/** Repeats a request at nodes that chance picks until one answers. `isDoubtful`: an earlier request got no answer. */
const steady = async (
  { random }: CampaignRun,
  { nodes }: ReviewsWorld,
  request: (node: Node) => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly isDoubtful: boolean }> => {
  const end = performance.now() + PATIENCE_MS;
  for (let isDoubtful = false; performance.now() < end; isDoubtful = true) {
    const answer = await request(random.pick(nodes)).catch(() => undefined);
    if (answer && answer.status < 500) return { answer, isDoubtful };
    await pause(50);
  }
  throw new Error('no node answered');
};

const read = async (run: CampaignRun, world: ReviewsWorld, path: string): Promise<Answer['body']> => {
  const token = await world.token();
  return bodyOf((await steady(run, world, (node) => node.read(path, token))).answer);
};

/** Makes the review, with a kill in between. Returns how long the items took. */
const prepared = async (run: CampaignRun, world: ReviewsWorld) => {
  const token = await world.token();
  const begin = performance.now();
  const made = bodyOf((await steady(run, world, (node) => node.manage('/reviews', token, { name: 'All' }))).answer);
  const review = String(made['id']);
  const crashed = world.crash(run.random.integer(NODES));
  let state: unknown;
  for (const end = begin + PREPARED_WITHIN_MS; state !== 'open' && performance.now() < end; await pause(100)) {
    state = (await read(run, world, `/reviews/${review}`))['state'];
  }
  const milliseconds = Math.round(performance.now() - begin);
  await crashed;
  if (milliseconds > LONGEST_PREPARED_MS) run.late(`the items took ${milliseconds} ms`);
  if (state !== 'open') run.violation(`the review is ${String(state)} after ${milliseconds} ms`);
  return { review, milliseconds };
};

const itemsOf = async (run: CampaignRun, world: ReviewsWorld, review: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let next = '';
  do {
    const query = `review=${review}&limit=200${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`;
    const page = await read(run, world, `/review-items?${query}`);
    items.push(...(page['items'] as readonly Item[]));
    next = typeof page['next'] === 'string' ? page['next'] : '';
  } while (next !== '');
  return items;
};

/** Decides an item, sometimes twice at once. Keeps what was answered. */
const decided = async (
  run: CampaignRun,
  world: ReviewsWorld,
  { id }: Item,
  answered: Map<string, ReadonlySet<Decision>>,
  times: number[],
): Promise<void> => {
  const choices: readonly Decision[] = ['keep', 'keep', 'narrow', 'end', 'end'];
  const wanted = run.random.chance(RACE)
    ? (['keep', 'end'] as const)
    : ([run.random.pick(choices)] as readonly Decision[]);
  const token = await world.token();
  const outcomes = await Promise.all(
    wanted.map(async (decision) => {
      const begin = performance.now();
      const body = { decision, ...(decision === 'narrow' ? { remove: ['write'] } : {}) };
      const { answer, isDoubtful } = await steady(run, world, (node) =>
        node.manage(`/review-items/${id}/decide`, token, body),
      );
      if (answer.status === 200 && !isDoubtful) times.push(performance.now() - begin);
      const isRefused = answer.status === 409 || answer.status === 412;
      if (answer.status !== 200 && !isRefused) run.violation(`${id}: ${answer.status} ${answer.text.slice(0, 200)}`);
      return { decision, isDone: answer.status === 200, isDoubtful };
    }),
  );
  const done = outcomes.filter(({ isDone }) => isDone).map(({ decision }) => decision);
  if (done.length > 1) run.violation(`${id}: decided twice, ${done.join(' and ')}`);
  if (done.length === 0 && outcomes.every(({ isDoubtful }) => !isDoubtful)) run.violation(`${id}: no decision counts`);
  answered.set(id, new Set(done.length > 0 ? done : wanted));
};

const reviewed = async (run: CampaignRun, world: ReviewsWorld, trials: number): Promise<Figures> => {
  const { review, milliseconds } = await prepared(run, world);
  const items = await itemsOf(run, world, review);
  const delegations = new Set(items.map(({ delegation }) => delegation));
  if (delegations.size !== items.length) run.violation(`${items.length - delegations.size} items are there twice`);
  const lost = world.planted.filter((id) => !delegations.has(id)).length;
  if (lost > 0) run.violation(`${lost} delegations have no item`);
  const answered = new Map<string, ReadonlySet<Decision>>();
  const times: number[] = [];
  const chosen = items.slice(0, trials);
  for (let at = 0; at < chosen.length && !run.isOver(); at += ITEMS_OF_KILL) {
    const open = chosen.slice(at, at + ITEMS_OF_KILL);
    run.progress(`${at} of ${chosen.length} decided, ${world.kills()} kills`);
    const crashed = world.crash(run.random.integer(NODES));
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let item = open.pop(); item; item = open.pop()) await decided(run, world, item, answered, times);
    });
    await Promise.all([...workers, crashed]);
  }
  await settled(run, world, review);
  const checked = await check(run, world, answered, items);
  return {
    trials: answered.size,
    delegations: items.length,
    kills: world.kills(),
    preparedMs: milliseconds,
    decideMs: figuresOf(times),
    ...checked,
  };
};

/** Waits until every decision has its effect. */
const settled = async (run: CampaignRun, world: ReviewsWorld, review: string): Promise<void> => {
  for (const end = performance.now() + SETTLES_WITHIN_MS; ; await pause(500)) {
    const token = await world.token();
    const { body } = (await steady(run, world, (node) => node.read(`/review-items?review=${review}&limit=1`, token)))
      .answer;
    const shown = body['items'] as readonly { readonly in_effect: boolean }[];
    // A decision that a node did not complete is completed after ten seconds.
    if (performance.now() > end - SETTLES_WITHIN_MS + 15_000 && shown.every(({ in_effect: is }) => is)) return;
    if (performance.now() > end) return run.violation('decisions without effect');
  }
};

/** Compares what is stored with what was answered. */
const check = async (
  run: CampaignRun,
  world: ReviewsWorld,
  answered: ReadonlyMap<string, ReadonlySet<Decision>>,
  items: readonly Item[],
): Promise<{ readonly repeatedEvents: number }> => {
  const stored = await world.read();
  let repeatedEvents = 0;
  for (const { id, delegation } of items) {
    const wanted = answered.get(id);
    const item = stored.items.get(id);
    const held = stored.delegations.get(delegation);
    if (!wanted || !item || !held) continue;
    const decision = [...wanted].find((one) => STATES[one] === item.state);
    if (decision === undefined) run.violation(`${id}: ${item.state}, answered ${[...wanted].join(' or ')}`);
    if (item.unfinishedAt !== undefined) run.violation(`${id}: without effect`);
    const isEnded = held.state === 'revoked';
    if (isEnded !== (item.state === 'ended'))
      run.violation(`${id}: ${item.state}, and the delegation is ${held.state}`);
    const isNarrowed = held.scope.length === 1;
    if (isNarrowed !== (item.state === 'narrowed'))
      run.violation(`${id}: ${item.state}, holds ${held.scope.join(' ')}`);
    const events = stored.decisions.get(id) ?? 0;
    if (events === 0) run.violation(`${id}: decided without an event`);
    if (events > 1) repeatedEvents += 1;
  }
  return { repeatedEvents };
};
