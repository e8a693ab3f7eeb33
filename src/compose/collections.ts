/**
 * The registry of collections. Each collection declares all its properties beside its noun; this file derives every list of
 * collections. Add a new one to `COLLECTIONS`: a test fails without it.
 */

import { ABSENCES } from '../domain/approvals/absence.ts';
import { APPROVALS } from '../domain/approvals/approval.ts';
import { ACCESS_REQUESTS } from '../domain/approvals/authzen/access-request.ts';
import { STANDING_APPROVALS } from '../domain/approvals/standing-approval.ts';
import { LEGAL_HOLDS } from '../domain/audit/archive/legal-hold.ts';
import { AUDIT_RECORDS } from '../domain/audit/audit-record.ts';
import { AUDIT_BEGINNING } from '../domain/audit/beginning.ts';
import { OUTCOME_COUNTS } from '../domain/audit/outcome-counts.ts';
import { AUDIT_SEARCH_INDEX, AUDIT_SEARCH_POSTINGS } from '../domain/audit/search/search-documents.ts';
import {
  LOG_BUNDLES,
  LOG_TILES,
  SHOWN_CHECKPOINTS,
  TRANSPARENCY_LOGS,
} from '../domain/audit/transparency-log/log-documents.ts';
import { BUDGET_MARK, BUDGET_USE, BUDGETS } from '../domain/authority/budgets/budget.ts';
import { ASKED_AGAIN } from '../domain/authority/consent/asked-again.ts';
import { CONSENTS } from '../domain/authority/consent/remembered-consent.ts';
import { DELEGATIONS } from '../domain/authority/delegation/delegation.ts';
import { GRANT_USE } from '../domain/authority/grants/grant-last-used.ts';
import { SCOPE_USE } from '../domain/authority/grants/scope-last-used.ts';
import { ACTIVE_POLICY, POLICY_SETS } from '../domain/authority/policy/policy-set.ts';
import { KILLS } from '../domain/authority/revocation/kill.ts';
import { STATUS_LIST_ENTRIES } from '../domain/authority/status-lists/status-list.ts';
import { TRANSACTIONS } from '../domain/authority/transactions/transaction.ts';
import { AGENTS } from '../domain/clients/agents/agent.ts';
import { AGENT_USE } from '../domain/clients/agents/agent-last-used.ts';
import { CREDENTIAL_USE } from '../domain/clients/agents/credential-last-used.ts';
import { HAND_OVERS } from '../domain/clients/agents/hand-overs.ts';
import { OFFBOARDINGS } from '../domain/clients/agents/offboarding.ts';
import { BLUEPRINT_VERSIONS, BLUEPRINTS } from '../domain/clients/blueprints/blueprint.ts';
import { CLIENTS } from '../domain/clients/clients/client.ts';
import { CLIENT_SNAPSHOTS } from '../domain/clients/clients/metadata-documents.ts';
import { DIRECTORY_AGENTS } from '../domain/clients/directory-agents/directory-agent.ts';
import { INSTANCE_SLOTS, INSTANCES } from '../domain/clients/instances/instance.ts';
import { ACCOUNT_LINKS } from '../domain/clients/peers/account-links.ts';
import { ENDED_ACCOUNT_LINKS } from '../domain/clients/peers/ended-links.ts';
import { PEERS } from '../domain/clients/peers/peer.ts';
import { INITIAL_ACCESS_TOKENS } from '../domain/clients/registration/initial-access-tokens.ts';
import { REGISTRATIONS } from '../domain/clients/registration/registrations.ts';
import { REPEATABLE_REGISTRATIONS } from '../domain/clients/registration/repeatable-registration.ts';
import { SUCCESSIONS, SUCCESSOR_RULES } from '../domain/clients/successors/successor-rule.ts';
import { TRUSTED_ISSUERS } from '../domain/clients/workload-identity/trusted-issuer.ts';
import { CLIENT_ACTIVITY } from '../domain/governance/client-activity.ts';
import { DISCOVERY_STATES } from '../domain/governance/discovery-lock.ts';
import { FINDINGS } from '../domain/governance/finding.ts';
import { INVENTORY_ENTRIES } from '../domain/governance/inventory.ts';
import { AGENT_FACTS } from '../domain/governance/responses/agent-facts.ts';
import { FLEET_NETWORKS } from '../domain/governance/responses/fleet-networks.ts';
import { PERSON_FACTS } from '../domain/governance/responses/person-facts.ts';
import { RESPONSE_BRAKE, RESPONSES } from '../domain/governance/responses/response.ts';
import { RESPONSE_RULES } from '../domain/governance/responses/response-rule.ts';
import { KEPT_DELEGATIONS } from '../domain/governance/reviews/own-review.ts';
import { REVIEW_ITEMS, REVIEWS } from '../domain/governance/reviews/review.ts';
import { REVIEW_ALLOWANCE } from '../domain/governance/reviews/review-allowance.ts';
import { ACCOUNTS } from '../domain/identity/accounts/account.ts';
import { MAIL_LINKS } from '../domain/identity/accounts/mail-links.ts';
import { DIRECTORIES, DIRECTORY_ACCOUNTS, DIRECTORY_ACTIVITY } from '../domain/identity/directories/directory.ts';
import { DIRECTORY_GROUPS, DIRECTORY_MEMBERSHIPS } from '../domain/identity/directories/directory-group.ts';
import { DIRECTORY_SECRETS } from '../domain/identity/directories/directory-secrets.ts';
import { DIRECTORY_DRY_RUNS } from '../domain/identity/directories/dry-run.ts';
import { GROUP_CHANGES } from '../domain/identity/directories/group-changes.ts';
import { FACTORS } from '../domain/identity/factors/factor.ts';
import { GROUPS } from '../domain/identity/groups/group.ts';
import { SESSIONS } from '../domain/identity/sessions/session.ts';
import { UPSTREAM_LINKS } from '../domain/identity/upstream/upstream-links.ts';
import { UPSTREAMS } from '../domain/identity/upstream/upstream-provider.ts';
import { AUDIT_SINK_CURSORS, AUDIT_SINKS } from '../domain/notifications/audit-sinks/audit-sink.ts';
import { NOTIFICATIONS } from '../domain/notifications/notification.ts';
import { NOTIFICATION_CHOICES } from '../domain/notifications/notification-choices.ts';
import { PUSH_KEYS } from '../domain/notifications/push-keys.ts';
import { PUSH_SUBSCRIPTIONS } from '../domain/notifications/push-subscription.ts';
import { WEBHOOKS } from '../domain/notifications/webhook.ts';
import { TURNS } from '../domain/platform/cluster/mutex.ts';
import { NODES } from '../domain/platform/cluster/node-registry.ts';
import { IMPORTS } from '../domain/platform/data-transfer/import-mark.ts';
import { VERIFIED_NAMES } from '../domain/platform/display-names/verified-names.ts';
import { EPOCHS } from '../domain/platform/epochs/epoch.ts';
import { DELIVERIES, DELIVERY_QUEUES } from '../domain/platform/outbox/delivery.ts';
import { MIGRATIONS } from '../domain/platform/retention/migrations.ts';
import type { CachedReads, OwnedCollection, Transfer } from '../domain/ports/owned-collection.ts';
import {
  PROVISIONED_OBJECTS,
  PROVISIONING_STATES,
  PROVISIONING_TARGETS,
} from '../domain/provisioning/provisioning-target.ts';
import { REPORT_CLAIMS } from '../domain/resources/reports/report.ts';
import { RESOURCE_SERVERS } from '../domain/resources/resource-servers/resource-server.ts';
import { ACCOUNT_SIGNALS } from '../domain/signals/receiver/account-signals.ts';
import { TRANSMITTER_POLLS } from '../domain/signals/receiver/poll-state.ts';
import { SIGNALS, TRANSMITTER_ACTIVITY, TRUSTED_TRANSMITTERS } from '../domain/signals/receiver/transmitter.ts';
import { SIGNAL_RECEIVERS, SIGNAL_STREAM_STATES, SIGNAL_STREAMS } from '../domain/signals/transmitter/signal-stream.ts';
import { INSTALLATION } from '../first-start.ts';
import { CONSUMPTIONS, GRANTS, PROVIDER_RECORDS, REVOKED_TOKENS } from '../provider/seam/records.ts';
import { SIGNING_KEYS } from '../provider/tokens/signing-keys.ts';

