import type { GermanWords } from '../refusals.ts';

export const STEP_UP_GERMAN = {
  step_up_token_missing: 'token ist das Zugriffstoken der Anfrage: bis zu {most} Zeichen.',
  step_up_acr_malformed: 'acr_values sind 1 bis {most} Klassen, mit je einem Leerzeichen dazwischen.',
  step_up_age_malformed: 'max_age ist eine ganze Zahl von Sekunden, 0 bis {most}.',
  step_up_needs_nothing: 'Sagen Sie, was der Anmeldung fehlt: acr_values, max_age oder beides.',
  step_up_member_unknown: 'Ein solches Feld gibt es nicht. Senden Sie token, acr_values und max_age.',
  step_up_token_not_live: 'Das ist kein gültiges Token für diesen Ressourcenserver.',
  step_up_without_sign_in:
    'Hinter diesem Token steht keine Autorisierung einer Person. Es gibt keine Anmeldung, die sich wiederholen ließe.',
  step_up_unreachable:
    'Keine Anmeldung hier erreicht eine dieser acr_values. Was sie erreicht, steht in der Discovery: acr_values_supported.',
  step_up_pages_exceeded: 'Diese Person wurde zu oft gebeten, sich noch einmal anzumelden. Versuchen Sie es später.',
  step_up_gone: 'Für Sie gibt es keine solche Anfrage. Vielleicht ist sie beantwortet oder zu alt.',
} satisfies GermanWords;
