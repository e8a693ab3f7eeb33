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

/** A script in a shell of its own: a request that fails ends the script, and not the terminal into which it is pasted. */
const script = (...lines: readonly string[]): string => ['(set -euo pipefail', ...lines, ')'].join('\n');

const CURL = 'curl -fsS --retry 6';
/** curl with the token: as input, because other users of the machine see arguments. `printf` is part of the shell. */
const signedCurl = (scheme: string): string => `printf 'Authorization: ${scheme} %s' "$TOKEN" | ${CURL} -H @-`;
/** Writes a page as script-pages.ts reads it: the list that it is a page of, where the next one is, and the answer. */
const keptPage = (indent: string, next: string, ...args: readonly string[]): string =>
  `${indent}jq -c --arg list "\${1%%\\?*}"${args.map((arg) => ` ${arg}`).join('')} '{list: $list, next: ${next}, page: .}' page.json`;
/** The address of the next page in a header `Link` (RFC 8288), or nothing. */
const LINKED = `    url=$(sed -n 's/^[Ll]ink:.*<\\([^>]*\\)>; *rel="next".*/\\1/p' head.txt)`;
/** `get PATH` follows the header `Link` from page to page. */
const getLinked = (scheme: string, address: string): readonly string[] => [
  'get() {',
  `  url="${address}"`,
  '  while [ -n "$url" ]; do',
  `    ${signedCurl(scheme)} -D head.txt "$url" > page.json`,
  LINKED,
  keptPage('    ', '$next', '--arg next "$url"'),
  '  done',
  '}',
];
/** Asks for the token, so that the history of the shell does not keep it. A script that runs alone has it in its environment. */
const TOKEN = `[ -n "\${TOKEN-}" ] || { printf 'Token: ' >&2; read -rs TOKEN; }`;

const shown = (value: object): string => JSON.stringify(value, undefined, 2);

/** In the order of the page. */
export const SYSTEMS: Readonly<Record<System, SystemExport>> = {
  okta: {
    files: 'apps.ndjson grants.ndjson',
    commands: script(
      'ORG=okta.example.com',
      TOKEN,
      ...getLinked('SSWS', 'https://$ORG/api/v1/$1'),
      "get 'apps?limit=200' > apps.ndjson",
      "jq -r '.page[].id' apps.ndjson > ids.txt",
      'while read -r id; do get "apps/$id/grants"; done < ids.txt > grants.ndjson',
    ),
    example: shown([
      {
        ...{ id: '0oa1', label: 'Expense robot', status: 'ACTIVE', signOnMode: 'OPENID_CONNECT' },
        credentials: { oauthClient: { client_id: '0oa1', token_endpoint_auth_method: 'client_secret_post' } },
        settings: { oauthClient: { application_type: 'service', redirect_uris: [] } },
      },
    ]),
  },
  entra: {
    files: 'principals.ndjson grants.ndjson roles.ndjson',
    commands: script(
      'az login',
      'TOKEN=$(az account get-access-token --resource-type ms-graph \\',
      '  --query accessToken --output tsv)',
      'get() {',
      '  url="https://graph.microsoft.com/v1.0/$1"',
      '  while [ -n "$url" ]; do',
      `    ${signedCurl('Bearer')} "$url" > page.json`,
      `    url=$(jq -r '."@odata.nextLink" // ""' page.json)`,
      keptPage('    ', '$next', '--arg next "$url"'),
      '  done',
      '}',
      'MEMBERS=id,appId,displayName,accountEnabled,verifiedPublisher,replyUrls,appRoles',
      'get "servicePrincipals?\\$top=999&\\$select=$MEMBERS" > principals.ndjson',
      "get 'oauth2PermissionGrants?$top=999' > grants.ndjson",
      "jq -r '.page.value[].id' principals.ndjson > ids.txt",
      'while read -r id; do get "servicePrincipals/$id/appRoleAssignments"; done < ids.txt > roles.ndjson',
    ),
    example: shown({
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#servicePrincipals',
      value: [{ id: 'sp-1', appId: 'app-1', displayName: 'Mail helper', accountEnabled: true }],
    }),
  },
  google: {
    files: 'tokens.ndjson',
    commands: script(
      'AUTH=https://www.googleapis.com/auth',
      'gcloud auth application-default login --client-id-file=client.json \\',
      '  --scopes=$AUTH/cloud-platform,$AUTH/admin.directory.user.readonly,$AUTH/admin.directory.user.security',
      'get() {',
      `  ${signedCurl('Bearer')} \\`,
      '    "https://admin.googleapis.com/admin/directory/v1/$1" > page.json',
      keptPage('  ', '(.nextPageToken // "")'),
      '}',
      'next=',
      'while :; do',
      '  TOKEN=$(gcloud auth application-default print-access-token)',
      `  get "users?customer=my_customer&maxResults=500&fields=nextPageToken,users(id)\${next:+&pageToken=$next}"`,
      `  next=$(jq -r '.nextPageToken // "" | @uri' page.json)`,
      "  jq -r '.users[]?.id' page.json > ids.txt",
      '  while read -r id; do',
      '    get "users/$id/tokens?fields=items(clientId,displayText,scopes,userKey)"',
      '  done < ids.txt',
      '  [ -n "$next" ] || break',
      'done > tokens.ndjson',
    ),
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
    files: 'installations.ndjson tokens.ndjson credentials.ndjson',
    commands: script(
      'ORG=your-organization',
      TOKEN,
      'GITHUB_APP=yes',
      'SAML=yes',
      ...getLinked('Bearer', 'https://api.github.com/orgs/$ORG/$1?per_page=100'),
      'get installations > installations.ndjson',
      'if [ "$GITHUB_APP" = yes ]; then get personal-access-tokens; else echo "[]"; fi > tokens.ndjson',
      'if [ "$SAML" = yes ]; then get credential-authorizations; else echo "[]"; fi > credentials.ndjson',
    ),
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
    files: 'servers.ndjson',
    commands: script(
      'REGISTRY=registry.example.com',
      'next=',
      'while :; do',
      `  ${CURL} "https://$REGISTRY/v0.1/servers?version=latest&limit=100\${next:+&cursor=$next}" > page.json`,
      '  jq -c . page.json',
      `  next=$(jq -r '.metadata.nextCursor // "" | @uri' page.json)`,
      '  [ -n "$next" ] || break',
      'done > servers.ndjson',
    ),
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