export const COLLECTIONS = [
  INSTALLATION,
  SIGNING_KEYS,
  ACCOUNTS,
  FACTORS,
  GROUPS,
  DIRECTORIES,
  DIRECTORY_ACCOUNTS,
  DIRECTORY_ACTIVITY,
  DIRECTORY_DRY_RUNS,
  DIRECTORY_GROUPS,
  DIRECTORY_MEMBERSHIPS,
  GROUP_CHANGES,
  DIRECTORY_SECRETS,
  DIRECTORY_AGENTS,
  PROVISIONING_TARGETS,
  PROVISIONING_STATES,
  PROVISIONED_OBJECTS,
  FINDINGS,
  INVENTORY_ENTRIES,
  REVIEWS,
  REVIEW_ITEMS,
  REVIEW_ALLOWANCE,
  KEPT_DELEGATIONS,
  CLIENT_ACTIVITY,
  AGENT_FACTS,
  FLEET_NETWORKS,
  PERSON_FACTS,
  RESPONSE_RULES,
  RESPONSES,
  RESPONSE_BRAKE,
  DISCOVERY_STATES,
  VERIFIED_NAMES,
  CLIENTS,
  BLUEPRINTS,
  BLUEPRINT_VERSIONS,
  TRUSTED_ISSUERS,
  PEERS,
  ACCOUNT_LINKS,
  ENDED_ACCOUNT_LINKS,
  UPSTREAMS,
  UPSTREAM_LINKS,
  TRUSTED_TRANSMITTERS,
  TRANSMITTER_ACTIVITY,
  TRANSMITTER_POLLS,
  SIGNALS,
  ACCOUNT_SIGNALS,
  CREDENTIAL_USE,
  AGENTS,
  AGENT_USE,
  INITIAL_ACCESS_TOKENS,
  REGISTRATIONS,
  REPEATABLE_REGISTRATIONS,
  RESOURCE_SERVERS,
  POLICY_SETS,
  ACTIVE_POLICY,
  BUDGETS,
  BUDGET_MARK,
  BUDGET_USE,
  CLIENT_SNAPSHOTS,
  CONSENTS,
  ASKED_AGAIN,
  INSTANCES,
  INSTANCE_SLOTS,
  SESSIONS,
  GRANTS,
  GRANT_USE,
  SCOPE_USE,
  DELEGATIONS,
  TRANSACTIONS,
  ABSENCES,
  APPROVALS,
  STANDING_APPROVALS,
  ACCESS_REQUESTS,
  REPORT_CLAIMS,
  STATUS_LIST_ENTRIES,
  PROVIDER_RECORDS,
  REVOKED_TOKENS,
  CONSUMPTIONS,
  OFFBOARDINGS,
  SUCCESSOR_RULES,
  SUCCESSIONS,
  HAND_OVERS,
  MAIL_LINKS,
  WEBHOOKS,
  AUDIT_SINKS,
  AUDIT_SINK_CURSORS,
  SIGNAL_RECEIVERS,
  SIGNAL_STREAMS,
  SIGNAL_STREAM_STATES,
  PUSH_KEYS,
  PUSH_SUBSCRIPTIONS,
  NOTIFICATION_CHOICES,
  NOTIFICATIONS,
  DELIVERIES,
  DELIVERY_QUEUES,
  KILLS,
  EPOCHS,
  OUTCOME_COUNTS,
  AUDIT_RECORDS,
  // After the records: a copy of them may then have more than the statement needs, and never less.
  AUDIT_BEGINNING,
  LEGAL_HOLDS,
  AUDIT_SEARCH_INDEX,
  AUDIT_SEARCH_POSTINGS,
  TRANSPARENCY_LOGS,
  LOG_BUNDLES,
  LOG_TILES,
  SHOWN_CHECKPOINTS,
  NODES,
  TURNS,
  IMPORTS,
  MIGRATIONS,
] as const satisfies readonly OwnedCollection[];

