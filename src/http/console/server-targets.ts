import type { ServerTarget, ServerTargets } from '../../../views/pages/console-server-targets.ts';
import { acceptanceBar, type DelegationTarget } from '../../domain/resources/resource-servers/delegation-targets.ts';
import { byOf, seeOther } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import { single } from '../middleware/form-body.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, type Names, partyNames, serverHref } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Viewer } from './console-page.ts';

/** The part of a resource server's page about other APIs, and the viewer's actions there. */
export const targetsModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  id: string,
): Promise<ServerTargets> => {
  const found = await deps.resourceServers.get(id);
  const { delegatesTo = [] } = found?.document ?? {};
  const names = await partyNames(
    deps,
    delegatesTo.flatMap(({ proposedBy, acceptedBy }) => [proposedBy, acceptedBy]),
  );
  const href = serverHref(deps, id);
  const mayWithdraw = calls.may('withdrawDelegation', account);
  return {
    targets: await Promise.all(delegatesTo.map((one) => targetModel(deps, one, account, names))),
    version: found?.version ?? 0,
    ...(calls.may('acceptDelegation', account) ? { accept: `${href}/accept-delegation` } : {}),
    ...(mayWithdraw
      ? {
          withdraw: `${href}/withdraw-delegation`,
          proposeCommand: `behalf resource-servers propose-delegation ${id} --to API --scope NAME`,
        }
      : {}),
  };
};

const targetModel = async (
  deps: ConsoleDeps,
  target: DelegationTarget,
  viewer: Viewer['account'],
  names: Names,
): Promise<ServerTarget> => {
  const { resource, scope, proposedBy, proposedAt, acceptedBy, acceptedAt } = target;
  const api = (await deps.resourceServers.findByIdentifier(resource))?.document;
  const declared = api?.scopes.find(({ name }) => name === scope);
  const without = declared === undefined ? 'gone' : api?.state === 'disabled' ? 'disabled' : undefined;
  const bar = acceptanceBar(target, { parties: [viewer.id], changedAt: viewer.updatedAt });
  return {
    resource,
    scope,
    proposed: { by: names(proposedBy), at: proposedAt },
    ...(api ? { api: { name: api.name, href: serverHref(deps, api.id) } } : {}),
    ...(declared ? { declared } : {}),
    ...(without === undefined ? {} : { without }),
    ...(acceptedBy === undefined || acceptedAt === undefined
      ? {}
      : { accepted: { by: names(acceptedBy), at: acceptedAt } }),
    ...(bar === undefined ? {} : { bar }),
  };
};

/** Adds the actions of the forms in that part. */
export const addServerTargetForms = ({ router, deps, calls, sessions }: PageParts): void => {
  const button = (name: string, operation: OperationId, done: string): void => {
    router.post(`/console/resource-servers/:id/${name}`, async (ctx) => {
      const { account, form } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const pair = { resource: single(form, 'resource') ?? '', scope: single(form, 'scope') ?? '' };
      // The viewer accepts the version that the page showed. A form without a version matches none.
      await calls.run(operation, account, byOf(ctx, account.id), { id, body: pair, version: versionOf(form) });
      seeOther(ctx, `${serverHref(deps, id)}?done=${done}#delegates-to`);
    });
  };
  button('accept-delegation', 'acceptDelegation', 'delegationAccepted');
  button('withdraw-delegation', 'withdrawDelegation', 'delegationWithdrawn');
};
