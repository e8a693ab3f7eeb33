import type { GermanWords } from '../refusals.ts';
import { wordOf } from '../word-of.ts';

const DECIDED: Readonly<Record<string, string>> = {
  approved: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben.',
  redeemed: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben und genutzt.',
  'approved, not used':
    'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben und nicht rechtzeitig genutzt.',
  denied: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde abgelehnt.',
  cancelled: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Der Agent hat sie zurückgenommen.',
  expired: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Ihre Zeit ist um.',
};

/** The words for a whole document, by its English ones. */
const WHOLE: Readonly<Record<string, string>> = { 'The request': 'Die Anfrage', 'The question': 'Die Frage' };

// Words by reason: one object for each table, in its order.

export const CONSENT_GERMAN = {
  consent_changed: 'Worum gebeten wird, hat sich geändert. Lesen Sie es noch einmal, bevor Sie entscheiden.',
  consent_not_asked: 'Das Formular erlaubt etwas, worum nicht gebeten wurde.',
  consent_duration_not_offered: 'Diese Dauer stand nicht zur Wahl.',
  consent_depth_not_offered: 'Diese Zahl von Weitergaben stand nicht zur Wahl.',
  consent_empty: 'Es wurde nichts erlaubt.',
  consent_device_of_role:
    'Ein Konto mit einer Rolle kann keinem Gerät Zugriff auf die Verwaltungs-API geben. Verwenden Sie den Befehl behalf login ohne --device.',
  consent_agent_inactive: 'Dieser Agent ist nicht aktiv.',
  consent_client_inactive: 'Diese App ist nicht aktiv.',
  consent_caller_inactive: 'Die App, die den Agenten aufruft, ist nicht aktiv.',
  consent_actor_inactive: 'Der Agent, der handeln soll, ist nicht aktiv.',
  consent_account_inactive: 'Dieses Konto ist nicht aktiv.',
} satisfies GermanWords;

export const SIMULATION_GERMAN = {
  refused_by_policy: 'Die Richtlinien dieses Servers lassen das nicht zu.',
  simulated_caller_unknown: 'Diesen Agenten oder Client gibt es nicht.',
  simulated_resource_unknown: 'Diesen Ressourcenserver gibt es nicht.',
  simulated_party_unknown: 'So ein Konto oder einen solchen Client gibt es nicht.',
  simulated_party_missing: 'Nennen Sie das Konto oder den Client, der aufruft.',
  simulated_approver_not_person: 'Ja sagt nur eine Person: Nennen Sie ein Konto.',
  simulated_scope_undeclared: 'Diese Berechtigung bietet er nicht an.',
  simulated_transaction_unknown: 'Der Aufrufer hat keinen solchen Vorgang angekündigt.',
  simulated_agent_unknown: 'Diesen Agenten gibt es nicht.',
  simulated_owners_unknown:
    'Nicht alle Eigentümer dieses Agenten sind bekannt, deshalb fragt der Server keine Person. Übergeben Sie ihn einem anderen Eigentümer.',
  simulated_approvers_differ:
    'Teile davon geben verschiedene Personen frei. Fragen Sie nach jeder Berechtigung einzeln.',
  simulated_blueprint_unknown: 'So einen Blueprint gibt es nicht.',
  policy_version_not_found: 'Diese Version der Richtlinien gibt es nicht.',
  question_not_found: 'Eine solche Anfrage gibt es nicht.',
  simulated_subject_missing: 'Nennen Sie das Konto, für das der Client handelt: Dieser Weg braucht eines.',
  simulated_policies_twice: 'Nennen Sie eine Version, oder senden Sie einen Text, nicht beides.',
  simulated_action_ambiguous: 'Nennen Sie genau eines von resource, register, administer und approve.',
  simulated_caller_missing: 'Nennen Sie, wer anfragt.',
  simulated_operation_unknown: 'Eine solche Operation gibt es nicht; siehe das OpenAPI-Dokument.',
  simulated_operation_registers: 'Diese Operation registriert: Nennen Sie „register“.',
  simulated_operation_without_policy: 'Über diese Operation entscheiden keine Richtlinien: {why}.',
} satisfies GermanWords;

