/**
 * Answers of other systems about their apps, in the form that each documents, with members that no reader reads. All names are invented.
 * Each list of pages is one whole export.
 */

/** https://learn.microsoft.com/en-us/graph/api/serviceprincipal-list, …/oauth2permissiongrant-list and …/serviceprincipal-list-approleassignments (v1.0). */
export const ENTRA_PAGES = [
  {
    servicePrincipals: {
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#servicePrincipals',
      '@odata.nextLink': 'https://graph.microsoft.com/v1.0/servicePrincipals?$skiptoken=2',
      value: [
        {
          ...{ id: 'sp-1', appId: 'app-1', displayName: 'Mail helper', accountEnabled: true, appRoles: [] },
          replyUrls: ['https://mail.example.com/callback?x=1', 'msal1://auth'],
          verifiedPublisher: { displayName: 'Example Mail', verifiedPublisherId: '1', addedDateTime: null },
        },
      ],
    },
  },
  {
    servicePrincipals: {
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#servicePrincipals',
      value: [
        {
          ...{ id: 'sp-2', appId: 'app-2', displayName: 'Old wiki', accountEnabled: false },
          ...{ publisherName: 'Example Wiki', appRoles: [{ id: 'role-1', value: 'Wiki.Write.All', isEnabled: true }] },
        },
        {
          '@odata.type': '#microsoft.graph.agentIdentity',
          ...{ id: 'ai-1', appId: 'blueprint-1', displayName: 'Travel agent', verifiedPublisher: null },
        },
      ],
    },
  },
  {
    oauth2PermissionGrants: [
      {
        ...{ id: 'g1', clientId: 'sp-1', consentType: 'Principal', principalId: 'u1', resourceId: 'r' },
        scope: 'Mail.Send User.Read',
      },
      {
        ...{ id: 'g2', clientId: 'sp-1', consentType: 'Principal', principalId: 'u2', resourceId: 'r' },
        scope: 'Mail.Send',
      },
      {
        ...{ id: 'g3', clientId: 'sp-1', consentType: 'AllPrincipals', principalId: null, resourceId: 'r' },
        scope: ' User.Read.All',
      },
    ],
  },
  {
    '@odata.context': "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('ai-1')/appRoleAssignments",
    value: [
      {
        ...{ id: 'a1', appRoleId: 'role-1', principalId: 'ai-1', principalType: 'ServicePrincipal' },
        ...{ resourceId: 'sp-2', resourceDisplayName: 'Old wiki', createdDateTime: '2026-01-02T03:04:05Z' },
      },
      // Access without a role.
      { id: 'a2', appRoleId: '00000000-0000-0000-0000-000000000000', principalId: 'sp-1', resourceId: 'sp-2' },
      // A role that the resource does not have any more.
      { id: 'a3', appRoleId: 'role-9', principalId: 'ai-1', resourceId: 'sp-2' },
    ],
  },
];

/**
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/ (listApplications),
 * …/tag/ApplicationGrants/ (listScopeConsentGrants) and …/tag/UserOAuth/ (listRefreshTokensForUserAndClient).
 */
export const OKTA_PAGES = [
  [
    {
      ...{ id: '0oa1', orn: 'orn:okta:apps:1', name: 'oidc_client', label: 'Expense robot', status: 'ACTIVE' },
      ...{ signOnMode: 'OPENID_CONNECT', created: '2026-01-02T03:04:05.000Z', features: [] },
      credentials: {
        oauthClient: { client_id: '0oa1', token_endpoint_auth_method: 'client_secret_post', autoKeyRotation: true },
      },
      settings: {
        oauthClient: { application_type: 'service', grant_types: ['client_credentials'], redirect_uris: [] },
      },
      _links: {},
    },
    {
      ...{ id: '0oa2', name: 'oidc_client', label: 'Notes', status: 'ACTIVE', signOnMode: 'OPENID_CONNECT' },
      credentials: { oauthClient: { client_id: 'notes-client', token_endpoint_auth_method: 'client_secret_basic' } },
      settings: { oauthClient: { application_type: 'web', redirect_uris: ['https://notes.example.com/cb'] } },
    },
  ],
  [
    { id: '0oa3', name: 'saml', label: 'Old portal', status: 'INACTIVE', signOnMode: 'SAML_2_0', credentials: {} },
    { id: '0oa4', name: 'bookmark', label: 'Removed', status: 'DELETED', signOnMode: 'BOOKMARK' },
  ],
  [
    {
      ...{ id: 'oag1', status: 'ACTIVE', clientId: '0oa1', scopeId: 'okta.users.manage', source: 'ADMIN' },
      ...{ issuer: 'https://login.example.com', createdBy: { id: '00u1', type: 'User' } },
    },
    {
      ...{ id: 'oag2', status: 'ACTIVE', clientId: 'notes-client', scopeId: 'okta.users.read.self' },
      ...{ source: 'END_USER', userId: '00u2', issuer: 'https://login.example.com' },
    },
    { id: 'oag3', status: 'REVOKED', clientId: '0oa1', scopeId: 'okta.groups.manage', source: 'ADMIN' },
    { id: 'oag4', status: 'ACTIVE', clientId: '0oa9', scopeId: 'okta.apps.manage', source: 'ADMIN' },
  ],
  [
    {
      ...{
        id: 'oar1',
        status: 'ACTIVE',
        clientId: 'notes-client',
        userId: '00u3',
        scopes: ['offline_access', 'notes'],
      },
      ...{ issuer: 'https://login.example.com/oauth2/aus1', expiresAt: '2026-12-31T00:00:00.000Z', _embedded: {} },
    },
  ],
];

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/tokens/list: a page for each person. */
export const GOOGLE_PAGES = [
  {
    ...{ kind: 'admin#directory#tokenList', etag: '"1"' },
    items: [
      {
        ...{ kind: 'admin#directory#token', etag: '"2"', clientId: '1.apps.example.com', displayText: 'Notetaker' },
        ...{ anonymous: false, nativeApp: false, userKey: '101' },
        scopes: ['openid', 'https://www.googleapis.com/auth/gmail.readonly'],
      },
      {
        ...{ kind: 'admin#directory#token', clientId: '2.apps.example.com', displayText: 'Clock', userKey: '101' },
        ...{ anonymous: false, nativeApp: true, scopes: ['openid', 'email'] },
      },
    ],
  },
  {
    kind: 'admin#directory#tokenList',
    items: [
      {
        ...{ kind: 'admin#directory#token', clientId: '1.apps.example.com', displayText: 'Notetaker', userKey: '102' },
        ...{ anonymous: true, nativeApp: false, scopes: ['https://www.googleapis.com/auth/drive', 'openid'] },
      },
    ],
  },
  { kind: 'admin#directory#tokenList', etag: '"3"' },
];

