/** What directory, transmitter and provider do about a person in the campaign `offboarding`, and how soon it holds at each node. */
import { setTimeout as pause } from 'node:timers/promises';
import { ENTERPRISE, PATCH } from '../support/directory.ts';
import type { Answer } from '../support/oauth-calls.ts';
import type { CampaignRun } from './campaign.ts';
import { rounded } from './figures.ts';
import { type Act, after, type Holding, type Life, works } from './offboarding-model.ts';
import { type Held, isInTime, type Person, sent } from './offboarding-people.ts';
import type { EventOf } from './offboarding-provider.ts';
import type { OffboardingWorld } from './offboarding-world.ts';

/** Of the issue: milliseconds from the answer to an act. */
export const GOAL = { p99: 50, max: 250 } as const;
/** A node that says yes so long after an act is not waited for. */
const STUCK_MS = 5000;
/** Watched at each node, of what an act ends: the rest is tried afterwards. */
const MOST_WATCHED = 4;
const BETWEEN_MS = 3;
/** How often a directory repeats a change that met another one, each time a little later. */
const ATTEMPTS = 40;

/**
 * How many people have their turn at the same time. Times are measured with few. `betweenMs`: between two questions about one of them;
 * `othersMs`: about those about whom nothing happens. With many people the questions would take most of the processor.
 */
export type Pace = {
  readonly atOnce: number;
  readonly betweenMs: number;
  readonly othersMs: number;
  readonly isMeasured: boolean;
};
export const PACES = {
  measured: { atOnce: 3, betweenMs: BETWEEN_MS, othersMs: 8, isMeasured: true },
  sideBySide: { atOnce: 16, betweenMs: 80, othersMs: 60, isMeasured: false },
} as const satisfies Readonly<Record<string, Pace>>;

/** `of`: whether nodes were killed meanwhile, or many people had their turn. */
export type Times = {
  readonly act: Act;
  readonly answered: number;
  readonly of: 'calm' | 'duringKills' | 'sideBySide';
};
export type Tally = {
  readonly acts: Partial<Record<Act, number>>;
  readonly times: Times[];
  /** Acts after whose answer a new question got a positive answer. */
  askedAfter: number;
  readonly tried: { works: number; refused: number; between: number };
};

type Deed = (world: OffboardingWorld, person: Person, run: CampaignRun) => Promise<Answer>;

const operation = (op: 'add' | 'replace' | 'remove', path: string, value?: unknown) => ({
  schemas: [PATCH],
  Operations: [{ op, path, ...(value === undefined ? {} : { value }) }],
});

/** A directory repeats what met another change. */
const repeated = async (ask: () => Promise<Answer>): Promise<Answer> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (attempt === ATTEMPTS || (answer.status !== 409 && answer.status !== 412)) return answer;
    await pause(attempt * BETWEEN_MS);
  }
};

const changed =
  (path: string, next: (person: Person, run: CampaignRun) => unknown, keep: (person: Person, value: never) => void) =>
  async ({ scim }: OffboardingWorld, person: Person, run: CampaignRun): Promise<Answer> => {
    const value = next(person, run);
    const answer = await repeated(() => scim('PATCH', `/Users/${person.id}`, operation('replace', path, value)));
    if (answer.status === 200) keep(person, value as never);
    return answer;
  };

const member =
  (op: 'add' | 'remove'): Deed =>
  async ({ scim, group }, { id }) => {
    const change =
      op === 'add' ? operation(op, 'members', [{ value: id }]) : operation(op, `members[value eq "${id}"]`);
    return repeated(() => scim('PATCH', `/Groups/${group}`, change));
  };

const event =
  (name: EventOf): Deed =>
  async ({ provider, authorization, steady }, { there }) => {
    const token = await provider.eventToken(name, there.sub);
    return steady((node) => sent.event(node, authorization, token));
  };

const numberedName = (name: string): string => {
  const [, stem = name, number = '0'] = /^(.+?)(?:\.(\d+))?$/.exec(name) ?? [];
  return `${stem}.${Number(number) + 1}`;
};

const DEEDS: Readonly<Record<Act, Deed>> = {
  deactivated: changed(
    'active',
    () => false,
    () => undefined,
  ),
  deleted: ({ scim }, { id }) => scim('DELETE', `/Users/${id}`),
  accountDisabled: event('accountDisabled'),
  accountPurged: event('accountPurged'),
  tokensRevoked: ({ provider, authorization, steady }, { there }) =>
    steady((node) => sent.revocation(node, authorization, provider.subjectOf(there.sub))),
  sessionRevoked: event('sessionRevoked'),
  sessionsRevoked: event('sessionsRevoked'),
  async loggedOut({ provider, steady }, { there: { sub, sid } }, run) {
    const token = await provider.logoutToken(run.random.pick([{ sub }, { sid }, { sub, sid }]));
    return steady((node) => sent.logout(node, token));
  },
  joinedGroup: member('add'),
  leftGroup: member('remove'),
  renamed: changed(
    'userName',
    ({ username }) => numberedName(username),
    (person, value: string) => {
      person.username = value;
    },
  ),
  retitled: changed(
    'title',
    (_, { random }) => `Title ${random.integer(1_000_000)}`,
    ({ values }, title: string) => void Object.assign(values, { title }),
  ),
  newManager: changed(
    `${ENTERPRISE}:manager`,
    (_, { random }) => `manager-${random.integer(1_000_000)}`,
    ({ values }, manager: string) => void Object.assign(values, { manager }),
  ),
};