export const APPROVAL_GERMAN = {
  approval_not_found: 'Eine solche Anfrage gibt es nicht.',
  approval_decided: ({ state = '' }) => DECIDED[state] ?? 'Über diese Anfrage gibt es nichts mehr zu entscheiden.',
  approval_given_already: 'Sie haben schon zugestimmt; jetzt muss noch jemand anderes zustimmen.',
  approval_given_in_this_name: 'In diesem Namen wurde schon zugestimmt; jetzt muss noch jemand anderes zustimmen.',
  deputy_not_allowed: 'Für diese Person entscheiden Sie nicht oder nicht mehr.',
  approval_changed: 'Was Sie gesehen haben, ist nicht das, worum jetzt gebeten wird. Sehen Sie es sich noch einmal an.',
  approval_needs_factor: 'Das braucht einen zweiten Faktor von Ihnen.',
  approval_needs_fresh_proof: 'Beweisen Sie für genau diese Anfrage noch einmal, dass Sie es sind.',
  approval_number_wrong: 'Das ist nicht die Zahl, die der Agent zeigt.',
  approval_number_attempts_exceeded: 'Die Zahl war zu oft falsch: Diese Anfrage ist abgelehnt.',
  standing_approval_forbidden: 'Das wird jedes Mal freigegeben.',
  standing_approval_exists: 'Das wurde schon gesagt: Es steht unter „Im Voraus freigegeben“.',
  standing_approval_not_found: 'Eine solche Dauerfreigabe gibt es nicht.',
  sum_not_positive: 'Eine ganze Zahl über 0.',
  sum_not_applicable: 'Diese Handlung hat keinen Betrag.',
  approval_used_by_other: 'Diese Freigabe wurde von einem anderen Aufruf genutzt.',
  approval_token_missing: 'Das Access-Token, das mit dem Aufruf kam.',
  approval_call_malformed: 'Ein Name des Aufrufs: 1 bis 200 sichtbare ASCII-Zeichen.',
  approval_token_not_live: 'Das ist bei diesem Ressourcenserver kein gültiges Token einer Freigabe.',
  approval_over: 'Diese Freigabe gilt nicht mehr.',
  approval_not_open: ({ state = '' }) => DECIDED[state] ?? 'Diese Anfrage ist nicht mehr offen.',
  chain_owners_exceeded:
    'Die Agenten dieser Kette gehören oder gehörten mehr Personen, als ausgelassen werden können. Übergeben Sie einen davon an eine andere Gruppe.',
  approvers_differ: 'Teile davon geben verschiedene Personen frei. Fragen Sie nach jedem Teil einzeln.',
  approvers_too_few: 'Dafür braucht es mehr Personen, als gefragt werden können. Fragen Sie den Betreiber.',
  chain_owners_unknown:
    'Nicht alle Eigentümer der Agenten dieser Kette sind bekannt. Bitten Sie den Betreiber, sie einer anderen Gruppe zu übergeben.',
  approval_requests_muted: 'Diese Person hat diesem Agenten immer wieder abgelehnt. Er fragt sie einen Tag lang nicht.',
  approval_requests_exceeded: 'Dieser Agent oder andere seines Eigentümers haben diese Person zu oft gefragt.',
  open_approvals_of_agent_exceeded: 'Dieser Agent hat bei dieser Person zu viele offene Anfragen.',
  open_approvals_of_owner_exceeded:
    'Die Agenten dieses Eigentümers haben bei einer Person, die freigibt, zu viele offene Anfragen.',
  approval_polled_too_soon: 'Fragen Sie ab jetzt einmal in {seconds} Sekunden.',
  approval_undecided: 'Es ist noch nicht entschieden.',
  approval_asked_by_other_client: 'Nur ein registrierter Agent bittet Personen um Freigaben.',
  approval_subject_missing:
    'Nennen Sie, was freigegeben werden soll: eine Berechtigung der Ressource oder authorization_details.',
  approval_not_possible: 'Das kann hier keine Person freigeben: Der Agent verlangt mehr, als er verlangen darf.',
  approval_resource_missing: 'Nennen Sie die eine Ressource, um die es geht.',
  approval_resource_unknown: 'Diesen Ressourcenserver gibt es nicht.',
} satisfies GermanWords;

