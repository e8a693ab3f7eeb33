/**
 * The groups of console pages. The router adds them in this order. The navigation shows the places that the viewer may open.
 */
import type { ConsolePlace } from '../../../views/partials/console-frame.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { OperationId } from '../management/resource-table.ts';
import { addAbsencePages } from './absence-pages.ts';
import { addAgentPages } from './agent-pages.ts';
import { addAgentSecretPages } from './agent-secret-pages.ts';
import { addAgentsImport } from './agents-import.ts';
import { addApprovalsPage } from './approvals-page.ts';
import { addAuditEventPage } from './audit-event-page.ts';
import { addAuditPages } from './audit-pages.ts';
import { addAuditSinkPages } from './audit-sink-pages.ts';
import { addBlueprintForms } from './blueprint-forms.ts';
import { addBlueprintPages } from './blueprint-pages.ts';
import { addBreakGlassPages, seesBreakGlass } from './break-glass-pages.ts';
import { addBudgetPages } from './budget-pages.ts';
import { addBulkPages } from './bulk-pages.ts';
import { addClientForms } from './client-forms.ts';
import { addClientPages } from './client-pages.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { addConsoleForms, type PageParts } from './console-forms.ts';
import { addCredentialRotation } from './credential-rotation.ts';
import { addDeadLetterPages } from './dead-letter-pages.ts';
import { addDelegationBulk } from './delegation-bulk.ts';
import { addDelegationPages } from './delegation-pages.ts';
import { addDirectoryPages } from './directory-pages.ts';
import { addEditPages } from './edit-pages.ts';
import { addErasurePage } from './erasure-pages.ts';
import { addFindingPages } from './finding-pages.ts';
import { addFirstStepsPages } from './first-steps-pages.ts';
import { addGroupPages } from './group-pages.ts';
import { addHealthPages } from './health-pages.ts';
import { addInventoryPages } from './inventory-pages.ts';
import { addIssuerPages } from './issuer-pages.ts';
import { addKeyPages } from './key-pages.ts';
import { addKillPages } from './kill-pages.ts';
import { addLegalHoldPages } from './legal-hold-pages.ts';
import { addConsoleExports } from './list-exports.ts';
import { addMcpServerPages } from './mcp-server-pages.ts';
import { addNarrowingPages } from './narrowing-pages.ts';
import { addOverviewPages } from './overview-pages.ts';
import { addPeerPages } from './peer-pages.ts';
import { addPeopleBulk } from './people-bulk.ts';
import { addPeoplePages } from './people-pages.ts';
import { addPersonForms } from './person-forms.ts';
import { addPolicyPages } from './policy-pages.ts';
import { addRegistrationTokenPages } from './registration-token-pages.ts';
import { addReplayPages } from './replay-pages.ts';
import { addResponsePages } from './response-pages.ts';
import { addResponseRulePages } from './response-rule-pages.ts';
import { addReviewItemPages } from './review-item-pages.ts';
import { addReviewPages } from './review-pages.ts';
import { addSearchPage } from './search-pages.ts';
import { addServerForms } from './server-forms.ts';
import { addServerPages } from './server-pages.ts';
import { addSignalReceiverPages } from './signal-receiver-pages.ts';
import { addTryPage } from './simulate-page.ts';
import { addTryUsePage } from './simulate-use-page.ts';
import { addStyleguidePage } from './styleguide-page.ts';
import { addSuccessorPages } from './successor-pages.ts';
import { addTargetPages } from './target-pages.ts';
import { addTransactionFiles } from './transaction-files.ts';
import { addTransactionList } from './transaction-list.ts';
import { addTransactionPage } from './transaction-pages.ts';
import { addTransmitterPages } from './transmitter-pages.ts';
import { addUpstreamLinkPage } from './upstream-link-page.ts';
import { addUpstreamPages } from './upstream-pages.ts';
import { addWebhookPages } from './webhook-pages.ts';

/**
 * The accounts that see a place in the navigation: those that may make the call (`all`: for all objects), or those for which
 * the function returns true.
 */
type SeenBy = readonly [operation: OperationId, reach?: 'all'] | ((account: Account) => boolean);

type ConsolePages = {
  /** Adds the pages, and the forms behind them. */
  readonly add: (parts: PageParts) => void;
  /** Places that some viewers do not see. */
  readonly places?: { readonly [P in ConsolePlace]?: SeenBy };
};

