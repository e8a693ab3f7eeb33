import Router from '@koa/router';
import type { Context } from 'koa';
import { CONSOLE_PLACES } from '../../../views/partials/console-frame.ts';
import { doneWords } from '../../../views/words/console-done.ts';
import { accountSessions, type PageSession } from '../account/sessions.ts';
import { guardedForms } from '../interaction/guarded-forms.ts';
import { byOf, doneOf, pages } from '../interaction/page-answers.ts';
import { policyCheck } from '../management/policy-check.ts';
import { stateOf } from '../request-state.ts';
import { consoleCalls } from './console-calls.ts';
import { type ConsoleDeps, searchHref } from './console-deps.ts';
import type { AddPage, Opened } from './console-page.ts';
import { errorFrame } from './error-frame.ts';
import { CONSOLE_PAGES, isSeen } from './page-table.ts';

/** The message about the last action. The link carries a keyword, never a text. */
const DONE = {
  ...doneWords,
  testFailed: { kind: 'warning', text: doneWords.testFailed },
  declined: { kind: 'notice', text: doneWords.declined },
  withdrawn: { kind: 'notice', text: doneWords.withdrawn },
} as const;

/** `/console` and all below it. */
export const consoleRouter = (deps: ConsoleDeps): Router => {
  const { basePath } = deps;
  const calls = consoleCalls(
    deps.handlers,
    policyCheck({ use: deps.serverUse, audit: deps.audit }),
    deps.requireFreshFactor,
  );
  const sessions = accountSessions(deps, guardedForms(deps));
  const router = new Router();
  router.use(pages(deps, errorFrame(basePath)));

  const openedAs = (ctx: Context, session: PageSession): Opened => {
    stateOf(ctx).hasSearch = true;
    const frame = {
      basePath,
      signedInAs: session.signedInAs,
      csrf: session.csrf,
      seesAll: calls.access('listAgents', session.account) === 'all',
      search: { action: searchHref(deps) },
      sees: CONSOLE_PLACES.filter((place) => isSeen(calls, place, session.account)),
    };
    stateOf(ctx).consoleFrame = frame;
    return {
      viewer: { account: session.account, by: byOf(ctx, session.account.id) },
      frame: { ...frame, ...doneOf(ctx, DONE) },
    };
  };

  /** A page for a signed-in user. Sends any other browser to sign in and return. */
  const page: AddPage = (path, show) => {
    router.get(path, async (ctx) => {
      const session = await sessions.orSignIn(ctx);
      if (session) await show(ctx, openedAs(ctx, session), ctx.params['id'] ?? '');
    });
  };

  const parts = { router, page, deps, calls, sessions, openedAs };
  for (const { add } of CONSOLE_PAGES) add(parts);
  return router;
};
