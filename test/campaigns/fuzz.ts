/**
 * Grammar fuzzing of every route. A violation is what no input may cause: an answer of 5xx, no answer
 * at all, no answer within five seconds, a server that ended, or an unhandled rejection.
 */
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign } from './campaign.ts';
import { requestGrammar, SEED_COUNT, seedRequest } from './fuzz-grammar.ts';
import { fuzzMaterial } from './fuzz-material.ts';
import { ROUTES } from './fuzz-routes.ts';
import { printable, sendRaw } from './fuzz-wire.ts';

const DEFAULT_REQUESTS = 20_000;
const PARALLEL = 16;
const HANG_MS = 5000;

export const fuzz: Campaign = {
  name: 'fuzz',
  about: `grammar fuzzing of every route: no 5xx, no crash, no hang (--trials requests, default ${DEFAULT_REQUESTS})`,
  async run(run) {
    const requests = run.options.trials ?? DEFAULT_REQUESTS;
    const server = await startServer({ environment: WITHOUT_LIMITS });
    const statuses: Record<string, number> = {};
    let sent = 0;
    let slowestMs = 0;
    try {
      const scene = await makeScene(server);
      const material = await fuzzMaterial(scene);
      const grammar = requestGrammar(run.random, material);
      const host = new URL(server.issuer).host;
      const routeCount = new Set(ROUTES.map(({ path }) => path)).size;

      const one = async (): Promise<void> => {
        while (sent < requests && !run.isOver() && server.isRunning) {
          const index = sent;
          sent += 1;
          const request = index < SEED_COUNT ? seedRequest(index, host) : grammar.next();
          const answer = await sendRaw(server.port, request.bytes, HANG_MS, !request.isWellFramed);
          slowestMs = Math.max(slowestMs, answer.milliseconds);
          const status = answer.isHung ? 'hung' : String(answer.status || 'none');
          statuses[status] = (statuses[status] ?? 0) + 1;
          // What promises more than it holds may be dropped or waited for; it never gives an error of ours.
          const isWrong = answer.status >= 500 || (answer.status === 0 && request.isWellFramed);
          if (isWrong)
            run.violation(
              `request ${index}: ${status}\n  sent ${printable(request.bytes).replaceAll(material.management, '{management}')}\n  got  ${JSON.stringify(answer.text.slice(-240))}`,
            );
          run.progress(`${sent} of ${requests} requests`);
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, one));

      if (!server.isRunning) run.violation(`the server ended after request ${sent}:\n${server.log().slice(-4000)}`);
      const unhandled = /^.*(unhandled|uncaught|TypeError|ReferenceError|RangeError).*$/im.exec(server.log());
      if (unhandled) run.violation(`in the server's log: ${unhandled[0].slice(0, 1000)}`);
      const alive = await fetch(`${server.issuer}/jwks`).then(
        ({ status }) => status,
        () => 0,
      );
      if (alive !== 200) run.violation(`afterwards /jwks answers ${alive}`);
      return { trials: sent, routes: routeCount, statuses, slowestMs: Math.round(slowestMs) };
    } finally {
      await server.remove();
    }
  },
};
