/**
 * Transactions from the opening to the receipt: of one person or two, with a sub-agent, with reports that are late, forged, doubled
 * or missing, many side by side on three nodes, which are killed. After each close no credential works, and each receipt has exactly
 * the grades of a model that was written apart (transactions-model.ts). Then the campaign measures some, one after the other.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { type Campaign, type CampaignRun, type Figures, seededRandom } from './campaign.ts';
import { figuresOf, loadNow, rounded } from './figures.ts';
import type { ServerStores } from './server-stores.ts';
import { eachOf } from './side-by-side.ts';
import { planOf, type TokenPlan, type TransactionPlan } from './transactions-model.ts';
import { type Done, readReceipts } from './transactions-receipts.ts';
import { type Counts, type Held, issuedAt, state, stateBefore } from './transactions-reports.ts';
import { NODES, startTransactionsWorld, type TransactionsWorld } from './transactions-world.ts';
import { onEachStore } from './with-packages.ts';

const [DEFAULT_TRIALS, DEFAULT_TOKENS] = [200, 200];
/** Transactions under way at the same time: one kill interrupts many of them. */
const AT_ONCE = 24;
const ASKED_AT_ONCE = 6;
/** A node is killed once in so many transactions, at least once and at most so many times: each start takes seconds of CPU. */
const [KILL_EVERY, MOST_KILLS] = [25, 120];
const LONGEST_LOAD_MS = 400;
/** One of so many, at most so many, is measured afterwards, while nothing else happens and nothing is killed. */
const [QUIET_PART, MOST_QUIET] = [5, 200];
/** Of issue and documentation: milliseconds from the answer to a close. */
const GOAL = { introspection: 50, kit: 500, max: 250 } as const;
const ENOUGH_TIMES = 100;
const STUCK_MS = 40_000;
/** An API that many transactions ask has to have the time to answer. */
const BETWEEN_MS = 5;
/** A call is late when it is more than a minute after the end. */
const LATE_SECONDS = 62;

/** Each transaction has chance of its own, so that its plan does not depend on those that run beside it. */
const PRIME = 1_000_003;

type Times = { readonly introspection: number[]; readonly kits: number[] };
const now = (): number => Math.floor(Date.now() / 1000);

const pathOf = (url: string): string => new URL(url).pathname;

