import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import { type AgentInNewHands, newOwnerPage, type SuspendedRight } from '../../../views/pages/new-owner.ts';
import { newOwnerWords } from '../../../views/words/new-owner.ts';
import type { Delegation } from '../../domain/authority/delegation/delegation.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { ownershipOf } from '../../domain/clients/agents/ownership.ts';
import { linkRefusal } from '../../domain/clients/peers/link-refusals.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { agentFacts, ownerNames, readDecision } from '../interaction/consent-model.ts';
import { byOf, requestOf, sendPage } from '../interaction/page-answers.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import { single } from '../middleware/form-body.ts';
import { detailsInWords } from './details-in-words.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

/** Path of the page on which a person confirms the new owner of an agent. */
const pathOf = (basePath: string, agent: string): string => `${basePath}/account/agents/${agent}/owner`;

/** Agents whose new owner a person has not confirmed, for the account page. */
export const agentsInNewHands = async (
  deps: Pick<PeopleDeps, 'basePath' | 'delegations' | 'agents' | 'accounts' | 'groups'>,
  account: string,
): Promise<readonly AgentInNewHands[]> => {
  const suspended = await deps.delegations.suspendedOf(account);
  const ids = [...new Set(suspended.map(({ actor }) => actor))];
  const found = ids.length === 0 ? [] : (await deps.agents.getMany(ids)).map(({ document }) => document);
  const owners = await ownerNames(
    deps,
    found.map(({ owner }) => owner),
  );
  return found.map((agent) => ({ agent: agentFacts(agent, owners), href: pathOf(deps.basePath, agent.id) }));
};

/**
 * Adds `GET` and `POST /account/agents/:id/owner`, where a person confirms the new owner of an agent, or revokes what the
 * agent holds. Opening the page changes nothing. The answer applies to the owner that the page showed.
 */
export const addNewOwnerRoutes = (
  router: Router,
  deps: PeopleDeps,
  sessions: AccountSessions,
  done: (ctx: Context, what: string) => void,
): void => {
  const { basePath, delegations, agents } = deps;

  const waiting = async (account: string, id: string): Promise<readonly [Agent, readonly Delegation[]]> => {
    const suspended = await delegations.suspendedOf(account, id);
    const agent = suspended.length === 0 ? undefined : await agents.get(id);
    if (!agent) throw linkRefusal('holding_not_found');
    return [agent.document, suspended];
  };

  const rightOf = async (delegation: Delegation): Promise<SuspendedRight> => {
    const server = (await deps.resourceServers.findByIdentifier(delegation.resource))?.document;
    const above = delegation.parent === null ? undefined : await delegations.get(delegation.parent);
    const by = above && ((await namesOf(deps, above.actor))?.name ?? above.actor);
    return {
      resource: { identifier: delegation.resource, name: server?.name ?? delegation.resource },
      scopes: delegation.scope.map(
        (name) => server?.scopes.find((scope) => scope.name === name) ?? { name, description: name, risk: 'high' },
      ),
      ...detailsInWords(delegation.details ?? [], server?.detailTypes ?? []),
      since: delegation.createdAt,
      until: delegation.expiresAt,
      ...(by === undefined ? {} : { delegatedFurtherBy: by }),
      ...(delegation.via === undefined
        ? {}
        : { calledBy: (await namesOf(deps, delegation.via))?.name ?? delegation.via }),
    };
  };

  const show = async (
    ctx: Context,
    { account, csrf, signedInAs }: Pick<PageSession, 'account' | 'csrf' | 'signedInAs'>,
    id: string,
    { status = 200, error }: { readonly status?: number; readonly error?: Phrase } = {},
  ): Promise<void> => {
    const [agent, suspended] = await waiting(account.id, id);
    const page = newOwnerPage({
      basePath,
      signedInAs,
      csrf,
      action: pathOf(basePath, agent.id),
      agent: agentFacts(agent, await ownerNames(deps, [agent.owner])),
      ...(agent.acceptedAt === undefined ? {} : { since: agent.acceptedAt }),
      ownership: ownershipOf(agent),
      rights: await Promise.all(suspended.map(rightOf)),
      ...(error === undefined ? {} : { error }),
    });
    sendPage(ctx, status, page);
  };

  router.get('/account/agents/:id/owner', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (session) await show(ctx, session, ctx.params['id'] ?? '');
  });

  router.post('/account/agents/:id/owner', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const by = byOf(ctx, session.account.id);
    const shown = Number(single(form, 'ownership') ?? -1);
    await waiting(session.account.id, id);
    if (readDecision(form) === 'deny') {
      await delegations.revokeAllOf(session.account.id, id, by.caller, by.request);
      await deps.consents.forget(session.account.id, id);
      await deps.grantService.revokeAllOf(session.account.id, id, by);
      return done(ctx, 'revoked');
    }
    try {
      const answer = { subject: session.account.id, actor: id, ownership: shown, by: by.caller };
      const confirmed = await delegations.confirmOwner({ ...answer, request: requestOf(ctx).request });
      done(ctx, confirmed > 0 ? 'confirmed' : 'over');
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'precondition_failed') throw error;
      await show(ctx, session, id, { status: 409, error: newOwnerWords.changedAgain });
    }
  });
};
