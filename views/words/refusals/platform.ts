import type { GermanWords } from '../refusals.ts';

const NOT_FOUND: Readonly<Record<string, string>> = {
  'account link': 'Diese Verknüpfung gibt es nicht.',
  agent: 'Diesen Agenten gibt es nicht.',
  'audit event': 'Dieses Ereignis gibt es nicht.',
  'audit sink': 'Dieses Audit-Ziel gibt es nicht.',
  blueprint: 'So einen Blueprint gibt es nicht.',
  budget: 'Dieses Budget gibt es nicht.',
  client: 'Diesen Client gibt es nicht.',
  'dead letter': 'Diese liegengebliebene Nachricht gibt es nicht.',
  directory: 'Dieses Verzeichnis gibt es nicht.',
  group: 'Diese Gruppe gibt es nicht.',
  'initial access token': 'Dieses Token zum Registrieren gibt es nicht.',
  instance: 'Diese Instanz gibt es nicht.',
  kill: 'Diesen Notaus gibt es nicht.',
  peer: 'Diesen Partner gibt es nicht.',
  response: 'Diese Reaktion gibt es nicht.',
  'response rule': 'Diese Reaktionsregel gibt es nicht.',
  review: 'Diese Zugriffsprüfung gibt es nicht.',
  'review item': 'Diesen Eintrag gibt es nicht.',
  'resource server': 'Diesen Ressourcenserver gibt es nicht.',
  transaction: 'Diesen Vorgang gibt es nicht.',
  'trusted issuer': 'Diesen Aussteller gibt es nicht.',
  upstream: 'Diesen Anmeldedienst gibt es nicht.',
  'upstream link': 'Diese Verbindung gibt es nicht.',
  webhook: 'Diesen Webhook gibt es nicht.',
};

// Words by reason: one object for each table, in its order.

export const FIELD_GERMAN = {
  member_missing: 'Diese Angabe fehlt.',
  member_unknown: 'Diese Angabe ist hier nicht bekannt.',
  value_not_listed: 'Möglich ist: {allowed}.',
  type_wrong: 'Das ist vom Typ {types}.',
  number_not_whole: 'Das ist eine ganze Zahl.',
  text_empty: 'Dieser Text ist leer.',
  text_too_long: 'Dieser Text hat höchstens {most} Zeichen.',
  list_too_short: 'Diese Liste hat mindestens {least} Einträge.',
  list_too_long: 'Höchstens {most} Einträge sind erlaubt.',
  number_too_small: 'Diese Zahl ist mindestens {least}.',
  number_too_large: 'Diese Zahl ist höchstens {most}.',
  change_empty: 'Nennen Sie wenigstens eine Änderung.',
  request_invalid: 'Diese Anfrage ist nicht gültig.',
  value_invalid: 'Dieser Wert ist nicht gültig.',
  value_malformed: 'Dieser Wert hat nicht die richtige Form.',
  text_has_outer_space: 'Dieser Text beginnt oder endet mit einem Leerzeichen.',
  text_has_hidden_character:
    'Dieser Text enthält ein Zeichen, das steuert, nicht zu sehen ist oder die Schreibrichtung ändert.',
  text_not_normalized: 'Dieser Text ist nicht in der Unicode-Normalform C.',
  text_piles_up_marks: 'In diesem Text häufen sich Zeichen auf einem Buchstaben.',
  account_unknown: 'Dieses Konto gibt es nicht.',
  entry_repeated: 'Dieser Eintrag steht zweimal da.',
  time_is_past: 'Diese Zeit ist vergangen.',
  uri_not_absolute: 'Das ist keine absolute URI.',
  uri_expected: 'Hier steht eine URL.',
  uri_not_https: 'Diese URI beginnt mit https; http nur auf 127.0.0.1, [::1] oder localhost.',
  uri_has_wildcard: 'URIs werden Zeichen für Zeichen verglichen; Platzhalter gibt es nicht.',
  uri_has_fragment: 'Eine URI hat hier kein Fragment („#“).',
  origin_malformed: 'Ein Origin besteht nur aus Schema, Host und Port, etwa „https://app.example“.',
  identifier_too_long: 'Eine Kennung hat höchstens 512 Zeichen.',
  redirect_scheme_refused: 'Zum Schema „{scheme}“ kann nicht zurückgeleitet werden.',
  redirect_native_not_http: 'Auf Loopback nutzt eine native App http (RFC 8252 §7.3).',
  redirect_web_not_https: 'Eine Web-App leitet zu https zurück, oder auf Loopback zu http.',
  redirect_scheme_not_reversed:
    'Ein eigenes Schema ist ein umgekehrter Domainname, etwa „com.example.app:“ (RFC 8252 §7.1).',
  uri_too_long: 'Eine URI hat höchstens {most} Zeichen.',
  uri_has_user: 'Eine URI enthält hier weder Benutzername noch Passwort.',
  uri_not_normal: 'Schreiben Sie diese URI in ihrer Normalform: {uri}',
  value_not_among: 'Eines von: {allowed}.',
  number_out_of_range: 'Das ist eine ganze Zahl von {least} bis {most}.',
  list_entries_exceeded: 'Diese Liste hat höchstens {most} Einträge.',
  text_expected: 'Das ist ein Text.',
  text_list_expected: 'Das ist eine Liste von Texten.',
  boolean_expected: 'Das ist true oder false.',
  subject_length_wrong: 'Ein Subject hat 1 bis {most} Zeichen.',
  issuer_malformed:
    'Ein Aussteller ist eine URL mit https in ihrer Normalform, ohne Benutzernamen, Query und Fragment.',
} satisfies GermanWords;

