import type { GermanWords } from '../refusals.ts';

// Words by reason, in the tables' order: forms, pages, the console and the management API.

export const FORM_GERMAN = {
  form_forged:
    'Dieses Formular kam nicht von einer Seite dieses Servers oder ist zu alt. Öffnen Sie die Seite noch einmal.',
  language_unsupported: 'In dieser Sprache gibt es keine Seiten.',
  form_too_large: 'Ein Formular hat höchstens {most} Bytes.',
  form_unreadable: 'Das Formular konnte nicht gelesen werden.',
  form_field_repeated: 'Ein Feld wurde zweimal gesendet.',
} satisfies GermanWords;

export const PAGE_GERMAN = {
  page_unavailable: 'Das lässt sich im Augenblick nicht beantworten.',
  form_malformed: 'Das Formular lässt sich nicht lesen. Öffnen Sie die Seite noch einmal.',
  interaction_not_found: 'Eine solche Anfrage gibt es nicht, oder sie ist zu alt.',
  interaction_without_account: 'Hier ist niemand angemeldet.',
  page_provider_gone: 'Diesen Anmeldedienst gibt es hier nicht mehr.',
  page_provider_unknown: 'Einen solchen Anmeldedienst gibt es hier nicht.',
  upstream_answer_unexpected:
    'Diese Antwort eines Anmeldedienstes gehört zu keiner Anmeldung, die in diesem Browser läuft. Läuft eine, machen Sie in deren Tab weiter; sonst beginnen Sie noch einmal dort, woher Sie kamen.',
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
  console_agent_not_found: 'Einen solchen Agenten gibt es für Sie nicht.',
  pasted_keys_malformed: 'Das ist kein JSON. Fügen Sie einen JSON Web Key ein, oder mehrere.',
  owner_name_unknown: 'Es gibt kein aktives Konto und keine Gruppe mit diesem Namen.',
} satisfies GermanWords;

export const MANAGEMENT_GERMAN = {
  role_missing: 'Dafür braucht es die Rolle {role}.',
  administrator_needed: 'Das darf nur eine Person mit der Rolle administrator ({action}).',
  precondition_stale: 'Es wurde inzwischen geändert. Laden Sie die Seite noch einmal.',
  cursor_of_other_list: 'Dieser Verweis gehört nicht zu dieser Liste.',
} satisfies GermanWords;
