/** The import of an inventory in the console: a system, its files, the preview and the result. */
import { createHash } from 'node:crypto';
import { chooseSystemPage, importFormPage, MOST_CHARACTERS } from '../../../views/pages/console-inventory-import.ts';
import {
  type ChangedRow,
  type ImportCounts,
  importResultPage,
  previewImportPage,
} from '../../../views/pages/console-inventory-result.ts';
import {
  type ImportLinks,
  INVENTORY_SYSTEMS,
  isPlain,
  type LastImport,
} from '../../../views/pages/inventory-systems.ts';
import { findingRefusal } from '../../domain/governance/finding-refusals.ts';
import { INVENTORY_FORMATS, INVENTORY_NAME, type InventoryFormat } from '../../domain/governance/inventory.ts';
import { readInventory } from '../../domain/governance/inventory-formats/inventory-format.ts';
import type { ListedApp } from '../../domain/governance/inventory-formats/listed-app.ts';
import type { InventoryFile } from '../../domain/governance/inventory-formats/listed-rows.ts';
import { riskyScopes } from '../../domain/governance/scope-risks.ts';
import { sendPage } from '../interaction/page-answers.ts';
import type { PostedFile } from '../middleware/multipart-form.ts';
import { addAskedCall, type TypedValues } from './asked-calls.ts';
import type { AnswerOf } from './console-calls.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { importTimes, lastImports } from './inventory-imports.ts';
import { decideHref, findingsAbout, knownAs, knownNames, registerHref } from './inventory-rows.ts';
import type { Shown } from './object-form-spec.ts';

export const INVENTORIES = '/console/inventories';

/** Most bytes of the files, or of a pasted list, with the fields. */
const MOST_FORM = 8_388_608;
/** Most bytes of the apps that the preview hands to the confirmation. The rest of its form takes less than the difference. */
const MOST_CARRIED = 8_000_000;
const formatCalled = (name: string | undefined): InventoryFormat | undefined =>
  INVENTORY_FORMATS.find((one) => one === name);

/** Throws 'invalid_field' for a file that is no text. */
const textOf = ({ name, content }: PostedFile): InventoryFile => {
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch (cause) {
    throw findingRefusal('inventory_not_text', { field: '/apps', params: { at: name.slice(0, 100) }, cause });
  }
};

/** The chosen files, and the pasted list. */
const listIn = ({ list = '' }: TypedValues, files: readonly PostedFile[]): readonly InventoryFile[] => {
  // A browser counts a line break as one character, and sends two.
  const text = list.replaceAll('\r\n', '\n');
  if (text.length > MOST_CHARACTERS)
    throw findingRefusal('inventory_paste_too_long', { field: '/apps', params: { most: MOST_CHARACTERS } });
  const given = [...files.map(textOf), ...(text === '' ? [] : [{ name: 'list', text }])];
  if (given.length === 0) throw findingRefusal('inventory_missing', { field: '/apps' });
  return given;
};

const carriedOf = (apps: readonly ListedApp[]): string => apps.map((app) => JSON.stringify(app)).join('\n');

/** The apps, and whether the user confirmed them after a preview. */
const readApps = (
  values: TypedValues,
  format: InventoryFormat,
  files: readonly PostedFile[],
): { readonly apps: readonly ListedApp[]; readonly isConfirmed: boolean } => {
  const { apps: carried = '', go } = values;
  if (go === 'import' && carried !== '')
    return { apps: readInventory([{ name: 'list', text: carried }], 'ndjson'), isConfirmed: true };
  const apps = readInventory(listIn(values, files), format);
  if (Buffer.byteLength(carriedOf(apps)) > MOST_CARRIED)
    throw findingRefusal('inventory_apps_too_long', { field: '/apps', params: { most: MOST_CARRIED } });
  return { apps, isConfirmed: false };
};

const countsOf = (answer: Shown): ImportCounts => {
  const count = (name: string): number => Number(answer[name]);
  return {
    ...{ created: count('created'), changed: count('changed'), unchanged: count('unchanged'), gone: count('gone') },
    ...{ known: count('known'), findings: count('findings') },
  };
};

/** Digest of what an import would change, as its preview shows it. */
const digestOf = (plan: Shown): string => {
  const changes = ((plan['changes'] ?? []) as readonly ShownChange[]).map((one) => [
    ...[one.id, one.change, one.is_finding, one.client],
    ...[one.added_scopes, one.removed_scopes],
  ]);
  return createHash('sha256')
    .update(JSON.stringify([countsOf(plan), changes]))
    .digest('base64url');
};

const changesNothing = ({ created, changed, gone }: ImportCounts): boolean => created + changed + gone === 0;

