import { agentPage } from '../../../views/pages/console-agent.ts';
import { agentListPage } from '../../../views/pages/console-agents.ts';
import { readCursor } from '../account/activity.ts';
import { byOf, queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import { single } from '../middleware/form-body.ts';
import { agentListModel } from './agent-list.ts';
import { agentModel } from './agent-model.ts';
import { agentHref } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';

/** Adds the list of agents, the page of one agent, and its buttons. */
export const addAgentPages = ({ router, page, deps, calls, sessions }: PageParts): void => {
  page('/console/agents', async (ctx, { viewer, frame }) =>
    sendPage(ctx, 200, agentListPage(await agentListModel(deps, calls, viewer, frame, queryOf(ctx)))),
  );

  page('/console/agents/:id', async (ctx, { viewer, frame }, id) => {
    const before = readCursor(queryOf(ctx).get('before'));
    sendPage(ctx, 200, agentPage(await agentModel(deps, calls, viewer, frame, { id, before })));
  });

  const button = (name: string, operation: OperationId, done: string, back?: string): void => {
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
  // The viewer accepts the version that the page showed. A form without a version matches none.
  router.post('/console/agents/:id/accept', async (ctx) => {
    const { account, form } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await calls.run('acceptAgent', account, byOf(ctx, account.id), { id, version: versionOf(form) });
    seeOther(ctx, `${agentHref(deps, id)}?done=accepted`);
  });
  // The viewer decides about the composition that the page showed.
  for (const [path, operation, done] of [
    ['approve', 'approveComposition', 'compositionApproved'],
    ['reject', 'rejectComposition', 'compositionRejected'],
  ] as const) {
    router.post(`/console/agents/:id/compositions/${path}`, async (ctx) => {
      const { account, form } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      await calls.run(operation, account, byOf(ctx, account.id), {
        id,
        body: { digest: single(form, 'digest') ?? '' },
      });
      seeOther(ctx, `${agentHref(deps, id)}?done=${done}`);
    });
  }
  // After declining, the viewer may not see the agent any more.
  button('decline', 'declineAgent', 'declined', `${deps.basePath}/console`);
  button('suspend', 'suspendAgent', 'suspended');
  button('resume', 'resumeAgent', 'resumed');
  button('verify', 'verifyAgent', 'verified');
  button('unverify', 'unverifyAgent', 'unverified');
};
