import { type HtmlValue, html, phrase } from '../html.ts';

/** Directories that provision accounts over SCIM. */
export const directoryWords = {
  title: phrase({ en: 'Directories', de: 'Verzeichnisse' }),
  lead: phrase({
    en: 'Directories such as Entra ID and Okta create, change and disable accounts here over SCIM.',
    de: 'Verzeichnisse wie Entra ID und Okta legen hier Konten über SCIM an, ändern und sperren sie.',
  }),
  none: phrase({
    en: 'There are no directories. A directory provisions accounts, and disables those of people who leave.',
    de: 'Es gibt keine Verzeichnisse. Ein Verzeichnis legt Konten an und sperrt die Konten von Personen, die gehen.',
  }),
  make: phrase({ en: 'Add a directory', de: 'Verzeichnis hinzufügen' }),
  makeLead: phrase({
    en: html`Next, the server shows the address and credentials to enter at the directory.`,
    de: html`Danach zeigt der Server die Adresse und die Zugangsdaten, die Sie im Verzeichnis eintragen.`,
  }),
  add: phrase({ en: 'Add the directory', de: 'Verzeichnis hinzufügen' }),
  clientHint: phrase({
    en: 'Leave it empty: the server creates one with a secret. Or enter the name or id of your own.',
    de: 'Lassen Sie das Feld leer: Der Server legt einen mit Secret an. Oder geben Sie Name oder Kennung eines eigenen ein.',
  }),
  firstSync: phrase({ en: 'First sync', de: 'Erste Synchronisierung' }),
  dryRunField: phrase({ en: 'Begin with a dry run', de: 'Mit einem Probelauf beginnen' }),
  dryRunHint: phrase({
    en: 'The server only reports what the sync would change. You then start it for real on the page of the directory.',
    de: 'Der Server berichtet nur, was die Synchronisierung ändern würde. Wirklich starten Sie sie danach auf der Seite des Verzeichnisses.',
  }),
  connectTitle: phrase({ en: 'Enter these values at the directory', de: 'Tragen Sie diese Werte im Verzeichnis ein' }),
  connectLead: phrase({
    en: 'It authenticates by client credentials. Then test the connection there.',
    de: 'Es weist sich mit Client Credentials aus. Testen Sie danach dort die Verbindung.',
  }),
  atDirectory: phrase({ en: 'Values for the directory', de: 'Werte für das Verzeichnis' }),
  connection: {
    baseUrl: phrase({ en: 'Base URL, tenant URL', de: 'Basis-URL, Mandanten-URL' }),
    tokenEndpoint: phrase({ en: 'Token endpoint', de: 'Token-Endpunkt' }),
    scope: phrase({ en: 'Scope', de: 'Scope' }),
  },
  directory: phrase({ en: 'Directory', de: 'Verzeichnis' }),
  client: phrase({ en: 'Client', de: 'Client' }),
  users: phrase({ en: 'Users', de: 'Benutzer' }),
  usersMore: (count: HtmlValue) => phrase({ en: html`more than ${count}`, de: html`mehr als ${count}` }),
  most: (used: HtmlValue, most: HtmlValue) =>
    phrase({ en: html`${used} of at most ${most}`, de: html`${used} von höchstens ${most}` }),
  last: phrase({ en: 'Last contact', de: 'Letzter Kontakt' }),
  never: phrase({ en: 'never', de: 'noch nie' }),
  paused: phrase({ en: 'deactivations paused', de: 'Deaktivierungen angehalten' }),
  deactivations: phrase({ en: 'Deactivations', de: 'Deaktivierungen' }),
  lastTenMinutes: phrase({ en: 'Last 10 minutes', de: 'Letzte 10 Minuten' }),
  limit: phrase({ en: 'Limit in 10 minutes', de: 'Grenze in 10 Minuten' }),
  limitOf: (count: HtmlValue, percent: number) =>
    phrase({
      en: html`${count}, or ${percent} % of its accounts if that is more`,
      de: html`${count}, oder ${percent} % seiner Konten, wenn das mehr ist`,
    }),
  pausedSince: phrase({ en: 'Paused', de: 'Angehalten' }),
  pausedLead: phrase({
    en: 'The directory reached its limit. The server refuses further deactivations and changes of usernames until an administrator resumes them.',
    de: 'Das Verzeichnis hat seine Grenze erreicht. Der Server lehnt weitere Deaktivierungen und Änderungen von Benutzernamen ab, bis ein Administrator sie fortsetzt.',
  }),
  allowed: phrase({ en: 'Accounts that pass', de: 'Konten, die durchgehen' }),
  held: phrase({ en: 'Held accounts', de: 'Zurückgehaltene Konten' }),
  heldMore: (count: HtmlValue) =>
    phrase({
      en: html`The list shows the first ${count}. The command line lists up to 1,000: <code>behalf directories activity</code>.`,
      de: html`Die Liste zeigt die ersten ${count}. Die Kommandozeile nennt bis zu 1.000: <code>behalf directories activity</code>.`,
    }),
  account: phrase({ en: 'Account', de: 'Konto' }),
  resume: phrase({ en: 'Resume', de: 'Fortsetzen' }),
  resumeAsked: (name: HtmlValue) =>
    phrase({
      en: html`Resume the deactivations of ${name}?`,
      de: html`Deaktivierungen von ${name} fortsetzen?`,
    }),
  resumeLead: phrase({
    en: 'The server cannot tell a mistake from people who left. Check the held accounts at the directory first. A deactivated account loses its sessions, grants and delegations.',
    de: 'Der Server kann einen Irrtum nicht von Personen unterscheiden, die gegangen sind. Prüfen Sie die Konten zuerst im Verzeichnis. Ein deaktiviertes Konto verliert Sitzungen, Berechtigungen und Delegationen.',
  }),
  passes: (count: number, shown: HtmlValue) =>
    count === 1
      ? phrase({
          en: 'The deactivation of 1 held account passes within a day, and none of another account in its place.',
          de: 'Die Deaktivierung von 1 zurückgehaltenen Konto geht innerhalb eines Tages durch, und keine eines anderen an seiner Stelle.',
        })
      : phrase({
          en: html`The deactivations of ${shown} held accounts pass within a day, and none of others in their place.`,
          de: html`Die Deaktivierungen von ${shown} zurückgehaltenen Konten gehen innerhalb eines Tages durch, und keine anderer an ihrer Stelle.`,
        }),
  verifies: phrase({ en: 'E-mail addresses', de: 'E-Mail-Adressen' }),
  verified: phrase({ en: 'verified by the directory', de: 'vom Verzeichnis bestätigt' }),
  notVerified: phrase({ en: 'not verified', de: 'nicht bestätigt' }),
  agentBlueprint: phrase({ en: 'Blueprint of its agents', de: 'Blueprint seiner Agenten' }),
  agentBlueprintHint: phrase({
    en: 'The directory may create agents of this blueprint. Without one it creates none.',
    de: 'Das Verzeichnis darf Agenten nach diesem Blueprint anlegen. Ohne einen legt es keine an.',
  }),
  noAgents: phrase({ en: 'none: it creates no agents', de: 'keiner: Es legt keine Agenten an' }),
  verifiesField: phrase({ en: 'Its e-mail addresses are verified', de: 'Seine E-Mail-Adressen sind bestätigt' }),
  verifiesHint: phrase({
    en: 'Check it only if the directory controls the mailboxes: people can then set a password by mail.',
    de: 'Nur ankreuzen, wenn das Verzeichnis die Postfächer verwaltet: Personen können dann per Mail ein Passwort setzen.',
  }),
  gives: phrase({ en: 'What it gives', de: 'Was es vergibt' }),
  groupMap: phrase({ en: 'Groups', de: 'Gruppen' }),
  groupMapHint: phrase({
    en: html`On each line the name of a group there, <code>=</code>, and the name of a group here. Other groups of the directory give nothing.`,
    de: html`Je Zeile der Name einer Gruppe dort, <code>=</code> und der Name einer Gruppe hier. Andere Gruppen des Verzeichnisses geben nichts.`,
  }),
  limits: phrase({ en: 'Limits', de: 'Grenzen' }),
  mostAccounts: phrase({ en: 'Accounts', de: 'Konten' }),
  mostAccountsHint: phrase({
    en: 'How many it may have, up to 1,000,000.',
    de: 'Wie viele es haben darf, bis 1.000.000.',
  }),
  mostDeactivations: phrase({ en: 'Deactivations in 10 minutes', de: 'Deaktivierungen in 10 Minuten' }),
  mostHint: phrase({
    en: 'At one more, further ones wait for an administrator.',
    de: 'Bei einer mehr warten weitere auf die Administration.',
  }),
  mostPercent: phrase({ en: 'The same in percent of its accounts', de: 'Dasselbe in Prozent seiner Konten' }),
  percentHint: phrase({ en: 'The larger number applies.', de: 'Die größere Zahl gilt.' }),
  changeTitle: phrase({ en: 'Change a directory', de: 'Verzeichnis ändern' }),
  changeLead: phrase({
    en: 'The next request of the directory already follows what you save.',
    de: 'Schon die nächste Anfrage des Verzeichnisses folgt dem, was Sie speichern.',
  }),
  groups: phrase({ en: 'Groups', de: 'Gruppen' }),
  groupThere: phrase({ en: 'Group of the directory', de: 'Gruppe im Verzeichnis' }),
  groupHere: phrase({ en: 'Group here', de: 'Gruppe hier' }),
  noGroups: phrase({
    en: 'No group of the directory gives a group here.',
    de: 'Keine Gruppe des Verzeichnisses gibt hier eine Gruppe.',
  }),
  secrets: phrase({ en: 'Static secrets', de: 'Statische Secrets' }),
  secretsLead: phrase({
    en: 'Exceptions for a directory that cannot request access tokens. Every holder of one acts as the directory until it ends. No page shows its value.',
    de: 'Ausnahmen für ein Verzeichnis, das keine Access-Tokens anfordern kann. Wer eines hat, handelt bis zu dessen Ende als das Verzeichnis. Keine Seite zeigt den Wert.',
  }),
  noSecrets: phrase({
    en: 'It has no static secret. It authenticates as its client.',
    de: 'Es hat kein statisches Secret. Es weist sich als sein Client aus.',
  }),
  allowLead: phrase({
    en: 'Only for a directory that cannot request access tokens. Every holder of the secret acts as the directory until it ends. You answer for it.',
    de: 'Nur für ein Verzeichnis, das keine Access-Tokens anfordern kann. Wer das Secret hat, handelt bis zu dessen Ende als das Verzeichnis. Sie sind dafür verantwortlich.',
  }),
  secretShown: phrase({
    en: 'Enter this secret at the directory',
    de: 'Tragen Sie dieses Secret im Verzeichnis ein',
  }),
  secretShownLead: phrase({
    en: 'Directories call it secret token, HTTP header, token or access token.',
    de: 'Verzeichnisse nennen es Geheimnis-Token, HTTP-Header, Token oder Zugriffstoken.',
  }),
  revokeSecret: phrase({ en: 'End the secret', de: 'Secret beenden' }),
  revokeAsked: (name: HtmlValue) =>
    phrase({ en: html`End the secret of ${name}?`, de: html`Das Secret von ${name} beenden?` }),
  revokeLead: phrase({
    en: 'The server refuses it at once. The directory changes and disables no account until it has another one, or requests access tokens.',
    de: 'Der Server lehnt es sofort ab. Das Verzeichnis ändert und sperrt kein Konto, bis es ein anderes hat oder Access-Tokens anfordert.',
  }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  ends: phrase({ en: 'Ends', de: 'Endet' }),
  secretStates: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    ended: phrase({ en: 'ended', de: 'beendet' }),
  },
  disableTitle: phrase({ en: 'Disable a directory', de: 'Ein Verzeichnis sperren' }),
  disableAsked: (name: HtmlValue) => phrase({ en: html`Disable ${name}?`, de: html`${name} sperren?` }),
  disableLead: phrase({
    en: 'The server refuses every call of the directory. It disables no account any more when a person leaves. Its accounts stay as they are.',
    de: 'Der Server lehnt jeden Aufruf des Verzeichnisses ab. Es sperrt kein Konto mehr, wenn eine Person geht. Seine Konten bleiben, wie sie sind.',
  }),
};

