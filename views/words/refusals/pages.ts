import type { GermanWords } from '../refusals.ts';

const OWNERS: Readonly<Record<string, string>> = {
  account: 'Ein Konto',
  group: 'Eine Gruppe',
  'account or group': 'Ein Konto oder eine Gruppe',
};

// Words by reason: one object for each table, in its order.

export const FORM_GERMAN = {
  form_forged:
    'Dieses Formular kam nicht von einer Seite dieses Servers oder ist zu alt. Öffnen Sie die Seite noch einmal.',
  language_unsupported: 'In dieser Sprache gibt es keine Seiten.',
  form_too_large: 'Ein Formular hat höchstens {most} Bytes.',
  form_unreadable: 'Das Formular konnte nicht gelesen werden.',
  form_field_repeated: 'Ein Feld wurde zweimal gesendet.',
  logout_form_missing: 'Das ist kein Formular.',
  logout_token_missing: 'logout_token fehlt.',
} satisfies GermanWords;

export const PAGE_GERMAN = {
  page_unavailable: 'Das lässt sich im Augenblick nicht beantworten.',
  form_malformed: 'Das Formular lässt sich nicht lesen. Öffnen Sie die Seite noch einmal.',
  interaction_not_found: 'Eine solche Anfrage gibt es nicht, oder sie ist zu alt.',
  interaction_without_account: 'Hier ist niemand angemeldet.',
  page_provider_gone: 'Diesen Anmeldedienst gibt es hier nicht mehr.',
  page_provider_unknown: 'Einen solchen Anmeldedienst gibt es hier nicht.',
  upstream_answer_unexpected:
    'Keine Anmeldung in diesem Browser wartet auf diese Antwort eines Anmeldedienstes. Läuft eine, machen Sie in deren Tab weiter. Sonst beginnen Sie noch einmal dort, woher Sie kamen.',
} satisfies GermanWords;

export const ACCOUNT_PAGE_GERMAN = {
  session_not_found: 'Dort sind Sie nicht angemeldet.',
  file_not_found: 'Eine solche Datei gibt es nicht.',
  sign_in_needed: 'Melden Sie sich zuerst an.',
  delegation_request_gone: 'Für Sie gibt es keine solche Anfrage. Vielleicht ist sie entschieden oder zu alt.',
  connectable_provider_unknown: 'Einen solchen Anmeldedienst zum Verbinden gibt es nicht.',
  approval_page_gone: 'Für Sie gibt es keine solche Anfrage. Vielleicht ist sie zu alt, um noch aufbewahrt zu werden.',
  approval_choice_missing: 'Das Formular sagt weder ja noch nein. Es wurde nichts entschieden.',
  approval_selection_empty: 'Es wurde nichts gewählt, also wurde nichts entschieden.',
  approval_not_describable: 'Worum gebeten wird, lässt sich nicht in Worte fassen; deshalb kann es niemand freigeben.',
  approval_not_in_batch: 'Darüber wird auf einer eigenen Seite entschieden.',
  approval_without_factor: 'Das braucht einen zweiten Faktor, und Sie haben noch keinen.',
  proof_missing: 'Beweisen Sie, dass Sie es sind: Es wurde nichts gesendet.',
  password_missing: 'Geben Sie Ihr Passwort ein.',
  live_page_repeated: 'Diese Seite ist zu oft offen.',
  live_pages_exceeded: 'Es sind zu viele Seiten offen.',
} satisfies GermanWords;

export const CONSOLE_GERMAN = {
  console_agent_not_found: 'Es gibt das nicht, oder Sie dürfen es nicht sehen.',
  pasted_keys_malformed: 'Das ist kein JSON. Fügen Sie einen JSON Web Key ein, oder mehrere.',
  owner_name_unknown: 'Es gibt kein aktives Konto und keine Gruppe mit diesem Namen.',
  number_malformed: 'Das ist keine Zahl. Geben Sie nur Ziffern ein.',
  day_malformed: 'Das ist kein Tag. Geben Sie ihn wie 2026-11-30 an.',
  typed_json_malformed: 'Das ist kein JSON. Prüfen Sie Klammern, Kommas und Anführungszeichen.',
  rights_malformed:
    'Schreiben Sie jede API einmal und in eine eigene Zeile: ihre Kennung, danach ihre Scopes mit Leerzeichen dazwischen.',
  pairs_malformed: 'Schreiben Sie jedes Paar in eine eigene Zeile: einen Wert, = und einen Namen.',
  name_unknown: 'Der Name {name} ist hier unbekannt. Prüfen Sie ihn, oder geben Sie die Kennung an.',
  name_repeated: 'Nennen Sie jeden einmal: {name} steht zweimal da.',
  scopes_there_malformed:
    'Schreiben Sie jeden Scope in eine eigene Zeile: seine API, seinen Namen, sein Risiko (low, medium, high oder critical), und was er erlaubt.',
  name_ambiguous: 'Mehrere haben diesen Namen: {ids}. Geben Sie die Kennung an.',
  subject_of_approval_missing: 'Nennen Sie die Person, in deren Namen der Agent handelt, oder wer freigibt.',
  kill_scope_unknown: 'Wählen Sie, was Sie stoppen.',
  bulk_action_unknown: 'Wählen Sie, ob Sie die Agenten aussetzen, übergeben oder stilllegen.',
  agents_file_empty: 'Darin ist kein Agent. Wählen Sie eine Datei, oder fügen Sie eine Liste ein.',
  agents_file_not_text: 'Die Datei ist kein Text in UTF-8.',
  agents_file_too_long: 'Höchstens {most} Agenten auf einmal. Teilen Sie die Liste.',
  agents_column_unknown: 'Zeile 1: Die Spalte {column} ist unbekannt. Entfernen Sie sie.',
  agents_columns_wrong:
    'Zeile 1: Die Spalte {column} ist unbekannt. Entfernen Sie sie, und ergänzen Sie, was fehlt: {missing}.',
  agents_quote_open: 'Ein Anführungszeichen in Zeile {line} wird nie geschlossen.',
  agents_line_malformed: 'Diese Zeile ist kein JSON-Objekt.',
  agents_step_malformed: 'Das Formular wurde unterwegs verändert. Beginnen Sie neu mit der Liste.',
  agents_cell_unnamed: 'Diese Zeile hat mehr Zellen als die erste Zeile Spalten.',
  bulk_too_many: 'Höchstens {most} auf einmal. Wählen Sie weniger.',
  number_not_confirmed: 'Der Text ist nicht die Anzahl der Agenten. Geben Sie {count} ein.',
  name_not_confirmed: 'Der Text ist nicht der Name. Geben Sie {name} ein.',
} satisfies GermanWords;

