import type { GermanWords } from '../refusals.ts';

// Words by reason: one object for each table, in its order.

export const ACCOUNT_GERMAN = {
  account_not_found: 'Dieses Konto gibt es nicht.',
  email_malformed: 'Das ist keine E-Mail-Adresse.',
  username_taken: 'Dieser Benutzername ist vergeben.',
  account_active: 'Dieses Konto ist aktiv. Sperren Sie es zuerst.',
  account_removed:
    'Das Verzeichnis dieses Kontos hat es gelöscht. Es lässt sich nicht entsperren: Legen Sie ein anderes Konto an.',
  last_administrator:
    'Das ist das letzte aktive Konto mit der Rolle administrator. Richten Sie zuerst ein anderes ein.',
  username_is_group_name: 'Eine Gruppe heißt so. Wählen Sie einen anderen Benutzernamen.',
  person_name_malformed: 'Ein Name hat 1 bis 200 Zeichen, die sich zeigen lassen.',
  group_label_malformed: 'Der Name einer Gruppe hat 1 bis 200 Zeichen, die sich zeigen lassen.',
  fresh_factor_needed:
    'Das darf eine Person mit der Rolle administrator, die sich vor höchstens {minutes} Minuten mit einem zweiten Faktor angemeldet hat. Ein Client, der für sich selbst handelt, belegt mit --local, dass er auf der Maschine dieses Servers läuft.',
  language_unknown: 'Eine Sprache ist {languages}.',
  account_groups_exceeded: 'Ein Konto ist in höchstens 200 Gruppen.',
  roles_unknown: 'Rollen sind {roles}.',
  entitlements_exceeded: 'Berechtigungen nennen höchstens 200 Ressourcen.',
  entitlement_not_uri: 'Berechtigungen stehen je Ressource, einer absoluten URI.',
  entitlement_scopes_wrong: 'Die Berechtigungen bei einer Ressource sind höchstens 500.',
  username_malformed: 'Ein Benutzername hat 1 bis 64 Buchstaben, Ziffern und . _ - @ +',
  group_label_reads_as_id: 'Der Name einer Gruppe beginnt nicht mit grp_: So beginnen die Kennungen von Gruppen.',
} satisfies GermanWords;

export const SIGN_IN_GERMAN = {
  credentials_wrong: 'Benutzername oder Passwort stimmt nicht.',
  current_password_wrong: 'Das jetzige Passwort stimmt nicht.',
  passwords_off: 'Passwörter werden hier nicht benutzt. Melden Sie sich anders an.',
  sign_in_attempts_exceeded: 'Es gab zu viele Anmeldeversuche. Warten Sie, und versuchen Sie es noch einmal.',
  sign_in_queue_full: 'Es werden gerade zu viele Anmeldungen geprüft. Versuchen Sie es noch einmal.',
  password_too_short: 'Ein Passwort hat mindestens {least} Zeichen.',
  password_too_long: 'Ein Passwort hat höchstens {most} Bytes.',
  password_changed_meanwhile: 'Das Passwort wurde inzwischen geändert. Melden Sie sich mit dem neuen an.',
  reset_requests_exceeded: 'Darum wurde zu oft gebeten. Warten Sie, und versuchen Sie es noch einmal.',
  email_change_requests_exceeded: 'Darum haben Sie zu oft gebeten. Warten Sie, und versuchen Sie es noch einmal.',
  reset_link_invalid: 'Dieser Link wurde schon benutzt oder ist zu alt. Fordern Sie einen neuen an.',
  email_link_invalid: 'Dieser Link ist nicht Ihrer, wurde schon benutzt oder ist zu alt. Fordern Sie einen neuen an.',
} satisfies GermanWords;

export const GROUP_GERMAN = {
  group_name_is_username: 'Ein Konto hat diesen Namen als Benutzernamen. Wählen Sie einen anderen.',
  owner_name_ambiguous: 'Diesen Namen haben mehrere: {ids}. Geben Sie die Kennung dessen an, der gemeint ist.',
  group_name_taken: 'Es gibt eine Gruppe mit diesem Namen, oder mit einem, der so aussieht.',
  group_members_forbidden:
    'Mitglieder nimmt nur ein Mitglied der Gruppe oder die Rolle administrator auf. Ein Operator nimmt Mitglieder heraus.',
  group_too_small: 'Eine Gruppe hat mindestens zwei Mitglieder.',
  group_too_large: 'Eine Gruppe hat höchstens {most} Mitglieder.',
  group_member_inactive: 'Mitglied ist ein aktives Konto.',
  group_member_repeated: 'Dieses Konto steht zweimal da.',
} satisfies GermanWords;

