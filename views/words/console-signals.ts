import { type HtmlValue, html, phrase } from '../html.ts';

/** Types of security events, by their short names. */
export const securityEventWords = {
  session_revoked: phrase({ en: 'Session revoked', de: 'Sitzung beendet' }),
  sessions_revoked: phrase({ en: 'All sessions revoked', de: 'Alle Sitzungen beendet' }),
  token_claims_change: phrase({ en: 'Facts about the person changed', de: 'Angaben zur Person geändert' }),
  credential_change: phrase({ en: 'Credential changed', de: 'Anmeldenachweis geändert' }),
  credential_compromise: phrase({ en: 'Credential compromised', de: 'Anmeldenachweis kompromittiert' }),
  assurance_level_change: phrase({ en: 'Strength of sign-in changed', de: 'Stärke der Anmeldung geändert' }),
  device_compliance_change: phrase({ en: 'Compliance of a device changed', de: 'Konformität eines Geräts geändert' }),
  risk_level_change: phrase({ en: 'Level of risk changed', de: 'Risikostufe geändert' }),
  account_credential_change_required: phrase({
    en: 'New credential required',
    de: 'Neuer Anmeldenachweis verlangt',
  }),
  account_disabled: phrase({ en: 'Account disabled', de: 'Konto gesperrt' }),
  account_enabled: phrase({ en: 'Account enabled', de: 'Konto entsperrt' }),
  account_purged: phrase({ en: 'Account deleted', de: 'Konto gelöscht' }),
  agent_disabled: phrase({ en: 'Agent stopped', de: 'Agent angehalten' }),
  agent_enabled: phrase({ en: 'Agent active again', de: 'Agent wieder aktiv' }),
  agent_killed: phrase({ en: 'Agent killed', de: 'Notaus für einen Agenten' }),
  agent_retired: phrase({ en: 'Agent retired', de: 'Agent stillgelegt' }),
  agent_owner_changed: phrase({ en: 'Agent has a new owner', de: 'Agent hat einen neuen Eigentümer' }),
  delegation_revoked: phrase({ en: 'Delegation revoked', de: 'Delegation widerrufen' }),
  grant_ended: phrase({ en: 'Grant ended', de: 'Berechtigung beendet' }),
  transaction_closed: phrase({ en: 'Transaction closed', de: 'Vorgang geschlossen' }),
  tokens_revoked: phrase({ en: 'All tokens revoked', de: 'Alle Tokens widerrufen' }),
} as const;

