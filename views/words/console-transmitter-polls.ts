import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** Polls of trusted transmitters. */
export const pollWords = {
  title: phrase({ en: 'Polls', de: 'Abrufe' }),
  section: phrase({ en: 'How its events arrive', de: 'Wie seine Ereignisse ankommen' }),
  sectionHint: phrase({
    en: html`Without a poll URL the transmitter pushes them to <code>/signals/events</code> of this server.`,
    de: html`Ohne URL zum Abrufen sendet der Sender sie an <code>/signals/events</code> dieses Servers.`,
  }),
  delivery: phrase({ en: 'Delivery', de: 'Zustellung' }),
  pushed: phrase({ en: 'The transmitter pushes', de: 'Der Sender sendet' }),
  polled: phrase({ en: 'This server polls', de: 'Dieser Server ruft ab' }),
  url: phrase({ en: 'Poll URL', de: 'URL zum Abrufen' }),
  urlHint: phrase({
    en: 'The poll endpoint of the stream (RFC 8936). The server then refuses pushed events. Another URL needs its token in the same change.',
    de: 'Der Poll-Endpunkt des Stroms (RFC 8936). Gesendete Ereignisse lehnt der Server dann ab. Eine andere URL braucht ihr Token in derselben Änderung.',
  }),
  token: phrase({ en: 'Bearer token of the poll URL', de: 'Bearer-Token der URL zum Abrufen' }),
  tokenHint: phrase({
    en: 'The server keeps it sealed and never shows it.',
    de: 'Der Server bewahrt es versiegelt auf und zeigt es nie.',
  }),
  tokenKept: phrase({
    en: 'Empty: the stored token stays. The server never shows it.',
    de: 'Leer: Das gespeicherte Token bleibt. Der Server zeigt es nie.',
  }),
  tokens: phrase({ en: 'Short access tokens for the polls', de: 'Kurze Zugriffstoken für die Abrufe' }),
  tokensHint: phrase({
    en: 'In place of a token that lasts: the server requests tokens as a client of the transmitter (client_credentials), and renews them.',
    de: 'Statt eines dauerhaften Tokens: Der Server holt als Client des Senders Token (client_credentials) und erneuert sie.',
  }),
  endpoint: phrase({ en: 'Token endpoint', de: 'Token-Endpunkt' }),
  endpointHint: phrase({
    en: 'Empty: the bearer token above is sent.',
    de: 'Leer: Das Bearer-Token oben wird gesendet.',
  }),
  client: phrase({ en: 'Client ID there', de: 'Client-ID dort' }),
  clientHint: phrase({
    en: html`Register this server there with its <code>jwks_uri</code>, or with a secret.`,
    de: html`Registrieren Sie diesen Server dort mit seiner <code>jwks_uri</code> oder mit einem Secret.`,
  }),
  hasSecret: phrase({ en: 'The client has a secret', de: 'Der Client hat ein Secret' }),
  hasSecretHint: phrase({
    en: html`If unchecked, the server signs with its own keys (<code>private_key_jwt</code>); if checked, it sends the secret (<code>client_secret_basic</code>).`,
    de: html`Ohne Häkchen signiert der Server mit seinen eigenen Schlüsseln (<code>private_key_jwt</code>); mit Häkchen sendet er das Secret (<code>client_secret_basic</code>).`,
  }),
  secretHint: phrase({
    en: 'The server keeps it sealed and never shows it. Another poll URL, endpoint or client ID needs it again.',
    de: 'Der Server bewahrt es versiegelt auf und zeigt es nie. Eine andere URL zum Abrufen, ein anderer Endpunkt oder eine andere Client-ID braucht es noch einmal.',
  }),
  audience: phrase({ en: 'Audience of the assertions', de: 'Audience der Assertions' }),
  audienceHint: phrase({
    en: 'Often the issuer of the authorization server. Empty: the token endpoint.',
    de: 'Oft der Issuer des Autorisierungsservers. Leer: der Token-Endpunkt.',
  }),
  scope: phrase({ en: 'Scopes', de: 'Scopes' }),
  scopeHint: phrase({
    en: html`Separated by spaces, such as <code>ssf.manage</code>.`,
    de: html`Durch Leerzeichen getrennt, etwa <code>ssf.manage</code>.`,
  }),
  resource: phrase({ en: 'Resource', de: 'Ressource' }),
  resourceHint: phrase({
    en: 'URI of the API, where the authorization server needs it (RFC 8707).',
    de: 'URI der API, wenn der Autorisierungsserver sie braucht (RFC 8707).',
  }),
  tokensFrom: phrase({ en: 'Access tokens from', de: 'Zugriffstoken von' }),
  asClient: (client: HtmlValue) => phrase({ en: html`as client ${client}`, de: html`als Client ${client}` }),
  interval: phrase({ en: 'Seconds between two polls', de: 'Sekunden zwischen zwei Abrufen' }),
  intervalHint: phrase({
    en: '0 to 3,600. 0: the transmitter may hold each poll until it has an event. Default: 0.',
    de: '0 bis 3.600. 0: Der Sender darf jeden Abruf halten, bis er ein Ereignis hat. Vorgabe: 0.',
  }),
  every: phrase({ en: 'Interval', de: 'Zeitabstand' }),
  held: phrase({ en: 'held until there is an event', de: 'gehalten, bis es ein Ereignis gibt' }),
  fail: phrase({ en: 'polls fail', de: 'Abrufe scheitern' }),
  failingLead: (what: HtmlValue) =>
    phrase({ en: html`The polls fail. ${what}`, de: html`Die Abrufe scheitern. ${what}` }),
  answered: phrase({ en: 'Last answer', de: 'Letzte Antwort' }),
  acknowledged: phrase({ en: 'Acknowledged events', de: 'Bestätigte Ereignisse' }),
  refused: phrase({ en: 'Refused events', de: 'Abgelehnte Ereignisse' }),
  failure: phrase({ en: 'Last failure', de: 'Letzter Fehler' }),
  failing: phrase({ en: 'Failing since', de: 'Fehler seit' }),
  due: phrase({ en: 'Next poll', de: 'Nächster Abruf' }),
  node: phrase({ en: 'Polled by', de: 'Abrufender Prozess' }),
};

