import type { GermanWords } from '../refusals.ts';

const setterWords = (setter: string): string =>
  setter === 'an account that is not recorded' ? 'einem Konto, das nicht aufgezeichnet ist' : setter;

const AGENT_STATES: Readonly<Record<string, string>> = {
  ...{ pending: 'ausstehend', active: 'aktiv', suspended: 'ausgesetzt' },
  ...{ orphaned: 'ohne Eigentümer', retired: 'stillgelegt' },
};

const AGENT_ACTIONS: Readonly<Record<string, string>> = {
  ...{ accepted: 'annehmen', declined: 'ablehnen', suspended: 'aussetzen', resumed: 'fortsetzen' },
  ...{ retired: 'stilllegen' },
};

// Words by reason: one object for each table, in its order.

export const AGENT_GERMAN = {
  credentials_are_for_owner:
    'Nachweise, Weiterleitungsadressen und Endpunkte bekommt ein Agent nur von seinem Eigentümer oder von einer Person mit der Rolle administrator; nur sie lösen auch die Bindung seiner Token. Mit der Rolle operator lassen sie sich aussetzen und entfernen.',
  credentials_need_owner:
    'Dieser Agent hat keinen Eigentümer. Nachweise gibt ihm der nächste Eigentümer, nachdem er ihn angenommen hat.',
  agent_changed: 'Dieser Agent wurde inzwischen geändert.',
  agent_changed_before_acceptance:
    'Dieser Agent wurde inzwischen geändert. Lesen Sie ihn noch einmal, bevor Sie ihn annehmen.',
  credentials_need_kids: 'Hat ein Agent mehrere Schlüssel, braucht jeder eine eigene „kid“.',
  credentials_repeat_kid: 'Ein anderer Schlüssel dieses Agenten hat dieselbe „kid“.',
  credentials_exceeded: 'Ein Agent hat höchstens {most} Schlüssel.',
  agent_state_conflict: ({ state = '', action = '' }) =>
    `Ein Agent im Zustand „${AGENT_STATES[state] ?? state}“ lässt sich nicht ${AGENT_ACTIONS[action] ?? action}.`,
  agent_retired: 'Ein stillgelegter Agent lässt sich nicht ändern.',
  retired_agent_not_acceptable: 'Ein stillgelegter Agent lässt sich nicht annehmen.',
  acceptance_expired: 'Die Zeit, in der dieser Agent angenommen werden konnte, ist um.',
  agent_expired: 'Die Zeit dieses Agenten ist um. Geben Sie ihm zuerst ein späteres Ende.',
  agent_suspended_for_security:
    'Dieser Agent wurde aus Sicherheitsgründen ausgesetzt. Fortsetzen kann ihn nur eine Person mit der Rolle operator, der er seither nicht gehört hat. Gibt es keine, so gibt die Administration einer anderen Person diese Rolle.',
  agent_restricted:
    'Eine Reaktionsregel hat diesen Agenten eingeschränkt. Aufheben kann das nur eine Person mit der Rolle operator, der er seither nicht gehört hat. Gibt es keine, so gibt die Administration einer anderen Person diese Rolle.',
  credential_expired: 'Die Zeit dieses Schlüssels ist um. Fügen Sie einen anderen hinzu.',
  credential_not_found: 'Diesen Schlüssel hat dieser Agent nicht.',
  acceptance_not_asked: 'Einen Agenten nimmt nur an, wer als Eigentümer gefragt ist.',
  decline_not_asked: 'Einen Agenten lehnt nur ab, wer als Eigentümer gefragt ist.',
  next_owner_inactive: 'Er hätte keinen aktiven Eigentümer: Das Konto oder die Gruppe ist nicht aktiv.',
  owner_inactive: 'Eigentümer ist ein aktives Konto oder eine Gruppe mit einem aktiven Mitglied.',
  instance_agent_inactive: 'Dieser Agent ist nicht aktiv.',
  agent_changed_owner: 'Dieser Agent hat inzwischen einen anderen Eigentümer. Lesen Sie ihn noch einmal.',
  credential_issuer_unknown: 'Es gibt keinen aktiven vertrauten Aussteller mit dieser Kennung.',
  credential_kind_unknown: 'Eine solche Art von Nachweis gibt es nicht.',
  credential_keys_unusable:
    'Dieser Nachweis ist nicht brauchbar oder enthält keine Schlüssel, darum werden keine ersetzt. Fügen Sie einen anderen Nachweis hinzu.',
  credential_key_unchanged:
    'Ein Schlüssel gehört zu den alten, die beim Erneuern enden. Erzeugen Sie einen neuen Schlüssel.',
  credential_overlap_too_long: 'Die alten Schlüssel gelten noch höchstens {most} Sekunden.',
  agent_uses_exceeded: 'Höchstens 20 Zwecke können genannt werden.',
  sponsor_inactive: 'Der Sponsor ist ein aktives Konto.',
  agent_resources_exceeded: 'Höchstens 20 Ressourcenserver können genannt werden.',
  agent_resource_repeated: 'Dieser Ressourcenserver steht zweimal da.',
  agent_resource_unknown: 'Es gibt keinen Ressourcenserver mit dieser Kennung.',
  composition_digest_malformed: 'Das ist „sha256:“ mit 64 hexadezimalen Ziffern.',
  composition_empty: 'Nennen Sie einen Digest oder Angaben, aus denen der Server ihn berechnet.',
  composition_not_approved:
    'Der Agent läuft mit einer anderen Zusammensetzung als seiner eigenen, oder sagt nicht, mit welcher. Zuerst muss sein Eigentümer sie freigeben.',
  composition_suspends:
    'Der Agent läuft mit einer anderen Zusammensetzung als seiner eigenen und wurde deshalb ausgesetzt.',
  composition_not_shown:
    'Der Agent hat seine Zusammensetzung bisher gezeigt, und diese Anfrage zeigt keine. Die Client-Assertion oder -Attestation braucht den Claim „composition“, oder der Eigentümer gibt die Zusammensetzung neu an.',
  composition_not_waiting: 'Keine solche Zusammensetzung wartet auf eine Entscheidung; lesen Sie den Agenten neu.',
  composition_tools_exceeded: 'Höchstens 200 Werkzeuge können genannt werden.',
  token_bound_twice: 'Ein Token ist an ein Zertifikat oder an einen Schlüssel (DPoP) gebunden, nicht an beides.',
  agent_without_secret: 'Dieser Agent hat kein Secret.',
  agent_secret_allowed_to_owned: 'Ein Secret gibt es nur für einen Agenten mit Eigentümer.',
  agent_has_secret: 'Dieser Agent hat schon ein Secret. Tauschen Sie es, oder entfernen Sie es.',
  notification_endpoint_unused: 'Das ist für den Weg {grantType}, der nicht unter den Wegen zu Tokens steht.',
  secret_of_new_agent: 'Ein Secret wird einem Agenten einzeln erlaubt, wenn es ihn schon gibt.',
  secret_too_long_lived: 'Ein Secret endet spätestens in 90 Tagen.',
  secret_overlap_too_long: 'Das alte Secret gilt noch höchstens {most} Sekunden.',
  secret_not_allowed: 'Dieser Agent hat kein Secret: Es wurde keines erlaubt, oder seine Zeit ist um.',
  secret_still_ending: 'Ein anderes Secret dieses Agenten läuft noch aus. Warten Sie, oder entfernen Sie es.',
} satisfies GermanWords;

