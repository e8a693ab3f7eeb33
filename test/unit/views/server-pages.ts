/** Models of the pages of the console about resource servers and MCP servers. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { mcpPlanPage, mcpServerForm, serverCodePage } from '../../../views/pages/console-mcp-servers.ts';
import {
  disableServerPage,
  type ServerModel,
  type ShownType,
  serverPage,
  serversPage,
} from '../../../views/pages/console-servers.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';

const NOON = 1_790_000_000;

export const serverPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const bank: ServerModel['server'] = {
    id: text('rsv_1'),
    href: `${home}/resource-servers/rsv_1`,
    name: text('First Bank'),
    identifier: text('https://bank.example.com'),
    state: 'active',
    scopeCount: 2,
    worst: 'critical',
    format: 'jwt',
    lifeSeconds: 300,
    algorithm: 'ES256',
    environments: ['production', 'test'],
    asksWith: 'client_secret_basic',
    mayReport: true,
    hasStatusList: true,
    createdAt: NOON,
    updatedAt: NOON,
  };
  const type: ShownType = {
    type: text('payment_initiation'),
    description: text('Pay an invoice'),
    risk: 'high',
    template: text('Pay up to {amount} {currency} to {creditor.name}'),
    rules: [{ member: text('amount'), rule: 'max' }],
    amount: text('amount'),
    schema: text('{\n  "type": "object"\n}'),
    preview: {
      type: text('payment_initiation'),
      about: text('Pay an invoice'),
      risk: 'high',
      sentence: [{ text: 'Pay up to ' }, { member: 'amount', value: text('4000') }],
      more: [{ member: text('reference'), value: text('Invoice 7731') }],
    },
    example: text('{\n  "amount": 4000\n}'),
  };
  return {
    'console-servers': serversPage({
      ...frame,
      action: `${home}/resource-servers`,
      asked: { search: text('bank'), state: '' },
      rows: [bank],
      pages: {},
    }),
    'console-server': serverPage({
      ...frame,
      server: bank,
      scopes: [
        { name: text('balance'), description: text('See the balance'), risk: 'low' },
        { name: text('pay'), description: text('Pay from the accounts'), risk: 'critical' },
      ],
      types: [type, { ...type, type: text('transfer'), error: text('It does not fit the schema.') }],
      isOwnApi: false,
      pageLinks: [{ text: fieldWords.change, href: `${home}/people/acc_1/edit` }],
      delegations: {
        targets: [
          {
            resource: text('https://calendar.example.com'),
            scope: text('calendar.read'),
            api: { name: text('Calendar'), href: `${home}/resource-servers/rs_2` },
            declared: { description: text('See your appointments'), risk: 'low' },
            proposed: { by: text('Ada'), at: NOON },
            accepted: { by: text('Bob'), at: NOON },
          },
          {
            resource: text('https://calendar.example.com'),
            scope: text('calendar.write'),
            api: { name: text('Calendar'), href: `${home}/resource-servers/rs_2` },
            declared: { description: text('Move appointments'), risk: 'high' },
            proposed: { by: text('Ada'), at: NOON },
          },
          {
            resource: text('https://gone.example.com'),
            scope: text('read'),
            without: 'gone',
            proposed: { by: text('Ada'), at: NOON },
            bar: 'proposer',
          },
        ],
        version: 3,
        accept: `${bank.href}/accept-delegation`,
        withdraw: `${bank.href}/withdraw-delegation`,
        proposeCommand: 'behalf resource-servers propose-delegation rs_1 --to API --scope NAME',
      },
      disableHref: `${bank.href}/disable`,
    }),
    'console-mcp-server-form': mcpServerForm({
      ...frame,
      action: `${home}/resource-servers/mcp`,
      cancelHref: `${home}/resource-servers`,
      values: {
        url: text('https://notes.example.com/mcp'),
        name: text('Notes'),
        scopes: text('notes.read:low:See your notes'),
        delegates_to: '',
        client_hosts: '',
      },
      errors: { url: text('This is not a URL.') },
    }),
    'console-mcp-server-plan': mcpPlanPage({
      ...frame,
      action: `${home}/resource-servers/mcp`,
      values: { url: text('https://notes.example.com/mcp'), name: '', scopes: '', delegates_to: '', client_hosts: '' },
      seen: 'aGFzaA',
      plan: {
        identifier: text('https://notes.example.com/mcp'),
        action: 'change',
        name: text('Notes'),
        formerName: text('Notebook'),
        scopes: [
          { name: text('notes.read'), description: text('See your notes'), risk: 'low', isChanged: false },
          { name: text('notes.write'), description: text('Change your notes'), risk: 'high', isChanged: true },
        ],
        enables: true,
        proposals: [{ resource: text('https://tickets.example.com'), scope: text('tickets.read') }],
        metadata: {
          from: text('https://notes.example.com/.well-known/oauth-protected-resource'),
          namesThisServer: false,
        },
        settings: [text('BEHALF__CLIENTIDMETADATA__ACCEPT=true')],
      },
      codeHref: `${bank.href}/code`,
    }),
    'console-mcp-server-plan-empty': mcpPlanPage({
      ...frame,
      action: `${home}/resource-servers/mcp`,
      values: { url: text('https://notes.example.com/mcp'), name: '', scopes: '', delegates_to: '', client_hosts: '' },
      plan: {
        identifier: text('https://notes.example.com/mcp'),
        action: 'none',
        name: text('Notes'),
        scopes: [{ name: text('notes.read'), description: text('See your notes'), risk: 'low', isChanged: false }],
        enables: false,
        proposals: [],
        metadata: { failure: text('status_not_ok') },
        settings: [],
      },
    }),
    'console-server-code': serverCodePage({
      ...frame,
      name: text('First Bank'),
      typescript: [text('const mcp = 1;')],
      python: [text('mcp = 1')],
      settings: [text('BEHALF__CLIENTIDMETADATA__ACCEPT=true')],
      isProposed: true,
      serverHref: bank.href,
    }),
    'console-server-disable': disableServerPage({
      ...frame,
      name: text('First Bank'),
      action: `${bank.href}/disable`,
      losses: [
        { kind: 'agents', count: 2, isMore: false },
        { kind: 'delegations', count: 100, isMore: true },
      ],
      serverHref: bank.href,
    }),
  };
};
