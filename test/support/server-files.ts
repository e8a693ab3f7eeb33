/**
 * Which HTTP tests `npm run test:servers` runs once more on MongoDB and Redis, and why each of them, or why not. A store changes the
 * outcome of a test where its path races at the store, is decided by a unique key, an index, a claim or an end in time, or passes
 * cached reads. test/contract holds the stores themselves. A file whose server takes the stores of the run is in one of these two
 * tables: the suite, and test/architecture/servers-suite.test.ts, fail without it. A file that is left out runs there when it is named.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-jest.ts';

/** What the store decides in the file. */
export const ON_SERVERS: Readonly<Record<string, string>> = {
  'integration/absences': 'deputies vote in swaps of the approval',
  'integration/access-requests-later': 'each request is redeemed once, after any change in between',
  'integration/account-links': 'one link for each person and organisation, a unique key',
  'integration/agent-owners': 'all agents of an owner, found by an index, end at once',
  'integration/anonymous-events': 'nodes share one budget of events, counted in Redis',
  'integration/anonymous-storage': 'what strangers leave expires in Redis',
  'integration/app-logout': 'deliveries wait in a queue of the store',
  'integration/approvals': 'votes race for one approval, and its token is given once',
  'integration/approvals-backchannel': 'polls race with the decision',
  'integration/approvals-later': 'what changed before the fetch is read again',
  'integration/attested-clients': 'proofs are used once, claims in Redis, and 20 at once make one instance',
  'integration/audit-erasure': 'a value is removed from records that the store keeps',
  'integration/audit-first': 'nothing is written while the audit log takes no writes',
  'integration/audit-retention': 'archived records leave the store beside the server, by a swap of the statement',
  'integration/audit-search': 'events are found by indexes, page after page',
  'integration/authorization-parameters': 'of two completions at once one takes the pushed request',
  'integration/backchannel-delivery': 'deliveries wait in a queue of the store',
  'integration/blueprints': 'the bound on agents of a blueprint is counted in swaps',
  'integration/break-glass': 'two votes race, and the closing is one swap',
  'integration/budgets': 'tokens reserve their share in swaps',
  'integration/budgets-of-owners': 'what was counted moves with an agent to its next owner',
  'integration/bulk-registration': 'many documents in one write, a unique key for each line',
  'integration/calls-of-apps': 'of two answers at once one counts, and a consent races with the end of the app',
  'integration/cascade-revocation': 'a standing approval ends with the right below it',
  'integration/clock-and-growth': 'clocks step, collections grow and are swept',
  'integration/composition-drift': 'a composition is compared with the cached agent, and changes it in a swap',
  'integration/composition-races': 'of compositions that are shown at once the first swap counts',
  'integration/consent-attacks': 'of many answers at once one counts, and the others write nothing',
  'integration/console-limits': 'blueprints and budgets are replaced at their version',
  'integration/credentials': 'assertions are used once, and keys end at a time',
  'integration/delegation-ends': 'delegations are removed by the index of their end',
  'integration/delegation-targets-cli': 'two operators change one resource server in swaps',
  'integration/dpop': 'proofs are used once, claims in Redis',
  'integration/dynamic-registration': 'uses of an initial access token are taken in swaps, many at once',
  'integration/email-change': 'an address belongs to one account, a unique key',
  'integration/findings': 'decisions race in swaps of one document, and counters are read again after their places',
  'integration/former-hand-overs': 'documents of before the update are read as the store has them',
  'integration/grants': 'what hangs on a grant is found by an index, and ends with it',
  'integration/hand-over': 'an agent changes its owner in one swap, found by indexes before and after',
  'integration/hand-over-races': 'a hand-over races with requests',
  'integration/instance-grants': 'shares of a grant end by themselves',
  'integration/instances': 'slots of instances are taken in swaps',
  'integration/inventories': 'entries are found by an index, and changed in swaps',
  'integration/jwt-bearer': 'assertions of peers are used once, claims in Redis',
  'integration/keys': 'signing keys rotate in swaps, while cached',
  'integration/kill': 'a kill counts at once, past cached reads, and races with children that are made',
  'integration/lifecycle': 'state changes end what hangs on them, past cached reads',
  'integration/list-order': 'lists are ordered by an index, page after page',
  'integration/liveness': 'each ending is found by every kind of token, by index or epoch',
  'integration/look-alikes': 'similar names are one unique key',
  'integration/management-api': 'each kind of object: created, replaced at its version, removed',
  'integration/management-sessions': 'sessions are found by an index',
  'integration/metadata-document-clients': 'snapshots of documents are cached and replaced',
  'integration/notification-choices': 'choices of a person in their collection',
  'integration/notification-delivery': 'deliveries wait in a queue of the store, due by an index',
  'integration/one-time': 'codes and tokens are used once, and failures of the store use none up',
  'integration/openid-client': 'the main flows by a stock client, on every collection on their way',
  'integration/owner-names': 'an account and a group race for one name, a unique key',
  'integration/password-reset': 'a link is used once, and expires',
  'integration/people-connections': 'links with providers are a unique key',
  'integration/people-consent': 'consents are merged in swaps',
  'integration/people-factors': 'codes are used once, and attempts are counted',
  'integration/people-sessions': 'sessions end, past cached reads',
  'integration/policies': 'versions are activated in swaps, past cached reads',
  'integration/policy-simulations': 'decisions of the past are found by indexes',
  'integration/refresh-races': 'a refresh races with each ending',
  'integration/refresh-both-ways': 'of refreshes of one token both ways one swap counts',
  'integration/registration-management': 'registrations are counted, and their tokens rotate in swaps',
  'integration/reports': 'a report is recorded once, by claims',
  'integration/responses':
    'a response takes a slot that is a unique key, and records are read again after their places',
  'integration/revocation-feed': 'readers follow endings in the order of the log',
  'integration/revocation-introspection': 'a revocation is seen by introspection at once',
  'integration/reviews': 'items are found by indexes, and of many decisions at once one swap counts',
  'integration/reviews-kept-access': 'unfinished items are found by an index, and many reviews by their time',
  'integration/signals-transmitter': 'events wait in the state of a stream, which is changed in swaps',
  'integration/provisioning-targets': 'changes wait in the log and in one document, which a lock and swaps protect',
  'integration/successors': 'proposals, acceptances and their ends race in swaps of one agent',
  'integration/scim-agents': 'agents are found by owner and by indexes of the directory, and a name is taken once',
  'integration/scim-authority': 'people race for one username, which a unique index and a mutex give to one',
  'integration/scim-brake': 'deactivations are counted in swaps of one document',
  'integration/scim-bulk': 'pages by cursor follow an index',
  'integration/scim-dry-run': 'entries of a dry run are found by indexes, by name, external id and address',
  'integration/scim-groups': 'memberships are found by indexes, and a name of a group is unique',
  'integration/scim-secrets': 'a unique index finds a secret, and a mutex allows one at a time',
  'integration/scim-sequences': 'users and groups are found by indexes between their changes',
  'integration/scim-users': 'directories race for one username, and users are found by indexes',
  'integration/session-attacks': 'a session that ended comes back by no late write',
  'integration/session-writes': 'sessions are stored in swaps, and no late write puts an ended one back',
  'integration/sign-in-attacks': 'failed sign-ins are counted in Redis',
  'integration/site-limits': 'a site is counted in Redis',
  'integration/standing-approvals': 'uses are counted in swaps',
  'integration/status-lists': 'indexes of a list are given once, and bits follow the store',
  'integration/stranger-bounds': 'registrations share one budget of events, counted in Redis',
  'integration/sweeping': 'every collection is swept by its index',
  'integration/transaction-receipts': 'the events of a transaction are found by an index, and its receipt is made once',
  'integration/transactions': 'a close ends all of its tokens at once, and races with new ones',
  'integration/transactions-of-several': 'each delegation is read live, past cached reads',
  'integration/transparency-log': 'tiles and checkpoints follow the log, one writer at a time',
  'integration/upstream-groups': 'groups end with the link that brought them',
  'integration/upstream-logout': 'sessions of a provider are found by an index',
  'integration/witnesses': 'cosignatures are kept with their checkpoint',
  'integration/workload-identity-cli': 'trusted issuers in their collection',
  'processes/server-state': 'the state of the server names its stores',
};

