/**
 * Each of the texts of test/unit/views/payloads.ts in each place where a text is kept that a page shows, in Chromium (WB-05).
 * A violation is a script that ran, an objection of a page's policy, a dialog, an error on a page, or a request to
 * another server.
 */
import { visit } from '../support/chromium.ts';
import { injectionWorld } from '../support/injection-world.ts';
import { ALL_PAYLOADS } from '../unit/views/payloads.ts';
import type { Campaign } from './campaign.ts';

export const injection: Campaign = {
  name: 'injection',
  about: `texts of attackers in every place where one is kept, on every page that shows it, in Chromium (--trials rounds, default ${ALL_PAYLOADS.length}: then each text was in each place; without and with the policy of pages)`,
  async run(run) {
    const rounds = run.options.trials ?? ALL_PAYLOADS.length;
    const world = await injectionWorld();
    try {
      const where: Record<string, number> = {};
      for (const guard of ['with the policy of pages', 'without it'] as const) {
        let [pages, begun] = [0, 0];
        const happened = await world.watching(async (windows) => {
          for (; begun < rounds && !run.isOver(); begun += 1) {
            await world.round(begun, async ({ as, url }) => {
              await visit(windows[as ?? 'nobody'], url);
              pages += 1;
            });
            run.progress(`${guard}: ${begun} of ${rounds} rounds, ${pages} pages`);
          }
        }, guard === 'without it');
        for (const one of happened) run.violation(one);
        const figures = { rounds: begun, texts: ALL_PAYLOADS.length, places: world.shown.length, pages };
        where[guard] = pages;
        run.finished(guard, { trials: pages, ...figures });
      }
      const trials = Object.values(where).reduce((sum, pages) => sum + pages, 0);
      return { trials, where, texts: ALL_PAYLOADS.length, places: world.shown.length };
    } finally {
      await world.close();
    }
  },
};
