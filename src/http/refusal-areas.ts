/**
 * Every reason of a refusal on a page, with its words in German. Each noun declares its table beside its code. A reason
 * without words does not compile.
 */

import { LAYER_STATEMENTS_GERMAN, ROUTE_STATEMENTS_GERMAN } from '../../views/words/decision-layers.ts';
import {
  ABSENCE_GERMAN,
  ACCESS_REQUEST_GERMAN,
  APPROVAL_GERMAN,
  BREAK_GLASS_GERMAN,
  BUDGET_GERMAN,
  CONSENT_GERMAN,
  DELEGATION_GERMAN,
  GRANT_GERMAN,
  KILL_GERMAN,
  POLICY_GERMAN,
  REPORT_GERMAN,
  REVOCATION_FEED_GERMAN,
  SIMULATION_GERMAN,
  STATUS_LIST_GERMAN,
  TARGET_GERMAN,
  TRANSACTION_GERMAN,
} from '../../views/words/refusals/authority.ts';
import {
  AGENT_GERMAN,
  AUDIT_SINK_GERMAN,
  BLUEPRINT_GERMAN,
  CLIENT_GERMAN,
  CREDENTIAL_GERMAN,
  INSTANCE_GERMAN,
  LEGAL_HOLD_GERMAN,
  LINK_GERMAN,
  METADATA_DOCUMENT_GERMAN,
  NOTIFICATION_GERMAN,
  PEER_GERMAN,
  PUSH_GERMAN,
  TRUSTED_ISSUER_GERMAN,
} from '../../views/words/refusals/clients.ts';
import { FINDING_GERMAN, RESPONSE_GERMAN, REVIEW_GERMAN } from '../../views/words/refusals/governance.ts';
import {
  ACCOUNT_GERMAN,
  DIRECTORY_GERMAN,
  FACTOR_GERMAN,
  GROUP_GERMAN,
  INTERACTION_GERMAN,
  PROVIDER_GERMAN,
  SCIM_GERMAN,
  SIGN_IN_GERMAN,
  TRANSMITTER_GERMAN,
  UPSTREAM_GERMAN,
} from '../../views/words/refusals/identity.ts';
import {
  ACCOUNT_PAGE_GERMAN,
  BEARER_GERMAN,
  CONSOLE_GERMAN,
  FORM_GERMAN,
  MANAGEMENT_GERMAN,
  PAGE_GERMAN,
} from '../../views/words/refusals/pages.ts';
import {
  AUDIT_GERMAN,
  BACKUP_GERMAN,
  CERTIFICATE_GERMAN,
  CLAIM_RULE_GERMAN,
  DOCUMENT_GERMAN,
  FETCH_GERMAN,
  FIELD_GERMAN,
  JSON_GERMAN,
  KEY_GERMAN,
  MCP_SERVER_GERMAN,
  NAME_GERMAN,
  POLICY_TEXT_GERMAN,
  RATE_LIMIT_GERMAN,
  RESOURCE_SERVER_GERMAN,
} from '../../views/words/refusals/platform.ts';
import { PROVISIONING_GERMAN, TOKEN_CLIENT_GERMAN } from '../../views/words/refusals/provisioning.ts';
import { REGISTRATION_GERMAN } from '../../views/words/refusals/registration.ts';
import { DETAIL_GERMAN, DETAIL_TYPE_GERMAN, DISPLAY_GERMAN } from '../../views/words/refusals/resources.ts';
import { SIGNAL_GERMAN } from '../../views/words/refusals/signals.ts';
import { SIMULATION_STATEMENTS_GERMAN } from '../../views/words/refusals/simulation-statements.ts';
import { STEP_UP_GERMAN } from '../../views/words/refusals/step-ups.ts';
import { SUCCESSOR_GERMAN } from '../../views/words/refusals/successors.ts';
import type { German } from '../../views/words/refusals.ts';
import { ABSENCE_REFUSALS } from '../domain/approvals/absence-refusals.ts';
import { APPROVAL_REFUSALS } from '../domain/approvals/approval-refusals.ts';
import { ACCESS_REQUEST_REFUSALS } from '../domain/approvals/authzen/access-request-refusals.ts';
import { BREAK_GLASS_REFUSALS } from '../domain/approvals/break-glass-refusals.ts';
import { AUDIT_REFUSALS } from '../domain/audit/audit-refusals.ts';
import { BUDGET_REFUSALS } from '../domain/authority/budgets/budget-refusals.ts';
import { CONSENT_REFUSALS } from '../domain/authority/consent/consent-refusals.ts';
import { LAYER_STATEMENTS } from '../domain/authority/decision/layers.ts';
import { ROUTE_STATEMENTS } from '../domain/authority/decision/routes.ts';
import { SIMULATION_REFUSALS } from '../domain/authority/decision/simulation-refusals.ts';
import { SIMULATION_STATEMENTS } from '../domain/authority/decision/simulation-statements.ts';
import { TARGET_REFUSALS } from '../domain/authority/decision/target-refusals.ts';
import { DELEGATION_REFUSALS } from '../domain/authority/delegation/delegation-refusals.ts';
import { GRANT_REFUSALS } from '../domain/authority/grants/grant-refusals.ts';
import { POLICY_REFUSALS } from '../domain/authority/policy/policy-refusals.ts';
import { KILL_REFUSALS } from '../domain/authority/revocation/kill-refusals.ts';
import { REVOCATION_FEED_REFUSALS } from '../domain/authority/revocation-feed/feed-refusals.ts';
import { STATUS_LIST_REFUSALS } from '../domain/authority/status-lists/status-list-refusals.ts';
import { STEP_UP_REFUSALS } from '../domain/authority/step-ups/step-up-refusals.ts';
import { TRANSACTION_REFUSALS } from '../domain/authority/transactions/transaction-refusals.ts';
import { AGENT_REFUSALS } from '../domain/clients/agents/agent-refusals.ts';
import { CREDENTIAL_REFUSALS } from '../domain/clients/agents/credential-refusals.ts';
import { BLUEPRINT_REFUSALS } from '../domain/clients/blueprints/blueprint-refusals.ts';
import { CLIENT_REFUSALS } from '../domain/clients/clients/client-refusals.ts';
import { METADATA_DOCUMENT_REFUSALS } from '../domain/clients/clients/metadata-document-refusals.ts';
import { INSTANCE_REFUSALS } from '../domain/clients/instances/instance-refusals.ts';
import { LINK_REFUSALS } from '../domain/clients/peers/link-refusals.ts';
import { PEER_REFUSALS } from '../domain/clients/peers/peer-refusals.ts';
import { REGISTRATION_REFUSALS } from '../domain/clients/registration/registration-refusals.ts';
import { SUCCESSOR_REFUSALS } from '../domain/clients/successors/successor-refusals.ts';
import { TRUSTED_ISSUER_REFUSALS } from '../domain/clients/workload-identity/trusted-issuer-refusals.ts';
import { FINDING_REFUSALS } from '../domain/governance/finding-refusals.ts';
import { RESPONSE_REFUSALS } from '../domain/governance/responses/response-refusals.ts';
import { REVIEW_REFUSALS } from '../domain/governance/reviews/review-refusals.ts';
import { ACCOUNT_REFUSALS } from '../domain/identity/accounts/account-refusals.ts';
import { SIGN_IN_REFUSALS } from '../domain/identity/accounts/sign-in-refusals.ts';
import { DIRECTORY_REFUSALS } from '../domain/identity/directories/directory-refusals.ts';
import { FACTOR_REFUSALS } from '../domain/identity/factors/factor-refusals.ts';
import { GROUP_REFUSALS } from '../domain/identity/groups/group-refusals.ts';
import { SCIM_REFUSALS } from '../domain/identity/scim/scim-refusals.ts';
import { UPSTREAM_REFUSALS } from '../domain/identity/upstream/upstream-refusals.ts';
import { AUDIT_SINK_REFUSALS } from '../domain/notifications/audit-sinks/sink-refusals.ts';
import { NOTIFICATION_REFUSALS } from '../domain/notifications/notification-refusals.ts';
import { PUSH_REFUSALS } from '../domain/notifications/push-refusals.ts';
import { CERTIFICATE_REFUSALS } from '../domain/platform/certificates/certificate-refusals.ts';
import { NAME_REFUSALS } from '../domain/platform/display-names/name-refusals.ts';
import { LEGAL_HOLD_REFUSALS } from '../domain/platform/legal-holds/hold-refusals.ts';
import { TOKEN_CLIENT_REFUSALS } from '../domain/platform/outbound-tokens/token-client-refusals.ts';
import { RATE_LIMIT_REFUSALS } from '../domain/platform/rate-limits/rate-limit-refusals.ts';
import { DOCUMENT_REFUSALS } from '../domain/platform/registries/document-refusals.ts';
import { CLAIM_RULE_REFUSALS } from '../domain/platform/remote-keys/claim-rule-refusals.ts';
import { KEY_REFUSALS } from '../domain/platform/remote-keys/key-refusals.ts';
import { BACKUP_REFUSALS } from '../domain/platform/server-state/backup-refusals.ts';
import { FETCH_REFUSALS } from '../domain/ports/fetch-refusals.ts';
import { INTERACTION_REFUSALS } from '../domain/ports/interaction-refusals.ts';
import { POLICY_TEXT_REFUSALS } from '../domain/ports/policy-text-refusals.ts';
import { PROVIDER_REFUSALS } from '../domain/ports/provider-refusals.ts';
import { PROVISIONING_REFUSALS } from '../domain/provisioning/target-refusals.ts';
import { DETAIL_REFUSALS } from '../domain/resources/authorization-details/detail-refusals.ts';
import { DETAIL_TYPE_REFUSALS } from '../domain/resources/authorization-details/detail-type-refusals.ts';
import { DISPLAY_REFUSALS } from '../domain/resources/authorization-details/display-refusals.ts';
import { MCP_SERVER_REFUSALS } from '../domain/resources/mcp-servers/mcp-server-refusals.ts';
import { REPORT_REFUSALS } from '../domain/resources/reports/report-refusals.ts';
import { RESOURCE_SERVER_REFUSALS } from '../domain/resources/resource-servers/resource-server-refusals.ts';
import { TRANSMITTER_REFUSALS } from '../domain/signals/receiver/transmitter-refusals.ts';
import { SIGNAL_REFUSALS } from '../domain/signals/transmitter/signal-refusals.ts';
import { FIELD_REFUSALS } from '../domain/vocabulary/field-refusals.ts';
import { JSON_REFUSALS } from '../domain/vocabulary/json-refusals.ts';
import type { RefusalTable } from '../domain/vocabulary/refusals.ts';
import type { StatementTable } from '../domain/vocabulary/statements.ts';
import { ACCOUNT_PAGE_REFUSALS } from './account/account-page-refusals.ts';
import { BEARER_REFUSALS } from './authentication/bearer-refusals.ts';
import { CONSOLE_REFUSALS } from './console/console-refusals.ts';
import { PAGE_REFUSALS } from './interaction/page-refusals.ts';
import { MANAGEMENT_REFUSALS } from './management/management-refusals.ts';
import { FORM_REFUSALS } from './middleware/form-refusals.ts';

