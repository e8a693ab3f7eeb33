/**
 * Which audit events can end a token before its expiry, and by which of its claims a resource server recognises the
 * tokens. A table of all event types. The revocation feed consists of it: the audit log is the only list of ends.
 *
 * An entry may name too many tokens, never too few. A resource server asks introspection about each token that an entry
 * names. Where the claims of a token do not show that it depends on something, the entry names a larger set: the person,
 * the agents of an owner, or everything.
 */
import type { AuditEvent, AuditEventType } from '../../audit/audit-event.ts';
import { isDocumentId } from '../../clients/clients/metadata-document.ts';

/**
 * Kinds of ids by which a resource server recognises a token. `party`: the client, or an agent of the actor chain.
 * `subject`: the person. `key`: the key that signed the token.
 */
export const END_KINDS = [
  'token',
  'grant',
  'delegation',
  'transaction',
  'party',
  'subject',
  'instance',
  'approval',
  'account_link',
  'key',
] as const;

export type EndKind = (typeof END_KINDS)[number];

/**
 * Tokens that may have ended. `all`: every token. `audience`: all tokens for one resource server, by its id. The others
 * are found in the store: `grants_of` those of the grants of a client, `owned_by` those of the agents of an account or
 * group and of the groups of an account, `delegation_id` those of the person who made a delegation.
 */
export type Ending =
  | { readonly kind: 'all' }
  | { readonly kind: EndKind | 'audience' | 'grants_of' | 'owned_by' | 'delegation_id'; readonly id: string };

/** Equal for endings of the same tokens. */
export const endingKey = (ending: Ending): string =>
  ending.kind === 'all' ? ending.kind : `${ending.kind} ${ending.id}`;

type Rule = (event: AuditEvent) => readonly Ending[];

const ALL: readonly Ending[] = [{ kind: 'all' }];

/** Names every token where the event lacks the id. */
const by = (kind: Exclude<Ending['kind'], 'all'>, id: string | undefined): readonly Ending[] =>
  id === undefined ? ALL : [{ kind, id }];

const nothing: Rule = () => [];
const everything: Rule = () => ALL;

/** All tokens for a person, also those of agents: below a grant or a delegation, all have the same person. */
const ofSubject: Rule = ({ subject }) => by('subject', subject);

/** Tokens for an account, and those of the agents that it owns. */
const ofAccount: Rule = ({ target, subject }) => {
  const id = target?.kind === 'account' ? target.id : subject;
  return id === undefined ? ALL : [...by('subject', id), ...by('owned_by', id)];
};

/** Without a known person it has no effect. */
const ofSignal: Rule = ({ subject }) => (subject === undefined ? [] : by('subject', subject));

/** A token of an agent, or below one, names it as client or in its actor chain. */
const ofAgent: Rule = ({ agent, target }) => by('party', agent ?? target?.id);

/** A token that an agent exchanged names the grant of the client, not the client. */
const partyTokens = (id: string | undefined): readonly Ending[] =>
  id === undefined ? ALL : id.startsWith('agt_') ? by('party', id) : [...by('party', id), ...by('grants_of', id)];

const ofClient: Rule = ({ target, caller }) => partyTokens(target?.id ?? caller);

/** A read changes no member of the client, and a client may read at any rate. */
const ofManagement: Rule = (event) => (event.inputs?.['action'] === 'read' ? [] : ofClient(event));

/** An agent below another one does not name the instance of that other one. */
const ofInstance: Rule = ({ instance, agent }) => [...by('instance', instance), ...by('party', agent)];

const ofTransaction: Rule = ({ txn }) => by('transaction', txn);

const ofApproval: Rule = ({ target }) => by('approval', target?.kind === 'approval' ? target.id : undefined);

const ofGrant: Rule = ({ grant }) => by('grant', grant);
const ofKey: Rule = ({ target }) => by('key', target?.id);

const ofAudience: Rule = ({ target }) => by('audience', target?.id);

