/**
 * The audit log. Defines what is recorded, how records are chained, written in groups, listed, exported and verified
 * without the server. Also how a personal value is erased (decisions D17, D18).
 *
 * Does not decide what happened (the acting code appends an event first). Does not hold the audit key, keep time
 * intervals or store heads outside the store: `compose` passes those in.
 */
import type { Insertion } from '../ports/document-store.ts';
import type { ActorChain } from '../vocabulary/actor-chain.ts';
import type { Denial } from '../vocabulary/errors.ts';

/** A table of all event types. docs/reference/audit-events.md documents them and is generated from `AUDIT_EVENTS`. */
export const AUDIT_EVENTS = {
  'token.issued':
    'The server granted a token request. It writes this event before the token exists. `inputs.spent` has the budgets that counted it, with the millionths of each limit that it took. Of an agent, `inputs.software` is a digest that tells apart the programs that ask for its tokens.',
  'token.refused': 'The server refused a token request of an authenticated client.',
  'token.revoked': 'A client revoked one of its tokens (RFC 7009).',
  'token.revocation_refused': 'A client tried to revoke a token that is not its own.',
  'token.replayed':
    'A code, refresh token or device code was presented again after its use. The server ended its family.',
  'authorization.granted':
    'A person finished an authorization request: the server created a code, or connected a device. For a device, `personal.device` is the address it asked from, and `inputs.askedAt` is when.',
  'authorization.refused': 'An authorization request ended in an error.',
  'authorization.pushed':
    'A client pushed an authorization request (RFC 9126). For clients without authentication, within the budget `audit.anonymousEventsPerDay`.',
  'device.requested':
    'A client started a device authorization (RFC 8628). For clients without authentication, within the budget `audit.anonymousEventsPerDay`.',
  'requests.left_out':
    'The number of requests of clients without authentication that have no event of their own, because they exceeded the daily limit. They are pushed requests, device requests, changed metadata documents and registrations that were read. `inputs` have the number of each kind, client and network.',
  'introspection.refused': 'The server refused an introspection request of an authenticated client.',
  'decision.made':
    'A resource server asked whether an action is permitted there, and the server answered. One event for each question (AuthZEN).',
  'decision.searched':
    'A resource server searched for who may do an action there, or for what a subject may do. `inputs` have how many the server examined and found.',
  'decision.refused':
    'The server refused a question of an authenticated resource server: it was malformed, or questions came too often. Or it refused the access request of a resource server, or a list of its reports as a whole.',
  'transaction.opened':
    'An agent opened a transaction, or an app did for the agent; `caller` is the opener. `inputs` have its trigger, the digest of its intent with its source, and its end. `personal.message` is the text of the intent, `personal.invoker` what invoked the agent; the opener states both.',
  'transaction.intent_confirmed':
    'A person read the intent of a transaction on a page of this server, and allowed what the page asked. `inputs.intent` is its digest, `inputs.source` who had stated it.',
  'transaction.intent_typed':
    'A person typed the intent of a transaction on a page of this server, in place of the one that the page showed, and allowed what the page asked. `inputs.intent` is the digest of it, `inputs.replaces` that of the former one, `personal.message` the text.',
  'transaction.closed':
    'A transaction was closed, and every token below it ended. No approval below it gives a token. `inputs.cause` says by what: the agent, an app that opened it, an owner, an operator, its end, a kill, a change of owner. `inputs.closedAt` is when; the server writes this event right after.',
  'transaction.receipt_issued':
    'The server issued a receipt of a closed transaction. `inputs` have the number of events that it covers, and `inputs.statement` is the digest of its statement. A receipt with the same statement has no event of its own.',
  'report.stated':
    'A resource server stated what it did with one of its tokens. `caller` is that server. `inputs` and `personal.reported` are its statement; the other members are what this server recorded with the token. The event ends nothing.',
  'report.left_out':
    'The number of reports of a resource server that have no event of their own, because they exceeded `audit.reportEventsPerDay`. `inputs.digest` is over their digests, in the order of the request. `since` is the earliest time in them.',
  'report.refused':
    'The server refused reports of an authenticated resource server. `count` says how many. `inputs.reasons` has the number for each reason.',
  'request.refused':
    'The server refused requests before it authenticated a caller. One event counts them by network and reason. `personal.source` is the address of a single request, and the network of several.',
  'client.authentication_refused':
    'The authentication of a client or agent failed. `note` is the check that failed; the caller does not learn it. One event counts failures by client and check.',
  'refusals.left_out':
    'The number of refusals of requests, clients or sign-ins that have no event of their own, because they exceeded the daily limit. `inputs` have the kind, and the number for each reason.',
  'session.started': 'A person signed in. `inputs.upstream` is the upstream provider, if there was one.',
  'session.factor_asked':
    'A password was right, and the server asked for a second factor. The person is not signed in yet.',
  'session.stepped_up': 'A signed-in person also passed a second factor. `inputs.amr` says which.',
  'step_up.confirmed':
    'A person confirmed a step-up on its page, after a fresh sign-in. Until `inputs.until` that sign-in counts for `target` at `resource`, below this grant. `inputs` have what was required, and the class and time of the sign-in.',
  'step_up.declined': 'A person declined a step-up on its page. The sign-in of the client counts as before.',
  'session.refused':
    'A sign-in failed, or the server refused it because of a limit. `inputs.upstream` is the upstream provider, if there was one. Single events of an account are limited in each day. `count` and `since` have the number of further refusals, of an account or from a network.',
  'session.ended': 'A session ended. `inputs.how` says by what: its person, an app, another sign-in, a provider.',
  'consent.granted': 'A person gave a client or agent consent.',
  'consent.denied': 'A person denied a client or agent consent.',
  'consent.asked_again':
    'A person ended the access of an app that needs no consent. From now on it needs the consent of this person.',
  'approval.requested':
    'An agent requested approval of one exact action, or a resource server did after a denial. `inputs` have the approvers, how many must approve, and the digest of the action.',
  'approval.refused': 'The server refused an agent’s request for an approval (CIBA).',
  'approval.approved':
    'One person approved an action. `inputs.isEnough` says whether that completed the approval. `inputs.seconds` is how long the request had been open, `inputs.channel` how it was asked for.',
  'approval.not_permitted':
    'Policies did not let a person approve an action. The request still waits for other approvers. `caller` is the person; `decision` and `denial` say why.',
  'approval.denied':
    'A person denied an action, or its number was entered wrong too often. The request has ended. `inputs.channel` says how it was asked for.',
  'approval.cancelled':
    'The agent or resource server that requested the approval no longer needs it. With the caller `system`: it came at the same moment as others, and together they exceeded a limit. Or an agent of the chain changed owners.',
  'approval.escalated':
    'No approver decided in time, and the server asked further people too. `inputs.added` are those it had not asked before.',
  'approval.lapsed':
    'The server failed to store a request for approval and did not know that at first. The request reached no approver and has ended.',
  'approval.muted': 'A person denied requests of an agent repeatedly. For a day the agent may not ask this person.',
  'absence.declared':
    'A person named a deputy for their approvals while they are away. `inputs` have the deputy, the start and the end.',
  'absence.ended':
    'A person, their deputy or an administrator ended an absence early. The deputy no longer decides for the person. `caller` is the one of the three who ended it.',
  'standing_approval.given':
    'A person approved an action and gave a standing approval of future actions like it. `inputs` have how many, until when and up to which sum.',
  'standing_approval.used': 'A standing approval approved an action. `inputs` count its uses.',
  'standing_approval.ended':
    'A standing approval ended: the person who gave it ended it, or the right that it needs was revoked from the agent.',
  'break_glass.requested':
    'The first of two people requested an action in an emergency, without its approvers. `inputs.reason` says why.',
  'break_glass.activated':
    'A second person agreed: the action is permitted once, and soon. `inputs.by` are the two people. A third person must review it.',
  'break_glass.reviewed': 'A third person reviewed a break-glass action. `inputs` have the finding and the note.',
  'approval.used':
    'The resource server carried out the approved action, or received a permit for it. The approval is valid for no other call. `caller` is the resource server.',
  'grant.revoked':
    'A person’s grant to a client was revoked. `instance`: the grant of one instance. `refused`: it had already ended.',
  'grant.narrowed':
    'A person’s grant to a client lost single rights. `inputs` say which. `refused`: it had already ended.',
  'delegation.created': 'A delegation was created.',
  'delegation.extended': 'A delegation received more rights, within the delegation above it.',
  'delegation.narrowed': 'A person reduced the rights of a delegation.',
  'delegation.kept': 'A person was asked about a delegation that was not used, and keeps it.',
  'delegation.suspended':
    'The server suspended a delegation, with all below it, until its person confirms the new owner of the agent. `owner` is the new owner.',
  'delegation.confirmed': 'A person confirmed the new owner of an agent. Its suspended delegation is active again.',
  'delegation.revoked': 'A delegation ended, with all below it. `refused`: it had already ended.',
  'account.created': 'An account was created.',
  'account.updated': 'An account was changed. `personal.username` is its former username, if that changed.',
  'account.disabled': 'An account was disabled. Its sessions have ended.',
  'account.enabled': 'An account was enabled again.',
  'account.tokens_revoked':
    'A trusted transmitter revoked all tokens, grants and delegations of an account from before. `inputs.signal` is the signal.',
  'account.removed':
    'The directory of a disabled account deleted it. Its username (`personal.username`) and address are free again, and the account stays disabled.',
  'account.password_changed': 'A password was set.',
  'account.sessions_ended':
    'All sessions of an account ended, except the one in `inputs.kept`. All that depended on these sessions ended with them.',
  'account.email_confirmed': 'A person confirmed a new address. The server notifies the former address.',
  'account.reset_asked':
    'A browser that is not signed in asked for a new password for an account. A link goes to its verified address. Beyond 10 a day for an account, within the budget `audit.anonymousEventsPerDay`.',
  'factor.added': 'A person added a second factor to the account. `inputs.kind` says which.',
  'factor.removed': 'A person removed a second factor from the account.',
  'factor.recovery_codes_made': 'A person created new recovery codes. The former codes no longer work.',
  'factor.copied':
    'A passkey signed with a counter that is not above the last one: there may be a copy of it. The server no longer accepts it.',
  'factor.all_removed': 'An administrator removed all second factors from an account.',
  'agent.created': 'An agent was registered.',
  'agent.updated': 'An agent was changed.',
  'agent.verified':
    'An administrator verified the name of an agent. No one else can register a name that looks like it.',
  'agent.unverified': 'The name of an agent is no longer verified.',
  'agent.bulk_registered': 'A caller registered many agents in one request. `inputs` count its lines.',
  'agent.accepted': 'An owner accepted an agent. The agent is active.',
  'agent.declined': 'The proposed owner of an agent declined it.',
  'agent.restricted':
    'A response rule restricted an agent for a time. `inputs` have the response, the act and the end, in epoch seconds. The server writes this event before the restriction holds.',
  'agent.restriction_ended':
    'A restriction of an agent ended: an operator lifted it, or its time was over. `inputs.cause` is the response.',
  'agent.suspended':
    'An agent was suspended. Its tokens and credentials do not work. `inputs.cause`: the finding or response that suspended it for security.',
  'agent.resumed': 'A suspended agent is active again.',
  'agent.retired': 'An agent was retired permanently.',
  'blueprint.created': 'A blueprint was created. It has no active version yet.',
  'blueprint.updated': 'The descriptive texts of a blueprint were changed.',
  'blueprint.drafted': 'Ceilings were written to the draft of a blueprint.',
  'blueprint.activated':
    'A version of a blueprint became active, for all its agents. `inputs.changes` says how it differs.',
  'blueprint.deprecated': 'A blueprint was deprecated. It accepts no new agents.',
  'agent.orphaned': 'An agent lost its owner. It is frozen until a new owner accepts it.',
  'agent.transfer_offered':
    'An agent was offered to a new owner, who must accept it. Of a successor rule, `inputs` have the rule, and whether the manager or a group is proposed.',
  'agent.proposal_ended':
    'A proposed successor did not accept an agent in time, or left. The agent stays without owner, and the next one is asked. `inputs.reason` says which.',
  'agent.without_successor':
    'A successor rule names no further successor for an agent without owner. An administrator has to offer it.',
  'agent.transferred':
    'A new owner accepted an agent. With this event its tokens, credentials, grants, instances and approvals ended, and its delegations were suspended. Nothing of this applies if the new owner is a member of the group that owned it.',
  'agent.expired':
    'No owner accepted an agent in time, and the server retired it. Or an agent reached its end, and the server suspended it.',
  'agent.inactive': 'An agent was unused for too long, and the server suspended it.',
  'agent.notice': 'The server notified the owner of an agent that it will soon suspend the agent.',
  'agent.composition_declared': 'The composition of an agent was declared, or the agent showed it for the first time.',
  'agent.composition_drifted':
    'An agent ran with another composition than its own. `inputs` say what differs, and what followed.',
  'agent.composition_omitted':
    'An agent that has shown its composition before asked without one; recorded about once an hour. `inputs` say what followed.',
  'agent.composition_approved':
    'A composition with which an agent ran was approved. It is the composition of the agent.',
  'agent.composition_rejected':
    'A composition with which an agent ran was rejected. The composition of the agent stays.',
  'credential.added': 'An agent received a credential. `target` is the credential.',
  'credential.suspended': 'A credential of an agent was suspended.',
  'credential.resumed': 'A suspended credential of an agent is active again.',
  'credential.rotated': 'The keys of a credential were replaced.',
  'credential.removed': 'A credential was removed from an agent.',
  'credential.secret_allowed': 'An agent was allowed a secret for a limited time. `inputs` say why and until when.',
  'credential.notice': 'The server notified the owner of an agent that a credential of the agent ends soon.',
  'credential.expired': 'A credential of an agent expired.',
  'instance.started': 'An instance of an agent started. `target` is the instance.',
  'instance.renewed': 'An instance was used, and the server extended its life.',
  'instance.ended':
    'An instance ended, with its refresh tokens and all tokens issued from them. The other instances continue.',
  'instance.replayed':
    'A refresh token of an instance was presented again after its use. The server ended that family, and no other.',
  'trusted_issuer.created': 'An issuer of workload tokens became trusted.',
  'trusted_issuer.updated': 'A trusted issuer was changed.',
  'trusted_issuer.disabled': 'An issuer of workload tokens is no longer trusted.',
  'trusted_issuer.enabled': 'A trusted issuer was enabled again.',
  'trusted_issuer.keys_purged': 'Keys that the server fetched from a trusted issuer are no longer used.',
  'policy.drafted': 'A policy set was drafted, or a draft was rewritten. It is not active.',
  'policy.activated':
    'A policy set became active on all nodes. `inputs` have its version, its digest and the version it replaces.',
  'policy.archived': 'A policy set is no longer active: another replaced it.',
  'budget.created': 'A budget was created. It applies from now on.',
  'budget.updated': 'A budget was changed, or disabled.',
  'policy.replayed':
    'A caller replayed recorded decisions to see what a policy set would decide. `inputs` have the set and the range.',
  'peer.created': 'An authorization server of another domain became a peer.',
  'peer.updated': 'A peer was changed.',
  'peer.disabled': 'A peer was disabled. The server issues no assertions for it, and accepts none from it.',
  'peer.enabled': 'A peer was enabled again.',
  'peer.keys_purged': 'Keys that the server fetched from a peer are no longer used.',
  'account_link.created':
    'A person of a peer was linked to an account. `caller` is the peer where a verified address created the link.',
  'account_link.removed': 'The link of a person of a peer to an account was removed.',
  'upstream.created': 'An OpenID Connect provider was added. People can sign in at it from now on.',
  'upstream.updated': 'The settings of an upstream provider were changed.',
  'upstream.disabled': 'An upstream provider was disabled. No person can sign in at it.',
  'upstream.enabled': 'An upstream provider was enabled. People can sign in at it again.',
  'upstream.removed': 'An upstream provider was removed, with every link to it.',
  'upstream_link.created':
    'A person of an upstream provider was linked to an account. `inputs.proof` says how both sides were proven.',
  'upstream_link.updated': 'The claim of an upstream provider gave a person other groups than before.',
  'upstream_link.removed': 'The link of a person of an upstream provider to an account was removed.',
  'directory.created': 'A directory was added. Its client can provision accounts over SCIM from now on.',
  'directory.updated': 'The settings of a directory were changed.',
  'directory.disabled':
    'A directory was disabled. The server refuses its calls, and its groups give nothing; its accounts stay as they are.',
  'directory.enabled': 'A directory was enabled again.',
  'directory.dry_run_started':
    'An administrator let the requests of a directory be checked only. Nothing but a report is written.',
  'directory.dry_run_ended': 'An administrator started a directory for real. Its next request is done.',
  'directory.account_assigned': 'An account was given to a directory. `subject` is the account.',
  'directory.account_unassigned':
    'An account was taken from a directory and left the groups of the directory. `subject` is the account.',
  'directory.user_written':
    'A directory created or changed a user. `caller` is the directory, `subject` the account, and `changed` names the attributes. Events of the account follow.',
  'directory.user_deleted':
    'A directory deleted a user. The account is disabled, and the directory no longer manages it. Events of the account follow.',
  'directory.group_written':
    'A directory created or changed a group. `inputs.group` is its id, and `changed` names the attributes.',
  'directory.group_deleted': 'A directory deleted a group. `inputs.group` is its id. Its members are no longer in it.',
  'directory.agent_written':
    'A directory created or changed an agent. `inputs.agent` is the agent, and `changed` names the attributes. Events of the agent follow.',
  'directory.agent_deleted':
    'A directory deleted an agent that it had created. `inputs.agent` is the agent. The event of its retirement follows.',
  'directory.member_added':
    'A directory added a user to a group. `subject` is the account, and `inputs.group` the group of the directory. If the directory maps the group, the account is in a group of this server from then on.',
  'directory.member_removed':
    'A directory removed a user from a group. `subject` is the account, and `inputs.group` the group of the directory.',
  'directory.secret_allowed':
    'An administrator allowed a directory a static secret, as an exception. `inputs` have its id, owner, reason and end.',
  'directory.secret_rotated':
    'The secret of a directory was replaced. `inputs` have the new one; the end did not change.',
  'directory.secret_revoked': 'An administrator ended the secret of a directory. `inputs.secret` is its id.',
  'directory.deactivations_paused':
    'A directory deactivated or renamed too many accounts within ten minutes, so both are paused. `inputs.limit` is how many were allowed.',
  'directory.deactivations_resumed':
    'An administrator resumed the deactivations and changes of username of a directory. `inputs.allowed` is how many pass now within a day.',
  'transmitter.created': 'A trusted transmitter was added. Its security events have effects from now on.',
  'transmitter.updated': 'The settings of a trusted transmitter were changed.',
  'transmitter.disabled': 'A trusted transmitter was disabled. The server refuses what it sends.',
  'transmitter.enabled': 'A trusted transmitter was enabled again.',
  'transmitter.secret_rotated': 'The secret of a trusted transmitter was replaced. The former one is invalid.',
  'transmitter.verification_expected':
    'An administrator created the state that the next verification event of a trusted transmitter must have.',
  'transmitter.verified': 'A verification event of a trusted transmitter arrived (SSF 1.0 §8.1.4.1).',
  'transmitter.effects_paused':
    'Signals of a trusted transmitter affected too many accounts within ten minutes, so further ones are held. `inputs.limit` is how many were allowed.',
  'transmitter.effects_resumed':
    'An administrator resumed the effects of a trusted transmitter. `inputs.allowed` is how many accounts pass now within a day.',
  'transmitter.polls_failing':
    'Polls of a trusted transmitter have failed for five minutes. The server keeps polling. `inputs` have the reason, and since when.',
  'transmitter.polls_recovered': 'Polls of a trusted transmitter that were failing succeed again.',
  'signal.received':
    'A trusted transmitter, `caller`, sent a security event. `subject` is the account, `inputs` have its type, its level and the effects; events of the account follow. `note` says why it has none.',
  'signal.held':
    'A security event is held, because the effects of its transmitter are paused. An administrator decides about it.',
  'signal.released':
    'An administrator resumed the effects of a transmitter, and a held security event has its effects now.',
  'signal.discarded':
    'An administrator discarded a held security event, or the server did: `note` says that the account has a role or no link by now.',
  'signal.refused':
    'The server refused what a trusted transmitter sent. `error` is the code that it got, `note` the check that failed.',
  'successor_rule.created': 'A successor rule was created. Existing agents without owner get a proposal by it, too.',
  'successor_rule.updated': 'A successor rule was changed. Open proposals stay as they are.',
  'successor_rule.removed': 'A successor rule was removed. Open proposals stay as they are.',
  'provisioning_target.created':
    'A provisioning target was registered. The server pushes the chosen agents and their owners to it from now on.',
  'provisioning_target.updated': 'A provisioning target was changed. The server compares all agents with it again.',
  'provisioning_target.paused': 'A provisioning target was paused. Changes wait for it.',
  'provisioning_target.resumed': 'A provisioning target was resumed.',
  'provisioning_target.tested':
    'The configuration of a provisioning target was read as a test. `inputs.reason` says why that failed.',
  'provisioning_target.reconciled':
    'An administrator had agents and accounts pushed again that differ at a provisioning target. `inputs.objects` is their number.',
  'provisioning_target.refused':
    'A provisioning target refused an agent or account. `inputs` have the object, the reason, and the HTTP status.',
  'provisioning_target.failing':
    'A provisioning target has failed for five minutes. The server keeps trying. `inputs` have the reason, and since when.',
  'provisioning_target.recovered': 'A provisioning target that was failing acknowledges again.',
  'provisioning_target.removed': 'A provisioning target was removed. What it has stays there.',
  'inventory.imported':
    'The list of apps of another system was imported. `target` is the inventory. `inputs` have the number of apps, how many would be new, changed or gone, and the format of the list if the caller stated it. The server counts them and writes this event before it changes the first entry. So an import that did not end has the numbers of all of it.',
  'inventory.removed':
    'An administrator deleted an inventory. `target` is the inventory. `inputs` have the number of its apps, and of those that were gone. Its findings are resolved.',
  'finding.opened':
    'The server found something that needs a decision of a person. `inputs` have the kind, the subject, the score and its reasons. `note` says why an earlier decision no longer holds.',
  'finding.resolved': 'The reason for a finding is gone.',
  'finding.dismissed': 'A person dismissed a finding. `inputs.until` says until when, `inputs.reason` why.',
  'finding.adopted':
    'A person registered an agent for a client that behaves like one. `inputs.agent` is the agent. The client works as before.',
  'finding.quarantined':
    'A person suspended the subject of a finding. `inputs.reason` says why. The server writes this event before it suspends.',
  'finding.reopened':
    'A person undid a decision about a finding. The subject of a quarantine works again; the agent of an adoption stays.',
  'response_rule.created':
    'A response rule was created, as a draft. `inputs` have its conditions, its act and its environments, also in the other events about it.',
  'response_rule.updated':
    'A response rule was changed. With other conditions, environments or another act it is a draft.',
  'response_rule.replayed':
    'A caller replayed a response rule over the audit log. `inputs.replayed` has the range, and for how many agents it would have acted.',
  'response_rule.activated':
    'A caller who had read the replay of a response rule let it act. `inputs.replayed` is what it would have done.',
  'response_rule.deactivated': 'A response rule is a draft again, and does nothing any more. What it did stays.',
  'response_rule.removed': 'A response rule was deleted. What it did stays.',
  'response.acted':
    'A response rule acted on an agent. `inputs` have the rule, its act, the values that met its conditions, and the events that led to it. `inputs.isBraked`: rules had suspended or restricted too many agents within an hour, so this one is only notified. `inputs.isAlready`: the agent is restricted so already. The server writes this event before it acts.',
  'response.lifted':
    'An operator who does not own the agent ended a suspension or restriction by a response rule. The agent is active.',
  'response.expired': 'The time of a restriction by a response rule is over.',
  'review.created': 'An access review was created. The server makes its items.',
  'review.opened':
    'All items of an access review are made, and reviewers decide. `inputs` have the number of items, when they are due, and the default.',
  'review.escalated':
    'Three quarters of the time of an access review are over, and reviewers have not decided all items. Administrators are told.',
  'review.default_confirmed':
    'An administrator let the default of an access review end more than five percent of its delegations in an hour.',
  'review.completed': 'Every item of an access review is decided. `inputs.items` is their number.',
  'review.cancelled': 'An access review was cancelled. Open items stay as they are; what was decided stays decided.',
  'review.item_decided':
    'A reviewer decided about a delegation, or the default did (`inputs.isDefault`). `inputs` have the item, the decision, and the scopes removed or the new owner. The server writes this event before the decision takes effect.',
  'review.item_assigned': 'A reviewer handed an item to another one. `inputs.to` is the account or group.',
  'review.item_over': 'A delegation in an access review had ended before a decision.',
  'review.item_transferred': 'The new owner accepted an agent that a reviewer had offered them.',
  'review.item_reopened':
    'A decision could not take effect, or an offer of an agent was withdrawn, declined or not answered, and the item is open again. `inputs.reason` says why.',
  'review.item_undone':
    'A caller undid the end of a delegation by an access review. The person gets a new delegation with the same rights. The server writes this event before it creates it.',
  'review.item_undo_refused':
    'An undo came to nothing: before the new delegation existed, the person, a kill or a change of owner had decided. The end stands.',
  'review.evidence_written':
    'A caller has read the evidence of an access review to its end; `audit.exported` recorded that they began. `inputs.manifest` is the SHA-256 of its manifest.json, which has the digest of each file.',
  'directory.refused': 'The server refused a SCIM request of an authenticated client. `note` is method and path.',
  'group.created': 'A group that can own agents was created.',
  'group.updated': 'A group that can own agents was changed.',
  'client.created': 'A client was registered.',
  'client.updated': 'A client was changed.',
  'client.verified':
    'An administrator verified the name of a client. No one else can register a name that looks like it.',
  'client.unverified': 'The name of a client is no longer verified.',
  'client.disabled': 'A client was disabled.',
  'client.enabled': 'A client was enabled again.',
  'client.retired': 'A client was retired permanently.',
  'client.adopted': 'An account became the owner of a client that registered itself.',
  'client.metadata_changed':
    'The metadata document of a client whose id is its URL has changed. The server asks people who gave it consent again. Within the budget `audit.anonymousEventsPerDay`.',
  'client.secret_rotated': 'A client received a new secret.',
  'registration.token_created': 'An initial access token was created. Clients or agents register themselves with it.',
  'registration.token_revoked': 'An initial access token was revoked. It registers no further client or agent.',
  'registration.admitted':
    'The server admitted a registration of a client or agent (RFC 7591). `caller` is the initial access token, the issuer of the software statement, or `registration`. The server writes this event before it creates the client or agent.',
  'registration.refused':
    'The server refused a registration or its management after it accepted a token or software statement. `inputs.member` is the member at fault.',
  'registration.managed':
    'A client or agent used its registration access token (RFC 7592), and the server replaced the token. `inputs.action` says what for. For clients from open registration that no account adopted, within the budget `audit.anonymousEventsPerDay`.',
  'resource_server.created': 'A resource server was registered.',
  'resource_server.updated': 'A resource server was changed.',
  'resource_server.disabled': 'A resource server was disabled.',
  'resource_server.enabled': 'A resource server was enabled again.',
  'resource_server.delegation_proposed':
    'An operator proposed that a resource server may ask its callers for a scope of another API.',
  'resource_server.delegation_accepted': 'Another operator accepted such a proposal.',
  'resource_server.delegation_withdrawn': 'An operator withdrew such a pair.',
  'resource_server.secret_rotated': 'A resource server received a new introspection secret.',
  'webhook.created': 'A webhook endpoint was registered. It receives no notification until it is verified.',
  'webhook.updated': 'A webhook endpoint was changed.',
  'webhook.verified': 'An endpoint returned its challenge. It receives notifications from now on.',
  'webhook.verification_failed': 'An endpoint did not return its challenge. `inputs.reason` says why.',
  'webhook.tested': 'A test message without content was sent to an endpoint.',
  'webhook.secret_rotated': 'An endpoint received a new secret. For a day the former one signs beside it.',
  'webhook.stopped':
    'An endpoint was stopped and receives no further notification. `inputs.reason` says why, where the server stopped it: `failing`, `gone` or `queue_full`.',
  'webhook.removed': 'A webhook endpoint was removed.',
  'push.added': 'A person turned on notifications in a browser.',
  'push.removed':
    'A browser no longer receives notifications for a person. `inputs.reason` says why: `person`, `other_person` (who turned them on there), `account` (it is disabled), `gone`, `failing`, `not_allowed`, `key_ended` or `not_readable`.',
  'push.tested': 'A person sent a test message without content to a browser of their own.',
  'push_key.rotated':
    'Browsers receive a new key for notifications. The former keys still serve the browsers that have them.',
  'push_key.revoked':
    'A key for notifications in browsers may be compromised. It was revoked, and every browser that has it was removed.',
  'notification.undelivered':
    'The server could not deliver a notification. It keeps it among the dead letters. `inputs` say which and why.',
  'notification.chosen':
    'A person chose of which kinds they are notified by mail and in browsers. `inputs` have the kinds that are off.',
  'notification.retried': 'A notification among the dead letters was queued for delivery again.',
  'management.permitted':
    'Roles and policy permitted a call that changes something. The server writes this event before the change. `note` is the operation; `inputs` have the question to the policy.',
  'management.local_proof':
    'A client proved for one call that it runs on the machine of this server. This replaces a second factor.',
  'management.refused': 'The server refused a management API call of an authenticated caller.',
  'audit.read': 'The audit log was read.',
  'audit.exported':
    'A caller exports the audit log, or begins to read the evidence of a transaction or review. The server writes this event first.',
  'audit.erased': 'A personal value was erased from the audit log.',
  'audit.archived':
    'Records of the audit log from before `inputs.before` were copied into an archive on the machine of the server. The server writes this event before it reads them.',
  'audit.records_removed':
    'Records that a verified archive has were removed from the store. `inputs` have the archive, up to which entry of which transparency log, and the digest of the signed statement of where the streams begin. `inputs.undelivered`: audit sinks that do not receive some of them. The server writes this event before it removes.',
  'legal_hold.created':
    'An administrator ordered that records of the audit log stay in the store. `inputs` have the reason and which records.',
  'legal_hold.released': 'An administrator released a legal hold. `inputs` have the reason.',
  'audit.mismatch_found':
    'At start, stored records of the audit log did not match their digests: an editor of the database changed them. `inputs` have how many were checked and found. They name up to 20 by stream, sequence and member. `target` is the stream of the first.',
  'transparency_log.opened':
    'A transparency log began. `inputs` have its origin and its verifier key. The server writes this event at its next start if the first one was stopped before it.',
  'transparency_log.ended':
    'A transparency log ended, because its store was put back to an older state. `inputs` have its origin and its size. The next start begins another one.',
  'witness.failed':
    'A witness did not cosign a checkpoint of the transparency log. `inputs` have its name, the size of the checkpoint, the problem, and whether the others were a quorum. It cosigned no checkpoint from that size until its next `witness.recovered`.',
  'witness.recovered':
    'A witness cosigns checkpoints of the transparency log again. `inputs` have its name, the size of the checkpoint, and how many checkpoints readers saw without it.',
  'audit_sink.created':
    'An administrator registered an audit sink: another system, or a file, that receives every audit event. The server delivers to it from now on.',
  'audit_sink.updated': 'An audit sink was changed.',
  'audit_sink.paused':
    'The server delivers nothing to an audit sink until it is resumed. Its backlog waits in the log.',
  'audit_sink.resumed':
    'An administrator resumed an audit sink: the server delivers to it again, from where it stopped.',
  'audit_sink.tested': 'A test event was sent to an audit sink. `inputs.reason` says why it did not arrive.',
  'audit_sink.secret_rotated': 'An audit sink received a new secret.',
  'audit_sink.skipped':
    'An administrator skipped an event that an audit sink refuses. `inputs.record` is the event that the sink does not have.',
  'audit_sink.failing':
    'An audit sink has not taken events for five minutes. `inputs` say since when and why. The server tries again, and loses no event.',
  'audit_sink.recovered': 'An audit sink that failed takes events again.',
  'audit_sink.removed': 'An audit sink was removed. It receives no further event.',
  'signal_receiver.created':
    'An administrator admitted a receiver of security events. Its client can configure streams from now on.',
  'signal_receiver.updated': 'A receiver of security events was changed.',
  'signal_receiver.disabled':
    'A receiver of security events was disabled. The server refuses its calls and sends it nothing; its events wait in the log.',
  'signal_receiver.enabled': 'A receiver of security events was enabled again.',
  'signal_receiver.refused':
    'The server refused a request of an authenticated receiver of security events. `note` is method and path.',
  'signal_stream.created':
    'A receiver created a stream of security events. `caller` is the receiver. The stream has events from now on.',
  'signal_stream.updated': 'A receiver changed the settings of its stream.',
  'signal_stream.status_changed':
    'The status of a stream changed. `inputs` have the status, who set it, and the reason. The server itself pauses a stream whose backlog is too large.',
  'signal_stream.subject_added': 'A receiver added a subject again that it had removed from its stream.',
  'signal_stream.subject_removed': 'A receiver removed a subject from its stream. It hears nothing of it there.',
  'signal_stream.verified':
    'The endpoint of a stream acknowledged a verification event. It receives other events from now on.',
  'signal_stream.event_refused':
    'A receiver refused a security event. `inputs` have the id of the token and the error of the receiver. The server does not send this event again.',
  'signal_stream.failing':
    'The endpoint of a stream has not taken events for five minutes. `inputs` say since when and why. The server tries again, and loses no event.',
  'signal_stream.recovered': 'The endpoint of a stream that failed takes events again.',
  'signal_stream.removed': 'A stream was deleted. Its receiver gets no further event through it.',
  'checkpoint.made': 'The server signed the heads of all streams. `inputs.checkpoint` is the signed list.',
  'kill.ordered':
    'A caller ordered a kill. All that belongs to its target has ended, and the server blocks new access.',
  'kill.lift_signed': 'One of the people who must agree signed the lift of a kill of everything.',
  'kill.lifted': 'A kill was lifted. What it ended stays ended.',
  'kill.reconciled': 'A node stored a kill that it had latched on its data volume.',
  'keys.rotated': 'A new signing key was created.',
  'keys.revoked': 'A signing key may be compromised. It was revoked, with all that it signed.',
  'node.started': 'A node opened its stream.',
  'node.stopped': 'A node closed its stream in an orderly stop.',
  'volume.full':
    'The volume of the database was full, and the server released its reserve. Anonymous requests may not write. `inputs` have how many bytes are free, of how many.',
  'volume.recovered':
    'Enough of the volume of the database is free. The server created its reserve again, and anonymous requests may write.',
  'store.backed_up':
    'All data was copied into a file. This event is written before the data is read; a second one with outcome `refused` says that the copy failed.',
  'store.exported':
    'All data was read to be moved to another store. The server writes this event before it reads the data.',
  'store.imported': 'All data was imported from another store.',
  'store.restored': 'A backup was restored. All earlier tokens have ended.',
} as const;