export const BLUEPRINT_GERMAN = {
  blueprint_inactive: 'Es gibt keinen aktiven Blueprint mit dieser Kennung.',
  blueprint_deprecated: 'Dieser Blueprint nimmt keine neuen Agenten.',
  blueprint_agents_exceeded: 'Dieser Blueprint hat seine {most} Agenten.',
  blueprint_environment_refused: 'Dieser Blueprint ist für: {environments}.',
  blueprint_authority_exceeded: 'Dieser Blueprint erlaubt {scope} hier nicht.',
  blueprint_grant_type_refused: 'Dieser Blueprint erlaubt diesen Weg zu Tokens nicht.',
  blueprint_composition_refused: 'Dieser Blueprint erlaubt diese Zusammensetzung nicht.',
  blueprint_draft_missing: 'Es gibt keinen Entwurf. Schreiben Sie zuerst einen.',
  blueprint_draft_missing_for_preview: 'Es gibt keinen Entwurf, auf den vorauszusehen wäre.',
  blueprint_name_taken: 'Dieser Name gehört zu einem anderen Blueprint.',
  blueprint_changed: 'Dieser Blueprint wurde inzwischen geändert. Laden Sie die Seite noch einmal.',
  blueprint_draft_active: 'Dieser Entwurf wurde inzwischen aktiviert. Laden Sie die Seite noch einmal.',
  sender_constraint_unknown: 'Eine Bindung an den Absender ist dpop.',
} satisfies GermanWords;