const ofKill: Rule = ({ target }) => {
  const id = target?.id;
  switch (target?.kind) {
    case 'agent':
      return by('party', id);
    // A client whose id is a URL may have been killed with its site.
    case 'client':
      return id === undefined || isDocumentId(id) ? ALL : partyTokens(id);
    case 'account':
      return [...by('subject', id), ...by('owned_by', id)];
    case 'owner':
      return by('owned_by', id);
    case 'delegation':
      return [...by('delegation', id), ...by('delegation_id', id)];
    case 'token':
      return by('token', id);
    default:
      return ALL;
  }
};

/** The tokens of one revocation (RFC 7009). An opaque token is introspected at each use. */
const ofRevokedToken: Rule = ({ token, grant, subject, caller }) => {
  if (token) return by('token', token.id);
  return [
    ...(grant === undefined ? [] : by('grant', grant)),
    ...(subject === undefined ? partyTokens(caller) : by('subject', subject)),
  ];
};

/** Types that can end tokens, with the tokens. */
const ENDING = {
  'token.revoked': ofRevokedToken,
  'token.replayed': ofGrant,
  'session.ended': ofSubject,
  'consent.granted': ofSubject,
  'consent.denied': ofSubject,
  'consent.asked_again': ofSubject,
  'approval.not_permitted': ofApproval,
  'approval.denied': ofApproval,
  'approval.cancelled': ofApproval,
  'approval.lapsed': ofApproval,
  'standing_approval.ended': ofSubject,
  'break_glass.reviewed': ofApproval,
  'approval.used': ofApproval,
  'grant.revoked': ofSubject,
  'grant.narrowed': ofSubject,
  'delegation.extended': ofSubject,
  'delegation.narrowed': ofSubject,
  'delegation.suspended': ofSubject,
  'delegation.confirmed': ofSubject,
  'delegation.revoked': ofSubject,
  'transaction.closed': ofTransaction,
  'account.updated': ofAccount,
  'account.disabled': ofAccount,
  'account.tokens_revoked': ofAccount,
  // A policy may forbid more while it lasts.
  'signal.received': ofSignal,
  'signal.released': ofSignal,
  'account.removed': ofAccount,
  'account.password_changed': ofAccount,
  'account.sessions_ended': ofAccount,
  'account.email_confirmed': ofAccount,
  'factor.removed': ofSubject,
  'factor.all_removed': ofAccount,
  'agent.updated': ofAgent,
  'agent.unverified': ofAgent,
  'agent.accepted': ofAgent,
  'agent.declined': ofAgent,
  'agent.suspended': ofAgent,
  // Only tokens for what is new to it: introspection tells which.
  'agent.restricted': ofAgent,
  'agent.retired': ofAgent,
  'blueprint.activated': everything,
  'agent.orphaned': ofAgent,
  'agent.transferred': ofAgent,
  'agent.expired': ofAgent,
  'agent.inactive': ofAgent,
  'agent.composition_declared': ofAgent,
  'agent.composition_drifted': ofAgent,
  'agent.composition_approved': ofAgent,
  'instance.ended': ofInstance,
  'instance.replayed': ofInstance,
  'policy.activated': everything,
  'policy.archived': everything,
  'peer.updated': everything,
  'peer.disabled': everything,
  'account_link.removed': ofSubject,
  'upstream.updated': everything,
  'upstream.disabled': everything,
  'upstream.removed': everything,
  'upstream_link.updated': ofSubject,
  'upstream_link.removed': ofSubject,
  // Groups of the people of a directory end with it, with its allow-list, and with their membership there.
  'directory.updated': everything,
  'directory.disabled': everything,
  'directory.account_unassigned': ofSubject,
  'directory.group_written': everything,
  'directory.group_deleted': everything,
  'directory.member_removed': ofSubject,
  'directory.member_added': ofSubject,
  'group.updated': everything,
  'client.updated': ofClient,
  'client.unverified': ofClient,
  'client.disabled': ofClient,
  'client.retired': ofClient,
  'client.adopted': ofClient,
  'client.metadata_changed': ofClient,
  'registration.managed': ofManagement,
  'resource_server.updated': ofAudience,
  'resource_server.disabled': ofAudience,
  'resource_server.delegation_withdrawn': everything,
  'kill.ordered': ofKill,
  'kill.lifted': ofKill,
  'kill.reconciled': ofKill,
  'keys.revoked': ofKey,
  'node.started': everything,
  'store.imported': everything,
  'store.restored': everything,
} as const satisfies Partial<Record<AuditEventType, Rule>>;

