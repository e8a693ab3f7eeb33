/**
 * The security events that follow from an audit event, with their subjects and members. A table of audit event types: others
 * give none. An event whose outcome is `refused` gives none, because nothing changed.
 */
import type { AuditEventType } from '../../audit/audit-event.ts';
import type { AuditRecord, RecordedEvent } from '../../audit/audit-record.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../vocabulary/assurance.ts';
import type { SecurityEvent } from '../security-events.ts';
import type { ComplexSubject, SimpleSubject, SubjectIdentifier } from '../subject-identifiers.ts';

/** The ids that decide who may hear of an event. Without any of them: only receivers that may hear of all. */
export type Concerned = {
  /** Every receiver may hear of it. */
  readonly isEveryone?: true;
  /** Account of the person. */
  readonly person?: string | undefined;
  readonly agent?: string | undefined;
  readonly owner?: string | undefined;
};

/** A security event before it is in a token. */
export type EventDraft = {
  readonly event: SecurityEvent;
  readonly subject: SubjectIdentifier;
  readonly concerns: Concerned;
  /** English, for administrators of the receiver (`reason_admin`). */
  readonly reason: string;
  /** Members of its own type. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Claims of the person that changed. Their values are read when the token is made. */
  readonly claims?: readonly string[];
};

type Source = { readonly issuer: string; readonly event: RecordedEvent };
type Rule = (source: Source) => readonly EventDraft[];

/** Claims by the member of an account. */
export const CLAIMS_OF_MEMBERS: Readonly<Record<string, string>> = {
  name: 'name',
  email: 'email',
  emailVerified: 'email_verified',
  email_verified: 'email_verified',
  username: 'preferred_username',
  groups: 'groups',
};

const one = (iss: string, sub: string): SimpleSubject => ({ format: 'iss_sub', iss, sub });

const targetOf = ({ target }: RecordedEvent, kind: string): string | undefined =>
  target?.kind === kind ? target.id : undefined;

const personOf = (event: RecordedEvent): string | undefined => targetOf(event, 'account') ?? event.subject;
const agentOf = (event: RecordedEvent): string | undefined => event.agent ?? targetOf(event, 'agent');

/** About a person alone; nothing where the event names none. */
const ofPerson =
  (event: SecurityEvent, reason: string, members?: (event: RecordedEvent) => Readonly<Record<string, unknown>>): Rule =>
  ({ issuer, event: recorded }) => {
    const person = personOf(recorded);
    if (person === undefined) return [];
    const own = members?.(recorded);
    return [
      {
        event,
        subject: one(issuer, person),
        concerns: { person },
        reason,
        ...(own === undefined ? {} : { members: own }),
      },
    ];
  };

/** About all that is known of the person, agent and session, together one subject. */
const complexOf = (
  { issuer, event }: Source,
  more: Partial<Omit<ComplexSubject, 'format'>> = {},
): Pick<EventDraft, 'subject' | 'concerns'> => {
  const [person, agent] = [event.subject, agentOf(event)];
  return {
    subject: {
      format: 'complex',
      ...(person === undefined ? {} : { user: one(issuer, person) }),
      ...(agent === undefined ? {} : { agent: one(issuer, agent) }),
      tenant: { format: 'uri', uri: issuer },
      ...more,
    },
    concerns: { person, agent, owner: event.owner },
  };
};

/** About an agent, with the person for whom it acted if the event names one. */
const ofAgent =
  (event: SecurityEvent, reason: string, members?: (event: RecordedEvent) => Readonly<Record<string, unknown>>): Rule =>
  (source) => {
    const own = members?.(source.event);
    return [{ event, ...complexOf(source), reason, ...(own === undefined ? {} : { members: own }) }];
  };

const ids = (event: RecordedEvent): Readonly<Record<string, unknown>> => ({
  ...(event.delegation === undefined ? {} : { delegation_id: event.delegation }),
  ...(event.grant === undefined ? {} : { grant_id: event.grant }),
  ...(targetOf(event, 'client') === undefined ? {} : { client_id: targetOf(event, 'client') }),
  ...(event.instance === undefined ? {} : { instance_id: event.instance }),
});

