/**
 * `kill -9` under load, again and again. Afterwards every token that reached a client has its record
 * in the audit trail (invariant 5), the trail verifies, what was used stays used (invariant 1), and
 * each restart is quick.
 */
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { type Ledger, newLedger, startLoad } from './crash-load.ts';
import { checkTrail } from './trail-check.ts';

const DEFAULT_KILLS = 50;
/** Longest time between the beginning of the load and the kill. */
const LONGEST_LOAD_MS = 900;
const LONGEST_RESTART_MS = 2000;

/** Sends what was used before the kill once more: nothing of it may work. */
const checkConsumed = async (run: CampaignRun, scene: Scene, ledger: Ledger): Promise<number> => {
  const used = ledger.used.splice(0);
  for (const { identity, parameters } of used) {
    const answer = await scene.calls.token(scene.keyed(identity), parameters);
    if (answer.status === 200 || answer.body['error'] !== 'invalid_grant')
      run.violation(`a used ${parameters['grant_type']} credential gave ${answer.status} ${answer.text.slice(0, 200)}`);
  }
  return used.length;
};

export const crash: Campaign = {
  name: 'crash',
  about: `kill -9 under load: no token without its audit record, nothing used twice, restart within 2 s (--trials kills, default ${DEFAULT_KILLS})`,
  async run(run) {
    const kills = run.options.trials ?? DEFAULT_KILLS;
    const server = await startServer({ environment: WITHOUT_LIMITS });
    const ledger = newLedger();
    const restarts: number[] = [];
    let checked = 0;
    try {
      const scene = await makeScene(server);
      for (let kill = 0; kill < kills && !run.isOver(); kill += 1) {
        const load = startLoad(scene, ledger);
        await new Promise((done) => setTimeout(done, 20 + run.random.integer(LONGEST_LOAD_MS)));
        load.expectKill();
        await server.kill();
        await load.stop();
        const milliseconds = await server.restart();
        restarts.push(Math.round(milliseconds));
        if (milliseconds > LONGEST_RESTART_MS) run.violation(`restart ${kill + 1} took ${Math.round(milliseconds)} ms`);
        checked += await checkConsumed(run, scene, ledger);
        for (const text of ledger.unexpected.splice(0)) run.violation(text);
        run.progress(`${kill + 1} of ${kills} kills, ${ledger.received.length} tokens`);
      }
      const trail = await checkTrail(run, server, scene, ledger);
      const sorted = restarts.toSorted((one, other) => one - other);
      return {
        trials: restarts.length,
        tokensReceived: ledger.received.length,
        usedAgain: checked,
        ...trail,
        restartMs: { median: sorted[Math.floor(sorted.length / 2)], max: sorted.at(-1) },
      };
    } catch (error) {
      throw new Error(`${(error as Error).stack}\nserver log:\n${server.log().slice(-4000)}`, { cause: error });
    } finally {
      await server.remove();
    }
  },
};
