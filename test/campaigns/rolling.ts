/**
 * Two nodes on one data set behind a proxy, restarted one after the other under load: with one retry no client sees
 * an error, nothing is done twice, and every token has its record.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { checkAuditLog } from './audit-log-check.ts';
import { startBalancer } from './balancer.ts';
import type { Campaign } from './campaign.ts';
import { newLedger } from './crash-ledger.ts';
import { startLoad } from './crash-load.ts';

const DEFAULT_RESTARTS = 20;
/** Longest time between two restarts. */
const LONGEST_PAUSE_MS = 900;

export const rolling: Campaign = {
  name: 'rolling',
  about: `two nodes restarted in turn under load: no error behind a proxy that tries once more (--trials restarts, default ${DEFAULT_RESTARTS})`,
  async run(run) {
    const restarts = run.options.trials ?? DEFAULT_RESTARTS;
    const dataFolder = await mkdtemp(join(tmpdir(), 'behalf-rolling-'));
    const port = await freePort();
    const issuer = `http://localhost:${port}`;
    const start = () => startServer({ dataFolder, environment: { ...WITHOUT_LIMITS, BEHALF_ISSUER: issuer } });
    const nodes = await Promise.all([start(), start()]);
    const balancer = await startBalancer(
      port,
      nodes.map((node) => node.port),
    );
    const ledger = newLedger();
    let done = 0;
    try {
      const scene = await makeScene({ issuer, administratorKeyFile: join(dataFolder, 'administrator.json') });
      const load = startLoad(scene, ledger);
      for (; done < restarts && !run.isOver(); done += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100 + run.random.integer(LONGEST_PAUSE_MS)));
        const node = nodes[done % nodes.length] ?? nodes[0];
        const code = await node.stop();
        if (code !== 0) run.violation(`restart ${done + 1}: a node ended with ${code}`);
        await node.restart();
        for (const text of ledger.unexpected.splice(0)) run.violation(`restart ${done + 1}: ${text}`);
        run.progress(`${done + 1} of ${restarts} restarts, ${ledger.received.length} tokens`);
      }
      await load.stop();
      for (const text of ledger.unexpected.splice(0)) run.violation(text);
      const auditLog = await checkAuditLog(run, { ...nodes[0], issuer }, scene, ledger);
      return { trials: done, ...balancer.figures, tokensReceived: ledger.received.length, ...auditLog };
    } catch (error) {
      const logs = nodes.map((node) => node.log().slice(-2000)).join('\n');
      throw new Error(`${(error as Error).stack}\nserver logs:\n${logs}`, { cause: error });
    } finally {
      balancer.close();
      for (const node of nodes) await node.remove();
      await rm(dataFolder, { recursive: true, force: true });
    }
  },
};
