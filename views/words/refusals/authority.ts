import type { GermanWords } from '../refusals.ts';

const DECIDED: Readonly<Record<string, string>> = {
  approved: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben.',
  redeemed: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben und genutzt.',
  'approved, not used':
    'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben und nicht rechtzeitig genutzt.',
  denied: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde abgelehnt.',
  cancelled: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Der Agent hat sie zurückgenommen.',
  expired: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Ihre Zeit ist um.',
};

// Words by reason, in the tables' order: consent, simulations, approvals, absences and break-glass.

export const CONSENT_GERMAN = {
  consent_changed: 'Worum gebeten wird, hat sich geändert. Lesen Sie es noch einmal, bevor Sie entscheiden.',
  consent_not_asked: 'Das Formular erlaubt etwas, worum nicht gebeten wurde.',
  consent_duration_not_offered: 'Diese Dauer stand nicht zur Wahl.',
  consent_depth_not_offered: 'Diese Zahl von Weitergaben stand nicht zur Wahl.',
  consent_empty: 'Es wurde nichts erlaubt.',
  consent_agent_inactive: 'Dieser Agent ist nicht aktiv.',
  consent_client_inactive: 'Diese App ist nicht aktiv.',
  consent_caller_inactive: 'Die App, die den Agenten aufruft, ist nicht aktiv.',
  consent_actor_inactive: 'Der Agent, der handeln soll, ist nicht aktiv.',
  consent_account_inactive: 'Dieses Konto ist nicht aktiv.',
} satisfies GermanWords;

export const SIMULATION_GERMAN = {
  refused_by_policy: 'Die Richtlinien dieses Servers lassen das nicht zu.',
  simulated_account_unknown: 'Dieses Konto gibt es nicht.',
  simulated_caller_unknown: 'Diesen Agenten oder Client gibt es nicht.',
  simulated_resource_unknown: 'Diesen Ressourcenserver gibt es nicht.',
  simulated_party_unknown: 'So ein Konto oder einen solchen Client gibt es nicht.',
  simulated_party_missing: 'Nennen Sie das Konto oder den Client, der aufruft.',
  simulated_approver_not_person: 'Ja sagt nur eine Person: Nennen Sie ein Konto.',
  simulated_scope_undeclared: 'Diese Berechtigung bietet er nicht an.',
  simulated_agent_unknown: 'Diesen Agenten gibt es nicht.',
  simulated_blueprint_unknown: 'So einen Blueprint gibt es nicht.',
  policy_version_not_found: 'Diese Version der Richtlinien gibt es nicht.',
  question_not_found: 'Eine solche Anfrage gibt es nicht.',
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
  count_out_of_range: 'Eine ganze Zahl von 1 bis {most}.',
  sum_not_positive: 'Eine ganze Zahl über 0.',
  sum_not_applicable: 'Diese Handlung hat keinen Betrag.',
} satisfies GermanWords;

export const ABSENCE_GERMAN = {
  absence_start_invalid: 'Ein Zeitpunkt in den nächsten 180 Tagen.',
  absence_end_invalid: 'Ein Zeitpunkt nach dem ersten, der nicht vorbei ist, höchstens 60 Tage später.',
  deputy_is_self: 'Jemand anderes als Sie selbst.',
  deputy_unknown: 'Dieses Konto gibt es nicht.',
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
  agent_changed_owner_again:
    'Dieser Agent hat noch einmal den Eigentümer gewechselt. Lesen Sie, wer jetzt für ihn einsteht.',
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
