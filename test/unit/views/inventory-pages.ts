/** Models of the pages of the console about inventories and their imports. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { inventoriesPage } from '../../../views/pages/console-inventories.ts';
import { chooseSystemPage, importFormPage } from '../../../views/pages/console-inventory-import.ts';
import { removeInventoryPage } from '../../../views/pages/console-inventory-removal.ts';
import { importResultPage, previewImportPage } from '../../../views/pages/console-inventory-result.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';

const NOON = 1_790_000_000;

export const inventoryPages = (
  frame: ConsoleFrame,
  text: (usual: string) => string,
): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const inventoryList = {
    ...{ listHref: `${home}/inventories`, findingsHref: `${home}/findings?kind=unknown_app`, rows: [], pages: {} },
    ...{ old: [], search: '' },
  };
  const inventoryViews = (['decide', 'new', 'changed', 'unknown', 'known', 'gone', 'all'] as const).map(
    (name, count) => ({
      ...{ name, count: count === 0 ? 1 : count, href: `${home}/inventories?view=${name}` },
    }),
  );
  const inventoryLinks = { listHref: `${home}/inventories`, importHref: `${home}/inventories/import` };
  return {
    'console-inventories': inventoriesPage(frame, {
      ...{ ...inventoryList, view: 'all', newHref: `${home}/inventories/import` },
      ...{ pages: { nextHref: `${home}/inventories?at=25` }, views: inventoryViews, old: ['crm', 'entra'], at: 25 },
      inventories: [
        { ...{ source: 'crm', href: `${home}/inventories?source=crm`, apps: 2, gone: 1, decide: 0 }, at: NOON },
        {
          ...{ source: 'entra', href: `${home}/inventories?source=entra`, apps: 1, gone: 0, decide: 1 },
          system: 'entra',
        },
      ],
      rows: [
        {
          ...{ name: text('Mail helper'), externalId: text('app-1'), source: 'entra', createdAt: NOON, people: 3 },
          ...{ owner: text('Grace'), scopes: 12, risky: [text('Mail.Send'), 'repo', 'drive', 'admin:org', 'a.write'] },
          ...{ rights: Array.from({ length: 50 }, () => text('Mail.Send')), isNew: true },
          decideHref: `${home}/findings/fnd_1`,
        },
        {
          ...{ name: text('Wiki'), externalId: text('app-2'), source: 'crm', isOff: true, createdAt: NOON, people: 1 },
          ...{ scopes: 0, risky: [], owner: 'grace.hopper.the.second@example.com' },
          ...{ known: { name: text('Wiki'), by: 'redirect_host', href: `${home}/clients/app_1` } },
          decideHref: `${home}/findings/fnd_2`,
        },
        {
          ...{ name: text('Old'), externalId: text('app-3'), source: 'crm', goneAt: NOON, createdAt: NOON, people: 0 },
          ...{ scopes: 1, risky: [], known: { name: text('app_2'), by: 'stated' } },
        },
        {
          ...{ name: 'Both', externalId: 'app-4', source: 'crm', createdAt: NOON, people: 0 },
          ...{ scopes: 2, risky: ['repo', 'drive'], registerHref: `${home}/agents/new?name=Both` },
          changed: { added: [text('repo')], removed: ['mail'] },
        },
      ],
    }),
    'console-one-inventory': inventoriesPage(frame, {
      ...{ ...inventoryList, source: 'okta', system: 'okta', view: 'decide', views: inventoryViews },
      ...{ links: inventoryLinks, search: text('mail'), old: ['okta'], searched: 9 },
      removeHref: `${home}/inventories/okta/delete`,
      imports: [
        {
          ...{ at: NOON, byName: text('Ada'), href: `${home}/audit/events/nod_2`, apps: 4 },
          changes: { created: 1, changed: 0, gone: 1 },
        },
        { at: NOON - 60, href: `${home}/audit/events/nod_1`, apps: 4 },
      ],
      newHref: `${home}/inventories/import?format=okta&source=okta`,
    }),
    'console-many-apps': inventoriesPage(frame, {
      ...{ ...inventoryList, source: 'crm', view: 'all', imports: [] },
      pages: { firstHref: `${home}/inventories` },
    }),
    'console-delete-inventory': removeInventoryPage(
      frame,
      { href: `${home}/inventories/crm/delete`, listHref: `${home}/inventories`, present: 2, gone: 1 },
      { name: 'crm', value: text('cmr'), error: text('Type crm.') },
    ),
    'console-filtered-inventories': inventoriesPage(frame, { ...inventoryList, view: 'gone', views: inventoryViews }),
    'console-no-inventories': inventoriesPage(frame, { ...inventoryList, view: 'all' }),
    'console-no-inventories-yet': inventoriesPage(frame, { ...inventoryList, view: 'all', links: inventoryLinks }),
    'console-import-system': chooseSystemPage(frame, inventoryLinks, { source: 'crm', times: new Map() }),
    'console-import-system-again': chooseSystemPage(frame, inventoryLinks, {
      times: new Map([
        ['okta', { at: NOON, apps: 4 }],
        ['crm', { at: NOON, apps: 1, format: 'csv' }],
        ['tools', { at: NOON, apps: 0 }],
      ]),
    }),
    'console-import-inventory': importFormPage(frame, {
      ...{ links: inventoryLinks, system: 'okta' },
      values: { format: 'okta', source: text('crm'), list: text('[]') },
      errors: { list: text('list#/0: the member label is missing or has another form.') },
    }),
    'console-import-again': importFormPage(frame, {
      ...{ links: inventoryLinks, system: 'github', values: { source: text('crm') }, held: { at: NOON, apps: 2 } },
      errors: {},
    }),
    'console-import-file': importFormPage(frame, {
      ...{ links: inventoryLinks, system: 'csv', values: { source: text('crm') }, held: { at: NOON, apps: 2 } },
      errors: { list: text('apps.csv:1: the member name is missing.'), source: text('A name has other letters.') },
    }),
    'console-import-preview': previewImportPage(frame, {
      ...{
        links: inventoryLinks,
        system: 'github',
        source: 'crm',
        heldAt: NOON,
        apps: 72,
        carried: text('{"name":"A"}'),
        seen: 'digest',
        files: [text('installations.json'), 'tokens.json', 'a.json', 'b.json'],
      },
      counts: { created: 62, changed: 1, unchanged: 9, gone: 10, known: 3, findings: 2 },
      rows: [
        {
          ...{ name: text('Mail helper'), externalId: text('app-1'), owner: text('Grace'), change: 'changed' },
          ...{
            scopes: 2,
            risky: [text('repo')],
            people: 3,
            added: [text('repo')],
            removed: ['drive'],
            needsDecision: true,
          },
        },
        {
          ...{ name: text('Wiki'), externalId: text('app-2'), scopes: 0, risky: [], change: 'gone' },
          ...{ people: 0, added: [], removed: [], needsDecision: false },
        },
      ],
    }),
    'console-import-same': previewImportPage(frame, {
      ...{
        links: inventoryLinks,
        system: 'ndjson',
        source: 'crm',
        apps: 1,
        carried: '{}',
        seen: 'd',
        rows: [],
        files: [],
      },
      counts: { created: 0, changed: 0, unchanged: 1, gone: 0, known: 0, findings: 0 },
    }),
    'console-import-one-gone': previewImportPage(frame, {
      ...{ links: inventoryLinks, system: 'ndjson', source: 'crm', apps: 9, carried: '{}', files: ['a'] },
      ...{ seen: 'd', isStale: true },
      rows: [
        {
          ...{ name: text('Wiki'), externalId: 'app-2', scopes: 0, risky: [], change: 'gone', people: 0 },
          ...{ added: [], removed: [], needsDecision: false },
        },
      ],
      counts: { created: 0, changed: 0, unchanged: 9, gone: 1, known: 0, findings: 0 },
    }),
    'console-import-done': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'google', source: text('crm') },
      counts: { created: 1, changed: 0, unchanged: 0, gone: 2, known: 0, findings: 1 },
      ...{ sourceHref: `${home}/inventories?source=crm`, findingsHref: `${home}/findings?kind=unknown_app` },
      rows: [
        {
          ...{
            name: text('Mail helper'),
            externalId: text('app-1'),
            change: 'created',
            scopes: 2,
            needsDecision: true,
          },
          ...{ risky: [text('repo')], people: 0, added: [], removed: [], decideHref: `${home}/findings/fnd_1` },
        },
      ],
    }),
    'console-import-done-several': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'mcp-registry', source: 'tools' },
      counts: { created: 0, changed: 0, unchanged: 4, gone: 0, known: 0, findings: 4 },
      ...{ sourceHref: `${home}/inventories?source=tools`, findingsHref: `${home}/findings?kind=unknown_app` },
      rows: [
        {
          ...{ name: text('Tickets'), externalId: text('t'), change: 'unchanged', scopes: 0, risky: [] },
          ...{ people: 0, added: [], removed: [], needsDecision: true, decideHref: `${home}/findings/fnd_1` },
        },
      ],
    }),
    'console-import-done-secret': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'mcp-registry', source: 'tools' },
      counts: { created: 1, changed: 0, unchanged: 0, gone: 0, known: 0, findings: 1 },
      ...{ sourceHref: `${home}/inventories?source=tools`, findingsHref: `${home}/findings?kind=unknown_app` },
      rows: [
        {
          ...{ name: text('Tickets'), externalId: text('t'), change: 'created', scopes: 0, risky: [] },
          ...{ people: 0, added: [], removed: [], needsDecision: true },
        },
      ],
    }),
    'console-import-done-known': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'csv', source: 'crm', rows: [] },
      counts: { created: 4, changed: 0, unchanged: 0, gone: 0, known: 4, findings: 0 },
      ...{ sourceHref: `${home}/inventories?source=crm`, findingsHref: `${home}/findings?kind=unknown_app` },
    }),
  };
};