export const BACKUP_GERMAN = {
  backup_elsewhere:
    'Die Daten dieses Servers liegen in {store}, nicht in einer Datenbankdatei. Sichern Sie sie mit den Werkzeugen dafür oder mit behalf backup --to DATEI.',
  backup_running: 'Eine andere Sicherung läuft gerade. Warten Sie, bis sie in der Liste steht.',
  backup_no_room:
    'Eine Sicherung braucht {needed} MiB, und {free} MiB sind frei. Schaffen Sie Platz, oder sichern Sie auf einen anderen Datenträger mit behalf backup --to DATEI.',
  backup_too_many: 'In {folder} liegen {most} Sicherungen. Bringen Sie zuerst einige davon auf einen anderen Rechner.',
} satisfies GermanWords;

export const DOCUMENT_GERMAN = {
  object_not_found: 'Das gibt es nicht.',
  document_not_found: ({ kind = '' }) => NOT_FOUND[kind] ?? 'Das gibt es nicht.',
  version_not_found: 'Diese Version gibt es nicht.',
  object_changed:
    'Es wurde inzwischen geändert ({kind}). Laden Sie die Seite noch einmal, und wiederholen Sie Ihre Änderung.',
  object_contended: 'Zu viele ändern das gerade auf einmal ({kind}).',
} satisfies GermanWords;

export const NAME_GERMAN = {
  name_reads_as_id: 'Ein Name beginnt nicht wie eine Kennung, etwa mit acc_ oder grp_. Wählen Sie einen anderen.',
  name_mixes_scripts: 'Dieser Name mischt Buchstaben mehrerer Schriften oder enthält einen, den niemand schreibt.',
  name_resembles_verified: 'Dieser Name sieht aus wie ein geprüfter eines anderen Eigentümers.',
  name_is_verified: 'Dieser Name ist geprüft: Bevor er sich ändert, wird das Zeichen weggenommen.',
  name_resembles_other_verified: 'Ein Name, der so aussieht, ist schon geprüft.',
  verification_needs_owner: 'Er braucht zuerst einen Eigentümer.',
  verification_of_retired: 'Was stillgelegt ist, wird nicht geprüft.',
  verification_off: 'Namen werden hier nicht geprüft.',
  name_changed_meanwhile: 'Der Name hat sich inzwischen geändert.',
} satisfies GermanWords;

