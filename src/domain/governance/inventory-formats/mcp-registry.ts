/**
 * MCP servers of a registry: `GET /v0/servers` or `/v0.1/servers`, with a `server.json` in each row.
 * The repository modelcontextprotocol/registry documents it in docs/reference/api/openapi.yaml.
 */
import { type ListedApp, listedApp } from './listed-app.ts';
import {
  checkLastPage,
  flagIn,
  type InventoryFile,
  idIn,
  itemsOf,
  listIn,
  malformed,
  pagesOf,
  type Row,
  rowIn,
  rowsIn,
  rowsOf,
  textIn,
} from './listed-rows.ts';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

/** One version of a server. Registries before 2025-09-29 have the members of `server` in the row. */
type Version = { readonly server: Row; readonly about: Row };

const versionOf = (row: Row): Version => ({
  server: 'server' in row.value ? rowIn(row, 'server') : row,
  about: rowIn(rowIn(row, '_meta'), OFFICIAL),
});

const isDeleted = ({ server, about }: Version): boolean =>
  (textIn(about, 'status') ?? textIn(server, 'status')) === 'deleted';

/** The place of a version among those of its server: the one marked as latest, then the one published last. */
const placeOf = ({ server, about }: Version): string =>
  [
    flagIn(about, 'isLatest') === true ? 1 : 0,
    textIn(about, 'publishedAt') ?? '',
    textIn(server, 'version') ?? '',
    JSON.stringify(server.value),
  ].join('\n');

/** Names of the inputs that a package or a remote server wants as secrets. */
const secretsIn = (server: Row): readonly string[] => {
  const inputs = [
    ...rowsIn(server, 'packages').flatMap((one) => rowsIn(one, 'environmentVariables')),
    ...rowsIn(server, 'remotes').flatMap((one) => rowsIn(one, 'headers')),
  ];
  return inputs.flatMap((one) => (flagIn(one, 'isSecret') === true ? [textIn(one, 'name') ?? ''] : []));
};

const serversIn = (row: Row): readonly Row[] => {
  if ('servers' in row.value) return rowsOf(listIn(row, 'servers'));
  if (!('server' in row.value || 'name' in row.value)) throw malformed(row, 'servers');
  return [row];
};

export const mcpRegistryApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const rows = rowsOf(pagesOf(files).flatMap(itemsOf));
  const pages = rows.filter(({ value }) => 'servers' in value);
  checkLastPage(
    pages.map((row) => {
      const metadata = rowIn(row, 'metadata');
      return { at: row.at, hasNext: (textIn(metadata, 'nextCursor') ?? textIn(metadata, 'next_cursor')) !== undefined };
    }),
  );
  const versions = rows.flatMap(serversIn).map(versionOf);
  return [...Map.groupBy(versions, ({ server }) => idIn(server, 'name'))].flatMap(([name, all]) => {
    const [newest] = all
      .filter((one) => !isDeleted(one))
      .map((one) => ({ one, place: placeOf(one) }))
      .sort((a, b) => (a.place < b.place ? 1 : -1));
    if (!newest) return [];
    const { server } = newest.one;
    return [
      listedApp(name, {
        names: [textIn(server, 'title') ?? name],
        publisher: name.split('/', 1)[0],
        secrets: new Set(secretsIn(server)).size,
        urls: rowsIn(server, 'remotes').flatMap((remote) => textIn(remote, 'url') ?? []),
      }),
    ];
  });
};
