import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/**
 * Simulates which accounts may register, which callers may call what at the management API, and who may approve an agent's
 * request.
 */
export const tryUseWords = {
  title: phrase({ en: 'Try the use of this server', de: 'Die Nutzung dieses Servers ausprobieren' }),
  lead: phrase({
    en: 'Whether an account or client may register an agent or a client, call an operation that changes something, or approve a request of an agent. A simulation changes and stores nothing.',
    de: 'Ob jemand einen Agenten oder Client registrieren, etwas verändern oder zu einer Anfrage eines Agenten Ja sagen darf. Es wird nichts getan und nichts aufbewahrt.',
  }),
  register: phrase({ en: 'Register', de: 'Registrieren' }),
  call: phrase({ en: 'Change something', de: 'Etwas verändern' }),
  who: phrase({ en: 'Who', de: 'Wer' }),
  whoHint: phrase({
    en: 'Username, or the id of an account or client. Empty if there is no caller.',
    de: 'Benutzername, oder die Kennung eines Kontos oder Clients. Leer, wo niemand aufruft.',
  }),
  callerHint: phrase({
    en: 'Username, or the id of an account or client.',
    de: 'Benutzername, oder die Kennung eines Kontos oder Clients.',
  }),
  what: phrase({ en: 'What', de: 'Was' }),
  kinds: {
    agent: phrase({ en: 'An agent', de: 'Einen Agenten' }),
    client: phrase({ en: 'A client that is no agent', de: 'Einen Client, der kein Agent ist' }),
  },
  way: phrase({ en: 'How', de: 'Wie' }),
  ways: {
    management: phrase({ en: 'Console, command line or API', de: 'Konsole, Befehlszeile oder API' }),
    token: phrase({ en: 'With an initial access token', de: 'Mit einem Registrierungs-Token' }),
    statement: phrase({ en: 'With a software statement', de: 'Mit einer Software-Erklärung' }),
    open: phrase({ en: 'Openly, by any client', de: 'Offen, durch jeden' }),
    document: phrase({ en: 'By the document at its URL', de: 'Durch das Dokument unter seiner URL' }),
    itself: phrase({ en: 'By itself, once it is registered', de: 'Durch sich selbst, wenn es registriert ist' }),
  } satisfies Readonly<Record<string, Phrase>>,
  owner: phrase({ en: 'Owner (optional)', de: 'Eigentümer (optional)' }),
  ownerHint: phrase({
    en: 'Username, name of a group, or id.',
    de: 'Benutzername, Name einer Gruppe, oder Kennung.',
  }),
  blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  none: phrase({ en: 'None', de: 'Keiner' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  credential: phrase({ en: 'Proves itself with', de: 'Weist sich aus mit' }),
  credentials: {
    jwks: phrase({ en: 'Keys that stand here', de: 'Schlüsseln, die hier stehen' }),
    jwks_uri: phrase({ en: 'Keys at a URL', de: 'Schlüsseln unter einer URL' }),
    federated: phrase({ en: 'Tokens of its platform', de: 'Token seiner Plattform' }),
    mtls: phrase({ en: 'A certificate', de: 'Einem Zertifikat' }),
    attested: phrase({ en: 'Attested keys of its copies', de: 'Bescheinigten Schlüsseln seiner Kopien' }),
    secret: phrase({ en: 'A secret', de: 'Einem Geheimnis' }),
    '': phrase({ en: 'Nothing', de: 'Nichts' }),
  } satisfies Readonly<Record<string, Phrase>>,
  operation: phrase({ en: 'Which call', de: 'Welcher Aufruf' }),
  operationHint: phrase({
    en: 'As the management API calls it.',
    de: 'Wie ihn die Verwaltungs-API nennt.',
  }),
  target: phrase({ en: 'Of what (optional)', de: 'Wovon (optional)' }),
  targetHint: phrase({ en: 'Its id.', de: 'Seine Kennung.' }),
  approve: phrase({ en: 'Approve', de: 'Freigeben' }),
  approver: phrase({ en: 'Approver', de: 'Wer Ja sagt' }),
  approverHint: phrase({
    en: 'Username or id. Whether this person is asked at all is found when the agent asks.',
    de: 'Benutzername oder Kennung. Ob diese Person überhaupt gefragt wird, zeigt sich, wenn der Agent fragt.',
  }),
  agentHint: phrase({ en: 'Name or id.', de: 'Name oder Kennung.' }),
  onBehalfOf: phrase({ en: 'On whose behalf (optional)', de: 'In wessen Namen (optional)' }),
  onBehalfOfHint: phrase({
    en: 'Username or id. Empty: of the approver.',
    de: 'Benutzername oder Kennung. Leer: im Namen der Person, die Ja sagt.',
  }),
  scope: phrase({ en: 'Scope', de: 'Berechtigungen' }),
  scopeHint: phrase({ en: 'Names with spaces between.', de: 'Namen mit Leerzeichen dazwischen.' }),
  away: phrase({ en: 'For whom (optional)', de: 'Für wen (optional)' }),
  awayHint: phrase({
    en: 'Username or id of the person who is away and whose deputy approves.',
    de: 'Benutzername oder Kennung von jemandem, der weg ist und sich vertreten lässt.',
  }),
  consent: phrase({
    en: 'As the consent of the person alone, besides those who approve',
    de: 'Nur als Einwilligung der Person, neben denen, die freigeben',
  }),
  /** Who, and what. */
  summary: (who: HtmlValue, what: HtmlValue) => phrase({ en: html`${who}: ${what}`, de: html`${who}: ${what}` }),
  noUser: phrase({ en: 'No signed-in user', de: 'Niemand, der angemeldet ist' }),
};
