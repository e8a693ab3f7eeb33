import type { GermanWords } from '../refusals.ts';

// Words by reason, in the tables' order: agents, blueprints, clients, links and push messages.

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
  agent_state_conflict: 'Das geht mit diesem Agenten in seinem Zustand nicht ({state}: {action}).',
  agent_retired: 'Ein stillgelegter Agent lässt sich nicht ändern.',
  retired_agent_not_acceptable: 'Ein stillgelegter Agent lässt sich nicht annehmen.',
  acceptance_expired: 'Die Zeit, in der dieser Agent angenommen werden konnte, ist um.',
  agent_expired: 'Die Zeit dieses Agenten ist um. Geben Sie ihm zuerst ein späteres Ende.',
  credential_expired: 'Die Zeit dieses Schlüssels ist um. Fügen Sie einen anderen hinzu.',
  credential_not_found: 'Diesen Schlüssel hat dieser Agent nicht.',
  acceptance_not_asked: 'Einen Agenten nimmt nur an, wer gefragt ist, für ihn einzustehen.',
  decline_not_asked: 'Einen Agenten lehnt nur ab, wer gefragt ist, für ihn einzustehen.',
  next_owner_inactive: 'Niemand könnte für ihn einstehen: Das Konto oder die Gruppe ist nicht aktiv.',
  owner_inactive: 'Eigentümer ist ein aktives Konto oder eine Gruppe mit einem aktiven Mitglied.',
  instance_agent_inactive: 'Dieser Agent ist nicht aktiv.',
  agent_changed_owner: 'Dieser Agent hat inzwischen einen anderen Eigentümer. Lesen Sie ihn noch einmal.',
  credential_url_missing: 'Es braucht die URL der Schlüssel.',
  credential_issuer_unknown: 'Es gibt keinen aktiven vertrauten Aussteller mit dieser Kennung.',
  credential_kind_unknown: 'Eine solche Art von Nachweis gibt es nicht.',
  credential_keys_unusable: 'Nur die Schlüssel eines brauchbaren Nachweises werden durch andere ersetzt.',
  credential_overlap_too_long: 'Die alten Schlüssel gelten noch höchstens {most} Sekunden.',
  agent_uses_exceeded: 'Höchstens 20 Zwecke können genannt werden.',
  sponsor_inactive: 'Der Sponsor ist ein aktives Konto.',
  agent_resources_exceeded: 'Höchstens 20 Ressourcenserver können genannt werden.',
  agent_resource_repeated: 'Dieser Ressourcenserver steht zweimal da.',
  agent_resource_unknown: 'Es gibt keinen Ressourcenserver mit dieser Kennung.',
  composition_digest_malformed: 'Das ist „sha256:“ mit 64 hexadezimalen Ziffern.',
  composition_tools_exceeded: 'Höchstens 200 Werkzeuge können genannt werden.',
  token_bound_twice: 'Ein Token ist an ein Zertifikat oder an einen Schlüssel (DPoP) gebunden, nicht an beides.',
  agent_without_secret: 'Dieser Agent hat kein Secret.',
  agent_secret_allowed_to_owned: 'Ein Secret gibt es nur, solange jemand für den Agenten einsteht.',
  agent_has_secret: 'Dieser Agent hat schon ein Secret. Tauschen Sie es, oder entfernen Sie es.',
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
} satisfies GermanWords;

export const CLIENT_GERMAN = {
  redirect_uri_missing: 'Wer Personen zur Anmeldung schickt, braucht eine Rückleitungs-URI.',
  redirect_uri_unused: 'Rückleitungs-URIs sind für Agenten, die Personen zur Anmeldung schicken.',
  client_not_adoptable: 'Übernommen wird nur ein Client, der sich selbst registriert hat und keinen Eigentümer hat.',
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
} satisfies GermanWords;

export const LINK_GERMAN = {
  linked_account_unknown: 'Dieses Konto gibt es nicht.',
  subject_linked: 'Diese Person ist schon verknüpft.',
  peer_issuer_taken: 'Einen Partner mit diesem Aussteller gibt es schon.',
  holding_not_found: 'So etwas haben Sie nicht.',
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
