/**
 * Every collection there is, in the order in which they are moved to another store. A new one belongs here: the test of
 * this list fails without it, and a move would leave its documents behind.
 */

import { ACCOUNTS } from '../domain/accounts/account.ts';
import { MAIL_LINKS } from '../domain/accounts/mail-links.ts';
import { AGENTS } from '../domain/agents/agent.ts';
import { AGENT_USE } from '../domain/agents/agent-last-used.ts';
import { CREDENTIAL_USE } from '../domain/agents/credential-last-used.ts';
import { HAND_OVERS } from '../domain/agents/hand-overs.ts';
import { OFFBOARDINGS } from '../domain/agents/offboarding.ts';
import { ABSENCES } from '../domain/approvals/absence.ts';
import { APPROVALS } from '../domain/approvals/approval.ts';
import { STANDING_APPROVALS } from '../domain/approvals/standing-approval.ts';
import { AUDIT_RECORDS } from '../domain/audit/audit-record.ts';
import { OUTCOME_COUNTS } from '../domain/audit/outcome-counts.ts';
import { ACCESS_REQUESTS } from '../domain/authzen/access-request.ts';
import { BLUEPRINT_VERSIONS, BLUEPRINTS } from '../domain/blueprints/blueprint.ts';
import { BUDGET_MARK, BUDGET_USE, BUDGETS } from '../domain/budgets/budget.ts';
import { CLIENTS } from '../domain/clients/client.ts';
import { CLIENT_SNAPSHOTS } from '../domain/clients/metadata-documents.ts';
import { TURNS } from '../domain/cluster/mutex.ts';
import { NODES } from '../domain/cluster/node-registry.ts';
import { ASKED_AGAIN } from '../domain/consent/asked-again.ts';
import { CONSENTS } from '../domain/consent/remembered-consent.ts';
import { IMPORTS } from '../domain/data-transfer/import-mark.ts';
import { DELEGATIONS } from '../domain/delegation/delegation.ts';
import { VERIFIED_NAMES } from '../domain/display-names/verified-names.ts';
import { FACTORS } from '../domain/factors/factor.ts';
import { GRANT_USE } from '../domain/grants/grant-last-used.ts';
import { GROUPS } from '../domain/groups/group.ts';
import { INSTANCE_SLOTS, INSTANCES } from '../domain/instances/instance.ts';
import { DELIVERIES, DELIVERY_QUEUES } from '../domain/notifications/delivery.ts';
import { NOTIFICATIONS } from '../domain/notifications/notification.ts';
import { PUSH_KEYS } from '../domain/notifications/push-keys.ts';
import { PUSH_SUBSCRIPTIONS } from '../domain/notifications/push-subscription.ts';
import { WEBHOOKS } from '../domain/notifications/webhook.ts';
import { ACCOUNT_LINKS } from '../domain/peers/account-links.ts';
import { ENDED_ACCOUNT_LINKS } from '../domain/peers/ended-links.ts';
import { PEERS } from '../domain/peers/peer.ts';
import { ACTIVE_POLICY, POLICY_SETS } from '../domain/policy/policy-set.ts';
import type { CollectionDeclaration } from '../domain/ports/document-store.ts';
import { INITIAL_ACCESS_TOKENS } from '../domain/registration/initial-access-tokens.ts';
import { REGISTRATIONS } from '../domain/registration/registrations.ts';
import { REPEATABLE_REGISTRATIONS } from '../domain/registration/repeatable-registration.ts';
import { RESOURCE_SERVERS } from '../domain/resource-servers/resource-server.ts';
import { MIGRATIONS } from '../domain/retention/migrations.ts';
import { EPOCHS } from '../domain/revocation/epoch.ts';
import { KILLS } from '../domain/revocation/kill.ts';
import { SESSIONS } from '../domain/sessions/session.ts';
import { UPSTREAM_LINKS } from '../domain/upstream/upstream-links.ts';
import { UPSTREAMS } from '../domain/upstream/upstream-provider.ts';
import { TRUSTED_ISSUERS } from '../domain/workload-identity/trusted-issuer.ts';
import { INSTALLATION } from '../first-start.ts';
import { CONSUMPTIONS, GRANTS, PROVIDER_RECORDS, REVOKED_TOKENS } from '../provider/records.ts';
import { SIGNING_KEYS } from '../provider/signing-keys.ts';

/** What gives authority first, what takes it away behind that, and the audit log, which is ahead of both, last. */
export const TRANSFERRED: readonly CollectionDeclaration[] = [
  INSTALLATION,
  SIGNING_KEYS,
  ACCOUNTS,
  FACTORS,
  GROUPS,
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
  DELEGATIONS,
  ABSENCES,
  APPROVALS,
  STANDING_APPROVALS,
  ACCESS_REQUESTS,
  PROVIDER_RECORDS,
  REVOKED_TOKENS,
  CONSUMPTIONS,
  OFFBOARDINGS,
  HAND_OVERS,
  MAIL_LINKS,
  WEBHOOKS,
  PUSH_KEYS,
  PUSH_SUBSCRIPTIONS,
  NOTIFICATIONS,
  DELIVERIES,
  DELIVERY_QUEUES,
  KILLS,
  EPOCHS,
  OUTCOME_COUNTS,
  AUDIT_RECORDS,
];

/** About the processes at work on one store, and so of no use in another. */
export const NODE_LOCAL: readonly CollectionDeclaration[] = [NODES, TURNS, IMPORTS, MIGRATIONS];
