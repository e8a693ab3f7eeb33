/**
 * Random faults under load, from a seed: the server and its stores are killed, stopped, flushed and filled. After
 * each one it recovers, what was used or revoked stays so, and no answer was a 500 (invariants 1, 5, 6, 12).
 */
import { makeScene, type Scene } from '../support/scene.ts';
import { checkAuditLog } from './audit-log-check.ts';
import { type Campaign, type CampaignRun, chosen, type Figures, type Random } from './campaign.ts';
import { type FaultLedger, faultClients, newFaultLedger, startFaultLoad } from './faults-load.ts';
import { type Ground, startGround } from './faults-servers.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';

const DEFAULT_TRIALS = 50;
const LONGEST_LOAD_MS = 400;
const LONGEST_FAULT_MS = 1500;
const LONGEST_RECOVERY_MS = 20_000;
/** Of those with a name of their own; what is broken at named points comes behind them, shuffled. */
const isAtPoint = (name: string): boolean => /^[a-z]+\.(before|during|after) /.test(name);

/** Resolves when a person can be asked for and a client gets a token; false when that takes too long. */
const recovered = async (scene: Scene): Promise<boolean> => {
  const end = performance.now() + LONGEST_RECOVERY_MS;
  const parameters = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
  while (performance.now() < end) {
    const answer = await scene.calls.token(scene.keyed(scene.agent), parameters).catch(() => undefined);
    if (answer?.status === 200) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
};

/** Uses once more what was used: nothing of it may work, and what was in doubt once at most. Answers how many. */
const checkEnded = async (campaign: CampaignRun, ledger: FaultLedger, after: string): Promise<number> => {
  const used = ledger.used.splice(0);
  for (const { what, again } of used) {
    const verdict = await again();
    if (verdict !== 'over') campaign.violation(`${after}: a used ${what} gave ${verdict}`);
  }
  const inDoubt = ledger.inDoubt.splice(0);
  for (const { what, again } of inDoubt) {
    const first = await again();
    const verdict = first === 'works' ? await again() : first;
    if (verdict !== 'over')
      campaign.violation(`${after}: a ${what} in doubt, ${first === verdict ? '' : 'used once, '}gave ${verdict}`);
  }
  return used.length + inDoubt.length;
};

const campaignOn = async (campaign: CampaignRun, ground: Ground, trials: number): Promise<Figures> => {
  const { server, name } = ground;
  const scene = await makeScene(server);
  const clients = await faultClients(scene);
  const ledger = newFaultLedger();
  const counts: Record<string, number> = {};
  const { random } = campaign;
  const atPoints = ground.faults.filter((fault) => isAtPoint(fault.name));
  const inOrder = [...ground.faults.filter((fault) => !isAtPoint(fault.name)), ...shuffled(atPoints, random)];
  let done = 0;
  let checked = 0;
  for (; done < trials && !campaign.isOver(); done += 1) {
    // Each kind once before any comes a second time.
    const fault = inOrder[done] ?? random.pick(inOrder);
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
    const after = `${name}, trial ${done + 1}, ${fault.name}`;
    const load = startFaultLoad(scene, clients, ledger);
    await pause(50 + random.integer(LONGEST_LOAD_MS));
    if (fault.isPause) load.expectPause();
    const wrong = await fault.begin(random);
    if (typeof wrong === 'string') campaign.violation(`${after}: ${wrong}`);
    await pause(50 + random.integer(LONGEST_FAULT_MS));
    await fault.end();
    await load.stop();
    for (const text of ledger.unexpected.splice(0)) campaign.violation(`${after}: ${text}`);
    if (await recovered(scene)) checked += await checkEnded(campaign, ledger, after);
    else campaign.violation(`${after}: no token ${LONGEST_RECOVERY_MS / 1000} s later\n${server.log().slice(-2000)}`);
    campaign.progress(`${name}: ${done + 1} of ${trials} faults, ${ledger.received.length} tokens`);
  }
  const auditLog = await checkAuditLog(campaign, server, scene, ledger);
  const figures = {
    trials: done,
    kinds: Object.keys(counts).length,
    byKind: counts,
    answers: ledger.statuses,
    checked,
    tokensReceived: ledger.received.length,
    ...auditLog,
    notRun: ground.notRun,
  };
  campaign.finished(name, figures);
  return figures;
};

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

const shuffled = <T>(list: readonly T[], random: Random): readonly T[] =>
  list
    .map((one) => ({ one, at: random.next() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ one }) => one);

const weightOf = (stores: ServerStores): number => (stores === 'sqlite' ? 1 : 2);

export const faults: Campaign = {
  name: 'faults',
  about: `random faults of server and stores under load: nothing used or revoked lives again, no 500, recovery (--trials, default ${DEFAULT_TRIALS})`,
  async run(campaign) {
    const trials = campaign.options.trials ?? DEFAULT_TRIALS;
    const grounds = chosen(campaign, SERVER_STORES);
    const results: Record<string, unknown> = {};
    let done = 0;
    for (const stores of grounds) {
      const ground = await startGround(stores);
      try {
        // There are twice as many things to break where there are database servers.
        const shares = grounds.reduce((sum, one) => sum + weightOf(one), 0);
        const share = Math.floor((trials * weightOf(stores)) / shares);
        const figures = await campaignOn(campaign, ground, share);
        done += figures.trials;
        results[ground.name] = figures;
      } catch (error) {
        throw new Error(`${(error as Error).stack}\nserver log:\n${ground.server.log().slice(-4000)}`, {
          cause: error,
        });
      } finally {
        await ground.remove();
      }
    }
    return { trials: done, ...results };
  },
};
