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
  type Row,
  rowIn,
  rowsOf,
  textIn,
  textsIn,
} from './listed-rows.ts';
import { answersOf } from './script-pages.ts';

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
    (row) => idIn(row, 'app_id', 'app:'),
    (same, id) =>
      listedApp(id, {
        names: same.flatMap((one) => textIn(one, 'app_slug') ?? []),
        scopes: same.flatMap(scopesOf),
        isEnabled: same.some((one) => textIn(one, 'suspended_at') === undefined),
      }),
  ],
  [
    'token_expired',
    (row) => idIn(row, 'token_id' in row.value ? 'token_id' : 'id', 'token:'),
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
    (row) => idIn(row, 'credential_id', 'credential:'),
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

const isPage = ({ value }: Row): boolean => 'installations' in value;

/** A page of installations. All rows of a page are of one organization. */
const pageOf = (page: Row) => {
  const rows = rowsOf(listIn(page, 'installations'));
  const [first] = rows;
  const { id: account = first?.value['target_id'] } = first === undefined ? {} : rowIn(first, 'account').value;
  return { at: page.at, rows, organization: String(account ?? ''), total: Number(page.value['total_count'] ?? 0) };
};

/**
 * `total_count` says how many installations all pages of an organization have. A page behind the last has none, and so no
 * organization: its count is that of another page.
 */
const installationsIn = (pages: readonly Row[]): readonly Row[] => {
  const read = pages.map(pageOf);
  const filled = read.filter(({ rows }) => rows.length > 0);
  const totals = new Set([0, ...filled.map(({ total }) => total)]);
  const missing = [
    read.find(({ rows, total }) => rows.length === 0 && !totals.has(total)),
    ...[...Map.groupBy(filled, ({ organization }) => organization).values()].map((own) => {
      const ids = new Set(own.flatMap(({ rows }) => rows.map((row) => idIn(row, 'id' in row.value ? 'id' : 'app_id'))));
      return own.findLast(({ total }) => total > ids.size);
    }),
  ].find((page) => page !== undefined);
  if (missing) throw findingRefusal('inventory_page_missing', { params: { at: missing.at } });
  return rowsOf(filled.flatMap(({ rows }) => rows));
};

export const githubApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const rows = rowsOf(answersOf(files).flatMap(itemsOf));
  const all = [...rows.filter((row) => !isPage(row)), ...installationsIn(rows.filter(isPage))];
  const kinds = Map.groupBy(all, (row) => {
    const kind = KINDS.find(([member]) => member in row.value);
    if (!kind) throw malformed(row, 'app_id');
    return kind;
  });
  return [...kinds].flatMap(([[, idOf, made], some]) =>
    [...Map.groupBy(some, idOf)].map(([id, same]) => made(same, id)),
  );
};
