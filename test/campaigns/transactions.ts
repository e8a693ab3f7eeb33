/**
 * Transactions from the opening to the receipt: of one person or two, with a sub-agent, with reports that are late, forged, doubled
 * or missing, while the server is killed. After each close no credential works, and each receipt has exactly the grades of a model
 * that was written apart (transactions-model.ts).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import type { Campaign, CampaignRun, Figures } from './campaign.ts';
import { figuresOf, rounded } from './figures.ts';
import type { ServerStores } from './server-on.ts';
import { planOf, type TokenPlan, type TransactionPlan } from './transactions-model.ts';
import { type Done, readReceipts } from './transactions-receipts.ts';
import { type Counts, type Held, issuedAt, state, stateBefore } from './transactions-reports.ts';
import { startTransactionsWorld, type TransactionsWorld } from './transactions-world.ts';
import { onEachStore } from './with-packages.ts';

const [DEFAULT_TRIALS, DEFAULT_TOKENS] = [200, 200];
const AT_ONCE = 3;
const ASKED_AT_ONCE = 6;
/** The server is killed once in so many transactions, at least once. */
const KILL_EVERY = 25;
/** Of issue and documentation: milliseconds from the answer to a close. */
const GOAL = { introspection: 50, kit: 500 } as const;
const ENOUGH_TIMES = 100;
const STUCK_MS = 40_000;
/** A call is late when it is more than a minute after the end. */
const LATE_SECONDS = 62;

type Times = { readonly introspection: number[]; readonly kits: number[] };
const now = (): number => Math.floor(Date.now() / 1000);

/** Work on each, some at a time. */
const eachOf = async <T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> => {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

/** One transaction, up to the reports right after its close. */
const trial = async (
  run: CampaignRun,
  world: TransactionsWorld,
  plan: TransactionPlan,
  times: Times,
  counts: Counts,
): Promise<Done> => {
  const { scene, sub, steady, people } = world;
  const { management, calls, keyed, agent, jwt } = scene;
  let inDoubt = 0;
  const doubt = (): void => {
    inDoubt += 1;
  };
  const call = (method: string, path: string, body?: object) =>
    steady(() => management.call(method, path, body, {}, agent));
  const stated = {
    trigger: 'event',
    intent: 'Keep the calendar of the team in order',
    ...(plan.people > 1 ? { participants: people } : {}),
  };
  const opened = await call('POST', '/transactions', stated);
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
    const { status, text } = await steady(() => calls.revoke(credential, one.token));
    if (status !== 200) run.violation(`${id}: not revoked: ${status} ${text}`);
    one.revokedAt = now();
  }

  const [watched] = tokens.filter((held) => held.revokedAt === undefined);
  const before = world.kills();
  const kits = plan.isMeasured && watched ? world.kits : [];
  for (const kit of kits) await kit.use(watched?.token ?? '', 'read');
  const closed = await call('POST', `/transactions/${id}/close`);
  const answeredAt = performance.now();
  if (closed.status !== 200) run.violation(`${id}: not closed: ${closed.status} ${closed.text}`);
  const isActive = async (token: string): Promise<boolean> =>
    (await steady(() => calls.introspect(jwt.credential, token))).body['active'] === true;
  const untilNo = async (isYes: () => Promise<boolean>, what: string): Promise<number> => {
    while (await isYes()) {
      if (performance.now() < answeredAt + STUCK_MS) continue;
      run.violation(`${id}: ${what} accepts a token ${STUCK_MS} ms after the close`);
      break;
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
    if (!(await isActive(token))) return;
    counts.survivors += 1;
    run.violation(`${id}: a token is active after the close`);
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

const on = async (run: CampaignRun, stores: ServerStores, python: string): Promise<Figures> => {
  const trials = run.options.trials ?? DEFAULT_TRIALS;
  const most = run.options.tokens ?? DEFAULT_TOKENS;
  const world = await startTransactionsWorld(stores, python);
  const times: Times = { introspection: [], kits: [] };
  const counts: Counts = { credentials: 0, survivors: 0, forged: 0, wrong: 0, steps: 0, extra: 0, verified: 0 };
  const done: Done[] = [];
  const crashes: Promise<void>[] = [];
  try {
    const numbers = Array.from({ length: trials }, (_, index) => index);
    await eachOf(numbers, AT_ONCE, async (number) => {
      if (run.isOver()) return;
      if (number % Math.min(KILL_EVERY, trials) === Math.min(KILL_EVERY, trials) - 1) {
        crashes.push(pause(run.random.integer(400)).then(() => world.crash()));
      }
      const plan = planOf(run.random, number, most);
      done.push(await trial(run, world, plan, times, counts));
      run.progress(`${done.length} of ${trials} transactions on ${world.name}`);
    });
    await Promise.all(crashes);
    const late = done.flatMap(({ tokens }) => tokens.filter(({ plan }) => plan.story === 'late'));
    const last = Math.max(...done.map(({ closedAt }) => closedAt));
    while (late.length > 0 && now() <= last + LATE_SECONDS) await pause(1000);
    for (let begin = 0; begin < late.length; begin += 100) await state(run, world, late.slice(begin, begin + 100), now);
    await readReceipts(run, world, done, counts);
    const milliseconds = { introspection: figuresOf(times.introspection), kits: figuresOf(times.kits) };
    for (const [name, goal] of [
      ['introspection', GOAL.introspection],
      ['kits', GOAL.kit],
    ] as const) {
      const { p99, runs } = milliseconds[name];
      if (p99 > goal && runs >= ENOUGH_TIMES)
        run.late(`${name}: p99 is ${rounded(p99)} ms after the close, more than ${goal} ms`);
    }
    const figures = { trials: done.length, stores: world.name, kills: world.kills(), ...counts, milliseconds };
    run.finished(stores, figures);
    return figures;
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver log:\n${world.log()}`, { cause: error });
  } finally {
    await world.close();
  }
};

export const transactions: Campaign = {
  name: 'transactions',
  about: `transactions with forged, doubled, late and missing reports, and kill -9: receipts with the grades of a model, no credential after the close (--trials transactions on each of --stores, default ${DEFAULT_TRIALS}; --tokens in the largest, default ${DEFAULT_TOKENS})`,
  run: (run) => onEachStore(run, on),
};
