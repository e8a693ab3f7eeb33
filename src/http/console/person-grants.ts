import type { PersonApp } from '../../../views/pages/console-person-access.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, clientHref, partyNames, personHref, resourceNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Apps on the page of a person. */
const MOST = 100;

/** What a person allowed to apps, the newest first. Agents are not among them: their rights are in delegations. */
export const personApps = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  person: string,
): Promise<readonly PersonApp[]> => {
  if (!calls.mayAll('listGrants', account)) return [];
  const { body } = await calls.run('listGrants', account, by, { query: { account: person, limit: MOST } });
  const grants = (body?.items ?? []).filter(({ client }) => !client.startsWith('agt_'));
  const names = await partyNames(
    deps,
    grants.map(({ client }) => client),
  );
  const resources = await resourceNames(
    deps,
    grants.flatMap(({ resources, details = {} }) => [...Object.keys(resources), ...Object.keys(details)]),
  );
  const mayEnd = calls.mayAll('revokeGrant', account);
  const mayNarrow = calls.mayAll('narrowGrant', account);
  const hasPages = calls.may('getClient', account);
  return grants.map(({ id, client, openid_scopes: openidScopes, resources: scopes, details = {}, ...grant }) => ({
    client: { name: names(client), ...(hasPages ? { href: clientHref(deps, client) } : {}) },
    openidScopes,
    rights: [...new Set([...Object.keys(scopes), ...Object.keys(details)])].map((resource) => ({
      resource: resources(resource),
      scopes: [...(scopes[resource] ?? []), ...(details[resource] ?? []).map(({ type }) => type)],
    })),
    createdAt: grant.created_at,
    ...(grant.last_used_at === undefined ? {} : { lastUsedAt: grant.last_used_at }),
    until: grant.expires_at,
    ...(mayNarrow && rightsCount({ openidScopes, scopes, details }) > 1
      ? { narrowHref: `${deps.basePath}/console/grants/${id}/narrow` }
      : {}),
    ...(mayEnd ? { endAction: `${personHref(deps, person)}/grants/${id}/end` } : {}),
  }));
};

/** Rights of a grant; of those about the person, without the sign-in itself. */
const rightsCount = ({
  openidScopes,
  scopes,
  details,
}: {
  readonly openidScopes: readonly string[];
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  readonly details: Readonly<Record<string, readonly unknown[]>>;
}): number => openidScopes.length + [...Object.values(scopes), ...Object.values(details)].flat().length;