export type AuditEventType = keyof typeof AUDIT_EVENTS;

/**
 * What happened. Carries ids, never a token, code, secret, password or e-mail address. Personal values go into
 * `personal` only. The audit log keeps a salted commitment in the chain, and the value beside the chain, where it can
 * be erased (decision D17).
 */
export type AuditEvent = {
  readonly type: AuditEventType;
  readonly outcome: 'granted' | 'refused' | 'done';
  /** The HTTP request, as in the access log. */
  readonly request?: string;
  /** The transaction; every exchange below inherits it (decision D6). */
  readonly txn?: string;
  /** Account on whose behalf the actor acts. */
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
   * `id` is the `jti` of a JWT, or the keyed digest under which an opaque token is stored. In 'token.refused': a token
   * that 'token.issued' of the same request announced, and that was never issued.
   */
  readonly token?: {
    readonly id: string;
    readonly format: 'jwt' | 'opaque';
    readonly expiresAt: number;
    readonly parent?: string;
    /** Calls that it is good for; absent: any number. */
    readonly maxUses?: number;
  };
  readonly error?: string;
  /** Remedies by kind only: the URL of a person's page is for that person alone. */
  readonly denial?: Omit<Denial, 'remedies'> & { readonly remedies?: readonly { readonly kind: string }[] };
  /** The object of a management action. */
  readonly target?: { readonly kind: string; readonly id: string };
  /** Names of members that were changed. */
  readonly changed?: readonly string[];
  /** Facts that the decision used, so that it can be repeated (decision D18). */
  readonly inputs?: { readonly [name: string]: unknown };
  /** Bounded text for the reader; never agent-chosen, never secret. */
  readonly note?: string;
  /** Counted refusals: their number, and since which second. */
  readonly count?: number;
  readonly since?: number;
  /**
   * `device`: address from which a device made its request (RFC 8628). `details`: authorization details (RFC 9396) as
   * JSON; they may name people. `message`: text of an agent for people, or its intent. `invoker`: what invoked an agent.
   * `reported`: the object that a resource server names in a report.
   */
  readonly personal?: {
    readonly source?: string;
    readonly device?: string;
    readonly username?: string;
    readonly details?: string;
    readonly message?: string;
    readonly reported?: string;
    readonly invoker?: string;
  };
};