const session: Rule = (source) => {
  const id = targetOf(source.event, 'session');
  if (source.event.subject === undefined || id === undefined) return [];
  const how = source.event.inputs?.['how'];
  return [
    {
      event: 'session_revoked',
      ...complexOf(source, { session: { format: 'opaque', id } }),
      reason: typeof how === 'string' ? `The session ended: ${how}.` : 'The session ended.',
    },
  ];
};

/** CAEP 1.0 §3.3.1 has no type for passkeys that a person keeps in several places: they count as platform authenticators. */
const FACTOR_TYPES: Readonly<Record<string, string>> = { totp: 'app', passkey: 'fido2-platform', recovery: 'pin' };

const factor =
  (change: 'create' | 'delete'): Rule =>
  (source) => {
    const { kind, kinds } = source.event.inputs ?? {};
    const given = Array.isArray(kinds) ? kinds : [kind];
    const type = FACTOR_TYPES[String(given[0])] ?? 'app';
    const reason = change === 'create' ? 'A second factor was added.' : 'A second factor was removed.';
    return ofPerson('credential_change', reason, () => ({ credential_type: type, change_type: change }))(source);
  };

/** The type of the credential is of this server: CAEP 1.0 §3.3.1 allows others than its own. */
const credential = (change: 'create' | 'update' | 'revoke' | 'delete', reason: string): Rule =>
  ofAgent('credential_change', reason, ({ target }) => ({
    credential_type: 'agent-credential',
    change_type: change,
    ...(target === undefined ? {} : { credential_id: target.id }),
  }));

const claims: Rule = (source) => {
  const changed = (source.event.changed ?? []).flatMap((name) => CLAIMS_OF_MEMBERS[name] ?? []);
  if (changed.length === 0) return [];
  const drafts = ofPerson('token_claims_change', 'Claims of the account changed.')(source);
  return drafts.map((draft) => ({ ...draft, claims: [...new Set(changed)] }));
};

const emailClaims: Rule = (source) =>
  ofPerson(
    'token_claims_change',
    'The person confirmed a new address.',
  )(source).map((draft) => ({
    ...draft,
    claims: ['email', 'email_verified'],
  }));

const risk = (reason: string, code: string): Rule =>
  ofAgent('risk_level_change', reason, ({ agent }) => ({
    principal: agent === undefined ? 'USER' : 'AGENT',
    current_level: 'HIGH',
    risk_reason: code,
  }));

const kill: Rule = (source) => {
  const { event, issuer } = source;
  const id = event.target?.id ?? '';
  const tenant: SimpleSubject = { format: 'uri', uri: issuer };
  switch (event.target?.kind) {
    case 'agent':
      return ofAgent('agent_killed', 'A kill ended all that belongs to the agent.')(source);
    case 'account':
      return ofPerson('session_revoked', 'A kill ended all that belongs to the account.')(source);
    case 'delegation': {
      const subject: ComplexSubject = { format: 'complex', tenant };
      const members = { delegation_id: id };
      return [{ event: 'delegation_revoked', subject, concerns: {}, reason: 'A kill ended the delegation.', members }];
    }
    case 'client': {
      const subject: ComplexSubject = { format: 'complex', application: one(issuer, id), tenant };
      return [{ event: 'session_revoked', subject, concerns: {}, reason: 'A kill ended all of the client.' }];
    }
    case 'owner': {
      const owner = id.startsWith('acc_') ? { user: one(issuer, id) } : { group: one(issuer, id) };
      const subject: ComplexSubject = { format: 'complex', ...owner, tenant };
      const reason = 'A kill ended all agents of the owner.';
      return [{ event: 'agent_killed', subject, concerns: { owner: id }, reason }];
    }
    case 'token':
      return [];
    default: {
      const subject: ComplexSubject = { format: 'complex', tenant };
      const reason = 'A kill ended everything at this server.';
      return [{ event: 'session_revoked', subject, concerns: { isEveryone: true }, reason }];
    }
  }
};

