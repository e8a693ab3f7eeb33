/**
 * Where a page stands in the site: its address, its kind (tutorial, how-to, reference, explanation) and its place in the
 * sidebar. A page is told by its file name, so that a move between folders of docs/ changes no line here.
 */

/** One Markdown file of the repository. */
export type Page = {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly title: string;
};

/** An entry of the sidebar in the form that VitePress takes. */
export type SidebarItem = {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly SidebarItem[];
};

/** Pages of the root, by file. */
const ROOT_PAGES: Readonly<Record<string, string>> = {
  'README.md': 'about.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
};

/**
 * The groups of how-to guides, and of reference pages, in reading order; the names are file or folder names. Other pages follow
 * in a last group.
 */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  [
    'Build an agent',
    [
      'agent-developer',
      'agent-package',
      'agent-package-in-python',
      'token-exchange',
      'denials',
      'grant-types',
      'agent-secrets',
      'instances',
      'attestation',
      'mutual-tls',
      'certificates',
    ],
  ],
  ['Agents on a platform', ['workloads', 'workload-identity']],
  [
    'Protect an API',
    [
      'protect-an-api',
      'resource-server',
      'access-tokens',
      'authorization-details',
      'scopes-of-other-apis',
      'authzen',
      'external-decision-point',
      'mcp',
      'gateway',
      'gateway-for-proxies',
      'across-domains',
    ],
  ],
  [
    'Connect software',
    [
      'existing-app',
      'openid-connect',
      'clients',
      'registration',
      'client-id-metadata',
      'upstream-sign-in',
      'directories',
      'push-agents',
      'successors',
      'shared-signals',
      'receive-signals',
      'scim',
      'request-bounds',
    ],
  ],
  [
    'Work with people',
    ['people', 'sign-in', 'consent', 'approve', 'approvals', 'notices', 'notifications', 'console', 'pages'],
  ],
  [
    'Set limits',
    [
      'agents',
      'findings',
      'inventories',
      'responses',
      'reviews',
      'blueprints',
      'policy',
      'decision-layers',
      'budgets',
      'revocation',
      'revocation-feed',
      'reports',
      'status-lists',
      'audit',
      'audit-sinks',
      'aims',
      'controls',
      'monitoring',
      'witness',
      'audit-log',
      'audit-events',
      'management-api',
    ],
  ],
  [
    'Run the server',
    [
      'operate',
      'commands',
      'configuration',
      'operations',
      'keys',
      'deploy',
      'storage',
      'postgresql',
      'collections',
      'several-nodes',
      'moving-data',
      'data-transfer',
      'outbound-requests',
      'anonymous-requests',
      'failure',
      'demo',
      'sizing',
      'speed-bounds',
      'benchmarks',
      'speed',
      'campaigns',
    ],
  ],
  [
    'Contribute',
    [
      'add-a-grant',
      'add-a-decision-layer',
      'add-a-console-page',
      'add-a-management-resource',
      'add-a-store',
      'testing-with-mongodb',
      'test-stock-clients',
      'mongodb-stand-in',
      'status',
      'names',
      'ids',
      'conformance',
      'hostile-requests',
      'divergences',
    ],
  ],
];

const OTHER_PAGES = 'Other pages';

/** Pages that explain, wherever they are kept. */
const EXPLANATIONS = ['threat-model', 'engine-findings', 'oidc-provider-findings'];
const REFERENCES = ['conformance', 'divergences'];

const TUTORIAL_ORDER = [
  'first-agent',
  'first-api',
  'first-approval',
  'existing-app',
  'mcp-server-typescript',
  'mcp-server-python',
];