/** Types after which every token is as valid as before. A type is here or in the table above; else this does not compile. */
const ENDING_NOTHING = [
  'token.issued',
  'token.refused',
  'token.revocation_refused',
  'authorization.granted',
  'authorization.refused',
  'authorization.pushed',
  'device.requested',
  'requests.left_out',
  'introspection.refused',
  'decision.made',
  'decision.searched',
  'decision.refused',
  'transaction.opened',
  'transaction.intent_confirmed',
  'transaction.intent_typed',
  'transaction.receipt_issued',
  'report.stated',
  'report.left_out',
  'report.refused',
  'request.refused',
  'client.authentication_refused',
  'refusals.left_out',
  'session.started',
  'session.factor_asked',
  'session.stepped_up',
  'step_up.confirmed',
  'step_up.declined',
  'session.refused',
  'approval.requested',
  'approval.refused',
  'approval.approved',
  'approval.escalated',
  'approval.muted',
  'absence.declared',
  'absence.ended',
  'standing_approval.given',
  'standing_approval.used',
  'break_glass.requested',
  'break_glass.activated',
  'delegation.created',
  'delegation.kept',
  'account.created',
  'account.enabled',
  'account.reset_asked',
  'factor.added',
  'factor.recovery_codes_made',
  'factor.copied',
  'agent.created',
  'agent.verified',
  'agent.bulk_registered',
  'agent.resumed',
  'agent.restriction_ended',
  'blueprint.created',
  'blueprint.updated',
  'blueprint.drafted',
  'blueprint.deprecated',
  'agent.transfer_offered',
  'agent.proposal_ended',
  'agent.without_successor',
  'agent.notice',
  'agent.composition_omitted',
  'agent.composition_rejected',
  'credential.added',
  'credential.suspended',
  'credential.resumed',
  'credential.rotated',
  'credential.removed',
  'credential.secret_allowed',
  'credential.notice',
  'credential.expired',
  'instance.started',
  'instance.renewed',
  'trusted_issuer.created',
  'trusted_issuer.updated',
  'trusted_issuer.disabled',
  'trusted_issuer.enabled',
  'trusted_issuer.keys_purged',
  'policy.drafted',
  'budget.created',
  'budget.updated',
  'policy.replayed',
  'peer.created',
  'peer.enabled',
  'peer.keys_purged',
  'account_link.created',
  'upstream.created',
  'upstream.enabled',
  'upstream_link.created',
  'directory.created',
  'directory.enabled',
  // Only a directory that has written nothing can be in one.
  'directory.dry_run_started',
  'directory.dry_run_ended',
  'directory.account_assigned',
  'directory.user_written',
  'directory.user_deleted',
  'directory.agent_written',
  'directory.agent_deleted',
  'successor_rule.created',
  'successor_rule.updated',
  'successor_rule.removed',
  'provisioning_target.created',
  'provisioning_target.updated',
  'provisioning_target.paused',
  'provisioning_target.resumed',
  'provisioning_target.tested',
  'provisioning_target.reconciled',
  'provisioning_target.refused',
  'provisioning_target.failing',
  'provisioning_target.recovered',
  'provisioning_target.removed',
  'inventory.imported',
  'inventory.removed',
  'finding.opened',
  'finding.resolved',
  'finding.dismissed',
  'finding.adopted',
  'finding.quarantined',
  'finding.reopened',
  'response_rule.created',
  'response_rule.updated',
  'response_rule.replayed',
  'response_rule.activated',
  'response_rule.deactivated',
  'response_rule.removed',
  'response.acted',
  'response.lifted',
  'response.expired',
  'review.created',
  'review.opened',
  'review.escalated',
  'review.default_confirmed',
  'review.completed',
  'review.cancelled',
  'review.item_decided',
  'review.item_assigned',
  'review.item_over',
  'review.item_transferred',
  'review.item_reopened',
  'review.item_undone',
  'review.item_undo_refused',
  'review.evidence_written',
  'directory.secret_allowed',
  'directory.secret_rotated',
  'directory.secret_revoked',
  'directory.deactivations_paused',
  'directory.deactivations_resumed',
  'directory.refused',
  'transmitter.created',
  'transmitter.updated',
  'transmitter.disabled',
  'transmitter.enabled',
  'transmitter.secret_rotated',
  'transmitter.verification_expected',
  'transmitter.verified',
  'transmitter.effects_paused',
  'transmitter.effects_resumed',
  'transmitter.polls_failing',
  'transmitter.polls_recovered',
  'signal.held',
  'signal.discarded',
  'signal.refused',
  'group.created',
  'client.created',
  'client.verified',
  'client.enabled',
  'client.secret_rotated',
  'registration.token_created',
  'registration.token_revoked',
  'registration.admitted',
  'registration.refused',
  'resource_server.created',
  'resource_server.enabled',
  'resource_server.delegation_proposed',
  'resource_server.delegation_accepted',
  'resource_server.secret_rotated',
  'webhook.created',
  'webhook.updated',
  'webhook.verified',
  'webhook.verification_failed',
  'webhook.tested',
  'webhook.secret_rotated',
  'webhook.stopped',
  'webhook.removed',
  'push.added',
  'push.removed',
  'push.tested',
  'push_key.rotated',
  'push_key.revoked',
  'notification.undelivered',
  'notification.chosen',
  'notification.retried',
  'management.permitted',
  'management.local_proof',
  'management.refused',
  'audit.read',
  'audit.exported',
  'audit.erased',
  'audit.mismatch_found',
  'audit_sink.created',
  'audit_sink.updated',
  'audit_sink.paused',
  'audit_sink.resumed',
  'audit_sink.tested',
  'audit_sink.secret_rotated',
  'audit_sink.skipped',
  'audit_sink.failing',
  'audit_sink.recovered',
  'audit_sink.removed',
  'signal_receiver.created',
  'signal_receiver.updated',
  'signal_receiver.disabled',
  'signal_receiver.enabled',
  'signal_receiver.refused',
  'signal_stream.created',
  'signal_stream.updated',
  'signal_stream.status_changed',
  'signal_stream.subject_added',
  'signal_stream.subject_removed',
  'signal_stream.verified',
  'signal_stream.event_refused',
  'signal_stream.failing',
  'signal_stream.recovered',
  'signal_stream.removed',
  'checkpoint.made',
  'audit.archived',
  'audit.records_removed',
  'legal_hold.created',
  'legal_hold.released',
  'transparency_log.opened',
  'transparency_log.ended',
  'witness.failed',
  'witness.recovered',
  'kill.lift_signed',
  'keys.rotated',
  'node.stopped',
  'volume.full',
  'volume.recovered',
  'store.backed_up',
  'store.exported',
] as const satisfies readonly Exclude<AuditEventType, keyof typeof ENDING>[];

const RULES: Readonly<Record<AuditEventType, Rule>> = {
  ...ENDING,
  ...(Object.fromEntries(ENDING_NOTHING.map((type) => [type, nothing])) as Record<
    (typeof ENDING_NOTHING)[number],
    Rule
  >),
};

/** The tokens that may have ended with an event. An event type of a newer version names every token. */
export const endsOf = (event: AuditEvent): readonly Ending[] =>
  (Object.hasOwn(RULES, event.type) ? RULES[event.type] : everything)(event);