/** What a person does about a failure. By the codes of the domain (signals/receiver/poll-failures.ts). */
const remedies = {
  url_not_allowed: phrase({
    en: html`Enter an https URL on port 443, or name its host in <code>egress.internalHosts.upstreamProviders</code>.`,
    de: html`Geben Sie eine https-URL auf Port 443 ein, oder nennen Sie ihren Host in <code>egress.internalHosts.upstreamProviders</code>.`,
  }),
  address_not_allowed: phrase({
    en: html`Name the host in <code>egress.internalHosts.upstreamProviders</code> if it is one of yours.`,
    de: html`Nennen Sie den Host in <code>egress.internalHosts.upstreamProviders</code>, wenn er zu Ihnen gehört.`,
  }),
  name_not_resolved: phrase({
    en: 'Check the host in the poll URL, and the DNS of this server.',
    de: 'Prüfen Sie den Host in der URL zum Abrufen und das DNS dieses Servers.',
  }),
  not_reachable: phrase({
    en: 'Check that the transmitter runs and that this server may connect to it.',
    de: 'Prüfen Sie, ob der Sender läuft und dieser Server sich mit ihm verbinden darf.',
  }),
  certificate_not_valid: phrase({
    en: 'Give the transmitter a certificate that this server trusts, or name its authority in egress.caFile.',
    de: 'Geben Sie dem Sender ein Zertifikat, dem dieser Server vertraut, oder nennen Sie dessen Aussteller in egress.caFile.',
  }),
  timed_out: phrase({
    en: 'Check the load of the transmitter. It answers a poll that does not wait within ten seconds.',
    de: 'Prüfen Sie die Last des Senders. Einen Abruf, der nicht wartet, beantwortet er binnen zehn Sekunden.',
  }),
  redirected: phrase({
    en: 'Enter the URL to which the transmitter redirects. This server follows no redirects.',
    de: 'Geben Sie die URL ein, zu der der Sender umleitet. Dieser Server folgt keinen Umleitungen.',
  }),
  status_not_ok: phrase({
    en: 'Look into the log of the transmitter. It answers a poll with status 200.',
    de: 'Sehen Sie ins Protokoll des Senders. Er beantwortet einen Abruf mit Status 200.',
  }),
  type_not_accepted: phrase({
    en: 'Check that the poll URL is that of a stream. Its answer is application/json.',
    de: 'Prüfen Sie, ob die URL zum Abrufen die eines Stroms ist. Seine Antwort ist application/json.',
  }),
  encoding_not_accepted: phrase({
    en: 'Let the transmitter answer without compression.',
    de: 'Lassen Sie den Sender ohne Kompression antworten.',
  }),
  too_large: phrase({
    en: 'Let the transmitter send smaller events: 50 of them have at most 1 MiB.',
    de: 'Lassen Sie den Sender kleinere Ereignisse senden: 50 davon haben höchstens 1 MiB.',
  }),
  answer_not_valid: phrase({
    en: 'Check that the poll URL is that of a stream: its answer has the members sets and moreAvailable.',
    de: 'Prüfen Sie, ob die URL zum Abrufen die eines Stroms ist: Seine Antwort hat die Einträge sets und moreAvailable.',
  }),
  over_budget: phrase({
    en: 'Wait: the server makes too many requests.',
    de: 'Warten Sie: Der Server stellt zu viele Anfragen.',
  }),
  unauthorized: phrase({
    en: 'Enter a token that the transmitter accepts.',
    de: 'Geben Sie ein Token ein, das der Sender annimmt.',
  }),
  forbidden: phrase({
    en: 'Permit the token at the transmitter to poll this stream.',
    de: 'Erlauben Sie dem Token beim Sender, diesen Strom abzurufen.',
  }),
  no_endpoint: phrase({
    en: 'Check the poll URL, and that the stream exists at the transmitter.',
    de: 'Prüfen Sie die URL zum Abrufen, und ob es den Strom beim Sender gibt.',
  }),
  too_many_requests: phrase({
    en: 'Wait: the server polls again at the time that the transmitter said.',
    de: 'Warten Sie: Der Server ruft zu der Zeit wieder ab, die der Sender nannte.',
  }),
  unavailable: phrase({
    en: 'Wait: the server polls again. If this lasts, look into the log of the transmitter.',
    de: 'Warten Sie: Der Server ruft wieder ab. Bleibt es so, sehen Sie ins Protokoll des Senders.',
  }),
  token_unreadable: phrase({
    en: 'Enter the token of the poll URL, or its client, again: the server cannot open what it stored.',
    de: 'Geben Sie das Token der URL zum Abrufen oder ihren Client noch einmal ein: Der Server kann das Gespeicherte nicht öffnen.',
  }),
  token_client_refused: phrase({
    en: html`Check the client ID, and its secret or the keys of this server (its <code>jwks_uri</code>), at the authorization server of the transmitter. The audience of <code>private_key_jwt</code> is often its issuer.`,
    de: html`Prüfen Sie beim Autorisierungsserver des Senders die Client-ID und ihr Secret oder die Schlüssel dieses Servers (seine <code>jwks_uri</code>). Die Audience von <code>private_key_jwt</code> ist oft dessen Issuer.`,
  }),
  token_request_refused: phrase({
    en: html`Check scope and resource, and let the client use <code>client_credentials</code> there.`,
    de: html`Prüfen Sie Scope und Ressource, und erlauben Sie dem Client dort <code>client_credentials</code>.`,
  }),
  token_endpoint_failed: phrase({
    en: 'Check the token endpoint, and that this server may connect to it.',
    de: 'Prüfen Sie den Token-Endpunkt, und ob dieser Server sich mit ihm verbinden darf.',
  }),
  token_answer_not_valid: phrase({
    en: 'Check the token endpoint: its answer has no bearer token.',
    de: 'Prüfen Sie den Token-Endpunkt: Seine Antwort enthält kein Bearer-Token.',
  }),
  not_settled: phrase({
    en: 'The transmitter sends events again that this server has acknowledged or refused. Look into its log.',
    de: 'Der Sender sendet Ereignisse noch einmal, die dieser Server bestätigt oder abgelehnt hat. Sehen Sie in sein Protokoll.',
  }),
  too_many_events: phrase({
    en: 'Wait: the server takes 3,000 events of a transmitter in a minute.',
    de: 'Warten Sie: Der Server nimmt 3.000 Ereignisse eines Senders je Minute an.',
  }),
  keys_unavailable: phrase({
    en: 'Check that this server can read the keys of the transmitter.',
    de: 'Prüfen Sie, ob dieser Server die Schlüssel des Senders lesen kann.',
  }),
  effects_paused: phrase({
    en: 'Look at the held signals, and let them pass.',
    de: 'Sehen Sie die zurückgehaltenen Signale an, und lassen Sie sie durch.',
  }),
  not_handled: phrase({
    en: 'Look into the log of this server. The transmitter keeps the events, and the server takes them later.',
    de: 'Sehen Sie ins Protokoll dieses Servers. Der Sender behält die Ereignisse, und der Server nimmt sie später.',
  }),
} as const;

/** For an unknown code: what a person does about events that were not handled. */
export const pollRemedy = (failure: string): Phrase =>
  Object.hasOwn(remedies, failure) ? remedies[failure as keyof typeof remedies] : remedies.not_handled;
