import Router from '@koa/router';
import type { Context } from 'koa';
import { agentPage } from '../../../views/pages/console-agent.ts';
import { agentListPage } from '../../../views/pages/console-agents.ts';
import { findingsPage } from '../../../views/pages/console-findings.ts';
import { overviewPage } from '../../../views/pages/console-overview.ts';
import { CONSOLE_PLACES, type ConsolePlace } from '../../../views/partials/console-frame.ts';
import { doneWords } from '../../../views/words/console-done.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import { readCursor } from '../account/account-model.ts';
import { accountSessions, type PageSession } from '../account/sessions.ts';
import { byOf, doneOf, guardedForms, pages, queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { policyCheck } from '../management/policy-check.ts';
import { agentListModel } from './agent-list.ts';
import { agentModel } from './agent-model.ts';
import { addApprovalsPage } from './approvals-page.ts';
import { addAuditPages } from './audit-pages.ts';
import { addBlueprintPages } from './blueprint-pages.ts';
import { addBreakGlassPages, seesBreakGlass } from './break-glass-pages.ts';
import { addClientPages } from './client-pages.ts';
import { type ConsoleCalls, type ConsoleOperation, consoleCalls } from './console-calls.ts';
import { agentHref, type ConsoleDeps } from './console-deps.ts';
import { addConsoleForms, versionOf } from './console-forms.ts';
import type { AddPage, Opened } from './console-page.ts';
import { addEditPages } from './edit-pages.ts';
import { addGroupPages } from './group-pages.ts';
import { addConsoleExports } from './list-exports.ts';
import { findings, overviewModel } from './overview.ts';
import { addPeoplePages } from './people-pages.ts';
import { addPolicyPages } from './policy-pages.ts';
import { addReplayPages } from './replay-pages.ts';
import { addServerPages } from './server-pages.ts';
import { addTryPage } from './simulate-page.ts';
import { addTryUsePage } from './simulate-use-page.ts';
import { addStyleguidePage } from './styleguide-page.ts';
import { addUpstreamPages } from './upstream-pages.ts';

/** The link names what was just done by a keyword, never by a text. */
const DONE = {
  ...doneWords,
  declined: { kind: 'notice', text: doneWords.declined },
  withdrawn: { kind: 'notice', text: doneWords.withdrawn },
} as const;

/**
 * The call that a viewer must be permitted for a place; `all`: not only for their own objects. Every viewer sees places that
 * are not here.
 */
const ASKED_FOR: Partial<Record<ConsolePlace, readonly [ConsoleOperation, reach?: 'all']>> = {
  people: ['listAccounts'],
  'sign-in': ['listUpstreams'],
  blueprints: ['listBlueprints'],
  clients: ['listClients'],
  servers: ['listResourceServers'],
  versions: ['getPolicySet'],
  try: ['simulatePolicies'],
  'try-use': ['simulatePolicies'],
  replay: ['replayPolicies'],
  approvals: ['listApprovals', 'all'],
  auditLog: ['listAuditEvents'],
};

const isSeen = (calls: ConsoleCalls, place: ConsolePlace, account: Account): boolean => {
  if (place === 'break-glass') return seesBreakGlass(account);
  const [operation, reach] = ASKED_FOR[place] ?? [];
  if (operation === undefined) return true;
  return reach === undefined ? calls.may(operation, account) : calls.mayAll(operation, account);
};

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
  router.use(pages(deps));

  const openedAs = (ctx: Context, session: PageSession): Opened => {
    return {
      viewer: { account: session.account, by: byOf(ctx, session.account.id) },
      frame: {
        basePath,
        signedInAs: session.signedInAs,
        csrf: session.csrf,
        seesAll: calls.access('listAgents', session.account) === 'all',
        sees: CONSOLE_PLACES.filter((place) => isSeen(calls, place, session.account)),
        ...doneOf(ctx, DONE),
      },
    };
  };

  /** A page for a signed-in user; every other browser is sent to sign in and comes back. */
  const page: AddPage = (path, show) => {
    router.get(path, async (ctx) => {
      const session = await sessions.orSignIn(ctx);
      if (session) await show(ctx, openedAs(ctx, session), ctx.params['id'] ?? '');
    });
  };

  page('/console', async (ctx, { viewer, frame }) => {
    const refusals = queryOf(ctx).get('refusals') === 'hours' ? 'hours' : 'days';
    sendPage(ctx, 200, overviewPage(await overviewModel(deps, calls, viewer, frame, refusals)));
  });

  page('/console/findings', async (ctx, { viewer, frame }) =>
    sendPage(ctx, 200, findingsPage({ ...frame, ...(await findings(deps, viewer, frame.seesAll)) })),
  );

  page('/console/agents', async (ctx, { viewer, frame }) =>
    sendPage(ctx, 200, agentListPage(await agentListModel(deps, calls, viewer, frame, queryOf(ctx)))),
  );

  addConsoleExports(page, deps, calls);
  // Before the page of one agent, so that `new` is no id.
  const parts = { router, page, deps, calls, sessions, openedAs };
  addConsoleForms(parts);
  addEditPages(parts);
  addApprovalsPage(parts);
  addBreakGlassPages(parts);
  addPolicyPages(parts);
  addTryPage(parts);
  addTryUsePage(parts);
  addReplayPages(parts);
  addPeoplePages(parts);
  addGroupPages(parts);
  addUpstreamPages(parts);
  addBlueprintPages(parts);
  addClientPages(parts);
  addServerPages(parts);
  addAuditPages(parts);
  addStyleguidePage(parts);

  page('/console/agents/:id', async (ctx, { viewer, frame }, id) => {
    const before = readCursor(queryOf(ctx).get('before'));
    sendPage(ctx, 200, agentPage(await agentModel(deps, calls, viewer, frame, { id, before })));
  });

  const button = (name: string, operation: ConsoleOperation, done: string, back?: string): void => {
    router.post(`/console/agents/:id/${name}`, async (ctx) => {
      const { account } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      await calls.run(operation, account, byOf(ctx, account.id), { id });
      seeOther(ctx, `${back ?? agentHref(deps, id)}?done=${done}`);
    });
  };
  router.post('/console/agents/:id/instances/:instance/end', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '', instance = '' } = ctx.params;
    await calls.run('endInstance', account, byOf(ctx, account.id), { id, instance });
    seeOther(ctx, `${agentHref(deps, id)}?done=ended`);
  });
  // The viewer accepts what the page showed: a form that names no version matches none.
  router.post('/console/agents/:id/accept', async (ctx) => {
    const { account, form } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await calls.run('acceptAgent', account, byOf(ctx, account.id), { id, version: versionOf(form) });
    seeOther(ctx, `${agentHref(deps, id)}?done=accepted`);
  });
  // A viewer who declined may not see it any more.
  button('decline', 'declineAgent', 'declined', `${basePath}/console`);
  button('suspend', 'suspendAgent', 'suspended');
  button('resume', 'resumeAgent', 'resumed');
  button('retire', 'retireAgent', 'retired');
  return router;
};