export const CONSOLE_PAGES: readonly ConsolePages[] = [
  { add: addOverviewPages },
  { add: addFirstStepsPages },
  { add: addFindingPages },
  { add: addInventoryPages, places: { inventories: ['listInventoryEntries'] } },
  { add: addReviewItemPages },
  { add: addReviewPages, places: { reviews: ['listReviews'] } },
  { add: addSearchPage },
  { add: addConsoleExports },
  // Before the page of one agent, so that `new` and `bulk` are not read as ids.
  { add: addConsoleForms },
  { add: addAgentsImport },
  { add: addBulkPages },
  { add: addEditPages },
  { add: addCredentialRotation },
  { add: addAgentSecretPages },
  { add: addApprovalsPage, places: { approvals: ['listApprovals', 'all'] } },
  { add: addAbsencePages, places: { absences: ['listAbsences', 'all'] } },
  { add: addBreakGlassPages, places: { 'break-glass': seesBreakGlass } },
  { add: addPolicyPages, places: { versions: ['getPolicySet'] } },
  { add: addTryPage, places: { try: ['simulatePolicies'] } },
  { add: addTryUsePage, places: { 'try-use': ['simulatePolicies'] } },
  { add: addReplayPages, places: { replay: ['replayPolicies'] } },
  { add: addResponseRulePages, places: { 'response-rules': ['listResponseRules'] } },
  { add: addResponsePages, places: { responses: ['listResponses', 'all'] } },
  // Before the page of one person, so that `disable` is not read as an id.
  { add: addPersonForms },
  { add: addUpstreamLinkPage },
  { add: addPeopleBulk },
  { add: addPeoplePages, places: { people: ['listAccounts'] } },
  { add: addGroupPages },
  { add: addDirectoryPages, places: { directories: ['listDirectories'] } },
  { add: addSuccessorPages, places: { 'successor-rules': ['listSuccessorRules'] } },
  { add: addUpstreamPages, places: { 'sign-in': ['listUpstreams'] } },
  { add: addBlueprintForms },
  { add: addBlueprintPages, places: { blueprints: ['listBlueprints'] } },
  { add: addBudgetPages, places: { budgets: ['listBudgets'] } },
  { add: addClientForms },
  { add: addClientPages, places: { clients: ['listClients'] } },
  { add: addServerForms },
  { add: addMcpServerPages },
  { add: addServerPages, places: { servers: ['listResourceServers'] } },
  {
    add: addRegistrationTokenPages,
    places: { 'registration-tokens': ['listInitialAccessTokens'] },
  },
  { add: addPeerPages, places: { peers: ['listPeers'] } },
  { add: addSignalReceiverPages, places: { signals: ['listSignalReceivers'] } },
  { add: addTargetPages, places: { 'provisioning-targets': ['listProvisioningTargets'] } },
  { add: addTransmitterPages, places: { transmitters: ['listTrustedTransmitters'] } },
  { add: addIssuerPages, places: { issuers: ['listTrustedIssuers'] } },
  { add: addDeadLetterPages, places: { 'dead-letters': ['listDeadLetters'] } },
  { add: addWebhookPages, places: { webhooks: ['listWebhooks'] } },
  { add: addAuditSinkPages, places: { 'audit-sinks': ['listAuditSinks'] } },
  { add: addKeyPages, places: { keys: ['listKeys'] } },
  { add: addHealthPages, places: { server: ['getServer'] } },
  { add: addKillPages, places: { kills: ['listKills', 'all'] } },
  { add: addErasurePage },
  { add: addAuditEventPage },
  { add: addAuditPages, places: { auditLog: ['listAuditEvents'] } },
  { add: addLegalHoldPages, places: { 'legal-holds': ['listLegalHolds'] } },
  { add: addTransactionList, places: { transactions: ['listTransactions'] } },
  { add: addTransactionPage },
  { add: addTransactionFiles },
  // Before the page of one delegation, so that `end` is not read as an id.
  { add: addDelegationBulk },
  { add: addNarrowingPages },
  { add: addDelegationPages, places: { delegations: ['listDelegations'] } },
  { add: addStyleguidePage },
  { add: addAgentPages },
];

const SEEN_BY: { readonly [P in ConsolePlace]?: SeenBy } = Object.assign({}, ...CONSOLE_PAGES.map((row) => row.places));

/** Whether the navigation shows a place to the account. */
export const isSeen = (calls: Pick<ConsoleCalls, 'may' | 'mayAll'>, place: ConsolePlace, account: Account): boolean => {
  const by = SEEN_BY[place];
  if (by === undefined) return true;
  if (typeof by === 'function') return by(account);
  const [operation, reach] = by;
  return reach === undefined ? calls.may(operation, account) : calls.mayAll(operation, account);
};
