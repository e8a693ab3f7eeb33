import { Readable } from 'node:stream';
import { pageCsp } from '../../../views/content-security-policy.ts';
import { queryOf } from '../interaction/page-answers.ts';
import { agentCsv, readListQuery } from './agent-list.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { AddPage } from './console-page.ts';

/** Adds `GET /console/agents.csv`: what the list shows, all of it, as a file. */
export const addConsoleCsv = (page: AddPage, deps: ConsoleDeps, calls: ConsoleCalls): void =>
  page('/console/agents.csv', async (ctx, { viewer, frame }) => {
    const lines = agentCsv(deps, calls, viewer, readListQuery(queryOf(ctx), frame.seesAll));
    const stream = Readable.from(lines);
    // Half a list must not look like a whole one.
    stream.on('error', () => ctx.res.destroy());
    ctx.status = 200;
    ctx.set('Content-Security-Policy', pageCsp({ formTargets: [], scripts: false }));
    ctx.set('Content-Disposition', 'attachment; filename="agents.csv"');
    ctx.body = stream;
    ctx.type = 'text/csv; charset=utf-8';
  });