export const CLIENT_GERMAN = {
  redirect_uri_missing: 'Wer Personen zur Anmeldung schickt, braucht eine Rückleitungs-URI.',
  redirect_uri_unused: 'Rückleitungs-URIs sind für Agenten, die Personen zur Anmeldung schicken.',
  client_not_adoptable: 'Übernommen wird nur ein Client, der sich selbst registriert hat und keinen Eigentümer hat.',
  client_suspended_for_security:
    'Dieser Client wurde aus Sicherheitsgründen gesperrt. Entsperren kann ihn nur eine Person mit der Rolle operator, der er nicht gehört und nie gehört hat. Gibt es keine, so gibt die Administration einer anderen Person diese Rolle.',
  client_owners_too_many:
    'Dieser Client hatte schon {most} Eigentümer, und jeder kann seine Zugangsdaten noch haben. Registrieren Sie für den neuen Eigentümer einen anderen Client.',
  client_retired: 'Ein stillgelegter Client lässt sich nicht ändern.',
  grant_types_missing: 'Nennen Sie wenigstens einen Weg zu Tokens.',
  grant_type_unknown: 'Ein Weg zu Tokens ist hier einer von: {allowed}.',
  grant_type_repeated: 'Dieser Weg zu Tokens steht zweimal da.',
  refresh_tokens_not_possible: 'Refresh-Tokens gibt es nur mit authorization_code oder dem Weg für Geräte.',
  owner_not_active_account: 'Eigentümer ist ein aktives Konto.',
  client_without_secret: 'Dieser Client weist sich nicht mit einem Secret aus.',
  logout_without_redirect_uri: 'An einem Client ohne Rückleitungs-URIs meldet sich niemand an.',
  tokens_bound_twice: 'Tokens sind an ein Zertifikat oder an einen DPoP-Schlüssel gebunden, nicht an beides.',
  client_roles_unused: 'Rollen sind für einen Client, der mit client_credentials für sich selbst handelt.',
  consent_not_skippable:
    'Ein öffentlicher Client kommt nur ohne Einwilligung aus, wenn alle seine Rückleitungs-URIs https sind.',
  pkce_needed_by_public_client: 'Ein öffentlicher Client schützt seine Codes nur mit PKCE (RFC 9700 §2.1.1).',
  pkce_without_codes: 'PKCE betrifft nur Clients mit authorization_code.',
  assertion_audience_without_assertion: 'Der Empfänger von Assertions betrifft nur Clients mit private_key_jwt.',
  assertion_audience_fixed_by_fapi: 'FAPI 2.0 lässt als Empfänger nur den Aussteller zu (Security Profile §5.3.2.1).',
  name_reserved:
    'Der Name „{name}“ ist auf diesem Server reserviert. Wählen Sie einen Namen ohne ihn, oder fragen Sie eine Person mit der Rolle operator, ob sie ihn registriert.',
  name_vouches_for_itself: 'Ein Name bürgt nicht für sich selbst: Wählen Sie einen ohne „{word}“.',
  name_has_pictures: 'Ein Name besteht aus Buchstaben und Ziffern, ohne Bilder, Häkchen und Siegel.',
  grant_type_for_agents:
    'CIBA ist für Agenten, deren einzelne Handlungen Personen freigeben. Registrieren Sie einen Agenten, oder lassen Sie diesen Weg weg.',
  client_credentials_of_public_client: 'Ein öffentlicher Client nutzt client_credentials nicht (RFC 6749 §4.4).',
  exchange_of_public_client: 'Ein öffentlicher Client tauscht keine Tokens und löst keine Assertions ein.',
  address_served_here: 'Diese Adresse gehört zu diesem Server. Nennen Sie eine der Anwendung.',
  address_on_own_host: 'Dieser Host ist der dieses Servers. Nennen Sie einen der Anwendung.',
  credentials_set_by_other: ({ setter = '' }) =>
    `Die Nachweise dieses Clients wurden gesetzt von ${setterWords(setter)}. Senden Sie im selben Aufruf jwks, jwks_uri oder certificate, oder tauschen Sie zuerst das Secret.`,
  redirect_uris_set_by_other: ({ setter = '' }) =>
    `Die Rückleitungs-URIs dieses Clients wurden gesetzt von ${setterWords(setter)}. Lesen Sie sie, und senden Sie im selben Aufruf redirect_uris.`,
  client_without_account:
    'Dieser Client steht für kein Konto. Nutzen Sie die Konsole oder einen Client, der einer Person mit der Rolle operator gehört.',
  credentials_setter_unknown:
    'Es ist nicht bekannt, von wem die Nachweise dieses Clients stammen. Nutzen Sie die Konsole, oder ersetzen Sie sie zuerst.',
  caller_account_without_role: ({ roles = '' }) =>
    `Das Konto hinter diesem Aufruf braucht die Rolle ${roles.replaceAll(' or ', ' oder ')} und muss aktiv sein.`,
} satisfies GermanWords;