/** Systems that receive security events, and their streams. */
export const receiverWords = {
  title: phrase({ en: 'Signal receivers', de: 'Signal-Empfänger' }),
  lead: phrase({
    en: 'Systems that this server notifies when an account, session or agent ends (OpenID Shared Signals). Each creates its own streams.',
    de: 'Systeme, denen dieser Server meldet, wenn ein Konto, eine Sitzung oder ein Agent endet (OpenID Shared Signals). Jedes legt seine Streams selbst an.',
  }),
  none: phrase({
    en: 'No system receives security events. Add a mail service, a gateway or another identity provider: it learns within a second what ends here.',
    de: 'Kein System erhält Sicherheitsereignisse. Fügen Sie einen Maildienst, ein Gateway oder einen anderen Identity-Provider hinzu: Er erfährt binnen einer Sekunde, was hier endet.',
  }),
  receiver: phrase({ en: 'Receiver', de: 'Empfänger' }),
  streams: phrase({ en: 'Streams', de: 'Streams' }),
  stream: phrase({ en: 'Stream', de: 'Stream' }),
  noStreams: phrase({
    en: html`The receiver has no stream yet. It creates one at <code>/ssf/v1/streams</code> with an access token of its client.`,
    de: html`Der Empfänger hat noch keinen Stream. Er legt einen unter <code>/ssf/v1/streams</code> an, mit einem Access-Token seines Clients.`,
  }),
  streamIs: (state: HtmlValue) => phrase({ en: html`stream ${state}`, de: html`Stream ${state}` }),
  noStreamsYet: phrase({
    en: 'No receiver on this page has a stream. Receivers create them themselves.',
    de: 'Kein Empfänger auf dieser Seite hat einen Stream. Empfänger legen sie selbst an.',
  }),
  client: phrase({ en: 'Client', de: 'Client' }),
  clientHint: phrase({
    en: 'Empty: the server creates a client with a secret. Or the name or id of a client that you created for this receiver.',
    de: 'Leer: Der Server legt einen Client mit Secret an. Oder Name oder Kennung eines Clients, den Sie für diesen Empfänger angelegt haben.',
  }),
  changeClientHint: phrase({
    en: html`Name or id of an active client with the grant type client_credentials, without a role. It needs authority <code>ssf.manage</code> at <code>/ssf/v1</code> of this server.`,
    de: html`Name oder Kennung eines aktiven Clients mit dem Grant-Typ client_credentials und ohne Rolle. Er braucht <code>ssf.manage</code> bei <code>/ssf/v1</code> dieses Servers.`,
  }),
  connectTitle: phrase({ en: 'Enter these values at the receiver', de: 'Tragen Sie diese Werte beim Empfänger ein' }),
  connectLead: phrase({
    en: 'It authenticates by client credentials, and then creates its stream.',
    de: 'Er weist sich mit Client Credentials aus und richtet dann seinen Stream ein.',
  }),
  atReceiver: phrase({ en: 'Values for the receiver', de: 'Werte für den Empfänger' }),
  connection: {
    issuer: phrase({ en: 'Transmitter, issuer', de: 'Sender, Issuer' }),
    tokenEndpoint: phrase({ en: 'Token endpoint', de: 'Token-Endpunkt' }),
    scope: phrase({ en: 'Scope', de: 'Scope' }),
  },
  contact: phrase({ en: 'Contact', de: 'Ansprechpartner' }),
  contactHint: phrase({ en: 'The person or team responsible for it.', de: 'Wer dafür zuständig ist.' }),
  audience: phrase({ en: 'Audience of its events', de: 'Audience seiner Ereignisse' }),
  audienceHint: phrase({ en: 'Empty: the id of the client.', de: 'Leer: die Kennung des Clients.' }),
  what: phrase({ en: 'What it receives', de: 'Was er erhält' }),
  events: phrase({ en: 'Events that it may request', de: 'Ereignisse, die er anfordern darf' }),
  eventsHint: phrase({ en: 'None ticked: all of them.', de: 'Keines angekreuzt: alle.' }),
  allEvents: phrase({ en: 'all', de: 'alle' }),
  subjects: phrase({ en: 'People and agents', de: 'Personen und Agenten' }),
  subjectsHint: phrase({
    en: html`Usernames and names of agents about which it receives events, one on each line. <code>*</code> alone: all. Empty: none.`,
    de: html`Benutzernamen und Namen von Agenten, über die er Ereignisse erhält, je Zeile einer. <code>*</code> allein: alle. Leer: keine.`,
  }),
  allSubjects: phrase({ en: 'all', de: 'alle' }),
  noSubjects: phrase({
    en: 'none: it receives no events about people or agents',
    de: 'keine: Er erhält keine Ereignisse über Personen oder Agenten',
  }),
  subjectCount: (count: HtmlValue) => phrase({ en: html`${count} chosen`, de: html`${count} ausgewählte` }),
  personal: phrase({
    en: 'Send personal values too: changed facts about people',
    de: 'Auch personenbezogene Werte senden: geänderte Angaben zu Personen',
  }),
  personalValues: phrase({ en: 'Personal values', de: 'Personenbezogene Werte' }),
  personals: {
    yes: phrase({ en: 'sent', de: 'werden gesendet' }),
    no: phrase({ en: 'stay in the server', de: 'bleiben im Server' }),
  },
  make: phrase({ en: 'Add a receiver', de: 'Empfänger hinzufügen' }),
  makeLead: phrase({
    en: 'Its client may then create streams and receive events about the people and agents that you name. From then on, changing that client needs a fresh second factor.',
    de: 'Sein Client darf dann Streams anlegen und Ereignisse über die Genannten empfangen. Änderungen dieses Clients brauchen dann einen frischen zweiten Faktor.',
  }),
  add: phrase({ en: 'Add the receiver', de: 'Empfänger hinzufügen' }),
  changeTitle: phrase({ en: 'Change a receiver', de: 'Empfänger ändern' }),
  changeLead: phrase({
    en: 'Events that wait are decided again: what the receiver may no longer receive is not sent.',
    de: 'Über wartende Ereignisse wird neu entschieden: Was er nicht mehr erhalten darf, wird nicht gesendet.',
  }),
  disableTitle: phrase({ en: 'Disable a receiver', de: 'Empfänger sperren' }),
  disableAsked: (name: HtmlValue) => phrase({ en: html`Disable ${name}?`, de: html`${name} sperren?` }),
  disableLead: phrase({
    en: 'The server refuses its calls and sends it nothing. It does not learn which accounts and agents end. Its events wait.',
    de: 'Der Server lehnt seine Aufrufe ab und sendet ihm nichts. Er erfährt nicht, welche Konten und Agenten enden. Seine Ereignisse warten.',
  }),
};

/** Signals about a person, as policies see them now. */
export const accountSignalWords = {
  title: phrase({ en: 'Signals now', de: 'Signale jetzt' }),
  lead: phrase({
    en: html`Policies see them as <code>context.signals</code> whenever an agent acts for the person.`,
    de: html`Richtlinien sehen sie als <code>context.signals</code>, sooft ein Agent für die Person handelt.`,
  }),
  ownerLead: (owner: HtmlValue) =>
    phrase({
      en: html`About the owner, ${owner}. Policies see them as <code>context.signals</code> when the agent acts for the owner.`,
      de: html`Über den Eigentümer, ${owner}. Richtlinien sehen sie als <code>context.signals</code>, wenn der Agent für ihn handelt.`,
    }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  level: phrase({ en: 'Risk', de: 'Risiko' }),
  source: phrase({ en: 'Source', de: 'Quelle' }),
  since: phrase({ en: 'Since', de: 'Seit' }),
  until: phrase({ en: 'Until', de: 'Bis' }),
  stepUp: phrase({ en: 'A newer sign-in is required', de: 'Neuere Anmeldung nötig' }),
};
