/**
 * Service principals and delegated permissions of Microsoft Entra ID: the collections `servicePrincipals` and `oauth2PermissionGrants` of
 * Microsoft Graph v1.0. Agent identities are service principals.
 * https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal and …/oauth2permissiongrant
 */
import { findingRefusal } from '../finding-refusals.ts';
import { type ListedApp, listedApp } from './listed-app.ts';
import {
  checkLastPage,
  flagIn,
  type InventoryFile,
  idIn,
  itemsOf,
  listIn,
  malformed,
  type Page,
  pagesOf,
  placeIn,
  type Row,
  rowIn,
  rowsOf,
  textIn,
  textsIn,
} from './listed-rows.ts';

const COLLECTIONS = ['servicePrincipals', 'oauth2PermissionGrants'] as const;
type Collection = (typeof COLLECTIONS)[number];

/** A page of a collection. */
type Part = { readonly of: Collection; readonly rows: readonly Row[]; readonly hasNext: boolean; readonly at: string };

/** The pages of a collection in a value: a list of objects, a page with `value`, or a list of such pages. */
const partsIn = (of: Collection, page: Page): readonly Part[] => {
  const rows = rowsOf(itemsOf(page));
  const isPage = ({ value }: Row): boolean => 'value' in value;
  return [
    { of, at: page.at, hasNext: false, rows: rows.filter((row) => !isPage(row)) },
    ...rows.filter(isPage).map((row) => ({
      ...{ of, at: row.at, hasNext: textIn(row, '@odata.nextLink') !== undefined },
      rows: rowsOf(listIn(row, 'value')),
    })),
  ].filter(({ rows: some, hasNext }) => some.length > 0 || hasNext);
};

/** A page by itself says in its context, or by its members, which collection it is of. */
const partsOf = (row: Row): readonly Part[] => {
  const named = COLLECTIONS.filter((one) => one in row.value);
  if (named.length > 0) return named.flatMap((of) => partsIn(of, { at: placeIn(row, of), value: row.value[of] }));
  if (!('value' in row.value)) throw malformed(row, 'servicePrincipals');
  const of = /oauth2PermissionGrants/i.test(textIn(row, '@odata.context') ?? '') ? COLLECTIONS[1] : COLLECTIONS[0];
  return partsIn(of, row);
};

const scopesOf = (grant: Row): readonly string[] => textIn(grant, 'scope')?.split(/\s+/) ?? [];

/** An agent identity may share the `appId` of its blueprint. */
const externalIdOf = (principal: Row): string => {
  const type = textIn(principal, '@odata.type') ?? '';
  return /agentIdentity$/i.test(type) || textIn(principal, 'appId') === undefined
    ? idIn(principal, 'id')
    : idIn(principal, 'appId');
};

export const entraApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const parts = rowsOf(pagesOf(files).flatMap(itemsOf)).flatMap(partsOf);
  for (const of of COLLECTIONS) checkLastPage(parts.filter((part) => part.of === of));
  const rowsIn = (of: Collection): readonly Row[] => parts.flatMap((part) => (part.of === of ? part.rows : []));
  const principals = rowsIn('servicePrincipals');
  if (principals.length === 0)
    throw findingRefusal('inventory_row_malformed', {
      params: { at: files[0]?.name ?? '', member: 'servicePrincipals' },
    });
  const grants = Map.groupBy(rowsIn('oauth2PermissionGrants'), (grant) => idIn(grant, 'clientId'));
  return [...Map.groupBy(principals, externalIdOf)].map(([id, same]) => {
    const own = same.flatMap((one) => grants.get(idIn(one, 'id')) ?? []);
    const publishers = same.flatMap(
      (one) => textIn(rowIn(one, 'verifiedPublisher'), 'displayName') ?? textIn(one, 'publisherName') ?? [],
    );
    return listedApp(id, {
      names: same.flatMap((one) => textIn(one, 'displayName') ?? []),
      publisher: publishers.sort()[0],
      scopes: own.flatMap(scopesOf),
      people: own.flatMap((grant) => textIn(grant, 'principalId') ?? []),
      isForEveryone: own.some((grant) => textIn(grant, 'consentType') === 'AllPrincipals'),
      isEnabled: same.some((one) => flagIn(one, 'accountEnabled') !== false),
      urls: same.flatMap((one) => textsIn(one, 'replyUrls')),
    });
  });
};
