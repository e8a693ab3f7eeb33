import { type HtmlValue, html, phrase } from '../html.ts';

/** Clients that are no agents. */
export const clientWords = {
  title: phrase({ en: 'Clients', de: 'Clients' }),
  lead: phrase({
    en: 'Software that signs people in or asks for tokens, and is no agent.',
    de: 'Software, die Personen anmeldet oder um Tokens bittet und kein Agent ist.',
  }),
  client: phrase({ en: 'Client', de: 'Client' }),
  wordsHint: phrase({
    en: 'Beginning of a name or redirect URI',
    de: 'Anfang von Name oder Redirect-URI',
  }),
  none: phrase({
    en: 'There is no client yet. A client is an app in which people sign in, or a service that calls APIs.',
    de: 'Es gibt noch keinen Client. Ein Client ist eine App, in der sich Personen anmelden, oder ein Dienst, der APIs aufruft.',
  }),
  make: phrase({ en: 'Register a client', de: 'Client registrieren' }),
  makeOne: phrase({
    en: 'A client can also register itself.',
    de: 'Ein Client kann sich auch selbst registrieren.',
  }),
  works: phrase({ en: 'Active', de: 'Aktiv' }),
  worksNot: phrase({ en: 'Blocked', de: 'Gesperrt' }),
  disabling: phrase({
    en: 'Disabling ends what it holds at once. It can be enabled again.',
    de: 'Sperren beendet sofort, was er hat. Er lässt sich wieder entsperren.',
  }),
  suspendedForSecurity: phrase({
    en: 'It was disabled for security. Its owner cannot enable it: an operator who does not own it decides.',
    de: 'Er ist aus Sicherheitsgründen gesperrt. Sein Eigentümer kann ihn nicht entsperren: Das entscheidet eine Person mit der Rolle operator, der er nicht gehört.',
  }),
  disableTitle: phrase({ en: 'Disable a client', de: 'Client sperren' }),
  disableAsked: (name: HtmlValue) => phrase({ en: html`Disable ${name}?`, de: html`${name} sperren?` }),
  retired: phrase({ en: 'It is retired for good.', de: 'Er ist endgültig stillgelegt.' }),
  endsUnlessAdopted: (time: HtmlValue) =>
    phrase({
      en: html`It registered itself and has no owner: it ends ${time}, unless an owner adopts it.`,
      de: html`Er hat sich selbst registriert und hat keinen Eigentümer: Er endet ${time}, wenn ihn niemand übernimmt.`,
    }),
  adopt: phrase({ en: 'Adopt it', de: 'Übernehmen' }),
  verify: phrase({ en: 'Verify its name', de: 'Namen als geprüft kennzeichnen' }),
  unverify: phrase({ en: 'Remove the mark', de: 'Kennzeichen wegnehmen' }),
  facts: {
    purpose: phrase({ en: 'Purpose', de: 'Zweck' }),
    kind: phrase({ en: 'Kind', de: 'Art' }),
    proves: phrase({ en: 'Authenticates with', de: 'Weist sich aus mit' }),
    grantTypes: phrase({ en: 'Grant types', de: 'Grant-Typen' }),
    holds: phrase({ en: 'Holds', de: 'Verfügt über' }),
    redirects: phrase({ en: 'Redirect URIs', de: 'Redirect-URIs' }),
    logoutRedirects: phrase({ en: 'After sign-out', de: 'Nach dem Abmelden' }),
    origins: phrase({ en: 'Browser origins', de: 'Browser-Ursprünge' }),
    consent: phrase({ en: 'Consent', de: 'Einwilligung' }),
    binding: phrase({ en: 'Tokens bound to', de: 'Tokens gebunden an' }),
    idTokens: phrase({ en: 'ID tokens signed with', de: 'ID-Tokens signiert mit' }),
    pushed: phrase({ en: 'Authorization requests', de: 'Autorisierungsanfragen' }),
    exceptions: phrase({ en: 'Exceptions', de: 'Ausnahmen' }),
    rights: phrase({ en: 'Own rights', de: 'Eigene Rechte' }),
    roles: phrase({ en: 'Roles here', de: 'Rollen hier' }),
    keys: phrase({ en: 'Keys', de: 'Schlüssel' }),
  },
  kinds: {
    web: phrase({ en: 'a web app', de: 'eine Web-App' }),
    native: phrase({ en: 'an app on a device', de: 'eine App auf einem Gerät' }),
  },
  methods: {
    private_key_jwt: phrase({ en: 'its key (private_key_jwt)', de: 'seinem Schlüssel (private_key_jwt)' }),
    client_secret_basic: phrase({ en: 'a secret', de: 'einem Geheimnis' }),
    client_secret_post: phrase({ en: 'a secret in the form', de: 'einem Geheimnis im Formular' }),
    tls_client_auth: phrase({ en: 'a certificate', de: 'einem Zertifikat' }),
    self_signed_tls_client_auth: phrase({ en: 'a certificate of its own', de: 'einem eigenen Zertifikat' }),
    none: phrase({ en: 'nothing: a public client', de: 'nichts: ein öffentlicher Client' }),
  },
  pushedOnly: phrase({ en: 'pushed only (PAR)', de: 'nur vorab gesendet (PAR)' }),
  exceptions: {
    no_pkce: phrase({ en: 'requests without PKCE', de: 'Anfragen ohne PKCE' }),
    token_endpoint_audience: phrase({
      en: 'assertions for the token endpoint',
      de: 'Assertions für den Token-Endpunkt',
    }),
  },
  asked: phrase({ en: 'people are asked', de: 'Personen werden gefragt' }),
  notAsked: phrase({ en: 'people are not asked', de: 'Personen werden nicht gefragt' }),
  dpop: phrase({ en: 'a key (DPoP)', de: 'einen Schlüssel (DPoP)' }),
  certificate: phrase({ en: 'its certificate', de: 'sein Zertifikat' }),
  unbound: phrase({ en: 'nothing, unless it asks for it', de: 'nichts, wenn er es nicht verlangt' }),
  keyCount: (count: number) => phrase({ en: count === 1 ? 'one' : `${count}`, de: count === 1 ? 'einer' : `${count}` }),
  noOwner: phrase({ en: 'no owner', de: 'niemand' }),
};