/** Members of a second event: the change had no effect, because a concurrent end came first. */
export const OVER_FIRST = {
  outcome: 'refused',
  note: 'came to nothing: it was over first',
} as const satisfies Partial<AuditEvent>;

/** Place of an event in a stream, and the digest to which the next one is chained. */
export type AuditReceipt = { readonly stream: string; readonly sequence: number; readonly hash: string };

/** Documents that are stored together with an event, in one transaction. */
export type Together = {
  /** Inserted first. When its id is taken, neither the event nor anything else is stored. */
  readonly claim?: Insertion | undefined;
  /** Inserted behind the event. Their ids are new. */
  readonly writes: readonly Insertion[];
};

/** `isTogether`: what was to be stored together with the event is stored. Absent: only the event is. */
export type Appended = AuditReceipt & { readonly isTogether?: true };

/**
 * Appends to the audit log. The promise resolves when the event is on stable storage; until then nothing about it may
 * leave the process. Throws DomainError 'unavailable' when the event cannot be written. Concurrent callers share one
 * write.
 */
export interface AuditLog {
  /** Whether the store commits several documents at once. Absent: no; then no caller need prepare `together`. */
  readonly isTransactional?: boolean;

  /**
   * `together`: stored with the event where the store commits several documents at once. Elsewhere the receipt does not say
   * `isTogether`, and the caller stores them itself, behind the event. Throws DocumentConflict when the claim is taken.
   */
  append(event: AuditEvent, together?: Together): Promise<Appended>;
}