export const LINK_GERMAN = {
  subject_linked: 'Diese Person ist schon verknüpft.',
  peer_issuer_taken: 'Einen Partner mit diesem Aussteller gibt es schon.',
  holding_not_found: 'So etwas haben Sie nicht.',
  linked_peer_unknown: 'Diesen Partner gibt es nicht.',
  linked_account_has_role:
    'Dieses Konto hat eine Rolle; deshalb handelt kein Partner für es. Verknüpfen Sie ein Konto ohne Rolle.',
} satisfies GermanWords;

export const PUSH_GERMAN = {
  push_service_unsupported: 'Dieser Browser nutzt einen Dienst für Nachrichten, an den dieser Server nichts sendet.',
  push_keys_missing: 'Dieser Browser hat keine Schlüssel für seine Nachrichten erzeugt.',
  push_page_stale: 'Diese Seite ist zu alt: Öffnen Sie sie noch einmal.',
  push_browsers_exceeded:
    'Sie werden schon in so vielen Browsern benachrichtigt, wie es geht; entfernen Sie zuerst einen.',
  push_test_too_soon: 'Warten Sie einen Moment, bevor Sie es noch einmal versuchen.',
  push_browser_not_found: 'Einen solchen Browser gibt es nicht.',
} satisfies GermanWords;

export const METADATA_DOCUMENT_GERMAN = {
  document_url_malformed:
    'Eine client_id, die eine URL ist, beginnt mit https und steht in ihrer Normalform, mit Pfad, ohne Benutzernamen, Query und Fragment.',
  document_id_differs: 'Das ist nicht Zeichen für Zeichen die URL, unter der das Dokument steht.',
  document_holds_secret: 'Ein Dokument, das alle lesen können, enthält kein Secret.',
  document_method_wrong: 'Das ist „private_key_jwt“ oder „none“; ein Dokument kann kein Secret enthalten.',
  document_grant_types_wrong: 'Wenigstens einer ist von diesen: {allowed}.',
  response_type_needs_code_grant: 'Zum Response-Typ „code“ gehört der Weg authorization_code.',
  document_not_object: 'Ein Dokument mit Metadaten eines Clients ist ein JSON-Objekt.',
  document_host_refused: 'Clients dieses Hosts werden nicht angenommen.',
} satisfies GermanWords;

