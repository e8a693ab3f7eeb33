/** The dry run on the page of a directory, and the page that starts the directory for real. */
import { type DryRunModel, startDirectoryPage } from '../../../views/pages/console-dry-run.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import type { AnswerOf } from './console-calls.ts';
import { directoryHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { stepUp } from './step-up.ts';

/** Users and groups on the page. Those that need an act come first. */
const MOST_ROWS = 100;
const WRONG = ['conflict', 'refuse', 'deactivate'] as const;

type Entry = AnswerOf<'listPreviewedAccounts'>['items'][number];

export const dryRunModel = async (
  { calls }: PageParts,
  { account, by }: Viewer,
  directory: AnswerOf<'getDirectory'>,
): Promise<DryRunModel> => {
  const { id, groups: map = {} } = directory;
  const {
    body: { counts, attributes },
  } = await calls.run('getDirectoryPreview', account, by, { id });
  const listed = async (query: { readonly outcome?: Entry['outcome'] }): Promise<readonly Entry[]> =>
    (await calls.run('listPreviewedAccounts', account, by, { id, query: { ...query, limit: MOST_ROWS } })).body
      ?.items ?? [];
  const wrong = (await Promise.all(WRONG.map((outcome) => listed({ outcome })))).flat();
  const others = (await listed({})).filter(({ id: one }) => !wrong.some((entry) => entry.id === one));
  const rows = [...wrong, ...others].slice(0, MOST_ROWS);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    counts,
    isOverLimit: counts.deactivate > directory.most_deactivations,
    attributes: attributes.map(({ attribute, use, example }) => ({ attribute, use, example })),
    groups: rows
      .filter(({ kind, outcome }) => kind === 'group' && outcome === 'create')
      .map(({ name }) => ({ name, ...(Object.hasOwn(map, name) ? { here: String(map[name]) } : {}) })),
    rows: rows.map(({ id: one, kind, name, outcome, changed = [], reason, detail, params }) => ({
      ...{ id: one, kind, name, outcome, changed },
      ...(detail === undefined ? {} : { why: refusalPhrase({ message: detail, reason, params }) }),
    })),
    isMore: total > rows.length,
  };
};

/** Adds the page that ends a dry run. */
export const addStart = ({ router, page, deps, calls, sessions, openedAs }: PageParts, path: string): void => {
  const withFactor = stepUp(deps);

  page(`${path}/:id/start`, async (ctx, { viewer, frame }, id) => {
    const { account, by } = viewer;
    calls.access('startDirectory', account);
    const directory = (await calls.run('getDirectory', account, by, { id })).body;
    const href = directoryHref(deps, id);
    // It has started already.
    if (directory.dry_run_from === undefined) return seeOther(ctx, href);
    const {
      body: { counts },
    } = await calls.run('getDirectoryPreview', account, by, { id });
    sendPage(ctx, 200, startDirectoryPage(frame, { href, name: directory.name, counts }));
  });

  router.post(`${path}/:id/start`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const href = directoryHref(deps, id);
    const call = () => calls.run('startDirectory', account, by, { id });
    if (await withFactor(ctx, account.id, `${href}/start`, call)) seeOther(ctx, `${href}?done=directoryStarted`);
  });
};
