/**
 * OAuth tokens that people of a Google Workspace gave to apps: `tokens.list` of the Admin SDK Directory API, one page for each
 * person. https://developers.google.com/workspace/admin/directory/reference/rest/v1/tokens
 */
import { type ListedApp, listedApp } from './listed-app.ts';
import {
  checkLastPage,
  type InventoryFile,
  idIn,
  itemsOf,
  listIn,
  malformed,
  pagesOf,
  type Row,
  rowsOf,
  textIn,
  textsIn,
} from './listed-rows.ts';

const LIST = 'admin#directory#tokenList';

const isList = ({ value }: Row): boolean => 'items' in value || value['kind'] === LIST;

const tokensIn = (row: Row): readonly Row[] => {
  if (isList(row)) return rowsOf(listIn(row, 'items'));
  if ('error' in row.value) throw malformed(row, 'items');
  return [row];
};

/** A person without tokens has a list without items. */
export const googleApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const rows = rowsOf(pagesOf(files).flatMap(itemsOf));
  const lists = rows.filter(isList);
  checkLastPage(lists.map((row) => ({ at: row.at, hasNext: textIn(row, 'nextPageToken') !== undefined })));
  return [...Map.groupBy(rows.flatMap(tokensIn), (token) => idIn(token, 'clientId'))].map(([id, tokens]) =>
    listedApp(id, {
      names: tokens.flatMap((token) => textIn(token, 'displayText') ?? []),
      scopes: tokens.flatMap((token) => textsIn(token, 'scopes')),
      people: tokens.flatMap((token) => textIn(token, 'userKey') ?? []),
    }),
  );
};
