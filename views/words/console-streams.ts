import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';
import { failureText } from './console-dead-letters.ts';

/** One stream of security events. */
export const streamWords = {
  delivery: phrase({ en: 'Delivery', de: 'Zustellung' }),
  methods: {
    push: phrase({ en: 'push', de: 'Push' }),
    poll: phrase({ en: 'poll', de: 'Abruf' }),
  },
  method: phrase({ en: 'Method', de: 'Zustellart' }),
  endpoint: phrase({ en: 'Endpoint', de: 'Endpunkt' }),
  description: phrase({ en: 'Description', de: 'Beschreibung' }),
  states: {
    enabled: phrase({ en: 'active', de: 'aktiv' }),
    failing: phrase({ en: 'failing', de: 'fehlerhaft' }),
    unverified: phrase({ en: 'not verified', de: 'nicht bestätigt' }),
    paused: phrase({ en: 'paused', de: 'angehalten' }),
    disabled: phrase({ en: 'switched off', de: 'ausgeschaltet' }),
  },
  setBy: phrase({ en: 'Set by', de: 'Gesetzt von' }),
  setters: {
    receiver: phrase({ en: 'the receiver', de: 'Empfänger' }),
    administrator: phrase({ en: 'an administrator', de: 'einem Administrator' }),
    server: phrase({ en: 'this server', de: 'diesem Server' }),
  },
  reason: phrase({ en: 'Reason for the state', de: 'Grund des Zustands' }),
  waiting: phrase({ en: 'Waiting', de: 'Wartend' }),
  waits: (events: HtmlValue) => phrase({ en: html`${events} not acknowledged`, de: html`${events} nicht bestätigt` }),
  unread: (count: number, shown: HtmlValue) =>
    phrase({
      en: html`${shown} audit ${count === 1 ? 'record' : 'records'} to check`,
      de: html`${shown} ${count === 1 ? 'Protokolleintrag' : 'Protokolleinträge'} zu prüfen`,
    }),
  nothingWaits: phrase({ en: 'nothing', de: 'nichts' }),
  oldest: phrase({ en: 'Oldest', de: 'Ältestes' }),
  oldestIs: (at: HtmlValue) => phrase({ en: html`oldest: ${at}`, de: html`ältestes: ${at}` }),
  last: phrase({ en: 'Last success', de: 'Letzter Erfolg' }),
  never: phrase({ en: 'never', de: 'nie' }),
  failure: phrase({ en: 'Last failure', de: 'Letzter Fehler' }),
  failing: phrase({ en: 'Failing since', de: 'Fehler seit' }),
  failingLead: (what: HtmlValue) =>
    phrase({ en: html`Deliveries fail. ${what}`, de: html`Zustellungen schlagen fehl. ${what}` }),
  due: phrase({ en: 'Next attempt', de: 'Nächster Versuch' }),
  acknowledged: phrase({ en: 'Acknowledged', de: 'Bestätigt' }),
  refused: phrase({ en: 'Refused', de: 'Abgelehnt' }),
  lastRefusal: phrase({ en: 'Last refusal', de: 'Letzte Ablehnung' }),
  removed: phrase({ en: 'Subjects that the receiver removed', de: 'Subjekte, die der Empfänger entfernt hat' }),
  events: phrase({ en: 'Events', de: 'Ereignisse' }),
  verified: phrase({ en: 'Verification', de: 'Prüfung' }),
  verifications: {
    yes: phrase({ en: 'acknowledged by the endpoint', de: 'vom Endpunkt bestätigt' }),
    no: phrase({ en: 'not acknowledged yet', de: 'noch nicht bestätigt' }),
  },
  node: phrase({ en: 'Delivered by', de: 'Zustellender Prozess' }),
  pause: phrase({ en: 'Pause', de: 'Anhalten' }),
  pauseAsked: (name: HtmlValue) =>
    phrase({ en: html`Pause this stream of ${name}?`, de: html`Diesen Stream von ${name} anhalten?` }),
  pauseLead: phrase({
    en: 'Its events wait in the audit log. The receiver is told, and cannot end the pause. Only an administrator resumes the stream.',
    de: 'Seine Ereignisse warten im Protokoll. Der Empfänger erfährt es und kann die Pause nicht beenden. Nur ein Administrator setzt den Stream fort.',
  }),
  pauseReason: phrase({ en: 'Reason, for the receiver', de: 'Grund, für den Empfänger' }),
  resume: phrase({ en: 'Resume', de: 'Fortsetzen' }),
  tryNow: phrase({ en: 'Try again now', de: 'Jetzt erneut versuchen' }),
  verify: phrase({ en: 'Send a verification event', de: 'Prüfereignis senden' }),
  remove: phrase({ en: 'Delete', de: 'Löschen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Delete this stream of ${name}?`, de: html`Diesen Stream von ${name} löschen?` }),
  removeLead: phrase({
    en: 'The receiver gets no further event through it, also none that waits. It may create another stream.',
    de: 'Der Empfänger erhält darüber kein Ereignis mehr, auch kein wartendes. Er kann einen anderen Stream anlegen.',
  }),
  pausedByServer: phrase({
    en: 'The backlog reached its limit, so this server paused the stream. Nothing is lost yet. Repair the receiver, then resume the stream.',
    de: 'Zu viel wartete, deshalb hat dieser Server den Stream angehalten. Noch ist nichts verloren. Reparieren Sie den Empfänger, und setzen Sie den Stream dann fort.',
  }),
  unverifiedLead: phrase({
    en: 'The endpoint receives nothing else until it answers a verification event with 202.',
    de: 'Der Endpunkt erhält nichts anderes, bis er ein Prüfereignis mit 202 beantwortet.',
  }),
};

/** What mends a failure, by its code. */
const REMEDIES = {
  status_not_ok: phrase({
    en: 'The endpoint must answer a security event with 202.',
    de: 'Der Endpunkt muss ein Sicherheitsereignis mit 202 beantworten.',
  }),
  gone: phrase({
    en: 'Have the receiver set another endpoint.',
    de: 'Lassen Sie den Empfänger einen anderen Endpunkt setzen.',
  }),
  not_reachable: phrase({
    en: 'Check that the endpoint runs, and that this server may reach it.',
    de: 'Prüfen Sie, ob der Endpunkt läuft und dieser Server ihn erreichen darf.',
  }),
  name_not_resolved: phrase({
    en: 'Check the name of the host in the endpoint.',
    de: 'Prüfen Sie den Namen des Hosts im Endpunkt.',
  }),
  timed_out: phrase({
    en: 'Let the endpoint answer within 10 seconds, before it works on the event.',
    de: 'Lassen Sie den Endpunkt binnen 10 Sekunden antworten, bevor er das Ereignis verarbeitet.',
  }),
  certificate_not_valid: phrase({
    en: 'Renew the certificate of the endpoint, or add its authority to this server.',
    de: 'Erneuern Sie das Zertifikat des Endpunkts, oder nehmen Sie seine Stelle in diesen Server auf.',
  }),
  address_not_allowed: phrase({
    en: html`If the endpoint is inside your network, name its host in <code>egress.internalHosts.signalReceivers</code>.`,
    de: html`Liegt der Endpunkt in Ihrem Netz, nennen Sie seinen Host in <code>egress.internalHosts.signalReceivers</code>.`,
  }),
  url_not_allowed: phrase({
    en: 'Have the receiver set an https URL.',
    de: 'Lassen Sie den Empfänger eine https-URL setzen.',
  }),
  redirected: phrase({
    en: 'Have the receiver set the address to which it redirects.',
    de: 'Lassen Sie den Empfänger die Adresse setzen, auf die er weiterleitet.',
  }),
  internal: phrase({ en: 'See the log of this server.', de: 'Sehen Sie in das Log dieses Servers.' }),
  authentication_failed: phrase({
    en: 'Have the receiver set the authorization that its endpoint accepts.',
    de: 'Lassen Sie den Empfänger die Autorisierung setzen, die sein Endpunkt annimmt.',
  }),
  access_denied: phrase({
    en: 'Permit this server at the receiver.',
    de: 'Erlauben Sie diesen Server beim Empfänger.',
  }),
  invalid_issuer: phrase({
    en: 'Enter the issuer of this server at the receiver.',
    de: 'Tragen Sie den Issuer dieses Servers beim Empfänger ein.',
  }),
  invalid_audience: phrase({
    en: 'Let the audience of the receiver here be the one that it expects.',
    de: 'Setzen Sie die Audience des Empfängers hier auf die, die er erwartet.',
  }),
  invalid_key: phrase({
    en: html`Let the receiver read the keys at <code>/jwks</code> of this server.`,
    de: html`Lassen Sie den Empfänger die Schlüssel unter <code>/jwks</code> dieses Servers lesen.`,
  }),
};

/** What the receiver says: the codes of RFC 8935 §2.4. */
const SAID = {
  authentication_failed: phrase({
    en: 'The receiver does not accept the authorization',
    de: 'Der Empfänger nimmt die Autorisierung nicht an',
  }),
  access_denied: phrase({ en: 'The receiver denies access', de: 'Der Empfänger verweigert den Zugriff' }),
  invalid_issuer: phrase({
    en: 'The receiver expects another issuer',
    de: 'Der Empfänger erwartet einen anderen Issuer',
  }),
  invalid_audience: phrase({
    en: 'The receiver expects another audience',
    de: 'Der Empfänger erwartet eine andere Audience',
  }),
  invalid_key: phrase({
    en: 'The receiver cannot verify the signature',
    de: 'Der Empfänger kann die Signatur nicht prüfen',
  }),
};

const inTable = <T extends Readonly<Record<string, Phrase>>>(table: T, code: string): Phrase | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;

/** What the code of a failed push means; undefined for a code of the receiver that has no words. */
export const streamFailureText = (code: string): Phrase | undefined => inTable(SAID, code) ?? failureText(code);

/** What mends it. Undefined: the receiver alone knows. */
export const streamRemedy = (code: string): Phrase | undefined => inTable(REMEDIES, code);