export type RefusalArea = {
  readonly title: string;
  readonly table: RefusalTable;
  readonly german: Readonly<Record<string, German>>;
};

const area = <Table extends RefusalTable>(
  title: string,
  table: Table,
  german: { readonly [Reason in keyof Table]: German },
): RefusalArea => ({ title, table, german });

export const REFUSAL_AREAS: readonly RefusalArea[] = [
  area('Fields of documents and forms', FIELD_REFUSALS, FIELD_GERMAN),
  area('JSON documents', JSON_REFUSALS, JSON_GERMAN),
  area('Backups of the server', BACKUP_REFUSALS, BACKUP_GERMAN),
  area('Objects of the registries', DOCUMENT_REFUSALS, DOCUMENT_GERMAN),
  area('Names', NAME_REFUSALS, NAME_GERMAN),
  area('Public keys', KEY_REFUSALS, KEY_GERMAN),
  area('Client certificates', CERTIFICATE_REFUSALS, CERTIFICATE_GERMAN),
  area('Rules on claims', CLAIM_RULE_REFUSALS, CLAIM_RULE_GERMAN),
  area('Documents that the server fetches', FETCH_REFUSALS, FETCH_GERMAN),
  area('Rate limits', RATE_LIMIT_REFUSALS, RATE_LIMIT_GERMAN),
  area('Recording', AUDIT_REFUSALS, AUDIT_GERMAN),
  area('Resource servers', RESOURCE_SERVER_REFUSALS, RESOURCE_SERVER_GERMAN),
  area('MCP servers', MCP_SERVER_REFUSALS, MCP_SERVER_GERMAN),
  area('Types of authorization details', DETAIL_TYPE_REFUSALS, DETAIL_TYPE_GERMAN),
  area('Sentences of authorization details', DISPLAY_REFUSALS, DISPLAY_GERMAN),
  area('Authorization details of a request', DETAIL_REFUSALS, DETAIL_GERMAN),
  area('Accounts', ACCOUNT_REFUSALS, ACCOUNT_GERMAN),
  area('Signing in and passwords', SIGN_IN_REFUSALS, SIGN_IN_GERMAN),
  area('Groups', GROUP_REFUSALS, GROUP_GERMAN),
  area('Directories', DIRECTORY_REFUSALS, DIRECTORY_GERMAN),
  area('Trusted transmitters', TRANSMITTER_REFUSALS, TRANSMITTER_GERMAN),
  area('SCIM requests', SCIM_REFUSALS, SCIM_GERMAN),
  area('Second factors', FACTOR_REFUSALS, FACTOR_GERMAN),
  area('Upstream providers', PROVIDER_REFUSALS, PROVIDER_GERMAN),
  area('Sign-in at upstream providers', UPSTREAM_REFUSALS, UPSTREAM_GERMAN),
  area('Interactions of the authorization endpoint', INTERACTION_REFUSALS, INTERACTION_GERMAN),
  area('Agents', AGENT_REFUSALS, AGENT_GERMAN),
  area('Proofs of clients and tokens', CREDENTIAL_REFUSALS, CREDENTIAL_GERMAN),
  area('Instances of agents', INSTANCE_REFUSALS, INSTANCE_GERMAN),
  area('Blueprints', BLUEPRINT_REFUSALS, BLUEPRINT_GERMAN),
  area('Clients', CLIENT_REFUSALS, CLIENT_GERMAN),
  area('Client metadata documents', METADATA_DOCUMENT_REFUSALS, METADATA_DOCUMENT_GERMAN),
  area('Registration of clients', REGISTRATION_REFUSALS, REGISTRATION_GERMAN),
  area('Trusted issuers', TRUSTED_ISSUER_REFUSALS, TRUSTED_ISSUER_GERMAN),
  area('Peers', PEER_REFUSALS, PEER_GERMAN),
  area('Subject links', LINK_REFUSALS, LINK_GERMAN),
  area('Notifications', NOTIFICATION_REFUSALS, NOTIFICATION_GERMAN),
  area('Legal holds', LEGAL_HOLD_REFUSALS, LEGAL_HOLD_GERMAN),
  area('Audit sinks', AUDIT_SINK_REFUSALS, AUDIT_SINK_GERMAN),
  area('Successor rules', SUCCESSOR_REFUSALS, SUCCESSOR_GERMAN),
  area('Provisioning targets', PROVISIONING_REFUSALS, PROVISIONING_GERMAN),
  area('Short access tokens from elsewhere', TOKEN_CLIENT_REFUSALS, TOKEN_CLIENT_GERMAN),
  area('Findings', FINDING_REFUSALS, FINDING_GERMAN),
  area('Response rules and responses', RESPONSE_REFUSALS, RESPONSE_GERMAN),
  area('Access reviews', REVIEW_REFUSALS, REVIEW_GERMAN),
  area('Shared Signals', SIGNAL_REFUSALS, SIGNAL_GERMAN),
  area('Push messages', PUSH_REFUSALS, PUSH_GERMAN),
  area('Consent', CONSENT_REFUSALS, CONSENT_GERMAN),
  area('Delegations', DELEGATION_REFUSALS, DELEGATION_GERMAN),
  area('Step-ups', STEP_UP_REFUSALS, STEP_UP_GERMAN),
  area('Grants', GRANT_REFUSALS, GRANT_GERMAN),
  area('Kill switch', KILL_REFUSALS, KILL_GERMAN),
  area('Budgets', BUDGET_REFUSALS, BUDGET_GERMAN),
  area('Transactions', TRANSACTION_REFUSALS, TRANSACTION_GERMAN),
  area('Policies', POLICY_REFUSALS, POLICY_GERMAN),
  area('Texts of policies', POLICY_TEXT_REFUSALS, POLICY_TEXT_GERMAN),
  area('Simulations', SIMULATION_REFUSALS, SIMULATION_GERMAN),
  area('Resources of token requests', TARGET_REFUSALS, TARGET_GERMAN),
  area('Approvals', APPROVAL_REFUSALS, APPROVAL_GERMAN),
  area('Absences', ABSENCE_REFUSALS, ABSENCE_GERMAN),
  area('Break-glass', BREAK_GLASS_REFUSALS, BREAK_GLASS_GERMAN),
  area('Access requests', ACCESS_REQUEST_REFUSALS, ACCESS_REQUEST_GERMAN),
  area('Revocation feed', REVOCATION_FEED_REFUSALS, REVOCATION_FEED_GERMAN),
  area('Token Status Lists', STATUS_LIST_REFUSALS, STATUS_LIST_GERMAN),
  area('Reports of resource servers', REPORT_REFUSALS, REPORT_GERMAN),
  area('Forms', FORM_REFUSALS, FORM_GERMAN),
  area('Pages on which people sign in and consent', PAGE_REFUSALS, PAGE_GERMAN),
  area('Pages of an account', ACCOUNT_PAGE_REFUSALS, ACCOUNT_PAGE_GERMAN),
  area('Console', CONSOLE_REFUSALS, CONSOLE_GERMAN),
  area('Management API', MANAGEMENT_REFUSALS, MANAGEMENT_GERMAN),
  area('Access tokens of calls', BEARER_REFUSALS, BEARER_GERMAN),
];

export type StatementArea = { readonly table: StatementTable; readonly german: Readonly<Record<string, German>> };

const statements = <Table extends StatementTable>(
  table: Table,
  german: { readonly [Reason in keyof Table]: German },
): StatementArea => ({ table, german });

export const STATEMENT_AREAS: readonly StatementArea[] = [
  statements(LAYER_STATEMENTS, LAYER_STATEMENTS_GERMAN),
  statements(ROUTE_STATEMENTS, ROUTE_STATEMENTS_GERMAN),
  statements(SIMULATION_STATEMENTS, SIMULATION_STATEMENTS_GERMAN),
];
