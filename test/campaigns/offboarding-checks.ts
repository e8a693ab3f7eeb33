/** Compares what works for the people of the campaign `offboarding` with what the model says. */
import { setTimeout as pause } from 'node:timers/promises';
import { newBrowser } from '../support/browser-flow.ts';
import { ENTERPRISE } from '../support/directory.ts';
import type { CampaignRun } from './campaign.ts';
import { type Pace, type Tally, tried } from './offboarding-acts.ts';
import { type Holding, works } from './offboarding-model.ts';
import { codeOf, type Held, isInTime, type Person } from './offboarding-people.ts';
import type { OffboardingWorld } from './offboarding-world.ts';
import { eachOf } from './side-by-side.ts';

const PATIENCE_MS = 120_000;
const BYSTANDERS = 2;

export type Counts = { histories: number; joined: number; returned: number; holdings: number };
export type State = {
  readonly run: CampaignRun;
  readonly world: OffboardingWorld;
  readonly tally: Tally;
  readonly counts: Counts;
  readonly pace: Pace;
};

/** Asks nodes until one can say. */
export const certain = async ({ run, world }: State, held: Held): Promise<boolean> => {
  for (const end = performance.now() + PATIENCE_MS; ; ) {
    const isGood = await tried(held, run.random.pick(world.nodes));
    if (isGood !== undefined) return isGood;
    if (performance.now() > end) throw new Error('no node can say whether something works');
    await pause(20);
  }
};

/** What the person holds is exactly what the model says. `isLast`: also what works once. */
const compare = async (state: State, person: Person, isLast: boolean): Promise<void> => {
  const { run, tally, world } = state;
  const { life, deputy } = person;
  const check = async (holding: Holding, held: Held, isMeant: boolean | undefined, what: string): Promise<void> => {
    if (isMeant === undefined || (isMeant && held.isUsedUp && !isLast)) return;
    if (isMeant && !isInTime(held)) return;
    const isGood = await certain(state, held);
    if (isMeant && !isInTime(held)) return;
    tally.tried[isGood ? 'works' : 'refused'] += 1;
    if (isGood === isMeant) return;
    const lived = `${life.account}, ended ${[...life.ended].join(' ')}`;
    const again = held.isWatched ? await Promise.all(world.nodes.map((node) => tried(held, node))) : [];
    const nodes = again.length === 0 ? '' : `; asked again, the nodes say ${again.join(', ')}`;
    run.violation(`${what}${holding} of ${person.username} ${isGood ? 'works' : 'does not work'} (${lived}${nodes})`);
  };
  for (const [holding, held] of person.holds) {
    const isMeant = works(life, holding, deputy?.life);
    await check(holding, held, isMeant, '');
    // The server slows down an agent that polls before its interval is over.
    if (holding === 'question' && isMeant === false) person.holds.delete(holding);
  }
  for (const [holding, held] of person.former) await check(holding, held, false, 'the former ');
};

/** What the directory was told is there. */
const compareUser = async ({ run, world }: State, { id, life, username, values }: Person): Promise<void> => {
  const { status, body } = await world.scim('GET', `/Users/${id}`);
  if (life.account === 'deleted') {
    if (status !== 404) run.violation(`${username} was deleted, and is ${status}`);
    return;
  }
  const { manager } = (body[ENTERPRISE] ?? {}) as { readonly manager?: { readonly value: string } };
  const found = [status, body['active'], body['userName'], body['title'], manager?.value];
  const meant = [200, life.account === 'active', username, values.title, values.manager];
  if (JSON.stringify(found) !== JSON.stringify(meant))
    run.violation(`${username} is ${JSON.stringify(found)} and not ${JSON.stringify(meant)}`);
};

/** Who left gets no code, however they sign in at their provider. */
const compareSignIn = async ({ run, world }: State, { life, there, username }: Person): Promise<void> => {
  if (life.account === 'active') return;
  const { scene } = world;
  const request = scene.authorizationRequest(scene.app, { scope: 'openid read', resource: scene.jwt.identifier });
  const code = await codeOf(world, newBrowser(scene.issuer), there, request.url).catch(() => undefined);
  if (code !== undefined) run.violation(`${username} left, and signed in`);
};

export const compareAll = (state: State, people: readonly Person[], isLast = false): Promise<void> =>
  eachOf(people, state.pace.atOnce, async (person) => {
    await compare(state, person, isLast);
    await compareUser(state, person);
    if (isLast && state.run.random.chance(0.3)) await compareSignIn(state, person);
  });

/** Asks about people about whom nothing happens at the moment: nothing of theirs stops or comes back. */
export const watchOthers = (state: State, people: readonly Person[]) => {
  const { run, world, tally } = state;
  let isOver = false;
  const watcher = async (): Promise<void> => {
    while (!isOver) {
      const person = run.random.pick(people);
      const { turn, life } = person;
      const all = [...person.holds].filter(([, held]) => held.isWatched && isInTime(held));
      if (turn % 2 === 1 || all.length === 0) {
        await pause(5);
        continue;
      }
      const [holding, held] = run.random.pick(all);
      const isGood = await tried(held, run.random.pick(world.nodes));
      if (isGood !== undefined && person.turn === turn && isInTime(held)) {
        tally.tried.between += 1;
        if (isGood !== works(life, holding))
          run.violation(`meanwhile ${holding} of ${person.username} ${isGood ? 'works' : 'does not work'}`);
      }
      await pause(state.pace.othersMs);
    }
  };
  const ended = Promise.all(Array.from({ length: BYSTANDERS }, watcher));
  return async (): Promise<void> => {
    isOver = true;
    await ended;
  };
};
