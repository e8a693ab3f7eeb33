import type { GermanWords } from '../refusals.ts';

export const FINDING_GERMAN = {
  finding_act_unfit: 'Mit einem Befund der Art {kind} geht das nicht. Möglich ist: {acts}.',
  finding_decided:
    'Der Befund ist inzwischen {state}. Lesen Sie ihn neu. Für eine andere Entscheidung öffnen Sie ihn zuerst wieder.',
  finding_not_decided: 'Über diesen Befund wurde nichts entschieden, das sich zurücknehmen ließe.',
  finding_until_malformed: 'until liegt in der Zukunft, und höchstens {days} Tage entfernt.',
  finding_not_stopped:
    'Dieser Client hat ein Metadatendokument. Ordnen Sie einen Kill für ihn an, oder rufen Sie die Quarantäne noch einmal auf.',
  finding_kill_stands: 'Ein Kill hält diesen Client an. Zuerst hebt ihn die Verwaltung auf: behalf kills lift {kill}',
  inventory_id_repeated: 'Eine frühere App dieser Liste hat dieselbe Id.',
  finding_purpose_needed: 'Sagen Sie, wofür der Agent da ist: Der Client hat keinen Zweck, der sich übernehmen ließe.',
} satisfies GermanWords;