/** A deletion or a logout token whose first sending a kill has cut off may have had its effect. */
const isDone = (act: Act, { status, text }: Answer, acts: readonly Act[]): boolean =>
  (status >= 200 && status < 300) ||
  (status === 404 && (act === 'deleted' || (act === 'tokensRevoked' && acts.includes('deleted')))) ||
  (status === 400 && act === 'loggedOut' && text.includes('used before'));

type Watched = readonly (readonly [Holding, Held])[];

/** What of the person an act of these ends, some of it. */
const dyingOf = ({ holds, life }: Person, next: Life, { random }: CampaignRun): Watched => {
  const all = [...holds].filter(
    ([holding, held]) =>
      held.isWatched && isInTime(held) && works(life, holding) === true && works(next, holding) === false,
  );
  while (all.length > MOST_WATCHED) all.splice(random.integer(all.length), 1);
  return all;
};

/** Does these at once, at nodes that chance picks, and watches at all nodes what they end. */
export const perform = async (
  run: CampaignRun,
  world: OffboardingWorld,
  person: Person,
  acts: readonly Act[],
  tally: Tally,
  pace: Pace,
): Promise<void> => {
  const { nodes, figures } = world;
  if (acts.length === 0) return;
  const next = after(person.life, acts);
  const dying = dyingOf(person, next, run);
  const ending = acts.find((act) => dyingOf(person, after(person.life, [act]), run).length > 0);
  const what = `${acts.join(' + ')} of ${person.username}`;
  const kills = figures.kills;
  let endedAt = Number.POSITIVE_INFINITY;
  let [lastPositive, lastAsked] = [0, 0];
  let isBegun = false;
  const watchFirst = async (index: number): Promise<void> => {
    for (const [holding, held] of dying) {
      const isGood = await tried(held, nodes[index]);
      if (isGood === false && !isBegun && isInTime(held))
        run.violation(`${what}: before it, ${holding} did not work at node ${index}`);
    }
  };
  const watch = async (index: number): Promise<void> => {
    const left = new Set(dying);
    while (left.size > 0) {
      for (const one of left) {
        const [holding, held] = one;
        const sentAt = performance.now();
        const isGood = await tried(held, nodes[index]);
        const at = performance.now();
        if (isGood) {
          lastPositive = Math.max(lastPositive, at);
          if (sentAt > endedAt) lastAsked = Math.max(lastAsked, sentAt);
        } else if (sentAt > endedAt) left.delete(one);
        // An answer may be late. The question counts.
        if (sentAt < endedAt + STUCK_MS || !left.has(one)) continue;
        run.violation(`${what}: ${holding} works at node ${index} ${rounded(sentAt - endedAt)} ms after the answer`);
        left.delete(one);
      }
      await pause(pace.betweenMs);
    }
  };
  await Promise.all(nodes.map((_, index) => watchFirst(index)));
  const watching = nodes.map((_, index) => watch(index));
  isBegun = true;
  person.turn += 1;
  const answers = await Promise.all(
    acts.map(async (act) => {
      await pause(run.random.integer(20));
      return { act, answer: await DEEDS[act](world, person, run) };
    }),
  );
  endedAt = performance.now();
  for (const { act, answer } of answers) {
    tally.acts[act] = (tally.acts[act] ?? 0) + 1;
    if (!isDone(act, answer, acts)) run.violation(`${what}: ${act} was answered ${answer.status} ${answer.text}`);
  }
  await Promise.all([...watching, ...begunOf(person, next).map((one) => untilItWorks(run, world, what, one))]);
  person.life = next;
  person.turn += 1;
  if (dying.length === 0) return;
  const [answered, asked] = [lastPositive, lastAsked].map((at) => Math.max(0, at - endedAt)) as [number, number];
  const isCalm = figures.kills === kills;
  const of = pace.isMeasured ? (isCalm ? 'calm' : 'duringKills') : 'sideBySide';
  if (ending) tally.times.push({ act: ending, answered, of });
  if (asked > 0) tally.askedAfter += 1;
  if (asked > GOAL.max) run.late(`${what}: a question ${rounded(asked)} ms after the answer got a positive one`);
  else if (of === 'calm' && answered > GOAL.max)
    run.late(`${what}: the last positive answer came ${rounded(answered)} ms after the answer`);
};

/** Undefined: the node is gone, or says that it cannot answer. */
export const tried = async (held: Held, node: OffboardingWorld['nodes'][number] | undefined) =>
  node ? held.try(node).catch(() => undefined) : undefined;

/** What works by the change, and did not before. */
const begunOf = ({ holds, life }: Person, next: Life): Watched =>
  [...holds].filter(
    ([holding, held]) => isInTime(held) && works(life, holding) === false && works(next, holding) === true,
  );

/** What a change gives, it gives at once. */
const untilItWorks = async (
  run: CampaignRun,
  { nodes }: OffboardingWorld,
  what: string,
  [holding, held]: Watched[number],
): Promise<void> => {
  const begin = performance.now();
  for (const [index, node] of nodes.entries()) {
    while ((await tried(held, node)) === false) {
      const waited = performance.now() - begin;
      if (waited > STUCK_MS) return run.violation(`${what}: ${holding} does not work at node ${index} after it`);
      if (waited > GOAL.max)
        run.late(`${what}: ${holding} did not work at node ${index} ${rounded(waited)} ms after it`);
      await pause(BETWEEN_MS);
    }
  }
};
