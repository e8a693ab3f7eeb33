/** What the campaign `signals` measures on nodes that no one kills: the times in, the times out, and what a dead receiver costs. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CampaignRun } from './campaign.ts';
import type { Kit, Need } from './edge-kits.ts';
import { figuresOf, loadNow } from './figures.ts';
import { EFFECTS, type EffectName } from './signals-effects.ts';
import type { Apis, SignalsWorld } from './signals-world.ts';

/** Of the issue and the documentation, milliseconds at p99. */
const GOALS = { effect: 100, refusal: 500 } as const;
/** A dead receiver may add so much to the p99 of the others. */
const MOST_ADDED = 1.1;
/** Times, before they are compared with a goal. */
const ENOUGH = 100;
const ENOUGH_NOES = 3;
const STUCK_MS = 40_000;
const ARRIVES_WITHIN_MS = 20_000;
/** Ends between two changes of the dead receiver. */
const BLOCK = 25;

/** From the 202 to the last positive answer at any node. */
export const timesIn = async (run: CampaignRun, world: SignalsWorld, count: number) => {
  const effects = await world.effects();
  const answered: Record<string, number[]> = {};
  let askedAfter = 0;
  for (let at = 0; at < count && !run.isOver(); at += 1) {
    const kind = EFFECTS[at % EFFECTS.length] as EffectName;
    const { answered: ms, asked } = await effects.measure(kind);
    answered[kind] = [...(answered[kind] ?? []), ms];
    if (asked > 0) askedAfter += 1;
    run.progress(`${at + 1} of ${count} effects`);
  }
  const all = figuresOf(Object.values(answered).flat());
  if (all.p99 > GOALS.effect && all.runs >= ENOUGH)
    run.late(`effects: p99 is ${all.p99} ms, more than ${GOALS.effect}`);
  const byKind = Object.fromEntries(Object.entries(answered).map(([kind, of]) => [kind, figuresOf(of)]));
  return { all, ...byKind, askedAfter, load: loadNow() };
};

/** Asks an API until it refuses. Milliseconds from `endedAt`, which is set meanwhile. */
const refused = async (run: CampaignRun, kit: Kit, token: string, needs: readonly Need[], ended: { at: number }) => {
  let firstNo = 0;
  for (let count = 0, noes = 0; noes < ENOUGH_NOES; count += 1) {
    const answer = await kit.use(token, needs[count % needs.length] as Need);
    if (answer.isYes) noes = 0;
    else if (ended.at !== Number.POSITIVE_INFINITY) {
      if (noes === 0) firstNo = answer.at;
      noes += 1;
    }
    if (answer.at > ended.at + STUCK_MS) {
      run.violation(`the API in ${kit.name} accepts ${STUCK_MS} ms after the end`);
      return STUCK_MS;
    }
  }
  return Math.max(0, firstNo - ended.at);
};

/** From the answer to an end, over the pushed event, to the refusal of each API. */
export const timesOut = async (
  run: CampaignRun,
  { nodes }: SignalsWorld,
  { kits, ends, settle }: Apis,
  count: number,
) => {
  const times: Record<string, number[]> = {};
  for (let at = 0; at < count && !run.isOver(); at += 1) {
    let end = await ends.next();
    // A token that is revoked alone has no event of Shared Signals.
    while (end.kind === 'token') end = await ends.next();
    await settle(end.token);
    const ended = { at: Number.POSITIVE_INFINITY };
    const asking = kits.map((kit) => refused(run, kit, end.token, end.needs, ended));
    const answer = await end.end(run.random.integer(nodes.length));
    ended.at = performance.now();
    if (answer.status >= 300) run.violation(`${end.kind}: ${answer.status} ${answer.text.slice(0, 200)}`);
    for (const [index, ms] of (await Promise.all(asking)).entries()) {
      for (const name of ['all', String(kits[index]?.name), end.kind]) times[name] = [...(times[name] ?? []), ms];
    }
    run.progress(`${at + 1} of ${count} ends at APIs`);
  }
  const { all = figuresOf([]), ...others } = Object.fromEntries(
    Object.entries(times).map(([name, of]) => [name, figuresOf(of)]),
  );
  if (all.p99 > GOALS.refusal && all.runs >= ENOUGH) run.late(`APIs: p99 is ${all.p99} ms, more than ${GOALS.refusal}`);
  return { all, ...others, load: loadNow() };
};

/** From the answer to an act to the arrival at a receiver that is well, while another one is well, and while it is dead. */
export const costOfDead = async (run: CampaignRun, world: SignalsWorld, count: number) => {
  const { receivers, management, nodes } = world;
  const waiting = new Map<string, (at: number) => void>();
  receivers.onRemembered((name, set) => {
    const { sub } = set.sub_id as { readonly sub?: string };
    if (name === 'prompt' && sub !== undefined) waiting.get(sub)?.(performance.now());
  });
  const account = (await management.createAccount({ username: 'one-who-is-ended', name: 'Ada' })).id;
  const one = async (): Promise<number> => {
    const arrived = new Promise<number>((resolve) => void waiting.set(account, resolve));
    const token = await management.accessToken();
    const node = run.random.pick(nodes);
    const answer = await node.manage(`/accounts/${account}/end-sessions`, token);
    const at = performance.now();
    if (answer.status >= 300) run.violation(`end-sessions: ${answer.status} ${answer.text}`);
    const late = pause(ARRIVES_WITHIN_MS, Number.POSITIVE_INFINITY, { ref: false });
    const heard = await Promise.race([arrived, late]);
    if (heard === Number.POSITIVE_INFINITY) run.violation('an event does not arrive at a receiver that is well');
    return Math.max(0, heard - at);
  };
  const times = { well: [] as number[], dead: [] as number[] };
  for (let block = 0; times.dead.length < count && !run.isOver(); block += 1) {
    const isDead = block % 2 === 1;
    if (isDead) receivers.gone.is = block % 4 === 1 ? 'silent' : 'cut';
    else await receivers.behave('good');
    for (let at = 0; at < Math.min(BLOCK, count); at += 1) times[isDead ? 'dead' : 'well'].push(await one());
    run.progress(`${times.dead.length} of ${count} events beside a dead receiver`);
  }
  await receivers.behave('good');
  const [well, dead] = [figuresOf(times.well), figuresOf(times.dead)];
  if (dead.p99 > well.p99 * MOST_ADDED && dead.runs >= ENOUGH)
    run.late(`beside a dead receiver the p99 is ${dead.p99} ms, not ${well.p99} ms`);
  return { well, dead, load: loadNow() };
};