/** One transaction, up to the reports right after its close. */
const trial = async (
  run: CampaignRun,
  world: TransactionsWorld,
  plan: TransactionPlan,
  times: Times,
  counts: Counts,
): Promise<Done> => {
  const { scene, sub, steady, people, manage } = world;
  const { calls, keyed, agent, jwt } = scene;
  const paths = {
    introspection: pathOf(calls.endpoints.introspection),
    revocation: pathOf(calls.endpoints.revocation),
  };
  let inDoubt = 0;
  const doubt = (): void => {
    inDoubt += 1;
  };
  const stated = {
    trigger: 'event',
    intent: 'Keep the calendar of the team in order',
    ...(plan.people > 1 ? { participants: people } : {}),
  };
  const opened = await manage('POST', '/transactions', stated);
  if (opened.status !== 201) throw new Error(`not opened: ${opened.status} ${opened.text}`);
  const id = String(opened.body['id']);

  const tokens: Held[] = [];
  const first: (string | undefined)[] = [];
  const issue = async (one: TokenPlan): Promise<void> => {
    const parent = one.isOfSub ? first[one.person] : undefined;
    const answer =
      parent === undefined
        ? await world.exchange(agent, await world.subject(one.person), id, doubt)
        : await world.exchange(sub, parent, undefined, doubt);
    if (answer.status !== 200)
      return run.violation(`${id}: a token was refused: ${answer.status} ${answer.text.slice(0, 300)}`);
    const token = String(answer.body['access_token']);
    const { jti, txn } = decodeJwt(token);
    if (txn !== id) run.violation(`${id}: a token has the transaction ${String(txn)}`);
    if (parent === undefined && !one.isRevoked) first[one.person] ??= token;
    tokens.push({ plan: one, token, jti: String(jti), calls: [] });
  };
  // The first of each person alone: the tokens of the sub-agent are exchanged from it.
  for (const one of plan.tokens.slice(0, 4)) await issue(one);
  await eachOf(plan.tokens.slice(4), ASKED_AT_ONCE, issue);
  counts.credentials += tokens.length;

  await stateBefore(run, world, tokens, counts);
  for (const one of tokens.filter((held) => held.plan.isRevoked)) {
    const credential = keyed(one.plan.isOfSub && decodeJwt(one.token)['client_id'] === sub.clientId ? sub : agent);
    const { status, text } = await steady((node) => node.oauth(paths.revocation, credential, { token: one.token }));
    if (status !== 200) run.violation(`${id}: not revoked: ${status} ${text}`);
    one.revokedAt = now();
  }

  const [watched] = tokens.filter((held) => held.revokedAt === undefined);
  const before = world.kills();
  const kits = plan.isMeasured && watched ? world.kits : [];
  for (const kit of kits) await kit.use(watched?.token ?? '', 'read');
  const closed = await manage('POST', `/transactions/${id}/close`);
  const answeredAt = performance.now();
  if (closed.status !== 200) run.violation(`${id}: not closed: ${closed.status} ${closed.text}`);
  const isActive = async (token: string): Promise<boolean> =>
    (await steady((node) => node.oauth(paths.introspection, jwt.credential, { token }))).body['active'] === true;
  const untilNo = async (isYes: () => Promise<boolean>, what: string): Promise<number> => {
    while (await isYes()) {
      if (performance.now() > answeredAt + STUCK_MS) {
        run.violation(`${id}: ${what} accepts a token ${STUCK_MS} ms after the close`);
        break;
      }
      await pause(BETWEEN_MS);
    }
    return performance.now() - answeredAt;
  };
  const asked = kits.map((kit) =>
    untilNo(async () => (await kit.use(watched?.token ?? '', 'read')).isYes, `the API in ${kit.name}`),
  );
  const heard = watched ? await untilNo(() => isActive(watched.token), 'introspection') : undefined;
  const ofKits = await Promise.all(asked);
  // A kill in between is no time to refuse.
  if (world.kills() === before) {
    if (heard !== undefined) times.introspection.push(heard);
    times.kits.push(...ofKits);
  }
  await eachOf(tokens, ASKED_AT_ONCE, async ({ token }) => {
    for (;;) {
      const askedAt = performance.now();
      if (!(await isActive(token))) return;
      // Another node hears of it within this time.
      if (askedAt <= answeredAt + GOAL.max) continue;
      counts.survivors += 1;
      return run.violation(`${id}: a token is active ${rounded(askedAt - answeredAt)} ms after the close`);
    }
  });
  const again = await world.exchange(agent, await world.subject(0), id, doubt);
  const reason = (again.body['denial'] as { readonly reason?: string } | undefined)?.reason;
  if (reason !== 'transaction_ended')
    run.violation(`${id}: an exchange after the close: ${again.status} ${again.text.slice(0, 200)}`);
  await state(
    run,
    world,
    tokens.filter(({ plan: { story } }) => story === 'afterwards'),
    (held) => issuedAt(held),
  );
  return { id, tokens, inDoubt, closedAt: Number(closed.body['closed_at']) };
};

