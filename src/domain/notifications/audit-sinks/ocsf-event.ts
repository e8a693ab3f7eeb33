/** Events in the form of the Open Cybersecurity Schema Framework (OCSF) 1.8.0, with the profile `security_control`. */
import { AUDIT_EVENTS } from '../../audit/audit-event.ts';
import { OCSF_CLASSES, type OcsfClass, ocsfKindOf } from './ocsf-classes.ts';
import { gravityOf, reasonOf, type SinkRecord, type SinkSource } from './sink-record.ts';

const OCSF_VERSION = '1.8.0';
/** An address, and not a network as counted refusals have it. */
const ADDRESS = /^(?:[\d.]+|[\da-f.]*:[\da-f:.]*)$/i;

type Members = Readonly<Record<string, unknown>>;

const SEVERITY = {
  informational: [1, 'Informational'],
  refused: [2, 'Low'],
  finding: [4, 'High'],
} as const satisfies Record<string, readonly [number, string]>;

/** Kinds of users by the prefix of an id: a person, or a service. */
const userOf = (id: string): Members =>
  id.startsWith('acc_') ? { uid: id, type_id: 1, type: 'User' } : { uid: id, type_id: 4, type: 'Service' };

const applicationOf = ({ version }: SinkSource): Members => ({ name: 'Behalf', vendor_name: 'Behalf', version });

/** Rights as `privileges` of OCSF: those given, else those asked for, else the ids that hold them. */
const privilegesOf = ({ scopeGiven, scopeAsked, delegation, grant }: SinkRecord['event']): readonly string[] => {
  const scopes = scopeGiven ?? scopeAsked;
  if (scopes && scopes.length > 0) return scopes;
  return [delegation ?? grant ?? 'all'];
};

const resourceOf = ({ resource }: SinkRecord['event']): Members =>
  resource === undefined ? {} : { resources: [{ uid: resource, type: 'resource server' }] };

const endpointOf = ({ personal, caller }: SinkRecord['event']): Members => {
  const source = personal?.source;
  return source !== undefined && ADDRESS.test(source) ? { ip: source } : { uid: caller ?? 'unauthenticated' };
};

const tokenOf = ({ token }: SinkRecord['event'], issuer: string): Members =>
  token ? { session: { uid: token.id, issuer, expiration_time: token.expiresAt * 1000 } } : {};

const actorOf = ({ caller, subject, agent }: SinkRecord['event']): Members => {
  const acting = caller ?? agent ?? subject;
  const uid = agent ?? caller;
  return { actor: { user: userOf(acting ?? 'unauthenticated'), ...(uid === undefined ? {} : { app_uid: uid }) } };
};

/** The person, or else the client, that the event is about. */
const subjectOf = ({ subject, target, caller, agent }: SinkRecord['event']): Members => {
  const account = target?.kind === 'account' ? target.id : undefined;
  return { user: userOf(account ?? subject ?? agent ?? caller ?? target?.id ?? 'unauthenticated') };
};

const entityOf = (record: SinkRecord): Members => {
  const { event } = record;
  const [noun = ''] = event.type.split('.');
  const uid = event.target?.id ?? event.agent ?? event.txn ?? event.subject ?? record.stream;
  return { entity: { uid, type_id: 99, type: event.target?.kind ?? noun } };
};

/** Members that the class requires or recommends, beside those of every event. */
const OF_CLASS: Readonly<Record<OcsfClass, (record: SinkRecord, source: SinkSource) => Members>> = {
  authentication: ({ event }, source) => ({
    ...subjectOf(event),
    ...actorOf(event),
    service: { name: 'Behalf', uid: source.issuer },
    src_endpoint: endpointOf(event),
    is_remote: true,
    ...(event.inputs?.['upstream'] === undefined ? {} : { auth_protocol_id: 6, auth_protocol: 'OpenID' }),
  }),
  authorize_session: ({ event }, { issuer }) => ({
    ...subjectOf(event),
    ...actorOf(event),
    ...tokenOf(event, issuer),
    privileges: privilegesOf(event),
    src_endpoint: endpointOf(event),
  }),
  user_access: ({ event }) => ({
    ...subjectOf(event),
    ...actorOf(event),
    ...resourceOf(event),
    privileges: privilegesOf(event),
    src_endpoint: endpointOf(event),
  }),
  account_change: ({ event }) => ({ ...subjectOf(event), ...actorOf(event), src_endpoint: endpointOf(event) }),
  entity_management: (record) => ({
    ...entityOf(record),
    ...actorOf(record.event),
    src_endpoint: endpointOf(record.event),
  }),
  // Without `actor`: these two classes have it with the profile `host` only.
  application_lifecycle: (_record, source) => ({ app: applicationOf(source) }),
  api_activity: ({ event }, source) => ({
    ...actorOf(event),
    ...resourceOf(event),
    src_endpoint: endpointOf(event),
    api: {
      operation: event.note !== undefined && event.type.startsWith('management.') ? event.note : event.type,
      service: { name: 'Behalf', uid: source.issuer },
      ...(event.request === undefined ? {} : { request: { uid: event.request } }),
      ...(event.error === undefined ? {} : { response: { error: event.error, message: reasonOf(event) } }),
    },
  }),
  detection_finding: ({ id, at, event }, source) => ({
    ...resourceOf(event),
    finding_info: {
      uid: id,
      title: event.type,
      desc: AUDIT_EVENTS[event.type],
      created_time: at,
      product: applicationOf(source),
    },
  }),
};

const policyOf = ({ policy, decision }: SinkRecord['event']): Members => {
  if (policy === undefined) return {};
  const applied = { name: 'active policy set', version: String(policy), is_applied: true };
  return { policy: applied, ...(decision === undefined ? {} : { authorizations: [{ decision, policy: applied }] }) };
};

/** One event of OCSF. `unmapped` holds the whole event and the hash of its record. */
export const ocsfEvent = (record: SinkRecord, source: SinkSource): Members => {
  const { id, stream, sequence, at, hash, event } = record;
  const { class: className, activity } = ocsfKindOf(event.type);
  const { uid, name, category } = OCSF_CLASSES[className];
  const [severityId, severity] = SEVERITY[gravityOf(event)];
  const isRefused = event.outcome === 'refused';
  const detail = reasonOf(event);
  return {
    category_uid: category[0],
    category_name: category[1],
    class_uid: uid,
    class_name: name,
    activity_id: activity[0],
    activity_name: activity[1],
    type_uid: uid * 100 + activity[0],
    type_name: `${name}: ${activity[1]}`,
    time: at,
    severity_id: severityId,
    severity,
    status_id: isRefused ? 2 : 1,
    status: isRefused ? 'Failure' : 'Success',
    ...(event.error === undefined ? {} : { status_code: event.error }),
    ...(detail === undefined ? {} : { status_detail: detail }),
    action_id: isRefused ? 2 : 1,
    action: isRefused ? 'Denied' : 'Allowed',
    ...(event.count === undefined ? {} : { count: event.count }),
    ...(event.since === undefined ? {} : { start_time: event.since * 1000 }),
    message: event.type,
    metadata: {
      version: OCSF_VERSION,
      uid: id,
      event_code: event.type,
      log_name: stream,
      sequence,
      profiles: ['security_control'],
      product: applicationOf(source),
      ...(event.txn === undefined ? {} : { correlation_uid: event.txn }),
    },
    ...policyOf(event),
    ...OF_CLASS[className](record, source),
    unmapped: { hash, event },
  };
};