export const ABSENCE_GERMAN = {
  absence_start_invalid: 'Ein Zeitpunkt in den nächsten 180 Tagen.',
  absence_end_invalid: 'Ein Zeitpunkt nach dem ersten, der nicht vorbei ist, höchstens 60 Tage später.',
  deputy_is_self: 'Jemand anderes als Sie selbst.',
  deputy_taken: 'Diese Person entscheidet schon für genug andere.',
  absences_exceeded: 'Es gibt schon drei: Beenden Sie eine davon.',
  absence_not_found: 'Eine solche Abwesenheit gibt es nicht.',
  absence_needs_sign_in: 'Melden Sie sich neu an, um zu bestimmen, wer für Sie entscheidet.',
} satisfies GermanWords;

export const BREAK_GLASS_GERMAN = {
  break_glass_reason_malformed: 'Sagen Sie, warum, in 10 bis 500 Zeichen.',
  break_glass_needs_passkey: 'Das braucht einen Passkey, der Sie prüft, für genau diese Anfrage.',
  break_glass_requested_already: 'Sie haben es schon verlangt; jemand anderes muss zustimmen.',
  break_glass_not_possible: 'Das lässt sich so nicht freigeben, oder nicht mehr.',
  break_glass_requests_exceeded: 'Sie haben das zu oft verlangt.',
  break_glass_review_by_requester: 'Wer im Notfall freigegeben hat, sagt nicht, ob das richtig war.',
  break_glass_reviewed: 'Das hat schon jemand geprüft.',
  break_glass_finding_malformed: 'Sagen Sie, was Sie festgestellt haben, in 10 bis 2000 Zeichen.',
  break_glass_review_by_owner:
    'Wem ein Agent der Kette gehört, prüft das nicht. Fragen Sie eine andere prüfende Person.',
} satisfies GermanWords;

export const DELEGATION_GERMAN = {
  agent_changed_owner_again: 'Dieser Agent hat noch einmal den Eigentümer gewechselt. Lesen Sie, wem er jetzt gehört.',
  consent_exceeds_request: 'Es wurde mehr erlaubt, als verlangt war.',
  redelegation_resource_differs: 'Eine Delegation wird nur für ihre eigene Ressource weitergegeben.',
  redelegation_too_deep: 'Die Kette der Handelnden hat höchstens {most} Stufen.',
  redelegation_forbidden: 'Diese Delegation darf nicht an diesen Agenten weitergegeben werden.',
  redelegation_empty: 'Von den Berechtigungen bleibt nichts, was weitergegeben werden könnte.',
  owner_not_confirmed: 'Die Person hat den neuen Eigentümer dieses Agenten noch nicht bestätigt.',
  parent_delegation_ended: 'Die Delegation hinter dem Subject-Token ist beendet.',
  approved_grant_ended: 'Was freigegeben wurde, ist beendet.',
  delegation_requests_exceeded: 'Dieser Agent hat dieses Konto zu oft gefragt.',
  delegation_hop_ended: 'Diese Stufe der Delegation wurde beendet.',
  delegation_contended: 'Diese Delegation wurde inzwischen geändert. Lesen Sie sie noch einmal.',
  delegation_revoked: 'Diese Delegation ist beendet.',
  delegation_hop_not_narrowable:
    'Was eine Stufe hat, ergibt sich aus der darüber. Schränken Sie jene ein, oder beenden Sie diese.',
  narrowing_names_nothing: 'Es ist nichts genannt, was weggenommen werden soll.',
  narrowing_leaves_nothing: 'Es bliebe nichts davon übrig. Beenden Sie es stattdessen.',
  delegation_holds_less: 'Diese Delegation enthält das nicht.',
} satisfies GermanWords;

