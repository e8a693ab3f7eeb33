/**
 * Joiners, movers and leavers: people of a directory sign in through a provider, let apps and agents act for them, own agents and stand in
 * for each other. Then the directory (SCIM), security events, global token revocations and logout tokens change or end what they hold, at
 * once and at nodes that chance picks, while nodes are killed. A model that was written apart (offboarding-model.ts) says what works.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Identity } from '../support/agent-keys.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { PATCH } from '../support/directory.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { figuresOf, loadNow } from './figures.ts';
import { GOAL, PACES, perform, type Tally, type Times } from './offboarding-acts.ts';
import { certain, compareAll, type State, watchOthers } from './offboarding-checks.ts';
import { type Act, LEAVING, NEW_LIFE, STAYING, works } from './offboarding-model.ts';
import { appoint, equip, type Held, join, type Person } from './offboarding-people.ts';
import { NODES, type OffboardingWorld, patiently, provisioned, startOffboardingWorld } from './offboarding-world.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';
import { eachOf } from './side-by-side.ts';

const DEFAULT_TRIALS = 40;
/** People on the nodes at the same time: what they hold has to live until they were all asked about. */
const BATCH = { measured: 24, sideBySide: 64 } as const;
/** One batch of so many is measured, the first one too. */
const MEASURED_EVERY = 5;
/** Nodes are killed once in a round for so many people. */
const PEOPLE_PER_KILL = 32;
/** Times, before they are compared with the goal. */
const ENOUGH_TIMES = 100;
/** Up to so late in a round the nodes are killed. */
const LATEST_KILL_MS = 1500;
/** A sign-in of the second of an end ends with it, and one within the tolerance of clocks after a logout token. */
const BACK_WITHIN_MS = 300_000;
const A_SECOND_MS = 1100;
const NO_WISHES = { hasAgent: false, owns: false, isAsked: false, hasDecided: false };

const some = <T>({ random }: CampaignRun, from: readonly T[], most: number): readonly T[] => {
  const left = [...from];
  return Array.from({ length: 1 + random.integer(most) }, () => left.splice(random.integer(left.length), 1)[0] as T);
};

/** At most one of them changes the user of the directory: a directory does one such change after the other. */
const OF_USER: readonly Act[] = ['deactivated', 'deleted', 'renamed', 'retitled', 'newManager'];
const OF_GROUP: readonly Act[] = ['joinedGroup', 'leftGroup'];
const withoutClash = (acts: readonly Act[], possible: readonly Act[]): readonly Act[] => {
  const ofUser = acts.find((act) => OF_USER.includes(act));
  return [...new Set(acts)].filter((act) => {
    if (OF_USER.includes(act)) return act === ofUser;
    return possible.includes(act) && (ofUser !== 'deleted' || !OF_GROUP.includes(act));
  });
};

const plan = (run: CampaignRun, { life }: Person, isSecond: boolean): readonly Act[] => {
  const { random } = run;
  if (life.account !== 'active') return [];
  const moves = STAYING.filter((act) => act !== (life.isStaff ? 'joinedGroup' : 'leftGroup'));
  if (!life.isStaff && random.chance(0.5)) return ['joinedGroup'];
  const possible = [...LEAVING, ...moves];
  if (random.chance(isSecond ? 0.6 : 0.45)) {
    const others = random.chance(0.4) ? some(run, possible, 2) : [];
    return withoutClash([random.pick(LEAVING), ...others], possible);
  }
  return random.chance(0.15) ? [] : withoutClash(some(run, moves, 2), possible);
};

/** All plans, some at once, while nodes are killed and others join. */
const round = async (state: State, people: readonly Person[], plans: ReadonlyMap<Person, readonly Act[]>) => {
  const { run, world, tally, counts, pace } = state;
  const { random } = run;
  const endWatch = watchOthers(state, people);
  let isOver = false;
  const crashed = (async () => {
    for (let left = plans.size; left > 0 && !isOver; left -= PEOPLE_PER_KILL) {
      await pause(random.integer(LATEST_KILL_MS));
      const first = random.integer(NODES);
      await world.crash(random.chance(0.2) ? [first, (first + 1) % NODES] : [first]);
    }
  })();
  // It is awaited after the acts.
  crashed.catch(() => undefined);
  counts.joined += 1;
  const name = `joiner-${counts.joined}@works.example`;
  const joined = provisioned(world, name);
  await eachOf([...plans], pace.atOnce, ([person, acts]) => perform(run, world, person, acts, tally, pace));
  isOver = true;
  const id = await joined;
  await crashed;
  await endWatch();
  const { status, body } = await world.scim('GET', `/Users/${id}`);
  if (status !== 200 || body['userName'] !== name || body['active'] !== true)
    run.violation(`${name} was created, and is ${status} ${JSON.stringify(body)}`);
  const staying: Held = { try: (node) => grants(world, world.scene.agent, node), isWatched: false };
  if (!(await certain(state, staying))) run.violation('the agent of a person who stays gets no token');
};

