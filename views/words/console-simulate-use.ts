import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/**
 * Simulates which accounts may register, which callers may call what at the management API, and who may approve an agent's
 * request.
 */
export const tryUseWords = {
  title: phrase({ en: 'Simulate the use of this server', de: 'Die Nutzung dieses Servers simulieren' }),
  lead: phrase({
    en: 'Whether an account or client may register an agent or a client, call an operation that changes something, or approve a request of an agent. A simulation changes and stores nothing.',
    de: 'Ob ein Konto oder Client einen Agenten oder Client registrieren, etwas ändern oder die Anfrage eines Agenten freigeben darf. Eine Simulation ändert und speichert nichts.',
  }),
  actions: phrase({ en: 'What is simulated', de: 'Was simuliert wird' }),
  register: phrase({ en: 'Register', de: 'Registrieren' }),
  call: phrase({ en: 'Call the API', de: 'Die API aufrufen' }),
  who: phrase({ en: 'Who', de: 'Wer' }),
  whoHint: phrase({
    en: 'Username, name or id of an account or client. Registration in the console, by command or API needs one.',
    de: 'Benutzername, Name oder Kennung eines Kontos oder Clients. Nötig für die Registrierung in der Konsole, per Befehl oder API.',
  }),
  callerHint: phrase({
    en: 'Username, name or id of an account or client.',
    de: 'Benutzername, Name oder Kennung eines Kontos oder Clients.',
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
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  ownerHint: phrase({
    en: 'Username, name of a group, or id.',
    de: 'Benutzername, Name einer Gruppe, oder Kennung.',
  }),
  blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  none: phrase({ en: 'None', de: 'Keiner' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  credential: phrase({ en: 'Authenticates with', de: 'Authentifiziert sich mit' }),
  credentials: {
    jwks: phrase({ en: 'Keys registered here', de: 'Hier registrierten Schlüsseln' }),
    jwks_uri: phrase({ en: 'Keys at a URL', de: 'Schlüsseln unter einer URL' }),
    federated: phrase({ en: 'Tokens of its platform', de: 'Token seiner Plattform' }),
    mtls: phrase({ en: 'A certificate', de: 'Einem Zertifikat' }),
    attested: phrase({ en: 'Attested keys of its instances', de: 'Bescheinigten Schlüsseln seiner Instanzen' }),
    secret: phrase({ en: 'A secret', de: 'Einem Geheimnis' }),
    '': phrase({ en: 'Nothing', de: 'Nichts' }),
  } satisfies Readonly<Record<string, Phrase>>,
  operation: phrase({ en: 'Operation', de: 'Operation' }),
  operationHint: phrase({
    en: 'Its name in the management API.',
    de: 'Ihr Name in der Verwaltungs-API.',
  }),
  target: phrase({ en: 'Object', de: 'Objekt' }),
  targetHint: phrase({ en: 'Name or id.', de: 'Name oder Kennung.' }),
  approve: phrase({ en: 'Approve', de: 'Freigeben' }),
  approver: phrase({ en: 'Approver', de: 'Wer freigibt' }),
  approverHint: phrase({
    en: 'Username, name or id. Empty: lists all people who could approve.',
    de: 'Benutzername, Name oder Kennung. Leer: zeigt alle Personen, die freigeben könnten.',
  }),
  agentHint: phrase({ en: 'Name or id.', de: 'Name oder Kennung.' }),
  onBehalfOf: phrase({ en: 'On whose behalf', de: 'In wessen Namen' }),
  onBehalfOfHint: phrase({
    en: 'Username, name or id. Empty: the approver named above.',
    de: 'Benutzername, Name oder Kennung. Leer: im Namen der oben genannten Person.',
  }),
  scope: phrase({ en: 'Scope', de: 'Berechtigungen' }),
  scopeHint: phrase({ en: 'Names with spaces between.', de: 'Namen mit Leerzeichen dazwischen.' }),
  away: phrase({ en: 'For whom', de: 'Für wen' }),
  awayHint: phrase({
    en: 'Username, name or id of the absent person whose deputy approves.',
    de: 'Benutzername, Name oder Kennung der abwesenden Person, die sich vertreten lässt.',
  }),
  consent: phrase({
    en: 'As the consent of the person alone, besides those who approve',
    de: 'Nur als Einwilligung der Person, neben denen, die freigeben',
  }),
  /** Who could approve. */
  candidates: phrase({ en: 'The people whom the server would ask', de: 'Die Personen, die der Server fragen würde' }),
  ableToApprove: (count: number) =>
    phrase({
      en:
        count === 0
          ? 'No person can approve this'
          : count === 1
            ? 'One person can approve this'
            : `${count} people can approve this`,
      de:
        count === 0
          ? 'Keine Person kann das freigeben'
          : count === 1
            ? 'Eine Person kann das freigeben'
            : `${count} Personen können das freigeben`,
    }),
  noApprovalHelps: phrase({
    en: 'No approval grants this. Simulate the decision to see what refuses it.',
    de: 'Keine Freigabe gewährt das. Simulieren Sie die Entscheidung, um zu sehen, was sie verhindert.',
  }),
  needed: (quorum: number, mustAgree: boolean) => {
    if (quorum === 1 && mustAgree) {
      return phrase({
        en: 'The person on whose behalf the agent acts must approve it.',
        de: 'Die Person, in deren Namen der Agent handelt, muss es freigeben.',
      });
    }
    return phrase({
      en: `${quorum === 1 ? 'One person' : `${quorum} different people`} must approve it.${mustAgree ? ' The person on whose behalf must be one of them.' : ''}`,
      de: `${quorum === 1 ? 'Eine Person muss' : `${quorum} verschiedene Personen müssen`} es freigeben.${mustAgree ? ' Die Person, in deren Namen gehandelt wird, muss dabei sein.' : ''}`,
    });
  },
  tooFew: phrase({ en: 'That is not possible now.', de: 'Das ist zurzeit nicht möglich.' }),
  asked: {
    subject: phrase({ en: 'The agent acts on their behalf', de: 'Der Agent handelt in ihrem Namen' }),
    owner: phrase({ en: 'Owns the agent', de: 'Eigentümer des Agenten' }),
  },
  ofGroup: (group: HtmlValue) => phrase({ en: html`Member of ${group}`, de: html`Mitglied von ${group}` }),
  askedAfter: (time: HtmlValue) =>
    phrase({ en: html`only after ${time} without a decision`, de: html`erst nach ${time} ohne Entscheidung` }),
  mayApprove: phrase({ en: 'Can approve', de: 'Kann freigeben' }),
  mayNotApprove: phrase({ en: 'Cannot approve', de: 'Kann nicht freigeben' }),
  /** Who, and what. */
  summary: (who: HtmlValue, what: HtmlValue) => phrase({ en: html`${who}: ${what}`, de: html`${who}: ${what}` }),
  noUser: phrase({ en: 'No signed-in user', de: 'Niemand, der angemeldet ist' }),
};