export const TRANSMITTER_GERMAN = {
  transmitter_issuer_taken: 'Diesen Issuer hat schon ein anderer vertrauter Transmitter.',
  transmitter_issuer_wrong: 'Der Issuer ist eine https-URL ohne Query und Fragment.',
  transmitter_upstream_unknown:
    'Einen solchen Anbieter gibt es hier nicht. Ein Transmitter betrifft Personen, die mit einem Anbieter verknüpft sind: Verbinden Sie ihn zuerst, mit behalf upstreams create.',
  transmitter_poll_url_missing:
    'Token, Client und Zeitabstand gehören zu einer URL zum Abrufen. Ohne sie sendet der Transmitter seine Ereignisse.',
  transmitter_poll_token_missing:
    'Eine neue URL zum Abrufen braucht ihr Token oder einen Token-Endpunkt mit Client in derselben Änderung: Der Server sendet das jetzige Token an keine andere URL.',
  transmitter_poll_token_malformed: 'Ein Bearer-Token hat 1 bis 4.096 sichtbare ASCII-Zeichen.',
  transmitter_poll_credentials_both:
    'Eine URL zum Abrufen hat entweder ein Token oder einen Token-Endpunkt, nicht beides.',
  polled_transmitters_exceeded:
    'Dieser Server ruft bei höchstens {most} Transmittern ab. Lassen Sie zuerst einen anderen senden.',
  transmitter_polled:
    'Dieser Server ruft bei diesem Transmitter ab und nimmt keine gesendeten Ereignisse an. Stellen Sie sie zum Abruf bereit (RFC 8936).',
  transmitter_not_paused: 'Die Wirkungen dieses Transmitters sind nicht angehalten.',
  transmitter_effects_paused:
    'Signale dieses Transmitters haben zu viele Konten auf einmal betroffen. Ihre Wirkungen sind angehalten, bis jemand mit der Rolle Administrator sie fortsetzt.',
  transmitter_disabled: 'Dieser Transmitter ist hier gesperrt. Die Rolle administrator kann ihn entsperren.',
  signal_not_held: 'Dieses Signal wird nicht zurückgehalten.',
  set_refused: 'Das Security Event Token wurde abgelehnt: {why}.',
  transmitter_unauthenticated:
    'Im Header Authorization steht nicht das Secret eines vertrauten Transmitters. Die Rolle administrator kann das Secret tauschen.',
  transmitter_keys_unavailable:
    'Die Schlüssel des Transmitters waren eben nicht lesbar. Senden Sie das Ereignis später noch einmal.',
  revocation_subject_malformed:
    'sub_id ist ein einzelner Subject Identifier (RFC 9493) und der einzige Eintrag der Anfrage.',
  revocation_subject_narrowed:
    'Ein globaler Widerruf von Token betrifft eine Person, nicht eine Sitzung. Senden Sie dafür ein Ereignis session-revoked.',
  revocation_subject_unknown:
    'Mit diesem Subject ist kein Konto verknüpft, das dieser Transmitter betreffen darf. Die Rolle administrator kann eines ohne Rolle verknüpfen.',
  revocation_event_not_trusted:
    'Kein Ereignis dieses Transmitters darf hier Tokens widerrufen. Seine Wirkungen kann die Rolle Administrator ändern.',
} satisfies GermanWords;