export const INSTANCE_GERMAN = {
  instance_key_is_of_agent: 'Eine Instanz braucht einen eigenen Schlüssel, nicht einen des Agenten.',
  instance_key_ended: 'Die Instanz mit diesem Schlüssel wurde beendet. Starten Sie eine mit einem anderen.',
  instance_key_for_dpop: 'Dieser Schlüssel gehört zu einer Instanz, die ihn nur mit DPoP nachweist.',
  instance_contended: 'Diese Instanz wird gerade von zu vielen auf einmal gestartet.',
  instance_key_forbidden:
    'Der Blueprint dieses Agenten erlaubt nicht, dass eine Instanz sich mit einem eigenen Schlüssel ausweist.',
  instances_exceeded:
    'Dieser Agent hat schon {most} Instanzen, mehr darf er nicht haben. Beenden Sie eine, oder warten Sie, bis eine endet.',
  instance_start_too_slow: 'Die Instanz zu starten hat zu lange gedauert. Versuchen Sie es noch einmal.',
  authorization_ended: 'Das, woher dieses Token käme, ist beendet.',
  authorization_of_other_instance: 'subject_token gehört zu einer anderen Instanz dieses Agenten.',
} satisfies GermanWords;

export const PEER_GERMAN = {
  peer_callers_exceeded: 'Höchstens {most} Agenten und Clients können genannt werden.',
  peer_caller_unknown: 'Den Agenten oder Client {id} gibt es nicht.',
  peer_caller_repeated: 'Ein Agent oder Client steht zweimal da.',
  peer_resources_count_wrong: 'Nennen Sie 1 bis {most} Ressourcenserver des Partners.',
  peer_resource_registered: 'Diese Ressource ist schon registriert, bei einem Partner oder bei diesem Server.',
  peer_resource_is_management_api: 'Die Verwaltungs-API nimmt keine Assertions von Partnern.',
  peer_issuer_has_query: 'Ein Aussteller hat keine Query (RFC 8414 §2).',
  peer_is_self: 'Dieser Server ist kein Partner von sich selbst.',
} satisfies GermanWords;

export const TRUSTED_ISSUER_GERMAN = {
  issuer_not_reachable:
    'Sein Discovery-Dokument ließ sich von dort nicht abrufen. Nennen Sie seinen Host in egress.internalHosts.trustedIssuers, oder senden Sie „jwks“.',
  issuer_document_of_other: 'Das Discovery-Dokument gehört zu einem anderen Aussteller (RFC 8414 §3.3).',
  issuer_document_without_keys: 'Das Discovery-Dokument nennt keine jwks_uri.',
  issuer_keys_repeat_kid: 'Zwei Schlüssel der Menge haben dieselbe kid.',
  trusted_issuer_taken: 'Diesen Aussteller gibt es schon.',
  trusted_issuer_is_self: 'Dieser Server stellt sich selbst keine Workload-Tokens aus.',
} satisfies GermanWords;

export const NOTIFICATION_GERMAN = {
  notification_not_optional: 'Diese Art von Benachrichtigung lässt sich hier nicht abschalten.',
  mail_link_over: 'Der Link in dieser E-Mail gilt nicht mehr.',
  webhook_url_malformed:
    'Ein Endpunkt ist eine URL mit https auf einem öffentlichen Host oder auf einem aus egress.internalHosts.webhooks.',
  webhook_kinds_missing: 'Ein Endpunkt bekommt wenigstens eine Art von Benachrichtigungen oder die Zugriffsanfragen.',
  webhook_kinds_unknown: 'Arten sind: {kinds}.',
  webhook_owner_unknown: 'Ein solches aktives Konto oder eine solche aktive Gruppe gibt es nicht.',
  webhook_server_unknown: 'Einen solchen aktiven Ressourcenserver gibt es nicht.',
  webhooks_exceeded: 'Es gibt höchstens {most} Endpunkte. Entfernen Sie zuerst einen.',
  webhook_challenge_failed: 'Der Endpunkt hat die Prüffrage nicht zurückgesendet: {failure}.',
  webhook_url_changed: 'Die URL wurde inzwischen geändert.',
  webhook_unproven: 'Prüfen Sie zuerst diesen Endpunkt.',
} satisfies GermanWords;