export const KEY_GERMAN = {
  keys_or_uri_missing: 'Es braucht öffentliche Schlüssel, oder die URL, unter der sie angeboten werden.',
  keys_sent_and_served: 'Schlüssel stehen entweder hier oder unter einer URL, nicht beides.',
  set_needs_kids: 'Unter mehreren Schlüsseln braucht jeder eine eigene „kid“.',
  set_repeats_kid: 'Ein anderer dieser Schlüssel hat dieselbe „kid“.',
  key_is_private:
    'Geben Sie nur den öffentlichen Teil an. Dieser Schlüssel enthält den geheimen und darf nicht mehr benutzt werden.',
  key_not_object: 'Ein Schlüssel ist ein JSON-Objekt (RFC 7517 §4).',
  key_unusable: 'Das ist kein brauchbarer öffentlicher Schlüssel.',
  key_set_malformed: 'Das ist keine Schlüsselmenge (RFC 7517 §5).',
  key_type_unsupported: 'Ein Schlüssel ist vom Typ „EC“, „RSA“ oder „OKP“.',
  key_curve_unsupported: 'Die Kurve ist P-256, P-384 oder P-521 mit „EC“, oder Ed25519 mit „OKP“.',
  key_set_not_object: 'Eine Schlüsselmenge ist ein Objekt mit der Angabe „keys“, einer Liste (RFC 7517 §5).',
  key_set_size_wrong: 'Eine Schlüsselmenge enthält 1 bis {most} Schlüssel.',
  key_use_wrong: 'Die Verwendung („use“) eines Schlüssels ist „sig“ oder fehlt.',
  key_operations_wrong: 'Zu den Operationen eines öffentlichen Signaturschlüssels gehört „verify“.',
  key_id_malformed: 'Die Kennung eines Schlüssels hat 1 bis 128 sichtbare ASCII-Zeichen.',
  key_algorithm_unsupported: 'Der Algorithmus dieses Schlüssels fehlt oder ist einer von: {algorithms}.',
  rsa_key_size_wrong: 'Ein RSA-Schlüssel hat 2048 bis 4096 Bit.',
  rsa_exponent_wrong: 'Der Exponent eines RSA-Schlüssels ist 65537 („AQAB“).',
  operator_host_not_public:
    'Dieser Host ist nicht öffentlich. Eintragen lässt er sich mit der Rolle operator oder administrator, wenn egress.internalHosts.{purpose} ihn nennt.',
  operator_url_malformed:
    'Das ist eine URL mit https in ihrer Normalform, mit Port 443, ohne Benutzernamen und ohne Fragment.',
  served_keys_exceeded: 'Die Schlüsselmenge enthält mehr als {most} Schlüssel.',
  served_key_is_private: 'Die Schlüsselmenge enthält den geheimen Teil eines Schlüssels.',
  served_keys_unusable: 'Die Schlüsselmenge enthält keinen Schlüssel, der sich hier nutzen lässt.',
} satisfies GermanWords;

export const AUDIT_GERMAN = {
  request_not_recordable: 'Die Anfrage ist zu groß, um aufgezeichnet zu werden.',
  storage_full:
    'Der Speicher dieses Servers ist voll. Nichts wurde geändert. Versuchen Sie es später noch einmal, oder sagen Sie es dem Betreiber.',
  event_not_logged:
    'Das Transparenzprotokoll enthält dieses Ereignis noch nicht. Versuchen Sie es in einer Sekunde noch einmal.',
  event_behind_gap:
    'Das Transparenzprotokoll kann dieses Ereignis nicht enthalten, weil ein früherer Eintrag seines Stroms fehlt. Bitten Sie den Betreiber, `behalf audit verify --store` auszuführen.',
  event_archived:
    'Dieses Ereignis ist nicht mehr im Speicher. Es ist in einem Archiv: {places}. Sein Nachweis ist weiter im Transparenzprotokoll.',
  log_not_trusted:
    'Das gespeicherte Transparenzprotokoll setzt nicht fort, was dieser Server signiert hat. Bitten Sie den Betreiber, `behalf audit verify --store` auszuführen und die Datenbank zurückzuspielen, die zu diesem Server gehört.',
  log_not_witnessed:
    'Noch kein Stand des Transparenzprotokolls ist von genug Zeugen gegengezeichnet. Versuchen Sie es später noch einmal, oder bitten Sie den Betreiber, nach den Zeugen zu sehen.',
  log_size_unknown:
    'Das Transparenzprotokoll hat {size} Einträge. Geben Sie zwei Größen bis dahin an, die kleinere als from.',
  event_member_unknown: 'Ereignisse haben kein Feld {name}. Sie haben {known}.',
  search_has_no_word:
    'Eine Suche braucht ein Wort aus 2 bis 24 Buchstaben oder Ziffern. Kennungen haben ihren eigenen Filter.',
  request_not_recorded: 'Die Anfrage konnte nicht aufgezeichnet werden. Versuchen Sie es später noch einmal.',
} satisfies GermanWords;