export const DIRECTORY_GERMAN = {
  directory_client_wrong:
    'Der Client eines Verzeichnisses ist aktiv, hat den grant type client_credentials und keine Rolle. Er ist kein Agent.',
  directory_client_taken: 'Als dieser Client weist sich schon ein anderes Verzeichnis aus.',
  directory_client_set_by_other:
    'Ein anderes Konto hat die Nachweise dieses Clients gesetzt und kennt sie vielleicht. Tauschen Sie zuerst mit Ihrem eigenen Konto das Secret, oder tragen Sie die Schlüssel ein: behalf clients rotate-secret CLIENT --local.',
  directory_unknown:
    'Der Client dieses Zugriffstokens gehört zu keinem aktiven Verzeichnis. Die Rolle administrator kann eines anlegen oder entsperren.',
  directory_token_of_person:
    'Ein Verzeichnis handelt für sich selbst: Fordern Sie das Zugriffstoken mit client_credentials an.',
  directory_user_not_found: 'Dieses Verzeichnis hat keinen solchen User.',
  directory_account_privileged: 'Dieses Konto hat eine Rolle. Kein Verzeichnis kann es verwalten.',
  directory_account_taken: 'Dieses Konto gehört schon zu einem Verzeichnis.',
  directory_account_not_assigned: 'Dieses Konto gehört nicht zu diesem Verzeichnis.',
  directory_username_taken:
    'Ein Konto hat diesen Benutzernamen. Hat dieses Verzeichnis das Konto nicht, kann die Rolle administrator es ihm geben.',
  directory_email_taken:
    'Ein anderes Konto hat diese E-Mail-Adresse. Hat dieses Verzeichnis das Konto nicht, kann die Rolle administrator es ihm geben.',
  directory_account_disabled_here:
    'Dieses Konto wurde hier gesperrt, nicht vom Verzeichnis. Die Rolle operator oder administrator kann es entsperren.',
  directory_user_changed: 'Der User wurde inzwischen geändert. Lesen Sie ihn noch einmal.',
  directory_secret_unknown:
    'Das ist kein Secret eines Verzeichnisses, oder es wurde nach seinem Ende vergessen. Die Rolle administrator kann eines erlauben.',
  directory_secret_ended:
    'Dieses Secret des Verzeichnisses ist abgelaufen. Die Rolle administrator kann ein neues erlauben; besser sind Zugriffstokens mit client_credentials.',
  directory_secret_too_long_lived: 'Das Secret eines Verzeichnisses endet innerhalb von {most} Tagen.',
  directory_secret_exists: 'Dieses Verzeichnis hat ein Secret. Tauschen Sie es.',
  directory_secret_missing: 'Dieses Verzeichnis hat kein Secret, das sich tauschen ließe.',
  directory_secret_still_ending: 'Das vorige Secret gilt noch neben diesem.',
  directory_secret_overlap_too_long: 'Das alte Secret gilt noch 0 bis {most} Sekunden.',
  directory_accounts_exceeded:
    'Dieses Verzeichnis hat {most} Konten, mehr darf es nicht haben. Löschen Sie User, oder die Rolle administrator erhöht most_accounts.',
  directory_agent_not_found: 'Dieses Verzeichnis hat keinen solchen Agenten.',
  directory_agent_changed: 'Der Agent wurde inzwischen geändert. Lesen Sie ihn noch einmal.',
  directory_agent_taken: 'Ein anderer Agent dieses Verzeichnisses hat diesen agentUserName.',
  directory_agents_not_allowed:
    'Dieses Verzeichnis legt keine Agenten an. Ein Administrator dieses Servers kann einen Blueprint dafür nennen: agent_blueprint des Verzeichnisses.',
  directory_agents_exceeded: 'Ein Verzeichnis legt höchstens {most} Agenten an. Löschen Sie zuerst einige.',
  directory_agent_suspended_here:
    'Dieser Server hat den Agenten gesperrt, nicht dieses Verzeichnis. Sein Eigentümer oder ein Operator des Servers kann ihn fortsetzen; ein Agent ohne Eigentümer braucht einen neuen.',
  directory_agent_not_own:
    'Dieses Verzeichnis hat den Agenten nicht angelegt. Es kann ihn mit active false sperren. Sein Eigentümer oder ein Operator des Servers kann ihn außer Betrieb nehmen.',
  directory_agent_fixed:
    'Der Wert von {name} kommt von diesem Server und nicht von diesem Verzeichnis. Ändern Sie ihn hier; ein neuer Eigentümer nimmt den Agenten erst an.',
  directory_agent_owner_wrong:
    'Ein Agent hat einen Eigentümer: Nennen Sie in owners einen aktiven User dieses Verzeichnisses.',
  directory_blueprint_inactive: 'Der Blueprint für Agenten, die ein Verzeichnis anlegt, ist ein aktiver.',
  directory_group_not_found: 'Dieses Verzeichnis hat keine solche Gruppe.',
  directory_group_changed: 'Die Gruppe wurde inzwischen geändert. Lesen Sie sie noch einmal.',
  directory_group_taken: 'Eine Gruppe dieses Verzeichnisses hat diesen displayName.',
  directory_groups_exceeded: 'Ein Verzeichnis hat höchstens {most} Gruppen. Löschen Sie zuerst einige.',
  directory_group_map_exceeded: 'Höchstens {most} Gruppen eines Verzeichnisses werden zugeordnet.',
  directory_deactivations_paused:
    'Zu viele Konten wurden auf einmal deaktiviert oder umbenannt, deshalb ist beides angehalten. Die Rolle administrator kann es fortsetzen.',
  directory_contended: 'Zu viele andere deaktivieren gleichzeitig Konten. Versuchen Sie es noch einmal.',
  directory_not_paused: 'Die Deaktivierungen dieses Verzeichnisses sind nicht angehalten.',
  directory_dry_run_full:
    'Der Probelauf dieses Verzeichnisses fasst {most} Benutzer und Gruppen. Stellen Sie weniger bereit, oder ein Administrator dieses Servers startet es wirklich.',
  directory_dry_run_name_taken: 'Ein anderer Benutzer dieses Probelaufs hat diesen Benutzernamen.',
  directory_dry_run_id:
    'Diese Id stammt aus einem Probelauf, der beendet ist oder sie vergessen hat. Starten Sie die Bereitstellung im Verzeichnis neu.',
  directory_dry_run_too_late:
    'Dieses Verzeichnis hat schon Konten oder Gruppen geschrieben. Solange seine Anfragen nur geprüft werden, könnte es kein Konto sperren, wenn eine Person geht.',
  directory_not_in_dry_run: 'Dieses Verzeichnis ist in keinem Probelauf.',
  directory_dry_run_of_agents:
    'Dieses Verzeichnis ist in einem Probelauf, der nur Benutzer und Gruppen zeigt. Ein Administrator dieses Servers kann es wirklich starten.',
  directory_lists_busy: 'Zu viele Listen von Usern werden gleichzeitig gelesen. Versuchen Sie es noch einmal.',
  directory_list_too_long:
    'Eine Liste liest höchstens {most} User und 32 MiB. Lesen Sie sie mit Cursor, oder filtern Sie nach userName, externalId oder id.',
} satisfies GermanWords;

