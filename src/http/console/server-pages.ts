import type { Phrase } from '../../../views/html.ts';
import {
  disableServerPage,
  type ServerRow,
  type ShownType,
  serverPage,
  serversPage,
} from '../../../views/pages/console-servers.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { mcpServerWords } from '../../../views/words/console-mcp-servers.ts';
import { serverWords } from '../../../views/words/console-software.ts';
import { describedDetail } from '../../domain/resources/authorization-details/described-detail.ts';
import { violation } from '../../domain/resources/authorization-details/detail-schema.ts';
import { sampleDetail } from '../../domain/resources/authorization-details/sample-detail.ts';
import { type Detail, type DetailType, isObject, type JsonValue } from '../../domain/vocabulary/detail-type.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import { scimApiOf } from '../../domain/vocabulary/scim-api.ts';
import { ssfApiOf } from '../../domain/vocabulary/ssf-api.ts';
import { strictJson } from '../../domain/vocabulary/strict-json.ts';
import { byOf, queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, serverHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { listed, listView } from './list-page.ts';
import { lossesAtServer } from './losses.ts';
import { linksAbout } from './object-links.ts';
import { addServerTargetForms, targetsModel } from './server-targets.ts';

/** What the heads of the list sort by. */
const SORTS = ['identifier'] as const;

/** A resource server as the management API shows it. */
type ShownServer = AnswerOf<'getResourceServer'>;

type Risk = NonNullable<ServerRow['worst']>;

const RISKS: readonly Risk[] = ['low', 'medium', 'high', 'critical'];
/** Characters of an example; it is part of the address. */
const LONGEST_EXAMPLE = 2000;

/**
 * Adds the pages about resource servers: the list, one server with its types of details, and the confirmation before
 * disabling it.
 */
export const addServerPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions } = parts;
  const home = `${deps.basePath}/console/resource-servers`;

  page('/console/resource-servers', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const { question, model } = listView(home, query, { states: ['active', 'disabled'], sorts: SORTS });
    const asked = { operation: 'listResourceServers', ...question } as const;
    const { items, pages } = await listed(deps, calls, viewer, asked, query.get('after'));
    const rows = items.map((one) => rowOf(deps, one));
    const newHref = calls.may('createResourceServer', viewer.account) ? { newHref: `${home}/new` } : {};
    const mcpHref = calls.may('planMcpServer', viewer.account) ? { mcpHref: `${home}/mcp` } : {};
    sendPage(ctx, 200, serversPage({ ...frame, ...model, rows, pages, ...newHref, ...mcpHref }));
  });

  const serverOf = async ({ account, by }: Viewer, id: string): Promise<ShownServer> => {
    const { body } = await calls.run('getResourceServer', account, by, { id });
    return body;
  };

  page('/console/resource-servers/:id', async (ctx, { viewer, frame }, id) => {
    const server = await serverOf(viewer, id);
    const query = queryOf(ctx);
    const isOwnApi = [managementApiOf, scimApiOf, ssfApiOf].map((of) => of(deps.issuer)).includes(server.identifier);
    const example = (query.get('example') ?? '').slice(0, LONGEST_EXAMPLE);
    const mayDisable = calls.may('disableResourceServer', viewer.account);
    sendPage(
      ctx,
      200,
      serverPage({
        ...frame,
        server: {
          ...rowOf(deps, server),
          format: server.access_token_format,
          lifeSeconds: server.access_token_ttl_seconds,
          algorithm: server.access_token_signing_alg,
          ...(server.environments === undefined ? {} : { environments: server.environments }),
          asksWith: server.introspection_auth_method,
          mayReport: server.permissions?.includes('reports:write') ?? false,
          hasStatusList: server.status_list ?? false,
          createdAt: server.created_at,
          updatedAt: server.updated_at,
        },
        scopes: server.scopes,
        types: (server.detail_types ?? []).map((type) =>
          typeModel(type, query.get('type') === type.type && example !== '' ? example : undefined),
        ),
        isOwnApi,
        pageLinks: isOwnApi
          ? []
          : linksAbout(deps, calls, viewer.account, serverHref(deps, id), [
              [fieldWords.change, 'edit', 'updateResourceServer'],
              [mcpServerWords.toCode, 'code', 'getResourceServer'],
              ...(server.introspection_auth_method.startsWith('client_secret')
                ? [[fieldWords.rotateSecret, 'rotate-secret', 'rotateResourceServerSecret'] as const]
                : []),
            ]),
        ...(isOwnApi ? {} : { delegations: await targetsModel(deps, calls, viewer, id) }),
        ...(mayDisable && server.state === 'active' && !isOwnApi
          ? { disableHref: `${serverHref(deps, id)}/disable` }
          : {}),
        ...(server.state === 'disabled' && calls.may('enableResourceServer', viewer.account)
          ? { enable: `${serverHref(deps, id)}/enable` }
          : {}),
      }),
    );
  });

  page('/console/resource-servers/:id/disable', async (ctx, { viewer, frame }, id) => {
    calls.access('disableResourceServer', viewer.account);
    const { name, identifier } = await serverOf(viewer, id);
    const href = serverHref(deps, id);
    const losses = await lossesAtServer(calls, viewer, identifier);
    sendPage(ctx, 200, disableServerPage({ ...frame, name, action: `${href}/disable`, serverHref: href, losses }));
  });

  router.post('/console/resource-servers/:id/disable', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await calls.run('disableResourceServer', account, byOf(ctx, account.id), { id });
    seeOther(ctx, `${serverHref(deps, id)}?done=serverDisabled`);
  });

  router.post('/console/resource-servers/:id/enable', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await calls.run('enableResourceServer', account, byOf(ctx, account.id), { id });
    seeOther(ctx, `${serverHref(deps, id)}?done=enabled`);
  });

  addServerTargetForms(parts);
};

