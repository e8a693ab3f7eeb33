import { type HtmlValue, html, phrase } from '../html.ts';
import { passwordWords } from './password.ts';

/** Labels of the fields that create and change registered objects. */
export const fieldWords = {
  name: phrase({ en: 'Name', de: 'Name' }),
  username: phrase({ en: 'Username', de: 'Benutzername' }),
  usernameHint: phrase({
    en: 'The person signs in with it. It cannot change later.',
    de: 'Damit meldet sich die Person an. Er ändert sich später nicht.',
  }),
  email: phrase({ en: 'E-mail address', de: 'E-Mail-Adresse' }),
  language: phrase({ en: 'Language of mails', de: 'Sprache der Mails' }),
  groups: phrase({ en: 'Groups sent to apps', de: 'Gruppen, die Apps mitgeteilt werden' }),
  entitlements: phrase({ en: 'Limit of what consent can give', de: 'Obergrenze für Einwilligungen' }),
  entitlementsHint: phrase({
    en: 'On each line the identifier of an API, then its scopes. Empty: consent alone limits the person.',
    de: 'Je Zeile die Kennung einer API, danach ihre Scopes. Leer: Nur die Einwilligung begrenzt die Person.',
  }),
  password: phrase({ en: 'Password', de: 'Passwort' }),
  passwordHint: phrase({
    en: 'Administrators only. Without a password the person signs in at a sign-in provider, or sets one by mail.',
    de: 'Nur für Administratoren. Ohne Passwort meldet sich die Person bei einem Anmeldedienst an oder setzt eines per Mail.',
  }),
  roles: phrase({ en: 'Roles', de: 'Rollen' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  purpose: phrase({ en: 'Purpose', de: 'Zweck' }),
  purposeHint: phrase({ en: 'What it is for, one line.', de: 'Wofür er da ist, in einer Zeile.' }),
  kind: phrase({ en: 'Kind', de: 'Art' }),
  method: phrase({ en: 'Authentication', de: 'Authentifizierung' }),
  fixed: phrase({ en: 'It cannot change later.', de: 'Das ändert sich später nicht.' }),
  redirectUris: phrase({ en: 'Redirect URIs', de: 'Redirect-URIs' }),
  grantTypes: phrase({ en: 'Grant types', de: 'Grant-Typen' }),
  keys: phrase({ en: 'Public keys (JWKS)', de: 'Öffentliche Schlüssel (JWKS)' }),
  keysUrl: phrase({ en: 'URL of the keys', de: 'URL der Schlüssel' }),
  logoutUris: phrase({ en: 'Redirect URIs after sign-out', de: 'Redirect-URIs nach dem Abmelden' }),
  backchannel: phrase({ en: 'URL for logout tokens', de: 'URL für Logout-Tokens' }),
  origins: phrase({ en: 'Origins of browser apps', de: 'Ursprünge von Browser-Apps' }),
  skipConsent: phrase({ en: 'First party: no consent page', de: 'Eigene App: keine Einwilligungsseite' }),
  dpop: phrase({
    en: 'Bind all access tokens to a key (DPoP)',
    de: 'Alle Access-Tokens an einen Schlüssel binden (DPoP)',
  }),
  pushed: phrase({ en: 'Accept pushed requests only (PAR)', de: 'Nur vorab gesendete Anfragen annehmen (PAR)' }),
  idTokens: phrase({ en: 'ID tokens signed with', de: 'ID-Tokens signiert mit' }),
  authority: phrase({ en: 'Rights when it acts for itself', de: 'Rechte, wenn er für sich selbst handelt' }),
  identifier: phrase({ en: 'Resource indicator', de: 'Resource-Indicator' }),
  identifierHint: phrase({
    en: 'A URL that clients send as resource, and tokens have as audience. It cannot change later.',
    de: 'Eine URL, die Clients als resource senden und Tokens als Audience tragen. Sie ändert sich später nicht.',
  }),
  introspection: phrase({ en: 'Authentication at introspection', de: 'Authentifizierung bei der Introspection' }),
  noIntrospection: phrase({ en: 'none: it does not introspect', de: 'keine: keine Introspection' }),
  format: phrase({ en: 'Format of access tokens', de: 'Format der Access-Tokens' }),
  formats: {
    jwt: phrase({ en: 'JWT', de: 'JWT' }),
    opaque: phrase({ en: 'opaque', de: 'opak' }),
  },
  accessTokens: phrase({ en: 'Access tokens', de: 'Access-Tokens' }),
  algorithm: phrase({ en: 'Signature of access tokens', de: 'Signatur der Access-Tokens' }),
  lifetime: phrase({ en: 'Lifetime of an access token', de: 'Lebensdauer eines Access-Tokens' }),
  environments: phrase({ en: 'Environments of agents', de: 'Umgebungen der Agenten' }),
  serverPermissions: phrase({ en: 'Permissions', de: 'Berechtigungen' }),
  mayReport: phrase({
    en: 'Report what it did with its tokens',
    de: 'Berichten, was er mit seinen Tokens getan hat',
  }),
  statusList: phrase({
    en: 'List the status of each JWT access token (Token Status List)',
    de: 'Den Zustand jedes JWT-Access-Tokens auflisten (Token Status List)',
  }),
  statusListHint: phrase({
    en: 'For APIs and other verifiers without a connection to this server. Each token then costs one more write.',
    de: 'Für APIs und andere Prüfer ohne Verbindung zu diesem Server. Jedes Token kostet dann einen Schreibvorgang mehr.',
  }),
  scopes: phrase({ en: 'Scopes', de: 'Scopes' }),
  scopesHint: phrase({
    en: 'The consent page shows the description, with a mark for the risk.',
    de: 'Die Einwilligungsseite zeigt die Beschreibung, mit einem Kennzeichen für das Risiko.',
  }),
  scope: (number: number) => phrase({ en: `Scope ${number}`, de: `Scope ${number}` }),
  addScope: phrase({ en: 'Add a scope', de: 'Scope hinzufügen' }),
  scopeName: phrase({ en: 'Scope', de: 'Scope' }),
  description: phrase({ en: 'What it allows', de: 'Was er erlaubt' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  isDefault: phrase({
    en: 'Requested when a request names no scope',
    de: 'Angefragt, wenn eine Anfrage keinen Scope nennt',
  }),
  participants: phrase({
    en: 'In a transaction of several people, every participant must allow it',
    de: 'In einem Vorgang mehrerer Personen müssen ihn alle Teilnehmenden erlauben',
  }),
  detailTypes: phrase({ en: 'Types of authorization details', de: 'Arten von Autorisierungsdetails' }),
  detailTypesHint: phrase({
    en: html`A JSON list, as in <code>docs/how-to/authorization-details.md</code>.`,
    de: html`Eine JSON-Liste, wie in <code>docs/how-to/authorization-details.md</code>.`,
  }),
  atDefault: phrase({ en: 'default', de: 'Vorgabe' }),
  newPerson: phrase({ en: 'Add a person', de: 'Person anlegen' }),
  newPersonLead: phrase({
    en: 'An account with which a person signs in. Roles are given afterwards, on its page.',
    de: 'Ein Konto, mit dem sich eine Person anmeldet. Rollen vergeben Sie danach auf seiner Seite.',
  }),
  addPerson: phrase({ en: 'Add the person', de: 'Person anlegen' }),
  changePersonTitle: phrase({ en: 'Change a person', de: 'Person ändern' }),
  changeOf: (name: HtmlValue) => phrase({ en: html`Change ${name}`, de: html`${name} ändern` }),
  changePersonLead: phrase({
    en: 'The change applies at the next decision.',
    de: 'Die Änderung gilt ab der nächsten Entscheidung.',
  }),
  roleHints: {
    administrator: phrase({ en: 'May do everything.', de: 'Darf alles.' }),
    operator: phrase({
      en: 'Runs agents, apps, APIs and budgets. Cannot change roles, passwords, signing keys or active policies.',
      de: 'Betreibt Agenten, Apps, APIs und Budgets. Kann Rollen, Passwörter, Signaturschlüssel und aktive Richtlinien nicht ändern.',
    }),
    auditor: phrase({ en: 'Reads everything and changes nothing.', de: 'Liest alles und ändert nichts.' }),
    break_glass: phrase({
      en: 'Approves in an emergency, together with a second person.',
      de: 'Gibt im Notfall frei, zusammen mit einer zweiten Person.',
    }),
  },
  newPasswordHint: (characters: number) =>
    phrase({
      en: html`${passwordWords.atLeast(characters)} The person changes it under My account.`,
      de: html`${passwordWords.atLeast(characters)} Die Person ändert es unter „Mein Konto“.`,
    }),
  rolesTitle: phrase({ en: 'Change roles', de: 'Rollen ändern' }),
  rolesOf: (name: HtmlValue) => phrase({ en: html`Roles of ${name}`, de: html`Rollen von ${name}` }),
  rolesLead: phrase({
    en: 'Roles decide what the person may do in the console, on the command line and over the API.',
    de: 'Rollen entscheiden, was die Person in der Konsole, auf der Kommandozeile und über die API darf.',
  }),
  passwordTitle: phrase({ en: 'Set a password', de: 'Passwort setzen' }),
  passwordOf: (name: HtmlValue) =>
    phrase({ en: html`Set the password of ${name}`, de: html`Passwort von ${name} setzen` }),
  passwordLead: phrase({
    en: 'This signs the person out everywhere.',
    de: 'Die Person wird überall abgemeldet.',
  }),
  newClient: phrase({ en: 'Register a client', de: 'Client registrieren' }),
  newClientLead: phrase({
    en: 'Software that signs people in or gets tokens, and is no agent.',
    de: 'Software, die Personen anmeldet oder Tokens bekommt und kein Agent ist.',
  }),
  addClient: phrase({ en: 'Register the client', de: 'Client registrieren' }),
  changeClientTitle: phrase({ en: 'Change a client', de: 'Client ändern' }),
  changeClientLead: phrase({
    en: 'Tokens that exist stay as they are.',
    de: 'Vorhandene Tokens bleiben, wie sie sind.',
  }),
  clientSecretTitle: phrase({ en: 'Secret of the client', de: 'Geheimnis des Clients' }),
  clientSecretLead: phrase({
    en: 'The client authenticates with its id and this secret.',
    de: 'Der Client authentifiziert sich mit seiner Kennung und diesem Geheimnis.',
  }),
  clientId: phrase({ en: 'Client ID', de: 'Client-ID' }),
  clientSecret: phrase({ en: 'Client secret', de: 'Client-Secret' }),
  newServer: phrase({ en: 'Register an API', de: 'API registrieren' }),
  newServerLead: phrase({
    en: 'An API that accepts tokens of this server. Name its scopes and how risky each of them is.',
    de: 'Eine API, die Tokens dieses Servers annimmt. Nennen Sie ihre Scopes und das Risiko jedes Scopes.',
  }),
  addServer: phrase({ en: 'Register the API', de: 'API registrieren' }),
  changeServerTitle: phrase({ en: 'Change a resource server', de: 'Ressourcenserver ändern' }),
  changeServerLead: phrase({
    en: 'A removed scope is in no new token. Delegations keep their other scopes.',
    de: 'Ein entfernter Scope steht in keinem neuen Token. Delegationen behalten ihre anderen Scopes.',
  }),
  serverSecretTitle: phrase({ en: 'Secret of the resource server', de: 'Geheimnis des Ressourcenservers' }),
  serverSecretLead: phrase({
    en: 'The resource server introspects tokens with its id and this secret.',
    de: 'Der Ressourcenserver prüft Tokens mit seiner Kennung und diesem Geheimnis (Introspection).',
  }),
  change: phrase({ en: 'Change', de: 'Ändern' }),
  changeRoles: phrase({ en: 'Change roles', de: 'Rollen ändern' }),
  setPassword: phrase({ en: 'Set a password', de: 'Passwort setzen' }),
  rotateSecret: phrase({ en: 'Rotate the secret', de: 'Geheimnis erneuern' }),
  rotateAsked: (name: HtmlValue) =>
    phrase({ en: html`Rotate the secret of ${name}?`, de: html`Das Geheimnis von ${name} erneuern?` }),
  rotateLead: phrase({
    en: 'The server makes a new secret and shows it once. The present secret is invalid at once.',
    de: 'Der Server erzeugt ein neues Geheimnis und zeigt es einmal. Das jetzige ist sofort ungültig.',
  }),
  stopNow: phrase({ en: 'Kill switch', de: 'Notaus' }),
};
