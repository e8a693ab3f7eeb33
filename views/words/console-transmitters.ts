import { type HtmlValue, html, phrase } from '../html.ts';

/** Trusted transmitters, and the signals that they sent. */
export const transmitterWords = {
  title: phrase({ en: 'Trusted transmitters', de: 'Vertraute Sender' }),
  lead: phrase({
    en: 'Systems whose security events end sessions here, stop agents or change what policies permit.',
    de: 'Systeme, deren Sicherheitsereignisse hier Sitzungen beenden, Agenten anhalten oder ändern, was Richtlinien erlauben.',
  }),
  none: phrase({
    en: html`This server trusts no transmitter of security events. A transmitter reports on people who sign in at a provider: add that provider first.`,
    de: html`Dieser Server vertraut keinem Sender von Sicherheitsereignissen. Ein Sender meldet Ereignisse über Personen, die sich bei einem Anmeldedienst anmelden: Fügen Sie diesen zuerst hinzu.`,
  }),
  transmitter: phrase({ en: 'Trusted transmitter', de: 'Vertrauter Sender' }),
  issuer: phrase({ en: 'Issuer of its events', de: 'Issuer seiner Ereignisse' }),
  issuerHint: phrase({
    en: html`The <code>iss</code> of its events, character by character.`,
    de: html`Das <code>iss</code> seiner Ereignisse, Zeichen für Zeichen.`,
  }),
  upstream: phrase({ en: 'Sign-in provider', de: 'Anmeldedienst' }),
  upstreamHint: phrase({
    en: 'Its events reach only accounts that are linked to this provider, and none with a role.',
    de: 'Seine Ereignisse erreichen nur Konten, die mit diesem Anmeldedienst verknüpft sind, und keines mit einer Rolle.',
  }),
  keysHint: phrase({
    en: 'Empty: its own configuration names them.',
    de: 'Leer: Seine eigene Konfiguration nennt sie.',
  }),
  audience: phrase({ en: 'Audience of its events', de: 'Audience seiner Ereignisse' }),
  audienceHint: phrase({ en: 'Empty: the issuer of this server.', de: 'Leer: der Issuer dieses Servers.' }),
  maxAge: phrase({ en: 'Longest age of an event', de: 'Höchstes Alter eines Ereignisses' }),
  riskSeconds: phrase({ en: 'Policies see an event for', de: 'Richtlinien sehen ein Ereignis' }),
  mostAccounts: phrase({ en: 'Accounts in ten minutes', de: 'Konten in zehn Minuten' }),
  mostAccountsHint: phrase({
    en: 'More are held until an administrator lets them pass. Default: 20.',
    de: 'Weitere werden zurückgehalten, bis ein Administrator sie durchlässt. Vorgabe: 20.',
  }),
  percent: phrase({
    en: 'The same in percent of the linked accounts',
    de: 'Dasselbe in Prozent der verknüpften Konten',
  }),
  percentHint: phrase({ en: 'The larger number applies. Default: 1.', de: 'Die größere Zahl gilt. Vorgabe: 1.' }),
  limits: phrase({ en: 'Limits', de: 'Grenzen' }),
  effects: phrase({ en: 'What its events do', de: 'Was seine Ereignisse bewirken' }),
  effect: phrase({ en: 'Effects', de: 'Wirkungen' }),
  effectsHint: phrase({
    en: 'An event without a tick is recorded, and has no effect.',
    de: 'Ein Ereignis ohne Kreuz wird protokolliert und bewirkt nichts.',
  }),
  effectNames: {
    record_risk: phrase({ en: 'Policies see the risk', de: 'Richtlinien sehen das Risiko' }),
    require_step_up: phrase({ en: 'A newer sign-in is required', de: 'Neuere Anmeldung nötig' }),
    end_sessions: phrase({ en: 'Sessions end', de: 'Sitzungen enden' }),
    revoke_tokens: phrase({ en: 'Tokens and delegations end', de: 'Tokens und Delegationen enden' }),
    suspend_agents: phrase({ en: 'Own agents are suspended', de: 'Eigene Agenten werden ausgesetzt' }),
  },
  noEffect: phrase({ en: 'no effect', de: 'keine Wirkung' }),
  last: phrase({ en: 'Last contact', de: 'Letzter Kontakt' }),
  never: phrase({ en: 'never', de: 'noch nie' }),
  verified: phrase({ en: 'Verified', de: 'Geprüft' }),
  neverVerified: phrase({ en: 'no verification event yet', de: 'noch kein Prüfereignis' }),
  state: phrase({ en: 'Expected state of the verification event', de: 'Erwarteter State des Prüfereignisses' }),
  expect: phrase({ en: 'Expect a verification event', de: 'Prüfereignis erwarten' }),
  paused: phrase({ en: 'effects paused', de: 'Wirkungen angehalten' }),
  heldCount: (count: number, shown: HtmlValue) =>
    phrase({
      en: html`signals about ${shown} ${count === 1 ? 'account' : 'accounts'} held`,
      de: html`Signale zu ${shown} ${count === 1 ? 'Konto' : 'Konten'} zurückgehalten`,
    }),
  pausedSince: phrase({ en: 'Paused', de: 'Angehalten' }),
  pausedLead: phrase({
    en: 'Its signals affected more accounts than its limit allows. Further ones are held until an administrator lets them pass or drops them.',
    de: 'Seine Signale trafen mehr Konten, als seine Grenze erlaubt. Weitere bleiben zurückgehalten, bis ein Administrator sie durchlässt oder verwirft.',
  }),
  activity: phrase({ en: 'Effects', de: 'Wirkungen' }),
  lastTenMinutes: phrase({ en: 'Accounts affected in 10 minutes', de: 'Betroffene Konten in 10 Minuten' }),
  limit: phrase({ en: 'Limit in 10 minutes', de: 'Grenze in 10 Minuten' }),
  limitOf: (count: HtmlValue, percent: number) =>
    phrase({
      en: html`${count}, or ${percent} % of the linked accounts if that is more`,
      de: html`${count}, oder ${percent} % der verknüpften Konten, wenn das mehr ist`,
    }),
  allowed: phrase({ en: 'Accounts that pass', de: 'Konten, die durchgehen' }),
  held: phrase({ en: 'Held signals', de: 'Zurückgehaltene Signale' }),
  heldMore: (count: HtmlValue) =>
    phrase({
      en: html`The list shows the newest ${count}. The command line lists all: <code>behalf trusted-transmitters signals --state held</code>.`,
      de: html`Die Liste zeigt die neuesten ${count}. Die Kommandozeile nennt alle: <code>behalf trusted-transmitters signals --state held</code>.`,
    }),
  signals: phrase({ en: 'Last signals', de: 'Letzte Signale' }),
  noSignals: phrase({
    en: 'No event of it has arrived. Expect a verification event, and request it at the transmitter.',
    de: 'Von ihm ist noch kein Ereignis angekommen. Erwarten Sie ein Prüfereignis, und fordern Sie es beim Sender an.',
  }),
  event: phrase({ en: 'Event', de: 'Ereignis' }),
  otherEvent: phrase({ en: 'Unknown type of event', de: 'Unbekannte Art von Ereignis' }),
  person: phrase({ en: 'Person', de: 'Person' }),
  noPerson: phrase({ en: 'unknown', de: 'unbekannt' }),
  when: phrase({ en: 'Happened', de: 'Geschehen' }),
  outcome: phrase({ en: 'What it did', de: 'Was es bewirkt hat' }),
  would: phrase({ en: 'What it would do', de: 'Was es bewirken würde' }),
  states: {
    pending: phrase({ en: 'under way', de: 'läuft' }),
    applied: phrase({ en: 'applied', de: 'angewendet' }),
    held: phrase({ en: 'held', de: 'zurückgehalten' }),
    discarded: phrase({ en: 'dropped', de: 'verworfen' }),
    no_effect: phrase({ en: 'no effect', de: 'keine Wirkung' }),
  },
  reasons: {
    unknown_subject: phrase({
      en: 'No account here is linked to this person at the provider.',
      de: 'Kein Konto hier ist mit dieser Person beim Anmeldedienst verknüpft.',
    }),
    account_privileged: phrase({ en: 'The account has a role.', de: 'Das Konto hat eine Rolle.' }),
    account_inactive: phrase({ en: 'The account was deleted.', de: 'Das Konto wurde gelöscht.' }),
    event_not_accepted: phrase({
      en: 'This type of event has no effect here.',
      de: 'Diese Art von Ereignis bewirkt hier nichts.',
    }),
    paused: phrase({ en: 'The effects were paused.', de: 'Die Wirkungen waren angehalten.' }),
  },
  levels: {
    none: phrase({ en: 'no risk', de: 'kein Risiko' }),
    low: phrase({ en: 'low risk', de: 'geringes Risiko' }),
    medium: phrase({ en: 'medium risk', de: 'mittleres Risiko' }),
    high: phrase({ en: 'high risk', de: 'hohes Risiko' }),
  },
  drop: phrase({ en: 'Drop', de: 'Verwerfen' }),
  resume: phrase({ en: 'Let the held signals pass', de: 'Zurückgehaltene durchlassen' }),
  resumeAsked: (name: HtmlValue) =>
    phrase({
      en: html`Let the held signals of ${name} pass?`,
      de: html`Zurückgehaltene Signale von ${name} durchlassen?`,
    }),
  resumeLead: phrase({
    en: 'The server cannot tell a mistake from an attack that is over. Check the signals at the transmitter first, and drop those that are wrong. The others take effect now, oldest first.',
    de: 'Der Server kann einen Irrtum nicht von einem überstandenen Angriff unterscheiden. Prüfen Sie die Signale zuerst beim Sender, und verwerfen Sie falsche. Die übrigen wirken jetzt, die ältesten zuerst.',
  }),
  passes: (count: number, shown: HtmlValue) =>
    count === 1
      ? phrase({
          en: 'Within a day, 1 held account passes the limit, and no other one in its place.',
          de: 'Binnen eines Tages passiert 1 zurückgehaltenes Konto die Grenze, und kein anderes an seiner Stelle.',
        })
      : phrase({
          en: html`Within a day, ${shown} held accounts pass the limit, and no others in their place.`,
          de: html`Binnen eines Tages passieren ${shown} zurückgehaltene Konten die Grenze, und keine anderen an ihrer Stelle.`,
        }),
  make: phrase({ en: 'Trust a transmitter', de: 'Einem Sender vertrauen' }),
  makeLead: phrase({
    en: 'Its events take effect on accounts that are linked to its provider. The authorization of a transmitter that pushes is shown once.',
    de: 'Seine Ereignisse wirken auf Konten, die mit seinem Anmeldedienst verknüpft sind. Die Autorisierung eines Senders, der selbst sendet, wird einmal gezeigt.',
  }),
  add: phrase({ en: 'Trust the transmitter', de: 'Sender vertrauen' }),
  changeTitle: phrase({ en: 'Change a trusted transmitter', de: 'Vertrauten Sender ändern' }),
  changeLead: phrase({
    en: 'The next event already uses what you save. What earlier events did stays.',
    de: 'Schon das nächste Ereignis nutzt, was Sie speichern. Was frühere bewirkt haben, bleibt.',
  }),
  secretTitle: phrase({ en: 'Authorization of the transmitter', de: 'Autorisierung des Senders' }),
  secretLead: phrase({
    en: html`Enter it at the transmitter as the value of the header <code>Authorization</code>, with the endpoint <code>/signals/events</code> of this server.`,
    de: html`Tragen Sie sie beim Sender als Wert des Headers <code>Authorization</code> ein, mit dem Endpunkt <code>/signals/events</code> dieses Servers.`,
  }),
  authorization: phrase({ en: 'Header Authorization', de: 'Header Authorization' }),
  rotateLead: phrase({
    en: 'The server makes a new authorization and shows it once. The present one is invalid at once, and the transmitter gets 400 until it sends the new one.',
    de: 'Der Server erzeugt eine neue Autorisierung und zeigt sie einmal. Die jetzige ist sofort ungültig, und der Sender erhält 400, bis er die neue sendet.',
  }),
  disableTitle: phrase({ en: 'Disable a trusted transmitter', de: 'Vertrauten Sender sperren' }),
  disableAsked: (name: HtmlValue) => phrase({ en: html`Disable ${name}?`, de: html`${name} sperren?` }),
  disableLead: phrase({
    en: 'The server refuses what it sends: sessions that end there no longer end here. What its events did stays, and its risks last until they end.',
    de: 'Der Server lehnt ab, was er sendet: Sitzungen, die dort enden, enden hier nicht mehr. Was seine Ereignisse bewirkt haben, bleibt, und seine Risiken bestehen bis zu ihrem Ende.',
  }),
};
