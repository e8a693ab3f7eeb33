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
  malformed,
  type Row,
  rowsIn,
  rowsOf,
  textIn,
  textsIn,
} from './listed-rows.ts';
import { answersOf, checkLists } from './script-pages.ts';

const LIST = 'admin#directory#tokenList';

/** Pages of people, as a script has them beside the tokens of each. */
const PEOPLE = 'users';

const isList = ({ value }: Row): boolean => 'items' in value || value['kind'] === LIST;

const tokensIn = (row: Row): readonly Row[] => {
  if (isList(row)) return rowsIn(row, 'items');
  if ('error' in row.value) throw malformed(row, 'items');
  return [row];
};

/** A person without tokens has a list without items. */
export const googleApps = (files: readonly InventoryFile[]): readonly ListedApp[] => {
  const answers = answersOf(files);
  const people = rowsOf(answers.filter(({ list }) => list === PEOPLE)).flatMap((page) => rowsIn(page, 'users'));
  checkLists(answers, [PEOPLE, ...people.map((person) => `users/${idIn(person, 'id')}/tokens`)]);
  const kept = answers.filter(({ list }) => list !== undefined && list !== PEOPLE);
  const rows = rowsOf(answers.filter(({ list }) => list === undefined).flatMap(itemsOf));
  checkLastPage(
    rows.filter(isList).map((row) => ({ at: row.at, hasNext: textIn(row, 'nextPageToken') !== undefined })),
  );
  const all = [...rows.flatMap(tokensIn), ...rowsOf(kept).flatMap((page) => rowsIn(page, 'items'))];
  return [...Map.groupBy(all, (token) => idIn(token, 'clientId'))].map(([id, tokens]) =>
    listedApp(id, {
      names: tokens.flatMap((token) => textIn(token, 'displayText') ?? []),
      scopes: tokens.flatMap((token) => textsIn(token, 'scopes')),
      people: tokens.flatMap((token) => textIn(token, 'userKey') ?? []),
    }),
  );
};