export const MANAGEMENT_GERMAN = {
  role_missing: 'Dafür braucht es die Rolle {role}.',
  agent_needed:
    'Diesen Aufruf macht ein Agent oder eine App ohne Rolle, mit einem eigenen Zugriffstoken über client_credentials.',
  administrator_needed: 'Das darf nur eine Person mit der Rolle administrator ({action}).',
  precondition_stale: 'Es wurde inzwischen geändert. Laden Sie die Seite noch einmal.',
  cursor_of_other_list: 'Dieser Verweis gehört nicht zu dieser Liste.',
  body_incomplete: 'Der Body endete, bevor er vollständig war.',
  body_not_object: 'Der Body ist ein JSON-Objekt.',
  account_of_token_inactive: 'Das Konto dieses Tokens ist nicht aktiv.',
  member_for_operators: 'Diese Angabe setzt die Rolle operator oder administrator.',
  owner_needed: 'Ein Client, der für sich selbst handelt, nennt den Eigentümer.',
  registration_for_others_forbidden: 'Agenten für andere registriert die Rolle operator oder administrator.',
  leaving_blueprint_forbidden: 'Aus seinem Blueprint nimmt einen Agenten die Rolle operator oder administrator.',
  moving_environment_forbidden: 'In eine andere Umgebung bringt einen Agenten die Rolle operator oder administrator.',
  line_not_object: 'Eine Zeile ist ein JSON-Objekt.',
  idempotency_key_missing: 'Senden Sie einen Idempotency-Key, damit sich Abgebrochenes noch einmal senden lässt.',
  bulk_registrations_exceeded: 'Es werden gerade zu viele auf einmal registriert.',
  client_without_reviewer: 'Dieser Client hat keinen Eigentümer, der prüfen könnte.',
  personal_value_gone: 'Dieses Ereignis enthält einen solchen Wert nicht oder nicht mehr.',
  self_registered_not_excepted:
    'Dieser Client hat sich selbst registriert. Registrieren Sie ihn mit „behalf clients create“, um eine Regel für ihn aufzuheben.',
  adoption_needs_account: 'Einen Client übernimmt ein Konto oder ein Client, der für eines steht.',
  tokens_for_others_forbidden: 'Tokens für andere legt die Rolle operator oder administrator an.',
  tokens_for_clients_forbidden:
    'Clients, die keine Agenten sind, lässt die Rolle operator oder administrator zur Registrierung zu.',
  owner_search_empty: 'Nennen Sie den gesuchten Namen.',
  owner_not_found: ({ kind = '' }) =>
    `${OWNERS[kind] ?? OWNERS['account or group']} mit diesem Namen oder dieser Kennung gibt es nicht.`,
  idempotency_key_not_visible: 'Ein Idempotency-Key hat 1 bis 128 sichtbare Zeichen.',
  etag_unknown: 'If-Match ist kein ETag dieses Servers.',
  server_sends_own_keys: 'Ein Ressourcenserver sendet seine öffentlichen Schlüssel selbst, als „jwks“.',
  secret_is_made_here: 'Secrets erzeugt dieser Server und zeigt sie einmal.',
  pair_is_proposed:
    'Schlagen Sie jedes Paar mit propose-delegation vor. Eine andere Person mit der Rolle operator oder administrator nimmt es an.',
  state_has_routes: 'Der Zustand ändert sich nur auf den Wegen, die es dafür gibt.',
  id_is_made_here: 'Kennungen erzeugt dieser Server.',
  member_not_settable: 'Diese Angabe lässt sich nicht setzen.',
} satisfies GermanWords;

export const BEARER_GERMAN = {
  access_token_missing: 'Senden Sie ein Access-Token im Header Authorization.',
  access_token_not_live: 'Das ist kein gültiges Access-Token für {audience}.',
  access_token_unbound: 'Dieses Token ist an keinen Schlüssel gebunden. Senden Sie es als Bearer.',
  access_token_bound_to_key: 'Dieses Token ist an einen Schlüssel gebunden. Senden Sie es als DPoP.',
  access_token_of_other_key: 'Der Nachweis ist mit einem anderen Schlüssel gemacht.',
  access_token_of_other_certificate: 'Dieses Token ist an ein anderes Zertifikat gebunden.',
  actor_token_refused: 'Ein Token mit einem Handelnden gilt hier nicht. Rufen Sie mit einem eigenen Token auf.',
  access_token_lacks_scope: 'Dem Token fehlt die Berechtigung {scope}.',
  proof_unusable: 'Der Nachweis gilt nicht: {problem}',
} satisfies GermanWords;
