/**
 * The audit log: what is recorded, how records are chained, written in groups, listed, exported and verified without the
 * server, and how a personal value is erased (decisions D17, D18).
 *
 * Does not decide what happened (the acting code appends an event first). Does not hold the audit key, keep time intervals
 * or store heads outside the store: `compose` passes those in.
 */
import type { ActorChain } from '../vocabulary/actor-chain.ts';
import type { Denial } from '../vocabulary/errors.ts';

/** All event types. docs/reference/audit-events.md documents them and is generated from `AUDIT_EVENTS`. */
export const AUDIT_EVENTS = {
  'token.issued': 'A token request was granted; written before the token exists.',
  'token.refused': 'A token request of an authenticated client was refused.',
  'token.revoked': 'A client ended one of its tokens (RFC 7009).',
  'token.revocation_refused': 'A client tried to end a token that is not its own.',
  'token.replayed': 'A code, refresh token or device code was presented again after its use; its family ended.',
  'authorization.granted':
    'A person finished an authorization request; a code was made, or a device connected: then `personal.device` is the address it asked from, and `inputs.askedAt` when.',
  'authorization.refused': 'An authorization request ended in an error.',
  'authorization.pushed':
    'An authorization request was pushed (RFC 9126). Of clients that prove nothing, within the budget `audit.anonymousEventsPerDay`.',
  'device.requested':
    'A device authorization was begun (RFC 8628). Of clients that prove nothing, within the budget `audit.anonymousEventsPerDay`.',
  'requests.left_out':
    'How many pushed requests, device requests, changed metadata documents and registrations that were read, of clients that prove nothing, stand in no event, because there were more than a day has room for; `inputs` say how many of each kind, client and network.',
  'introspection.refused': 'An introspection request of an authenticated client was refused.',
  'decision.made':
    'A resource server asked whether something may be done there, and was answered; one event for each question (AuthZEN).',
  'decision.searched':
    'A resource server asked who may do something there, or what somebody may do; `inputs` say how many were looked at and found.',
  'decision.refused':
    'A question of an authenticated resource server could not be understood, or came too often; or its access request was refused.',
  'request.refused':
    'Refusals before anybody was authenticated, counted per network and reason; `personal.source` is the address of a single one and the network of more.',
  'client.authentication_refused':
    'A client or agent could not prove who it is; `note` is the check that failed, which the caller is not told. Counted per client and check.',
  'refusals.left_out':
    'How many refusals of requests, clients or sign-ins stand in no event, because there were more than a day has room for; `inputs` say of which kind and how many of each reason.',
  'session.started': 'A person signed in; `inputs.upstream` says at which provider, if at one.',
  'session.factor_asked': 'A password was right, and a second factor is asked for; nobody is signed in yet.',
  'session.stepped_up': 'A person who was signed in proved a second factor, too; `inputs.amr` says which.',
  'session.refused':
    'A sign-in failed or was not tried because of a limit; `inputs.upstream` says at which provider, if at one. Single events of an account are limited in each day; `count` and `since` say how many were refused besides, of an account or from a network.',
  'session.ended': 'A session is over; `inputs.how` says by what: its person, an app, another sign-in, a provider.',
  'consent.granted': 'A person allowed a client or agent something.',
  'consent.denied': 'A person refused a client or agent.',
  'consent.asked_again': 'A person ended an app that asks nobody for consent; it asks this person from now on.',
  'approval.requested':
    'An agent, or a resource server that was told no, asked people to approve one exact action; `inputs` say of whom, how many have to agree, and the digest of the action.',
  'approval.refused': 'An agent asked for an approval and was not let ask (CIBA).',
  'approval.approved':
    'One person said yes to an action; `inputs.isEnough` says whether that made it an approval, `inputs.seconds` how long it had been there.',
  'approval.not_permitted':
    'Policies did not let a person say yes to an action; it waits for others as before. `caller` is the person, `decision` and `denial` say why.',
  'approval.denied': 'A person said no to an action, or its number was typed wrong too often; it is over.',
  'approval.cancelled':
    'Whoever asked for the approval does not need it any more; or, by `system`, it came at the same moment as others, and together they were too many.',
  'approval.escalated':
    'Nobody had decided in time, and further people were asked, too; `inputs.added` are those who were not asked before.',
  'approval.lapsed':
    'What was asked for never came before anybody: its storing failed, and nobody knew at first; it is over.',
  'approval.muted': 'A person denied an agent again and again: it may not ask this person for a day.',
  'absence.declared':
    'A person said who decides about approvals for her while she is away; `inputs` say who, from when and until when.',
  'absence.ended':
    'Nobody decides for a person any more who had said so; `caller` is she, her deputy, or an administrator.',
  'standing_approval.given':
    'A person approved an action, and the next ones like it; `inputs` say how many, until when and up to which sum.',
  'standing_approval.used': 'An action was approved by what a person had said before; `inputs` count it.',
  'standing_approval.ended':
    'A yes to further actions was ended: by who gave it, or since what it is about was taken back from the agent.',
  'break_glass.requested':
    'One of two people wants an action to happen in an emergency, without those who are asked; `inputs.reason` says why.',
  'break_glass.activated':
    'A second one agreed: the action may happen, once and soon; `inputs.by` are the two. A third person has to look at it.',
  'break_glass.reviewed': 'A third person said whether that was right; `inputs` hold the finding and the note.',
  'approval.used':
    'The resource server carried out the approved action, or was told yes about it; the approval is good for no other call. `caller` is the resource server.',
  'grant.revoked':
    'What a person had allowed a client ended, `instance`: the grant of one instance; `refused`: it was over first.',
  'grant.narrowed':
    'Single rights were taken from what a person had allowed a client; `inputs` say which. `refused`: it was over first.',
  'delegation.created': 'A delegation row was made.',
  'delegation.extended': 'A delegation row came to hold more, within the row above it.',
  'delegation.narrowed': 'A person left a delegation row less than it held.',
  'delegation.suspended':
    'A delegation gives no authority, nor does anything below it, until its person confirms the new owner of the agent; `owner` is the new owner.',
  'delegation.confirmed': 'A person confirmed the new owner of an agent; its suspended delegation is active again.',
  'delegation.revoked': 'A delegation ended, with all below it; `refused`: it was over first.',
  'account.created': 'An account was made.',
  'account.updated': 'An account was changed.',
  'account.disabled': 'An account was disabled; its sessions are over.',
  'account.enabled': 'An account was enabled again.',
  'account.password_changed': 'A password was set.',
  'account.sessions_ended':
    'All sessions of an account are over, but for the one that `inputs.kept` names, with what hung on them.',
  'account.email_confirmed': 'A person confirmed a new address; the one before is told.',
  'account.reset_asked':
    'A browser that is not signed in asked for a new password for an account; a link goes to its verified address. Beyond 10 a day for an account, within the budget `audit.anonymousEventsPerDay`.',
  'factor.added': 'A person added a second factor to the account; `inputs.kind` says which.',
  'factor.removed': 'A person took a second factor from the account.',
  'factor.recovery_codes_made': 'A person made new recovery codes; those from before are over.',
  'factor.copied':
    'A passkey signed with a counter that is not above the last one: there may be a copy of it. It is accepted no more.',
  'factor.all_removed': 'An administrator took all second factors from an account.',
  'agent.created': 'An agent was registered.',
  'agent.updated': 'An agent was changed.',
  'agent.verified': 'An administrator verified the name of an agent: nobody else registers one that looks like it.',
  'agent.unverified': 'The name of an agent is not verified any more.',
  'agent.bulk_registered': 'Many agents were registered in one request; `inputs` counts its lines.',
  'agent.accepted': 'An owner accepted an agent; it is active.',
  'agent.declined': 'Who was asked to answer for an agent did not want to.',
  'agent.suspended': 'An agent was suspended; nothing it holds works.',
  'agent.resumed': 'A suspended agent is active again.',
  'agent.retired': 'An agent was retired for good.',
  'blueprint.created': 'A blueprint was made; nothing of it counts yet.',
  'blueprint.updated': 'The words of a blueprint were changed.',
  'blueprint.drafted': 'Ceilings were put into the draft of a blueprint.',
  'blueprint.activated':
    'A version of a blueprint counts from now on, for all its agents; `inputs.changes` says how it differs.',
  'blueprint.deprecated': 'A blueprint takes no new agents.',
  'agent.orphaned': 'Nobody answers for an agent any more; it is frozen until a new owner accepts it.',
  'agent.transfer_offered': 'An agent was offered to a new owner, who has to accept it.',
  'agent.transferred':
    'A new owner accepted an agent. Unless the new owner is a member of the group that owned it, its tokens, credentials, grants, instances and approvals ended with this event, and its delegations are suspended.',
  'agent.expired': 'An agent nobody accepted in time was retired, or one came to its end and was suspended.',
  'agent.inactive': 'An agent that was not used for too long was suspended.',
  'agent.notice': 'The owner of an agent was told that it is about to be suspended.',
  'agent.composition_declared': 'What an agent is made of was declared.',
  'credential.added': 'An agent was given a credential; `target` is the credential.',
  'credential.suspended': 'A credential of an agent was stopped.',
  'credential.resumed': 'A stopped credential of an agent counts again.',
  'credential.rotated': 'The keys of a credential were changed for others.',
  'credential.removed': 'A credential was taken from an agent.',
  'credential.secret_allowed': 'An agent was allowed a secret until an end; `inputs` say why and until when.',
  'credential.notice': 'The owner of an agent was told that a credential of it ends soon.',
  'credential.expired': 'The time of a credential of an agent is over.',
  'instance.started': 'A copy of an agent began to run; `target` is the instance.',
  'instance.renewed': 'The life of an instance was prolonged, because it was used.',
  'instance.ended': 'An instance was ended, with its refresh tokens and all made from them; its siblings go on.',
  'instance.replayed':
    'A refresh token of an instance was presented again after its use; that family ended, and no other.',
  'trusted_issuer.created': 'An issuer of workload tokens is trusted from now on.',
  'trusted_issuer.updated': 'A trusted issuer was changed.',
  'trusted_issuer.disabled': 'An issuer of workload tokens is not trusted any more.',
  'trusted_issuer.enabled': 'A trusted issuer counts again.',
  'trusted_issuer.keys_purged': 'Keys that were fetched from a trusted issuer are not used any more.',
  'policy.drafted': 'A policy set was drafted, or a draft rewritten; nothing of it counts yet.',
  'policy.activated':
    'A policy set counts from now on, on all nodes; `inputs` name its version, its digest and the version it replaces.',
  'policy.archived': 'A policy set does not count any more: another took its place.',
  'budget.created': 'A budget was made; it counts from now on.',
  'budget.updated': 'A budget was changed, or disabled.',
  'policy.replayed':
    'Recorded decisions were read, to see what a policy set would have made of them; `inputs` say which set and range.',
  'peer.created': 'An authorization server of another domain became a peer.',
  'peer.updated': 'A peer was changed.',
  'peer.disabled': 'A peer counts no more: nobody is vouched for there, and its word is taken for nothing.',
  'peer.enabled': 'A peer counts again.',
  'peer.keys_purged': 'Keys that were fetched from a peer are not used any more.',
  'account_link.created':
    'A person of a peer was linked to an account; by the peer itself where a verified address did it.',
  'account_link.removed': 'A person of a peer is nobody here any more.',
  'upstream.created': 'People can sign in at a provider of OpenID Connect from now on.',
  'upstream.updated': 'What is known of an upstream provider was changed.',
  'upstream.disabled': 'Nobody can sign in at an upstream provider any more.',
  'upstream.enabled': 'People can sign in at an upstream provider again.',
  'upstream.removed': 'An upstream provider was taken away, and with it every link to it.',
  'upstream_link.created':
    'A person of an upstream provider was connected with an account; `inputs.proof` says how both sides were proven.',
  'upstream_link.updated': 'The groups that a person of an upstream provider has by its claim are others than before.',
  'upstream_link.removed': 'A person of an upstream provider is nobody here any more.',
  'group.created': 'A group that can own agents was made.',
  'group.updated': 'A group that can own agents was changed.',
  'client.created': 'A client was registered.',
  'client.updated': 'A client was changed.',
  'client.verified': 'An administrator verified the name of a client: nobody else registers one that looks like it.',
  'client.unverified': 'The name of a client is not verified any more.',
  'client.disabled': 'A client was disabled.',
  'client.enabled': 'A client was enabled again.',
  'client.retired': 'A client was retired for good.',
  'client.adopted': 'An account answers from now on for a client that registered itself.',
  'client.metadata_changed':
    'The metadata document of a client whose id is its URL says something else than before; who allowed it something is asked again. Within the budget `audit.anonymousEventsPerDay`.',
  'client.secret_rotated': 'A client was given a new secret.',
  'registration.token_created': 'An initial access token was made, with which clients or agents register themselves.',
  'registration.token_revoked': 'An initial access token was revoked; nothing is registered with it any more.',
  'registration.admitted':
    'Somebody was let register a client or agent (RFC 7591); `caller` is the initial access token, the issuer of the software statement, or `registration`. Written before it is made.',
  'registration.refused':
    'A registration or its management was refused after a token or software statement was found good; `inputs.member` is the member at fault.',
  'registration.managed':
    'A client or agent used its registration access token (RFC 7592), which is another one from now on; `inputs.action` says what for. Of clients from open registration that no account adopted, within the budget `audit.anonymousEventsPerDay`.',
  'resource_server.created': 'A resource server was registered.',
  'resource_server.updated': 'A resource server was changed.',
  'resource_server.disabled': 'A resource server was disabled.',
  'resource_server.enabled': 'A resource server was enabled again.',
  'resource_server.delegation_proposed':
    'An operator proposed that a resource server may ask its callers for a scope of another API.',
  'resource_server.delegation_accepted': 'Another operator accepted such a proposal.',
  'resource_server.delegation_withdrawn': 'An operator withdrew such a pair.',
  'resource_server.secret_rotated': 'A resource server was given a new introspection secret.',
  'webhook.created': 'An endpoint of webhooks was registered; it hears of nothing until it was proven.',
  'webhook.updated': 'An endpoint of webhooks was changed.',
  'webhook.verified': 'An endpoint returned its challenge; it gets notifications from now on.',
  'webhook.verification_failed': 'An endpoint did not return its challenge; `inputs.reason` says why.',
  'webhook.tested': 'A message that tells of nothing was sent to an endpoint.',
  'webhook.secret_rotated': 'An endpoint was given a new secret; the former one signs beside it for a day.',
  'webhook.stopped':
    'An endpoint hears of nothing more; `inputs.reason` says why, where the server stopped it: `failing`, `gone` or `queue_full`.',
  'webhook.removed': 'An endpoint of webhooks was removed.',
  'push.added': 'A person turned messages on in a browser.',
  'push.removed':
    'A person is told no more in a browser; `inputs.reason` says why: `person`, `other_person` (who turned them on there), `account` (it is disabled), `gone`, `failing`, `not_allowed`, `key_ended` or `not_readable`.',
  'push.tested': 'A person sent a message that tells of nothing to a browser of their own.',
  'push_key.rotated': 'Browsers are given a new key for messages; the former ones serve those that have them.',
  'push_key.revoked':
    'A key for messages in browsers may be known to others; it is over, and so is every browser it was given to.',
  'notification.undelivered':
    'A notification could not be delivered; it is kept among the dead letters. `inputs` say which and why.',
  'notification.retried': 'A notification among the dead letters is to be delivered again.',
  'management.permitted':
    'Roles and policy let a call through that changes something; written before it is made. `note` is the operation, `inputs` what policy was asked.',
  'management.local_proof':
    'A client proved for one call that it is on the machine of this server, in place of a second factor.',
  'management.refused': 'A call of the management API by an authenticated caller was refused.',
  'audit.read': 'The audit log was read.',
  'audit.exported': 'The audit log was exported.',
  'audit.erased': 'A personal value was erased from the audit log.',
  'audit.mismatch_found':
    'At start, stored records of the audit log did not match their digests: an editor of the database changed them. `inputs` say how many were checked and found, and name up to 20 by stream, sequence and member; `target` is the stream of the first.',
  'checkpoint.made': 'The heads of all streams were signed; `inputs.checkpoint` is the signed list.',
  'kill.ordered': 'A kill was ordered: all that hangs on its target is over, and nothing new is made.',
  'kill.lift_signed': 'One of those who must agree signed the lift of a kill of everything.',
  'kill.lifted': 'A kill was lifted. Nothing made before lives again.',
  'kill.reconciled': 'A kill that a node had latched on its data volume was brought into the store.',
  'keys.rotated': 'A new signing key was made.',
  'keys.revoked': 'A signing key may be known to others; it and all it signed are over.',
  'node.started': 'A node opened its stream.',
  'node.stopped': 'A node closed its stream in good order.',
  'volume.full':
    'The volume of the database was full and its reserve was released; anonymous requests may not write. `inputs` say how many bytes are free, of how many.',
  'volume.recovered':
    'Enough of the volume of the database is free, its reserve is made again, and anonymous requests may write.',
  'store.exported': 'All data was read to be moved to another store; written before it is read.',
  'store.imported': 'All data was brought in from another store.',
  'store.restored': 'A backup was restored; all tokens from before are over.',
} as const;