type ShownChange = NonNullable<AnswerOf<'importInventory'>['changes']>[number];

/** Apps that an import changes, or about which is to be decided. */
const changedRows = async (
  { deps, calls }: PageParts,
  viewer: Viewer,
  changes: readonly ShownChange[],
): Promise<readonly ChangedRow[]> => {
  const subjects = changes.filter((one) => one.is_finding).map(({ id }) => id);
  const findings = await findingsAbout(deps, calls, viewer, subjects);
  const names = await knownNames(deps, changes);
  return changes.map((one) => {
    const { id, name, change, owner, people = 0, scopes = [] } = one;
    const { added_scopes: added = [], removed_scopes: removed = [] } = one;
    return {
      ...{ name, externalId: one.external_id, change, added, removed, people, rights: scopes },
      ...{ scopes: scopes.length, risky: riskyScopes(scopes), needsDecision: one.is_finding },
      ...(owner === undefined ? {} : { owner }),
      ...knownAs(deps, names, one),
      ...(change === 'gone' ? {} : registerHref(deps, calls, viewer, name)),
      ...decideHref(deps, findings.get(id)),
    };
  });
};

/** The import that this one replaces. */
const heldList = async ({ deps, calls }: PageParts, viewer: Viewer, source: string): Promise<LastImport | undefined> =>
  INVENTORY_NAME.test(source) ? (await lastImports(deps, calls, viewer, source))?.at(0) : undefined;

export const addInventoryImport = (parts: PageParts, links: ImportLinks): void =>
  addAskedCall(parts, {
    ...{ path: `${INVENTORIES}/import`, operation: 'importInventory', hrefOf: () => links.importHref },
    fields: { apps: 'list', format: 'format', source: 'source', carried: 'apps', go: 'go', seen: 'seen' },
    ...{ hidden: ['apps', 'go', 'format', 'seen'], inAddress: ['format', 'source'], mostWithFiles: MOST_FORM },
    async page({ frame, viewer }, _, { values, errors }) {
      const system = formatCalled(values['format']);
      if (system === undefined) {
        const times = (await importTimes(parts.deps, parts.calls, viewer, INVENTORY_SYSTEMS)) ?? new Map();
        return chooseSystemPage(frame, links, { source: values['source'], times });
      }
      const held = await heldList(parts, viewer, values['source'] || (isPlain(system) ? '' : system));
      return importFormPage(frame, { links, system, values, errors, ...(held === undefined ? {} : { held }) });
    },
    async call(values, _, { viewer }, files) {
      const format = formatCalled(values['format']);
      if (format === undefined)
        throw findingRefusal('inventory_format_unknown', {
          ...{ field: '/format', params: { formats: INVENTORY_FORMATS.join(', ') } },
        });
      const { apps, isConfirmed } = readApps(values, format, files);
      const id = values['source'] || (isPlain(format) ? '' : format);
      if (id === '') throw findingRefusal('inventory_name_missing', { field: '/source' });
      if (!INVENTORY_NAME.test(id)) throw findingRefusal('inventory_name_malformed', { field: '/source' });
      const body = { apps, format, has_changes: true };
      const dryRun = { id, body: { ...body, is_dry_run: true } };
      if (!isConfirmed) return dryRun;
      const { body: plan = {} } = await parts.calls.run('importInventory', viewer.account, viewer.by, dryRun);
      // The confirmation is about what the preview said. Where it would change nothing, it was sent twice.
      return changesNothing(countsOf(plan)) || values['seen'] === digestOf(plan) ? { id, body } : dryRun;
    },
    async done(ctx, { viewer, frame, values, files, body, answer }) {
      const system = formatCalled(values['format']) ?? 'ndjson';
      const source = values['source'] || system;
      const apps = body['apps'] as readonly ListedApp[];
      const changes = (answer['changes'] ?? []) as readonly ShownChange[];
      const rows = await changedRows(parts, viewer, changes);
      const model = { links, system, source, rows, counts: countsOf(answer) };
      const hrefs = {
        sourceHref: `${links.listHref}?source=${source}`,
        findingsHref: `${parts.deps.basePath}/console/findings?kind=unknown_app`,
      };
      if (body['is_dry_run'] !== true) return sendPage(ctx, 200, importResultPage(frame, { ...model, ...hrefs }));
      const held = await heldList(parts, viewer, source);
      const isStale = values['go'] === 'import';
      const preview = {
        ...{ ...model, apps: apps.length, carried: carriedOf(apps), files: files.map(({ name }) => name) },
        ...{ seen: digestOf(answer), isStale },
        ...(held === undefined ? {} : { heldAt: held.at }),
      };
      sendPage(ctx, isStale ? 409 : 200, previewImportPage(frame, preview));
    },
  });