const grants = async (
  { scene }: OffboardingWorld,
  agent: Identity,
  node: OffboardingWorld['nodes'][number],
): Promise<boolean | undefined> => {
  const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  const { status } = await node.oauth('/token', scene.keyed(agent), asked);
  return status >= 500 ? undefined : status === 200;
};

/** People of a batch, all in the group of the staff, with some of everything that a person can hold. */
const newPeople = async (state: State, count: number): Promise<Person[]> => {
  const { run, world, counts, pace } = state;
  const { random } = run;
  const people: Person[] = [];
  const numbers = Array.from({ length: count }, (_, index) => counts.histories + index + 1);
  counts.histories += count;
  await eachOf(numbers, pace.atOnce, async (number) => {
    const sub = `person-${number}`;
    people.push(await join(world, { there: { sub, sid: `session-${sub}` }, username: `${sub}@works.example` }));
  });
  const value = people.map(({ id }) => ({ value: id }));
  const { status, text } = await world.scim('PATCH', `/Groups/${world.group}`, {
    schemas: [PATCH],
    Operations: [{ op: 'add', path: 'members', value }],
  });
  if (status >= 300) throw new Error(`no members: ${status} ${text}`);
  await eachOf(people, pace.atOnce, async (person) => {
    const hasAgent = random.chance(0.75);
    const wishes = { hasAgent, owns: random.chance(0.3), isAsked: random.chance(0.5), hasDecided: random.chance(0.3) };
    await patiently(() => equip(world, random, person, wishes));
  });
  // A person who is away is no deputy.
  const deputies = new Map<Person, Person>();
  for (const person of people.filter(() => random.chance(0.2))) {
    const others = people.filter((one) => one !== person && !deputies.has(one));
    if (others.length > 0) deputies.set(person, random.pick(others));
  }
  await eachOf([...deputies], pace.atOnce, ([person, deputy]) => patiently(() => appoint(world, person, deputy)));
  counts.holdings += people.reduce((sum, { holds }) => sum + holds.size, 0);
  return people;
};

/** The person is there again: nothing of before is, and what they get from now on works. */
const comeBack = async (state: State, person: Person): Promise<Person> => {
  const { run, world, counts } = state;
  const { life, there, username } = person;
  const ended = [...person.holds].filter(([holding]) => works(life, holding) === false);
  const former = [...person.former, ...ended];
  if (life.account === 'deactivated') {
    const operation = { op: 'replace', path: 'active', value: true };
    const change = { schemas: [PATCH], Operations: [operation] };
    const { status, text } = await world.scim('PATCH', `/Users/${person.id}`, change);
    if (status !== 200) run.violation(`${username} was not activated: ${status} ${text}`);
  }
  const recreated = life.account === 'deleted' ? await join(world, { there, username, former }) : undefined;
  if (recreated?.id === person.id) run.violation(`${username} was created again, and is the same account`);
  // A deletion ends memberships too.
  if (recreated) recreated.life = { ...NEW_LIFE, isStaff: false };
  const begin = performance.now();
  for (;;) {
    await pause(A_SECOND_MS);
    const again = recreated ?? renewed(world, person, former);
    const outcome = await equip(world, run.random, again, NO_WISHES).catch((error: unknown) => error as Error);
    const session = again.holds.get('session');
    if (!outcome && session && (await certain(state, session))) {
      counts.returned += 1;
      return again;
    }
    if (performance.now() > begin + BACK_WITHIN_MS)
      throw new Error(`${username} cannot return: ${outcome?.stack ?? 'the session ends'}`);
  }
};

/** The same account, with a new browser. */
const renewed = ({ scene }: OffboardingWorld, person: Person, former: Person['former']): Person => {
  const { deputy: _, ...kept } = person;
  const life = { ...NEW_LIFE, isStaff: person.life.isStaff };
  return { ...kept, former, life, browser: newBrowser(scene.issuer), holds: new Map() };
};

/** Half of those who lost everything return. */
const fresh = async (state: State, people: Person[]): Promise<void> => {
  const { random } = state.run;
  const gone = people.filter(({ life }) => life.ended.has('jwt') && random.chance(0.5));
  await eachOf(gone, state.pace.atOnce, async (person) => {
    people[people.indexOf(person)] = await comeBack(state, person);
  });
};