/** `docs/how-to/workloads/aws.md` → `['how-to', 'workloads', 'aws']`; a README is its folder. */
const partsOf = (path: string): readonly string[] => {
  const parts = path
    .replace(/^docs\//, '')
    .replace(/\.md$/, '')
    .split('/');
  return parts.at(-1) === 'README' ? parts.slice(0, -1) : parts;
};

/** Where the page of a Markdown file is kept in the site, which is also its address: `docs/how-to/x.md` → `how-to/x.md`. */
export const sitePath = (path: string): string => {
  const own = ROOT_PAGES[path];
  if (own) return own;
  if (path === 'docs/README.md') return 'all-pages.md';
  return path.replace(/^docs\//, '').replace(/README\.md$/, 'index.md');
};

/** The address of a Markdown file in the site. */
export const siteAddress = (path: string): string =>
  `/${sitePath(path)
    .replace(/(^|\/)index\.md$/, '$1')
    .replace(/\.md$/, '')}`;

type Kind = 'tutorials' | 'how-to' | 'reference' | 'explanation' | 'project';

const kindOf = (path: string): Kind => {
  if (!path.startsWith('docs/')) return 'project';
  const parts = partsOf(path);
  const name = parts.at(-1) ?? '';
  if (parts[0] === 'tutorials') return 'tutorials';
  if (parts.includes('decisions') || parts[0] === 'explanation' || EXPLANATIONS.includes(name)) return 'explanation';
  if (parts[0] === 'reference' || REFERENCES.includes(name)) return 'reference';
  return parts.length === 0 ? 'project' : 'how-to';
};

const groupOf = (path: string): string => {
  const parts = partsOf(path);
  return GROUPS.find(([, names]) => names.some((name) => parts.includes(name)))?.[0] ?? OTHER_PAGES;
};

/** Place of a page in its group: as listed, then by title. */
const inOrder =
  (names: readonly string[]) =>
  (a: Page, b: Page): number => {
    const place = ({ path }: Page): number => {
      const parts = partsOf(path);
      const at = names.indexOf(parts.at(-1) ?? '');
      return at < 0 ? names.length : at;
    };
    return place(a) - place(b) || a.title.localeCompare(b.title, 'en', { numeric: true });
  };

const entry = ({ path, title }: Page): SidebarItem => ({ text: title, link: siteAddress(path) });

/** The sidebar of all pages; `api` are the pages of the management API. */
export const sidebarOf = (pages: readonly Page[], api: readonly SidebarItem[]): readonly SidebarItem[] => {
  const of = (kind: Kind): readonly Page[] => pages.filter(({ path }) => kindOf(path) === kind);
  const isDecision = ({ path }: Page): boolean => partsOf(path).includes('decisions');
  const grouped = (kind: Kind): readonly SidebarItem[] =>
    [...GROUPS, [OTHER_PAGES, []] as const]
      .map(([text, names]) => ({
        text,
        collapsed: true,
        items: of(kind)
          .filter(({ path }) => groupOf(path) === text)
          .sort(inOrder(names))
          .map(entry),
      }))
      .filter(({ items }) => items.length > 0);
  const groups: readonly SidebarItem[] = [
    { text: 'Tutorials', collapsed: false, items: [...of('tutorials')].sort(inOrder(TUTORIAL_ORDER)).map(entry) },
    { text: 'How-to guides', collapsed: false, items: grouped('how-to') },
    {
      text: 'Reference',
      collapsed: false,
      items: [{ text: 'Management API', collapsed: true, items: api }, ...grouped('reference')],
    },
    {
      text: 'Explanation',
      collapsed: false,
      items: [
        ...[...of('explanation')]
          .filter((page) => !isDecision(page))
          .sort(inOrder(['threat-model']))
          .map(entry),
        {
          text: 'Decisions',
          collapsed: true,
          items: [...of('explanation')]
            .filter(isDecision)
            .sort(inOrder(['decisions']))
            .map(entry),
        },
      ],
    },
    {
      text: 'Project',
      collapsed: true,
      items: [...of('project')].sort(inOrder(['README'])).map(entry),
    },
  ];
  return groups.filter(({ items = [] }) => items.length > 0);
};
