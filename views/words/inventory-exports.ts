/** How a list of apps is got from each system, and what it looks like. The commands are those of docs/how-to/inventories.md. */
import type { systemWords } from './inventory-systems.ts';

type System = keyof typeof systemWords;

type SystemExport = {
  /** Shell commands that write the files. Absent: the list comes from an export or a script. */
  readonly commands?: string;
  /** Names of the files, as on the command line. */
  readonly files: string;
  /** A list with one app, as the system answers it, with the members that an import reads. */
  readonly example: string;
};

/** One request a line, so that all of it is seen. */
const get = (scheme: string, url: string, file: string): string =>
  [`curl -sS -H "Authorization: ${scheme} $TOKEN" \\`, `  "${url}" > ${file}`].join('\n');
/** The same in a loop, for its output. */
const getEach = (scheme: string, url: string): string =>
  [`  curl -sS -H "Authorization: ${scheme} $TOKEN" \\`, `    "${url}" | jq -c .`].join('\n');
const TOKEN = 'TOKEN=your-token';

const shown = (value: object): string => JSON.stringify(value, undefined, 2);

/** In the order of the page. */
export const SYSTEMS: Readonly<Record<System, SystemExport>> = {
  okta: {
    files: 'apps.json grants.ndjson',
    commands: [
      'ORG=okta.example.com',
      TOKEN,
      get('SSWS', 'https://$ORG/api/v1/apps?limit=200', 'apps.json'),
      "jq -r '.[].id' apps.json | while read -r id; do",
      getEach('SSWS', 'https://$ORG/api/v1/apps/$id/grants'),
      'done > grants.ndjson',
    ].join('\n'),
    example: shown([
      {
        ...{ id: '0oa1', label: 'Expense robot', status: 'ACTIVE', signOnMode: 'OPENID_CONNECT' },
        credentials: { oauthClient: { client_id: '0oa1', token_endpoint_auth_method: 'client_secret_post' } },
        settings: { oauthClient: { application_type: 'service', redirect_uris: [] } },
      },
    ]),
  },
  entra: {
    files: 'principals.json grants.json',
    commands: [
      'az login',
      'TOKEN=$(az account get-access-token --resource-type ms-graph \\',
      '  --query accessToken --output tsv)',
      get('Bearer', 'https://graph.microsoft.com/v1.0/servicePrincipals?\\$top=999', 'principals.json'),
      get('Bearer', 'https://graph.microsoft.com/v1.0/oauth2PermissionGrants?\\$top=999', 'grants.json'),
    ].join('\n'),
    example: shown({
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#servicePrincipals',
      value: [{ id: 'sp-1', appId: 'app-1', displayName: 'Mail helper', accountEnabled: true }],
    }),
  },
  google: {
    files: 'tokens.ndjson',
    commands: [
      'AUTH=https://www.googleapis.com/auth',
      'gcloud auth application-default login --client-id-file=client.json \\',
      '  --scopes=$AUTH/cloud-platform,$AUTH/admin.directory.user.readonly,$AUTH/admin.directory.user.security',
      'TOKEN=$(gcloud auth application-default print-access-token)',
      'curl -sS -H "Authorization: Bearer $TOKEN" \\',
      '  "https://admin.googleapis.com/admin/directory/v1/users?customer=my_customer&maxResults=500" \\',
      "  | jq -r '.users[].primaryEmail' > users.txt",
      'while read -r user; do',
      getEach('Bearer', 'https://admin.googleapis.com/admin/directory/v1/users/$user/tokens'),
      'done < users.txt > tokens.ndjson',
    ].join('\n'),
    example: JSON.stringify({
      kind: 'admin#directory#tokenList',
      items: [
        {
          ...{ clientId: '1.apps.example.com', displayText: 'Notetaker', userKey: '101' },
          scopes: ['openid', 'https://www.googleapis.com/auth/gmail.readonly'],
        },
      ],
    }),
  },
  github: {
    files: 'installations.json tokens.json credentials.json',
    commands: [
      'ORG=your-organization',
      TOKEN,
      get('Bearer', 'https://api.github.com/orgs/$ORG/installations?per_page=100', 'installations.json'),
      get('Bearer', 'https://api.github.com/orgs/$ORG/personal-access-tokens?per_page=100', 'tokens.json'),
      get('Bearer', 'https://api.github.com/orgs/$ORG/credential-authorizations?per_page=100', 'credentials.json'),
    ].join('\n'),
    example: shown({
      total_count: 1,
      installations: [
        {
          ...{ id: 25381, app_id: 2218, app_slug: 'release-bot', repository_selection: 'all', suspended_at: null },
          ...{ permissions: { metadata: 'read', contents: 'write' }, account: { login: 'example-org' } },
        },
      ],
    }),
  },
  'mcp-registry': {
    files: 'servers.json',
    commands: [
      'REGISTRY=registry.example.com',
      'curl -sS "https://$REGISTRY/v0.1/servers?version=latest&limit=100" > servers.json',
    ].join('\n'),
    example: shown({
      servers: [
        {
          server: {
            ...{ name: 'com.example/tickets', title: 'Tickets', version: '1.1.0' },
            remotes: [{ type: 'streamable-http', url: 'https://tickets.example.com/mcp' }],
          },
        },
      ],
      metadata: { count: 1 },
    }),
  },
  csv: {
    files: 'apps.csv',
    example: [
      'external_id,name,owner,scopes,people,is_enabled',
      '17,Expense robot,ada@example.com,mail.send files.read,12,true',
      '18,Clock,,openid,3,true',
    ].join('\n'),
  },
  ndjson: {
    files: 'apps.ndjson',
    example: [
      { external_id: '17', name: 'Expense robot', owner: 'ada@example.com', scopes: ['mail.send'], people: 12 },
      { external_id: '18', name: 'Clock', scopes: ['openid'] },
    ]
      .map((app) => JSON.stringify(app))
      .join('\n'),
  },
};
