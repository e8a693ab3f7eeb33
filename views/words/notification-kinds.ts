import { type Phrase, phrase } from '../html.ts';

/** Kinds of notifications, by what they are about. */
export const notificationGroups = {
  agents: phrase({ en: 'Agents and their credentials', de: 'Agenten und ihre Nachweise' }),
  kills: phrase({ en: 'Kill switch', de: 'Notaus' }),
  approvals: phrase({ en: 'Approvals', de: 'Freigaben' }),
  delegations: phrase({ en: 'Delegations', de: 'Delegationen' }),
  accounts: phrase({ en: 'Accounts and sign-in', de: 'Konten und Anmeldung' }),
  server: phrase({ en: 'This server', de: 'Dieser Server' }),
} as const;

type Said = { readonly group: keyof typeof notificationGroups; readonly text: Phrase };

const of =
  (group: Said['group']) =>
  (en: string, de: string): Said => ({ group, text: phrase({ en, de }) });

const agents = of('agents');
const kills = of('kills');
const approvals = of('approvals');
const delegations = of('delegations');
const accounts = of('accounts');
const server = of('server');

/** What each kind tells, in half a sentence. */
export const notificationKinds = {
  'agent.pending': agents('An agent waits for its owner', 'Ein Agent wartet auf seinen Eigentümer'),
  'agent.offered': agents('An agent was offered to a new owner', 'Ein Agent wurde einem neuen Eigentümer angeboten'),
  'agent.accepted': agents('An owner accepted an agent', 'Ein Eigentümer hat einen Agenten angenommen'),
  'agent.declined': agents(
    'A proposed owner declined an agent',
    'Ein vorgeschlagener Eigentümer hat einen Agenten abgelehnt',
  ),
  'agent.ending': agents('An agent is about to be suspended', 'Ein Agent wird bald ausgesetzt'),
  'agent.restricted': agents('An agent was restricted', 'Ein Agent wurde eingeschränkt'),
  'agent.suspended': agents('An agent was suspended', 'Ein Agent wurde ausgesetzt'),
  'agent.drifted': agents('An agent runs with another composition', 'Ein Agent läuft mit anderer Zusammensetzung'),
  'agent.expired': agents('An agent expired', 'Ein Agent ist abgelaufen'),
  'agent.inactive': agents('An unused agent was suspended', 'Ein unbenutzter Agent wurde ausgesetzt'),
  'agent.resumed': agents('A suspended agent is active again', 'Ein ausgesetzter Agent ist wieder aktiv'),
  'agent.retired': agents('An agent was retired', 'Ein Agent wurde stillgelegt'),
  'agent.orphaned': agents('An agent has no owner any more', 'Ein Agent hat keinen Eigentümer mehr'),
  'agent.without_successor': agents('No successor accepted an agent', 'Keine Nachfolge hat einen Agenten angenommen'),
  'response.acted': agents('An agent behaves unlike itself', 'Ein Agent verhält sich anders als sonst'),
  'credential.ending': agents('A credential ends soon', 'Ein Nachweis endet bald'),
  'credential.expired': agents('A credential expired', 'Ein Nachweis ist abgelaufen'),
  'agent.killed': kills('An agent was killed', 'Notaus für einen Agenten'),
  'agent.kill_lifted': kills('The kill of an agent was lifted', 'Notaus eines Agenten aufgehoben'),
  'kill.ordered': kills(
    'A person, app, owner or everything was killed',
    'Notaus für Person, App, Eigentümer oder alles',
  ),
  'kill.lifted': kills('A kill of something else was lifted', 'Ein anderer Notaus wurde aufgehoben'),
  'approval.requested': approvals('An agent asks for an approval', 'Ein Agent bittet um eine Freigabe'),
  'approval.approved': approvals('A person approved an action', 'Eine Person hat eine Handlung freigegeben'),
  'approval.denied': approvals('A person denied an action', 'Eine Person hat eine Handlung abgelehnt'),
  'approval.cancelled': approvals('An agent took its request back', 'Ein Agent hat seine Anfrage zurückgezogen'),
  'approval.used': approvals('An approved action was carried out', 'Eine freigegebene Handlung wurde ausgeführt'),
  'approval.escalated': approvals('Further approvers are asked', 'Weitere Personen werden gefragt'),
  'approval.muted': approvals('An agent may not ask for a day', 'Ein Agent darf einen Tag lang nicht fragen'),
  'break_glass.requested': approvals('Break-glass access was requested', 'Notfallfreigabe wurde verlangt'),
  'break_glass.activated': approvals('Break-glass access was approved', 'Notfallfreigabe wurde erteilt'),
  'break_glass.reviewed': approvals('Break-glass access was reviewed', 'Notfallfreigabe wurde geprüft'),
  'absence.declared': approvals('A deputy decides for a person', 'Eine Vertretung entscheidet für eine Person'),
  'absence.ended': approvals('A deputy no longer decides', 'Eine Vertretung endet'),
  'delegation.given': delegations('A delegation was created', 'Eine Delegation wurde erteilt'),
  'delegation.suspended': delegations(
    'Suspended: the agent has a new owner',
    'Ausgesetzt: Der Agent hat einen neuen Eigentümer',
  ),
  'delegation.confirmed': delegations(
    'A person confirmed the new owner',
    'Eine Person hat den neuen Eigentümer bestätigt',
  ),
  'delegation.ended': delegations('A delegation ended', 'Eine Delegation endete'),
  'review.opened': delegations('An access review waits for you', 'Eine Zugriffsprüfung wartet auf Sie'),
  'review.escalated': delegations('An access review is due soon', 'Eine Zugriffsprüfung ist bald fällig'),
  'review.ended': delegations(
    'An access review ended or narrowed access',
    'Eine Zugriffsprüfung hat Zugriff beendet oder eingeschränkt',
  ),
  'review.undone': delegations(
    'The end of access by a review was undone',
    'Das Ende eines Zugriffs durch eine Prüfung wurde zurückgenommen',
  ),
  'review.undo_refused': delegations(
    'The undo of an end by a review came to nothing',
    'Das Zurücknehmen einer Prüfung blieb ohne Wirkung',
  ),
  'factor.added': accounts('A second factor was added', 'Ein zweiter Faktor kam hinzu'),
  'factor.removed': accounts('A second factor was removed', 'Ein zweiter Faktor wurde entfernt'),
  'factor.recovery_codes_made': accounts('New recovery codes were created', 'Neue Wiederherstellungscodes'),
  'factor.copied': accounts('A passkey may have been copied', 'Ein Passkey wurde möglicherweise kopiert'),
  'upstream_link.created': accounts('Connected with a sign-in provider', 'Mit einem Anmeldedienst verbunden'),
  'upstream_link.removed': accounts('Disconnected from a sign-in provider', 'Von einem Anmeldedienst getrennt'),
  'account_link.created': accounts(
    'Linked to a person of another domain',
    'Mit einer Person einer anderen Domäne verknüpft',
  ),
  'account_link.removed': accounts(
    'A link to a person of another domain ended',
    'Die Verknüpfung mit einer Person einer anderen Domäne endete',
  ),
  'account.password_changed': accounts('A password was set', 'Ein Passwort wurde gesetzt'),
  'account.disabled': accounts('An account was disabled', 'Ein Konto wurde gesperrt'),
  'account.enabled': accounts('An account was enabled again', 'Ein Konto wurde entsperrt'),
  'session.ended': accounts('A session ended', 'Eine Sitzung endete'),
  'sessions.ended': accounts('A person ended all their sessions', 'Eine Person hat alle Sitzungen beendet'),
  'sessions.ended_by_other': accounts('An administrator ended sessions', 'Die Administration hat Sitzungen beendet'),
  'sign_in.locked': accounts('Too many attempts to sign in', 'Zu viele Anmeldeversuche'),
  'audit.mismatch_found': server(
    'The audit log does not match its digests',
    'Das Protokoll passt nicht zu seinen Prüfsummen',
  ),
  'webhook.stopped': server('A webhook was stopped', 'Ein Webhook wurde angehalten'),
} as const satisfies Readonly<Record<string, Said>>;

/** What a kind tells; a kind of a later version has its code only. */
export const notificationText = (kind: string): Phrase | undefined =>
  Object.hasOwn(notificationKinds, kind) ? notificationKinds[kind as keyof typeof notificationKinds].text : undefined;
