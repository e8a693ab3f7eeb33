import { Readable } from 'node:stream';
import { pageCsp } from '../../../views/content-security-policy.ts';
import { queryOf } from '../interaction/page-answers.ts';
import { agentCsv, agentNdjson, readListQuery } from './agent-list.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { AddPage } from './console-page.ts';

const FORMS = {
  csv: { lines: agentCsv, type: 'text/csv; charset=utf-8' },
  ndjson: { lines: agentNdjson, type: 'application/x-ndjson' },
} as const;

/** Adds `GET /console/agents.csv` and `.ndjson`: what the list shows, all of it, as a file. */
export const addConsoleExports = (page: AddPage, deps: ConsoleDeps, calls: ConsoleCalls): void => {
  for (const [form, { lines, type }] of Object.entries(FORMS)) {
    page(`/console/agents.${form}`, async (ctx, { viewer, frame }) => {
      const stream = Readable.from(lines(deps, calls, viewer, readListQuery(queryOf(ctx), frame.seesAll)));
      // Half a list must not look like a whole one.
      stream.on('error', () => ctx.res.destroy());
      ctx.status = 200;
      ctx.set('Content-Security-Policy', pageCsp({ formTargets: [], scripts: false }));
      ctx.set('Content-Disposition', `attachment; filename="agents.${form}"`);
      ctx.body = stream;
      ctx.type = type;
    });
  }
};