export const SCIM_GERMAN = {
  scim_filter_malformed: 'Der Filter ist ab Zeichen {position} nicht lesbar.',
  scim_filter_too_large: 'Ein Filter hat höchstens {characters} Zeichen, {terms} Vergleiche und {depth} Ebenen.',
  scim_filter_attribute_unknown: 'Der Filter nennt ein Attribut, das es nicht gibt.',
  scim_filter_comparison_wrong: 'Dieses Attribut lässt sich so nicht vergleichen.',
  scim_sort_attribute_unknown: 'Eine Liste wird nach einem Attribut sortiert, das es gibt.',
  scim_path_unknown: 'Der Pfad der Operation {number} nennt kein Attribut.',
  scim_path_malformed: 'Der Pfad ist ab Zeichen {position} nicht lesbar.',
  scim_target_missing: 'Kein Wert passt zum Filter im Pfad der Operation {number}.',
  scim_path_missing: 'Die Operation {number} entfernt etwas und braucht deshalb einen Pfad.',
  scim_operation_unknown: 'Die Operation {number} ist nicht add, remove oder replace, oder ihr Wert fehlt.',
  scim_operations_exceeded: 'Eine Änderung hat 1 bis {most} Operationen.',
  scim_attribute_fixed: 'Das Attribut {name} lässt sich nicht ändern.',
  scim_attribute_missing: 'Das Attribut {name} fehlt.',
  scim_value_wrong: 'Der Wert von {name} ist nicht vom Typ {type}.',
  scim_values_exceeded: '{name} hat höchstens {most} Werte.',
  scim_member_wrong: 'Mitglied einer Gruppe ist ein User dieses Verzeichnisses: {id} ist keiner.',
  scim_member_filter_wrong:
    'Mitglieder lassen sich nur mit eq und der id eines Users vergleichen: members[value eq "…"].',
  scim_primary_repeated: 'Nur ein Wert von {name} ist der bevorzugte.',
  scim_user_too_large: 'Ein User hat höchstens {most} Bytes.',
  scim_group_too_large: 'Eine Gruppe hat höchstens {most} Mitglieder.',
  scim_groups_of_user_exceeded: 'Ein Benutzer ist in höchstens {most} Gruppen: {id} ist es.',
  scim_message_wrong: 'Der Body hat nicht das Schema {schema}.',
  scim_discovery_filtered: 'Schemas und Ressourcentypen lassen sich nicht filtern.',
  scim_cursor_wrong: 'Dieser Cursor gehört nicht zu dieser Liste.',
  scim_cursor_expired: 'Dieser Cursor ist abgelaufen. Beginnen Sie mit einem leeren Cursor.',
  scim_count_other: 'Der count ist anders als auf der ersten Seite.',
  scim_cursor_sorted:
    'Eine Liste mit Cursor steht in der Reihenfolge der Anlage: Lassen Sie sortBy weg, oder nehmen Sie startIndex.',
  scim_bulk_operation_wrong:
    'Die Operation {number} ist kein POST an einen Typ und kein PUT, PATCH oder DELETE einer Ressource, oder ihre Daten fehlen.',
  scim_bulk_id_missing: 'Die Operation {number} legt etwas an und braucht deshalb eine bulkId.',
  scim_bulk_id_repeated: 'Die Operation {number} hat die bulkId einer anderen Operation.',
  scim_bulk_id_unresolved:
    'Die Operation {number} nennt eine bulkId, die es nicht gibt, die scheiterte, oder die von ihr abhängt.',
  scim_number_malformed: '{name} ist eine ganze Zahl.',
} satisfies GermanWords;

