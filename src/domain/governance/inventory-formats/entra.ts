/**
 * Service principals of Microsoft Entra ID, with their delegated and application permissions: the collections `servicePrincipals`,
 * `oauth2PermissionGrants` and `servicePrincipals/{id}/appRoleAssignments` of Microsoft Graph v1.0. Agent identities are service principals.
 * https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal, …/oauth2permissiongrant and …/approleassignment
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
  placeIn,
  type Row,
  rowIn,
  rowsIn,
  rowsOf,
  textIn,
  textsIn,
} from './listed-rows.ts';
import { type Answer, answersOf, checkLists } from './script-pages.ts';

/** The path of the last one has `servicePrincipals` before it. */
const COLLECTIONS = ['appRoleAssignments', 'oauth2PermissionGrants', 'servicePrincipals'] as const;
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

/** The collection that a path, or the context of a page, is of. A page without a context is of service principals. */
const collectionOf = (text: string): Collection =>
  COLLECTIONS.find((one) => text.toLowerCase().includes(one.toLowerCase())) ?? 'servicePrincipals';

/** A page by itself says in its context, or by its members, which collection it is of. */
const partsOf = (row: Row): readonly Part[] => {
  const named = COLLECTIONS.filter((one) => one in row.value);
  if (named.length > 0) return named.flatMap((of) => partsIn(of, { at: placeIn(row, of), value: row.value[of] }));
  if (!('value' in row.value)) throw malformed(row, 'servicePrincipals');
  return partsIn(collectionOf(textIn(row, '@odata.context') ?? ''), row);
};

const partsOfAnswer = ({ at, value, list }: Answer): readonly Part[] =>
  list === undefined ? rowsOf([{ at, value }]).flatMap(partsOf) : partsIn(collectionOf(list), { at, value });

const scopesOf = (grant: Row): readonly string[] => textIn(grant, 'scope')?.split(/\s+/) ?? [];

/** An agent identity may share the `appId` of its blueprint. */
const externalIdOf = (principal: Row): string => {
  const type = textIn(principal, '@odata.type') ?? '';
  return /agentIdentity$/i.test(type) || textIn(principal, 'appId') === undefined
    ? idIn(principal, 'id')
    : idIn(principal, 'appId');
};

/** The assignment without a role, which gives access to an app and no right. */
const NO_ROLE = '00000000-0000-0000-0000-000000000000';

/**
 * Names of assigned app roles, which Entra ID calls application permissions, with `application:` before them: an app has them for
 * all people, and a delegated one of the same name only for those who gave it. A role that the resource does not have any more is named by its id.
 */
const roleNames = (principals: readonly Row[]) => {
  const resources = Map.groupBy(principals, (one) => idIn(one, 'id'));
  const rolesOf = new Map<string, ReadonlyMap<string, string>>();
  const rolesOfResource = (resource: string): ReadonlyMap<string, string> => {
    const held = rolesOf.get(resource);
    if (held) return held;
    const roles = (resources.get(resource) ?? []).flatMap((one) => rowsIn(one, 'appRoles'));
    const names = new Map(roles.map((role) => [idIn(role, 'id'), textIn(role, 'value') ?? idIn(role, 'id')]));
    rolesOf.set(resource, names);
    return names;
  };
  return (assignment: Row): readonly string[] => {
    const role = idIn(assignment, 'appRoleId');
    if (role === NO_ROLE) return [];
    return [`application:${rolesOfResource(idIn(assignment, 'resourceId')).get(role) ?? role}`];
  };
};

/** What a script of the import page must have asked for. */
const neededLists = (principals: readonly Row[]): readonly string[] => [
  ...['servicePrincipals', 'oauth2PermissionGrants'],
  ...principals.map((one) => `servicePrincipals/${idIn(one, 'id')}/appRoleAssignments`),
];

export const entraApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const answers = answersOf(files);
  const parts = answers.flatMap(partsOfAnswer);
  for (const of of COLLECTIONS) checkLastPage(parts.filter((part) => part.of === of));
  const rowsOfAll = (of: Collection): readonly Row[] => parts.flatMap((part) => (part.of === of ? part.rows : []));
  const principals = rowsOfAll('servicePrincipals');
  if (principals.length === 0)
    throw findingRefusal('inventory_row_malformed', {
      params: { at: files[0]?.name ?? '', member: 'servicePrincipals' },
    });
  checkLists(answers, neededLists(principals));
  const grants = Map.groupBy(rowsOfAll('oauth2PermissionGrants'), (grant) => idIn(grant, 'clientId'));
  const assigned = Map.groupBy(rowsOfAll('appRoleAssignments'), (one) => idIn(one, 'principalId'));
  const namesOf = roleNames(principals);
  return [...Map.groupBy(principals, externalIdOf)].map(([id, same]) => {
    const own = same.flatMap((one) => grants.get(idIn(one, 'id')) ?? []);
    const roles = same.flatMap((one) => assigned.get(idIn(one, 'id')) ?? []).flatMap(namesOf);
    const publishers = same.flatMap(
      (one) => textIn(rowIn(one, 'verifiedPublisher'), 'displayName') ?? textIn(one, 'publisherName') ?? [],
    );
    return listedApp(id, {
      names: same.flatMap((one) => textIn(one, 'displayName') ?? []),
      publisher: publishers.sort()[0],
      scopes: [...own.flatMap(scopesOf), ...roles],
      people: own.flatMap((grant) => textIn(grant, 'principalId') ?? []),
      isForEveryone: roles.length > 0 || own.some((grant) => textIn(grant, 'consentType') === 'AllPrincipals'),
      isEnabled: same.some((one) => flagIn(one, 'accountEnabled') !== false),
      urls: same.flatMap((one) => textsIn(one, 'replyUrls')),
    });
  });
};