const rowOf = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  { id, name, identifier, state, scopes, detail_types: types = [], delegates_to: pairs = [] }: ShownServer,
): ServerRow => {
  const worst = Math.max(-1, ...[...scopes, ...types].map(({ risk }) => RISKS.indexOf(risk)));
  const risk = RISKS[worst];
  return {
    id,
    href: serverHref(deps, id),
    name,
    identifier,
    state,
    scopeCount: scopes.length,
    ...(risk === undefined ? {} : { worst: risk }),
    ...(pairs.some((pair) => pair.accepted_at === undefined) ? { isProposed: true as const } : {}),
  };
};

/** `typed`: an example to show as text. If it does not fit, the page shows it with its error. */
const typeModel = (type: DetailType, typed: string | undefined): ShownType => {
  const { detail, error } = typed === undefined ? { detail: sampleDetail(type) } : read(type, typed);
  const { type: _, ...members } = detail;
  return {
    type: type.type,
    description: type.description,
    risk: type.risk,
    template: type.display,
    rules: Object.entries(type.members).map(([member, { rule, absent }]) => ({
      member,
      rule: absent === undefined ? rule : `${rule}, ${absent}`,
    })),
    ...(type.amount === undefined ? {} : { amount: type.amount }),
    schema: JSON.stringify(type.schema, undefined, 2),
    preview: describedDetail(type, detail),
    example: typed ?? JSON.stringify(members, undefined, 2),
    ...(error === undefined ? {} : { error }),
  };
};

const read = (type: DetailType, typed: string): { readonly detail: Detail; readonly error?: Phrase } => {
  const given = parsed(typed);
  if (!isObject(given)) return { detail: sampleDetail(type), error: serverWords.notJson };
  const detail: Detail = { ...given, type: type.type };
  const where = violation(type.schema, detail);
  return { detail, ...(where === undefined ? {} : { error: serverWords.misfit(where || '/') }) };
};

const parsed = (text: string): JsonValue | undefined => {
  try {
    return strictJson(Buffer.from(text)) as JsonValue;
  } catch {
    return undefined;
  }
};