/**
 * https://docs.github.com/en/rest/orgs/orgs (list app installations for an organization),
 * …/rest/orgs/personal-access-tokens and …/enterprise-cloud@latest/rest/orgs/orgs (list SAML SSO authorizations).
 */
export const GITHUB_PAGES = [
  {
    total_count: 2,
    installations: [
      {
        ...{ id: 25381, app_id: 2218, app_slug: 'release-bot', client_id: 'Iv1.1', target_type: 'Organization' },
        ...{ repository_selection: 'all', suspended_at: null, suspended_by: null, events: ['push'] },
        permissions: { metadata: 'read', contents: 'write' },
        account: { login: 'example-org', id: 1 },
      },
    ],
  },
  {
    total_count: 2,
    installations: [
      {
        ...{ id: 25382, app_id: 2219, app_slug: 'badges', repository_selection: 'all' },
        ...{ permissions: { metadata: 'read' }, suspended_at: '2026-02-03T04:05:06Z' },
        account: { login: 'example-org', id: 1 },
      },
    ],
  },
  [
    {
      ...{ id: 25, owner: { login: 'ada', id: 7, type: 'User' }, repository_selection: 'subset' },
      permissions: { organization: { members: 'read' }, repository: { metadata: 'read', contents: 'write' } },
      ...{ access_granted_at: '2026-01-02T03:04:05Z', token_id: 98, token_name: 'nightly', token_expired: false },
      ...{ token_expires_at: '2026-12-31T00:00:00Z', token_last_used_at: null },
    },
  ],
  [
    {
      ...{
        login: 'grace',
        credential_id: 161195,
        credential_type: 'personal access token',
        token_last_eight: '71c3fc11',
      },
      ...{ credential_authorized_at: '2026-01-02T03:04:05Z', scopes: ['user', 'repo'] },
      ...{ authorized_credential_note: 'laptop', authorized_credential_expires_at: null },
    },
    {
      ...{ login: 'ada', credential_id: 161196, credential_type: 'SSH key', fingerprint: 'jklmnop12345678' },
      authorized_credential_title: 'build server',
    },
  ],
];

/**
 * docs/reference/api/openapi.yaml of the repository modelcontextprotocol/registry (ServerList, 2025-12-01), and a row in the form
 * before 2025-09-29.
 */
export const MCP_PAGES = [
  {
    servers: [
      {
        server: {
          ...{ name: 'com.example/tickets', title: 'Tickets', description: 'Reads tickets.', version: '1.0.0' },
          remotes: [{ type: 'streamable-http', url: 'https://tickets.example.com/old' }],
        },
        _meta: {
          'io.modelcontextprotocol.registry/official': {
            ...{ status: 'active', publishedAt: '2026-01-01T00:00:00Z', isLatest: false },
          },
        },
      },
      {
        server: {
          ...{ name: 'com.example/tickets', title: 'Tickets', description: 'Reads tickets.', version: '1.1.0' },
          packages: [
            {
              ...{
                registryType: 'npm',
                identifier: '@example/tickets',
                version: '1.1.0',
                transport: { type: 'stdio' },
              },
              environmentVariables: [
                { name: 'TICKETS_TOKEN', isSecret: true, isRequired: true },
                { name: 'TICKETS_HOST', isSecret: false },
              ],
            },
          ],
          remotes: [
            {
              ...{ type: 'streamable-http', url: 'https://tickets.example.com/mcp' },
              headers: [{ name: 'X-Api-Key', isSecret: true }],
            },
            { type: 'sse', url: 'https://{region}.example.com/sse' },
          ],
        },
        _meta: {
          'io.modelcontextprotocol.registry/official': {
            ...{ status: 'active', publishedAt: '2026-02-01T00:00:00Z', isLatest: true },
          },
        },
      },
    ],
    metadata: { nextCursor: 'com.example/tickets:1.1.0', count: 2 },
  },
  {
    servers: [
      { name: 'org.example/clock', description: 'Tells the time.', status: 'active', version: '0.1.0' },
      {
        server: { name: 'org.example/gone', description: 'Was removed.', version: '1.0.0' },
        _meta: { 'io.modelcontextprotocol.registry/official': { status: 'deleted', isLatest: true } },
      },
    ],
    metadata: { count: 2 },
  },
];
