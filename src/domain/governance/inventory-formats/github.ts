/**
 * What reaches the repositories of a GitHub organization: installed apps (`GET /orgs/{org}/installations`), fine-grained personal
 * access tokens (`GET /orgs/{org}/personal-access-tokens`), and classic tokens and keys that single sign-on authorized
 * (`GET /orgs/{org}/credential-authorizations`). https://docs.github.com/en/rest/orgs
 */
import { findingRefusal } from '../finding-refusals.ts';
import { type ListedApp, listedApp } from './listed-app.ts';
import {
  flagIn,
  type InventoryFile,
  idIn,
  itemsOf,
  listIn,
  malformed,
  pagesOf,
  type Row,
  rowIn,
  rowsOf,
  textIn,
  textsIn,
} from './listed-rows.ts';

/** `contents:write`, as GitHub names permission and access. Those of a token are below `organization`, `repository` and `other`. */
const permissionsIn = (permissions: Row): readonly string[] =>
  Object.entries(permissions.value).flatMap(([name, access]) => {
    if (typeof access === 'string') return [`${name}:${access}`];
    return permissionsIn(rowIn(permissions, name));
  });

/** The right to read names of repositories is in all. */
const isMore = (scope: string): boolean => scope !== 'metadata:read';

const scopesOf = (row: Row): readonly string[] => {
  const own = permissionsIn(rowIn(row, 'permissions'));
  const reachesAll = textIn(row, 'repository_selection') === 'all' && own.some(isMore);
  return reachesAll ? [...own, 'repositories:all'] : own;
};

/** Each kind of row is known by a member that only it has. */
const KINDS: readonly (readonly [string, (row: Row) => string, (same: readonly Row[], id: string) => ListedApp])[] = [
  [
    'app_id',
    (row) => `app:${idIn(row, 'app_id')}`,
    (same, id) =>
      listedApp(id, {
        names: same.flatMap((one) => textIn(one, 'app_slug') ?? []),
        scopes: same.flatMap(scopesOf),
        isEnabled: same.some((one) => textIn(one, 'suspended_at') === undefined),
      }),
  ],
  [
    'token_expired',
    (row) => `token:${idIn(row, 'token_id' in row.value ? 'token_id' : 'id')}`,
    (same, id) =>
      listedApp(id, {
        names: same.flatMap((one) => textIn(one, 'token_name') ?? []),
        owner: same.flatMap((one) => textIn(rowIn(one, 'owner'), 'login') ?? []).sort()[0],
        scopes: same.flatMap(scopesOf),
        isEnabled: same.some((one) => flagIn(one, 'token_expired') !== true),
        secrets: 1,
      }),
  ],
  [
    'credential_id',
    (row) => `credential:${idIn(row, 'credential_id')}`,
    (same, id) =>
      listedApp(id, {
        names: same.flatMap(
          (one) =>
            textIn(one, 'authorized_credential_note') ??
            textIn(one, 'authorized_credential_title') ??
            textIn(one, 'credential_type') ??
            [],
        ),
        owner: same.flatMap((one) => textIn(one, 'login') ?? []).sort()[0],
        scopes: same.flatMap((one) => textsIn(one, 'scopes')),
        secrets: 1,
      }),
  ],
];

/** `total_count` says how many installations all pages have. */
const installationsIn = (pages: readonly Row[]): readonly Row[] => {
  const rows = rowsOf(pages.flatMap((page) => listIn(page, 'installations')));
  const total = Math.max(0, ...pages.map(({ value }) => Number(value['total_count'] ?? 0)));
  const last = pages.at(-1);
  if (last && total > rows.length) throw findingRefusal('inventory_page_missing', { params: { at: last.at } });
  return rows;
};

export const githubApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const rows = rowsOf(pagesOf(files).flatMap(itemsOf).flatMap(itemsOf));
  const pages = rows.filter(({ value }) => 'installations' in value);
  const all = [...rows.filter((row) => !pages.includes(row)), ...installationsIn(pages)];
  const kinds = Map.groupBy(all, (row) => {
    const kind = KINDS.find(([member]) => member in row.value);
    if (!kind) throw malformed(row, 'app_id');
    return kind;
  });
  return [...kinds].flatMap(([[, idOf, made], some]) =>
    [...Map.groupBy(some, idOf)].map(([id, same]) => made(same, id)),
  );
};
