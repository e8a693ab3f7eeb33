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
    en: 'Of the name or a redirect URI; beginnings are enough.',
    de: 'Aus dem Namen oder einer Rückleitungs-URI; Anfänge genügen.',
  }),
  none: phrase({ en: 'There is no client yet.', de: 'Es gibt noch keinen Client.' }),
  make: phrase({ en: 'New client', de: 'Neuer Client' }),
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
    kind: phrase({ en: 'Kind', de: 'Art' }),
    proves: phrase({ en: 'Authenticates with', de: 'Weist sich aus mit' }),
    grantTypes: phrase({ en: 'Gets tokens', de: 'Bekommt Tokens' }),
    redirects: phrase({ en: 'Sends people back to', de: 'Leitet Personen zurück zu' }),
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
    en: 'What tokens are good at: APIs, with the scopes and kinds of details they declare.',
    de: 'Wofür Tokens gut sind: APIs, mit den Berechtigungen und Arten von Einzelheiten, die sie anbieten.',
  }),
  server: phrase({ en: 'Resource server', de: 'Ressourcenserver' }),
  wordsHint: phrase({
    en: 'Of the name, the address or a scope; beginnings are enough.',
    de: 'Aus Name, Adresse oder Berechtigung; Anfänge genügen.',
  }),
  none: phrase({ en: 'There is no resource server yet.', de: 'Es gibt noch keinen Ressourcenserver.' }),
  make: phrase({ en: 'New resource server', de: 'Neuer Ressourcenserver' }),
  scopes: phrase({ en: 'Scopes', de: 'Berechtigungen' }),
  scopeCount: (count: number) => phrase({ en: `${count}`, de: `${count}` }),
  worst: phrase({ en: 'Highest risk', de: 'Höchstes Risiko' }),
  works: phrase({ en: 'Active', de: 'Aktiv' }),
  worksNot: phrase({ en: 'No token is issued for it', de: 'Dafür wird kein Token ausgegeben' }),
  disabling: phrase({
    en: 'Disabled, no token is issued for it any more; those there are live on for minutes. There is no way back on this page.',
    de: 'Gesperrt, wird dafür kein Token mehr ausgegeben; vorhandene leben noch Minuten. Zurück geht es auf dieser Seite nicht.',
  }),
  ownApi: phrase({
    en: 'This is the management API of this server itself.',
    de: 'Das ist die Verwaltungs-API dieses Servers selbst.',
  }),
  disableTitle: phrase({ en: 'Disable a resource server', de: 'Einen Ressourcenserver sperren' }),
  disableAsked: (name: HtmlValue) => phrase({ en: html`Disable ${name}?`, de: html`${name} sperren?` }),
  facts: {
    identifier: phrase({ en: 'Address', de: 'Adresse' }),
    format: phrase({ en: 'Access tokens', de: 'Access-Tokens' }),
    life: phrase({ en: 'They live', de: 'Sie leben' }),
    environments: phrase({ en: 'For agents of', de: 'Für Agenten aus' }),
    asks: phrase({ en: 'Asks about tokens with', de: 'Fragt nach Tokens mit' }),
  },
  formats: {
    jwt: phrase({ en: 'JWT', de: 'JWT' }),
    opaque: phrase({ en: 'opaque', de: 'undurchsichtig' }),
  },
  anyEnvironment: phrase({ en: 'any environment', de: 'jeder Umgebung' }),
  asksNot: phrase({ en: 'it does not ask', de: 'er fragt nicht' }),
  scope: phrase({ en: 'Scope', de: 'Berechtigung' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  types: phrase({ en: 'Kinds of details', de: 'Arten von Einzelheiten' }),
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
  show: phrase({ en: 'Show it', de: 'Zeigen' }),
  notJson: phrase({ en: 'This is not a JSON object.', de: 'Das ist kein JSON-Objekt.' }),
  misfit: (where: string) =>
    phrase({ en: `It does not fit the schema: ${where}`, de: `Es passt nicht zum Schema: ${where}` }),
};
