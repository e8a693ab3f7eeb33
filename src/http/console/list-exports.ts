import type { Context } from 'koa';
import { pageCsp } from '../../../views/content-security-policy.ts';
import { queryOf } from '../interaction/page-answers.ts';
import { sendLines } from '../line-answer.ts';
import { agentCsv, agentNdjson, readListQuery } from './agent-list.ts';
import type { PageParts } from './console-forms.ts';

const FORMS = {
  csv: { type: 'text/csv; charset=utf-8', end: '\r\n' },
  ndjson: { type: 'application/x-ndjson', end: '\n' },
} as const;

/** Sends lines as a download. Throws if the first line cannot be made. */
export const sendFile = async (
  ctx: Context,
  name: string,
  form: keyof typeof FORMS,
  lines: AsyncIterable<string>,
): Promise<void> => {
  await sendLines(ctx, lines, { ...FORMS[form], failed: (error) => void ctx.app.emit('error', error, ctx) });
  ctx.set('Content-Security-Policy', pageCsp({ formTargets: [], scripts: false }));
  ctx.set('Content-Disposition', `attachment; filename="${name}.${form}"`);
};

/** Adds `GET /console/agents.csv` and `.ndjson`: the whole list as a file. */
export const addConsoleExports = ({ page, deps, calls }: PageParts): void => {
  for (const [form, lines] of [
    ['csv', agentCsv],
    ['ndjson', agentNdjson],
  ] as const) {
    page(`/console/agents.${form}`, (ctx, { viewer, frame }) =>
      sendFile(ctx, 'agents', form, lines(deps, calls, viewer, readListQuery(queryOf(ctx), frame.seesAll))),
    );
  }
};
