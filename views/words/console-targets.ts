import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** Directories elsewhere that have the agents of this server and their owners. */
export const targetWords = {
  title: phrase({ en: 'Provisioning targets', de: 'Provisionierungsziele' }),
  lead: phrase({
    en: 'Directories elsewhere that have the agents of this server and their owners, over SCIM.',
    de: 'Verzeichnisse anderswo, die über SCIM die Agenten dieses Servers und deren Eigentümer haben.',
  }),
  none: phrase({
    en: 'There are no provisioning targets. A target gets each agent, its owner, and every later change.',
    de: 'Es gibt keine Provisionierungsziele. Ein Ziel bekommt jeden Agenten, seinen Eigentümer und jede spätere Änderung.',
  }),
  target: phrase({ en: 'Provisioning target', de: 'Provisionierungsziel' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    failing: phrase({ en: 'failing', de: 'fehlerhaft' }),
    paused: phrase({ en: 'paused', de: 'angehalten' }),
  },
  delivery: phrase({ en: 'Delivery', de: 'Übertragung' }),
  waiting: phrase({ en: 'Waiting', de: 'Wartend' }),
  objects: (count: number, shown: HtmlValue) =>
    phrase({
      en: html`${shown} ${count === 1 ? 'object' : 'objects'}`,
      de: html`${shown} ${count === 1 ? 'Objekt' : 'Objekte'}`,
    }),
  backlog: phrase({ en: 'Audit events not read yet', de: 'Noch nicht gelesene Ereignisse' }),
  comparing: phrase({
    en: 'All agents are being looked at, as after a change of the target.',
    de: 'Alle Agenten werden durchgesehen, wie nach jeder Änderung des Ziels.',
  }),
  pushed: phrase({ en: 'Acknowledged changes', de: 'Bestätigte Änderungen' }),
  last: phrase({ en: 'Last success', de: 'Letzter Erfolg' }),
  failure: phrase({ en: 'Last failure', de: 'Letzter Fehler' }),
  said: phrase({ en: 'The target said', de: 'Antwort des Ziels' }),
  remedy: phrase({ en: 'What to do', de: 'Was zu tun ist' }),
  failing: phrase({ en: 'Failing since', de: 'Fehler seit' }),
  due: phrase({ en: 'Next attempt', de: 'Nächster Versuch' }),
  node: phrase({ en: 'Delivered by', de: 'Übertragender Prozess' }),
  never: phrase({ en: 'never', de: 'nie' }),
  url: phrase({ en: 'URL of the SCIM endpoint', de: 'URL des SCIM-Endpunkts' }),
  newUrlHint: phrase({
    en: html`<code>/Agents</code> and <code>/Users</code> are below it.`,
    de: html`Darunter sind <code>/Agents</code> und <code>/Users</code>.`,
  }),
  urlHint: phrase({
    en: html`<code>/Agents</code> and <code>/Users</code> are below it. Another URL needs its token in the same change.`,
    de: html`Darunter sind <code>/Agents</code> und <code>/Users</code>. Eine andere URL braucht ihr Token in derselben Änderung.`,
  }),
  token: phrase({ en: 'Bearer token', de: 'Bearer-Token' }),
  tokenHint: phrase({
    en: 'The server keeps it sealed and never shows it.',
    de: 'Der Server bewahrt es versiegelt auf und zeigt es nie.',
  }),
  tokenKept: phrase({
    en: 'Empty: the stored token stays. The server never shows it.',
    de: 'Leer: Das gespeicherte Token bleibt. Der Server zeigt es nie.',
  }),
  tokens: phrase({ en: 'Short access tokens', de: 'Kurze Zugriffstoken' }),
  tokensHint: phrase({
    en: 'In place of a token that lasts: the server requests tokens as a client there (client_credentials), and renews them.',
    de: 'Statt eines dauerhaften Tokens: Der Server holt als Client dort Token (client_credentials) und erneuert sie.',
  }),
  secretHint: phrase({
    en: 'The server keeps it sealed and never shows it. Another URL, endpoint or client ID needs it again.',
    de: 'Der Server bewahrt es versiegelt auf und zeigt es nie. Eine andere URL, ein anderer Endpunkt oder eine andere Client-ID braucht es noch einmal.',
  }),
  scopeHint: phrase({
    en: html`Separated by spaces, such as <code>scim:provision</code>.`,
    de: html`Durch Leerzeichen getrennt, etwa <code>scim:provision</code>.`,
  }),
  what: phrase({ en: 'What it receives', de: 'Was es bekommt' }),
  agents: phrase({ en: 'Agents', de: 'Agenten' }),
  agentsHint: phrase({
    en: html`Names or ids of agents, and of accounts and groups whose agents it has, one on each line. Empty or <code>*</code>: all.`,
    de: html`Namen oder Kennungen von Agenten sowie von Konten und Gruppen, deren Agenten es hat, je Zeile eine Angabe. Leer oder <code>*</code>: alle.`,
  }),
  allAgents: phrase({ en: 'all', de: 'alle' }),
  agentName: phrase({ en: 'Name of an agent is in', de: 'Der Name eines Agenten steht in' }),
  agentNames: {
    agentUserName: phrase({ en: html`<code>agentUserName</code>`, de: html`<code>agentUserName</code>` }),
    name: phrase({ en: html`<code>name</code> (older draft)`, de: html`<code>name</code> (älterer Entwurf)` }),
  },
  agentNameTexts: {
    agentUserName: phrase({ en: 'agentUserName', de: 'agentUserName' }),
    name: phrase({ en: 'name, of the older draft', de: 'name, aus dem älteren Entwurf' }),
  },
  userName: phrase({ en: 'userName of an owner is', de: 'userName eines Eigentümers ist' }),
  userNames: {
    username: phrase({ en: 'the username', de: 'der Benutzername' }),
    email: phrase({ en: 'the e-mail address', de: 'die E-Mail-Adresse' }),
  },
  removal: phrase({ en: 'An agent that is retired here', de: 'Ein hier stillgelegter Agent' }),
  removals: {
    deactivate: phrase({ en: 'is deactivated there', de: 'wird dort deaktiviert' }),
    delete: phrase({ en: 'is deleted there', de: 'wird dort gelöscht' }),
  },
  make: phrase({ en: 'Add a target', de: 'Ziel hinzufügen' }),
  makeLead: phrase({
    en: 'The server pushes the chosen agents and their owners to it at once.',
    de: 'Der Server überträgt ihm sofort die gewählten Agenten und deren Eigentümer.',
  }),
  add: phrase({ en: 'Add the target', de: 'Ziel hinzufügen' }),
  changeTitle: phrase({ en: 'Change a provisioning target', de: 'Provisionierungsziel ändern' }),
  changeLead: phrase({
    en: 'All agents are compared with it again.',
    de: 'Alle Agenten werden erneut mit ihm verglichen.',
  }),
  test: phrase({ en: 'Test the connection', de: 'Verbindung testen' }),
  testFailed: (why: Phrase) =>
    phrase({
      en: html`The target does not answer as it should. ${why}`,
      de: html`Das Ziel antwortet nicht, wie es soll. ${why}`,
    }),
  pause: phrase({ en: 'Pause', de: 'Anhalten' }),
  resume: phrase({ en: 'Resume', de: 'Fortsetzen' }),
  tryNow: phrase({ en: 'Try again now', de: 'Jetzt erneut versuchen' }),
  remove: phrase({ en: 'Delete', de: 'Löschen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Delete the target ${name}?`, de: html`Das Ziel ${name} löschen?` }),
  removeLead: phrase({
    en: 'The server forgets the target and its token. What the target has stays there, and gets no more updates.',
    de: 'Der Server vergisst das Ziel und sein Token. Was das Ziel hat, bleibt dort und wird nicht mehr aktualisiert.',
  }),
  refused: phrase({ en: 'Refused objects', de: 'Abgelehnte Objekte' }),
  refusedLead: phrase({
    en: 'The target does not take these. Each is tried again after its next change, or when you push the differences.',
    de: 'Diese nimmt das Ziel nicht an. Jedes wird nach seiner nächsten Änderung erneut versucht, oder wenn Sie die Unterschiede übertragen.',
  }),
  object: phrase({ en: 'Object', de: 'Objekt' }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  when: phrase({ en: 'When', de: 'Wann' }),
  compare: phrase({ en: 'Compare now', de: 'Jetzt vergleichen' }),
  compareTitle: phrase({ en: 'Reconciliation', de: 'Abgleich' }),
  compareHeading: (name: HtmlValue) => phrase({ en: html`Reconciliation of ${name}`, de: html`Abgleich von ${name}` }),
  compareLead: phrase({
    en: 'What the target has, compared with what it shall have. Nothing was changed.',
    de: 'Was das Ziel hat, verglichen mit dem, was es haben soll. Nichts wurde geändert.',
  }),
  compareFailed: (why: Phrase) =>
    phrase({
      en: html`The target could not be compared. ${why}`,
      de: html`Das Ziel ließ sich nicht vergleichen. ${why}`,
    }),
  same: phrase({ en: 'The same', de: 'Gleich' }),
  foreign: phrase({
    en: 'Agents there that are not from this server',
    de: 'Agenten dort, die nicht von diesem Server sind',
  }),
  missing: phrase({ en: 'Missing there', de: 'Fehlt dort' }),
  surplus: phrase({ en: 'There, and shall not be', de: 'Ist dort und soll es nicht' }),
  different: phrase({ en: 'Different', de: 'Verschieden' }),
  doubled: phrase({ en: 'Several times there', de: 'Mehrfach dort' }),
  doubledLead: phrase({
    en: 'Delete those that are too many at the target. This server deletes none of them.',
    de: 'Löschen Sie die überzähligen beim Ziel. Dieser Server löscht keine davon.',
  }),
  differences: phrase({ en: 'Differences', de: 'Unterschiede' }),
  difference: phrase({ en: 'Difference', de: 'Unterschied' }),
  noDifferences: phrase({
    en: 'The target has what it shall have.',
    de: 'Das Ziel hat, was es haben soll.',
  }),
  incomplete: phrase({
    en: 'Not everything was compared. Push these differences, then compare again.',
    de: 'Nicht alles wurde verglichen. Übertragen Sie diese Unterschiede, und vergleichen Sie erneut.',
  }),
  apply: phrase({ en: 'Push the differences', de: 'Unterschiede übertragen' }),
  back: phrase({ en: 'Back to the target', de: 'Zurück zum Ziel' }),
};

/** What a failure is, and what a person does about it. By the codes of the domain (provisioning/target-failures.ts). */
const remedies = {
  url_not_allowed: phrase({
    en: 'Enter an https URL on port 443, or name its host in egress.internalHosts.provisioningTargets.',
    de: 'Geben Sie eine https-URL auf Port 443 ein, oder nennen Sie ihren Host in egress.internalHosts.provisioningTargets.',
  }),
  address_not_allowed: phrase({
    en: 'Name the host in egress.internalHosts.provisioningTargets if it is one of yours.',
    de: 'Nennen Sie den Host in egress.internalHosts.provisioningTargets, wenn er zu Ihnen gehört.',
  }),
  name_not_resolved: phrase({
    en: 'Check the host in the URL of the target, and the DNS of this server.',
    de: 'Prüfen Sie den Host in der URL des Ziels und das DNS dieses Servers.',
  }),
  not_reachable: phrase({
    en: 'Check that the target runs and that this server may connect to it.',
    de: 'Prüfen Sie, ob das Ziel läuft und dieser Server sich mit ihm verbinden darf.',
  }),
  certificate_not_valid: phrase({
    en: 'Give the target a certificate that this server trusts, or name its authority in egress.caFile.',
    de: 'Geben Sie dem Ziel ein Zertifikat, dem dieser Server vertraut, oder nennen Sie dessen Aussteller in egress.caFile.',
  }),
  timed_out: phrase({
    en: 'Check the load of the target. An answer takes at most ten seconds.',
    de: 'Prüfen Sie die Last des Ziels. Eine Antwort dauert höchstens zehn Sekunden.',
  }),
  redirected: phrase({
    en: 'Enter the URL to which the target redirects. This server follows no redirects.',
    de: 'Geben Sie die URL ein, zu der das Ziel umleitet. Dieser Server folgt keinen Umleitungen.',
  }),
  status_not_ok: phrase({ en: 'Look into the log of the target.', de: 'Sehen Sie ins Protokoll des Ziels.' }),
  type_not_accepted: phrase({
    en: 'Check that the URL is that of a SCIM 2.0 endpoint.',
    de: 'Prüfen Sie, ob die URL die eines SCIM-2.0-Endpunkts ist.',
  }),
  encoding_not_accepted: phrase({
    en: 'Let the target answer without compression.',
    de: 'Lassen Sie das Ziel ohne Kompression antworten.',
  }),
  too_large: phrase({
    en: 'Check that the URL is that of a SCIM 2.0 endpoint. An answer has at most 1 MiB.',
    de: 'Prüfen Sie, ob die URL die eines SCIM-2.0-Endpunkts ist. Eine Antwort hat höchstens 1 MiB.',
  }),
  answer_not_valid: phrase({
    en: 'Check that the URL is that of a SCIM 2.0 endpoint.',
    de: 'Prüfen Sie, ob die URL die eines SCIM-2.0-Endpunkts ist.',
  }),
  over_budget: phrase({
    en: 'Wait: the server makes too many requests.',
    de: 'Warten Sie: Der Server stellt zu viele Anfragen.',
  }),
  unauthorized: phrase({
    en: 'Enter a token that the target accepts.',
    de: 'Geben Sie ein Token ein, das das Ziel annimmt.',
  }),
  forbidden: phrase({ en: 'Permit the token at the target to do this.', de: 'Erlauben Sie dem Token das beim Ziel.' }),
  no_endpoint: phrase({
    en: 'Check the URL: /Agents and /Users are expected below it.',
    de: 'Prüfen Sie die URL: Darunter werden /Agents und /Users erwartet.',
  }),
  too_many_requests: phrase({
    en: 'Wait: the server tries again at the time that the target said.',
    de: 'Warten Sie: Der Server versucht es zu der Zeit erneut, die das Ziel nannte.',
  }),
  unavailable: phrase({
    en: 'Wait: the server tries again. If this lasts, look into the log of the target.',
    de: 'Warten Sie: Der Server versucht es erneut. Bleibt es so, sehen Sie ins Protokoll des Ziels.',
  }),
  refused: phrase({
    en: 'Look at what the target said. Change the object here or the rule there, then compare.',
    de: 'Sehen Sie, was das Ziel sagte. Ändern Sie das Objekt hier oder die Regel dort, und vergleichen Sie.',
  }),
  uniqueness: phrase({
    en: 'Another resource there has this name. Set its externalId to the id of the object, or rename it, then compare.',
    de: 'Ein anderes Objekt dort hat diesen Namen. Setzen Sie dessen externalId auf die Kennung, oder benennen Sie es um, und vergleichen Sie.',
  }),
  filter_not_supported: phrase({
    en: 'The target must find resources by externalId. Otherwise it would get doubles.',
    de: 'Das Ziel muss nach externalId suchen können. Sonst bekäme es Doppelte.',
  }),
  owner_missing: phrase({
    en: 'Push the owner first: see why the account is refused, or give it an e-mail address if userName is the address.',
    de: 'Zuerst muss der Eigentümer dort sein: Sehen Sie, warum das Konto abgelehnt wird, oder geben Sie ihm eine E-Mail-Adresse, wenn userName die Adresse ist.',
  }),
  lock_lost: phrase({ en: 'Nothing: another node goes on.', de: 'Nichts: Ein anderer Knoten macht weiter.' }),
  token_unreadable: phrase({
    en: 'Enter the token of the target, or its client, again: the server cannot open what it stored.',
    de: 'Geben Sie das Token des Ziels oder seinen Client erneut ein: Der Server kann das Gespeicherte nicht öffnen.',
  }),
  token_client_refused: phrase({
    en: 'Check the client ID, and its secret or the keys of this server (its jwks_uri), at the authorization server of the target. The audience is often its issuer.',
    de: 'Prüfen Sie beim Autorisierungsserver des Ziels die Client-ID und das Secret oder die Schlüssel dieses Servers (seine jwks_uri). Die Audience ist oft der Issuer dort.',
  }),
  token_request_refused: phrase({
    en: 'Check scopes and resource, and let the client use client_credentials there.',
    de: 'Prüfen Sie Scopes und Ressource, und erlauben Sie dem Client dort client_credentials.',
  }),
  token_endpoint_failed: phrase({
    en: 'Check the token endpoint, and that this server may connect to it.',
    de: 'Prüfen Sie den Token-Endpunkt, und ob dieser Server sich mit ihm verbinden darf.',
  }),
  token_answer_not_valid: phrase({
    en: 'Check the token endpoint: its answer has no bearer token.',
    de: 'Prüfen Sie den Token-Endpunkt: Seine Antwort hat kein Bearer-Token.',
  }),
} as const;

/** What a person does about a failure. For an unknown code: what they do about a refusal. */
export const targetRemedy = (failure: string): Phrase =>
  Object.hasOwn(remedies, failure) ? remedies[failure as keyof typeof remedies] : remedies.refused;
