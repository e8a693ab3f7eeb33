/**
 * Lists of apps in the forms of other systems, read into the members that `importInventory` takes. Owns the table of formats.
 * Reads texts only, and stores nothing.
 */
import { findingRefusal } from '../finding-refusals.ts';
import type { InventoryFormat } from '../inventory.ts';
import { entraApps } from './entra.ts';
import { githubApps } from './github.ts';
import { googleApps } from './google.ts';
import type { ListedApp } from './listed-app.ts';
import { type InventoryFile, MOST_IMPORT_BYTES, MOST_IMPORT_FILES } from './listed-rows.ts';
import { mcpRegistryApps } from './mcp-registry.ts';
import { oktaApps } from './okta.ts';
import { csvApps, ndjsonApps } from './plain-lists.ts';

type Reader = (files: readonly InventoryFile[]) => readonly ListedApp[];

const READERS = {
  ndjson: ndjsonApps,
  csv: csvApps,
  entra: entraApps,
  okta: oktaApps,
  google: googleApps,
  github: githubApps,
  'mcp-registry': mcpRegistryApps,
} as const satisfies Readonly<Record<InventoryFormat, Reader>>;

/**
 * The apps of files that together have one whole list, ordered by id. The order of files, pages and rows does not matter; members
 * that are not read are ignored. Throws 'invalid_field' with file, row and member for another form, when a page is known to be
 * missing, and when there is no app: that is what a failed export leaves, and must not make all apps count as gone. Reads about
 * 50 MB a second, and the process answers no request meanwhile.
 */
export const readInventory = (files: readonly InventoryFile[], format: InventoryFormat): readonly ListedApp[] => {
  if (files.length > MOST_IMPORT_FILES)
    throw findingRefusal('inventory_files_exceeded', { params: { most: MOST_IMPORT_FILES } });
  if (files.reduce((sum, { text }) => sum + text.length, 0) > MOST_IMPORT_BYTES)
    throw findingRefusal('inventory_too_large', { params: { most: MOST_IMPORT_BYTES } });
  const apps = READERS[format](files);
  if (apps.length === 0) throw findingRefusal('inventory_empty', { params: { at: files[0]?.name ?? '' } });
  return [...apps].sort((one, other) => (one.external_id < other.external_id ? -1 : 1));
};