export const POLICY_GERMAN = {
  policy_set_not_found: 'Diesen Richtliniensatz gibt es nicht.',
  policy_set_fixed: 'Diese Version wurde aktiviert und ändert sich nicht mehr. Schreiben Sie einen neuen Entwurf.',
  policy_set_changed: 'Dieser Richtliniensatz wurde inzwischen geändert. Laden Sie die Seite noch einmal.',
  policy_activated_meanwhile:
    'Inzwischen wurde ein anderer Richtliniensatz aktiviert. Sehen Sie ihn sich an, bevor Sie ihn ersetzen.',
  replay_period_wrong: 'Eine Wiederholung umfasst höchstens ein Jahr und endet nach ihrem Anfang.',
  replay_running: 'Es werden schon Entscheidungen wiederholt. Warten Sie, bis das fertig ist.',
  policies_inactive: 'Kein Richtliniensatz ist aktiv.',
} satisfies GermanWords;

export const REVOCATION_FEED_GERMAN = {
  feed_streams_exceeded:
    'Dieser Ressourcenserver hat hier schon {most} Streams offen. Schließen Sie einen, oder fragen Sie mit wait=0 ab.',
  feed_full: 'Hier sind zu viele Streams offen. Versuchen Sie es später erneut.',
  feed_closing: 'Dieser Prozess endet. Verbinden Sie sich neu.',
  feed_wait_malformed: 'wait ist eine ganze Zahl von Sekunden, 0 bis {most}.',
} satisfies GermanWords;

export const STATUS_LIST_GERMAN = {
  status_list_unknown:
    'Diese Statusliste gibt es nicht, oder alle ihre Tokens sind abgelaufen. Die Adresse steht in der Angabe status eines Tokens.',
  status_list_behind:
    'Die Zustände werden gerade gelesen. Versuchen Sie es erneut. Ihre Liste gilt bis zu ihrem exp. Ohne Liste nehmen Sie kein Token an.',
  status_list_closing: 'Dieser Prozess endet. Fragen Sie erneut.',
} satisfies GermanWords;

export const REPORT_GERMAN = {
  reports_not_permitted:
    'Dieser Ressourcenserver hat die Berechtigung reports:write nicht. Ein Operator erteilt sie: behalf resource-servers update {server} --permission reports:write',
  reports_malformed: 'reports ist eine Liste von 1 bis {most} Berichten. Weitere Angaben hat der Inhalt nicht.',
  report_not_object: 'Ein Bericht ist ein Objekt.',
  report_member_unknown: 'Eine solche Angabe hat ein Bericht nicht. Inhalte enthält er nicht.',
  report_too_large: 'Ein Bericht hat höchstens {most} Bytes. Senden Sie weniger.',
  report_id_malformed: 'id hat 16 bis 64 Buchstaben, Ziffern, „-“ und „_“. Eine UUID ist eine solche Kennung.',
  report_id_repeated: 'Ein früherer Bericht dieser Anfrage hat dieselbe id.',
  report_id_used:
    'Diese id gehört zu einem anderen Bericht dieses Ressourcenservers. Senden Sie jeden Bericht mit einer eigenen id.',
  report_time_malformed: 'time ist eine ganze Zahl von Sekunden seit 1970.',
  report_late: 'Ein Bericht kommt höchstens {most} Sekunden nach seiner Zeit.',
  report_ahead:
    'Die Zeit des Berichts liegt mehr als {most} Sekunden voraus. Stellen Sie die Uhr des Ressourcenservers.',
  report_text_malformed: 'Diese Angabe ist ein Text von 1 bis {most} Zeichen ohne Steuerzeichen.',
  report_action_malformed: 'Ein Bericht nennt ein Werkzeug (tool) oder eine Route (route), nicht beides.',
  report_outcome_unknown: 'outcome ist eins von: {outcomes}.',
  report_digest_malformed: 'Ein Digest ist ein SHA-256 in base64url: 43 Zeichen.',
  report_token_unknown:
    'Für diesen Ressourcenserver wurde kein Token mit dieser jti ausgegeben. Senden Sie die jti des geprüften Tokens.',
  report_transaction_other:
    'Das Token gehört zu einer anderen Transaktion. Senden Sie deren txn, oder lassen Sie txn weg.',
} satisfies GermanWords;