export const RESOURCE_SERVER_GERMAN = {
  target_accepted_by_proposer:
    'Wer ein Paar vorschlägt, nimmt es nicht an, auch nicht mit einem Client, der dieser Person gehört oder dessen Zugangsdaten sie gesetzt hat. Fragen Sie einen anderen Operator oder Administrator.',
  target_accepted_by_newer:
    'Ihr Konto oder Client wurde nach dem Vorschlag angelegt oder geändert. Ziehen Sie das Paar zurück, lassen Sie es neu vorschlagen und nehmen Sie es dann an.',
  target_unknown: 'Dieser Ressourcenserver hat kein solches Paar. Seine Liste zeigt, welche er hat.',
  target_proposed_again: 'Dieses Paar wurde inzwischen neu vorgeschlagen. Sehen Sie es sich noch einmal an.',
  resource_identifier_taken: 'Diese Kennung gehört zu einem anderen Ressourcenserver.',
  management_api_fixed: 'Dieser Ressourcenserver ist die Verwaltungs-API selbst; er lässt sich nicht ändern.',
  ssf_api_fixed:
    'Dieser Ressourcenserver ist der Endpunkt dieses Servers für Shared Signals; er lässt sich nicht ändern.',
  scim_api_fixed: 'Dieser Ressourcenserver ist der SCIM-Endpunkt dieses Servers; er lässt sich nicht ändern.',
  resource_unknown: 'Kein Ressourcenserver hat diese Kennung.',
  resource_identifier_is_own: 'Diese Kennung gehört zu diesem Server selbst.',
  resource_without_secret: 'Dieser Ressourcenserver weist sich nicht mit einem Secret aus.',
  resource_token_lifetime_wrong: 'Ein Access-Token gilt 30 bis 3600 Sekunden.',
  resource_keys_unused: 'Schlüssel gehören nur zur Introspection-Methode private_key_jwt.',
  scope_star_not_alone: '„*“ heißt alle Berechtigungen und steht allein.',
  scope_undeclared: 'Der Ressourcenserver bietet diese Berechtigung nicht an.',
  scope_repeated: 'Diese Berechtigung steht zweimal da.',
  scope_declared_twice: 'Diese Berechtigung ist zweimal angegeben.',
  scopes_count_wrong: 'Ein Ressourcenserver bietet 1 bis 200 Berechtigungen an.',
  scope_name_malformed:
    'Eine Berechtigung hat 1 bis 128 sichtbare ASCII-Zeichen ohne Anführungszeichen und Backslash (RFC 6749 §3.3).',
  scope_name_is_star: '„*“ heißt alle Berechtigungen und ist kein Name.',
  scope_name_of_openid: 'Diese Berechtigung hat in OpenID Connect eine Bedeutung.',
  target_is_self: 'Ein Ressourcenserver delegiert nicht an sich selbst. Nennen Sie eine andere API.',
  target_unregistered: 'Kein Ressourcenserver hat diese Kennung. Registrieren Sie ihn zuerst.',
  target_disabled: 'Dieser Ressourcenserver ist abgeschaltet. Schalten Sie ihn zuerst ein.',
  target_scope_undeclared:
    'Der andere Ressourcenserver bietet diese Berechtigung nicht an. Nennen Sie eine, die er anbietet.',
  targets_exceeded: 'Ein Ressourcenserver hat höchstens {most} Paare. Ziehen Sie zuerst ein anderes zurück.',
  target_is_management_api: 'Die Verwaltungs-API nimmt kein Token eines Agenten, der für eine Person handelt.',
  authority_resources_exceeded: 'Höchstens {most} Ressourcen können genannt werden.',
  target_exists: ({ state = '' }) =>
    state === 'accepted' ? 'Dieses Paar ist schon angenommen.' : 'Dieses Paar ist schon vorgeschlagen.',
  status_list_of_opaque:
    'Eine Statusliste ist für Access-Tokens im Format JWT. Wählen Sie dieses Format, oder schalten Sie die Liste ab.',
  resource_permission_unknown: 'Eine Berechtigung eines Ressourcenservers ist eine von: {permissions}.',
  environment_unknown: 'Eine Umgebung ist eine von: {environments}.',
} satisfies GermanWords;

export const MCP_SERVER_GERMAN = {
  mcp_url_unreadable: '{url} ist keine URL. Geben Sie die URL an, die Clients aufrufen.',
  mcp_url_not_https: '{url} ist nicht https. Geben Sie die URL an, die Clients aufrufen.',
  mcp_url_with_user: '{url} enthält einen Benutzer oder ein Passwort. Lassen Sie beides weg.',
  mcp_url_with_fragment: '{url} enthält ein Fragment. Lassen Sie es weg.',
  mcp_metadata_not_object: '{from}: Das ist kein JSON-Objekt. Berichtigen Sie das Dokument des MCP-Servers.',
  mcp_metadata_of_other:
    '{from}: „resource“ ist {resource}, nicht {url}. Clients weisen ein Dokument über eine andere Ressource ab (RFC 9728 §3.3). Geben Sie die URL an, die das Dokument nennt, oder berichtigen Sie das Dokument.',
  mcp_metadata_not_texts:
    '{from}: „{member}“ ist keine Liste von Texten. Berichtigen Sie das Dokument des MCP-Servers (RFC 9728 §2).',
  mcp_scope_malformed: '{scope} ist nicht NAME:RISIKO:TEXT. Beispiel: notes.read:low:Ihre Notizen sehen',
  mcp_default_scope_unknown: 'Die Standardberechtigung {scope} ist keine seiner Berechtigungen: {scopes}.',
  mcp_pair_malformed: '{pair} ist nicht RESSOURCE=BERECHTIGUNG. Beispiel: https://tickets.example.com=tickets.read',
  mcp_client_host_malformed: '{host} ist kein Host. Beispiel: app.example.com',
} satisfies GermanWords;