/** Files that a store does not change, by the reason. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  'what a browser makes of pages; the requests that those lead to have tests in test/integration': [
    'e2e/agent-keys',
    'e2e/approvals',
    'e2e/brand',
    'e2e/break-glass',
    'e2e/browser-attacks',
    'e2e/budget-sentence',
    'e2e/consent-flow',
    'e2e/console-policies',
    'e2e/console-search',
    'e2e/console',
    'e2e/findings',
    'e2e/copy',
    'e2e/language',
    'e2e/more-menu',
    'e2e/new-owner',
    'e2e/notifications',
    'e2e/operator-jobs',
    'e2e/page-loads',
    'e2e/passkeys',
    'e2e/saved-views',
    'e2e/sessions',
    'e2e/side-navigation',
    'e2e/step-up-page',
    'e2e/upstream-sign-in',
  ],
  'pages and commands: what they change goes through the management API and services that other files try here': [
    'integration/approvals-overview',
    'integration/brand',
    'integration/cli-agents',
    'integration/cli-asking',
    'integration/provisioning-cli',
    'integration/responses-cli',
    'integration/signals-cli',
    'integration/cli-config',
    'integration/cli-login',
    'integration/cli-secrets',
    'integration/cli-tables',
    'integration/console',
    'integration/console-audit',
    'integration/console-bulk',
    'integration/console-dashboard',
    'integration/console-delegations',
    'integration/console-empty-lists',
    'integration/console-first-steps',
    'integration/console-kills',
    'integration/console-legal-holds',
    'integration/console-mcp-servers',
    'integration/console-objects',
    'integration/console-people-bulk',
    'integration/console-policies',
    'integration/console-registries',
    'integration/console-provisioning',
    'integration/console-directories',
    'integration/cli-reviews',
    'integration/console-reviews',
    'integration/console-unknown-findings',
    'integration/console-search',
    'integration/console-exceptions',
    'integration/console-settings',
    'integration/security-suspensions',
    'integration/console-responses',
    'integration/console-transactions',
    'integration/console-trust',
    'integration/csv-exports',
    'integration/delegation-targets-consent',
    'integration/delegation-targets-console',
    'integration/mcp-enable',
    'integration/people-account',
    'integration/people-own-review',
    'integration/people-delegation-requests',
    'integration/people-language',
    'integration/people-sign-in',
    'integration/styleguide',
    'integration/signals-management',
    'integration/signals-poll-both-sides',
    'integration/signals-receiver-client',
    'integration/upstream-management',
  ],
  'what a request says, proves or hides is judged before a store decides anything': [
    'integration/app-requests',
    'integration/authorization',
    'integration/claims-by-clause',
    'integration/client-authentication',
    'integration/client-credentials',
    'integration/client-protection',
    'integration/consent-forms',
    'integration/default-scopes',
    'integration/dpop-nonces',
    'integration/empty-secrets',
    'integration/front-guard',
    'integration/input-handling',
    'integration/keys-by-url',
    'integration/management-access',
    'integration/management-openapi',
    'integration/mcp-hosts',
    'integration/mutual-tls',
    'integration/oauth-findings',
    'integration/own-handlers',
    'integration/own-handlers-connections',
    'integration/provider-findings',
    'integration/refresh-proof',
    'integration/request-smuggling',
    'integration/scim-attacks',
    'integration/scim-claims',
    'integration/token-exchange-callers',
    'integration/token-exchange-requests',
    'integration/token-types',
    'integration/workload-identity',
  ],
  'what software registers with is kept or refused by its own rules; documents of clients are written by `registration-management`, `metadata-document-clients` and `management-api`':
    [
      'integration/metadata-documents',
      'integration/registration-certificates',
      'integration/registration-clients',
      'integration/registration-from-pages',
      'integration/registration-fuzz',
      'integration/registration-metadata',
      'integration/self-chosen',
    ],
  'who may, and which scope is left, is decided from documents that were read, by functions that know no store': [
    'integration/agent-credential-rights',
    'integration/audit-aims',
    'integration/authzen',
    'integration/decision-cells',
    'integration/disable-preview',
    'integration/display-templates',
    'integration/external-decisions',
    'integration/inbound-trust',
    'integration/internal-hosts',
    'integration/management-clients',
    'integration/operator-powers',
    'integration/people-upstream',
    'integration/policy-of-approve',
    'integration/policy-of-use',
    'integration/scope-rules',
    'integration/step-up',
    'integration/step-up-pages',
    'integration/upstream-sign-in',
  ],
  'the same writes as `approvals`, `approvals-later`, `approvals-backchannel` and `absences`': [
    'integration/approval-routes',
    'integration/approvals-client',
    'integration/people-approvals',
    'integration/separation-of-duties',
  ],
  'the same writes as `grants`, `people-consent`, `liveness` and `delegation-targets-cli`': [
    'integration/across-domains',
    'integration/authorization-details',
    'integration/delegation-targets',
    'integration/requested-actor',
    'integration/silent-renewal',
    'integration/token-exchange',
    'integration/wishes-of-servers',
  ],
  'the same writes as `transactions`; the log is searched by `audit-search` and `policy-simulations`': [
    'integration/transactions-at-grants',
    'integration/transactions-below',
  ],
  'the same writes as `lifecycle`, `hand-over-races`, `credentials` and `console-limits`': [
    'integration/agent-secrets',
  ],
  'the same writes as `provisioning-targets`': ['integration/provisioning-crash'],
  'the same queue as `app-logout` and `backchannel-delivery`': ['integration/notifications'],
  'the same counts as `anonymous-events`, `sign-in-attacks`, `site-limits` and `stranger-bounds`; the same links as `password-reset`':
    [
      'integration/refusal-budget',
      'integration/reset-attacks',
      'integration/sign-in-limits',
      'integration/sign-in-refusals',
    ],
};

/** What makes a server, or the half of one, over the stores of the run. `runServer` may name others. */
const MAKES =
  /\b(?:openStores|settingsOfRun|isOnServers|compose(?:Services|PeoplePages|ManagementApi))\(|\brunServer\((?![^)]*\bstores\b)/;
const SUPPORT = join(ROOT, 'test/support');
/** A test file that calls these is found by its call; others import types of them. */
const CALLED = ['running-server.ts', 'shared-servers.ts', 'composed-services.ts'];
/** Support files that make one for a test file: `exchangeWorld` and the like. */
const makers = readdirSync(SUPPORT).filter(
  (name) => name.endsWith('.ts') && !CALLED.includes(name) && MAKES.test(readFileSync(join(SUPPORT, name), 'utf8')),
);
/** `path`: from the root, of a test file. False: it would do the same again, on stores that it names itself. */
export const isOfRun = (path: string): boolean => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return MAKES.test(text) || makers.some((name) => text.includes(`/support/${name}'`));
};

const FOLDERS = ['e2e', 'integration', 'processes'];
/** The name of a test file in these tables, as a path from the root. */
export const pathOf = (name: string): string => `test/${name}.test.ts`;

/** What is wrong with the tables: files in none or in both of them, and names of no such file. */
export const tableFaults = (): readonly string[] => {
  const ofRun = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, 'test', folder))
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => `${folder}/${file.slice(0, -'.test.ts'.length)}`),
  ).filter((name) => isOfRun(pathOf(name)));
  const named = [...Object.keys(ON_SERVERS), ...Object.values(LEFT_OUT).flat()];
  return [
    ...ofRun
      .filter((name) => !named.includes(name))
      .map(
        (name) =>
          `${name} is in neither table of test/support/server-files.ts: say whether a store changes its outcome`,
      ),
    ...named.filter((name, index) => named.indexOf(name) !== index).map((name) => `${name} stands there twice`),
    ...named
      .filter((name) => !ofRun.includes(name))
      .map((name) => `${name} is no test file whose server takes the stores of the run: mend the table`),
  ];
};
