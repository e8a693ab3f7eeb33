/**
 * `kill -9` under load, again and again, of the server, and of its database where that keeps what it
 * acknowledged. Afterwards every token that reached a client has its record in the audit log (invariant 5), the
 * audit log verifies, what was used stays used and what was revoked revoked (invariants 1 and 6), and each
 * restart is quick.
 */
import { makeScene, type Scene } from '../support/scene.ts';
import { checkAuditLog } from './audit-log-check.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { type Ledger, loadClients, newLedger, type Use } from './crash-ledger.ts';
import { startLoad } from './crash-load.ts';
import { startServerOn } from './server-on.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';

const DEFAULT_KILLS = 50;
const DEFAULT_RATE = 200;
/** Longest time between the first answer under load and the kill. */
const LONGEST_LOAD_MS = 700;
/** No restart may take longer (FT-01), and of a hundred at most one longer than the second. */
const LONGEST_RESTART_MS = 5000;
const GOAL_P99_MS = 3000;
/** Looked at after each kill: the latest. */
const CHECKED = 24;

/** Uses once more what was used before the kill: nothing of it may work. Answers how many of which kind were tried. */
const checkUsed = async (run: CampaignRun, ledger: Ledger, counts: Record<string, number>): Promise<void> => {
  const latest = ledger.used.splice(0).toSorted((one, other) => other.at - one.at);
  await inTurn(latest.slice(0, CHECKED), async ({ what, again }) => {
    counts[what] = (counts[what] ?? 0) + 1;
    const verdict = await again();
    if (verdict !== 'over') run.violation(`used before the kill, a ${what} gave: ${verdict}`);
  });
};

/** What was sent and never answered has happened or not: either way it works at most once more. */
const checkInDoubt = async (
  run: CampaignRun,
  ledger: Ledger,
  counts: { over: number; worked: number },
): Promise<void> => {
  await inTurn(ledger.inDoubt.splice(0), async ({ what, again }) => {
    const first = await again();
    if (first === 'over') counts.over += 1;
    else if (first !== 'works') run.violation(`in doubt, a ${what} gave: ${first}`);
    // A revocation that did not happen is no second use of anything.
    else if (what !== 'revoked token') {
      counts.worked += 1;
      const second = await again();
      if (second !== 'over') run.violation(`in doubt, a ${what} worked and then gave: ${second}`);
    }
  });
};

/** Four at a time: a burst of all of them would be a load of its own. */
const inTurn = async (uses: readonly Use[], work: (use: Use) => Promise<void>): Promise<void> => {
  const left = [...uses];
  const worker = async (): Promise<void> => {
    for (let use = left.pop(); use; use = left.pop()) await work(use);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
};

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Milliseconds at p50, p99 and the longest. */
const spread = (times: readonly number[]) => {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
};

const crashOn = async (run: CampaignRun, stores: ServerStores, kills: number, rate: number): Promise<Figures> => {
  const { name, server, database, remove } = await startServerOn(stores);
  const ledger = newLedger();
  const restarts: number[] = [];
  const usedAgain: Record<string, number> = {};
  const inDoubt = { over: 0, worked: 0 };
  let loadMs = 0;
  try {
    const scene: Scene = await makeScene(server);
    const clients = await loadClients(scene);
    // The sign-in and consent that the load counts on.
    await scene.newTokens(scene.jwt.identifier);
    for (let kill = 0; kill < kills && !run.isOver(); kill += 1) {
      const begin = performance.now();
      const answers = ledger.answers;
      const load = startLoad(scene, ledger, { rate, ...clients });
      // Code that has just been loaded is slow: before the first answer a kill would meet nothing but waiting.
      while (ledger.answers === answers && performance.now() < begin + LONGEST_RESTART_MS) await pause(2);
      await pause(run.random.integer(LONGEST_LOAD_MS));
      load.expectKill();
      // Which of the two is first is left to chance.
      const victims = database && run.random.chance(0.5) ? [database, server] : [server, database];
      await Promise.all(victims.map((victim) => victim?.kill()));
      loadMs += performance.now() - begin;
      await load.stop();
      await database?.restart();
      const milliseconds = await server.restart();
      restarts.push(milliseconds);
      if (milliseconds > LONGEST_RESTART_MS) run.late(`restart ${kill + 1} took ${Math.round(milliseconds)} ms`);
      await checkUsed(run, ledger, usedAgain);
      await checkInDoubt(run, ledger, inDoubt);
      for (const text of ledger.unexpected.splice(0)) run.violation(`${name}, kill ${kill + 1}: ${text}`);
      run.progress(`${name}, ${kill + 1} of ${kills} kills, ${ledger.received.length} tokens`);
    }
    const restartMs = spread(restarts);
    if (restartMs.p99 > GOAL_P99_MS && restarts.length >= 100) run.late(`restart p99 is ${restartMs.p99} ms`);
    const auditLog = await checkAuditLog(run, server, scene, ledger);
    const figures = {
      trials: restarts.length,
      requests: ledger.requests,
      requestsPerSecond: Math.round(ledger.requests / (loadMs / 1000)),
      tokensReceived: ledger.received.length,
      usedAgain,
      inDoubt,
      ...auditLog,
      restartMs,
    };
    run.finished(name, figures);
    return { name, ...figures };
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver log:\n${server.log().slice(-4000)}`, { cause: error });
  } finally {
    await remove();
  }
};

export const crash: Campaign = {
  name: 'crash',
  about: `kill -9 under load: no token without its audit record, nothing used twice, restart p99 within 3 s (--kills on each of --stores, default ${DEFAULT_KILLS}; --rate, default ${DEFAULT_RATE})`,
  async run(run) {
    const kills = run.options.trials ?? DEFAULT_KILLS;
    const results: Record<string, unknown> = {};
    let trials = 0;
    for (const stores of chosen(run, SERVER_STORES)) {
      const { name, ...figures } = await crashOn(run, stores, kills, run.options.rate ?? DEFAULT_RATE);
      results[String(name)] = figures;
      trials += figures.trials;
    }
    return { trials, ...results };
  },
};