/** Resource servers. */
export const serverWords = {
  title: phrase({ en: 'Resource servers', de: 'Ressourcenserver' }),
  lead: phrase({
    en: 'APIs that accept tokens of this server, with their scopes and types of authorization details.',
    de: 'APIs, die Tokens dieses Servers annehmen, mit ihren Scopes und Arten von Autorisierungsdetails.',
  }),
  server: phrase({ en: 'Resource server', de: 'Ressourcenserver' }),
  wordsHint: phrase({
    en: 'Beginning of a name, URL or scope',
    de: 'Anfang von Name, URL oder Scope',
  }),
  none: phrase({
    en: 'There is no resource server yet. Register an API with its scopes, so that agents can ask people for them.',
    de: 'Es gibt noch keinen Ressourcenserver. Registrieren Sie eine API mit ihren Scopes, damit Agenten Personen um sie bitten können.',
  }),
  make: phrase({ en: 'Register an API', de: 'API registrieren' }),
  scopes: phrase({ en: 'Scopes', de: 'Berechtigungen' }),
  scopeCount: (count: number) => phrase({ en: `${count}`, de: `${count}` }),
  worst: phrase({ en: 'Highest risk', de: 'Höchstes Risiko' }),
  worksNot: phrase({ en: 'No token is issued for it', de: 'Dafür wird kein Token ausgegeben' }),
  disabling: phrase({
    en: 'The server issues no more tokens for it. Existing tokens expire within minutes.',
    de: 'Der Server gibt dafür keine Tokens mehr aus. Vorhandene laufen nach wenigen Minuten ab.',
  }),
  ownApi: phrase({
    en: 'This is the management API of this server itself.',
    de: 'Das ist die Verwaltungs-API dieses Servers selbst.',
  }),
  disableTitle: phrase({ en: 'Disable a resource server', de: 'Einen Ressourcenserver sperren' }),
  disableAsked: (name: HtmlValue) => phrase({ en: html`Disable ${name}?`, de: html`${name} sperren?` }),
  facts: {
    identifier: phrase({ en: 'Resource indicator', de: 'Ressourcenkennung' }),
    format: phrase({ en: 'Access tokens', de: 'Access-Tokens' }),
    life: phrase({ en: 'Token lifetime', de: 'Gültigkeit der Tokens' }),
    environments: phrase({ en: 'Environments', de: 'Umgebungen' }),
    asks: phrase({ en: 'Introspection', de: 'Introspektion' }),
    reports: phrase({ en: 'Reports what it did', de: 'Berichtet, was er tat' }),
    statusList: phrase({ en: 'Status list', de: 'Statusliste' }),
  },
  formats: {
    jwt: phrase({ en: 'JWT', de: 'JWT' }),
    opaque: phrase({ en: 'opaque', de: 'undurchsichtig' }),
  },
  anyEnvironment: phrase({ en: 'all', de: 'alle' }),
  mayReport: phrase({ en: 'permitted', de: 'erlaubt' }),
  mayNotReport: phrase({ en: 'not permitted', de: 'nicht erlaubt' }),
  hasStatusList: phrase({ en: 'on', de: 'an' }),
  hasNoStatusList: phrase({ en: 'off', de: 'aus' }),
  asksNot: phrase({ en: 'not used', de: 'nicht genutzt' }),
  scope: phrase({ en: 'Scope', de: 'Berechtigung' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  types: phrase({ en: 'Types of authorization details', de: 'Arten von Autorisierungsdetails' }),
  typesLead: phrase({
    en: 'What can be asked for exactly, beyond scopes (RFC 9396), and how people read it.',
    de: 'Worum genau gebeten werden kann, über Berechtigungen hinaus (RFC 9396), und wie Personen es lesen.',
  }),
  template: phrase({ en: 'The sentence', de: 'Der Satz' }),
  rules: phrase({ en: 'Narrower means', de: 'Enger heißt' }),
  amount: phrase({ en: 'How much', de: 'Wie viel' }),
  schema: phrase({ en: 'Schema', de: 'Schema' }),
  schemaOf: (type: string) => phrase({ en: `Schema of ${type}`, de: `Schema von ${type}` }),
  preview: phrase({ en: 'As people read it', de: 'So lesen es Personen' }),
  exampleOf: (type: string) => phrase({ en: `An example of ${type}`, de: `Ein Beispiel für ${type}` }),
  exampleHint: phrase({
    en: 'Its members as JSON. Nothing is kept.',
    de: 'Seine Angaben als JSON. Nichts wird aufbewahrt.',
  }),
  show: phrase({ en: 'Preview', de: 'Vorschau' }),
  notJson: phrase({ en: 'This is not a JSON object.', de: 'Das ist kein JSON-Objekt.' }),
  misfit: (where: string) =>
    phrase({ en: `It does not fit the schema: ${where}`, de: `Es passt nicht zum Schema: ${where}` }),
};