export const JSON_GERMAN = {
  json_malformed: 'Das ist kein JSON.',
  json_not_utf8: 'Das ist nicht in UTF-8.',
  json_too_deep: 'JSON ist hier höchstens {most} Ebenen tief.',
  json_member_repeated: 'Ein Objekt nennt eine Angabe zweimal.',
  json_member_refused: 'Ein Objekt nennt die Angabe {member}.',
} satisfies GermanWords;

export const CERTIFICATE_GERMAN = {
  certificate_method_wrong: ({ methods = '' }) => `Ein Zertifikat gehört zu ${methods.replace(' or ', ' oder ')}.`,
  certificate_missing: 'Es fehlt, woran das Zertifikat erkannt wird.',
  certificate_kind_wrong: 'Zertifikate gehören zu self_signed_tls_client_auth, Namen in ihnen zu tls_client_auth.',
  certificate_known_twice:
    'Ein Zertifikat wird an genau einem davon erkannt: subject_dn, san_dns, san_uri, san_email, san_ip, spiffe_trust_domain mit spiffe_path, oder certificates.',
  spiffe_path_alone: 'Ein Pfad gehört zu einer Trust Domain.',
  spiffe_trust_domain_malformed:
    'Eine Trust Domain besteht aus Kleinbuchstaben, Ziffern, Punkten, Bindestrichen und Unterstrichen.',
  certificate_name_missing: 'Es braucht einen Namen.',
  certificate_name_malformed: 'Das ist kein solcher Name.',
  certificates_count_wrong: 'Es lassen sich 1 bis {most} Zertifikate registrieren.',
  certificate_unreadable: 'Das ist kein Zertifikat in PEM.',
  certificate_expired: 'Dieses Zertifikat ist abgelaufen.',
  certificate_key_too_short: 'Ein RSA-Schlüssel hat mindestens 2048 Bit.',
} satisfies GermanWords;

export const CLAIM_RULE_GERMAN = {
  claim_values_wrong: 'Das ist eine Liste von 1 bis {most} Texten.',
  claim_rule_kind_unknown: 'Eine Regel ist „equals“, „one_of“ oder „like“.',
  claim_rules_not_object: 'Regeln für Claims sind ein Objekt: der Name eines Claims und seine Regel.',
  claim_rules_exceeded: 'Höchstens {most} Claims können eine Regel haben.',
  claim_name_malformed: 'Der Name eines Claims hat 1 bis 200 Zeichen.',
  claim_rule_malformed: 'Eine Regel ist ein Objekt mit „equals“, „one_of“ oder „like“; für eine Liste „contains“.',
  claim_value_malformed: 'Das ist ein Text von 1 bis {most} Zeichen.',
  claim_pattern_without_star: 'Ohne „*“ ist das kein Muster: Nutzen Sie „equals“.',
  claim_pattern_without_start: 'Ein Muster beginnt mit einem Teil ohne „*“, damit es nur zu einer Stelle passt.',
  claim_pattern_too_wide: 'Zwischen zwei Trennzeichen ({separators}) steht höchstens ein „*“.',
} satisfies GermanWords;

export const FETCH_GERMAN = {
  fetches_exceeded: 'Der Server ruft gerade zu viel ab. Versuchen Sie es noch einmal.',
  fetch_failed: 'Ein Dokument ließ sich nicht abrufen.',
} satisfies GermanWords;

export const RATE_LIMIT_GERMAN = {
  quota_exceeded: 'Davon wurde zu viel verlangt. Versuchen Sie es später noch einmal.',
  client_requests_exceeded: 'Dieser Client hat zu viele Anfragen gesendet.',
  resource_server_requests_exceeded: 'Dieser Ressourcenserver hat zu viele Anfragen gesendet.',
} satisfies GermanWords;

export const POLICY_TEXT_GERMAN = {
  policy_text_invalid: 'In diesem Text steht ein Fehler: {finding}',
  policy_text_empty: 'Dieser Text ist kein Richtliniensatz.',
  policies_unavailable: 'Die Richtlinien lassen sich gerade nicht auswerten.',
  policy_texts_in_line: 'Es werden gerade zu viele Richtlinien geprüft. Versuchen Sie es noch einmal.',
} satisfies GermanWords;
