import {
  type ClientModel,
  type ClientRow,
  clientPage,
  clientsPage,
  disableClientPage,
} from '../../../views/pages/console-clients.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { exceptionsOf } from '../../domain/clients/clients/exceptions.ts';
import { liftOfSecurity } from '../../domain/clients/clients/security-suspension.ts';
import { byOf, queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, clientHref, type Names, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { signInMethodWords } from './grant-type-names.ts';
import { listed, listView } from './list-page.ts';
import { lossesOfClient } from './losses.ts';
import { linksAbout } from './object-links.ts';
import { stepUp } from './step-up.ts';

/** What the heads of the list sort by. */
const SORTS = ['name', 'created'] as const;

/** A client as the management API shows it. */
type ShownClient = AnswerOf<'getClient'>;

/** Adds the pages about clients that are no agents: the list, one client, and its actions. */
export const addClientPages = ({ router, page, deps, calls, sessions }: PageParts): void => {
  const withFactor = stepUp(deps);
  const home = `${deps.basePath}/console/clients`;

  page('/console/clients', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const { question, model } = listView(home, query, { states: ['active', 'disabled', 'retired'], sorts: SORTS });
    const asked = { operation: 'listClients', ...question } as const;
    const { items, pages } = await listed(deps, calls, viewer, asked, query.get('after'));
    const names = await partyNames(
      deps,
      items.map(({ owner }) => owner),
    );
    const rows = items.map((one) => rowOf(deps, one, names));
    const newHref = calls.may('createClient', viewer.account) ? { newHref: `${home}/new` } : {};
    sendPage(ctx, 200, clientsPage({ ...frame, ...model, rows, pages, ...newHref }));
  });

  page('/console/clients/:id', async (ctx, { viewer, frame }, id) => {
    const { account, by } = viewer;
    const { body: client } = await calls.run('getClient', account, by, { id });
    const names = await partyNames(deps, [client.owner]);
    sendPage(
      ctx,
      200,
      clientPage({
        ...frame,
        client: { ...rowOf(deps, client, names), ...factsOf(client), holds: await lossesOfClient(calls, viewer, id) },
        ...(calls.may('listAuditEvents', account)
          ? { auditLogHref: `${deps.basePath}/console/audit?caller=${encodeURIComponent(id)}` }
          : {}),
        actions: { ...actionsFor(viewer, client), ...(await enableFor(viewer, client)) },
        pageLinks: linksFor(viewer, client),
      }),
    );
  });

  const linksFor = ({ account }: Viewer, { id, state, token_endpoint_auth_method: method }: ShownClient) => {
    if (state === 'retired') return [];
    return linksAbout(deps, calls, account, clientHref(deps, id), [
      [fieldWords.change, 'edit', 'updateClient'],
      ...(method.startsWith('client_secret')
        ? [[fieldWords.rotateSecret, 'rotate-secret', 'rotateClientSecret'] as const]
        : []),
      { kill: 'client', id },
    ]);
  };

  const actionsFor = ({ account }: Viewer, client: ShownClient): ClientModel['actions'] => {
    const href = clientHref(deps, client.id);
    if (client.state === 'retired') return {};
    const isVerified = client.verified_at !== undefined;
    return {
      ...(client.state === 'active' && calls.may('disableClient', account) ? { disable: `${href}/disable` } : {}),
      ...(client.owner === undefined && client.expires_at !== undefined && calls.may('adoptClient', account)
        ? { adopt: `${href}/adopt` }
        : {}),
      ...(!isVerified && client.owner !== undefined && calls.may('verifyClient', account)
        ? { verify: `${href}/verify` }
        : {}),
      ...(isVerified && calls.may('unverifyClient', account) ? { unverify: `${href}/unverify` } : {}),
    };
  };

  /** After a suspension for security, the owner sees no button that the server would refuse. */
  const enableFor = async ({ account }: Viewer, { id, state }: ShownClient): Promise<{ readonly enable?: string }> => {
    if (state !== 'disabled' || !calls.may('enableClient', account)) return {};
    const stored = (await deps.clients.get(id))?.document;
    const mayLift = liftOfSecurity(deps.owners);
    const isByRole = calls.access('enableClient', account) === 'all';
    const lifts = stored === undefined || (await mayLift(stored, { caller: account.id, isByRole }));
    return lifts ? { enable: `${clientHref(deps, id)}/enable` } : {};
  };

  const button = (name: string, operation: OperationId, done: string): void => {
    router.post(`/console/clients/:id/${name}`, async (ctx) => {
      const { account } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const href = clientHref(deps, id);
      const call = () => calls.run(operation, account, byOf(ctx, account.id), { id });
      if (await withFactor(ctx, account.id, href, call)) seeOther(ctx, `${href}?done=${done}`);
    });
  };
  page('/console/clients/:id/disable', async (ctx, { viewer, frame }, id) => {
    calls.access('disableClient', viewer.account);
    const { name } = (await calls.run('getClient', viewer.account, viewer.by, { id })).body;
    const href = clientHref(deps, id);
    const losses = await lossesOfClient(calls, viewer, id);
    sendPage(ctx, 200, disableClientPage({ ...frame, name, action: `${href}/disable`, clientHref: href, losses }));
  });

  button('disable', 'disableClient', 'clientDisabled');
  button('enable', 'enableClient', 'enabled');
  button('adopt', 'adoptClient', 'adopted');
  button('verify', 'verifyClient', 'verified');
  button('unverify', 'unverifyClient', 'unverified');
};

const rowOf = (deps: Pick<ConsoleDeps, 'basePath'>, client: ShownClient, names: Names): ClientRow => ({
  id: client.id,
  href: clientHref(deps, client.id),
  name: client.name,
  state: client.state,
  method: client.token_endpoint_auth_method,
  isVerified: client.verified_at !== undefined,
  ...(client.owner === undefined ? {} : { ownerName: names(client.owner) }),
  createdAt: client.created_at,
});

const factsOf = (client: ShownClient): Omit<ClientModel['client'], keyof ClientRow | 'holds'> => ({
  ...(client.purpose === undefined ? {} : { purpose: client.purpose }),
  applicationType: client.application_type,
  ways: client.grant_types.map((one) => signInMethodWords([one])),
  redirectUris: client.redirect_uris,
  logoutUris: client.post_logout_redirect_uris ?? [],
  origins: client.cors_origins ?? [],
  skipsConsent: client.skip_consent,
  binding: client.dpop_bound_access_tokens
    ? 'dpop'
    : client.certificate_bound_access_tokens
      ? 'certificate'
      : 'unbound',
  idTokenAlgorithm: client.id_token_signed_response_alg,
  isPushedOnly: client.require_pushed_authorization_requests ?? false,
  exceptions: exceptionsOf({
    requirePkce: client.require_pkce,
    legacyAssertionAudience: client.legacy_assertion_audience,
  }),
  keys: client.jwks_uri !== undefined ? { uri: client.jwks_uri } : client.jwks && { count: client.jwks.keys.length },
  ...(client.authority === undefined ? {} : { rights: client.authority }),
  roles: client.roles,
  ...(client.expires_at === undefined ? {} : { expiresAt: client.expires_at }),
  isSuspended: client.security_suspension !== undefined,
  updatedAt: client.updated_at,
});