/** An agent of a group: two of its three owners may leave. */
const newTeam = async ({ world }: State, people: readonly Person[]): Promise<Held> => {
  const { scene } = world;
  const members = [scene.accountId, ...people.slice(0, 2).map(({ id }) => id)];
  const agent = await patiently(async (attempt) => {
    const name = `Team ${attempt} of ${members.at(-1)}`;
    const { body } = await scene.management.call('POST', '/groups', { name, members });
    return scene.newAgent('Of a team', String(body['id']));
  });
  return { try: (node) => grants(world, agent, node), isWatched: false };
};

const batch = async (state: State, count: number): Promise<void> => {
  const { run } = state;
  const people = await newPeople(state, count);
  const team = await newTeam(state, people);
  for (const isSecond of [false, true]) {
    const plans = new Map(people.map((person) => [person, plan(run, person, isSecond)] as const));
    await round(state, people, plans);
    await compareAll(state, people);
  }
  await fresh(state, people);
  await compareAll(state, people);
  const returned = people.filter(({ former }) => former.length > 0);
  await round(state, people, new Map(returned.map((person) => [person, plan(run, person, true)] as const)));
  await compareAll(state, people, true);
  if (!(await certain(state, team))) run.violation('the agent of a team lost its owner, and one of the team is there');
};

const figuresFor = ({ tally, counts, world }: State, trials: number): Figures => {
  const timesOf = (isMeant: (one: Times) => boolean) =>
    figuresOf(tally.times.filter(isMeant).map(({ answered }) => answered));
  const acts = [...new Set(tally.times.map(({ act }) => act))].sort();
  return {
    trials,
    ...{ nodes: NODES, atOnce: trials > BATCH.measured ? PACES.sideBySide.atOnce : PACES.measured.atOnce },
    ...{ stores: world.name, ...world.figures },
    ...{ joined: counts.joined, returned: counts.returned, holdings: counts.holdings, acts: tally.acts },
    ...{ tried: tally.tried, askedAfter: tally.askedAfter, load: loadNow() },
    milliseconds: {
      calm: timesOf(({ of }) => of === 'calm'),
      duringKills: timesOf(({ of }) => of === 'duringKills'),
      sideBySide: timesOf(({ of }) => of === 'sideBySide'),
      ...Object.fromEntries(acts.map((name) => [name, timesOf(({ act, of }) => of === 'calm' && act === name)])),
    },
  };
};

const on = async (run: CampaignRun, stores: ServerStores): Promise<Figures> => {
  const trials = run.options.trials ?? DEFAULT_TRIALS;
  const world = await startOffboardingWorld(run, stores);
  const tally: Tally = { acts: {}, times: [], askedAfter: 0, tried: { works: 0, refused: 0, between: 0 } };
  const counts = { histories: 0, joined: 0, returned: 0, holdings: 0 };
  const state: State = { run, world, tally, counts, pace: PACES.measured };
  try {
    let done = 0;
    for (let number = 0; done < trials && !run.isOver(); number += 1) {
      const how = number % MEASURED_EVERY === 0 ? 'measured' : 'sideBySide';
      const count = Math.min(BATCH[how], trials - done);
      await batch({ ...state, pace: PACES[how] }, count);
      done += count;
      run.progress(`${done} of ${trials} histories on ${world.name}, ${world.figures.kills} kills`);
    }
    const calm = figuresOf(tally.times.filter(({ of }) => of === 'calm').map(({ answered }) => answered));
    if (calm.p99 > GOAL.p99 && calm.runs >= ENOUGH_TIMES)
      run.late(`p99 is ${calm.p99} ms after the answer, more than ${GOAL.p99} ms`);
    const figures = figuresFor(state, done);
    run.finished(stores, figures);
    return figures;
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver logs:\n${world.log()}`, { cause: error });
  } finally {
    await world.close();
  }
};

export const offboarding: Campaign = {
  name: 'offboarding',
  about: `${NODES} nodes: people of a directory join, move, leave and return, by SCIM, security events and logout at once, and kill -9: what works is what a model says (--trials histories on each of --stores, default ${DEFAULT_TRIALS} on sqlite)`,
  async run(run) {
    const names = run.options.stores ? chosen(run, SERVER_STORES) : (['sqlite'] as const);
    const where: Record<string, Figures> = {};
    for (const stores of names) where[stores] = await on(run, stores);
    return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
  },
};
