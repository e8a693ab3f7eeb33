/** The class and activity of the Open Cybersecurity Schema Framework for each type of audit event. */
import type { AuditEventType } from '../../audit/audit-event.ts';

/** Classes of OCSF that events have here. */
export const OCSF_CLASSES = {
  detection_finding: { uid: 2004, name: 'Detection Finding', category: [2, 'Findings'] },
  account_change: { uid: 3001, name: 'Account Change', category: [3, 'Identity & Access Management'] },
  authentication: { uid: 3002, name: 'Authentication', category: [3, 'Identity & Access Management'] },
  authorize_session: { uid: 3003, name: 'Authorize Session', category: [3, 'Identity & Access Management'] },
  entity_management: { uid: 3004, name: 'Entity Management', category: [3, 'Identity & Access Management'] },
  user_access: { uid: 3005, name: 'User Access Management', category: [3, 'Identity & Access Management'] },
  application_lifecycle: { uid: 6002, name: 'Application Lifecycle', category: [6, 'Application Activity'] },
  api_activity: { uid: 6003, name: 'API Activity', category: [6, 'Application Activity'] },
} as const satisfies Record<
  string,
  { readonly uid: number; readonly name: string; readonly category: readonly [number, string] }
>;

export type OcsfClass = keyof typeof OCSF_CLASSES;
/** Id and caption of an activity. */
export type OcsfActivity = readonly [id: number, name: string];
export type OcsfKind = { readonly class: OcsfClass; readonly activity: OcsfActivity };

const OTHER = 99;

/** Events whose class or activity does not follow from their noun and verb. */
const EXACT: Readonly<Partial<Record<AuditEventType, readonly [OcsfClass, number, string]>>> = {
  'token.issued': ['authorize_session', 1, 'Assign Privileges'],
  'token.refused': ['authorize_session', 1, 'Assign Privileges'],
  'token.revoked': ['user_access', 2, 'Revoke Privileges'],
  'token.revocation_refused': ['user_access', 2, 'Revoke Privileges'],
  'token.replayed': ['detection_finding', 1, 'Create'],
  'instance.replayed': ['detection_finding', 1, 'Create'],
  'factor.copied': ['detection_finding', 1, 'Create'],
  'audit.mismatch_found': ['detection_finding', 1, 'Create'],
  'finding.opened': ['detection_finding', 1, 'Create'],
  'finding.resolved': ['detection_finding', 3, 'Close'],
  'finding.dismissed': ['detection_finding', 2, 'Update'],
  'finding.adopted': ['detection_finding', 2, 'Update'],
  'finding.quarantined': ['detection_finding', 2, 'Update'],
  'finding.reopened': ['detection_finding', 2, 'Update'],
  'response.acted': ['detection_finding', 1, 'Create'],
  'response.lifted': ['detection_finding', 3, 'Close'],
  'response.expired': ['detection_finding', 3, 'Close'],
  'client.authentication_refused': ['authentication', 1, 'Logon'],
  'session.started': ['authentication', 1, 'Logon'],
  'session.refused': ['authentication', 1, 'Logon'],
  'session.factor_asked': ['authentication', 6, 'Preauth'],
  'session.ended': ['authentication', 2, 'Logoff'],
  'consent.granted': ['user_access', 1, 'Assign Privileges'],
  'consent.denied': ['user_access', 1, 'Assign Privileges'],
  'delegation.created': ['user_access', 1, 'Assign Privileges'],
  'delegation.extended': ['user_access', 1, 'Assign Privileges'],
  'account.password_changed': ['account_change', 3, 'Password Change'],
  'account.reset_asked': ['account_change', 4, 'Password Reset'],
  'factor.added': ['account_change', 10, 'MFA Factor Enable'],
  'factor.removed': ['account_change', 11, 'MFA Factor Disable'],
  'factor.all_removed': ['account_change', 11, 'MFA Factor Disable'],
  'node.started': ['application_lifecycle', 3, 'Start'],
  'node.stopped': ['application_lifecycle', 4, 'Stop'],
  'audit.read': ['api_activity', 2, 'Read'],
  'audit.exported': ['api_activity', 2, 'Read'],
  'audit.erased': ['api_activity', 4, 'Delete'],
  'kill.ordered': ['entity_management', 9, 'Disable'],
  'kill.lifted': ['entity_management', 8, 'Enable'],
};

/** The class of all other events of a noun. Of a noun without an entry: Entity Management. */
const BY_NOUN: Readonly<Record<string, OcsfClass>> = {
  session: 'authentication',
  consent: 'user_access',
  grant: 'user_access',
  delegation: 'user_access',
  account: 'account_change',
  factor: 'account_change',
  authorization: 'api_activity',
  device: 'api_activity',
  request: 'api_activity',
  requests: 'api_activity',
  refusals: 'api_activity',
  introspection: 'api_activity',
  decision: 'api_activity',
  report: 'api_activity',
  management: 'api_activity',
  registration: 'api_activity',
  volume: 'application_lifecycle',
  store: 'application_lifecycle',
};

/** Activities of a class by the verb of an event. Other verbs: `Other`, with the verb as its name. */
const BY_VERB: Readonly<Partial<Record<OcsfClass, Readonly<Record<string, OcsfActivity>>>>> = {
  entity_management: {
    created: [1, 'Create'],
    added: [1, 'Create'],
    opened: [1, 'Create'],
    updated: [3, 'Update'],
    rotated: [3, 'Update'],
    removed: [4, 'Delete'],
    retired: [4, 'Delete'],
    transferred: [5, 'Move'],
    enabled: [8, 'Enable'],
    disabled: [9, 'Disable'],
    activated: [10, 'Activate'],
    accepted: [10, 'Activate'],
    closed: [11, 'Deactivate'],
    expired: [11, 'Deactivate'],
    suspended: [12, 'Suspend'],
    resumed: [13, 'Resume'],
  },
  account_change: { created: [1, 'Create'], enabled: [2, 'Enable'], disabled: [5, 'Disable'] },
  user_access: {
    revoked: [2, 'Revoke Privileges'],
    narrowed: [2, 'Revoke Privileges'],
    suspended: [2, 'Revoke Privileges'],
    confirmed: [1, 'Assign Privileges'],
  },
};

/** The OCSF class and activity of events of a type. */
export const ocsfKindOf = (type: AuditEventType): OcsfKind => {
  const exact = EXACT[type];
  if (exact) return { class: exact[0], activity: [exact[1], exact[2]] };
  const [noun = '', verb = ''] = type.split('.');
  const name = BY_NOUN[noun] ?? 'entity_management';
  return { class: name, activity: BY_VERB[name]?.[verb] ?? [OTHER, verb] };
};
