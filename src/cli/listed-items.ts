/** Reads the items of a list over its pages, for commands. */
import { timeText } from './look.ts';
import type { Json } from './management-client.ts';
import type { ManagementCall } from './management-command.ts';
import type { ListOperation, Query } from './operations.ts';
import { type Column, csvRow, jsonText } from './table.ts';

/** Prints each item when it arrives, so that a list may have any length. Returns their number. */
export const writeRows = async (
  call: ManagementCall,
  operation: ListOperation,
  query: Query,
  columns: readonly Column<Json>[],
  onPage: (page: Json) => void,
): Promise<number> => {
  const isCsv = call.isSet('csv');
  if (isCsv) call.terminal.out(csvRow(columns.map(({ title }) => title)));
  const limit = call.integer('limit', 1, 10_000_000) ?? Number.POSITIVE_INFINITY;
  let count = 0;
  for await (const item of call.api.items(operation, { query }, limit, onPage)) {
    count += 1;
    call.terminal.out(
      isCsv
        ? csvRow(columns.map(({ value, as }) => (as === 'time' ? timeText(value(item)) : value(item))))
        : jsonText(item, 0),
    );
  }
  return count;
};

/** At most `--limit` items of a list. */
export const collect = async (
  call: ManagementCall,
  operation: ListOperation,
  query: Query = {},
  onPage?: (page: Json) => void,
): Promise<readonly Json[]> => {
  const items: Json[] = [];
  const limit = call.integer('limit', 1, 100_000) ?? 100;
  for await (const item of call.api.items(operation, { query }, limit, onPage)) items.push(item);
  return items;
};