export const ACCESS_REQUEST_GERMAN = {
  callback_endpoint_unknown: 'Für diesen Ressourcenserver ist kein Webhook-Endpunkt mit dieser URL aktiv.',
  access_member_unknown: 'Eine solche Angabe gibt es hier nicht.',
  access_items_count_wrong: 'items hat 1 bis {most} Einträge.',
  access_member_beside_items: 'Neben items steht das in jedem Eintrag.',
  denial_expiry_missing: 'So, wie access_request.expires_at es nannte.',
  emergency_malformed: 'emergency ist true oder false.',
  date_time_malformed: 'Datum und Uhrzeit mit Zeitzone (RFC 3339).',
  justification_malformed: 'Eine Zeile Text.',
  callback_endpoint_malformed: 'Eine URL mit https.',
  callback_state_malformed: 'Ein Text von höchstens {most} Zeichen.',
  callback_events_unknown: 'Einige von: {events}.',
  actor_member_malformed: 'Ein Text.',
  actor_id_missing: 'Wer handelt.',
  access_end_too_soon: 'Frühestens in {least} Sekunden.',
  access_polled_too_soon: 'Fragen Sie ab jetzt einmal in {seconds} Sekunden.',
  submission_not_canonical: 'Der Body enthält etwas, das keine kanonische Form hat (RFC 8785).',
  access_question_not_object: ({ member = '' }) => `${wordOf(WHOLE, member) ?? member} ist ein Objekt.`,
  access_question_not_text: '{member} ist ein Text.',
  evaluations_not_array: 'evaluations ist eine Liste.',
  evaluations_exceeded: 'evaluations hat höchstens {most} Einträge.',
  evaluations_semantic_unknown: 'evaluations_semantic ist eines von: {semantics}.',
  page_limit_malformed: 'page.limit ist eine ganze Zahl.',
  context_call_malformed: 'context.call ist ein Name des Aufrufs: 1 bis 200 sichtbare ASCII-Zeichen.',
  idempotency_key_malformed: 'Höchstens 255 sichtbare ASCII-Zeichen.',
} satisfies GermanWords;

export const BUDGET_GERMAN = {
  budget_subject_malformed: ({ about = '' }) => `Ein Budget nennt das, wofür es gilt, mit seiner Kennung (${about}).`,
  budget_limit_malformed: 'Eine Grenze ist eine ganze Zahl, 0 oder mehr.',
  budget_window_malformed: 'Ein Zeitfenster hat 60 Sekunden bis 31 Tage.',
  budget_targets_exceeded: 'Höchstens 500 Ziele werden unterschieden.',
  budget_detail_type_missing: 'Ein Betrag gehört zu Details: Nennen Sie deren Typ.',
  budgets_exceeded: 'Höchstens {most} Budgets sind zugleich aktiv.',
  budget_currency_unused: 'Nur Beträge haben eine Währung.',
  budget_currency_member_missing:
    'Nennen Sie die Angabe der Details mit der Währung, oder null, wenn Beträge dieses Typs keine haben.',
  budget_currency_without_member: 'Beträge ohne Angabe für die Währung haben keine.',
  budget_currency_member_malformed: 'Der Pfad einer Angabe, etwa currency oder limits.currency.',
  budget_currency_missing: 'Nennen Sie die eine Währung, die es zählt, so wie die Details sie nennen: EUR.',
  budget_member_fixed: 'Das steht fest: Legen Sie ein anderes Budget an.',
  budget_used_up: 'Ein Budget, unter das dieses Token fällt, ist aufgebraucht.',
  currency_not_named: 'Ein Budget, unter das dieses Token fällt, sagt nicht, welche Angabe die Währung nennt.',
  currency_not_budgeted: 'Ein Budget, unter das dieses Token fällt, zählt eine andere Währung als die verlangte.',
} satisfies GermanWords;