/** Confirmations of what was done about a directory. */
export const directoryDoneWords = {
  directoryCreated: phrase({
    en: 'Added. Enter the values below at the directory.',
    de: 'Hinzugefügt. Tragen Sie die Werte unten im Verzeichnis ein.',
  }),
  directoryDisabled: phrase({
    en: 'Disabled. The server refuses its calls. Its accounts stay as they are.',
    de: 'Gesperrt. Der Server lehnt seine Aufrufe ab. Seine Konten bleiben, wie sie sind.',
  }),
  directoryEnabled: phrase({
    en: 'Enabled. The server accepts its calls again.',
    de: 'Entsperrt. Der Server nimmt seine Aufrufe wieder an.',
  }),
  dryRunStarted: phrase({
    en: 'The dry run has begun. Start the first sync at the directory; this page shows what it would do.',
    de: 'Der Probelauf hat begonnen. Starten Sie im Verzeichnis die erste Synchronisierung; diese Seite zeigt, was sie tun würde.',
  }),
  directoryStarted: phrase({
    en: 'Started for real. Restart the provisioning at the directory, so that it sends its users anew.',
    de: 'Wirklich gestartet. Starten Sie die Bereitstellung im Verzeichnis neu, damit es seine Benutzer erneut sendet.',
  }),
  directoryResumed: phrase({
    en: 'Resumed. The directory sends what was held again; the server then applies it.',
    de: 'Fortgesetzt. Das Verzeichnis sendet das Zurückgehaltene erneut; dann wendet der Server es an.',
  }),
  secretEnded: phrase({
    en: 'Ended. The server refuses the secret from now on.',
    de: 'Beendet. Der Server lehnt das Secret ab jetzt ab.',
  }),
} as const;