/** Transactions side by side, while nodes are killed; the first ones of `numbers` have begun before the first kill. */
const besideKills = async (
  run: CampaignRun,
  world: TransactionsWorld,
  numbers: readonly number[],
  one: (number: number) => Promise<void>,
): Promise<void> => {
  const { random } = run;
  const every = Math.min(Math.max(KILL_EVERY, Math.ceil(numbers.length / MOST_KILLS)), numbers.length);
  const crashes: Promise<void>[] = [];
  let failure: Error | undefined;
  const crash = async (): Promise<void> => {
    await pause(random.integer(LONGEST_LOAD_MS));
    const first = random.integer(NODES);
    await world.crash(random.chance(0.2) ? [first, (first + 1) % NODES] : [first]);
  };
  await eachOf(numbers, AT_ONCE, async (number) => {
    if (failure) throw failure;
    if (run.isOver()) return;
    if (number % every === every - 1) {
      crashes.push(
        crash().catch((error: Error) => {
          failure ??= error;
        }),
      );
    }
    await one(number);
  });
  await Promise.all(crashes);
  if (failure) throw failure;
};

/** What is stated about a call of more than a minute after the end. */
const stateLate = async (run: CampaignRun, world: TransactionsWorld, done: readonly Done[]): Promise<void> => {
  const late = done.flatMap(({ tokens }) => tokens.filter(({ plan }) => plan.story === 'late'));
  if (late.length === 0) return;
  const last = Math.max(...done.map(({ closedAt }) => closedAt));
  while (now() <= last + LATE_SECONDS) await pause(1000);
  for (let begin = 0; begin < late.length; begin += 100) await state(run, world, late.slice(begin, begin + 100), now);
};

const on = async (run: CampaignRun, stores: ServerStores, python: string): Promise<Figures> => {
  const trials = run.options.trials ?? DEFAULT_TRIALS;
  const most = run.options.tokens ?? DEFAULT_TOKENS;
  const world = await startTransactionsWorld(run, stores, python);
  const [beside, quiet]: readonly [Times, Times] = [newTimes(), newTimes()];
  const counts: Counts = { credentials: 0, survivors: 0, forged: 0, wrong: 0, steps: 0, extra: 0, verified: 0 };
  const done: Done[] = [];
  const one = async (number: number, times: Times, isMeasured: boolean): Promise<void> => {
    const plan = planOf(seededRandom(run.options.seed * PRIME + number), number, most);
    done.push(await trial(run, world, isMeasured ? { ...plan, isMeasured } : plan, times, counts));
    run.progress(`${done.length} of ${trials} transactions on ${world.name}, ${world.kills()} kills`);
  };
  try {
    const numbers = Array.from({ length: trials }, (_, index) => index);
    await besideKills(run, world, numbers, (number) => one(number, beside, false));
    const last = Math.min(MOST_QUIET, Math.ceil(done.length / QUIET_PART));
    for (let number = 0; number < last; number += 1) await one(trials + number, quiet, true);
    await stateLate(run, world, done);
    await readReceipts(run, world, done, counts);
    const figures = {
      ...{ trials: done.length, nodes: NODES, atOnce: Math.min(AT_ONCE, trials), stores: world.name },
      ...{ kills: world.kills(), ...counts },
      milliseconds: { ...timesOf(quiet), load: loadNow(), beside: timesOf(beside) },
    };
    for (const [name, goal] of [
      ['introspection', GOAL.introspection],
      ['kits', GOAL.kit],
    ] as const) {
      const { p99, runs } = figures.milliseconds[name];
      if (p99 > goal && runs >= ENOUGH_TIMES)
        run.late(`${name}: p99 is ${rounded(p99)} ms after the close, more than ${goal} ms`);
    }
    run.finished(stores, figures);
    return figures;
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver logs:\n${world.log()}`, { cause: error });
  } finally {
    await world.close();
  }
};

const timesOf = ({ introspection, kits }: Times) => ({
  introspection: figuresOf(introspection),
  kits: figuresOf(kits),
});
const newTimes = (): Times => ({ introspection: [], kits: [] });

export const transactions: Campaign = {
  name: 'transactions',
  about: `${NODES} nodes, transactions side by side with forged, doubled, late and missing reports, and kill -9: receipts with the grades of a model, no credential after the close (--trials transactions on each of --stores, default ${DEFAULT_TRIALS}; --tokens in the largest, default ${DEFAULT_TOKENS})`,
  run: (run) => onEachStore(run, on),
};
