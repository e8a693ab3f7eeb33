/** The question on the account page: is what agents hold, and do not use, still right? */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { DelegationNode } from '../../../views/pages/account-model.ts';
import type { AskedAgent } from '../../../views/pages/account-own-review.ts';
import type { ScopeItem } from '../../../views/partials/scope-list.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import { linkRefusal } from '../../domain/clients/peers/link-refusals.ts';
import { byOf } from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import type { AccountSessions } from './sessions.ts';

/** The questions, in the names that the page has of the same delegations. */
export const askedAgents = async (
  { ownReview, basePath }: Pick<PeopleDeps, 'ownReview' | 'basePath'>,
  held: readonly Delegation[],
  shown: readonly DelegationNode[],
  inWords: (resource: string, scopes: readonly string[]) => readonly ScopeItem[],
): Promise<readonly AskedAgent[]> => {
  const nodes = new Map(shown.map((node) => [node.id, node]));
  const asked = await ownReview.asks(held);
  return asked.flatMap(({ delegation, unused, lastUsedAt }): readonly AskedAgent[] => {
    const node = nodes.get(delegation.id);
    if (!node) return [];
    const path = `${basePath}/account/delegations/${delegation.id}`;
    const isWhole = unused.length === delegation.scope.length && (delegation.details ?? []).length === 0;
    return [
      {
        ...{ agent: node.agent, resource: node.resource, since: delegation.createdAt },
        unused: inWords(delegation.resource, unused),
        ...(lastUsedAt === undefined ? {} : { usedAt: lastUsedAt }),
        keepAction: `${path}/keep`,
        ...(isWhole || unused.length === 0 ? {} : { narrowAction: `${path}/narrow` }),
        revokeAction: `${path}/revoke`,
      },
    ];
  });
};

/** Adds the answer to keep. Removing and ending have routes of their own. */
export const addKeepRoute = (
  router: Router,
  { delegations, ownReview }: Pick<PeopleDeps, 'delegations' | 'ownReview'>,
  sessions: AccountSessions,
  done: (ctx: Context, what: string) => void,
): void => {
  router.post('/account/delegations/:id/keep', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const delegation = await delegations.live(id);
    if (delegation?.subject !== account.id || delegation.parent !== null) throw linkRefusal('holding_not_found');
    await ownReview.keep(delegation, byOf(ctx, account.id));
    done(ctx, 'kept');
  });
};