const both =
  (...rules: readonly Rule[]): Rule =>
  (source) =>
    rules.flatMap((rule) => rule(source));

const disabled = (reason: string): Rule => ofAgent('agent_disabled', reason);

/** A table of the audit events that give security events. */
const RULES: Readonly<Partial<Record<AuditEventType, Rule>>> = {
  'session.ended': session,
  'account.sessions_ended': ofPerson('session_revoked', 'All sessions of the account ended.'),
  'account.disabled': both(
    ofPerson('account_disabled', 'The account was disabled.'),
    ofPerson('session_revoked', 'The account was disabled, and its sessions ended.'),
  ),
  'account.enabled': ofPerson('account_enabled', 'The account was enabled again.'),
  'account.removed': ofPerson('account_purged', 'The directory of the account deleted it.'),
  'account.password_changed': ofPerson('credential_change', 'A password was set.', () => ({
    credential_type: 'password',
    change_type: 'update',
  })),
  'account.updated': claims,
  'account.email_confirmed': emailClaims,
  'factor.added': factor('create'),
  'factor.removed': factor('delete'),
  'factor.all_removed': factor('delete'),
  'session.stepped_up': ofPerson('assurance_level_change', 'The person passed a second factor.', () => ({
    namespace: 'urn:behalf:acr',
    current_level: MULTI_FACTOR,
    previous_level: SINGLE_FACTOR,
    change_direction: 'increase',
  })),
  'token.replayed': risk('A used code or token was presented again.', 'token_replayed'),
  'instance.replayed': risk('A used refresh token of an instance was presented again.', 'token_replayed'),
  'credential.added': credential('create', 'The agent received a credential.'),
  'credential.rotated': credential('update', 'The keys of a credential of the agent were replaced.'),
  'credential.suspended': credential('revoke', 'A credential of the agent was suspended.'),
  'credential.resumed': credential('update', 'A suspended credential of the agent is active again.'),
  'credential.removed': credential('delete', 'A credential of the agent was removed.'),
  'credential.expired': credential('revoke', 'A credential of the agent expired.'),
  'agent.suspended': disabled('The agent was suspended.'),
  'agent.orphaned': disabled('The agent lost its owner.'),
  'agent.expired': disabled('The agent reached its end, or no owner accepted it in time.'),
  'agent.inactive': disabled('The agent was unused for too long.'),
  'agent.resumed': ofAgent('agent_enabled', 'The agent is active again.'),
  'agent.retired': ofAgent('agent_retired', 'The agent was retired.'),
  'agent.transferred': ofAgent('agent_owner_changed', 'A new owner accepted the agent.'),
  'delegation.revoked': ofAgent('delegation_revoked', 'The delegation ended, with all below it.', ids),
  'grant.revoked': ofAgent('grant_ended', 'The grant to the client ended.', ids),
  'transaction.closed': ofAgent('transaction_closed', 'The transaction was closed.'),
  'kill.ordered': kill,
};

/** The security events of a record; of each type at most one. */
export const securityEventsOf = ({ event }: Pick<AuditRecord, 'event'>, issuer: string): readonly EventDraft[] =>
  event.outcome === 'refused' || !Object.hasOwn(RULES, event.type)
    ? []
    : (RULES[event.type]?.({ event, issuer }) ?? []);

/** What caused an event (CAEP 1.0 §2). */
export const initiatingEntityOf = (event: RecordedEvent): 'admin' | 'user' | 'policy' | 'system' => {
  const { caller, type } = event;
  if (type === 'agent.inactive' || type === 'agent.expired') return 'policy';
  if (caller === undefined || !caller.startsWith('acc_')) return 'system';
  return caller === personOf(event) ? 'user' : 'admin';
};
