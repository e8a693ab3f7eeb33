/** Which rights of other systems matter: a table of the well-known ones by what they reach, and words for all others. */

/** What a right reaches. */
export const SCOPE_REACHES = ['mail', 'files', 'code', 'administration'] as const;
export type ScopeReach = (typeof SCOPE_REACHES)[number];

type ScopeRisks = {
  readonly system: string;
  /** The list of rights that the publisher of the system documents. */
  readonly source: string;
  readonly scopes: Readonly<Partial<Record<ScopeReach, readonly string[]>>>;
};

const google = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `https://www.googleapis.com/auth/${name}`);
const okta = (...names: readonly string[]): readonly string[] => names.map((name) => `okta.${name}.manage`);
const write = (...names: readonly string[]): readonly string[] => names.map((name) => `${name}:write`);

/** Rights that read or send the mail of a person, reach all files, change code, or administer. A right of a GitHub App is `permission:access`. */
export const SCOPE_RISKS: readonly ScopeRisks[] = [
  {
    system: 'Microsoft Graph',
    source: 'https://learn.microsoft.com/en-us/graph/permissions-reference',
    scopes: {
      mail: [
        ...[
          'Mail.Read',
          'Mail.ReadWrite',
          'Mail.Send',
          'Mail.Read.Shared',
          'Mail.ReadWrite.Shared',
          'Mail.Send.Shared',
        ],
        ...['full_access_as_app', 'EWS.AccessAsUser.All', 'IMAP.AccessAsUser.All'],
      ],
      files: [
        ...['Files.Read.All', 'Files.ReadWrite', 'Files.ReadWrite.All'],
        ...['Sites.Read.All', 'Sites.ReadWrite.All', 'Sites.FullControl.All'],
      ],
      administration: [
        ...['Directory.ReadWrite.All', 'Directory.AccessAsUser.All', 'RoleManagement.ReadWrite.Directory'],
        ...['Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All'],
        ...['User.ReadWrite.All', 'Group.ReadWrite.All', 'GroupMember.ReadWrite.All'],
      ],
    },
  },
  {
    system: 'Google Workspace',
    source: 'https://developers.google.com/identity/protocols/oauth2/scopes',
    scopes: {
      mail: [
        'https://mail.google.com/',
        ...google('gmail.readonly', 'gmail.modify', 'gmail.compose', 'gmail.send', 'gmail.insert', 'gmail.metadata'),
        ...google('gmail.settings.basic', 'gmail.settings.sharing'),
      ],
      files: google('drive', 'drive.readonly', 'drive.metadata', 'drive.metadata.readonly', 'drive.scripts'),
      administration: [
        ...google('admin.directory.user', 'admin.directory.user.security', 'admin.directory.group'),
        ...google('admin.directory.rolemanagement', 'admin.directory.domain', 'cloud-platform'),
      ],
    },
  },
  {
    system: 'GitHub',
    source: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps',
    scopes: {
      code: [
        ...['repo', 'public_repo', 'workflow', 'delete_repo', 'write:packages', 'delete:packages'],
        ...write('contents', 'workflows', 'actions', 'packages', 'secrets', 'deployments'),
      ],
      administration: [
        ...['admin:org', 'write:org', 'admin:org_hook', 'admin:repo_hook', 'admin:enterprise', 'site_admin'],
        ...write('administration', 'members', 'organization_administration', 'organization_secrets'),
        ...write('organization_self_hosted_runners', 'organization_custom_roles', 'organization_hooks'),
      ],
    },
  },
  {
    system: 'Okta',
    source: 'https://developer.okta.com/docs/api/oauth2/',
    scopes: {
      administration: [
        ...okta('users', 'groups', 'apps', 'appGrants', 'clients', 'roles', 'policies', 'idps', 'orgs'),
        ...okta('authorizationServers', 'apiTokens', 'trustedOrigins', 'authenticators', 'factors'),
      ],
    },
  },
];

const REACH_OF: ReadonlyMap<string, ScopeReach> = new Map(
  SCOPE_RISKS.flatMap(({ scopes }) =>
    SCOPE_REACHES.flatMap((reach) => (scopes[reach] ?? []).map((scope) => [scope.toLowerCase(), reach] as const)),
  ),
);

/** Words of rights that change, send, administer, or reach everything. */
const RISKY =
  /(?:^|[._:/-])(?:all|admin|write|readwrite|send|delete|manage|full_access|fullcontrol|impersonation|offline_access|repo|drive|mail\.google\.com)(?:$|[._:/-])/i;

/** What a right of the table reaches. Microsoft Graph may name its own resource in front, and an application permission its kind. */
const reachOf = (scope: string): ScopeReach | undefined =>
  REACH_OF.get(
    scope.toLowerCase().replace(/^(?:application:|https:\/\/(?:graph\.microsoft|outlook\.office(?:365)?)\.com\/)/, ''),
  );

export const riskyScopes = (scopes: readonly string[] = []): readonly string[] =>
  scopes.filter((scope) => reachOf(scope) !== undefined || RISKY.test(scope));

/** Number of rights by what they reach, of those in the table. */
export const reachesOf = (scopes: readonly string[] = []): ReadonlyMap<ScopeReach, number> => {
  const reaches = scopes.flatMap((scope) => reachOf(scope) ?? []);
  return new Map(
    SCOPE_REACHES.flatMap((reach) => {
      const number = reaches.filter((one) => one === reach).length;
      return number === 0 ? [] : [[reach, number] as const];
    }),
  );
};