export const FACTOR_GERMAN = {
  factor_code_wrong: 'Dieser Code stimmt nicht oder wurde schon benutzt.',
  passkey_refused: 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal.',
  passkey_did_not_verify:
    'Dieser Passkey wurde nicht angenommen. Er muss prüfen, dass Sie es sind: mit Finger, Gesicht oder PIN. Versuchen Sie es noch einmal.',
  second_factor_sign_in_needed: 'Melden Sie sich zuerst mit Ihrem zweiten Faktor neu an.',
  recent_sign_in_needed: 'Melden Sie sich zuerst neu an: Ihre Anmeldung ist zu lange her.',
  factors_exceeded: 'Ein Konto hat davon höchstens {most}. Entfernen Sie zuerst einen.',
  passkey_added_already: 'Dieser Passkey wurde schon hinzugefügt.',
  recovery_codes_without_factor: 'Es gibt keinen Faktor, an dessen Stelle Codes treten könnten.',
  factor_not_found: 'Einen solchen Faktor haben Sie nicht.',
  passkeys_off: 'Unter der Adresse dieses Servers gehen Passkeys nicht.',
  passkey_not_created: 'Das hat nicht geklappt. Versuchen Sie es noch einmal.',
  totp_enrolment_expired: 'Das hat zu lange gedauert. Beginnen Sie noch einmal, die App hinzuzufügen.',
  totp_enrolment_attempts_exceeded: 'Das waren zu viele Codes. Beginnen Sie später noch einmal, die App hinzuzufügen.',
  totp_code_wrong: 'Das ist nicht der Code, den die App jetzt zeigt.',
  totp_added_already: 'Diese App wurde schon hinzugefügt.',
} satisfies GermanWords;

export const PROVIDER_GERMAN = {
  provider_refused_sign_in: 'Der Anmeldedienst hat Sie nicht angemeldet.',
  provider_refused_client: 'Der Anmeldedienst kennt diesen Server nicht. Sagen Sie das seiner Administration.',
  provider_answer_invalid: 'Die Antwort des Anmeldedienstes wurde nicht angenommen.',
  provider_unreachable: 'Der Anmeldedienst ist gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.',
} satisfies GermanWords;

