import type { GermanWords } from '../refusals.ts';

const NOT_FOUND: Readonly<Record<string, string>> = {
  'account link': 'Diese Verknüpfung gibt es nicht.',
  agent: 'Diesen Agenten gibt es nicht.',
  blueprint: 'So einen Blueprint gibt es nicht.',
  budget: 'Dieses Budget gibt es nicht.',
  client: 'Diesen Client gibt es nicht.',
  group: 'Diese Gruppe gibt es nicht.',
  'initial access token': 'Dieses Token zum Registrieren gibt es nicht.',
  instance: 'Diese Instanz gibt es nicht.',
  peer: 'Diesen Partner gibt es nicht.',
  'resource server': 'Diesen Ressourcenserver gibt es nicht.',
  'trusted issuer': 'Diesen Aussteller gibt es nicht.',
  upstream: 'Diesen Anmeldedienst gibt es nicht.',
  'upstream link': 'Diese Verbindung gibt es nicht.',
  webhook: 'Diesen Webhook gibt es nicht.',
};

// Words by reason, in the tables' order: fields, registries, names, keys, the audit log and resource servers.

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
  value_invalid: 'Dieser Wert ist nicht gültig.',
  value_malformed: 'Dieser Wert hat nicht die richtige Form.',
  text_has_outer_space: 'Dieser Text beginnt oder endet mit einem Leerzeichen.',
  text_has_hidden_character:
    'Dieser Text enthält ein Zeichen, das steuert, nicht zu sehen ist oder die Schreibrichtung ändert.',
  text_not_normalized: 'Dieser Text ist nicht in der Unicode-Normalform C.',
  text_piles_up_marks: 'In diesem Text häufen sich Zeichen auf einem Buchstaben.',
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
  verification_needs_owner: 'Zuerst muss jemand für ihn einstehen.',
  verification_of_retired: 'Was stillgelegt ist, wird nicht geprüft.',
  verification_off: 'Namen werden hier nicht geprüft.',
  name_changed_meanwhile: 'Der Name hat sich inzwischen geändert.',
} satisfies GermanWords;

export const KEY_GERMAN = {
  keys_missing: 'Es braucht öffentliche Schlüssel.',
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
} satisfies GermanWords;

export const AUDIT_GERMAN = {
  request_not_recordable: 'Die Anfrage ist zu groß, um aufgezeichnet zu werden.',
  storage_full:
    'Der Speicher dieses Servers ist voll. Nichts wurde geändert. Versuchen Sie es später noch einmal, oder sagen Sie es dem Betreiber.',
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
} satisfies GermanWords;