export const CREDENTIAL_GERMAN = {
  assertion_not_valid: 'Das ist keine gültige Client-Assertion mit einem Schlüssel dieses Nachweises.',
  instance_not_proven: 'Das gehört zu einer Instanz: Weisen Sie deren Schlüssel nach.',
  resource_server_not_authenticated: 'Senden Sie den Nachweis, mit dem dieser Ressourcenserver Tokens prüft.',
  proof_needed: 'Zu diesem Token gehört ein DPoP-Nachweis.',
  proof_not_valid: 'Der DPoP-Nachweis ist nicht gültig.',
  proof_of_other_method: 'Der DPoP-Nachweis gehört zu einer anderen Methode.',
  proof_of_other_url: 'Der DPoP-Nachweis gehört zu einer anderen URL.',
  proof_of_other_token: 'Der DPoP-Nachweis gehört zu einem anderen Token.',
  proof_time_wrong: 'Der DPoP-Nachweis ist zu alt oder vordatiert.',
  proof_without_jti: 'Der DPoP-Nachweis hat keine brauchbare jti.',
  proof_used: 'Der DPoP-Nachweis wurde schon benutzt.',
  proof_too_early:
    'Der DPoP-Nachweis wurde zu früh gemacht, um ihn von einem benutzten zu unterscheiden. Machen Sie einen neuen.',
  dpop_not_proven:
    'Dieses Refresh-Token kam mit einem Token, das durch DPoP gebunden ist. Senden Sie beim Erneuern einen DPoP-Nachweis.',
  certificate_not_proven:
    'Dieses Refresh-Token kam mit einem Token, das an ein Client-Zertifikat gebunden ist. Erneuern Sie es mit einem Zertifikat.',
} satisfies GermanWords;

export const LEGAL_HOLD_GERMAN = {
  hold_times_reversed: 'Eine Löschsperre endet nach ihrem Beginn: geben Sie als `to` eine spätere Zeit an.',
  holds_exceeded:
    'Es gibt {most} aktive Löschsperren. Heben Sie zuerst eine auf, oder erstellen Sie eine weitere, die mehr umfasst.',
  hold_released: 'Diese Löschsperre ist schon aufgehoben.',
} as const;

export const AUDIT_SINK_GERMAN = {
  sink_url_malformed:
    'Die Adresse ist eine URL mit https auf einem öffentlichen Host oder auf einem aus egress.internalHosts.auditSinks.',
  sink_address_malformed:
    'Die Adresse ist ein Host mit seinem Port, etwa logs.example.com:6514. Ein anderer Port als 443 muss in egress.internalHosts.auditSinks stehen.',
  sink_address_missing: 'Ein Audit-Ziel der Art {kind} braucht eine Adresse.',
  sink_address_unused: 'Eine Datei hat keine Adresse: der Server wählt ihren Pfad.',
  sink_format_unknown: 'Ein Audit-Ziel der Art {kind} nimmt diese Formate: {formats}.',
  sink_authorization_unused: 'Nur ein Audit-Ziel der Art otlp nimmt einen Wert für den Header Authorization.',
  sink_authorization_malformed:
    'Der Wert des Headers Authorization hat 1 bis 2048 sichtbare ASCII-Zeichen und Leerzeichen.',
  sink_folder_missing:
    'Dieser Server hat keinen Ordner für Dateien. Setzen Sie zuerst audit.files.folder oder data.folder.',
  sinks_exceeded: 'Es gibt höchstens {most} Audit-Ziele. Entfernen Sie zuerst eines.',
  sink_without_secret: 'Nur ein Webhook hat ein Geheimnis, das signiert.',
  sink_refuses_another:
    'Das Audit-Ziel lehnt jetzt einen anderen Eintrag ab: {record}. Lesen Sie ihn, bevor Sie ihn überspringen.',
  sink_not_failing: 'Das Audit-Ziel hat sein nächstes Ereignis nicht abgelehnt: Es gibt nichts zu überspringen.',
} satisfies GermanWords;