const ALL: readonly OwnedCollection[] = COLLECTIONS;

/** Name of a collection that a service sweeps, because removal depends on more than the age of a document. */
export type SweptByService = Extract<
  (typeof COLLECTIONS)[number],
  { readonly retention: { readonly removedBy: 'own sweep' } }
>['name'];

const transferredAs = (...kinds: readonly Transfer[]): readonly OwnedCollection[] =>
  ALL.filter(({ transfer }) => kinds.includes(transfer));

/** In the order in which a transfer to another store copies them (`Transfer`). */
export const TRANSFERRED: readonly OwnedCollection[] = [
  ...transferredAs('gives authority', 'neither'),
  ...transferredAs('removes authority'),
  ...transferredAs('log'),
];

/** Collections that are of no use in another store. */
export const NODE_LOCAL: readonly OwnedCollection[] = ALL.filter(({ transfer }) => typeof transfer === 'object');

/** Names of the collections with linearizable reads. */
export const LINEARIZABLE: readonly string[] = ALL.filter(({ consistency }) => consistency === 'linearizable').map(
  ({ name }) => name,
);

/** Cached collections. All processes on one MongoDB must have the same list. */
export const CACHED: readonly (CachedReads & { readonly name: string })[] = ALL.flatMap(({ name, cached }) =>
  cached === false ? [] : [{ name, ...(cached === true ? {} : cached) }],
);
