import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';
import { failureText } from './console-dead-letters.ts';

/** Systems that receive every audit event. */
export const sinkWords = {
  title: phrase({ en: 'Audit sinks', de: 'Audit-Ziele' }),
  lead: phrase({
    en: 'Systems that receive every event of the audit log. The log itself is the backlog: nothing is lost while a sink is down.',
    de: 'Systeme, die jedes Ereignis des Protokolls erhalten. Was sie noch nicht haben, wartet im Protokoll: Nichts geht verloren.',
  }),
  none: phrase({
    en: 'There are no audit sinks. A sink sends every audit event to a collector, a SIEM, a syslog server or a file.',
    de: 'Es gibt keine Audit-Ziele. Ein Ziel sendet jedes Ereignis an einen Collector, ein SIEM, einen Syslog-Server oder in eine Datei.',
  }),
  sink: phrase({ en: 'Audit sink', de: 'Audit-Ziel' }),
  kind: phrase({ en: 'Kind', de: 'Art' }),
  kinds: {
    otlp: phrase({ en: 'OpenTelemetry (OTLP)', de: 'OpenTelemetry (OTLP)' }),
    webhook: phrase({ en: 'Webhook', de: 'Webhook' }),
    syslog: phrase({ en: 'Syslog over TLS', de: 'Syslog über TLS' }),
    file: phrase({ en: 'File on the server', de: 'Datei auf dem Server' }),
  },
  kindHint: phrase({ en: 'It cannot change later.', de: 'Sie ändert sich später nicht.' }),
  format: phrase({ en: 'Format', de: 'Format' }),
  formatHint: phrase({
    en: 'OTLP has one of its own, and a webhook cannot take CEF. It cannot change later.',
    de: 'OTLP hat ein eigenes, und ein Webhook nimmt kein CEF. Es ändert sich später nicht.',
  }),
  usualFormat: phrase({ en: 'The usual one of the kind', de: 'Das übliche der Art' }),
  formats: {
    event: phrase({ en: 'Events of the API', de: 'Ereignisse der API' }),
    ocsf: phrase({ en: 'OCSF', de: 'OCSF' }),
    cef: phrase({ en: 'CEF', de: 'CEF' }),
  },
  address: phrase({ en: 'Address', de: 'Adresse' }),
  addressHint: phrase({
    en: html`OTLP and webhook: an https URL. Syslog: host and port, such as <code>logs.example.com:6514</code>. A file has none.`,
    de: html`OTLP und Webhook: eine https-URL. Syslog: Host und Port, etwa <code>logs.example.com:6514</code>. Eine Datei hat keine.`,
  }),
  file: phrase({ en: 'File', de: 'Datei' }),
  authorization: phrase({ en: 'Value of the header Authorization', de: 'Wert des Headers Authorization' }),
  authorizationHint: phrase({
    en: 'For OTLP only. The server keeps it sealed and never shows it.',
    de: 'Nur für OTLP. Der Server bewahrt ihn versiegelt auf und zeigt ihn nie.',
  }),
  authorizationKept: phrase({
    en: 'Empty: the stored value stays. The server never shows it.',
    de: 'Leer: Der gespeicherte Wert bleibt. Der Server zeigt ihn nie.',
  }),
  from: phrase({ en: 'First event', de: 'Erstes Ereignis' }),
  froms: {
    now: phrase({ en: 'From now on', de: 'Ab jetzt' }),
    beginning: phrase({ en: 'All that the log holds', de: 'Alle, die das Protokoll hat' }),
  },
  personal: phrase({ en: 'Send personal values too', de: 'Auch personenbezogene Werte senden' }),
  personalHint: phrase({
    en: 'Names and addresses that were not erased. A later erasure does not reach what the sink has received.',
    de: 'Namen und Adressen, die nicht gelöscht sind. Eine spätere Löschung erreicht nicht, was das Ziel schon hat.',
  }),
  personals: {
    yes: phrase({ en: 'sent', de: 'werden gesendet' }),
    no: phrase({ en: 'stay in the server', de: 'bleiben im Server' }),
  },
  personalValues: phrase({ en: 'Personal values', de: 'Personenbezogene Werte' }),
  receiver: phrase({ en: 'Receiver', de: 'Empfänger' }),
  what: phrase({ en: 'What it receives', de: 'Was es erhält' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    failing: phrase({ en: 'failing', de: 'fehlerhaft' }),
    paused: phrase({ en: 'paused', de: 'angehalten' }),
  },
  delivery: phrase({ en: 'Delivery', de: 'Zustellung' }),
  backlog: phrase({ en: 'Waiting', de: 'Wartend' }),
  events: (count: number, shown: HtmlValue) =>
    phrase({
      en: html`${shown} ${count === 1 ? 'event' : 'events'}`,
      de: html`${shown} ${count === 1 ? 'Ereignis' : 'Ereignisse'}`,
    }),
  delivered: phrase({ en: 'Delivered', de: 'Zugestellt' }),
  leftOut: phrase({ en: 'Skipped', de: 'Übersprungen' }),
  last: phrase({ en: 'Last delivery', de: 'Letzte Zustellung' }),
  failure: phrase({ en: 'Last failure', de: 'Letzter Fehler' }),
  failing: phrase({ en: 'Failing since', de: 'Fehler seit' }),
  due: phrase({ en: 'Next attempt', de: 'Nächster Versuch' }),
  node: phrase({ en: 'Delivered by', de: 'Zustellender Prozess' }),
  never: phrase({ en: 'never', de: 'nie' }),
  failures: {
    no_folder: phrase({ en: 'This server has no folder for files', de: 'Dieser Server hat keinen Ordner für Dateien' }),
    volume_full: phrase({ en: 'The volume of the files is full', de: 'Der Datenträger der Dateien ist voll' }),
    not_writable: phrase({ en: 'The file cannot be written', de: 'Die Datei lässt sich nicht schreiben' }),
    too_large: phrase({ en: 'The answer of the receiver is too large', de: 'Die Antwort des Empfängers ist zu groß' }),
    answer_not_valid: phrase({
      en: 'The answer of the receiver is not valid',
      de: 'Die Antwort des Empfängers ist nicht gültig',
    }),
  },
  refusedOne: phrase({
    en: 'The sink refuses the content of one event, and all later events wait. Let it accept the event, or skip the event.',
    de: 'Das Ziel lehnt den Inhalt eines Ereignisses ab, und alle späteren warten. Lassen Sie es dort annehmen, oder überspringen Sie es.',
  }),
  sequence: (sequence: number) => phrase({ en: `Event ${sequence}`, de: `Ereignis ${sequence}` }),
  refusedEvent: phrase({ en: 'Refused event', de: 'Abgelehntes Ereignis' }),
  event: phrase({ en: 'Event', de: 'Ereignis' }),
  eventGone: phrase({
    en: 'This server no longer holds the event, or you may not read it.',
    de: 'Dieser Server hat das Ereignis nicht mehr, oder Sie dürfen es nicht lesen.',
  }),
  make: phrase({ en: 'Add a sink', de: 'Ziel hinzufügen' }),
  add: phrase({ en: 'Add the sink', de: 'Ziel hinzufügen' }),
  makeLead: phrase({
    en: 'The server delivers to it at once. The secret of a webhook is shown once.',
    de: 'Der Server stellt ihm sofort zu. Das Geheimnis eines Webhooks wird einmal gezeigt.',
  }),
  changeTitle: phrase({ en: 'Change an audit sink', de: 'Audit-Ziel ändern' }),
  changeLead: phrase({
    en: 'The next delivery already uses what you save. The backlog stays as it is.',
    de: 'Schon die nächste Zustellung nutzt, was Sie speichern. Wartende Ereignisse bleiben.',
  }),
  secretTitle: phrase({ en: 'Secret of the audit sink', de: 'Geheimnis des Audit-Ziels' }),
  secretLead: phrase({
    en: 'The receiver checks the signature of each request with this secret.',
    de: 'Der Empfänger prüft mit diesem Geheimnis die Signatur jeder Anfrage.',
  }),
  secret: phrase({ en: 'Secret', de: 'Geheimnis' }),
  rotateLead: phrase({
    en: 'The server makes a new secret and shows it once. It signs with the new one at once, and no longer with the former.',
    de: 'Der Server erzeugt ein neues Geheimnis und zeigt es einmal. Er signiert sofort damit und nicht mehr mit dem früheren.',
  }),
  test: phrase({ en: 'Send a test event', de: 'Testereignis senden' }),
  testFailed: (why: Phrase | undefined, status: number | undefined) =>
    phrase({
      en: html`The test event did not arrive. ${why ?? 'The receiver did not take it'}${status !== undefined && ` (HTTP ${status})`}.`,
      de: html`Das Testereignis kam nicht an. ${why ?? 'Der Empfänger nahm es nicht an'}${status !== undefined && ` (HTTP ${status})`}.`,
    }),
  pause: phrase({ en: 'Pause', de: 'Anhalten' }),
  resume: phrase({ en: 'Resume', de: 'Fortsetzen' }),
  tryNow: phrase({ en: 'Try again now', de: 'Jetzt erneut versuchen' }),
  skip: phrase({ en: 'Skip the event', de: 'Ereignis überspringen' }),
  skipAsked: (name: HtmlValue) =>
    phrase({
      en: html`Skip this event for ${name}?`,
      de: html`Dieses Ereignis für ${name} überspringen?`,
    }),
  skipLead: phrase({
    en: 'The sink never receives it. The audit log keeps it, and records that you skipped it. The events after it follow.',
    de: 'Das Ziel erhält es nie. Das Protokoll behält es und hält fest, dass Sie es übersprungen haben. Die folgenden kommen nach.',
  }),
  remove: phrase({ en: 'Delete', de: 'Löschen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Delete the audit sink ${name}?`, de: html`Das Audit-Ziel ${name} löschen?` }),
  removeLead: phrase({
    en: 'It receives nothing more. The audit log keeps every event. A file that exists stays on the server.',
    de: 'Es erhält nichts mehr. Das Protokoll behält jedes Ereignis. Eine vorhandene Datei bleibt auf dem Server.',
  }),
  loses: (count: number, shown: HtmlValue) =>
    phrase({
      en: html`<strong>${shown} ${count === 1 ? 'event waits' : 'events wait'}</strong> and never ${count === 1 ? 'reaches' : 'reach'} it.`,
      de: html`<strong>${shown} ${count === 1 ? 'Ereignis wartet' : 'Ereignisse warten'}</strong> und ${count === 1 ? 'erreicht' : 'erreichen'} es nie.`,
    }),
  losesNothing: phrase({ en: 'No event waits for it.', de: 'Kein Ereignis wartet darauf.' }),
};

/** What the code of a failure means; undefined for a code without words. */
export const sinkFailureText = (failure: string): Phrase | undefined =>
  Object.hasOwn(sinkWords.failures, failure)
    ? sinkWords.failures[failure as keyof typeof sinkWords.failures]
    : failureText(failure);
