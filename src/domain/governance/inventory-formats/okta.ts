/**
 * Apps of an Okta organization (`GET /api/v1/apps`), with the scopes that administrators and people granted them
 * (`GET /api/v1/apps/{appId}/grants`) and the refresh tokens of people (`GET /api/v1/users/{userId}/clients/{clientId}/tokens`).
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/
 */
import { type ListedApp, listedApp } from './listed-app.ts';
import {
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
import { answersOf, checkLists } from './script-pages.ts';

type Kind = 'app' | 'grant' | 'token';
const KINDS = { apps: 'app', grants: 'grant', tokens: 'token' } as const;

/** Only a grant has `scopeId`, only an app has `signOnMode`, and only a token has `scopes`. */
const kindOf = (row: Row): Kind => {
  if ('scopeId' in row.value) return 'grant';
  if ('signOnMode' in row.value || 'label' in row.value) return 'app';
  if ('scopes' in row.value) return 'token';
  throw malformed(row, 'signOnMode');
};

/** A file may have several lists: `{"apps": […], "grants": […], "tokens": […]}`. */
const rowsIn = (row: Row): readonly Row[] => {
  const lists = Object.keys(KINDS).filter((name) => name in row.value);
  return lists.length === 0 ? [row] : rowsOf(lists.flatMap((name) => listIn(row, name)).flatMap(itemsOf));
};

const clientOf = (app: Row): Row => rowIn(rowIn(app, 'credentials'), 'oauthClient');
const settingsOf = (app: Row): Row => rowIn(rowIn(app, 'settings'), 'oauthClient');

/** A service has no person, so its secret is one that stands. */
const hasStandingSecret = (app: Row): boolean =>
  textIn(settingsOf(app), 'application_type') === 'service' &&
  textIn(clientOf(app), 'token_endpoint_auth_method')?.startsWith('client_secret') === true;

const factsOf = (apps: readonly Row[], rights: readonly Row[]) => ({
  names: apps.flatMap((app) => textIn(app, 'label') ?? textIn(app, 'name') ?? []),
  scopes: rights.flatMap((right) => textIn(right, 'scopeId') ?? textsIn(right, 'scopes')),
  people: rights.flatMap((right) => textIn(right, 'userId') ?? []),
  isForEveryone: rights.some((right) => textIn(right, 'source') === 'ADMIN' && textIn(right, 'userId') === undefined),
  isEnabled: apps.length === 0 || apps.some((app) => (textIn(app, 'status') ?? 'ACTIVE') === 'ACTIVE'),
  secrets: apps.some(hasStandingSecret) ? 1 : 0,
  urls: apps.flatMap((app) => textsIn(settingsOf(app), 'redirect_uris')),
});

/** An app that is granted rights and that no list of apps has is listed by its client id. */
export const oktaApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const answers = answersOf(files);
  const rows = rowsOf(answers.flatMap(itemsOf)).flatMap(rowsIn);
  const { app = [], grant = [], token = [] } = Object.groupBy(rows, kindOf);
  checkLists(answers, ['apps', ...app.map((one) => `apps/${idIn(one, 'id')}/grants`)]);
  const rights = [...grant, ...token].filter((right) => (textIn(right, 'status') ?? 'ACTIVE') === 'ACTIVE');
  const byClient = Map.groupBy(rights, (right) => idIn(right, 'clientId'));
  const apps = Map.groupBy(
    app.filter((one) => textIn(one, 'status') !== 'DELETED'),
    (one) => idIn(one, 'id'),
  );
  const clientsOf = (id: string, same: readonly Row[]): readonly string[] => [
    ...new Set([id, ...same.flatMap((one) => textIn(clientOf(one), 'client_id') ?? [])]),
  ];
  const listed = [...apps].map(([id, same]) => ({ id, same, clients: clientsOf(id, same) }));
  const named = new Set(listed.flatMap(({ clients }) => clients));
  return [
    ...listed.map(({ id, same, clients }) =>
      listedApp(
        id,
        factsOf(
          same,
          clients.flatMap((client) => byClient.get(client) ?? []),
        ),
      ),
    ),
    ...[...byClient].flatMap(([client, own]) => (named.has(client) ? [] : [listedApp(client, factsOf([], own))])),
  ];
};
