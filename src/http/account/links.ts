import type Router from '@koa/router';
import type { Context } from 'koa';
import type { AccountLinkFacts } from '../../../views/pages/account-model.ts';
import { type AccountLink, isLinkable } from '../../domain/clients/peers/account-links.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import { byOf } from '../interaction/page-answers.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import type { AccountSessions } from './sessions.ts';

/** Links and names on one page. */
const SHOWN = 100;
const THROUGH_SHOWN = 20;

/** Servers of other organisations that can act in a person's name, and the most that they can get. */
export const accountLinksModel = async (deps: PeopleDeps, account: Account): Promise<readonly AccountLinkFacts[]> => {
  const { items } = await deps.accountLinks.list({ account: account.id, limit: SHOWN });
  return Promise.all(items.map(({ document }) => factsOf(deps, account, document)));
};

const factsOf = async (deps: PeopleDeps, account: Account, link: AccountLink): Promise<AccountLinkFacts> => {
  const peer = (await deps.peers.get(link.peer))?.document;
  const inbound = peer?.state === 'active' ? peer.inbound : undefined;
  const through = (inbound?.clients ?? []).slice(0, THROUGH_SHOWN);
  const inert = isLinkable(account) ? (inbound ? undefined : 'server') : 'role';
  return {
    name: peer?.name ?? link.peer,
    issuer: peer?.issuer ?? link.peer,
    subject: link.subject,
    through: await Promise.all(through.map(async (id) => (await namesOf(deps, id))?.name ?? id)),
    resources: await Promise.all(
      Object.entries(inbound?.resources ?? {}).map(async ([identifier, scopes]) => {
        const server = (await deps.resourceServers.findByIdentifier(identifier))?.document;
        const known = server?.scopes ?? [];
        const names = scopes.includes('*') ? known.map(({ name }) => name) : scopes;
        return {
          identifier,
          name: server?.name ?? identifier,
          scopes: names.map(
            (name) => known.find((one) => one.name === name) ?? { name, description: name, risk: 'high' as const },
          ),
        };
      }),
    ),
    since: link.createdAt,
    isByAddress: link.createdBy === link.peer,
    ...(inert === undefined ? {} : { inert }),
    endAction: `${deps.basePath}/account/links/${link.id}/end`,
  };
};

/** Adds the button that ends a link. Answers as if another person's link did not exist (MG-01). */
export const addLinkRoutes = (
  router: Router,
  deps: PeopleDeps,
  sessions: AccountSessions,
  done: (ctx: Context, what: string) => void,
): void => {
  router.post('/account/links/:id/end', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await deps.accountLinks.remove(id, byOf(ctx, account.id), account.id);
    done(ctx, 'revoked');
  });
};
