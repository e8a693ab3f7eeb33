/** Routes about running the server: kills, the audit log and the keys. */
import { AUDIT_EVENTS } from '../../../domain/audit/audit-event.ts';
import { KILL_SCOPES } from '../../../domain/vocabulary/kill.ts';
import { ADMINISTRATORS, about, clientId, id, OWN, PAGE, type RouteDeclaration } from './route.ts';

const kills = about('kills', 'kills:read', 'kills:write');
/** The stream of a node, and the position in it. */
const RECORD_ID = /^[A-Za-z0-9_-]{1,128}:[0-9]{16}$/;

const audit = about('audit', 'audit:read', 'audit:write');
const keys = about('keys', 'keys:read', 'keys:write');
const pushKeys = about('push-keys', 'keys:read', 'keys:write');

export const OPERATION_ROUTES = {
  createKill: kills.create(
    '/kills',
    'NewKill',
    'Kill',
    'Stop an agent, all agents of an owner, an account, a client, or everything, at once and until the kill is lifted',
    {
      policy: { not: 'it only takes away, and has to work when nothing else does' },
      own: true,
      isServedFromReserve: true,
      accepted: 'The kill takes effect on this node at once. `not_durable_yet` names what has not stored it yet.',
    },
  ),
  listKills: kills.read('/kills', 'KillPage', 'List kills, newest first', {
    own: true,
    query: {
      ...PAGE,
      scope: { type: 'string', enum: KILL_SCOPES, description: 'Only kills of this scope; needs `id`, except `all`.' },
      id: id('Only kills of this object.'),
      standing: { type: 'boolean', default: false, description: 'Only kills that are not lifted.' },
    },
  }),
  getKill: kills.read('/kills/{id}', 'Kill', 'Read a kill', OWN),
  liftKill: kills.act(
    '/kills/{id}/lift',
    'Kill',
    'Lift a kill, or sign its lift. A kill of everything needs two administrators, unchanged since the order',
    { ...OWN, isServedFromReserve: true },
  ),

  listAuditEvents: audit.read('/audit/events', 'AuditPage', 'List audit events, newest first', {
    isServedFromReserve: true,
    query: {
      ...PAGE,
      type: { type: 'string', enum: Object.keys(AUDIT_EVENTS), description: 'Only events of this type.' },
      outcome: {
        type: 'string',
        enum: ['granted', 'refused', 'done'],
        description:
          'Only events with this outcome. With another filter, a page may be shorter than requested and still have a next page.',
      },
      id: clientId(
        'Only events that contain this id as subject, agent, caller, transaction, delegation, token, decision, denial, approval, or target. A page may be shorter than requested and still have a next page.',
      ),
      subject: id('Only events on behalf of this account.'),
      agent: id('Only events about this agent.'),
      caller: clientId('Only events caused by this account, client or agent.'),
      txn: id('Only events of this transaction.'),
      delegation: id('Only events about this delegation.'),
      token_id: id('Only events about this token.'),
      from: { type: 'integer', minimum: 0, maximum: 99_999_999_999, description: 'First second, epoch seconds.' },
      to: { type: 'integer', minimum: 0, maximum: 99_999_999_999, description: 'Last second, epoch seconds.' },
    },
  }),
  getAuditEvent: audit.read('/audit/events/{id}', 'AuditEntry', 'Read one audit event', {
    ids: RECORD_ID,
    isServedFromReserve: true,
  }),
  exportAudit: audit.read(
    '/audit/export',
    'ndjson',
    'Export the audit log. Verify it offline with `behalf audit verify`',
    {
      isServedFromReserve: true,
      query: {
        personal: { type: 'boolean', default: false, description: 'Include personal values that were not erased.' },
      },
    },
  ),
  eraseAuditValue: {
    method: 'POST',
    path: '/audit/erasures',
    tag: 'audit',
    summary: 'Erase a personal value of an event. The audit log still verifies',
    scope: 'audit:write',
    policy: 'administer',
    roles: ADMINISTRATORS,
    body: 'AuditErasure',
    status: 204,
  },

  listKeys: keys.read('/keys', 'SigningKeys', 'List the signing keys', { roles: ['administrator', 'auditor'] }),
  rotateKeys: keys.act('/keys/rotations', 'SigningKeys', 'Rotate the signing keys', { roles: ADMINISTRATORS }),
  revokeKey: keys.act('/keys/{id}/revoke', 'SigningKeys', 'Revoke a compromised key and everything it signed', {
    roles: ADMINISTRATORS,
    body: 'KeyRevocation',
  }),
  listPushKeys: pushKeys.read('/push-keys', 'PushKeys', 'List the web push keys, newest first', {
    roles: ['administrator', 'auditor'],
  }),
  rotatePushKey: pushKeys.act('/push-keys/rotations', 'PushKeys', 'Create a new web push key for new browsers', {
    roles: ADMINISTRATORS,
  }),
  revokePushKey: pushKeys.act(
    '/push-keys/{id}/revoke',
    'PushKeys',
    'Revoke a compromised web push key and every browser registration that uses it',
    { roles: ADMINISTRATORS, body: 'KeyRevocation' },
  ),
} satisfies Readonly<Record<string, RouteDeclaration>>;