export type AuditEventType = keyof typeof AUDIT_EVENTS;

/**
 * What happened. Carries ids, never a token, code, secret, password or e-mail address. Personal values go into `personal`
 * only: the audit log keeps a salted commitment in the chain, and the value beside it, where it can be erased (decision
 * D17).
 */
export type AuditEvent = {
  readonly type: AuditEventType;
  readonly outcome: 'granted' | 'refused' | 'done';
  /** The HTTP request, as in the access log. */
  readonly request?: string;
  /** The transaction; inherited by every exchange below it (decision D6). */
  readonly txn?: string;
  /** Account on whose behalf. */
  readonly subject?: string;
  /** The actors, outermost first. */
  readonly chain?: ActorChain;
  /** Authenticated client or agent, or account in the management API and the pages. */
  readonly caller?: string;
  readonly agent?: string;
  /** Instance of the agent. */
  readonly instance?: string;
  /** The agent's owner. */
  readonly owner?: string;
  readonly grantType?: string;
  /** The decision that granted or denied it (`dec_…`). */
  readonly decision?: string;
  /** Version of the evaluated policy set. */
  readonly policy?: number;
  readonly resource?: string;
  readonly scopeAsked?: readonly string[];
  readonly scopeGiven?: readonly string[];
  /** The approval from which a token was issued. */
  readonly approval?: string;
  /** The grant: oidc-provider's Grant. */
  readonly grant?: string;
  readonly delegation?: string;
  /**
   * `id` is the `jti` of a JWT; for an opaque token the keyed digest under which it is stored. In 'token.refused': the
   * token that 'token.issued' of the same request announced, and that was never issued.
   */
  readonly token?: {
    readonly id: string;
    readonly format: 'jwt' | 'opaque';
    readonly expiresAt: number;
    readonly parent?: string;
  };
  readonly error?: string;
  /** Remedies by their kind only: the page for a person is theirs. */
  readonly denial?: Omit<Denial, 'remedies'> & { readonly remedies?: readonly { readonly kind: string }[] };
  /** The object of a management action. */
  readonly target?: { readonly kind: string; readonly id: string };
  /** Names of members that were changed. */
  readonly changed?: readonly string[];
  /** Facts the decision used, so that it can be made again (decision D18). */
  readonly inputs?: { readonly [name: string]: unknown };
  /** Bounded text for the reader; never agent-chosen, never secret. */
  readonly note?: string;
  /** Counted refusals: their number, and since which second. */
  readonly count?: number;
  readonly since?: number;
  /**
   * `device`: address from which a device asked (RFC 8628). `details`: authorization details (RFC 9396) as JSON; they may
   * name people. `message`: text of an agent for people.
   */
  readonly personal?: {
    readonly source?: string;
    readonly device?: string;
    readonly username?: string;
    readonly details?: string;
    readonly message?: string;
  };
};

/** Members of a second event about a change that had no effect, because a concurrent end came first. */
export const OVER_FIRST = {
  outcome: 'refused',
  note: 'came to nothing: it was over first',
} as const satisfies Partial<AuditEvent>;

/** Place of an event in a stream, and the digest to which the next one is chained. */
export type AuditReceipt = { readonly stream: string; readonly sequence: number; readonly hash: string };

/**
 * Appends to the audit log. The promise resolves when the event is on stable storage; until then nothing about it may leave
 * the process. Throws DomainError 'unavailable' when it cannot be written. Concurrent callers share one write.
 */
export interface AuditLog {
  append(event: AuditEvent): Promise<AuditReceipt>;
}