export const UPSTREAM_GERMAN = {
  upstream_sign_in_forbidden: 'So können Sie sich nicht anmelden.',
  upstream_time_never_stated:
    '{provider} sagt nie, wann Sie sich dort angemeldet haben, und Sie haben hier keinen zweiten Faktor, mit dem Sie zeigen könnten, dass Sie es jetzt sind. Melden Sie sich anders an, oder fragen Sie die Administration.',
  upstream_sign_in_not_recent:
    '{provider} bestätigt nicht, dass Sie sich dort gerade eben angemeldet haben. Melden Sie sich anders an.',
  upstream_unusable: 'Dieser Anmeldedienst ist gerade nicht benutzbar.',
  account_contended: 'Dieses Konto wird gerade von zu vielen gleichzeitig geändert.',
  last_sign_in_method: 'Das ist Ihr letzter Weg, sich anzumelden. Fügen Sie zuerst einen anderen hinzu.',
  upstream_links_exceeded: 'Ein Konto ist mit höchstens {most} Personen anderswo verbunden.',
  upstream_link_not_found: 'Sie sind dort nicht verbunden.',
  upstream_person_connected: 'Diese Person ist schon mit einem Konto verbunden.',
  upstream_issuer_taken: 'Einen Anmeldedienst mit diesem Aussteller gibt es schon.',
  upstream_link_ended: 'Sie sind dort nicht mehr verbunden. Melden Sie sich anders an.',
  linked_upstream_unknown: 'Diesen Anmeldedienst gibt es nicht.',
  upstream_domains_exceeded: 'Ein Anmeldedienst hat höchstens 64 Domains.',
  upstream_domain_malformed: 'Das ist keine Domain in Kleinbuchstaben, etwa example.com.',
  upstream_domain_repeated: 'Diese Domain steht zweimal da.',
  upstream_domain_taken: 'Diese Domain führt schon zu {upstream}.',
  upstream_client_id_is_issuer: 'Der Aussteller dieses Servers ist kein Name für einen Client.',
  upstream_authentication_unknown: 'Möglich ist: {methods}.',
  upstream_sign_out_unknown: ({ choices = '' }) => `Möglich ist: ${choices.replaceAll(' or ', ' oder ')}.`,
  upstream_secret_unused: 'Ein Secret gehört nur zu client_secret_basic und client_secret_post.',
  upstream_scopes_without_openid: 'Unter den Berechtigungen ist openid.',
  upstream_scopes_exceeded: 'Das sind höchstens 30 Berechtigungen.',
  upstream_claims_unknown: 'Claims sind username, name, email und groups.',
  upstream_groups_exceeded: 'Höchstens 100 Gruppen werden zugeordnet.',
  upstream_factor_values_exceeded: 'Höchstens 20 Werte stehen für einen zweiten Faktor.',
  upstream_is_self: 'Dieser Server ist kein Anmeldedienst für sich selbst.',
  upstream_not_reachable:
    'Sein Discovery-Dokument ließ sich von dort nicht abrufen. Nennen Sie seinen Host in egress.internalHosts.upstreamProviders.',
  upstream_secret_malformed: 'Das ist kein Client-Secret.',
  last_upstream_without_passwords: 'Passwörter sind abgeschaltet, und das ist der letzte Anmeldedienst.',
  upstreams_exceeded: 'Es gibt höchstens {most} Anmeldedienste.',
  logout_token_refused: 'Das Logout-Token wird nicht angenommen: {why}.',
  provider_keys_unavailable: 'Die Schlüssel des Anmeldedienstes sind gerade nicht erreichbar.',
} satisfies GermanWords;

export const INTERACTION_GERMAN = {
  interaction_answered: 'Diese Seite wurde schon beantwortet.',
  interaction_over:
    'Diese Anfrage ist beendet, oder ein anderer Browser hat sie geöffnet. Beginnen Sie noch einmal dort, woher Sie kamen.',
  resumed_in_other_browser:
    'Diese Anmeldung ist beendet, oder ein anderer Browser hat sie begonnen. Beginnen Sie noch einmal dort, woher Sie kamen.',
} satisfies GermanWords;