export const TRANSACTION_GERMAN = {
  transaction_agent_not_active: 'Der Agent ist nicht aktiv. Sein Eigentümer sieht, warum.',
  transaction_intent_missing:
    'Geben Sie an, wofür die Arbeit ist: intent, oder intent_digest mit dem SHA-256 des Textes. Senden Sie eines von beiden.',
  transaction_digest_malformed: 'Ein Digest ist ein SHA-256 in base64url: 43 Zeichen.',
  transaction_invoker_malformed: 'invoker ist eine Kennung mit 1 bis {most} sichtbaren ASCII-Zeichen ohne Leerzeichen.',
  transaction_participants_malformed:
    'participants sind 2 bis {most} verschiedene Kennungen von Konten. Lassen Sie sie weg, wenn es eine Person ist.',
  transaction_traceparent_malformed:
    'traceparent hat die Form von W3C Trace Context, Version 00: 00-TRACE-PARENT-FLAGS in kleinen Hexadezimalziffern, und keine Kennung nur aus Nullen.',
  receipt_of_open_transaction:
    'Dieser Vorgang ist offen. Quittungen gibt es nur für geschlossene Vorgänge: Schließen Sie ihn zuerst.',
  transaction_archived:
    'Ereignisse dieses Vorgangs sind nur noch in einem Archiv ({places}), daher lässt sich keine neue Quittung signieren. Quittungen und Belege, die vorher gelesen wurden, sind weiter prüfbar.',
  transaction_end_not_recorded:
    'Dieser Vorgang ist beendet, und sein Ende wird gerade aufgezeichnet. Versuchen Sie es später erneut.',
  evidence_too_large:
    'Dieser Vorgang hat mehr als {most} Einträge. Verwenden Sie den Export des Protokolls (exportAudit), der alle enthält.',
  transactions_exceeded:
    'Dieser Agent oder diese App hat {most} offene Vorgänge. Schließen Sie einen davon (closeTransaction).',
  transaction_agent_missing:
    'Eine App eröffnet einen Vorgang für einen Agenten: Senden Sie in agent die Kennung eines aktiven.',
  transaction_agent_other: 'Ein Agent eröffnet Vorgänge für seine eigene Arbeit. Lassen Sie agent weg.',
} satisfies GermanWords;

export const GRANT_GERMAN = {
  grant_ended_meanwhile: 'Das war schon beendet: Ein anderer Aufruf war schneller.',
  grant_of_agent_not_narrowable: 'Was ein Agent darf, steht in seinen Delegationen. Nehmen Sie es dort weg.',
  grant_scope_kept: 'Ein Zugriff behält diese Berechtigung. Um sie wegzunehmen, beenden Sie den Zugriff.',
  grant_holds_less: 'Dieser Zugriff enthält das nicht.',
} satisfies GermanWords;

export const KILL_GERMAN = {
  kill_irreversible: 'Was dieser Notaus beendet hat, kommt nicht wieder.',
  kill_signer_too_new: 'Wer zeichnet, muss vor dem Notaus registriert und zuletzt geändert worden sein.',
  kill_not_stored: 'Dieser Notaus steht noch nicht im Speicher.',
  kill_not_durable:
    'Der Notaus gilt, bis die Prozesse enden, die ihn kennen, und ist dann vergessen. Lösen Sie ihn noch einmal aus.',
  kill_in_force:
    'Alles, was dieser Server gewährt, wurde angehalten. Es wird erst wieder gewährt, wenn das aufgehoben ist.',
  kill_id_missing: 'Jeder Umfang außer „all“ braucht eine Kennung, und „all“ hat keine.',
  kill_scope_missing: 'Nennen Sie den Umfang des Notaus.',
  kill_of_others_forbidden: 'Ohne Rolle geht das nur mit eigenen Agenten.',
  kill_of_role_not_liftable:
    'Dieser Notaus wurde mit einer Rolle ausgelöst. Nur mit einer Rolle lässt er sich aufheben.',
} satisfies GermanWords;

export const TARGET_GERMAN = {
  own_authority_missing:
    'Nennen Sie die Ressource: Der Client hat bei keiner eigene Berechtigungen. Die Rolle operator kann ihm welche geben.',
  own_authority_ambiguous:
    'Nennen Sie die Ressource: Der Client hat bei {count} davon Berechtigungen, etwa bei {resource}.',
} satisfies GermanWords;
