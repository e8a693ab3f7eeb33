import type { GermanWords } from '../refusals.ts';

/** What a simulation says besides its layers, by reason. */
export const SIMULATION_STATEMENTS_GERMAN = {
  party_not_active: '{party} ist nicht aktiv ({state}): Für ihn geht nichts.',
  resource_server_not_active: 'Der Ressourcenserver {server} ist nicht aktiv ({state}).',
  blueprint_not_active: 'Blueprint {blueprint} ist nicht aktiv ({state}): Er nimmt keine Agenten auf.',
  declare_scope: 'Ressourcenserver {server}: die Berechtigung {scope} anbieten.',
  activate_policies: 'Kein Richtliniensatz ist aktiv: einen aktivieren.',
  write_policy: 'Keine Richtlinie erlaubt es: Es muss eine geschrieben werden, die es tut.',
  attestation_for_policies: 'Eine Attestierung der Zusammensetzung des Agenten, wie {policies} verlangt.',
  approval_for_policies: 'Eine Freigabe, wie {policies} verlangt.',
  sign_in_with_and_recent:
    'Eine Anmeldung der Person mit {acr}, höchstens {seconds} Sekunden her, wie {policies} verlangt.',
  sign_in_with: 'Eine Anmeldung der Person mit {acr}, wie {policies} verlangt.',
  sign_in_recent: 'Eine Anmeldung der Person, höchstens {seconds} Sekunden her, wie {policies} verlangt.',
  policy_forbids: 'Diese Richtlinie verbietet es: {policies}.',
  policies_forbid: 'Diese Richtlinien verbieten es: {policies}.',
  policies_not_evaluated: 'Was {policies} sagt, ließ sich nicht auswerten.',
  no_role_needed: 'niemand ruft mit einer Rolle auf',
  approver_agrees: 'wer gefragt wird, stimmt zu',
  any_caller_may: 'jeder darf es aufrufen',
  own_needs_no_role: 'ohne Rolle nur für das, was ihm selbst gehört',
  give_role: '{party} die Rolle {roles} geben.',
} satisfies GermanWords;
